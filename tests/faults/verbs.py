"""Every verb that writes, as a table: what stands before it, its words, and what it leaves; and the store that all of them begin from.

In the words REF is a case that waits for agencies, READY one that the panel may talk about, PANEL the meeting that has it, SHEET a briefing, IN the folder of
the files that are given, OUT an empty one, PLACE the folder that holds the store.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.test_handover import area_of
from conftest import EXAMPLES, Begun, People, copied, run, seen
from PIL import Image
from store.hands import git, gpg, sign_commit

HOSPITAL, POLICE, AMBULANCE, COMMUNITY = (
    "northtown-general",
    "northshire-police",
    "regional-ambulance",
    "northshire-community",
)
DAY = "2026-04-20"
QUORUM = [HOSPITAL, COMMUNITY, "northshire-camhs", "northshire-social-care"]
MEMBERS = """  members:
    - {id: pat-keyed, name: Dr Pat Keyed, organisation: northtown-general, key: KEY}
    - {id: jo-open, name: Jo Openshaw, organisation: northshire-social-care}
"""
ROW = {
    "old_reference": "15/01", "notified_on": "2019-05-07", "date_of_birth": "2019-03-02", "date_of_death": "2019-05-06", "sex": "female",
    "ethnicity": "N", "local_authority": "Northshire", "place": "Hospital",
}  # fmt: skip
KEPT = ("store", "away", "state", "out", "shared.git", "other", "other.state")


@dataclass(frozen=True)
class World:
    """The store with its surroundings, and who acts."""

    folder: Path
    people: People
    case: str
    ready: str

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def own_home(self) -> Path:
        return self.folder / "g"

    def home_for(self, verb: Verb) -> str:
        """The home of GnuPG of whoever gives the command."""
        return self.people.second_home if verb.by_second else str(self.own_home) if verb.by_copy else self.people.home

    def words(self, words: Sequence[str]) -> list[str]:
        stands_for = {
            "REF": self.case, "READY": self.ready, "PANEL": "P2026-04-14", "IN": str(self.folder / "in"), "OUT": str(self.folder / "out"),
            "PLACE": str(self.folder), "SECOND": self.people.second, "MEMBER": self.people.member,
        }  # fmt: skip
        filled = list(words)
        if "SHEET" in words:
            [briefing] = run(["--store", str(self.store), "--as-of", DAY, "learning", "list", "--json"]).json[
                "briefings"
            ]
            stands_for["SHEET"] = briefing["id"]
        if "ACTION" in words:
            [action, *_] = run(["--store", str(self.store), "--as-of", DAY, "action", "list", "--json"]).json["actions"]
            stands_for["ACTION"] = action["id"]
        for name, value in stands_for.items():
            filled = [word.replace(name, value) for word in filled]
        return filled

    def command(self, verb: Verb) -> list[str]:
        beginning = [] if verb.storeless else ["--store", str(self.store)]
        return [*beginning, "--debug", "--as-of", verb.day, *self.words(verb.words)]

    def prepare(self, verb: Verb) -> None:
        """What stands before the verb; a copy of all is kept to go back to."""
        for step in verb.before:
            if callable(step):
                step(self)
            else:
                answer = run(["--store", str(self.store), "--as-of", DAY, *self.words(step)])
                assert answer.code == 0, f"{step} ended with {answer.code}: {answer.err}"
        for name in KEPT:
            if (self.folder / name).exists():
                shutil.copytree(self.folder / name, self.folder / "before" / name, symlinks=True)

    def again(self) -> None:
        for name in KEPT:
            shutil.rmtree(self.folder / name, ignore_errors=True)
            if (self.folder / "before" / name).exists():
                shutil.copytree(self.folder / "before" / name, self.folder / name, symlinks=True)


Step = Sequence[str] | Callable[[World], None]


@dataclass(frozen=True)
class Verb:
    """A command that writes; `records`: it adds to the history; `by_second`: the other member gives it; `by_copy`: with a home of GnuPG of its own;
    `shows`: it is there to print what was written.
    """

    words: Sequence[str]
    before: Sequence[Step] = ()
    day: str = DAY
    records: bool = True
    storeless: bool = False
    by_second: bool = False
    by_copy: bool = False
    shows: bool = False
    code: int = 0


def _shared(world: World) -> None:
    """A shared repository, and another member's copy with work of its own that this one has not."""
    bare, other = world.folder / "shared.git", world.folder / "other"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", str(bare)], check=True)
    assert run(["--store", str(world.store), "--as-of", DAY, "sync", str(bare)]).code == 0
    git(world.folder, "clone", "-q", str(bare), str(other))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", world.people.second_home)
        patch.setenv("XDG_STATE_HOME", str(world.folder / "other.state"))
        for words in (["verify", "--root", world.people.member], ["milestone", world.case, "ncmd_told"], ["sync"]):
            answer = run(["--store", str(other), "--as-of", DAY, *words])
            assert answer.code == 0, answer.err
    run(["--store", str(world.store), "--as-of", DAY, "milestone", world.case, "support_offered"])


