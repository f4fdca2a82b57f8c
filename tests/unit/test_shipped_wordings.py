"""The words of a message that are put together once: the same as when they are filled in for it, and a wording that allows that."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import pytest
from jinja2 import Environment, nodes
from letter_examples import configuration

from cdr.documents.letters import message as messages
from cdr.documents.letters import shipped
from cdr.documents.letters import wording as wordings
from cdr.documents.letters.wording import fill_in, wording
from cdr.domain.rulebook.agency_routes import ROUTE_IN_WORDS
from cdr.domain.rulebook.configuration import Person

DAY = date(2026, 1, 12)
ONCE = (messages.REQUEST, *messages.PROMPTS, messages.ESCALATION)
ODD = "**Tŷ** *Testcase* {{ case }} {% if x %} \ue000case\ue001 \\ # [sign here]\n- <&>"
PEOPLE = (
    Person("Robin Testcase", "coordinator", "robin@team.example", "023 8000 0000"),
    Person(ODD, ODD, "o@team.example"),
)
FIELDS = ("case", "agency", "area", "form", "requested_on", "organisation", "route_to", "address", "people", "reply_by")


class Kept:
    """What was worked out before, as it is had again in a later run."""

    def __init__(self) -> None:
        self.made: dict[tuple[bytes, ...], Any] = {}
        self.times = 0

    def __call__(self, name: str, made_from: Iterable[bytes], make: Callable[[], Any]) -> Any:
        key = tuple(made_from)
        if key not in self.made:
            self.times += 1
            self.made[key] = make()
        return self.made[key]


def all_fields() -> Iterator[dict[str, Any]]:
    said = ({name: f"a {name} of ours" for name in FIELDS}, dict.fromkeys(FIELDS, ODD), dict.fromkeys(FIELDS, ""))
    for texts, route, files, person in itertools.product(said, ROUTE_IN_WORDS, range(3), PEOPLE):
        yield {**texts, "route": route, "files": files, "manager": person}


@pytest.mark.parametrize("name", ONCE)
def test_the_words_are_the_same_as_when_they_are_filled_in(name: str) -> None:
    keep, count = Kept(), 0
    for fields in all_fields():
        count += 1
        whole = fill_in(wording(name), fields, name)
        assert [shipped.filled(name, fields, keep) for _ in range(2)] == [whole, whole]
    assert keep.times < count


@pytest.mark.parametrize("name", ONCE)
def test_such_a_wording_says_its_fields_and_asks_whether_they_are_empty(name: str) -> None:
    """One that compared or changed a text that is put in later would say something else."""
    fields = {path for path, _ in shipped._flat(next(all_fields()))}
    only_said = fields - {*shipped.ASKED, "files"}
    parsed = Environment(trim_blocks=True, lstrip_blocks=True).parse(wording(name))
    assert not [*parsed.find_all((nodes.For, nodes.Filter, nodes.Assign, nodes.CondExpr, nodes.Concat, nodes.Test))]
    allowed = {id(one) for output in parsed.find_all(nodes.Output) for one in output.nodes}
    allowed |= {id(one.test) for one in parsed.find_all(nodes.If)}
    used = {id(one): path for one, path in paths(parsed) if path.partition(".")[0] != "law"}
    assert used and {*used.values()} <= fields | {"manager"}
    whole = {one: path for one, path in used.items() if path in only_said}
    assert whole and {*whole} <= allowed


def paths(parsed: nodes.Template) -> Iterator[tuple[nodes.Node, str]]:
    for one in parsed.find_all(nodes.Name):
        yield one, one.name
    for part in parsed.find_all(nodes.Getattr):
        assert isinstance(part.node, nodes.Name)
        yield part, f"{part.node.name}.{part.attr}"


def test_what_is_far_too_long_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = next(all_fields())
    monkeypatch.setattr(shipped, "LONGEST", 10)
    monkeypatch.setattr(wordings, "LONGEST", 10)
    with pytest.raises(wordings.WordingFails):
        shipped.filled(messages.REQUEST, fields, lambda name, made_from, make: ["x" * 20])


def test_an_areas_own_wording_is_filled_in_each_time() -> None:
    keep, store, about = Kept(), configuration(), ("2026-7K3M", "northtown-general", DAY)
    own = "Subject: {{ case | lower }}\n\n{% for letter in agency %}{{ letter }}.{% endfor %}"
    made = messages.request_message(store, *about, sent_at=DAY, override=own, keep=keep)
    assert made.subject == "2026-7k3m" and "N.o.r.t.h" in made.body and keep.made == {}
    first = messages.request_message(store, *about, sent_at=DAY, keep=keep)
    assert first == messages.request_message(store, *about, sent_at=DAY) and len(keep.made) == 1
