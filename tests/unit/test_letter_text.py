"""What the first letter says, the help it names, and wordings that take too much work."""

from __future__ import annotations

import dataclasses
import resource
import signal
from datetime import date
from typing import Any

import pytest
from letter_examples import (
    AGES,
    CASES,
    ORGANISATIONS,
    REFERENCE,
    changed,
    configuration,
    form_a,
    letter_for,
)
from unit.letter_families import family, flat, person, text_of

from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import WordingFails, fill_in, wording
from cdr.domain.letters import letters, support
from cdr.errors import NotFound, WrongConfiguration


class TestLetter:
    def test_the_sender_the_date_in_words_and_the_reference(self) -> None:
        letter = letter_for(form_a("sudi"))
        assert (letter.date, letter.reference) == ("17 April 2026", REFERENCE)
        assert letter.organisation_address == ("1 Civic Square", "Northtown", "NR1 1AA")
        assert letter.manager.name == "Robin Ashworth"

    def test_the_familys_key_worker_comes_before_the_areas(self) -> None:
        own = {"name": "Sam Ryder", "role": "Nurse", "phone": "01632 960009"}
        assert letter_for(changed(form_a("sudi"), family__key_worker=own)).key_worker == letters.Contact(**own)
        assert letter_for(form_a("neonatal")).key_worker is not None

    def test_without_any_key_worker_the_manager_is_the_one_to_ask(self) -> None:
        store = configuration()
        alone = dataclasses.replace(store, people={k: v for k, v in store.people.items() if k != "key_worker"})
        text = flat(text_of(form_a("neonatal"), store=alone))
        assert "key worker" not in text
        assert "You can ask me anything you like about this letter, on 01632 960001." in text

    @pytest.mark.parametrize(("name", "newborn"), [("sudi", False), ("neonatal", True), ("suicide", False)])
    def test_newborn(self, name: str, newborn: bool) -> None:
        assert letter_for(form_a(name)).newborn is newborn
        assert ("so soon after being born" in flat(text_of(form_a(name)))) is newborn

    @pytest.mark.parametrize(("born", "newborn"), [("2026-01-18", True), ("2026-01-17", False)])
    def test_newborn_ends_on_the_28th_day(self, born: str, newborn: bool) -> None:
        assert letter_for(changed(form_a("neonatal"), child__date_of_birth=born)).newborn is newborn

    @pytest.mark.parametrize(("name", "coroner"), [("sudi", True), ("neonatal", False), ("suicide", True)])
    def test_coroner(self, name: str, coroner: bool) -> None:
        assert ("inquest" in text_of(form_a(name))) is coroner

    def test_abroad(self) -> None:
        assert "another country" in flat(text_of(changed(form_a("sudi"), death__place="abroad")))
        assert "another country" not in flat(text_of(form_a("sudi")))

    def test_a_carer_who_is_not_mother_or_father(self) -> None:
        text = flat(text_of(family(person(relationship="grandparent"))))
        assert "Amara lived with you" in text and "You knew Amara best" not in text

    @pytest.mark.parametrize(
        ("relationship", "parent"),
        [
            ("mother", True),
            ("adoptive_parent", True),
            ("stepfather", True),
            ("grandparent", False),
            ("foster_parent", False),
            ("carer", False),
        ],
    )
    def test_whom_a_letter_calls_the_one_who_knew_the_child_best(self, relationship: str, parent: bool) -> None:
        assert letter_for(family(person(relationship=relationship))).is_parent is parent

    def test_a_draft_says_so_first(self) -> None:
        assert text_of(form_a("sudi"), draft=True).startswith("DRAFT – not to be sent\n")
        assert "DRAFT" not in text_of(form_a("sudi"))

    def test_what_every_letter_says(self) -> None:
        text = flat(text_of(form_a("sudi")))
        for said in (
            "I am so sorry that Amara died",
            "every child",
            "blame anyone",
            "many months",
            "You do not have to tell us anything",
        ):
            assert said in text
        for said in (
            "Jo Penrose",
            "01632 960002",
            "“When a child dies”",
            "did not write again",
            "Yours sincerely",
            "Robin Ashworth",
        ):
            assert said in text

    @pytest.mark.parametrize("name", CASES)
    def test_no_line_is_longer_than_78(self, name: str) -> None:
        assert max(len(line) for line in text_of(form_a(name)).splitlines()) <= 78

    @pytest.mark.parametrize("name", CASES)
    def test_nothing_that_is_not_for_this_person(self, name: str) -> None:
        body = form_a(name)
        people = letters.recipients(body)
        for recipient in people:
            text = flat(text_of(body, recipient=recipient))
            others = {line for r in people for line in r.address_lines} - set(recipient.address_lines)
            unwanted = [
                body["child"]["nhs_number"],
                "999 000 00",
                body["death"]["circumstances"],
                *(others - {"Northtown"}),
            ]
            unwanted += [name for s in body["family"]["siblings"] for name in (s["name"], s["name"].split()[0])]
            unwanted += list((body["certification"].get("cause_of_death") or {}).values())
            unwanted += [r.name for r in people if r != recipient]
            for word in unwanted:
                assert word not in text

    def test_a_value_cannot_make_a_heading_or_run_a_template(self) -> None:
        body = family(person(name="Ms Ada\n\n# {{ manager }}", address=["1\n\n- Road"]))
        text = text_of(body)
        assert "Ms Ada # {{ manager }}" in text and "1 - Road" in text

    def test_an_areas_own_wording(self) -> None:
        own = wording("condolence", "{{ salutation }}\n\nWe are sorry that {{ child.name }} died.")
        assert "We are sorry that Amara died." in document.as_text(letter_for(form_a("sudi")), own)

    @pytest.mark.parametrize(
        "text", ["{{ nhs_number }}", "{{ child.__class__.__mro__ }}", "{% if %}", "{{ child.age }}", "{{"]
    )
    def test_a_wording_that_cannot_be_used(self, text: str) -> None:
        with pytest.raises(WrongConfiguration):
            document.as_text(letter_for(form_a("sudi")), text)

    def test_no_such_wording(self) -> None:
        with pytest.raises(NotFound):
            wording("birthday")


