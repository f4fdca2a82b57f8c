"""One day's screen as lines of text: wrapped at words, no taller than the screen, and readable without its colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import chain, cycle, groupby
from types import MappingProxyType
from typing import Any, TypeAlias

from cdr.documents.fitting import in_lines
from cdr.domain.asking.sending import QUEUED, REFUSED, SENDING, SENT
from cdr.domain.process.due import OVERDUE, THIS_WEEK, TODAY, Task
from cdr.domain.process.today import (
    ARRIVAL,
    DEFERRED,
    GATE,
    HANDING,
    LETTER,
    OPINION,
    PARTLY,
    QUESTION,
    Blocked,
    Sent,
    Today,
    by_when,
)
from cdr.records import dataclass, field, replace

HEADINGS = {OVERDUE: "Overdue", TODAY: "Due today", THIS_WEEK: "Due within a week"}
SENT_HEADING, BLOCKED_HEADING, AREA_HEADING = "Sent since yesterday", "Waiting for others", "The area"
OTHERS_HEADING = "Steps that others take"
HOW_TO_MARK = "What was done is marked with the word in brackets: cdr milestone REF WORD"
KEYS_HEADING = "Keys"
TURNS = {KEYS_HEADING: 3, HEADINGS[OVERDUE]: 3, HEADINGS[TODAY]: 3, HEADINGS[THIS_WEEK]: 2}
MOST_OF_A_CASE = (6, 4, 3, 2, 1)
NARROWEST, WIDEST = 40, 120
NAMED_AGENCIES = 2
FEWEST_TO_GROUP, NAMED_CASES = 3, 5
STATES = {
    QUEUED: "not sent yet",
    SENDING: "interrupted, may have gone out",
    REFUSED: "refused by the mail server",
    PARTLY: "refused by one address",
}
MORE = "cdr today --all"

# The commands of the letters that a step calls for, by its case and its clock.
Letters: TypeAlias = Mapping[tuple[str, str], Sequence[str]]
NO_LETTERS: Letters = MappingProxyType({})


@dataclass(frozen=True)
class Line:
    """One line of the screen; `style` is `heading`, `overdue` or empty."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Item:
    """One thing of a section: the case (empty where there is none), the day in words, and what."""

    case: str
    day: str
    what: str


@dataclass(frozen=True)
class Section:
    """A heading with its items in the order in which they are shown."""

    heading: str
    items: tuple[Item, ...]
    style: str = field(default="")


@dataclass(frozen=True)
class EndingKey:
    """A key of the store that is soon of no use (`ends`) or is of none now (`trouble`, in words)."""

    whose: str
    fingerprint: str
    ends: date | None
    trouble: str


def lines(
    found: Today,
    width: int,
    height: int | None,
    left_out: bool = False,
    keys: Sequence[EndingKey] = (),
    letters: Letters = NO_LETTERS,
) -> list[Line]:
    """The screen; `height` is how many lines there may be (None: as many as it takes), `width` the columns.

    `left_out`: there are cases that cannot be read; `keys` are those that want renewing; `letters` are the commands of letters to be typed.
    """
    columns = max(NARROWEST, min(width, WIDEST))
    sections = [section for section in (_keys(keys), *_sections(found, letters)) if section.items]
    note = _wrapped(_unconfirmed(found.unconfirmed), columns, "")
    end = [*note, *_wrapped(_last(found, left_out, bool(keys)), columns, "")]
    how = _wrapped(HOW_TO_MARK, columns, "") if any(task.words for task in found.tasks) else ()
    whole = [*_screen(sections, columns, _all(sections), airy=True), *how, *end]
    if height is None or len(whole) <= height:
        return whole
    whole = [line for line in whole if line.text]
    last = [*(end if found.waiting else note), Line(f"There is more: {MORE}")]
    return whole if len(whole) <= height else _less(sections, columns, last, height)


def _keys(keys: Sequence[EndingKey]) -> Section:
    items = [
        Item(
            "",
            one.ends.isoformat() if one.ends else "",
            f"{one.whose} {one.trouble or 'ends'}: cdr keys list says what to do",
        )
        for one in keys
    ]
    return Section(KEYS_HEADING, tuple(items), "overdue" if any(one.trouble for one in keys) else "")


def _less(sections: Sequence[Section], columns: int, last: list[Line], height: int) -> list[Line]:
    """As much of every case as the screen holds; where one item a case is too much, some of the cases."""
    short: list[Section] = []
    for most in MOST_OF_A_CASE:
        short = [_in_short(section, most) for section in sections]
        shown = [*_screen(short, columns, _all(short), airy=False), *last]
        if len(shown) <= height:
            return shown
    return [*_screen(short, columns, _fitting(short, columns, height - len(last)), airy=False), *last]


def _all(sections: Sequence[Section]) -> list[int]:
    return [len(section.items) for section in sections]


