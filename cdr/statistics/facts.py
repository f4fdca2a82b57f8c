"""What the tables count: the facts of a case, without a name and without a word of narrative."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cdr.domain.asking.chase import is_escalated
from cdr.domain.asking.requests import requests_of
from cdr.domain.rulebook.form_c import RATIFIED

DOMAINS = ("A", "B", "C", "D")
CONTRIBUTED = 2  # the relevance scale's "factors identified that may have contributed"
# forms 1.1: none of these is a child death, though a stillbirth that nobody attended is looked into
NOT_COUNTED = frozenset({"stillbirth_attended", "stillbirth_unattended", "late_foetal_loss", "lawful_termination"})
WITHOUT_CODE = "other"
FAMILY_BEFORE = ("informed_of_review", "leaflet_given", "key_worker", "follow_up_appointment")
FAMILY_AFTER = ("views_considered", "feedback_requested", "feedback_date", "letter_sent", "bereavement_support_offered")
BEGUN = ("open", "closed")
_CODE = re.compile(r"[a-z0-9_]{1,60}")


@dataclass(frozen=True)
class RequestFacts:
    """One agency's return as the request ledger has it; `status` is outstanding, returned, nil or waived."""

    agency: str
    requested_on: date
    status: str
    answered_on: date | None
    escalated: bool = False


@dataclass(frozen=True)
class CaseFacts:
    """What one case adds to the tables. What the panel found is there only once its review is ratified.

    `place` and `ethnicity` are codes of the forms or already labels of the tables; `domains` maps A to D to 0, 1 or 2.
    `processes` are the other processes that Form A or the case names (`inquest`, `cspr`, `leder`), `open_processes` those that an
    open case waits for, `family` what was done for the family (`FAMILY_BEFORE`, `FAMILY_AFTER`), `reviews` how many were ratified.
    """

    case: str
    notified_on: date
    born: date | None = None
    died: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    local_authority: str | None = None
    place: str | None = None
    expected: str | None = None
    gestation_weeks: int | None = None
    jar: bool | None = None
    deprivation_decile: int | None = None
    counted: bool = True
    reviewed_on: date | None = None
    category: int | None = None
    modifiable: str | None = None
    domains: Mapping[str, int] = field(default_factory=dict)
    contributory_factors: tuple[str, ...] = ()
    modifiable_factors: tuple[str, ...] = ()
    learning_themes: tuple[str, ...] = ()
    requests: tuple[RequestFacts, ...] = ()
    birth_weight_g: int | None = None
    multiple_birth: bool | None = None
    processes: tuple[str, ...] = ()
    open_processes: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    discussed_on: date | None = None
    reviews: int = 0
    is_open: bool = False
    imported: bool = False


def notification_extract(form_a: Mapping[str, Any]) -> dict[str, Any]:
    """What the tables need of a notification (Form A), as JSON: dates, codes and numbers only."""
    child, death, jar, family, register = (
        _mapping(form_a.get(part)) for part in ("child", "death", "jar", "family", "register")
    )
    return {
        "notified_on": _day(form_a.get("notified_at")),
        "born": _day(child.get("date_of_birth")),
        "died": _day(death.get("date")),
        "sex": _text(child.get("sex")),
        "ethnicity": _text(child.get("ethnicity")) or _text(register.get("ethnicity")),
        "local_authority": _text(child.get("local_authority")),
        "place": _text(death.get("place")) or _text(register.get("place")),
        "expected": _text(death.get("expected")),
        "gestation_weeks": _whole(_mapping(child.get("gestation")).get("weeks")),
        "jar": {"yes": True, "no": False}.get(str(jar.get("triggered"))),
        "deprivation_decile": _whole(child.get("deprivation_decile")),
        "counted": child.get("birth_status") not in NOT_COUNTED,
        "birth_weight_g": _whole(child.get("birth_weight_g")),
        "multiple_birth": {"yes": True, "no": False}.get(str(child.get("multiple_birth"))),
        "processes": _processes(form_a),
        "family": [name for name in FAMILY_BEFORE if family.get(name) == "yes" or _mapping(family.get(name))],
    }


def analysis_extract(form_c: Mapping[str, Any]) -> dict[str, Any]:
    """What the tables need of an analysis (Form C), as JSON: its stage, codes and relevances."""
    domains = _mapping(form_c.get("domains"))
    factors = [item for letter in DOMAINS for item in _items(_mapping(domains.get(letter)).get("factors"))]
    factors += _items(form_c.get("factors"))  # of a register, which names no domain
    themes = [_code(point.get("theme")) for point in _items(form_c.get("learning_points")) if point.get("theme")]
    family = _mapping(form_c.get("family"))
    return {
        "stage": _text(form_c.get("stage")),
        "category": _whole(_mapping(form_c.get("category")).get("primary")),
        "modifiable": _text(form_c.get("modifiable_factors_identified")),
        "domains": dict(_relevances(domains)),
        "contributory_factors": _once([_code(f.get("code")) for f in factors if f.get("relevance") == CONTRIBUTED]),
        "modifiable_factors": _once([_code(f.get("code")) for f in factors if f.get("modifiable") == "yes"]),
        "learning_themes": _once(themes),
        "discussed_on": _day(_mapping(form_c.get("cdrm")).get("date")),
        "family": [name for name in FAMILY_AFTER if family.get(name) == "yes" or _day(family.get(name))],
    }


