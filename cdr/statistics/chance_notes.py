"""What a table may say of more and less: only what is beyond chance, with the method, in words from the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdr.statistics.chance import (
    beyond_chance,
    count_limits,
    counts_differ,
    share_interval,
    share_limits,
    shares_differ,
)
from cdr.statistics.tables import OVERLAPPING, RATES, SHARES, TIMES, Cell, Table

Pair = tuple[int, int]
# Their rows change with the year by what they are, or by where the cases came from, and not by chance.
ROWS_NOT_COMPARED = frozenset(
    {"reviews.year_of_death", "notifications.family", "reviews.family", "notifications.other_processes"}
)


def chance_notes(table: Table, rules: Mapping[str, Any]) -> tuple[str, ...]:
    """The sentences of a table on its last column and the one before; `rules` is `rules/intervals.yaml`.

    Nothing is said of times, of open cases (their columns are not alike) and of a column that counts nobody.
    """
    notes = [rules["words"]["rows"]["silent"]] if len(table.columns) > 1 else []
    if table.id in TIMES or table.id.startswith("open."):
        return tuple(notes)
    is_share = table.id in SHARES
    total = [_pair(cell) for cell in table.total]
    if is_share and total[-1][1]:
        notes.append(_interval(total[-1], table.columns[-1], rules))
    if len(total) > 1:
        notes += _compared(table, total, rules)
        notes += _chart(table, total, rules) if _says_whole(table) and not table.breaks else []
    return tuple(notes)


def _says_whole(table: Table) -> bool:
    """Whether it is this table that speaks of its whole: of the tables that count the same children, one is enough."""
    return table.id in SHARES | RATES or table.id.endswith(".local_authority")


def _compared(table: Table, total: Sequence[Pair], rules: Mapping[str, Any]) -> list[str]:
    before, last = table.columns[-2:]
    if any(one.column == last for one in table.breaks):
        return [rules["words"]["no_comparison"].format(last=last, before=before)]
    found = [_whole(table, total, rules) if _says_whole(table) else "", _row_by_row(table, rules)]
    return [sentence for sentence in found if sentence]


def _whole(table: Table, total: Sequence[Pair], rules: Mapping[str, Any]) -> str:
    (n_before, of_before), (n, of) = total[-2:]
    known = {"last": table.columns[-1], "before": table.columns[-2]}
    known |= {"n": str(n), "of": str(of), "n_before": str(n_before), "of_before": str(of_before)}
    if not (n or n_before) or (table.id not in SHARES and not _known_from(total)[:-1]):
        return ""
    if table.id not in SHARES:
        p, rise = counts_differ(n_before, n), n - n_before
        words = rules["words"]["count"]
    elif min(of, of_before) < rules["least_of"]:
        return str(rules["words"]["share"]["few"].format(**known)) if of and of_before else ""
    else:
        p, rise = shares_differ((n_before, of_before), (n, of)), n * of_before - n_before * of
        words = rules["words"]["share"]
    kind = "same" if p > rules["level"] else "more" if rise > 0 else "less"
    return str(words[kind].format(p=_likelihood(p), **known))


def _row_by_row(table: Table, rules: Mapping[str, Any]) -> str:
    if table.id in ROWS_NOT_COMPARED:
        return ""
    words, before = rules["words"]["rows"], table.columns[-2]
    of_shares = table.id in SHARES | OVERLAPPING
    compared = []
    for row in table.rows:
        (n_before, of_before), (n, of) = (_pair(cell) for cell in row.cells[-2:])
        if not of_shares and n + n_before:
            compared.append((row.label, counts_differ(n_before, n), n - n_before))
        elif of_shares and min(of, of_before) >= rules["least_of"]:
            p = shares_differ((n_before, of_before), (n, of))
            compared.append((row.label, p, n * of_before - n_before * of))
    beyond = beyond_chance([p for _, p, _ in compared], rules["level"])
    named = [
        words["more" if rise > 0 else "less"].format(row=label)
        for (label, _, rise), is_beyond in zip(compared, beyond, strict=True)
        if is_beyond
    ]
    if named:
        return str(words["differ"].format(before=before, rows="; ".join(named)))
    return ""


def _chart(table: Table, total: Sequence[Pair], rules: Mapping[str, Any]) -> list[str]:
    chart, words = rules["chart"], rules["words"]["chart"]
    if table.id in SHARES:
        return _share_chart(table, total, rules)
    counts = [n for n, _ in _known_from(total)]
    if len(counts) < chart["least_periods"]:
        return []
    mean, low, high = count_limits(counts, chart["sigmas"])
    columns = table.columns[-len(counts) :]
    outside = [column for column, n in zip(columns, counts, strict=True) if not low <= n <= high]
    provisional = words["provisional"] if len(counts) < chart["provisional_below"] else ""
    known = {"k": len(counts), "low": f"{low:.1f}", "high": f"{high:.1f}", "mean": f"{mean:.1f}"}
    return [
        words["outside" if outside else "within"].format(columns=", ".join(outside), provisional=provisional, **known)
    ]


def _known_from(total: Sequence[Pair]) -> Sequence[Pair]:
    """The columns from the first that counts anybody: those before it are of years that the store does not reach back to."""
    first = next((position for position, (n, _) in enumerate(total) if n), len(total))
    return total[first:]


def _share_chart(table: Table, total: Sequence[Pair], rules: Mapping[str, Any]) -> list[str]:
    chart, words = rules["chart"], rules["words"]["chart"]
    known = [(column, *pair) for column, pair in zip(table.columns, total, strict=True) if pair[1]]
    if len(known) < chart["least_periods"]:
        return []
    common, limits = share_limits([(n, of) for _, n, of in known], chart["sigmas"])
    outside = [column for (column, n, of), (low, high) in zip(known, limits, strict=True) if not low <= n / of <= high]
    provisional = words["provisional"] if len(known) < chart["provisional_below"] else ""
    low, high = min(low for low, _ in limits), max(high for _, high in limits)
    said = {"k": len(known), "low": f"{low:.1%}", "high": f"{high:.1%}", "mean": f"{common:.1%}"}
    return [
        words["outside" if outside else "within"].format(columns=", ".join(outside), provisional=provisional, **said)
    ]


def _interval(pair: Pair, column: str, rules: Mapping[str, Any]) -> str:
    n, of = pair
    low, high = share_interval(n, of, rules["confidence"])
    known = {"percent": f"{100 * n / of:.1f}", "low": f"{100 * low:.1f}", "high": f"{100 * high:.1f}"}
    return str(rules["words"]["share"]["interval"].format(last=column, n=n, of=of, **known))


def _likelihood(p: float) -> str:
    return "under 0.001" if round(p, 3) == 0 else f"= {p:.3f}"


def _pair(cell: Cell) -> Pair:
    return cell.n or 0, cell.of or 0
