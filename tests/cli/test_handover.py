"""`cdr handover` and `cdr receive`: a child who lived elsewhere goes to the other area's own store, and their analysis comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import gpg, unchanged


def area_of(name: str, other: str, key: str, place: Path) -> Path:
    """The example's configuration as the area `name` has it, which knows the key of the area `other`."""
    text = (EXAMPLES / "store.yaml").read_text("utf-8")
    text = text.replace("name: Northshire and Southtown", "name: HERE").replace("Eastbury", "THERE")
    text = text.replace("area: Northshire and Southtown", "area: HERE")
    text = text.replace("name: Chris Doyle,", f"name: Chris Doyle, key: {key},")
    place.write_text(text.replace("HERE", name).replace("T" + name, other), encoding="utf-8")
    return place


@pytest.fixture
def areas(people: People, member: str, tmp_path: Path) -> tuple[Shell, Shell]:
    """Two areas' stores, each with the other's manager's key; the second acts with the second member's key."""
    shells = []
    for name, other, own, key in (
        ("Northshire", "Eastbury", people.member, people.second),
        ("Eastbury", "Northshire", people.second, people.member),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GNUPGHOME", people.home if own == people.member else people.second_home)
            config = area_of(name, other, key, tmp_path / f"{name}.yaml")
            made = run(["init", str(tmp_path / name), "--config", str(config), "--member", own])
            assert made.code == 0, made.err
        shells.append(Shell(tmp_path / name, as_of="2026-04-20"))
    return shells[0], shells[1]


def test_there_and_back(
    areas: tuple[Shell, Shell], people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = areas
    ref = here("notify", "--from", EXAMPLES / "form-a-sudi.yaml").out.strip()
    here(
        "request",
        ref,
        "northtown-general",
        "northshire-police",
        "northshire-community",
        "northshire-camhs",
        as_of="2026-01-09",
    )
    here("return", ref, "northshire-police", "--nil", as_of="2026-01-20")
    here("return", ref, "northshire-community", "--waive", "It has closed", as_of="2026-01-21")
    here("return", ref, "northtown-general", "--from", EXAMPLES / "form-b-hospital.yaml")
    bundle = tmp_path / "bundle.asc"
    here("handover", ref, "--to", "Nowhere", "-o", bundle, code=66)
    here("handover", ref, "--to", "eastbury", "-o", bundle)
    assert bundle.read_text("ascii").startswith("-----BEGIN PGP MESSAGE")
    done = {one["kind"] for one in here("milestone", ref, "--json").json["milestones"]}
    assert done >= {"home_area_told", "home_area_copy_asked"}
    assert "The case has no ratified review." in here("close", ref, code=65).err
    here("receive", bundle, code=77)  # it is for the other area's key

    monkeypatch.setenv("GNUPGHOME", people.second_home)
    taken = there("receive", bundle, "--json")
    theirs = taken.json["case"]
    assert (taken.json["their_case"], taken.json["signer"], taken.json["answers"]) == (ref, people.member, False)
    assert "It holds the notification, 1 return." in taken.err
    assert "They asked agencies there for their returns: 1 returned, 1 nil, 1 waived, 1 outstanding." in taken.err
    told = there("show", theirs).out
    assert "they asked Northshire Police" in told and "on 2026-01-09: nil on 2026-01-20" in told
    assert "waived on 2026-01-21, because: It has closed" in told
    assert there("list", "--json").json["cases"][0]["outstanding"] == [], "what they asked is no request of ours"
    assert "Chris Doyle" in taken.err and "Amara" not in taken.err
    assert "1 events" not in there("timeline", theirs).out and "hospital" in there("timeline", theirs).out.lower()
    there("receive", bundle, code=65)  # the child is known already
    there("review", theirs, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "No panel yet")
    back = tmp_path / "back.asc"
    there("handover", theirs, "--to", "Northshire", "-o", back)

    monkeypatch.setenv("GNUPGHOME", people.home)
    answer = here("receive", back, "--json").json
    assert (answer["case"], answer["their_case"], answer["answers"]) == (ref, theirs, True)
    assert "home_area_copy_received" in {one["kind"] for one in here("milestone", ref, "--json").json["milestones"]}
    shown = here("show", ref).out
    assert shown.index("Handed over on 2026-04-20: to Eastbury\n") < shown.index(
        "Handed over on 2026-04-20: from Eastbury\n"
    )
    out = tmp_path / "analysis.json"
    here("extract", ref, "1", "-o", out)
    assert "Sudden infant death syndrome" in out.read_text("utf-8")
    here("return", ref, "northshire-camhs", "--nil")
    assert here("list", "--json").json["cases"][0]["waiting_for"] == ["closing"]
    closed = here("close", ref, "--json").json["left"]
    assert "It is still open, and for the home area to follow: inquest." in closed
    assert not [one for one in closed if "ratified" in one]
    damaged = tmp_path / "damaged.asc"
    damaged.write_bytes(back.read_bytes()[:-400])
    here("receive", damaged, code=76)
    assert here("verify", "--json").json["findings"] == []


def signed_bundle(people: People, plain: bytes) -> bytes:
    """What the second member's area signed and encrypted for the first, whatever it says."""
    words = ("--local-user", people.second, "--recipient", people.member, "--armor", "--sign", "--encrypt")
    return gpg(people.second_home, *words, data=plain)


HOSTILE: dict[str, Callable[[str], str]] = {
    "a thousand levels": lambda text: "[" * 1000,
    "a hundred thousand levels": lambda text: "[" * 100_000,
    "levels in a form": lambda text: text.replace('"returns": []', f'"returns": [{{"a": {"[" * 990}{"]" * 990}}}]'),
    "no object": lambda text: "[]",
    "no text": lambda text: "\ud800" + text,
    "a key twice": lambda text: text.replace('"answers":', '"case": "2020-AAAA", "answers":', 1),
    "a number that is none": lambda text: text.replace('"notification": {', '"notification": {"x": NaN, ', 1),
    "a number without end": lambda text: text.replace('"notification": {', '"notification": {"x": 1e999, ', 1),
    "digits without end": lambda text: text.replace('"notification": {', f'"notification": {{"x": {"9" * 5000}, ', 1),
    "letters that act on a screen": lambda text: text.replace("Testcase", "\\u001b]0;x\\u0007", 1),
    "letters that turn a line round": lambda text: text.replace("Testcase", "\\u202etsac", 1),
    "marks without end": lambda text: text.replace("Testcase", "a" + "\\u0301" * 500, 1),
    "a form of another kind": lambda text: text.replace('"returns": []', '"returns": [{"schema": "form-a/1"}]'),
    "parts without end": lambda text: text.replace('"returns": []', f'"returns": [{",".join(["{}"] * 500_000)}]'),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_bundle_is_read_as_strictly_as_a_return(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, what: str
) -> None:
    """Its signature says from whom it is, and nothing of what that machine was made to send."""
    body = {
        "schema": "handover/1", "from": "Eastbury", "to": "Northshire and Southtown", "case": "2026-7K3M", "made_on": "2026-04-20",
        "answers": None, "asks_for_analysis": False, "returns": [], "analysis": None,
        "notification": json.loads(cdr("show", sudi, "--json").out)["documents"]["notification"],
    }  # fmt: skip
    honest = json.dumps(body)
    bundle = tmp_path / "bundle.asc"
    with unchanged(cdr.store):
        bundle.write_bytes(signed_bundle(people, honest.encode()))
        assert "[A-26]" in cdr("receive", bundle, "--accept", people.second, code=65).err
        made = HOSTILE[what](honest)
        assert made != honest
        bundle.write_bytes(signed_bundle(people, made.encode("utf-8", "surrogatepass")))
        answer = cdr("receive", bundle, "--accept", people.second, code=65)
    assert "the bundle" in answer.err and "[A-26]" not in answer.err
    assert "\x1b" not in answer.err and "\u202e" not in answer.err and len(answer.err) < 2000
