"""What the national database asks for by 31 March, for a terminal or a program: references and keys, no name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.documents.fitting import in_lines
from cdr.documents.tables.ncmd import SCHEMA
from cdr.domain.ncmd.ncmd_preflight import LATE, NO_DATE, NOT_PASSED_ON, Open, Preflight, Reviewed

SLOW_WORDS = {
    NOT_PASSED_ON: "not marked as passed on",
    LATE: "passed on late",
    NO_DATE: "passed on, the day is not told",
}
MARK_IT = ("Once a case is in, record it: cdr milestone REF ncmd_told --on DATE",)
Rows = Sequence[tuple[str, ...]]


def to_json(found: Preflight) -> dict[str, Any]:
    """The preflight for a script."""
    return {
        "schema": SCHEMA,
        "preflight": found.year,
        "by": found.by.isoformat(),
        "as_of": found.as_of.isoformat(),
        "to_do": found.to_do,
        "reviews": [
            {"case": one.case, "reviewed_on": one.reviewed_on.isoformat(), "missing": list(one.missing)}
            for one in found.reviews
        ],
        "open": [
            {
                "case": one.case,
                "notified_on": one.notified_on.isoformat(),
                "passed_on": one.passed_on,
                "missing": list(one.missing),
            }
            for one in found.open
        ],
        "slow": [
            {
                "case": one.case,
                "notified_on": one.notified_on.isoformat(),
                "due": one.due.isoformat(),
                "passed_on": one.passed_on.isoformat() if one.passed_on else None,
                "why": one.why,
            }
            for one in found.slow
        ],
        "can_wait": {"notified_later": found.notified_later, "reviewed_later": found.reviewed_later},
    }


def text(found: Preflight, titles: Mapping[str, str]) -> str:
    """The preflight in words; `titles` has the title of each key that may be missing."""
    return "\n".join(_lines(found, titles))


def _lines(found: Preflight, titles: Mapping[str, str]) -> Iterator[str]:
    heading = f"National Child Mortality Database: what is needed by {found.by.isoformat()} ({found.year})"
    yield from (heading, "=" * len(heading), _days_left(found))
    unfinished, finished = (
        [one for one in found.reviews if one.missing],
        [one for one in found.reviews if not one.missing],
    )
    absent, there = [one for one in found.open if _is_to_do(one)], [one for one in found.open if not _is_to_do(one)]
    to_do = f"To do: {_cases(found.to_do)}"
    yield from ("", to_do, "-" * len(to_do))
    yield from _reviews(unfinished)
    yield from _open(absent)
    yield from (["Nothing that this store can tell."] if not found.to_do else [])
    yield from ("", "To check there", "--------------")
    yield from _checks(finished, there)
    yield from _slow(found)
    yield from _can_wait(found)
    lacking = [*(one.missing for one in unfinished), *(one.missing for one in absent)]
    yield from _legend(list(dict.fromkeys(key for keys in lacking for key in keys)), titles)


def _days_left(found: Preflight) -> str:
    days = (found.by - found.as_of).days
    if days < 0:
        return f"That day has passed ({found.as_of.isoformat()} today): do now what is still to be done."
    return f"{days} day{'' if days == 1 else 's'} from today ({found.as_of.isoformat()})."


def _is_to_do(one: Open) -> bool:
    return bool(one.missing) or not one.passed_on


def _reviews(unfinished: Sequence[Reviewed]) -> Iterator[str]:
    if unfinished:
        yield "Reviews of the year that are not complete; complete them here, enter them there, then mark them complete and finalised:"
        rows = [(one.case, one.reviewed_on.isoformat(), ", ".join(one.missing)) for one in unfinished]
        yield from _table(("case", "reviewed", "missing"), rows)


def _open(absent: Sequence[Open]) -> Iterator[str]:
    if absent:
        yield "Open cases to enter there; only the notification is needed:"
        rows = [
            (
                one.case,
                one.notified_on.isoformat(),
                "yes" if one.passed_on else "not marked",
                ", ".join(one.missing) or "-",
            )
            for one in absent
        ]
        yield from _table(("case", "notified", "passed on", "missing"), rows)
        yield from MARK_IT


def _checks(finished: Sequence[Reviewed], there: Sequence[Open]) -> Iterator[str]:
    if finished:
        yield "Complete here; see that each is marked complete and finalised there:"
        yield from _listed([one.case for one in finished])
    if there:
        yield "Open, complete here and marked as passed on; see that each is there:"
        yield from _listed([one.case for one in there])
    if not finished and not there:
        yield "Nothing."


def _slow(found: Preflight) -> Iterator[str]:
    if found.slow:
        title = f"Not marked as passed on within {found.hours} hours of the notification"
        yield from ("", title, "-" * len(title))
        rows = [(one.case, one.notified_on.isoformat(), one.due.isoformat(), SLOW_WORDS[one.why]) for one in found.slow]
        yield from _table(("case", "notified", "limit", "what is known"), rows)
        yield "For information: what was late stays late. What is not marked is marked in Form A, as above."


def _can_wait(found: Preflight) -> Iterator[str]:
    yield from ("", "Can wait", "--------")
    yield "The review of a case that the panel has not ratified: until then its notification is enough."
    yield "Fields that are not in the minimum, and answers that are not known to anybody."
    if found.notified_later:
        yield f"{_cases(found.notified_later)} notified after {found.by.isoformat()} ({found.hours} hours still apply)."
    if found.reviewed_later:
        yield f"{_cases(found.reviewed_later)} reviewed after {found.by.isoformat()}: they are due a year later."


def _legend(keys: Sequence[str], titles: Mapping[str, str]) -> Iterator[str]:
    if keys:
        yield from ("", "What the keys mean", "------------------")
        rows = [
            (key, titles.get(key) or (f"Return of {key.partition('.')[2]}" if key.startswith("requests.") else key))
            for key in keys
        ]
        yield from (f"  {key:<{max(len(row[0]) for row in rows)}}  {title}" for key, title in rows)


def _table(headers: tuple[str, ...], rows: Rows) -> Iterator[str]:
    """A plain table whose last column may run over several lines."""
    sizes = [max(len(headers[n]), *(len(row[n]) for row in rows)) for n in range(len(headers) - 1)]
    room = max(24, 100 - sum(sizes) - 2 * len(headers))
    for row in (headers, *rows):
        start = "  " + "".join(f"{cell:<{size}}  " for cell, size in zip(row, sizes, strict=False))
        yield from in_lines(row[-1], room + len(start), start, " " * len(start))


def _listed(references: Sequence[str]) -> Iterator[str]:
    yield from in_lines(", ".join(references), 98, "  ", "  ")


def _cases(number: int) -> str:
    return f"{number} case{'' if number == 1 else 's'}" if number else "nothing"
