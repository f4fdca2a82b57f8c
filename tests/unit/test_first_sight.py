"""Who a child may be is found in what was put in order as it is by comparing with each of them."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr.domain.case.duplicates import Identity, Likeness, alike_problems, identity, same_child
from cdr.domain.case.first_sight import in_order, may_be

FIRST = ["", "Baby", "Twin 1", "Zoë", "आरव", *["Ọlábísí", "Olabisi", "Ọlábísí Adé", "Siân", "Sian", "Grace"] * 2]
FAMILY = ["", "Siân", "Grace", *["Adébáyọ̀-Testcase", "Adebayo Testcase", "O\u2019Testcase", "Testcase", "Tsetcase"] * 2]
ALSO = ["", "Bísí", "Bisi", "Zoë|Grace", "Grace"]
NEAR = ["2025-03-03", "2025-03-02", "2025-02-03", "2025-03-12", "2025-12-03", "2035-03-03", "2025-03-04"]
BORN = ["", "not_known", "2025-03", "2024-12-31", "3/3/2025", "3 March 2025", "2025\n-03-03", *NEAR * 3]
DIED = ["", "", "", "not_known", "2025-03", "2026-03-03", *NEAR]
NUMBERS = [
    "",
    "",
    "",
    "9990000018",
    "999 000 0018",
    "9990000019",
    "9990000081",
    "9991110000",
    "not_known",
    "99900000180",
]
POOLS = {
    "first_names": FIRST,
    "family_name": FAMILY,
    "known_as": ALSO,
    "nhs_number": NUMBERS,
    "date_of_birth": BORN,
    "died": DIED,
}


def forms(changed: int) -> st.SearchStrategy[dict[str, str]]:
    """What a form says of a child, with so many of its answers at most."""
    return st.lists(st.sampled_from([*POOLS]), max_size=changed, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: st.sampled_from(POOLS[key]) for key in keys})
    )


def child(said: dict[str, str]) -> Identity:
    told = {key: value for key, value in said.items() if value and key != "died"}
    return identity({"child": told, "death": {"date": said.get("died", "")}})


WHOLE = st.fixed_dictionaries({key: st.sampled_from(pool) for key, pool in POOLS.items()})
ODD = st.builds(Identity, *[st.text("a|;\n 2-é", max_size=12)] * 7)


def kept(known: dict[str, Identity]) -> dict[str, Any]:
    """They in order, as they come back from the disk."""
    found: dict[str, Any] = json.loads(json.dumps(in_order({case: one.to_dict() for case, one in known.items()})))
    return found


@settings(max_examples=many(400))
@given(WHOLE, st.lists(forms(3), max_size=20), st.lists(ODD, max_size=5), st.booleans())
def test_whoever_is_found_by_comparing_with_all_is_found(
    new: dict[str, str], others: list[dict[str, str]], odd: list[Identity], is_odd: bool
) -> None:
    """Each of the others is the same child but for a few answers."""
    children = [*(child({**new, **changed}) for changed in others), *odd]
    known = {f"2026-{number:04}": one for number, one in enumerate(children)}
    asked = odd[0] if odd and is_odd else child(new)
    found = may_be(kept(known), Likeness(asked))
    assert {case: known[case] for case in found} == found
    assert alike_problems(asked, found) == alike_problems(asked, known)
    assert [case for case in found if same_child(asked, found[case])] == [
        case for case in known if same_child(asked, known[case])
    ]


EVERY = [
    child(dict(zip(POOLS, said, strict=True)))
    for said in product(
        ["Olabisi", "Olabosi", "Baby"],
        ["Testcase", "Adebayo", "Olabisi"],
        [""],
        ["", "9990000018", "9990000081", "9991110000"],
        ["", "2025-03-03", "2025-03-04", "2035-03-03"],
        ["", "2025-04-05", "2025-05-04", "2025-07-07"],
    )
]


@pytest.mark.parametrize("number", range(0, len(EVERY), 7))
def test_whoever_is_found_among_children_of_every_sort_is_found(number: int) -> None:
    known = {f"2026-{n:04}": one for n, one in enumerate(EVERY) if n % 3 == number % 3}
    found = may_be(kept(known), Likeness(EVERY[number]))
    assert alike_problems(EVERY[number], found) == alike_problems(EVERY[number], known)
    assert [one for one in found.values() if same_child(EVERY[number], one)] == [
        one for one in known.values() if same_child(EVERY[number], one)
    ]


def test_of_thousands_few_are_taken_for_a_closer_look() -> None:
    known = {
        f"2026-{n:04}": identity(
            {
                "child": {
                    "first_names": f"Name{n}",
                    "family_name": "Testcase",
                    "date_of_birth": f"20{n % 20 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}",
                    "nhs_number": f"999{n * 37:07}",
                },
                "death": {"date": f"20{n % 20 + 10}-{n % 11 + 2:02}-{n % 27 + 2:02}"},
            }
        )
        for n in range(5000)
    }
    found = [may_be(kept(known), Likeness(known[f"2026-{n:04}"])) for n in range(0, 5000, 500)]
    assert all(f"2026-{n:04}" in one for n, one in zip(range(0, 5000, 500), found, strict=True))
    assert max(map(len, found)) < 40
