"""The draft of an analysis from what a case knows, as a person completes it and as the panel reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cdr.app import App, rules

if TYPE_CHECKING:
    from cdr.domain.panel.drafting import Draft
    from cdr.domain.panel.perinatal_review import PerinatalReview
    from cdr.store.case_file import CaseFile

TO_BE_READ = "its grades, factors and actions can be given beside it, in a small file: cdr explain perinatal-review"


def drafted(app: App, documents: CaseFile, names: Mapping[str, str]) -> Draft:
    """The draft of a case's analysis; `names` are the agencies by their ids, as it calls them."""
    from cdr.domain.panel.drafting import draft

    case, returns = documents.case.body, documents.return_bodies
    reviews, unread = _reviews(app, documents)
    return draft(case, documents.notification.body, returns, names, rules("draft-analysis"), reviews, unread)


def _reviews(app: App, documents: CaseFile) -> tuple[list[PerinatalReview], list[str]]:
    """What attached files say that perinatal reviews found, and which other files that the panel may see were not read."""
    from cdr.documents.panel.enclosed import KINDS, may_be_seen
    from cdr.domain.case.attachments import attachments_of
    from cdr.domain.panel.perinatal_review import KIND, perinatal_review
    from cdr.forms.codelists import code_list
    from cdr.work.attaching import kept_file

    reviews, others = [], []
    for one in filter(may_be_seen, attachments_of(documents.case.body)):
        is_review = one.kind == KIND
        found = perinatal_review(one, kept_file(app, documents.reference, one)) if is_review else None
        if found:
            reviews.append(found)
        else:
            others.append(one)
    told = [(one, "" if one.kind != KIND or reviews else f"; {TO_BE_READ}") for one in others]
    return reviews, [f"{code_list(KINDS).label(one.kind)} (attachment {one.number}){how}" for one, how in told]
