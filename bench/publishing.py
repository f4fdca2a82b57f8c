"""What is given on: the data sets of 58 areas with 40,000 cases answered by DuckDB, their tallies added up, and how much a public edition shows.

    python bench/publishing.py [CASES]        (40,000 without an argument)
    python bench/publishing.py areas [N]      (500 random areas of three tables and three years: each is attacked as it is published)

The cases are invented, in memory; nothing is a store here, so nothing of what encryption costs is in the times.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from cdr.app import rules
from cdr.documents.tables.data_package import CSV, OFFLINE, PARQUET, as_csv, write_parquet
from cdr.statistics.attack import Attack
from cdr.statistics.data_set import data_set
from cdr.statistics.facts import CaseFacts
from cdr.statistics.labels import Labels
from cdr.statistics.merging import merged
from cdr.statistics.public_counts import PUBLISHED, SMALL
from cdr.statistics.public_tally import PublicEdition, public_edition
from cdr.statistics.published_counts import spans, sums, told, true_counts
from cdr.statistics.released import Released
from cdr.statistics.rounding import ROUND, Method
from cdr.statistics.tables import SHARES, Table, Tally
from cdr.statistics.tally import Choice, tally
from cdr.statistics.tally_json import from_json, to_json
from cdr.statistics.told import Key, Limits, Sum, Told
from cdr.statistics.years import years_ending

AREAS, REGION, YEARS, LAST = 58, 8, 12, "2025/26"
FACTORS = (
    "child_health_history",
    "chronic_asthma",
    "smoking_in_household",
    "agency_communication",
    "overcrowding",
    "acute_illness",
)
THEMES = ("escalation", "communication", "safe_sleep", "record_keeping")
AGES = (1, 1, 1, 10, 60, 200, 700, 2000, 3500, 5000, 6300)
SUPPRESSED, ROUNDED = Method(), Method(ROUND)
TEN = (
    "notifications.local_authority", "notifications.age_band", "notifications.sex", "notifications.ethnicity", "notifications.place",
    "reviews.age_band", "reviews.category", "reviews.modifiable_by_category", "reviews.domains", "reviews.modifiable_factors",
)  # fmt: skip
THREE = ("notifications.age_band", "notifications.sex", "notifications.local_authority")
T = TypeVar("T")


def invented(area: str, n: int, first: date, days: int) -> Iterator[CaseFacts]:
    """So many cases of an area."""
    chance = random.Random(f"{area} {n}")
    for number in range(n):
        notified = first + timedelta(days=chance.randrange(days))
        reviewed = notified + timedelta(days=chance.randrange(100, 700)) if chance.random() < 0.85 else None
        category = chance.choices(range(1, 11), (1, 2, 4, 5, 4, 4, 12, 20, 5, 6))[0] if reviewed else None
        yield CaseFacts(
            case=f"{notified.year}-{number:04}",
            notified_on=notified,
            died=notified,
            born=notified - timedelta(days=chance.choice(AGES)),
            sex=chance.choice(["male", "male", "female"]),
            ethnicity=chance.choice("AAAAAABCHJMNR"),
            local_authority=f"{area} {chance.choice(['North', 'South', 'South'])}",
            place=chance.choice(["neonatal_unit", "emergency_department", "home_normal_residence", "public_place"]),
            expected=chance.choice(["expected", "unexpected"]),
            gestation_weeks=chance.randrange(22, 42),
            jar=chance.random() < 0.3,
            deprivation_decile=min(10, 1 + int(10 * chance.random() ** 2)),
            reviewed_on=reviewed,
            category=category,
            modifiable=chance.choice(["yes", "no"]) if reviewed else None,
            domains={letter: chance.randrange(3) for letter in "ABCD"} if reviewed else {},
            contributory_factors=tuple(chance.sample(FACTORS, 2)) if reviewed else (),
            modifiable_factors=tuple(chance.sample(FACTORS, 1)) if reviewed and chance.random() < 0.4 else (),
            learning_themes=tuple(chance.sample(THEMES, 1)) if reviewed else (),
        )


def timed(action: Callable[[], T]) -> tuple[T, float]:
    """What an action gives, and the processor time that it took."""
    start = time.process_time()
    found = action()
    return found, time.process_time() - start


def counted(area: str, cases: list[CaseFacts], years: int, **choice: Any) -> Tally:
    """The tables of an area."""
    names = (f"{area} North", f"{area} South")
    return tally(cases, area, names, {}, LAST, years, rules("bands"), Choice(**choice))


def _together(tallies: Sequence[Any]) -> Tally:
    return merged([from_json(one) for one in tallies])


# ---- national --------------------------------------------------------------------------------------------------------


def national(cases: int) -> None:
    """Write the data sets of all areas, ask DuckDB of one, of a region and of all, and add up the tallies."""
    areas = [f"Area {n + 1}" for n in range(AREAS)]
    first = date(int(LAST[:4]) - YEARS + 1, 4, 1)
    known = {area: list(invented(area, cases // AREAS, first, 365 * YEARS)) for area in areas}
    with tempfile.TemporaryDirectory() as folder:
        sets, took = timed(lambda: {area: write(Path(folder) / area, area, known[area]) for area in areas})
        shown = sum(one[0] for one in sets.values()) / sum(one[1] for one in sets.values())
        rows = sum(one[2] for one in sets.values())
        print(
            f"{rows} cases of {AREAS} areas: data sets made in {took:.1f} s, {took / AREAS:.2f} s an area; {shown:.0%} of the values shown"
        )
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
        text = sum(path.stat().st_size for path in Path(folder).rglob("*.csv"))
        print(f"CSV {text / 1e6:.1f} MB, Parquet {size / 1e6:.1f} MB")
        for name, chosen in (("one area", areas[:1]), ("a region", areas[:REGION]), ("England", areas)):
            ask(name, [Path(folder) / area / PARQUET for area in chosen])
    tallies, took = timed(lambda: [to_json(counted(area, known[area], 4)) for area in areas])
    print(
        f"tallies of four years: {took:.1f} s, {took / AREAS:.3f} s an area, {len(json.dumps(tallies)) / 1e6:.1f} MB of JSON together"
    )
    for name, number in (("a region", REGION), ("England", AREAS)):
        whole, took = timed(partial(_together, tallies[:number]))
        public, also = timed(partial(public_edition, whole))
        print(
            f"{name}: {number} tallies added up in {took:.2f} s, for publication in {also:.1f} s more, {public.shown:.0%} of the rows' counts shown"
        )


def write(folder: Path, area: str, cases: list[CaseFacts]) -> tuple[int, int, int]:
    """One area's data set; how many values are shown, of how many, and how many rows."""
    policy = rules("export")
    labels = Labels((f"{area} North", f"{area} South"), {}, rules("bands"))
    made = data_set(cases, labels, years_ending(LAST, YEARS), policy, int(policy["k"]))
    folder.mkdir()
    (folder / CSV).write_bytes(as_csv(made))
    write_parquet(folder / CSV, folder / PARQUET)
    every = len(made.rows) * len(made.names)
    return every - sum(made.hidden().values()), every, len(made.rows)


