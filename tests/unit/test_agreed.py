from __future__ import annotations

from datetime import date

import pytest

from cdr.domain.asking.agreed import Agreed, agreed_of, with_agreed, without_agreed
from cdr.errors import ConditionsNotMet

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
