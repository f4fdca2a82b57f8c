from __future__ import annotations

from datetime import date

import pytest

from cdr.domain.asking.agreed import Agreed, WhoWasTold, agreed_of, with_agreed, with_told, without_agreed
from cdr.errors import ConditionsNotMet
from cdr.forms import schema

ON = date(2026, 2, 28)


def test_it_is_used_for_a_year_at_most() -> None:
    agreed = Agreed("six plain words", ON)
    assert agreed.until == date(2027, 2, 27)
    assert [agreed.holds(day) for day in (date(2026, 2, 27), ON, date(2027, 2, 27), date(2027, 2, 28))] == [
        False,
        True,
        True,
        False,
    ]


def test_a_new_one_takes_the_place_of_the_one_before_and_may_be_dropped() -> None:
    body = with_agreed(with_agreed(None, "police", Agreed("old", ON)), "gp", Agreed("other", ON))
    body = with_agreed(body, "police", Agreed("new", ON))
    assert agreed_of(body) == {"police": Agreed("new", ON), "gp": Agreed("other", ON)}
    assert agreed_of(without_agreed(body, "police")) == {"gp": Agreed("other", ON)}
    with pytest.raises(ConditionsNotMet):
        without_agreed(None, "police")


def test_who_was_told_the_words_is_kept_beside_them_and_a_new_pass_phrase_was_told_to_nobody() -> None:
    body = with_agreed(with_agreed(None, "police", Agreed("six plain words", ON)), "gp", Agreed("other", ON))
    body = with_told(body, "police", date(2026, 3, 1), "Sam Testcase", "Robin")
    body = with_told(body, "police", date(2026, 3, 2), "Jo Testcase", "Robin")
    told = (WhoWasTold(date(2026, 3, 1), "Sam Testcase", "Robin"), WhoWasTold(date(2026, 3, 2), "Jo Testcase", "Robin"))
    assert agreed_of(body) == {"police": Agreed("six plain words", ON, told), "gp": Agreed("other", ON)}
    assert schema.problems(body, body["schema"]) == [] and "told" not in body["agreed"][1]
    assert agreed_of(with_agreed(body, "police", Agreed("new", ON)))["police"].told == ()
    with pytest.raises(ConditionsNotMet):
        with_told(body, "school", ON, "Sam Testcase", "Robin")
