"""The answers of several forms to one field, gathered: who gave which, where they differ, in the order of the form's schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.ncmd.ncmd_words import (
    NO_ANSWER,
    Schema,
    answer_in_words,
    disagree,
    folded_answer,
    is_comparable,
    is_group,
    is_list_of_groups,
)
from cdr.records import dataclass, field, replace

DIFFER = "differ"
SEVERAL = "several"
Given = list[tuple[str, Any]]  # a source's id and what it says


@dataclass(frozen=True)
class Answer:
    """One answer: as the document has it, in words, and the ids of those who gave it."""

    value: Any
    words: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One field of the crib, or (no answers, not needed) the heading of the lines below it that are deeper.

    `mark` is differ where the answers cannot all be right, several where they are different words, else empty; `needed`
    where the minimum lacks the field: then the form itself has no answer, though a return may. `trail` are the headings above.
    """

    key: str
    title: str
    depth: int
    trail: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    mark: str = ""
    needed: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether it only stands above other lines."""
        return not self.answers and not self.needed


@dataclass(frozen=True)
class Reading:
    """How a form is read: agencies by id, keys that are needed, lists whose items belong together or take one line.

    `form` and a field's key without the numbers of lists make the names in `together` and `one_line`; `others` are the
    answers that other forms give to the same field.
    """

    form: str
    agencies: Mapping[str, str]
    needed: frozenset[str] = frozenset()
    together: Mapping[str, str] = field(default_factory=dict)
    one_line: frozenset[str] = frozenset()
    others: Mapping[str, Given] = field(default_factory=dict)

    def wants(self, key: str) -> bool:
        """Whether the field or something within it is needed."""
        return any(needed == key or needed.startswith(f"{key}.") for needed in self.needed)


@dataclass(frozen=True)
class Spot:
    """Where a line stands: the field's key, how deep, and the headings above it."""

    key: str
    depth: int = 0
    trail: tuple[str, ...] = ()

    def under(self, heading: str, key: str) -> Spot:
        """A place one deeper, below a heading."""
        return Spot(f"{self.key}.{key}" if self.key else key, self.depth + 1, (*self.trail, heading))


def lines(schema: Schema, given: Given, spot: Spot, reading: Reading, title: str = "") -> Iterator[Line]:
    """The lines of one field, from those who gave an answer; none where nobody did and nothing is needed."""
    told = [(source, value) for source, value in given if value not in NO_ANSWER or value == []]
    name = title or str(schema.get("title") or _spaced(spot.key.rpartition(".")[2]))
    if is_group(schema):
        yield from _group(schema, told, spot, reading, name)
    elif is_list_of_groups(schema) and any(value for _, value in told):
        yield from _list(schema, told, spot, reading, name)
    else:
        yield from _leaf(schema, told, spot, reading, name)


def _leaf(schema: Schema, told: Given, spot: Spot, reading: Reading, name: str) -> Iterator[Line]:
    every = [*told, *(pair for pair in reading.others.get(spot.key, []) if pair[1] not in NO_ANSWER)]
    needed = spot.key in reading.needed
    if every or needed:
        answers, mark = _answers(schema, every, reading)
        yield Line(spot.key, name, spot.depth, spot.trail, answers, mark, needed)


def _answers(schema: Schema, given: Given, reading: Reading) -> tuple[tuple[Answer, ...], str]:
    """The different answers, each once with all who gave it, and the mark that they call for."""
    found: dict[str, Answer] = {}
    for source, value in given:
        same = folded_answer(value)
        before = found.get(same) or Answer(value, answer_in_words(schema, value, reading.agencies), ())
        found[same] = replace(before, sources=tuple(dict.fromkeys((*before.sources, source))))
    answers = tuple(found.values())
    if len(answers) < 2:
        return answers, ""
    if disagree(schema, [answer.value for answer in answers]):
        return answers, DIFFER
    return answers, "" if is_comparable(schema) else SEVERAL


def _group(schema: Schema, told: Given, spot: Spot, reading: Reading, name: str) -> Iterator[Line]:
    if spot.trail[-1:] == (name,):  # its heading stands there already
        yield from _parts(schema, told, replace(spot, depth=spot.depth - 1, trail=spot.trail[:-1]), reading, name)
        return
    inner = [*_parts(schema, told, spot, reading, name)]
    if inner:
        yield Line(spot.key, name, spot.depth, spot.trail)
        yield from inner