def _in_short(section: Section, most: int) -> Section:
    """At most so many items a case, the first ones, so that a case with much to do does not hide the others."""
    found: list[Item] = []
    for _, same in groupby(enumerate(section.items), key=lambda numbered: numbered[1].case or numbered[0]):
        items = [item for _, item in same]
        found += items[:most]
        if items[most:]:
            found[-1] = replace(found[-1], what=f"{found[-1].what}; and {len(items) - most} more")
    return replace(section, items=tuple(found))


def _fitting(sections: Sequence[Section], columns: int, room: int) -> list[int]:
    """How many items of each section fit: one of each, then some of each in turn, so that no section crowds out another."""
    heights = [[len(lines) for lines in _blocks(section, columns)] for section in sections]
    often = [n for n, section in enumerate(sections) for _ in range(TURNS.get(section.heading, 1))]
    turns = chain(range(len(sections)), cycle(often))
    shown, full = [0] * len(sections), set[int]()
    left = room - 2 * len(sections)  # each heading, and the line that says how many more there are
    while len(full) < len(sections):
        n = next(turns)
        height = heights[n][shown[n]] if shown[n] < len(heights[n]) else None
        if height is None or height > left:
            full.add(n)
        elif n not in full:
            shown[n], left = shown[n] + 1, left - height
    return shown


def _screen(sections: Sequence[Section], columns: int, shown: Sequence[int], airy: bool) -> list[Line]:
    found = []
    for section, count in zip(sections, shown, strict=True):
        more = len(section.items) - count
        found.append(Line(section.heading, "heading"))
        found += [Line(text, section.style) for block in _blocks(section, columns)[:count] for text in block]
        found += [Line(f"  and {more} more {_things(section, more)}".rstrip())] if more else []
        found += [Line("")] if airy else []
    return found


def _things(section: Section, count: int) -> str:
    return ("case" if count == 1 else "cases") if all(item.case for item in section.items) else ""


def _blocks(section: Section, columns: int) -> list[list[str]]:
    """Each item's lines; a case's reference stands once, before the first of its items."""
    before, blocks = "", []
    for item in section.items:
        name = item.case if item.case != before else " " * len(item.case)
        before = item.case
        start = "  " + "".join(f"{part}  " for part in (name, item.day) if part)
        blocks.append([line.text for line in _wrapped(item.what, columns, start)])
    return blocks


@cache
def _wrapped(text: str, columns: int, start: str) -> tuple[Line, ...]:
    """The text in lines of whole words: references and ids are not broken at their hyphens. Asked again for each try to fit a screen."""
    return tuple(map(Line, in_lines(text, columns, start, " " * len(start), whole=True)))


def _sections(found: Today, letters: Letters) -> Iterator[Section]:
    for when, tasks in by_when([task for task in found.tasks if task.is_own]).items():
        style = "overdue" if when == OVERDUE else ""
        yield Section(HEADINGS[when], tuple(_by_case(tasks, letters)), style)
    yield Section(
        OTHERS_HEADING, tuple(_repeated(_by_case([task for task in found.tasks if not task.is_own], letters)))
    )
    yield Section(
        AREA_HEADING, tuple(Item("", task.due.isoformat(), _with_who(task.what, task.who)) for task in found.area)
    )
    yield Section(SENT_HEADING, tuple(_repeated(_messages(found.sent))))
    yield Section(BLOCKED_HEADING, tuple(_held_up(item, found.on) for item in found.blocked))


def _repeated(items: Iterable[Item]) -> Iterator[Item]:
    """What three cases and more have word for word stands once, where the first of them stood, with its days and the cases."""
    listed = list(items)
    alike: dict[str, list[Item]] = {}
    for item in listed:
        alike.setdefault(item.what, []).append(item)
    told: set[str] = set()
    for item in listed:
        same = alike[item.what]
        if item.what in told:
            continue
        if len({one.case for one in same}) < FEWEST_TO_GROUP:
            yield item
        else:
            told.add(item.what)
            first, last = min(one.day for one in same), max(one.day for one in same)
            days = f" (from {first} to {last})" if first != last else ""
            yield Item("", first, f"{item.what}{days}: {_cases([one.case for one in same])}")


def _cases(references: Sequence[str]) -> str:
    named = list(dict.fromkeys(references))
    more = len(named) - NAMED_CASES
    if more <= 0:
        return ", ".join(named)
    return f"{', '.join(named[:NAMED_CASES])} and {more} other {'case' if more == 1 else 'cases'}"


def _by_case(tasks: Sequence[Task], letters: Letters) -> Iterator[Item]:
    """The tasks, case by case, those first whose first day is earliest; prompts of one level and day on one line."""
    by_case: dict[str, list[Task]] = {}
    for task in tasks:
        by_case.setdefault(task.case, []).append(task)
    for case, own in by_case.items():
        for (due, level, what), same in groupby(own, key=lambda task: (task.due, task.level, task.level or task.what)):
            several = list(same)
            words = _prompt(level, several) if level else what
            yield Item(case, due.isoformat(), _with_who(words, several[0].who) + _to_type(several[0], letters))