QUESTIONS = {
    "categories by year": "SELECT year_reviewed, category, count(*) FROM cases GROUP BY ALL ORDER BY ALL",
    "modifiable by age": "SELECT age_band, category, avg((modifiable = 'Modifiable factors identified')::INT) FROM cases GROUP BY ALL",
    "factors": "SELECT trim(factor), count(*) FROM (SELECT unnest(string_split(contributory_factors, ';')) AS factor FROM cases) GROUP BY ALL",
}


def ask(name: str, files: list[Path]) -> None:
    """Three questions to DuckDB, each of files that it has not open yet."""
    import duckdb

    for title, question in QUESTIONS.items():
        with duckdb.connect(":memory:", config=OFFLINE) as engine:
            listed = ", ".join(f"'{path}'" for path in files)
            engine.execute(f"CREATE VIEW cases AS SELECT * FROM read_parquet([{listed}])")
            rows, took = timed(partial(_answered, engine, question))
        print(f"  {name}: {title}: {len(rows)} rows in {1000 * took:.0f} ms")


def _answered(engine: Any, question: str) -> list[Any]:
    return list(engine.execute(question).fetchall())


# ---- how much is shown ----------------------------------------------------------------------------------------------


def shown() -> None:
    """Of ten tables and three years: how much is shown by each method, and by hiding small counts alone, of which some come out."""
    print("deaths  suppress        round           small alone, given away")
    for deaths in (30, 60, 120, 300):
        cases = list(invented("Area", deaths, date(int(LAST[:4]) - 2, 4, 1), 3 * 365))
        exact = counted("Area", cases, 3, tables=TEN)
        line = f"{deaths:6}"
        for method in (SUPPRESSED, ROUNDED):
            edition, took = timed(partial(public_edition, exact, (), (), method))
            line += f"  {edition.shown:4.0%} in {took:4.1f} s"
        part, open_ = naive([exact])
        print(f"{line}  {part:4.0%}, {open_}")