class TestSupport:
    def names(self, body: dict[str, Any]) -> list[str]:
        return [organisation.id for organisation in support.choose(body, ORGANISATIONS, AGES)]

    def test_those_that_fit_the_example_cases(self) -> None:
        assert self.names(form_a("sudi")) == [
            "lullaby-trust",
            "winstons-wish",
            "child-bereavement-uk",
            "child-death-helpline",
        ]
        assert self.names(form_a("neonatal")) == ["sands", "bliss", "child-bereavement-uk", "child-death-helpline"]
        assert self.names(form_a("suicide"))[:2] == ["survivors-of-bereavement-by-suicide", "samaritans"]

    def test_two_to_four_and_never_all(self) -> None:
        for events in ([], ["none"], ["sudi_sudc"], ["apparent_suicide", "sudi_sudc"]):
            for base in CASES:
                found = support.choose(changed(form_a(base), death__suspected_events=events), ORGANISATIONS, AGES)
                assert support.FEWEST <= len(found) <= support.MOST < len(ORGANISATIONS)
                assert any("everyone" in organisation.for_ for organisation in found)

    def test_only_for_brothers_and_sisters_under_18(self) -> None:
        grown = [{"name": "Kofi Testcase", "date_of_birth": "2008-01-09"}]
        young = [{"name": "Kofi Testcase", "date_of_birth": "2008-01-10"}]
        assert "winstons-wish" not in self.names(changed(form_a("sudi"), family__siblings=grown))
        assert "winstons-wish" in self.names(changed(form_a("sudi"), family__siblings=young))

    def test_those_that_no_one_has_checked_for_a_year_are_named(self) -> None:
        lullaby = dataclasses.replace(ORGANISATIONS[0], checked_on=date(2026, 11, 21))
        assert support.not_rung([lullaby], date(2027, 11, 21)) == []
        assert len(support.not_rung([lullaby], date(2027, 11, 22))) == 1
        assert len(support.not_rung([dataclasses.replace(lullaby, checked_on=None)], date(2026, 11, 22))) == 1


