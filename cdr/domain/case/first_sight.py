"""Many children in an order in which it is seen at first sight who may be one of them: by date of birth, and by NHS number.

In each text the entries are of one length, and in order, so that one is found by halves; nothing is made of the thousands of others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cdr.domain.case.duplicates import Identity, Likeness

WIDTH = len("2026-01-09")  # of a date, and of an NHS number
PLACE = 8  # digits
BETWEEN, END = "|", ";"  # which JSON writes as they are, so that it reads a long text in no time
DAYS, NUMBERS = 2 * WIDTH + PLACE, WIDTH + PLACE
NAMES = ("names", "first", "family", "also")


def in_order(children: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Children, by their cases (as `Identity.to_dict` tells of each), as JSON: `days` has two dates and where the child stands in `told`, `numbers`
    the NHS number and which of the days it is with; what fits in none of these is `odd`. Of whom neither is known nobody is ever compared with."""
    days, numbers, told, at = list[str](), list[str](), list[str](), 0
    odd: dict[str, dict[str, str]] = {}
    for case, child in sorted(children.items(), key=lambda one: (one[1]["born"], one[1]["died"], one[0])):
        number, born, died = child["nhs_number"], child["born"], child["died"]
        words = [case, number, *(child[name] for name in NAMES)]
        if not all(map(_fits, (number, born, died))) or any(BETWEEN in word or END in word for word in words):
            odd[case] = {**child}
        elif number or born:
            numbers += [f"{number:{WIDTH}}{len(days):0{PLACE}}"] if number else []
            days.append(f"{born:{WIDTH}}{died:{WIDTH}}{at:0{PLACE}}")
            told.append(BETWEEN.join(words) + END)
            at += len(told[-1])
    return {"days": "".join(days), "numbers": "".join(sorted(numbers)), "told": "".join(told), "odd": odd}


def may_be(kept: Mapping[str, Any], likeness: Likeness) -> dict[str, Identity]:
    """Those of the children that `in_order` gave who may be one or look like it, by their cases; of any other neither need be asked."""
    days, numbers, child = kept["days"], kept["numbers"], likeness.child
    places = {int(one[WIDTH:]) for one in _those(numbers, NUMBERS, {child.nhs_number, *likeness.numbers})}
    found = [days[place * DAYS : (place + 1) * DAYS] for place in places]
    found += _those(days, DAYS, {child.born, *likeness.births})
    there = dict(_told(kept["told"], one) for one in {*found})
    there |= {case: Identity.from_dict(one) for case, one in kept["odd"].items()}
    return {case: one for case, one in sorted(there.items()) if likeness.may_be(one)}


def _fits(value: str) -> bool:
    return len(value) <= WIDTH and value == value.strip()


def _those(text: str, length: int, wanted: Iterable[str]) -> Iterator[str]:
    """The entries that begin with one of these."""

    def beginning(place: int) -> str:
        return text[place * length : place * length + WIDTH]

    count = len(text) // length
    for one in wanted:
        padded = f"{one:{WIDTH}}"
        place = bisect_left(range(count), padded, key=beginning) if one else count
        while place < count and beginning(place) == padded:
            yield text[place * length : (place + 1) * length]
            place += 1


def _told(told: str, days: str) -> tuple[str, Identity]:
    at = int(days[2 * WIDTH :])
    case, number, names, first, family, also = told[at : told.index(END, at)].split(BETWEEN)
    born, died = days[:WIDTH].rstrip(" "), days[WIDTH : 2 * WIDTH].rstrip(" ")
    return case, Identity(number, names, born, died, first, family, also)
