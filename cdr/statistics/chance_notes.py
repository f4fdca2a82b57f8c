"""What a table may say of more and less: only what is beyond chance, with the method, in words from the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.statistics.chance import beyond_chance, count_limits, share_interval, share_limits
from cdr.statistics.comparing import (
    COUNT,
    EQUAL,
    FEW,
    SAME,
    SHARE,
    are_comparable,
    change,
    is_broken,
    is_wholly_known,
    kind_of,
    pair,
    question,
    together,
)
from cdr.statistics.tables import RATES, SHARES, TIMES, Table

Pair = tuple[int, int]
# Their rows change with the year by what they are, or by where the cases came from, and not by chance.
ROWS_NOT_COMPARED = frozenset(
    {"reviews.year_of_death", "notifications.family", "reviews.family", "notifications.other_processes"}
)


def chance_notes(table: Table, rules: Mapping[str, Any]) -> tuple[str, ...]:
    """The sentences of a table on its last column and the one before; `rules` is `rules/intervals.yaml`.

    Nothing is said of times, of open cases (their columns are not alike), of a column of which nobody is known, and of a year
    that is not over.
    """
    notes = [rules["words"]["rows"]["silent"]] if are_comparable(table) else []
    if table.id in TIMES or table.id.startswith("open."):
        return tuple(notes)
    whole = _whole_pairs(table, rules)
    if table.id in SHARES and whole[-1] and whole[-1][1] > 1:
        notes.append(_interval(whole[-1], table.columns[-1], rules))
    if len(whole) > 1:
        notes += _compared(table, whole, rules)
        notes += _chart(table, whole, rules) if _says_whole(table, rules) and not table.breaks else []
    return tuple(notes)


def _says_whole(table: Table, rules: Mapping[str, Any]) -> bool:
    """Whether it is this table that speaks of its whole: of the tables that count the same children, one is enough."""
    return table.id in SHARES | RATES or table.id.endswith(".local_authority") or bool(question(table, rules))


def _whole_pairs(table: Table, rules: Mapping[str, Any]) -> list[Pair | None]:
    """What a table asks of its whole, by column: its total, or the rows that are its question."""
    asked = question(table, rules)
    if asked:
        return [together(table.rows, asked, column) for column in range(len(table.columns))]
    return [pair(cell) for cell in table.total]


def _whole_kind(table: Table, rules: Mapping[str, Any]) -> str:
    return kind_of(table) if table.id in SHARES or question(table, rules) else COUNT


def _compared(table: Table, whole: Sequence[Pair | None], rules: Mapping[str, Any]) -> list[str]:
    before, last = table.columns[-2:]
    if is_broken(table):
        return [rules["words"]["no_comparison"].format(last=last, before=before)]
    if not are_comparable(table):
        return []
    found = [_whole(table, whole, rules) if _says_whole(table, rules) else "", _row_by_row(table, rules)]
    return [sentence for sentence in found if sentence]


def _whole(table: Table, whole: Sequence[Pair | None], rules: Mapping[str, Any]) -> str:
    before, now = whole[-2:]
    kind = _whole_kind(table, rules)
    if before is None or now is None or (not (before[0] or now[0]) if kind == COUNT else not (before[1] and now[1])):
        return ""
    if kind == COUNT and question(table, rules) and not is_wholly_known(table):
        return ""
    found = change(kind, before, now, rules)
    words = rules["words"][kind][SAME if found.kind == EQUAL else found.kind]
    known = {"last": table.columns[-1], "before": table.columns[-2], "p": _likelihood(found.p)}
    known |= {"n": str(now[0]), "of": str(now[1]), "n_before": str(before[0]), "of_before": str(before[1])}
    said = str(words.format(**known))
    return f"{' and '.join(question(table, rules))}: {said}" if question(table, rules) else said


def _row_by_row(table: Table, rules: Mapping[str, Any]) -> str:
    if table.id in ROWS_NOT_COMPARED or question(table, rules):
        return ""
    kind, words, before = kind_of(table), rules["words"]["rows"], table.columns[-2]
    if kind == COUNT and not is_wholly_known(table):
        return str(words["unknown"].format(before=before))
    compared = list(_changes(table, kind, rules))
    beyond = beyond_chance([p for _, _, p in compared], rules["level"])
    named = [
        words["more" if rises else "less"].format(row=label)
        for (label, rises, _), is_beyond in zip(compared, beyond, strict=True)
        if is_beyond
    ]
    return str(words["differ"].format(before=before, rows="; ".join(named))) if named else ""


def _changes(table: Table, kind: str, rules: Mapping[str, Any]) -> Iterator[tuple[str, bool, float]]:
    """The rows that can be compared, whether each rises, and how likely chance alone makes its difference."""
    for row in table.rows:
        before, now = (pair(cell) for cell in row.cells[-2:])
        if before is None or now is None or (kind == COUNT and not before[0] + now[0]):
            continue
        found = change(kind, before, now, rules)
        if found.kind != FEW:
            rises = now[0] > before[0] if kind == COUNT else now[0] * before[1] > before[0] * now[1]
            yield row.label, rises, found.p


def _chart(table: Table, whole: Sequence[Pair | None], rules: Mapping[str, Any]) -> list[str]:
    """The control chart of the years that are over and known; what is outside stands beside its own limits, once where several share them."""
    chart, words = rules["chart"], rules["words"]["chart"]
    pairs = zip(table.columns, whole, strict=True)
    known = [(column, one) for column, one in pairs if one is not None and column not in table.apart]
    is_share = _whole_kind(table, rules) == SHARE
    known = [(column, one) for column, one in known if one[1]] if is_share else known
    if len(known) < chart["least_periods"] or (question(table, rules) and not is_share):
        return []
    shown, mean, values, limits = _limits([one for _, one in known], is_share, chart["sigmas"])
    beyond: dict[tuple[str, str], list[str]] = {}
    for (column, _), value, (low, high) in zip(known, values, limits, strict=True):
        if not low <= value <= high:
            beyond.setdefault((shown(low), shown(high)), []).append(column)
    outside = [
        words["one"].format(column=", ".join(named), low=low, high=high) for (low, high), named in beyond.items()
    ]
    low, high = limits[-1]
    said = {"k": len(known), "low": shown(low), "high": shown(high), "mean": shown(mean), "last": known[-1][0]}
    said["provisional"] = words["provisional"] if len(known) < chart["provisional_below"] else ""
    kind = "outside" if outside else "within_shares" if is_share else "within"
    return [words[kind].format(columns="; ".join(outside), **said)]


def _limits(
    pairs: Sequence[Pair], is_share: bool, sigmas: float
) -> tuple[Any, float, list[float], list[tuple[float, float]]]:
    """How a number is shown, the mean, and the value of each period with the limits of its own."""
    if is_share:
        common, limits = share_limits(pairs, sigmas)
        return "{:.1%}".format, common, [n / of for n, of in pairs], limits
    mean, low, high = count_limits([n for n, _ in pairs], sigmas)
    return "{:.1f}".format, mean, [float(n) for n, _ in pairs], [(low, high)] * len(pairs)


def _interval(pair: Pair, column: str, rules: Mapping[str, Any]) -> str:
    n, of = pair
    low, high = share_interval(n, of, rules["confidence"])
    known = {"percent": f"{100 * n / of:.1f}", "low": f"{100 * low:.1f}", "high": f"{100 * high:.1f}"}
    return str(rules["words"]["share"]["interval"].format(last=column, n=n, of=of, **known))


def _likelihood(p: float) -> str:
    return "under 0.001" if round(p, 3) == 0 else f"= {p:.3f}"
