"""Two members make a meeting for one day, apart: two meetings stay two, and one that was typed twice is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES
from store.test_sync import Hand, Office, office  # noqa: F401

DAY, AT, AFTER = "P2027-02-10", "2027-01-21", "2027-02-11"


def made(hand: Hand, *words: str, cases: tuple[str, ...]) -> None:
    assert hand("panel", "new", "2027-02-10", *words, as_of=AT).out.strip() == DAY
    hand("panel", "assign", DAY, *cases, "--override", "The chair asked for it", as_of=AT)


def panels(hand: Hand) -> dict[str, tuple[str, list[str], list[str]]]:
    return {
        one["id"]: (one["title"] or "", [case["case"] for case in one["cases"]], one["attended"])
        for one in hand("panel", "list", "--json", as_of=AFTER).json["panels"]
    }


@pytest.mark.parametrize("first", ["robin", "sam"])
def test_two_meetings_of_one_day_stay_two_with_all_that_names_them(office: Office, first: str) -> None:  # noqa: F811
    one, other = (office.robin, office.sam) if first == "robin" else (office.sam, office.robin)
    case = office.case
    new = other("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of=AT).out.strip()
    made(one, "--title", "Safer sleep", cases=(case,))
    made(other, "--title", "Roads", cases=(new, case))
    one("panel", "attend", DAY, "northshire-police", as_of=AFTER)
    other("panel", "attend", DAY, "regional-ambulance", as_of=AFTER)
    other(
        "panel", "defer", DAY, new, "--until", "2027-03-10", "--from", "-", as_of=AFTER, stdin=b"A report is awaited."
    )
    assert other.show(new)["case"]["deferrals"][0]["panel"] == DAY
    one("sync", as_of=AFTER)
    told = other("sync", as_of=AFTER)
    assert f"the {DAY} of this copy is {DAY}b from now on" in told.err
    one("sync", as_of=AFTER)
    for hand in (one, other):
        assert panels(hand) == {
            DAY: ("Safer sleep", [case], ["northshire-police"]),
            f"{DAY}b": ("Roads", [new, case], ["regional-ambulance"]),
        }
        assert hand.show(new)["case"]["deferrals"][0]["panel"] == f"{DAY}b"
        assert [stone["panel"] for stone in hand.show(new)["case"]["milestones"]] == [f"{DAY}b"]
        assert {stone["panel"] for stone in hand.show(case)["case"]["milestones"]} == {DAY, f"{DAY}b"}
        hand.verified()


def test_the_advice_for_one_meeting_too_many_works_and_its_papers_go_with_it(office: Office, tmp_path: Path) -> None:  # noqa: F811
    robin, sam, case = office.robin, office.sam, office.case
    made(robin, cases=(case,))
    made(sam, "--type", "themed", cases=(case,))
    sam("panel", "pack", DAY, "--for", "northshire-community", "-o", tmp_path / "papers", as_of=AT)
    (paper,) = (tmp_path / "papers").iterdir()
    robin("sync", as_of=AT)
    told = sam("sync", as_of=AT).err
    sam("panel", "unassign", DAY, case, as_of=AT)
    sam("panel", "close", DAY, "--not-held", as_of=AT)
    assert paper.exists(), "it is the other meeting's"
    advice = told.partition("Were both one meeting? cdr ")[2].splitlines()[0]
    first = sam(*advice.split(), as_of=AT, code=65).err.partition("on its agenda: cdr ")[2].splitlines()[0]
    sam(*first.split(), as_of=AT)
    sam(*advice.split(), as_of=AT)
    assert not paper.exists()
    sam.verified()


def test_a_meeting_that_was_typed_twice_is_one(office: Office) -> None:  # noqa: F811
    robin, sam, case = office.robin, office.sam, office.case
    made(robin, "--title", "Safer sleep", cases=(case,))
    made(sam, "--title", "safer  Sleep", cases=(case,))
    robin("panel", "attend", DAY, "northshire-police", as_of=AFTER)
    sam("panel", "attend", DAY, "regional-ambulance", as_of=AFTER)
    robin("sync", as_of=AFTER)
    assert "title: Title [SYNC-01]" in sam("sync", as_of=AFTER, code=65).err
    sam("sync", "--take", "there", as_of=AFTER)
    title, cases, attended = panels(sam)[DAY]
    assert (title, cases, {*attended}) == ("Safer sleep", [case], {"northshire-police", "regional-ambulance"})
    assert list(panels(sam)) == [DAY]
    sam.verified()