def _asked_to_erase(world: World) -> None:
    """The first of two members asked for it."""
    assert run(["--store", str(world.store), "--as-of", DAY, "erase", world.ready, "--because", "order"]).code == 0


def _renewed(world: World) -> None:
    """The member's home of GnuPG, copied, in which their key ends later than the store knows."""
    shutil.copytree(world.people.home, world.own_home, ignore=shutil.ignore_patterns("S.*", "*.lock", ".#*"))
    world.own_home.chmod(0o700)
    gpg(str(world.own_home), "--quick-set-expire", world.people.member, "3y")


def _from_another_area(world: World) -> None:
    """A bundle of another area about a child who lived here."""
    place, config = world.folder / "away", world.folder / "in" / "Eastbury.yaml"
    text = area_of("Eastbury", "Northshire and Southtown", world.people.member, config).read_text("utf-8")
    config.write_text(text.replace("TNorthshire and Southtown", "Northshire and Southtown"), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", world.people.second_home)
        assert run(["init", str(place), "--config", str(config), "--member", world.people.second]).code == 0
        there = ["--store", str(place), "--as-of", DAY]
        case = run([*there, "notify", "--from", str(EXAMPLES / "form-a-neonatal.yaml")])
        assert case.code == 0, case.err
        bundle = world.folder / "in" / "bundle.asc"
        sent = run([*there, "handover", case.out.strip(), "--to", "Northshire and Southtown", "-o", str(bundle)])
        assert sent.code == 0, sent.err


def _of_another_area(world: World) -> None:
    """Another area's store on this machine, with the same member and a case of its own."""
    place, config = (
        world.folder / "away",
        area_of("Eastbury", "Westbury", world.people.member, world.folder / "in" / "Eastbury.yaml"),
    )
    assert (
        run(
            [
                "init",
                str(place),
                "--config",
                str(config),
                "--member",
                world.people.member,
                "--member",
                world.people.second,
            ]
        ).code
        == 0
    )
    case = run(["--store", str(place), "--as-of", DAY, "notify", "--from", str(EXAMPLES / "form-a-neonatal.yaml")])
    assert case.code == 0, case.err


ASSIGNED = ("panel", "assign", "PANEL", "READY")
READ = ("reading", "seal", "PANEL", "READY", "pat-keyed", "--from", "IN/reading.yaml")
REVIEWED = ("review", "READY", "--from", str(EXAMPLES / "form-c-sudi.yaml"), "--override", "x")
ATTACHED = ("attach", "REF", str(EXAMPLES / "letter-gate.yaml"), "--kind", "other")
ASKED = ("question", "REF", "add", "--by", "mother", "--from", "IN/said.txt")
SAID = ("contact", "REF", "--with", "mother", "--how", "telephone", "--from", "IN/said.txt")
HELD = ("chase", "--hold", "REF", HOSPITAL, "--until", "2026-05-20", "away")
NEW = ("notify", "--from", str(EXAMPLES / "form-a-sudi.yaml"), "--not-a-duplicate", "x")
OPINION = ("panel", "question", "ask", "READY", "--to", "Eastbury", "--from", "IN/question.txt", "-o", "OUT/opinion")
BRIEF = ("learning", "brief", "READY", "--title", "Safer sleep", "-o", "OUT/brief.pdf")
RELEASED = ("tally", "--year", "2025/26", "--public")

VERBS: dict[str, Verb] = {
    "notify": Verb(NEW),
    "import": Verb(["import", "IN/register.csv"]),
    "edit": Verb(["edit", "REF", "form-a"]),
    "attach": Verb(ATTACHED),
    "attach undo": Verb(["attach", "REF", "--undo", "1"], [ATTACHED]),
    "extract": Verb(["extract", "REF", "1", "-o", "OUT/1"], [ATTACHED], records=False),
    "request": Verb(["request", "REF", AMBULANCE]),
    "request test": Verb(["request", "--test", AMBULANCE]),
    "form": Verb(["form", "REF", HOSPITAL, "--new-passphrase", "-o", "OUT/form.html"]),
    "form docx": Verb(["form", "REF", HOSPITAL, "-o", "OUT/form.docx"], records=False),
    "return": Verb(["return", "REF", HOSPITAL, "--from", str(EXAMPLES / "form-b-hospital.yaml")]),
    "return nil": Verb(["return", "REF", HOSPITAL, "--nil"]),
    "return waive": Verb(["return", "REF", HOSPITAL, "--waive", "x"]),
    "return undo": Verb(["return", "REF", POLICE, "--undo"]),
    "bounce": Verb(["bounce", "REF", POLICE]),
    "chase": Verb(["chase", "--overdue"]),
    "chase hold": Verb(HELD),
    "chase release": Verb(["chase", "--release", "REF", HOSPITAL], [HELD]),
    "outbox sent": Verb(["outbox", "sent", "--all"]),
    "outbox show": Verb(["outbox", "show", "REF", "1"], records=False),
    "outbox again": Verb(["outbox", "again", "REF"], [lambda world: shutil.rmtree(world.store / "outbox")], records=False),
    "gate open": Verb(["gate", "REF", "open", "cspr"]),
    "gate close": Verb(["gate", "REF", "close", "criminal"]),
    "gate take-back": Verb(["gate", "REF", "take-back", "criminal"]),
    "milestone": Verb(["milestone", "REF", "initial_meeting", "--minutes", "IN/said.txt"]),
    "milestone undo": Verb(["milestone", "REF", "ncmd_told", "--undo"], [("milestone", "REF", "ncmd_told")]),
    "contact": Verb([*SAID, "--attach", "IN/said.txt"]),
    "contact undo": Verb(["contact", "REF", "--undo", "1"], [SAID]),
    "disagreement": Verb(["contact", "REF", "--with", "mother", "--disagrees-with", "form-a:child.sex", "--from", "IN/said.txt"]),
    "question add": Verb(ASKED),
    "question answer": Verb(["question", "REF", "answer", "1", "--from", "IN/said.txt"], [ASKED]),
    "question take-back": Verb(["question", "REF", "take-back", "1"], [ASKED]),
    "wish": Verb(["wish", "REF", "mother", "no-contact", "--from", "IN/said.txt"]),
    "agency add": Verb(["agency", "add", "hospice", "--name", "Hospice", "--type", "hospice_palliative", "--email", "h@hospice.example"]),
    "agency edit": Verb(["agency", "edit", POLICE, "--email", "new@northshire-police.example"]),
    "agency retire": Verb(["agency", "retire", POLICE]),
    "agency passphrase": Verb(["agency", "passphrase", POLICE, "--new"]),
    "letter": Verb(["letter", "READY", "--gate", str(EXAMPLES / "letter-gate.yaml"), "--format", "pdf", "-o", "OUT/letters"], [REVIEWED]),
    "letter draft": Verb(["letter", "READY", "--draft", "--format", "docx", "-o", "OUT/letters"], [REVIEWED], records=False),
    "panel new": Verb(["panel", "new", "2026-06-01"]),
    "panel assign": Verb(ASSIGNED),
    "panel unassign": Verb(["panel", "unassign", "PANEL", "READY"], [ASSIGNED]),
    "panel agenda": Verb(["panel", "agenda", "PANEL", "-o", "OUT/agenda.pdf"], [ASSIGNED]),
    "panel pack": Verb(["panel", "pack", "PANEL", "-o", "OUT/papers"], [ASSIGNED]),
    "panel defer": Verb(["panel", "defer", "PANEL", "READY", "--until", "2026-12-01", "--from", "IN/said.txt"], [ASSIGNED]),
    "panel attend": Verb(["panel", "attend", "PANEL", *QUORUM], [ASSIGNED]),
    "panel conflict": Verb(["panel", "conflict", "PANEL", "READY", "pat-keyed"], [ASSIGNED]),
    "panel refer": Verb(["panel", "refer", "PANEL", "READY", "--to", "coroner"], [ASSIGNED]),
    "panel minutes": Verb(["panel", "minutes", "PANEL", "--from", "IN/said.txt"]),
    "panel not held": Verb(["panel", "close", "PANEL", "--not-held"]),
    "panel survey": Verb(["panel", "survey", "PANEL", "--in-time", "3", "--from", "IN/said.txt"], [("panel", "close", "PANEL")]),
    "second opinion": Verb(OPINION),
    "second opinion answered": Verb(["panel", "question", "answer", "READY", "1", "--from", "IN/said.txt"], [OPINION]),
    "panel close": Verb(["panel", "close", "PANEL"], [ASSIGNED, ("panel", "attend", "PANEL", *QUORUM)]),
    "panel agreement": Verb(["panel", "agreement", "pat-keyed", "--on", "2026-01-05"]),
    "reading seal": Verb(READ, [ASSIGNED]),
    "reading open": Verb(["reading", "open", "PANEL", "READY"], [ASSIGNED, READ, [*READ[:4], "jo-open", *READ[5:]]], shows=True),
    "review": Verb(REVIEWED),
    "action add": Verb(["action", "add", "PANEL", "--to", POLICE, "--due", "2026-06-01", "--from", "IN/said.txt"]),
    "action chase": Verb(["action", "chase"], [REVIEWED], day="2026-10-20"),
    "action update": Verb(["action", "update", "ACTION", "--due", "2026-12-01", "--from", "IN/said.txt"], [REVIEWED]),
    "action done": Verb(["action", "done", "ACTION", "--from", "IN/said.txt"], [REVIEWED]),
    "learning brief": Verb(BRIEF, [REVIEWED]),
    "learning sent": Verb(["learning", "sent", "SHEET", "--to", COMMUNITY], [REVIEWED, BRIEF]),
    "receive": Verb(["receive", "IN/bundle.asc"], [_from_another_area]),
    "handover": Verb(["handover", "REF", "--to", "Eastbury", "-o", "OUT/handover.asc"]),
    "disclose": Verb(["disclose", "REF", "--for", "coroner", "--from", "IN/said.txt", "-o", "OUT/bundle.asc"]),
    "close": Verb(["close", "READY", "--override", "x"], [REVIEWED]),
    "reopen": Verb(["reopen", "READY", "--reason", "x"], [REVIEWED, ("close", "READY", "--override", "x")]),
    "void": Verb(["void", "REF", "--by-mistake"]),
    "report": Verb(["report", "--year", "2025/26", "--words", "IN/words.yaml", "-o", "OUT/report.html"]),
    "report pictures": Verb(["report", "--year", "2025/26", "--words", "IN/pictures.yaml", "-o", "OUT/report.pdf"]),
    "tally public": Verb([*RELEASED, "-o", "OUT/tally.csv"]),
    "release withdraw": Verb(["release", "withdraw", "1", "--reason", "x"], [RELEASED]),
    "export": Verb(["export", "--year", "2019/20", "-o", "OUT/set"], [("import", "IN/many.csv")], records=False),
    "governance": Verb(["governance", "-o", "OUT/papers"], records=False, code=1),
    "calendar": Verb(["calendar", "-o", "OUT/cdr.ics"], records=False),
    "keys add": Verb(["keys", "add", "IN/newcomer.asc"]),
    "keys remove": Verb(["keys", "remove", "SECOND", "--reason", "Left"]),
    "keys refresh": Verb(["keys", "refresh", "MEMBER"], [_renewed], by_copy=True),
    "keys drill": Verb(["keys", "drill", "REF"], by_second=True),
    "erase asked": Verb(["erase", "READY", "--because", "order"]),
    "erase": Verb(["erase", "READY"], [_asked_to_erase], by_second=True),
    "retention": Verb(["retention", "--keep", "READY", "--until", "2060-01-01", "--from", "IN/said.txt"], [REVIEWED, ("close", "READY", "--override", "x")]),
    "take-over": Verb(["take-over", "PLACE/away"], [_of_another_area]),
    "sync": Verb(["sync"], [_shared]),
    "backup": Verb(["backup", "OUT/backup.bundle"], records=False),
    "restore": Verb(["restore", "OUT/backup.bundle", "OUT/restored"], [("backup", "OUT/backup.bundle")], records=False, storeless=True),
    "init": Verb(["init", "OUT/new", "--config", str(EXAMPLES / "store.yaml"), "--member", "MEMBER"], records=False, storeless=True),
}  # fmt: skip


def begin(begun: Begun, people: People, folder: Path) -> World:
    """A case that waits for agencies, one that is ready, a meeting, members of the panel, and another area's key."""
    copied(begun.with_sudi, folder)
    store, given = folder / "store", folder / "in"
    seen(store)
    given.mkdir()
    (folder / "out").mkdir()
    files(given, people)
    config = store / "cdr.yaml"
    text = config.read_text("utf-8").replace("areas:", f"{MEMBERS.replace('KEY', people.second)}areas:", 1)
    config.write_text(text.replace("name: Chris Doyle,", f"name: Chris Doyle, key: {people.second},"), "utf-8")
    sign_commit(store, people.home, people.member)

    def told(*words: str, on: str = "2026-01-12") -> str:
        answer = run(["--store", str(store), "--as-of", on, *words])
        assert answer.code == 0, f"{words} ended with {answer.code}: {answer.err}"
        return answer.out.strip()

    told("request", begun.sudi, HOSPITAL, POLICE, COMMUNITY, on="2026-01-09")
    told("return", begun.sudi, POLICE, "--from", str(given / "police.yaml"))
    told("gate", begun.sudi, "open", "criminal")
    ready = told(*NEW)
    told("request", ready)
    for one in json.loads(told("show", ready, "--json"))["documents"]["requests"]["requests"]:
        told("return", ready, one["agency"], "--nil", on="2026-01-20")
    told("gate", ready, "close", "inquest", "--on", "2026-03-30", on="2026-03-31")
    told("panel", "new", "2026-04-14", on="2026-04-01")
    return World(folder, people, begun.sudi, ready)


def begun_in(place: Path, begun: Begun, people: People, *more: str) -> World:
    """What `begin` makes, in a folder with a state of its own and by a member's key; and after it these verbs, by their names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", people.home)
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        world = begin(begun, people, place)
        for name in more:
            answer = run(world.command(VERBS[name]))
            assert answer.code == 0, f"{name}: {answer.err}"
    return world


def copy_of(work: World, place: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same once more, for one test, which acts on it with the state that came along."""
    shutil.copytree(work.folder, place, symlinks=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "state"))
    monkeypatch.setenv("EDITOR", str(place / "in" / "editor"))
    return World(place, work.people, work.case, work.ready)


