"""What only all forms of a case together can show: CASE-02 to CASE-05 of the table in `sentences`, all of them warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.case.standing import RATIFIED
from cdr.domain.process.age import days_old
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.form_a import has_learning_disability
from cdr.domain.rulebook.validation import YES, at, date_at, items_at, mentioned, number_at, problem, text_at, words_at
from cdr.errors import Problem
from cdr.forms.codelists import Code, code_list
from cdr.records import replace

Body = Mapping[str, Any]


def problems(form_a: Body, returns: Sequence[Body], form_c: Body | None, policy: Policy) -> list[Problem]:
    """What should be looked at before the case is reviewed; a missing supplementary form is named by its type.

    Never raises, whatever the forms are. `form_c` is None as long as there is no analysis.
    """
    missing = problem("CASE-02", "supplementary")
    kinds = missing_supplementary(form_a, returns, form_c)
    named = [replace(missing, message=f"{missing.message}: {kind}") for kind in kinds]
    unexplained = number_at(form_c, "category.primary") == policy.analysis.unexplained_category
    epilepsy = "epilepsy" in _conditions(returns)
    ratified = text_at(form_c, "stage") == RATIFIED
    present = [item for _, item in items_at(form_c, "attendees") if item.get("present", YES) == YES]
    checks = (
        (unexplained and epilepsy, "CASE-03", "category.primary"),
        (ratified and not present, "CASE-04", "attendees"),
        (_learning_disability(form_a, returns, policy) and not mentioned(form_a, "leder"), "CASE-05", "informed"),
    )
    return [*named, *(problem(rule, field) for wrong, rule, field in checks if wrong)]


def missing_supplementary(form_a: Body, returns: Sequence[Body], form_c: Body | None) -> list[str]:
    """The types of supplementary form that this case calls for and no return has, in the list's order.

    What calls for which stands in the code list `supplementary_type` (general knowledge).
    """
    given = {text_at(item, "type") for body in returns for _, item in items_at(body, "supplementary")}
    types = code_list("supplementary_type").codes
    return [str(one.code) for one in types if one.code not in given and _called_for(one, form_a, returns, form_c)]


def _called_for(kind: Code, form_a: Body, returns: Sequence[Body], form_c: Body | None) -> bool:
    categories = set(_categories(form_a, form_c))
    seen: Mapping[str, set[Any]] = {
        "events": {*words_at(form_a, "death.suspected_events"), *_words(returns, "circumstances.events_known")},
        "categories": categories,
        "criteria": set(words_at(form_a, "jar.criteria")),
        "places": {text_at(form_a, "death.place")},
        "modes": {text_at(body, "circumstances.mode_of_death") for body in returns},
    }
    if any(seen[key] & set(kind.extra.get(key, ())) for key in seen):
        return True
    known = set(kind.extra.get("conditions", ())) & _conditions(returns)
    return _younger(form_a, kind.extra.get("under_days")) or bool(known and categories & set(kind.extra["within"]))


def _categories(form_a: Body, form_c: Body | None) -> Iterator[int | float]:
    """The categories that the panel names, else the one that the notification suspects."""
    primary, secondary = number_at(form_c, "category.primary"), at(form_c, "category.secondary")
    if primary is None:
        suspected = number_at(form_a, "death.suspected_category")
        yield from () if suspected is None else (suspected,)
    else:
        yield primary
        yield from (one for one in (secondary if isinstance(secondary, list) else ()) if isinstance(one, int))


def _younger(form_a: Body, under_days: int | None) -> bool:
    born, died = date_at(form_a, "child.date_of_birth"), date_at(form_a, "death.date")
    return under_days is not None and bool(born and died and 0 <= days_old(born, died) < under_days)


def _words(returns: Sequence[Body], path: str) -> Iterator[str]:
    for body in returns:
        yield from words_at(body, path)


def _conditions(returns: Sequence[Body]) -> set[str]:
    return set(_words(returns, "child.known_conditions"))


def _learning_disability(form_a: Body, returns: Sequence[Body], policy: Policy) -> bool:
    told = "learning_disability" in _conditions(returns) or any(
        text_at(body, "child.learning_disability") == YES for body in returns
    )
    child = at(form_a, "child")
    return (
        told
        and isinstance(child, Mapping)
        and has_learning_disability({**form_a, "child": {**child, "learning_disability": YES}}, policy)
    )
