"""What the index keeps of documents: where that changes, what was kept before must not be read as if it were the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from unit import extracted
from unit.extracted import canned

from cdr import app
from cdr import columns as columns_
from cdr.domain.process.listing import of_kept_row

UPDATE = bool(os.environ.get("CDR_UPDATE_DOCS"))


def test_what_was_kept_by_another_extraction_is_not_taken_for_this_one() -> None:
    """`CDR_UPDATE_DOCS=1` writes the digest that is right."""
    done = subprocess.run(
        [sys.executable, "-m", "unit.extracted"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    digest, place = done.stdout.strip(), Path(app.__file__)
    if UPDATE:
        text = place.read_text("utf-8")
        place.write_text(re.sub(r'(?m)^EXTRACTION = ".*"$', f'EXTRACTION = "{digest}"', text), "utf-8")
    assert f'\nEXTRACTION = "{digest}"\n' in place.read_text("utf-8"), (
        "what the index keeps has changed, or how; run: CDR_UPDATE_DOCS=1 pytest tests/unit/test_extraction.py"
    )


def test_the_code_that_extracts_is_in_the_digest_and_its_comments_are_not() -> None:
    canned()
    code = list(extracted.code())
    assert any(one.startswith("indexed.py is_at_rest def is_at_rest(") for one in code)
    assert any(one.startswith("indexed.py  NARRATIVE = {") for one in code), "what a function looks up beside it"
    assert any(one.startswith("domain/case/facts.py Notification. died: date | None") for one in code)
    assert not [one for one in code if '"""' in one or " # noqa" in one]


def test_a_case_is_at_rest_when_nobody_has_anything_to_do_in_it() -> None:
    *_, (at_work, *_), (at_rest, columns, summed, _) = canned()
    assert (at_work, at_rest) == (False, True)
    assert (
        summed["count"] == 1
        and summed["since"]["notifications"]
        == of_kept_row("2026-AAAA", columns[columns_.LISTED]["2026-AAAA"]).notified_on
    )
