"""The anonymised data set: one row a case, in bands and years, and no fewer than k rows that look alike to who knew the child."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cdr.errors import ConditionsNotMet
from cdr.records import dataclass
from cdr.statistics.facts import CaseFacts
from cdr.statistics.labels import EVERY, NOT_KNOWN, Labels
from cdr.statistics.years import year_of

Values = Mapping[str, str | None]
CATEGORY = "category"  # a parish knows of a suicide: where few have it, it finds the row as a place does
OF_THE_REVIEW = (CATEGORY, "duration", "modifiable")


@dataclass(frozen=True)
class DataSet:
    """The rows in alphabetical order, a value None where it is hidden; `alike` is how many rows the smallest group has.

    `columns` are the entries of `rules/export.yaml`; `k` is what was asked for.
    """

    columns: tuple[Mapping[str, Any], ...]
    rows: tuple[Values, ...]
    k: int
    alike: int

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(str(column["name"]) for column in self.columns)

    def hidden(self) -> dict[str, int]:
        """How many values of each column are hidden."""
        return {name: sum(row[name] is None for row in self.rows) for name in self.names}


def data_set(
    facts: Iterable[CaseFacts], labels: Labels, years: Sequence[str], policy: Mapping[str, Any], k: int
) -> DataSet:
    """The cases of children of the area that were notified or reviewed in these years; `policy` is `rules/export.yaml`.

    Raises: ConditionsNotMet, where there are fewer than k cases.
    """
    cases = [one for one in facts if one.counted and labels.authority(one) is not None and _is_of(one, years)]
    if len(cases) < k:
        raise ConditionsNotMet(
            f"There are fewer than {k} cases in these years, so that no {k} could look alike; nothing was written.",
            [],
            "Take more years together with --years.",
        )
    columns = tuple(policy["columns"])
    outside = [str(one["name"]) for one in columns if one.get("known_outside")]
    rows = held([_row(case, labels, policy["words"]) for case in cases], policy["hidden_first"], k)
    listed = [str(one["name"]) for one in columns if one.get("list")]
    texts = _without_rare(rows, [CATEGORY, *listed], policy["words"], k)
    alone = [str(one["name"]) for one in columns if str(one["name"]) not in outside]
    told = _not_all_the_same(texts, outside, alone, listed, policy["words"])
    alike = min(Counter(tuple(row[name] for name in outside) for row in told).values())
    return DataSet(
        columns, tuple(sorted(told, key=lambda row: [row[str(one["name"])] or "" for one in columns])), k, alike
    )


def held(rows: Sequence[Values], hidden_first: Sequence[str], k: int) -> list[Values]:
    """The rows with values hidden, in this order of columns, until at least k are alike in all of these columns.

    What is left over at the end, fewer than k rows with all of them hidden, takes the smallest group with it. There are at least k rows.
    """
    done: list[Values] = []
    rest = list(rows)
    for place in range(len(hidden_first) + 1):
        groups = _groups(rest, hidden_first)
        done += [row for group in groups for row in group if len(group) >= k]
        rest = [row for group in groups for row in group if len(group) < k]
        if place < len(hidden_first):
            rest = [{**row, hidden_first[place]: None} for row in rest]
    while rest and len(rest) < k:
        smallest = min(_groups(done, hidden_first), key=len)
        done = [row for row in done if row not in smallest]
        rest += [{**row, **dict.fromkeys(hidden_first)} for row in smallest]
    return done + rest


def _groups(rows: Iterable[Values], by: Sequence[str]) -> list[list[Values]]:
    found: dict[tuple[str | None, ...], list[Values]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in by), []).append(row)
    return list(found.values())


def _is_of(case: CaseFacts, years: Sequence[str]) -> bool:
    return year_of(case.notified_on) in years or (case.reviewed_on is not None and year_of(case.reviewed_on) in years)


def _row(case: CaseFacts, labels: Labels, words: Mapping[str, str]) -> Values:
    reviewed = case.reviewed_on is not None
    one: dict[str, str | None] = {
        "year_notified": year_of(case.notified_on),
        "year_of_death": year_of(case.died) if case.died else words["not_known"],
        "year_reviewed": year_of(case.reviewed_on) if case.reviewed_on else words["not_reviewed"],
    }
    for name in (
        "local_authority",
        "age_band",
        "sex",
        "ethnicity",
        "place",
        "expected",
        "gestation",
        "deprivation",
        "jar",
    ):
        one[name] = labels.of(name, case)[0]
    for name in OF_THE_REVIEW:
        one[name] = labels.of(name, case)[0] if reviewed else words["not_reviewed"]
    for name in ("domains", "contributory_factors", "modifiable_factors", "learning_themes"):
        one[name] = _listed(name, case, labels, words) if reviewed else words["not_reviewed"]
    return one


def _listed(name: str, case: CaseFacts, labels: Labels, words: Mapping[str, str]) -> str:
    found = labels.of(name, case)
    unanswered = EVERY in labels.unanswered(name, case, found)
    return words["separator"].join(found) or (NOT_KNOWN if unanswered else words["none"])


def _without_rare(rows: Sequence[Values], listed: Sequence[str], words: Mapping[str, str], k: int) -> list[Values]:
    """What a list has in fewer than k rows is told as that, and not by its name; that there is no review yet says what it says."""
    told = [dict(row) for row in rows]
    for name in listed:
        often = Counter(part for row in rows for part in set((row[name] or "").split(words["separator"])))
        for row in told:
            parts = (row[name] or "").split(words["separator"])
            kept = [part if often[part] >= k or part == words["not_reviewed"] else words["rare"] for part in parts]
            row[name] = words["separator"].join(dict.fromkeys(kept))
    return list(told)


def _not_all_the_same(
    rows: Sequence[Values], by: Sequence[str], columns: Sequence[str], listed: Sequence[str], words: Mapping[str, str]
) -> list[Values]:
    """Hide what every row of a group tells alike: whoever knows that a child is among them would know it of the child."""
    told: list[Values] = []
    for group in _groups(rows, by):
        same = {name for name in columns if _in_all(group, name, name in listed, words)}
        told += [{**row, **dict.fromkeys(same)} for row in group]
    return told


def _in_all(group: Sequence[Values], name: str, is_list: bool, words: Mapping[str, str]) -> bool:
    texts = [row[name] or "" for row in group]
    parts = [set(text.split(words["separator"])) if is_list else {text} for text in texts]
    return bool(parts[0].intersection(*parts[1:]) - {words["not_reviewed"]})