NESTED = "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}"
SHARED = "{% set a0 = (1,) %}{% set b0 = (1,) %}" + "".join(
    f"{{% set a{n + 1} = (a{n}, a{n}) %}}{{% set b{n + 1} = (b{n}, b{n}) %}}" for n in range(40)
)
MORE_THAN_A_WORDING_HAS = [
    NESTED
    + "{{ ns.a == ns.b }}",  # each of these took the engine past its limit of time: one step of its own, without an end
    NESTED + "{{ ns.a|tojson }}",
    NESTED + "{{ [ns.a, ns.b]|sort }}",
    SHARED + "{{ a40 == b40 }}",
    SHARED + "{{ {a40: 1}|length }}",
    "{{ words|batch(2, words)|list }}",
    "{{ words|sum(start=[]) }}",
    "{{ 'a'|center(100000000) }}",
    "{{ 1 / 0 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ 'a' * 10000000000 }}",
    "{{ '%9999999999d' % 1 }}",
    "{{ '{0.__class__}'.format(child) }}",
    "{{ child|attr('__class__') }}",
    "{{ words|map(attribute='__class__')|join }}",
    "{% for a in range(99999) %}x{% endfor %}",
    "{% for a in words recursive %}{{ loop(words) }}{% endfor %}",
    "{% macro a() %}{{ a() }}{% endmacro %}",
    "{% include 'signature.txt' %}",
    "{% import 'os' as os %}",
    "{% extends '/etc/passwd' %}",
    "{% filter upper %}x{% endfilter %}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% set a %}x{% endset %}",
]


@pytest.mark.parametrize("text", MORE_THAN_A_WORDING_HAS)
def test_a_wording_has_fields_conditions_and_loops_and_nothing_else(text: str) -> None:
    with pytest.raises(WrongConfiguration) as caught:
        fill_in(f"{{{{ child }}}}\n{text}", {"child": "Sam", "words": ["one", "two"]})
    assert [(one.line, one.rule) for one in caught.value.problems] == [(2, "wording")]


@pytest.mark.parametrize(
    "text", ["\x1b]0;x\x07", "{{ '\\0' }}", "{{ '\\x1b' }}", "{{ '\\u202e' }}", "\u202e", "{{ child ~ '\\x00' }}"]
)
def test_a_wording_has_no_letters_that_act_on_a_screen(text: str) -> None:
    with pytest.raises(WrongConfiguration) as caught:
        fill_in(f"Dear\n\n{text}", {"child": "Sam"})
    assert [(one.line, one.rule) for one in caught.value.problems] == [(3, "wording")]


def test_what_a_wording_may_ask_for() -> None:
    told = {"child": {"name": "Sam"}, "how": "open", "words": ["one", "two"]}
    text = (
        "{% set name = child.name|upper %}{{ name ~ '.' }} {{ words|join(', ') }} {{ words[0] }}{% if how in ('open', 'over') and "
        "not (words|length < 2) %} {{ 'yes' if how is defined else 'no' }}{% endif %}{% for one in words %}{{ loop.index }}{% endfor %}"
    )
    assert fill_in(text, told) == "SAM. one, two one yes12"


LOOPS = "{% for a in words %}" * 19 + "{% for b in words %}{% endfor %}" + "{% endfor %}" * 19
DOUBLED = "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40 + "{{ a|length }}"
LONG = "{% for a in words %}{% for b in words %}{% for c in words %}{{ 'x y '|replace(' ', words|join) }}{% endfor %}{% endfor %}{% endfor %}"
DEEP = "{% for a in words %}" * 40 + "x" + "{% endfor %}" * 40
BRACKETS = "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}"


@pytest.mark.parametrize("text", [LOOPS, DOUBLED, LONG, DEEP, BRACKETS])
def test_a_wording_that_takes_too_much_work_is_told_as_such(text: str) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)
    with pytest.raises(WordingFails, match="cannot be filled in") as caught:
        fill_in(text, {"words": ["one"] * 50})
    assert caught.value.exit_code == 65
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert fill_in("{% for a in words %}{{ a }}{% endfor %}", {"words": range(300)}).endswith("299")