def _parts(schema: Schema, told: Given, spot: Spot, reading: Reading, name: str, skip: str = "") -> Iterator[Line]:
    held = [(source, value) for source, value in told if isinstance(value, Mapping)]
    known = schema.get("properties", {})
    unknown = {
        k: {"type": "object"} if isinstance(v, Mapping) else {}
        for _, value in held
        for k, v in value.items()
        if k not in known
    }
    for key, part in {**known, **unknown}.items():
        if key != skip:
            inner = [(source, value.get(key)) for source, value in held]
            yield from lines(part, inner, spot.under(name, key), reading)


def _list(schema: Schema, told: Given, spot: Spot, reading: Reading, name: str) -> Iterator[Line]:
    kind = f"{reading.form}.{spot.key}"
    yield Line(spot.key, name, spot.depth, spot.trail)
    if kind in reading.one_line:
        yield from _short(schema["items"], told, spot, reading, name)
    elif kind in reading.together:
        yield from _joined(schema["items"], told, spot, reading, name)
    else:
        yield from _apart(schema["items"], told, spot, reading, name)


def _apart(item: Schema, told: Given, spot: Spot, reading: Reading, name: str) -> Iterator[Line]:
    """Each item on its own, numbered."""
    every = [(source, one) for source, value in told for one in value if isinstance(one, Mapping)]
    for number, pair in enumerate(every, 1):
        title = f"{number} of {len(every)}" if len(every) > 1 else name
        yield from _group(item, [pair], spot.under(name, str(number)), reading, title)


def _joined(item: Schema, told: Given, spot: Spot, reading: Reading, name: str) -> Iterator[Line]:
    """Items of several sources that are about the same, under what they are about; a source's second such item is another."""
    by = reading.together[f"{reading.form}.{spot.key}"]
    groups: dict[tuple[str, int], Given] = {}
    for source, value in told:
        seen: dict[str, int] = {}
        for one in value:
            about = str(one.get(by, ""))
            seen[about] = seen.get(about, 0) + 1
            groups.setdefault((about, seen[about]), []).append((source, one))
    for (about, number), given in groups.items():
        words = answer_in_words(item["properties"][by], about, reading.agencies) + (
            f" ({number})" if number > 1 else ""
        )
        place = spot.under(name, about if number == 1 else f"{about}-{number}")
        yield Line(place.key, words, place.depth, place.trail)
        yield from _parts(_of_type(item, by, about), given, place, reading, words, skip=by)


def _of_type(item: Schema, by: str, about: str) -> Schema:
    """The item's schema with what it says only of items of this type."""
    for rule in item.get("allOf", ()):
        if rule.get("if", {}).get("properties", {}).get(by, {}).get("const") == about:
            return {**item, "properties": {**item["properties"], **rule["then"].get("properties", {})}}
    return item


def _short(item: Schema, told: Given, spot: Spot, reading: Reading, name: str) -> Iterator[Line]:
    """One line an item: its first field is the title, the others follow; the same from several sources once."""
    rows: dict[str, tuple[Any, list[str]]] = {}
    for source, value in told:
        for one in value:
            rows.setdefault(folded_answer(one), (one, []))[1].append(source)
    first = next(iter(item["properties"]))
    ordered = sorted(rows.values(), key=lambda row: str(row[0].get(first))) if _is_dated(item, first) else rows.values()
    for number, (one, sources) in enumerate(ordered, 1):
        place = spot.under(name, str(number))
        said = [(key, part) for key, part in item["properties"].items() if one.get(key) not in NO_ANSWER]
        title, words = _in_short(said, one, reading)
        yield Line(place.key, title, place.depth, place.trail, (Answer(one, words, tuple(dict.fromkeys(sources))),))


def _is_dated(item: Schema, key: str) -> bool:
    return "format" in item["properties"][key]


def _in_short(said: Sequence[tuple[str, Schema]], one: Mapping[str, Any], reading: Reading) -> tuple[str, str]:
    told = [(str(part.get("title", key)), _one_part(part, one[key], reading)) for key, part in said]
    if len(told) < 2:
        return (told[0][0], told[0][1]) if told else ("", "")
    rest = [told[1][1], *(f"{title[:1].lower()}{title[1:]}: {words}" for title, words in told[2:])]
    return told[0][1], "; ".join(rest)


def _one_part(part: Schema, value: Any, reading: Reading) -> str:
    if not is_group(part):
        return answer_in_words(part, value, reading.agencies)
    return ", ".join(
        answer_in_words(part["properties"].get(key, {}), inner, reading.agencies) for key, inner in value.items()
    )


def _spaced(key: str) -> str:
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]
