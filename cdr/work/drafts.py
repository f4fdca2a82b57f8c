"""The draft of an analysis from what a case knows, as a person completes it and as the panel reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cdr.app import rules

if TYPE_CHECKING:
    from cdr.domain.panel.drafting import Draft
    from cdr.store.case_file import CaseFile


def drafted(documents: CaseFile, names: Mapping[str, str]) -> Draft:
    """The draft of a case's analysis; `names` are the agencies by their ids, as it calls them."""
    from cdr.domain.panel.drafting import draft

    returns = documents.return_bodies
    return draft(documents.case.body, documents.notification.body, returns, names, rules("draft-analysis"))
