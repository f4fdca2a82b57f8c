"""The day a letter would arrive, and the days on which a letter from us should not fall through the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cdr import moments
from cdr.domain.process.clocks import WorkingDays
from cdr.domain.rulebook.validation import at, date_at, items_at, number_at, read_date, text_at, words_at
from cdr.records import dataclass

TERM_DAYS = 280  # a pregnancy is counted as forty weeks
SUNDAY = 6

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Margin:
    """What a day is called in a sentence, and how many days before and after it are kept free too."""

    name: str
    before: int
    after: int

    @staticmethod
    def of(item: Body) -> Margin:
        """The margin of one entry of the rules."""
        return Margin(item["name"], item["before"], item["after"])


@dataclass(frozen=True)
class Festival:
    """A festival of a faith: its margin, beginnings of words that name the faith or another, and its first days by year."""

    margin: Margin
    faiths: tuple[str, ...]
    other_faiths: tuple[str, ...]
    days: tuple[date, ...]


@dataclass(frozen=True)
class DayRules:
    """When letters arrive and which days are kept free; `every_year` keeps the entries of the rules as they are."""

    earliest_days: int
    latest_working_days: int
    look_ahead_days: int
    family: Mapping[str, Margin]
    every_year: tuple[Body, ...]
    festival_years: tuple[int, int]
    festivals: tuple[Festival, ...]

    @staticmethod
    def from_rules(body: Body) -> DayRules:
        """The rules of a file such as `rules/letter-days.yaml`."""
        return DayRules(
            earliest_days=body["arrives"]["earliest_days"],
            latest_working_days=body["arrives"]["latest_working_days"],
            look_ahead_days=body["look_ahead_days"],
            family={key: Margin.of(item) for key, item in body["of_the_family"].items()},
            every_year=tuple(body["every_year"]),
            festival_years=(body["festival_years"]["first"], body["festival_years"]["last"]),
            festivals=tuple(
                Festival(
                    Margin.of(item),
                    tuple(item["when_religion_has"]),
                    tuple(item.get("but_not") or ()),
                    tuple(moments.day(day) for day in item["days"]),
                )
                for item in body["festivals"]
            ),
        )


@dataclass(frozen=True)
class KeptFree:
    """A day with the days around it that no letter should arrive on; `name` never says whose day or when it is."""

    name: str
    first: date
    last: date

    @staticmethod
    def around(margin: Margin, day: date) -> KeptFree:
        """The days around one day."""
        return KeptFree(margin.name, day - timedelta(days=margin.before), day + timedelta(days=margin.after))


@dataclass(frozen=True)
class Calendar:
    """The days kept free for one family, with which any day of posting can be tried."""

    kept_free: tuple[KeptFree, ...]
    rules: DayRules
    working_days: WorkingDays

    def arrives(self, sent_on: date) -> tuple[date, date]:
        """The first and the last day on which a letter posted then is likely to arrive."""
        first = sent_on + timedelta(days=self.rules.earliest_days)
        return first, max(first, self.working_days.add(sent_on, self.rules.latest_working_days))

    def in_the_way(self, sent_on: date) -> list[str]:
        """What the letter would arrive close to, each once; nothing where the day is good."""
        first, last = self.arrives(sent_on)
        return list(dict.fromkeys(day.name for day in self.kept_free if day.first <= last and first <= day.last))

    def next_good_day(self, sent_on: date) -> date | None:
        """The next working day on which the letter may be posted; None where none is found in the time looked ahead."""
        ahead = (sent_on + timedelta(days=n) for n in range(1, self.rules.look_ahead_days + 1))
        return next((day for day in ahead if self.working_days.is_working(day) and not self.in_the_way(day)), None)


def calendar(form_a: Body, gates: Sequence[Body], about: date, rules: DayRules, working_days: WorkingDays) -> Calendar:
    """The days to keep free around `about`, from Form A, from what the letter gates say, and from the rules.

    Source: process 4.5.
    """
    years = range(about.year - 1, about.year + 2)
    found = [*_of_the_family(form_a, rules, years), *_of_the_gates(gates, rules)]
    found += [*_of_every_year(rules, years), *_of_the_faith(form_a, rules)]
    return Calendar(tuple(sorted(found, key=lambda day: (day.first, day.name))), rules, working_days)


def _of_the_family(form_a: Body, rules: DayRules, years: Iterable[int]) -> Iterator[KeptFree]:
    parents = [date_at(parent, "date_of_birth") for _, parent in items_at(form_a, "family.parents")]
    yearly = [
        ("birthday", date_at(form_a, "child.date_of_birth")),
        ("died", date_at(form_a, "death.date")),
        *(("parents_birthday", born) for born in parents),
    ]
    for key, day in yearly:
        if day is not None:
            yield from (KeptFree.around(rules.family[key], _in_year(day, year)) for year in years)
    due = due_date(form_a)
    if due is not None:
        yield KeptFree.around(rules.family["due_date"], due)


def _in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February is the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def due_date(form_a: Body) -> date | None:
    """The day on which a baby who died before it was due to be born; None where that is not so or not known."""
    born, died = date_at(form_a, "child.date_of_birth"), date_at(form_a, "death.date")
    weeks, days = number_at(form_a, "child.gestation.weeks"), number_at(form_a, "child.gestation.days")
    if born is None or died is None or weeks is None:
        return None
    due = born + timedelta(days=TERM_DAYS - int(weeks) * 7 - int(days or 0))
    return due if due >= died else None


def _of_the_gates(gates: Sequence[Body], rules: DayRules) -> Iterator[KeptFree]:
    for gate in gates:
        funeral = read_date(at(gate, "funeral_on"))
        named = [("funeral", funeral)] if funeral else []
        named += [("inquest", day) for text in words_at(gate, "inquest_on") if (day := read_date(text))]
        named += [("asked_for", day) for text in words_at(gate, "avoid") if (day := read_date(text))]
        yield from (KeptFree.around(rules.family[key], day) for key, day in named)


def _of_every_year(rules: DayRules, years: Iterable[int]) -> Iterator[KeptFree]:
    for item in rules.every_year:
        yield from (KeptFree.around(Margin.of(item), _day_of(item, year)) for year in years)


def _day_of(item: Body, year: int) -> date:
    if "easter" in item:
        from dateutil.easter import easter

        return easter(year) + timedelta(days=item["easter"])
    if "sunday" in item:
        month, which = item["sunday"]
        first = date(year, month, 1)
        return first + timedelta(days=(SUNDAY - first.weekday()) % 7 + 7 * (which - 1))
    return date(year, item["month"], item["day"])


def _faith(form_a: Body) -> list[str]:
    said = f"{text_at(form_a, 'child.religion')} {text_at(form_a, 'family.religion')}".casefold()
    return "".join(letter if letter.isalpha() else " " for letter in said).split()


def _festivals(form_a: Body, rules: DayRules) -> list[Festival]:
    words = _faith(form_a)
    return [
        found
        for found in rules.festivals
        if any(word.startswith(found.faiths) for word in words)
        and not any(word.startswith(found.other_faiths) for word in words)
    ]


def _of_the_faith(form_a: Body, rules: DayRules) -> Iterator[KeptFree]:
    for festival in _festivals(form_a, rules):
        yield from (KeptFree.around(festival.margin, day) for day in festival.days)


def festivals_not_known(form_a: Body, sent_on: date, rules: DayRules) -> bool:
    """Whether the family's faith has festivals whose days the rules do not have for that year."""
    first, last = rules.festival_years
    return bool(_festivals(form_a, rules)) and not first <= sent_on.year <= last
