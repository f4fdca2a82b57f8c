"""The rules of the analysis (Form C) that its schema cannot say: C-01 to C-26 of the table in `sentences`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cdr.domain.case.standing import RATIFIED
from cdr.domain.process.age import completed_years, days_old
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.domains import DOMAINS
from cdr.domain.rulebook.form_a import SAFEGUARDING_PARTIES
from cdr.domain.rulebook.validation import (
    YES,
    at,
    date_at,
    found,
    informed,
    items_at,
    number_at,
    text_at,
    whole_at,
)
from cdr.errors import Problem

DRAFT = "draft_cdrm"
OTHER = "other"
Check = tuple[bool, str, str]


def problems(form: Mapping[str, Any], form_a: Mapping[str, Any], reviewed_on: date, policy: Policy) -> list[Problem]:
    """Everything that is wrong with an analysis beyond its schema, were the case reviewed on this day.

    Never raises, whatever the forms are.
    """
    return found(
        [
            *_categories(form),
            *_modifiable(form, policy),
            *(check for letter in DOMAINS for check in _domain(form, letter, policy)),
            *_plausible(form, form_a, policy),
            *_safeguarding(form, form_a, policy),
            *_dates(form, form_a, reviewed_on, policy),
            *_complete(form),
            *_needing_words(form),
        ]
    )


def _primary(form: Mapping[str, Any]) -> int | None:
    return whole_at(form, "category.primary")


def _categories(form: Mapping[str, Any]) -> Iterator[Check]:
    primary, listed = _primary(form), at(form, "category.secondary")
    secondary = [whole_at(listed, str(n)) for n in range(len(listed))] if isinstance(listed, list) else []
    for n, category in enumerate(secondary):
        field = f"category.secondary.{n}"
        yield (primary is not None and category is not None and category <= primary, "C-01", field)
        yield (category is not None and category in secondary[:n], "C-02", field)


def _factors(form: Mapping[str, Any], letter: str) -> list[tuple[str, Mapping[str, Any]]]:
    place = f"domains.{letter}.factors"
    return [(f"{place}.{n}", factor) for n, factor in items_at(form, place)]


def _modifiable(form: Mapping[str, Any], policy: Policy) -> Iterator[Check]:
    """Whether the answer on modifiable factors and the factors themselves agree, and each modifiable one contributed."""
    answer, field = text_at(form, "modifiable_factors_identified"), "modifiable_factors_identified"
    factors = [factor for letter in DOMAINS for factor in _factors(form, letter)]
    modifiable = [(place, factor) for place, factor in factors if factor.get("modifiable") == YES]
    yield (answer == YES and not modifiable, "C-03", field)
    yield (bool(modifiable) and answer not in ("", YES), "C-04", field)
    for place, factor in modifiable:
        relevance = whole_at(factor, "relevance")
        yield (
            relevance is not None and relevance != policy.analysis.relevance_contributed,
            "C-05",
            f"{place}.relevance",
        )


def _domain(form: Mapping[str, Any], letter: str, policy: Policy) -> Iterator[Check]:
    field, contributed = f"domains.{letter}", policy.analysis.relevance_contributed
    relevance = whole_at(form, f"{field}.relevance")
    if relevance is None:
        return
    factors = [factor for _, factor in _factors(form, letter)]
    highest = max((whole_at(factor, "relevance") or 0 for factor in factors), default=0)
    modifiable = any(factor.get("modifiable") == YES for factor in factors)
    yield (relevance < highest, "C-06", f"{field}.relevance")
    yield (relevance != contributed and modifiable, "C-07", f"{field}.relevance")
    yield (relevance == contributed and not text_at(form, f"{field}.narrative"), "C-15", f"{field}.narrative")
    yield (relevance == contributed and not factors, "C-23", f"{field}.factors")


def _plausible(form: Mapping[str, Any], form_a: Mapping[str, Any], policy: Policy) -> Iterator[Check]:
    born, died = date_at(form_a, "child.date_of_birth"), date_at(form_a, "death.date")
    primary, rules, field = _primary(form), policy.analysis, "category.primary"
    if born and died:
        early = days_old(born, died) < rules.infection_from_days
        yield (primary == rules.infection_category and early, "C-08", field)
        young = completed_years(born, died) < rules.suicide_from_years
        yield (primary == rules.suicide_category and young, "C-09", field)
    unexplained = primary == rules.unexplained_category
    codes = [str(factor.get("code", "")) for letter in DOMAINS for _, factor in _factors(form, letter)]
    yield (unexplained and any("epilep" in code for code in codes), "C-10", field)
    yield (unexplained and _explained(form, policy), "C-11", "registered_cause")


def _explained(form: Mapping[str, Any], policy: Policy) -> bool:
    """Whether a cause is registered that is not another word for unexplained."""
    cause = text_at(form, "registered_cause.Ia").casefold()
    return bool(cause) and not any(words in cause for words in policy.analysis.unexplained_causes)


def is_of_abuse(form: Mapping[str, Any], policy: Policy) -> bool:
    """Whether the analysis puts the death down to deliberately inflicted injury, abuse or neglect."""
    return _primary(form) == policy.analysis.abuse_category


def referred_to(form: Mapping[str, Any], *bodies: str) -> bool:
    """Whether the analysis says that the death was referred to one of these bodies."""
    return any(text_at(item, "body") in bodies for _, item in items_at(form, "referrals"))


def safeguarding_told(form: Mapping[str, Any], form_a: Mapping[str, Any]) -> bool:
    """Whether the safeguarding partners were told: the analysis or the notification says so."""
    return referred_to(form, *SAFEGUARDING_PARTIES) or informed(form_a, *SAFEGUARDING_PARTIES)


def _safeguarding(form: Mapping[str, Any], form_a: Mapping[str, Any], policy: Policy) -> Iterator[Check]:
    told = safeguarding_told(form, form_a)
    concern = text_at(form_a, "safeguarding_concern")
    abuse = is_of_abuse(form, policy)
    yield (abuse and bool(concern) and concern != YES and not told, "C-12", "referrals")
    yield (abuse and not concern and not told, "C-13", "referrals")
    yield (concern == YES and not told, "C-14", "referrals")


def _dates(form: Mapping[str, Any], form_a: Mapping[str, Any], reviewed_on: date, policy: Policy) -> Iterator[Check]:
    died, meeting = date_at(form_a, "death.date"), date_at(form, "cdrm.date")
    misplaced = meeting is not None and (meeting > reviewed_on or bool(died and meeting < died))
    yield (misplaced, "C-16", "cdrm.date")
    yield (bool(died and reviewed_on < died), "C-17", "")
    panel = date_at(form, "panel.date")
    yield (panel is not None and (panel > reviewed_on or bool(died and panel < died)), "C-26", "panel.date")
    # Where the analysis lists the other processes, its list is newer than the notification's.
    source = form if items_at(form, "other_investigations") else form_a
    for n, item in items_at(source, "other_investigations"):
        concluded = date_at(item, "concluded")
        yield (concluded is not None and concluded > reviewed_on, "C-18", f"other_investigations.{n}.concluded")
    for n, item in items_at(form, "other_investigations"):
        running = item.get("status") == "open" and item.get("type") in policy.gates.waits_at_panel
        yield (running, "C-19", f"other_investigations.{n}.status")


def _complete(form: Mapping[str, Any]) -> Iterator[Check]:
    ratified = text_at(form, "stage") == RATIFIED
    for letter in DOMAINS:
        field = f"domains.{letter}.relevance"
        yield (ratified and number_at(form, field) is None, "C-20", field)
    yield (ratified and _primary(form) is None, "C-21", "category.primary")
    unanswered = not text_at(form, "modifiable_factors_identified")
    yield (ratified and unanswered, "C-22", "modifiable_factors_identified")


def _needing_words(form: Mapping[str, Any]) -> Iterator[Check]:
    """Answers that need words, a name or a list beside them."""
    for letter in DOMAINS:
        for place, factor in _factors(form, letter):
            code, words = text_at(factor, "code"), text_at(factor, "text")
            yield (not words and code in ("", OTHER), "C-24", f"{place}.text")
    yield (text_at(form, "refer_further") == YES and not items_at(form, "referrals"), "C-25", "referrals")