def _to_type(task: Task, letters: Letters) -> str:
    """The milestone with which a step is marked as done, and the letter that it calls for, as they are typed."""
    commands = letters.get((task.case, task.clock), ())
    marked = f" [{' or '.join(task.words)}]" if task.words else ""
    return marked + (f": {' or '.join(commands)}" if commands else "")


def _prompt(level: str, tasks: Sequence[Task]) -> str:
    return f"{level} for {_agencies([task.agency for task in tasks])}: cdr chase --overdue"


def _agencies(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= NAMED_AGENCIES else f"{len(names)} agencies"


def _with_who(what: str, who: str) -> str:
    return f"{what} ({who})" if who else what


def _messages(sent: Sequence[Sent]) -> Iterator[Item]:
    """What was sent, one line a case and level; what went wrong stands first."""
    order = sorted(sent, key=lambda one: (one.state == SENT, one.case, one.on, one.level))
    for (_, case, day, level, state), same in groupby(
        order, key=lambda one: (one.state == SENT, one.case, one.on, one.level, one.state)
    ):
        words = f"{level} to {_agencies([one.agency for one in same])}"
        yield Item(case, day.isoformat(), words if state == SENT else f"{STATES[state]}: {words}; see cdr chase")


def _held_up(item: Blocked, on: date) -> Item:
    if item.kind == LETTER:
        again = f", ask again on {item.until}" if item.until else ""
        return Item(item.case, "", _with_who(f"{item.what} since {item.since}{again}", item.who))
    if item.kind == QUESTION:
        return Item(item.case, "", f"{item.what} since {item.since}: cdr question {item.case} list ({item.who})")
    if item.kind == OPINION:
        return Item(item.case, "", f"{item.what} since {item.since}: cdr panel question list {item.case}")
    if item.kind in (ARRIVAL, HANDING, DEFERRED):
        return Item(item.case, "", item.what)
    if item.kind != GATE:
        return Item(item.case, "", f"{item.what} until {item.until} ({item.who})")
    since = f" since {item.since}" if item.since else ""
    if item.until is None:
        expected = ""
    elif item.until < on:
        expected = f", was expected by {item.until}: ask how it stands"
    else:
        expected = f", expected by {item.until}"
    return Item(item.case, "", _with_who(f"{item.what}{since}{expected}", item.who if item.who != item.what else ""))


def _unconfirmed(agencies: Sequence[str]) -> str:
    """That an agency may not have what was sent to it; nothing where each was confirmed."""
    if not agencies:
        return ""
    return f"Nobody has confirmed that what we send arrives at {_agencies(agencies)}: cdr request --test AGENCY"


def _last(found: Today, left_out: bool, has_keys: bool) -> str:
    """What can wait."""
    if not found.waiting:
        where = " in the cases that can be read" if left_out else ""
        return f"Nothing {'else needs' if found.tasks or has_keys else 'needs'} you today{where}."
    one = found.waiting == 1
    others = f"{found.waiting} {'other ' if found.tasks else 'open '}{'case' if one else 'cases'}"
    until = f"nothing due before {found.next_due}" if found.next_due else "nothing due within a week"
    movers = ", ".join(f"{who} {'' if one else count}".strip() for who, count in found.movers)
    return f"{others}: {until}. Next to move: {movers}."


def to_json(found: Today, keys: Sequence[EndingKey] = (), letters: Letters = NO_LETTERS) -> dict[str, Any]:
    """The day for a script."""
    return {
        "schema": "cdr-today/1",
        "as_of": found.on.isoformat(),
        "tasks": [
            {"case": task.case, **_task_json(task), "own": task.is_own, "words": list(task.words)}
            | {"letters": list(letters.get((task.case, task.clock), ()))}
            for task in found.tasks
        ],
        "waiting": found.waiting,
        "next_due": _iso(found.next_due),
        "movers": dict(found.movers),
        "sent": [
            {"case": one.case, "agency": one.agency, "level": one.level, "on": one.on.isoformat(), "state": one.state}
            for one in found.sent
        ],
        "blocked": [
            {
                "case": one.case,
                "kind": one.kind,
                "what": one.what,
                "since": _iso(one.since),
                "until": _iso(one.until),
                "who": one.who,
            }
            for one in found.blocked
        ],
        "unconfirmed": list(found.unconfirmed),
        "area": [_task_json(task) for task in found.area],
        "keys": [{"fingerprint": one.fingerprint, "ends": _iso(one.ends), "trouble": one.trouble} for one in keys],
    }


def _task_json(task: Task) -> dict[str, Any]:
    return {"what": task.what, "clock": task.clock, "due": task.due.isoformat(), "when": task.when, "who": task.who}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