def files(given: Path, people: People) -> None:
    """What is handed to the verbs."""
    text = (EXAMPLES / "form-b-police.yaml").read_text("utf-8")
    text = text.replace("completed_on: 2026-02-03", "completed_on: 2026-01-12")
    (given / "police.yaml").write_text(text.split("\nadditional_information:")[0] + "\n", "utf-8")
    (given / "said.txt").write_text("What Amara Testcase's mother said.\n", "utf-8")
    (given / "words.yaml").write_text("schema: report/1\nyear: 2025/26\nforeword: {text: For the year.}\n", "utf-8")
    (given / "question.txt").write_text("Would you call it a sudden death or one of a medical cause?\n", "utf-8")
    Image.new("RGB", (30, 20), "green").save(given / "garden.png")
    (given / "pictures.yaml").write_text(
        "schema: report/1\nyear: 2025/26\nforeword: {text: For the year.}\nthanks: |-\n  To all.\n\n  ![A garden](garden.png)\n",
        "utf-8",
    )
    (given / "reading.yaml").write_text(
        "schema: reading/1\ncategory: 10\nmodifiability: 'yes'\nreason: Of Amara Testcase.\n", "utf-8"
    )
    (given / "register.csv").write_text(f"{','.join(ROW)}\n{','.join(ROW.values())}\n", "utf-8")
    rows = [
        {**ROW, "old_reference": f"15/{n:02}", "date_of_birth": f"2019-03-{n:02}", "date_of_death": f"2019-05-{n:02}"}
        for n in range(1, 7)
    ]
    many = "".join(f"{','.join(row.values())}\n" for row in rows)
    (given / "many.csv").write_text(f"{','.join(ROW)}\n{many}", "utf-8")
    (given / "newcomer.asc").write_bytes(gpg(people.stranger_home, "--armor", "--export", people.stranger))
    (given / "editor").write_text("#!/bin/sh\nsed -i 's/birth_weight_g: 2460/birth_weight_g: 2470/' \"$1\"\n")
    (given / "editor").chmod(0o700)
