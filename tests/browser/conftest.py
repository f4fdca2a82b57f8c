"""Every test here needs a browser; where CDR_TOOLS=required says that one is to be there, its lack is a failure."""

from __future__ import annotations

import pytest
from browser.driving import REQUIRED, missing


@pytest.fixture(autouse=True)
def browser() -> None:
    if lacking := missing():
        (pytest.fail if REQUIRED else pytest.skip)(lacking)
