"""What a notification and a review must hold for the national database, as data, and which of it a case lacks, by key and never by value.

Source: GOV.UK data collection (process T29); the fields are listed in rules/ncmd.yaml, because no minimum is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdr.domain.asking.requests import outstanding
from cdr.domain.case.review import ratifying_review
from cdr.domain.case.standing import RATIFIED
from cdr.domain.process.age import completed_years
from cdr.domain.rulebook.validation import at, date_at, items_at, text_at
from cdr.records import dataclass

MISSING = "missing"
NOT_KNOWN = "not_known"
NCMD = "ncmd"
INFORMED = "informed"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Needed:
    """One field of the minimum: one of `keys` is enough; `unknown` are answers that are worth another question."""

    keys: tuple[str, ...]
    title: str
    source: str
    infant: bool = False
    when: tuple[str, tuple[Any, ...]] | None = None
    unknown: tuple[Any, ...] = ()
    not_an_answer: tuple[Any, ...] = ()
    may_be_empty: bool = False

    @property
    def key(self) -> str:
        """The key by which the field is told."""
        return self.keys[0]


@dataclass(frozen=True)
class Minimum:
    """What a notification and a review must hold, and what an agency's return is called."""

    notification: tuple[Needed, ...]
    review: tuple[Needed, ...]
    returns_title: str
    infant_under_years: int

    @staticmethod
    def from_rules(rules: Mapping[str, Any]) -> Minimum:
        """The minimum of rules/ncmd.yaml."""
        part = rules["minimum"]
        return Minimum(
            tuple(map(_needed, part["notification"])),
            tuple(map(_needed, part["review"])),
            str(part["returns"]["title"]),
            int(part["infant_under_years"]),
        )


@dataclass(frozen=True)
class Lacking:
    """A field that is missing, or (`why` not_known) whose answer says that nobody knew; the title is a form's or empty."""

    key: str
    title: str
    why: str


def of_notification(form_a: Body, minimum: Minimum) -> list[Lacking]:
    """What a notification lacks, in the minimum's order."""
    born, died = date_at(form_a, "child.date_of_birth"), date_at(form_a, "death.date")
    known = born is not None and died is not None
    infant = born is not None and died is not None and completed_years(born, died) < minimum.infant_under_years
    asked = [field for field in minimum.notification if not field.infant or infant or not known]
    return _lacking(asked, form_a)


def of_analysis(form_c: Body | None, case: Body, minimum: Minimum) -> list[Lacking]:
    """What a review lacks of its analysis; `case` tells the day of the review."""
    review = ratifying_review(case)
    body = {**(form_c or {}), "case": {"reviewed_on": review.on.isoformat() if review and review.on else None}}
    return _lacking(minimum.review, body)


def of_returns(requests: Body, minimum: Minimum) -> list[Lacking]:
    """The returns that are neither in nor nil nor waived; the keys are `requests.AGENCY`."""
    return [Lacking(f"requests.{one.agency}", minimum.returns_title, MISSING) for one in outstanding(requests)]


def notification_extract(form_a: Body, minimum: Minimum) -> dict[str, Any]:
    """What the index keeps of a notification: keys that are missing, and whether and when the database was told; no value."""
    missing = [one.key for one in of_notification(form_a, minimum) if one.why == MISSING]
    told = [item for _, item in items_at(form_a, "informed") if item.get("party") == NCMD]
    days = sorted(day.isoformat() for item in told if _is_told(item) and (day := date_at(item, "on")))
    return {"missing": missing, "told": any(map(_is_told, told)), "told_on": days[0] if days else None}


def analysis_extract(form_c: Body, minimum: Minimum) -> dict[str, Any]:
    """What the index keeps of an analysis: keys that are missing, the day of the review aside, which the case tells."""
    case = {"reviews": [{"stage": RATIFIED, "on": "1900-01-01"}]}
    return {"missing": [one.key for one in of_analysis(form_c, case, minimum) if one.why == MISSING]}


def _is_told(item: Body) -> bool:
    return text_at(item, "status") == INFORMED


def _lacking(fields: Sequence[Needed], body: Body) -> list[Lacking]:
    found = ((field, _why(field, body)) for field in fields if _applies(field, body))
    return [Lacking(field.key, field.title, why) for field, why in found if why]


def _applies(field: Needed, body: Body) -> bool:
    return field.when is None or at(body, field.when[0]) in field.when[1]


def _why(field: Needed, body: Body) -> str:
    """Why a field is told: nothing is there, or only that nobody knew; empty where it is answered."""
    given = [value for key in field.keys if (value := _answer(field, at(body, key))) is not None]
    if not given:
        return MISSING
    return NOT_KNOWN if all(_is_unknown(field, value) for value in given) else ""


def _answer(field: Needed, value: Any) -> Any:
    """The answer, None where it is none."""
    if isinstance(value, list):
        left = [one for one in value if one not in field.not_an_answer]
        return left if left or (field.may_be_empty and not value) else None
    if value is None or value == {} or value in field.not_an_answer:
        return None
    return value if not isinstance(value, str) or value.strip() else None


def _is_unknown(field: Needed, value: Any) -> bool:
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(one in field.unknown for one in listed)


def _needed(part: Mapping[str, Any]) -> Needed:
    when = part.get("when")
    return Needed(
        keys=tuple(map(str, part["keys"])),
        title=str(part.get("title", "")),
        source=str(part["source"]),
        infant=bool(part.get("infant", False)),
        when=(str(when["key"]), tuple(when["is"])) if when else None,
        unknown=tuple(part.get("unknown", ())),
        not_an_answer=tuple(part.get("not_an_answer", ())),
        may_be_empty=bool(part.get("may_be_empty", False)),
    )