def naive(exact: Sequence[Tally]) -> tuple[float, int]:
    """Small counts of rows and totals hidden alone: the part of the rows' counts that is shown, and how many of the small ones come out."""
    tables = [table for one in exact for table in one.tables if table.id in PUBLISHED]
    true = {key: n for table in tables for key, n in true_counts(table)}
    small = {key for key, n in true.items() if 0 < n < SUPPRESSED.fewest}
    limits = {key: (1, None) if key in small else (n, n) for key, n in true.items()}
    secrets = {
        key: SUPPRESSED.secret(reaches=True) for key in small if key[0] not in SHARES and "modifiable_by" not in key[0]
    }
    open_ = Attack(Told(limits, lines_of(tables))).given_away(secrets)
    cells = [cell.n for table in tables for row in table.rows for cell in row.cells if cell.n is not None]
    return sum(not 0 < n < SUPPRESSED.fewest for n in cells) / len(cells), len(open_)


# ---- random areas ----------------------------------------------------------------------------------------------------


def areas(number: int) -> None:
    """So many random areas, which publish three tables of three years, and then the years as one.

    In how many is a small count worked out, where small counts alone are hidden and where cdr hides?
    """
    chance = random.Random(17)
    broken = {"small alone": 0, **{method.name: 0 for method in (SUPPRESSED, ROUNDED)}}
    part = dict.fromkeys(broken, 0.0)
    for n in range(number):
        deaths, area = chance.choice((10, 20, 30, 60, 90, 150, 300)), f"Area {n}"
        cases = list(invented(area, deaths, date(int(LAST[:4]) - 2, 4, 1), 3 * 365))
        exact, as_one = (counted(area, cases, 3, tables=THREE, pooled=pooled) for pooled in (False, True))
        alone = naive([exact, as_one])
        part["small alone"] += alone[0]
        broken["small alone"] += bool(alone[1])
        for method in (SUPPRESSED, ROUNDED):
            first = public_edition(exact, (), (), method)
            second = public_edition(as_one, [Released(first.tally, first.secrets, small_of(first))], (), method)
            part[method.name] += (first.shown + second.shown / 3) / (1 + 1 / 3)
            broken[method.name] += bool(worked_out([exact, as_one], [first, second], method))
    for name, open_ in broken.items():
        print(f"{name}: of {number} areas {open_} broken; {part[name] / number:.0%} of the counts in rows shown")


def small_of(edition: PublicEdition) -> frozenset[Key]:
    """What is hidden of an edition for being small, which is what its mark tells where it is rounded."""
    return frozenset(key for key, why in edition.hidden.items() if why == SMALL and edition.tally.rounded)


def worked_out(exact: Sequence[Tally], editions: Sequence[PublicEdition], method: Method) -> int:
    """How many small counts an attack finds on editions as they are read; which are small it has from the exact tables."""
    true = {key: n for one in exact for table in one.tables for key, n in true_counts(table)}
    small = {key: method.secret(reaches=True) for key, n in true.items() if 0 < n < method.fewest}
    limits: dict[Key, Limits] = {}
    tables: list[Table] = []
    for one in editions:
        read = from_json(to_json(one.tally))
        limits |= told(read, small_of(one))
        tables += read.tables
    return len(Attack(Told(limits, lines_of(tables))).given_away(small))


def lines_of(tables: Iterable[Table]) -> tuple[Sum, ...]:
    """The sums that every reader of these tables knows."""
    lines = list(dict.fromkeys(sums(tables)))
    return tuple(dict.fromkeys([*lines, *spans(key for line in lines for key in line.members)]))


def main(cases: int) -> None:
    """What is shown, and the national figures, printed."""
    shown()
    national(cases)


if __name__ == "__main__":
    if sys.argv[1:2] == ["areas"]:
        areas(int(sys.argv[2]) if len(sys.argv) > 2 else 500)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 40_000)
