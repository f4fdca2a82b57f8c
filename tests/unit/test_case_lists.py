"""A list that a case does not have is asked for without loading what reads it; so nothing may be said of a case but by such a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from unit.domain_data import example, policy

from cdr.domain.asking.sending import levels_of
from cdr.domain.asking.telling import tellings_of
from cdr.domain.case import lists
from cdr.domain.case.attachments import attachments_of
from cdr.domain.case.case import opened, with_review
from cdr.domain.case.contacts import contacts_of
from cdr.domain.case.deferrals import standing_deferral
from cdr.domain.case.disagreements import beside
from cdr.domain.case.disclosures import disclosures_of
from cdr.domain.case.family_questions import questions_of
from cdr.domain.case.gates import gates_of
from cdr.domain.case.handovers import handovers_of
from cdr.domain.case.letters_made import letters_made
from cdr.domain.case.milestones import milestones_of, still_called_for
from cdr.domain.case.review import calls_for_nothing
from cdr.domain.case.second_opinions import second_opinions_of
from cdr.domain.letters.letter_holds import holds
from cdr.domain.letters.wishes import everything_said
from cdr.domain.process.clocks import Step
from cdr.domain.process.retention import keepings_of
from cdr.forms.schema_files import shipped

NAMES = {value for name, value in vars(lists).items() if name.isupper()}
READ_BY: dict[Callable[[Mapping[str, Any]], Any], tuple[str, ...]] = {
    attachments_of: (lists.ATTACHMENTS,),
    beside: (lists.CONTACTS,),
    contacts_of: (lists.CONTACTS,),
    disclosures_of: (lists.DISCLOSURES,),
    everything_said: (lists.WISHES, lists.LETTER_GATES),
    gates_of: (lists.GATES,),
    handovers_of: (lists.HANDOVERS,),
    holds: (lists.LETTER_GATES,),
    keepings_of: (lists.KEEPINGS,),
    letters_made: (lists.LETTERS,),
    milestones_of: (lists.MILESTONES,),
    questions_of: (lists.QUESTIONS,),
    second_opinions_of: (lists.SECOND_OPINIONS,),
    standing_deferral: (lists.DEFERRALS,),
    tellings_of: (lists.TOLD,),
    lambda ledger: levels_of(ledger, "police"): (lists.PROMPTS,),
}  # fmt: skip


class Asked(dict[str, Any]):
    """A case that has nothing, and notes for which of its lists it was asked."""

    def __init__(self) -> None:
        self.keys_asked = set[str]()

    def get(self, key: str, default: Any = None) -> Any:
        self.keys_asked.add(key)
        return default


@pytest.mark.parametrize("reads", READ_BY)
def test_what_reads_a_list_says_nothing_of_a_case_without_it_and_asks_that_list(
    reads: Callable[[Mapping[str, Any]], Any],
) -> None:
    case = Asked()
    assert not reads(case)
    assert case.keys_asked & {*READ_BY[reads]}


def test_each_list_is_one_that_a_case_or_a_ledger_has() -> None:
    assert {*shipped("case/1")["properties"], *shipped("prompts/1")["properties"]} >= NAMES
    assert {name for names in READ_BY.values() for name in names} == NAMES - {lists.NEXT, lists.FOLLOWING}


def test_a_case_that_calls_for_nothing_has_no_step_by_any_rule() -> None:
    day = date(2026, 1, 20)
    step = Step("what", "R07", None, "us", "", "")
    with_step = opened(day, example("form-a-sudi"), [step])
    reviewed = with_review(with_step, day, "ratified_cdop")
    for case, nothing in ((with_step, False), ({**with_step, "next": []}, True), (reviewed, True)):
        assert calls_for_nothing(case) is nothing
        assert bool(still_called_for(case, {"requests": []}, day, policy())) is not nothing