def case_facts(
    case_ref: str,
    notification: Mapping[str, Any] | None,
    analysis: Mapping[str, Any] | None,
    requests_body: Mapping[str, Any] | None,
    case_body: Mapping[str, Any] | None,
    prompts_body: Mapping[str, Any] | None = None,
) -> CaseFacts | None:
    """The facts of a case, from the two extracts and the bodies of its ledgers and its case; None without a notification.

    A draft is not a review: without a ratified one nothing of the analysis is taken, nor from an analysis that has
    become a draft again.
    """
    known = notification or {}
    notified_on = _date(known.get("notified_on"))
    if notified_on is None:
        return None
    body = case_body or {}
    reviews = _ratified(body)
    reviewed_on = max(reviews, default=None)
    ratified = reviewed_on is not None and (analysis or {}).get("stage") == RATIFIED
    found: Mapping[str, Any] = (analysis or {}) if ratified else {}
    return CaseFacts(
        case=case_ref,
        notified_on=notified_on,
        born=_date(known.get("born")),
        died=_date(known.get("died")),
        sex=known.get("sex"),
        ethnicity=known.get("ethnicity"),
        local_authority=known.get("local_authority"),
        place=known.get("place"),
        expected=known.get("expected"),
        gestation_weeks=known.get("gestation_weeks"),
        jar=known.get("jar"),
        deprivation_decile=known.get("deprivation_decile"),
        counted=bool(known.get("counted", True)),
        reviewed_on=reviewed_on,
        category=found.get("category"),
        modifiable=found.get("modifiable"),
        domains=dict(found.get("domains") or {}),
        contributory_factors=tuple(found.get("contributory_factors") or ()),
        modifiable_factors=tuple(found.get("modifiable_factors") or ()),
        learning_themes=tuple(found.get("learning_themes") or ()),
        requests=tuple(_requests(requests_body or {}, prompts_body or {})),
        birth_weight_g=known.get("birth_weight_g"),
        multiple_birth=known.get("multiple_birth"),
        processes=tuple(_once([*(known.get("processes") or ()), *_gates(body)])),
        open_processes=tuple(_once(list(_gates(body, "open")))),
        family=(*(known.get("family") or ()), *(found.get("family") or ())),
        discussed_on=_date(found.get("discussed_on")),
        reviews=len(reviews),
        is_open=body.get("status") == "open",
        imported=bool(body.get("imported")),
    )


def _processes(form_a: Mapping[str, Any]) -> list[str]:
    begun = [item for item in _items(form_a.get("other_investigations")) if item.get("status") in BEGUN]
    told = [
        item
        for item in _items(form_a.get("informed"))
        if (item.get("party"), item.get("status")) == ("leder", "informed")
    ]
    return _once([*(_code(item.get("type")) for item in begun), *(str(item["party"]) for item in told)])


def _gates(case_body: Mapping[str, Any], status: str | None = None) -> Iterator[str]:
    for gate in _items(case_body.get("gates")):
        if status in (None, gate.get("status")):
            yield _code(gate.get("type"))


def _ratified(case_body: Mapping[str, Any]) -> list[date]:
    """The days of the ratified reviews, of which a case counts by the latest and once."""
    days = [_date(review.get("on")) for review in _items(case_body.get("reviews")) if review.get("stage") == RATIFIED]
    return [day for day in days if day is not None]


def _requests(body: Mapping[str, Any], prompts_body: Mapping[str, Any]) -> Iterator[RequestFacts]:
    for one in requests_of(body):
        escalated = is_escalated(one, prompts_body)
        yield RequestFacts(one.agency, one.requested_on, one.status, one.answered_on, escalated)


def _relevances(domains: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for letter in DOMAINS:
        relevance = _whole(_mapping(domains.get(letter)).get("relevance"))
        if relevance is not None:
            yield letter, relevance


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> list[Mapping[str, Any]]:
    listed = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [item for item in listed if isinstance(item, Mapping)]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _code(value: object) -> str:
    # a factor may be free text, and free text about one child may name the child to those who knew the family
    return value if isinstance(value, str) and _CODE.fullmatch(value) else WITHOUT_CODE


def _once(codes: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(codes))


def _date(value: object) -> date | None:
    if not value:
        return None
    try:  # not suppress(), which takes most of the time where there are tens of thousands of dates
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _day(value: object) -> str | None:
    day = _date(value)
    return day.isoformat() if day else None
