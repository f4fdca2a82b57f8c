"""Two coordinators and cron's machine with a bare repository between: what each did apart comes together, and nothing is lost."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, Answer, People, Shell, opens_without_help, run
from store.hands import git, gpg, head


@dataclass(frozen=True)
class Hand:
    """One person at their own machine: their key, what their machine remembers, and their copy of the store."""

    home: str
    state: Path
    store: Path

    def __call__(self, *words: str | Path, code: int = 0, as_of: str = "2026-01-20", stdin: bytes = b"") -> Answer:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GNUPGHOME", self.home)
            patch.setenv("XDG_STATE_HOME", str(self.state))
            return Shell(self.store, as_of)(*words, code=code, stdin=stdin)

    def show(self, case: str) -> Any:
        return self("show", case, "--json").json["documents"]

    def verified(self) -> None:
        """Nothing is wrong with this copy, also for who has nothing kept of it."""
        found = self("verify", "--json").json["findings"]
        assert found == [], found


@dataclass(frozen=True)
class Office:
    """The two members, cron, the bare repository between them, and the one case that there is."""

    robin: Hand
    sam: Hand
    cron: Hand
    bare: Path
    case: str


@pytest.fixture
def office(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> Iterator[Office]:
    bare = tmp_path / "cdr.git"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", str(bare)], check=True)
    robin = Hand(people.home, tmp_path / "state", cdr.store)
    sam, cron = (
        Hand(home, tmp_path / f"{name}.state", tmp_path / name)
        for name, home in (("sam", people.second_home), ("cron", people.chaser_home))
    )
    robin("request", sudi, "northshire-police", "high-street-surgery", as_of="2026-01-10")
    assert robin("sync", bare, "--json").json["sent"] == 3
    for hand in (sam, cron):
        git(tmp_path, "clone", "-q", str(bare), str(hand.store))
        hand("verify", "--root", people.member)
        hand("sync")
    yield Office(robin, sam, cron, bare, sudi)
    opens_without_help(robin.store, people, tmp_path / "end")


def test_each_others_work_comes_together(office: Office, people: People, tmp_path: Path) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    robin("return", case, "northshire-police", "--nil")
    robin("milestone", case, "support_offered", "--on", "2026-01-11")
    sam("return", case, "high-street-surgery", "--waive", "The practice closed")
    sam("milestone", case, "ncmd_told", "--on", "2026-01-12")
    new = sam("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2027-01-21").out.strip()
    assert robin("sync", "--json").json["sent"] == 2
    told = sam("sync", "--json").json
    assert told["received"] == 2 and told["decided"] == [] and f"cases/{case}/requests.yaml.gpg" in told["merged"]
    assert robin("sync", "--json").json["received"] == 4 and head(robin.store) == head(sam.store)
    assert "Nothing is new" in sam("sync").out
    for hand in (robin, sam):
        documents = hand.show(case)
        assert [(one["agency"], one["status"]) for one in documents["requests"]["requests"]] == [
            ("northshire-police", "nil"), ("high-street-surgery", "waived"),
        ]  # fmt: skip
        assert [one["kind"] for one in documents["case"]["milestones"]] == ["support_offered", "ncmd_told"]
        assert new in hand("list").out
        hand.verified()
    robin("milestone", case, "ncmd_told", "--undo")
    assert git(robin.store, "status", "--porcelain") == ""


def test_both_ask_about_a_case_of_which_nobody_had_asked(office: Office) -> None:
    """Each begins the ledgers of requests and prompts; together they say what both did."""
    robin, sam, day = office.robin, office.sam, "2027-01-22"
    new = robin("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2027-01-21").out.strip()
    robin("sync")
    sam("sync")
    robin("request", new, "northshire-police", as_of=day)
    sam("request", new, "high-street-surgery", as_of=day)
    robin("sync")
    assert sam("sync", "--json").json["decided"] == []
    robin("sync")
    for hand in (robin, sam):
        documents = hand.show(new)
        asked = {one["agency"] for one in documents["requests"]["requests"]}
        assert (
            asked
            == {one["agency"] for one in documents["prompts"]["said"]}
            == {"northshire-police", "high-street-surgery"}
        )
        hand.verified()


def test_a_true_clash_is_asked_about_and_both_stay_until_then(office: Office) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    robin("return", case, "northshire-police", "--nil")
    robin("sync")
    sam("return", case, "northshire-police", "--waive", "They never knew the family")
    before = head(sam.store), git(office.bare, "rev-parse", "main")
    answer = sam("sync", code=65)
    assert "requests.0.status: State [SYNC-01]" in answer.err and "family" not in answer.err and "SYNC-01" in answer.err
    assert answer.err.count("SYNC-01") == 1
    assert (head(sam.store), git(office.bare, "rev-parse", "main")) == before
    assert sam.show(case)["requests"]["requests"][0]["status"] == "waived"
    sam("milestone", case, "ncmd_told", "--on", "2026-01-12")
    told = sam("sync", "--take", "there", "--json").json
    assert told["decided"] == [{"path": f"cases/{case}/requests.yaml.gpg", "field": "requests.0.status"}]
    robin("sync")
    for hand in (robin, sam):
        assert hand.show(case)["requests"]["requests"][0]["status"] == "nil"
        assert [one["kind"] for one in hand.show(case)["case"]["milestones"]] == ["ncmd_told"]
        assert hand.show(case)["case"]["waivers"] == [], "the reason goes with the waiver that does not stand"
        hand.verified()


def test_a_reason_goes_with_its_waiver_also_where_both_changed_the_case(office: Office) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    robin("return", case, "northshire-police", "--nil")
    robin("milestone", case, "support_offered", "--on", "2026-01-11")
    robin("sync")
    sam("return", case, "northshire-police", "--waive", "They never knew the family")
    sam("return", case, "high-street-surgery", "--waive", "The practice closed")
    sam("sync", "--take", "there")
    robin("sync")
    for hand in (robin, sam):
        assert [one["agency"] for one in hand.show(case)["case"]["waivers"]] == ["high-street-surgery"]
        assert [one["kind"] for one in hand.show(case)["case"]["milestones"]] == ["support_offered"]
        hand.verified()


def test_a_waiver_that_stands_keeps_its_reason(office: Office) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    robin("return", case, "northshire-police", "--nil")
    robin("sync")
    sam("return", case, "northshire-police", "--waive", "They never knew the family")
    sam("sync", "--take", "here")
    robin("sync")
    assert robin.show(case)["requests"]["requests"][0]["status"] == "waived"
    assert [one["agency"] for one in robin.show(case)["case"]["waivers"]] == ["northshire-police"]
    robin.verified()


def test_the_same_file_number_given_twice(office: Office, tmp_path: Path) -> None:
    """Each attached a file and kept a return under the same number: all four are there, each under its own."""
    robin, sam, case = office.robin, office.sam, office.case
    words = {}
    for hand, text in ((robin, b"from Robin"), (sam, b"from Sam")):
        file = tmp_path / "file.txt"
        file.write_bytes(text)
        number = hand("attach", case, file, "--kind", "other", "--json").json["number"]
        words[number] = text
        assert number == 1
    robin("sync")
    told = sam("sync", "--json").json
    assert told["encrypted"] == 1
    robin("sync")
    for hand in (robin, sam):
        found = set()
        for number in (1, 2):
            hand("extract", case, str(number), "-o", tmp_path / "out.txt")
            found.add((tmp_path / "out.txt").read_bytes())
        assert found == {b"from Robin", b"from Sam"}
        hand.verified()


def test_a_key_is_added_here_while_a_case_is_opened_there(office: Office, people: People, tmp_path: Path) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    file = tmp_path / "newcomer.asc"
    file.write_bytes(gpg(people.stranger_home, "--armor", "--export", people.stranger))
    robin("keys", "add", file)
    new = sam("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2027-01-21").out.strip()
    sam("milestone", case, "ncmd_told", "--on", "2026-01-12")
    sam("sync")
    assert robin("sync", "--json").json["encrypted"] > 0
    sam("sync")
    for hand in (robin, sam):
        hand.verified()
        assert new in hand("list").out and hand.show(case)["case"]["milestones"]
    kim = Hand(people.stranger_home, tmp_path / "kim.state", tmp_path / "kim")
    git(tmp_path, "clone", "-q", str(office.bare), str(kim.store))
    kim("verify", "--root", people.member)
    assert kim.show(new)["notification"]


def test_who_was_taken_out_cannot_merge(office: Office, people: People) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    sam("milestone", case, "ncmd_told", "--on", "2026-01-12")
    robin("keys", "remove", people.second, "--reason", "Left")
    robin("sync")
    before = head(sam.store)
    assert "taken out" in sam("sync", code=77).err and head(sam.store) == before
    told = robin("sync", sam.store, "--json")
    assert told.json["received"] == 1 and told.json["sent"] == 0 and "own folder" in told.err
    assert [one["kind"] for one in robin.show(case)["case"]["milestones"]] == ["ncmd_told"]
    robin("sync", office.bare)
    robin.verified()


def test_cron_works_apart_too(office: Office) -> None:
    """The chaser sends prompts while a member answers: its machine syncs by itself, before and after."""
    robin, cron, case = office.robin, office.cron, office.case
    robin("return", case, "northshire-police", "--nil")
    robin("sync")
    assert "high-street-surgery" in cron("chase", "--overdue", as_of="2026-01-25").out
    assert "northshire-police" not in {one["agency"] for one in json_items(cron, "2026-01-25")}
    assert robin("sync", "--json").json["received"] == 1
    sent = [
        (one["agency"], one["level"]) for one in robin.show(case)["prompts"]["prompts"] if one["level"] == "prompt-1"
    ]
    assert sent == [("high-street-surgery", "prompt-1")]
    answer = cron("chase", "--overdue", as_of="2026-01-25")
    assert (answer.out, answer.err) == ("", "")
    robin("milestone", case, "ncmd_told", "--on", "2026-01-12")
    robin("sync")
    cron("chase", "--overdue", as_of="2026-02-10")
    robin.verified()
    assert cron("sync", "--json").json["received"] == 0


def json_items(hand: Hand, day: str) -> list[dict[str, Any]]:
    return list(json.loads(hand("chase", "--json", as_of=day).out)["items"])


@pytest.mark.hurt
def test_what_does_not_verify_is_not_taken(office: Office, people: People, tmp_path: Path) -> None:
    robin, sam = office.robin, office.sam
    evil = tmp_path / "evil"
    git(tmp_path, "clone", "-q", str(office.bare), str(evil))
    (evil / "cases" / office.case / "case.yaml.gpg").write_bytes(b"forged")
    git(evil, "add", "-A")
    git(evil, "-c", "commit.gpgsign=false", "commit", "-q", "-m", "forged")
    git(evil, "push", "-q", "origin", "HEAD:main")
    before = head(sam.store)
    assert "not signed" in sam("sync", code=76).err and head(sam.store) == before
    git(evil, "reset", "-q", "--hard", before)
    git(evil, "commit", "-q", "--allow-empty", f"-S{people.stranger}", "-m", "by a stranger", home=people.stranger_home)
    git(evil, "push", "-q", "-f", "origin", "HEAD:main")
    assert "does not hold" in sam("sync", code=76).err
    assert head(sam.store) == before
    robin("list")


def test_a_remote_that_was_put_back_is_noticed(office: Office) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    robin("milestone", case, "ncmd_told", "--on", "2026-01-12")
    robin("sync")
    git(office.bare, "update-ref", "refs/heads/main", "main~1")
    assert "put back" in robin("sync", code=76).err
    assert robin("sync", "--restored", "--json").json["sent"] == 1
    assert sam("sync", "--json").json["received"] == 1


def test_where_there_is_nothing_to_exchange_with(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    cdr("sync", code=2)
    cdr("sync", tmp_path / "nowhere", code=66)
    cdr("sync", tmp_path, code=66)
    cdr("sync", "https://example.org/cdr.git", code=2)
    cdr("sync", "ext::sh -c true", code=2)
    cdr("sync", "ssh://-oProxyCommand=true/x", code=2)
    assert run(["--store", str(cdr.store), "list"]).code == 0


def test_two_returns_under_one_number(office: Office) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    robin("request", case, "northtown-general", "regional-ambulance", as_of="2026-01-12")
    robin("sync")
    sam("sync")
    robin("return", case, "northtown-general", "--from", EXAMPLES / "form-b-hospital.yaml", as_of="2026-06-01")
    sam("return", case, "regional-ambulance", "--from", EXAMPLES / "form-b-ambulance.yaml", as_of="2026-06-01")
    robin("sync")
    told = sam("sync", "--json").json
    assert told["encrypted"] == 1 and told["decided"] == []
    robin("sync")
    for hand in (robin, sam):
        documents = hand.show(case)
        found = {documents[id_]["agency"] for id_ in documents if id_.startswith("return-")}
        assert found == {"northtown-general", "regional-ambulance"}
        assert [one["status"] for one in documents["requests"]["requests"]][2:] == ["returned", "returned"]
        hand.verified()


def test_keys_and_agencies_changed_on_both_sides(office: Office, people: People, tmp_path: Path) -> None:
    """Each added a key and corrected another agency: both keys read everything, and both corrections stand."""
    robin, sam, case = office.robin, office.sam, office.case
    for hand, name, agency in ((robin, "Kim", "northshire-police"), (sam, "Lee", "high-street-surgery")):
        of_both = f"{name}.of.both.sides@northshire.example"
        gpg(people.stranger_home, "--passphrase", "", "--quick-generate-key", f"{name} <{of_both}>")
        file = tmp_path / f"{name}.asc"
        file.write_bytes(gpg(people.stranger_home, "--armor", "--export", of_both))
        hand("keys", "add", file)
        hand("agency", "edit", agency, "--email", f"{name.lower()}@{agency}.example")
    robin("sync")
    told = sam("sync", "--json").json
    assert told["decided"] == [] and {"cdr.yaml", "keys/registry.yaml"} <= {*told["merged"]}
    robin("sync")
    for hand in (robin, sam):
        names = {one["name"] for one in hand("keys", "list", "--json").json["keys"]}
        assert {"Kim", "Lee"} <= names
        configuration = (hand.store / "cdr.yaml").read_text("utf-8")
        assert "kim@northshire-police.example" in configuration and "lee@high-street-surgery.example" in configuration
        hand.verified()
        assert hand.show(case)


def test_two_cases_that_became_one_on_one_machine_meet_what_another_recorded_in_both(
    office: Office, tmp_path: Path
) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    form = EXAMPLES / "form-a-sudi.yaml"
    second = robin("notify", "--from", form, "--not-a-duplicate", "Two rang", as_of="2026-01-11").out.strip()
    robin("request", second, "northshire-social-care", as_of="2026-01-11")
    robin("sync")
    sam("sync")
    robin("void", second, "--same-as", case, "--carry-over")
    (tmp_path / "call.txt").write_text("He rang.", encoding="utf-8")
    sam("contact", second, "--with", "father", "--from", tmp_path / "call.txt")
    sam("milestone", case, "ncmd_told", "--on", "2026-01-12")
    robin("sync")
    sam("sync")
    robin("sync")
    assert head(robin.store) == head(sam.store)
    for hand in (robin, sam):
        there = hand.show(case)
        assert "northshire-social-care" in [one["agency"] for one in there["requests"]["requests"]]
        assert [one["kind"] for one in there["case"]["milestones"]] == ["ncmd_told"] and "contacts" not in there["case"]
        assert [row["case"] for row in hand("list", "--json").json["cases"]] == [case]
    made = sam("void", second, "--same-as", case, "--carry-over", "--json").json
    assert {key: count for key, count in made["carried_over"].items() if count} == {"contacts": 1}
    robin("sync")
    sam("sync")
    robin("sync")
    robin("reopen", second, "--reason", "They are twins")
    assert "contacts" not in robin.show(case)["case"] and robin.show(second)["case"]["contacts"]
    robin.verified()


def test_what_was_said_apart_is_all_there_and_goes_with_the_case(office: Office, people: People) -> None:
    robin, sam, case = office.robin, office.sam, office.case
    cron = office.cron("chase", "--overdue", "--json", as_of="2026-01-24").json["items"]
    office.cron("sync")
    robin("request", case, "regional-ambulance", as_of="2026-01-24")
    before = {one["agency"]: one for one in robin.show(case)["prompts"]["said"]}
    robin("sync")
    said = robin.show(case)["prompts"]["said"]
    assert [one["level"] for one in said].count("prompt-1") == len(cron) == 2
    assert len(said) == 5 and before["regional-ambulance"] in said
    sam("sync")
    assert sam.show(case)["prompts"]["said"] == said
    assert "prompt-1" in {one["level"] for one in sam("outbox", "show", case, "--json").json["messages"]}
    for hand in (robin, sam):
        hand.verified()


def test_two_children_under_one_reference_are_never_put_together(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """References are drawn by lot on each machine. Whatever a person decides of single fields, one child would be lost."""
    robin, sam = office.robin, office.sam
    drawn = iter("ZZZZ" * 2)
    with monkeypatch.context() as patch:
        patch.setattr(secrets, "choice", lambda _: next(drawn))
        one = robin("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-03-21").out.strip()
        again = ("--not-a-duplicate", "Another child")
        assert sam("notify", "--from", EXAMPLES / "form-a-sudi.yaml", *again).out.strip() == one == "2026-ZZZZ"
    robin("sync")
    before = head(sam.store), git(office.bare, "rev-parse", "main"), sam.show(one)
    for words in ([], ["--take", "here"], ["--take", "there"]):
        answer = sam("sync", *words, code=65)
        assert f"{one}: two children [SYNC-02]" in answer.err and "cdr restore" in answer.err
    assert (head(sam.store), git(office.bare, "rev-parse", "main"), sam.show(one)) == before
    assert robin.show(one)["notification"] != sam.show(one)["notification"]


@pytest.mark.parametrize("how", ["gone", "cut short"])
@pytest.mark.parametrize("what", ["HEAD", "HEAD^{tree}", "HEAD:cases", "the requests"])
def test_a_remote_that_lost_something_is_not_waited_for(office: Office, tmp_path: Path, what: str, how: str) -> None:
    """Its disk gives nothing back; a new one made from a copy that is whole does."""
    robin, sam, case = office.robin, office.sam, office.case
    robin("return", case, "northshire-police", "--nil")
    robin("sync")
    id_ = git(office.bare, "rev-parse", what.replace("the requests", f"HEAD:cases/{case}/requests.yaml.gpg")).strip()
    place = office.bare / "objects" / id_[:2] / id_[2:]
    place.chmod(0o644)
    if how == "gone":
        place.unlink()
    else:
        place.write_bytes(place.read_bytes()[:20])
    sam("milestone", case, "ncmd_told", "--on", "2026-01-12")
    before = head(sam.store)
    answer = sam("sync", code=76)
    assert "lost a part of the history" in answer.err and "Try again" not in answer.err
    assert head(sam.store) == before
    another = tmp_path / "another.git"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", str(another)], check=True)
    robin("sync", another)
    assert sam("sync", another, "--json").json["received"] == 1
    robin("sync", another)
    assert head(robin.store) == head(sam.store)
    sam.verified()
