"""What the delay ledger shows, whatever it is written in: bars with their words, places from 0 to 1, and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from cdr.documents.safe import visible
from cdr.domain.case.gates import words
from cdr.domain.process.clocks import add_months
from cdr.records import dataclass
from cdr.statistics import delays
from cdr.statistics.delays import CaseDelays, Cause, YearDelays
from cdr.written import counted

WORDS = {
    delays.NOTIFICATION: "Notification of the death",
    delays.REQUESTS: "Asking the agencies",
    delays.CDRM: "Child death review meeting",
    delays.PANEL: "Panel meeting",
    delays.BETWEEN: "Nothing that is known of",
    delays.NOT_KNOWN: "Not known",
}
RULE = (
    "A day on which several things were waited for is open for each of them, and is attributed to one: what others wait for "
    "comes first. So the attributed days sum to all days."
)
PURPOSE = "For the child death review partners. Not for publication."
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60)
DAY_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000)
MOST_TICKS = 9


@dataclass(frozen=True)
class Span:
    """A part of a bar, from and to a place between 0 and 1; `attributed` where the cause took these days."""

    start: float
    end: float
    attributed: bool


@dataclass(frozen=True)
class Bar:
    """One cause; `cases` is None in the ledger of one case."""

    cause: Cause
    label: str
    open_days: int
    attributed_days: int
    spans: tuple[Span, ...]
    cases: int | None = None


@dataclass(frozen=True)
class Chart:
    """One picture with its table: `ticks` are places and words below the bars, `total` all days."""

    id: str
    title: str
    summary: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    total: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """All that is shown: a title, the charts, and what to know about them."""

    title: str
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]


def case_page(found: CaseDelays, names: Mapping[str, str]) -> Page:
    """The ledger of one case; `names` are the agencies' by id."""
    label = _labels(names)
    whole = max(found.days, 1)
    bars = tuple(
        Bar(
            cause,
            label(cause),
            found.open_days(cause),
            found.attributed_days(cause),
            tuple(_spans(found, cause, whole)),
        )
        for cause in found.causes
    )
    until = f"the review on {found.end}" if found.reviewed else f"{found.end}; the review is still to come"
    summary = f"{counted(found.days, 'day')} from the death on {found.died} to {until}."
    unclear = [f"Not counted, because the day on which it ended is not known: {words(kind)}." for kind in found.unclear]
    chart = Chart(
        "case",
        f"What {found.case} waited for",
        summary,
        bars,
        tuple(_months(found.died, found.end)),
        found.days,
        tuple(unclear),
    )
    return Page(f"Days of waiting: {found.case}", (chart,), (RULE,))


def year_page(found: YearDelays, area: str, names: Mapping[str, str]) -> Page:
    """The ledger of a year: the cases reviewed in it, and those still open at its end."""
    label = _labels(names)
    reviewed = _year_chart(
        "reviewed", f"Reviewed in {found.year}", found.reviewed, label, "from the death to the review"
    )
    to = f"from the death to {found.counted_to}"
    still_open = _year_chart("open", f"Still open on {found.counted_to}", found.still_open, label, to)
    return Page(f"{area}: days of waiting, {found.year}", (reviewed, still_open), (RULE,))


def share(bar: Bar, chart: Chart) -> str:
    """A bar's part of all days in percent."""
    percent = 100 * bar.attributed_days / chart.total if chart.total else 0
    return "-" if not chart.total else "<1%" if 0 < percent < 1 else f"{percent:.0f}%"


def _labels(names: Mapping[str, str]) -> Callable[[Cause], str]:
    def label(cause: Cause) -> str:
        if cause.kind == delays.RETURN:
            return f"Return: {names.get(cause.which, cause.which)}"
        process = words(cause.which) if cause.kind == delays.GATE else ""
        return WORDS.get(cause.kind) or process[:1].upper() + process[1:]

    return label


def _spans(found: CaseDelays, cause: Cause, whole: int) -> Iterator[Span]:
    for one in found.stretches:
        if one.cause == cause:
            yield Span((one.start - found.died).days / whole, (one.end - found.died).days / whole, one.attributed)


def _months(start: date, end: date) -> Iterator[tuple[float, str]]:
    """The beginnings of months on the way, as many as can be read, with the year where it is the first or a new one."""
    first = (start.replace(day=1) + timedelta(days=32)).replace(day=1) if start.day > 1 else start
    months = (end.year - first.year) * 12 + end.month - first.month
    step = next((step for step in MONTH_STEPS if months / step <= MOST_TICKS), MONTH_STEPS[-1])
    whole, year = max((end - start).days, 1), 0
    for count in range(0, months + 1, step):
        day = add_months(first, count)
        if day > end:
            return
        yield (day - start).days / whole, f"{day:%b}" if day.year == year else f"{day:%b %Y}"
        year = day.year


def _year_chart(id_: str, title: str, cases: Sequence[CaseDelays], label: Callable[[Cause], str], span: str) -> Chart:
    sums: dict[Cause, tuple[int, int, int]] = {}
    for one in cases:
        for cause in one.causes:
            open_, taken, count = sums.get(cause, (0, 0, 0))
            sums[cause] = open_ + one.open_days(cause), taken + one.attributed_days(cause), count + 1
    longest = max((open_ for open_, _, _ in sums.values()), default=0) or 1
    bars = tuple(
        Bar(cause, label(cause), open_, taken, _lengths(open_, taken, longest), count)
        for cause, (open_, taken, count) in sorted(
            sums.items(), key=lambda pair: (-pair[1][1], -pair[1][0], label(pair[0]))
        )
    )
    total = sum(one.days for one in cases)
    return Chart(
        id_, title, f"{counted(len(cases), 'case')}; together {counted(total, 'day')} {span}." if cases else "No case.", bars,
        tuple(_scale(longest)) if bars else (), total, tuple(_year_notes(cases)),
    )  # fmt: skip


def _year_notes(cases: Sequence[CaseDelays]) -> Iterator[str]:
    silent = sum(Cause(delays.NOT_KNOWN) in one.causes for one in cases)
    if silent:
        yield f"Not known: {counted(silent, 'case')} without a ledger (from a register, or from before cdr was used)."
    unclear = sum(bool(one.unclear) for one in cases)
    if unclear:
        yield f"In {counted(unclear, 'case')} a process is left out, because the day on which it ended is not known."


def _lengths(open_: int, taken: int, longest: int) -> tuple[Span, ...]:
    spans = (Span(0, taken / longest, True), Span(taken / longest, open_ / longest, False))
    return tuple(span for span in spans if span.start < span.end)


def _scale(longest: int) -> Iterator[tuple[float, str]]:
    step = next((step for step in DAY_STEPS if longest / step <= MOST_TICKS), DAY_STEPS[-1])
    yield from ((days / longest, f"{days:,}") for days in range(0, longest + 1, step))


def heads(chart: Chart) -> list[str]:
    """The table's columns."""
    cases = ["cases"] if chart.id != "case" else []
    return ["waited for", *cases, "days open", "days attributed", "share"]


def cells(bar: Bar, chart: Chart) -> list[str]:
    """A bar as a row of the table."""
    cases = [] if bar.cases is None else [str(bar.cases)]
    return [visible(bar.label), *cases, f"{bar.open_days:,}", f"{bar.attributed_days:,}", share(bar, chart)]


def total_cells(chart: Chart) -> list[str]:
    """The table's last row: all days, each attributed once."""
    return ["All days", *([""] if chart.id != "case" else []), "", f"{chart.total:,}", "100%" if chart.total else "-"]
