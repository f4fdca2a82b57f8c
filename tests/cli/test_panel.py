"""`cdr panel` as a coordinator uses it: a meeting from the day it is made to the reviews that it ratifies."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from conftest import EXAMPLES, People, Shell

from cdr.store.crypto import Gnupg

QUORUM = ("northtown-general", "northshire-community", "northshire-camhs", "northshire-social-care")
DAY = "2026-04-14"


@pytest.fixture
def ready(cdr: Shell, sudi: str) -> str:
    """A case in which every return is in and every other process is over."""
    cdr("request", sudi, as_of="2026-01-09")
    for request in cdr("list", "--json", as_of="2026-01-10").json["cases"][0]["outstanding"]:
        cdr("return", sudi, request, "--nil", as_of="2026-01-20")
    cdr("gate", sudi, "close", "inquest", "--on", "2026-03-30", as_of="2026-03-31")
    return sudi


def test_a_meeting_from_its_making_to_the_reviews_that_it_ratifies(cdr: Shell, ready: str, tmp_path: Path) -> None:
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    assert panel == "P2026-04-14"
    assert cdr("panel", "new", "14/04/2026", "--type", "themed", as_of="2026-03-20").out == "P2026-04-14b\n"

    assert cdr("panel", "assign", panel, ready, "--json", as_of="2026-04-01").json["cases"] == [
        {"case": ready, "ratified": False, "deferred_until": None, "left": [], "not_ready": []}
    ]
    elsewhere = cdr("panel", "assign", "P2026-04-14b", ready, as_of="2026-04-01", code=65)
    assert f"{ready}: It is on the agenda of {panel}" in elsewhere.err
    assert in_case(cdr, ready) == [("panel_date", DAY, panel)]
    cdr("panel", "unassign", panel, ready, as_of="2026-04-01")
    assert in_case(cdr, ready) == []
    cdr("panel", "assign", panel, ready, as_of="2026-04-01")

    some = cdr("panel", "attend", panel, *QUORUM[:3], "--observer", QUORUM[3], "--json", as_of=DAY).json
    assert (some["quorate"], some["missing"], some["observers"]) == (False, [QUORUM[3]], [QUORUM[3]])
    cdr("panel", "attend", panel, "nobody-known", as_of=DAY, code=66)
    everyone = cdr("panel", "attend", panel, QUORUM[3], "--apologies", "northshire-police", "--json", as_of=DAY).json
    assert (everyone["quorate"], everyone["missing"], everyone["attended"]) == (True, [], list(QUORUM))
    assert everyone["apologies"] == ["northshire-police"] and everyone["observers"] == []

    form_c = EXAMPLES / "form-c-sudi.yaml"
    early = cdr("review", ready, "--from", form_c, "--panel", panel, as_of=DAY, code=65)
    assert "not recorded as over" in early.err
    cdr("panel", "close", panel, as_of="2026-04-01", code=65)
    text = tmp_path / "minutes.txt"
    text.write_text("Amara Testcase was discussed.\n", encoding="utf-8")
    cdr("panel", "minutes", panel, "--from", text, as_of="2026-04-15")
    cdr("panel", "close", panel, as_of="2026-04-15")
    closed = cdr("panel", "attend", panel, "northshire-police", as_of="2026-04-15", code=65).err
    assert "is over" in closed and "--undo" in closed

    said = cdr("review", ready, "--from", form_c, "--panel", panel.lower(), "--json", as_of="2026-04-20").json
    assert (said["on"], said["overridden"]) == (DAY, [])
    shown = cdr("panel", "show", panel, "--json", as_of="2026-04-20").json
    assert shown["cases"][0]["ratified"] and shown["closed"] and shown["not_done"] == []
    assert "Amara" not in cdr("panel", "show", panel).out
    assert "Amara" in cdr("panel", "show", panel, "--minutes").out
    assert "was ratified by it" in cdr("panel", "close", panel, "--undo", as_of="2026-04-20", code=65).err
    again = ("panel", "assign", "P2026-04-14b", ready, "--override", "Once more")
    refused = cdr(*again, as_of="2026-04-20", code=65).err
    assert f"{ready}: Its review was ratified on {DAY}." in refused and "cdr reopen REF" in refused
    assert "--undo" not in cdr("panel", "attend", panel, "northshire-police", as_of="2026-04-20", code=65).err
    tally = cdr("tally", "--year", "2026/27", "--years", "2", "--json", as_of="2026-04-20").json
    counts = [(one["year"], one["held"], one["quorate"], one["cases"]) for one in tally["meetings"]]
    assert counts == [("2025/26", 0, 0, 0), ("2026/27", 1, 1, 1)]
    assert tally["overridden"] == []
    listed = cdr("panel", "list", "--json", as_of="2026-04-20").json["panels"]
    assert [(one["id"], len(one["cases"])) for one in listed] == [(panel, 1), ("P2026-04-14b", 0)]


def in_case(cdr: Shell, reference: str) -> list[tuple[str, str, str]]:
    """What meetings recorded in a case: kind, day, meeting."""
    listed = cdr("milestone", reference, "--json", as_of="2026-04-03").json["milestones"]
    return [(one["kind"], one["on"], one["panel"]) for one in listed if "panel" in one]


MEMBERS = """  members:
    - {id: pat-keyed, name: Dr Pat Keyed, organisation: northtown-general, key: KEY}
    - {id: jo-open, name: Jo Openshaw, organisation: northshire-social-care, days: [tuesday, friday]}
"""


def with_members(cdr: Shell, people: People) -> None:
    """Two members of the panel, one with a key, in the store's own cdr.yaml."""
    path = cdr.store / "cdr.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("areas:", f"{MEMBERS.replace('KEY', people.second)}areas:", 1), "utf-8")
    commit = ["git", "-C", str(cdr.store), "-c", f"user.signingkey={people.member}", "-c", "user.name=Robin"]
    commit += ["-c", "user.email=cdop.manager@northshire.example", "commit", "-q", "-S", "-m", "members", "cdr.yaml"]
    subprocess.run(commit, check=True, capture_output=True)


def test_papers_are_locked_for_each_reader_and_kept_nowhere(
    cdr: Shell, ready: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("panel", "pack", panel, "-o", tmp_path / "none", as_of="2026-04-01", code=65)
    cdr("panel", "assign", panel, ready, as_of="2026-04-01")
    cdr("panel", "pack", panel, "-o", tmp_path / "none", as_of="2026-04-01", code=65)
    cdr("panel", "pack", panel, "--for", "nobody-known", "-o", tmp_path / "none", as_of="2026-04-01", code=66)
    with_members(cdr, people)
    agenda = cdr("panel", "agenda", panel, "-o", "-", as_of="2026-03-31").out
    assert "Northtown General Hospital" in agenda
    assert "| Jo Openshaw | Tuesday 7 April 2026; Friday 10 April 2026 |" in agenda and "Monday 13 April" in agenda
    cdr("panel", "agenda", panel, "-o", tmp_path / "agenda.pdf", as_of="2026-04-01")
    cdr("panel", "pack", panel, "-o", cdr.store / "papers", as_of="2026-04-02", code=2)
    folder = tmp_path / "papers"
    made = cdr("panel", "pack", panel, "-o", folder, "--json", as_of="2026-04-02").json["packs"]
    assert [(one["for"], one["locked_with"]) for one in made] == [("pat-keyed", "key"), ("jo-open", "pass-phrase")]
    assert sorted(path.name for path in folder.iterdir()) == sorted(one["file"] for one in made)
    assert in_case(cdr, ready) == [("panel_date", DAY, panel), ("papers_sent", "2026-04-02", panel)]
    cdr("panel", "agreement", "pat-keyed", "--on", "2026-01-05", "--until", "2026-12-31", as_of="2026-04-02")
    cdr("panel", "attend", panel, "pat-keyed", "jo-open", as_of="2026-04-02")
    shown = cdr("panel", "show", panel, "--json", as_of="2026-04-02").json
    assert shown["unsigned"] == ["jo-open"] and "northtown-general" not in shown["missing"]
    assert (shown["agenda_on"], shown["papers_on"], shown["papers_for"]) == (
        "2026-04-01", "2026-04-02", ["pat-keyed", "jo-open"],
    )  # fmt: skip

    monkeypatch.setenv("GNUPGHOME", people.second_home)
    for_key = Gnupg().decrypt((folder / made[0]["file"]).read_bytes(), "papers")
    text = pdf_text(for_key)
    assert ready in text and "For Dr Pat Keyed only" in text
    assert not [word for word in ("Amara", "Testcase", "Efua", "9990000018", "Raman", "2025-03-02") if word in text]
    locked = (folder / made[1]["file"]).read_bytes()
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked))
    with pikepdf.open(io.BytesIO(locked), password=made[1]["passphrase"]) as opened:
        assert opened.is_encrypted and "/StructTreeRoot" in opened.Root

    monkeypatch.setenv("GNUPGHOME", people.home)
    cdr("panel", "conflict", panel, ready, "jo-open", as_of="2026-04-02")
    page = cdr("panel", "pack", panel, "--format", "html", "-o", folder, "--json", as_of="2026-04-03").json["packs"]
    assert [one["file"] for one in page] == [f"{panel}-pat-keyed.html.gpg", f"{panel}-jo-open.html"]
    told = (folder / page[1]["file"]).read_text("utf-8")
    assert "Openshaw" not in told and "BEGIN PGP MESSAGE" in told and ready not in told
    alone = cdr("panel", "pack", panel, "--for", "jo-open", "-o", folder, "--json", as_of="2026-04-10")
    assert alone.json["packs"][0]["minutes"] < made[1]["minutes"] and "2026-04-07" in alone.err
    left = cdr("close", ready, as_of="2026-04-20", code=65).err
    assert f"The papers of {panel}, made on 2026-04-02, hold this case: ask their readers" in left


def test_two_members_read_a_case_by_themselves(cdr: Shell, ready: str, people: People, tmp_path: Path) -> None:
    with_members(cdr, people)
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("panel", "assign", panel, ready, as_of="2026-04-01")
    reading = tmp_path / "reading.yaml"
    reading.write_text("schema: reading/1\ncategory: 99\nmodifiability: perhaps\n", "utf-8")
    wrong = cdr("reading", "seal", panel, ready, "pat-keyed", "--from", reading, as_of=DAY, code=65)
    assert "reading.yaml:2" in wrong.err and "reading.yaml:3" in wrong.err
    reading.write_text("schema: reading/1\ncategory: 10\nmodifiability: 'yes'\nreason: Soft bedding.\n", "utf-8")
    cdr("reading", "seal", panel, ready, "northshire-police", "--from", reading, as_of=DAY, code=66)
    assert (
        cdr("reading", "seal", panel, ready, "pat-keyed", "--from", reading, "--json", as_of=DAY).json["readings"] == []
    )
    assert "Only pat-keyed" in cdr("reading", "open", panel, ready, as_of=DAY, code=65).err
    cdr("reading", "seal", panel, ready, "pat-keyed", "--from", reading, as_of=DAY, code=65)
    shown = cdr("panel", "show", panel, as_of=DAY).out
    assert "sealed: pat-keyed" in shown and "bedding" not in shown
    left = cdr("panel", "conflict", panel, ready, "pat-keyed", as_of=DAY).err
    assert f"pat-keyed had sealed a reading of {ready}; it was taken away" in left
    assert "Nobody has sealed one" in cdr("reading", "open", panel, ready, as_of=DAY, code=65).err
    assert (
        "leaves for this case"
        in cdr("reading", "seal", panel, ready, "pat-keyed", "--from", reading, as_of=DAY, code=65).err
    )
    assert "taken away" not in cdr("panel", "conflict", panel, ready, "pat-keyed", "--undo", as_of=DAY).err
    cdr("reading", "seal", panel, ready, "pat-keyed", "--from", reading, as_of=DAY)
    reading.write_text("schema: reading/1\ncategory: 10\nmodifiability: 'no'\n", "utf-8")
    cdr("reading", "seal", panel, ready, "jo-open", "--from", reading, as_of=DAY)
    assert "stays on this agenda" in cdr("panel", "unassign", panel, ready, as_of=DAY, code=65).err
    assert cdr("reading", "agreement", "--json", as_of=DAY).json["category"]["cases"] == 0
    found = cdr("reading", "open", panel.lower(), ready, "--json", as_of=DAY).json
    assert (found["panel"], [one["modifiability"] for one in found["readings"]]) == (panel, ["yes", "no"])
    assert (
        "Category: the same. What could be changed: not the same."
        in cdr("reading", "open", panel, ready, as_of=DAY).out
    )
    assert "taken away" not in cdr("panel", "conflict", panel, ready, "pat-keyed", as_of=DAY).err
    agreed = cdr("reading", "agreement", "--year", "2026/27", "--json", as_of=DAY).json
    assert agreed["category"] == {"cases": 1, "same": 1, "kappa": None, "low": None, "high": None}
    assert agreed["modifiability"]["kappa"] == -1
    assert "No case" in cdr("reading", "agreement", "--year", "2025/26", as_of=DAY).out


def pdf_text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_actions_from_the_review_to_what_became_of_them(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    form_c = EXAMPLES / "form-c-sudi.yaml"
    draft = cdr("review", sudi, "--draft", as_of=DAY).out
    assert "Still to be decided" in draft and "stage: draft_cdrm" in draft
    cdr("review", sudi, as_of=DAY, code=2)
    cdr("review", sudi, "--from", form_c, "--override", "No panel yet", as_of=DAY)
    [opened] = cdr("action", "list", "--json", as_of=DAY).json["actions"]
    assert (opened["case"], opened["to"], opened["due"], opened["overdue"]) == (
        sudi, "northshire-community", "2026-09-30", False,
    )  # fmt: skip
    text = tmp_path / "text.txt"
    text.write_text("Look at the cot.\n", encoding="utf-8")
    panel = cdr("panel", "new", DAY, as_of=DAY).out.strip()
    cdr("action", "add", panel, "--to", "nobody-known", "--due", "2026-06-01", "--from", text, as_of=DAY, code=66)
    cdr("action", "add", panel, "--to", "northshire-police", "--due", "2026-06-01", as_of=DAY, code=2)
    own = cdr("action", "add", panel, "--to", "northshire-police", "--due", "1/6/2026", "--from", text, as_of=DAY)
    id_ = own.out.strip()
    assert "nobody could see whether this was done" in own.err
    assert "Not said before." in cdr("action", "before", sudi, as_of=DAY).out
    said = cdr("action", "before", sudi, "--json", as_of=DAY).json["said"]
    assert said and all(one["before"] == [] for one in said)
    listed = cdr("action", "list", "--overdue", "--json", as_of="2026-06-02").json["actions"]
    assert [(one["id"], one["panel"], one["case"], one["status"]) for one in listed] == [(id_, panel, None, "open")]
    day = cdr("today", "--json", as_of="2026-10-01").json
    assert [(one["case"], one["when"]) for one in day["tasks"] if one["clock"] == "R11"] == [(sudi, "overdue")]
    assert id_ in " ".join(one["what"] for one in day["area"])

    assert cdr("action", "chase", "--json", as_of="2026-06-01").json["owners"] == []
    would = cdr("action", "chase", "--dry-run", "--json", as_of="2026-06-02").json["owners"]
    assert [(one["to"], one["actions"], one["file"]) for one in would] == [("northshire-police", [id_], None)]
    [asked] = cdr("action", "chase", "--json", as_of="2026-06-02").json["owners"]
    told = (cdr.store / "outbox" / asked["file"]).read_text("ascii")
    assert f"{id_}  due on  1 June 2026" in told and "cot" not in told
    assert cdr("action", "chase", as_of="2026-06-20").out == "Nobody is to be asked today.\n"
    assert "asks about actions" in cdr("outbox").out
    cdr("outbox", "sent", asked["file"])
    cdr("action", "update", id_.lower(), "--due", "2026-12-01", "--from", text, as_of="2026-06-03")
    assert cdr("action", "list", "--overdue", "--json", as_of="2026-06-04").json["actions"] == []
    cdr("action", "done", id_, "--from", "-", "--not-taken-up", stdin=b"No money for it.", as_of="2026-07-01")
    cdr("action", "done", id_, "--from", text, as_of="2026-07-01", code=65)
    assert "No money for it." in cdr("action", "show", id_).out
    cdr("gate", sudi, "close", "inquest", as_of="2026-07-01")
    cdr("close", sudi, "--override", "The rest is told elsewhere", as_of="2026-07-01")
    cdr("action", "done", opened["id"], "--from", text, "--on", "2026-09-12", as_of="2026-09-15")
    found = cdr("action", "list", "--json", as_of="2026-12-02").json["actions"]
    assert [(one["status"], one["ended_on"]) for one in found] == [
        ("done", "2026-09-12"),
        ("not_taken_up", "2026-07-01"),
    ]
    assert cdr("action", "list", "--open").out == "There is no such action.\n"


def test_a_case_that_is_not_ready_is_assigned_with_a_reason_only(cdr: Shell, sudi: str) -> None:
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    refused = cdr("panel", "assign", panel, sudi, as_of="2026-04-01", code=65)
    assert f"{sudi}: The return from northshire-police is outstanding." in refused.err
    assert f"{sudi}: Another process is still open: inquest." in refused.err
    assert cdr("panel", "show", panel, "--json").json["cases"] == []
    reason = "The coroner agrees to a review before the inquest"
    said = cdr("panel", "assign", panel, sudi, "--override", reason, "--json", as_of="2026-04-01").json
    assert len(said["cases"][0]["not_ready"]) == 2
    assert reason in cdr("panel", "show", panel).out
    cdr("panel", "conflict", panel, sudi, "northtown-general", as_of=DAY)
    assert cdr("panel", "show", panel, "--json").json["cases"][0]["left"] == ["northtown-general"]
    cdr("panel", "refer", panel, sudi, as_of=DAY)
    cdr("panel", "refer", panel, sudi, "--to", "coroner", as_of=DAY)
    called = cdr("milestone", sudi, "--json", as_of="2026-04-15").json["still_called_for"]
    assert {one["clock"]: one["due"] for one in called}.items() >= {"R04": DAY, "T19": "2026-04-21", "R16": DAY}.items()
    cdr("milestone", sudi, "coroner_told", "--on", DAY, as_of="2026-04-15")
    cdr("milestone", sudi, "safeguarding_told", "--on", DAY, as_of="2026-04-15")
    called = cdr("milestone", sudi, "--json", as_of="2026-04-15").json["still_called_for"]
    assert not {one["clock"] for one in called} & {"R04", "R16"}
    cdr("panel", "refer", panel, "2026-0000", as_of=DAY, code=66)
    cdr("panel", "unassign", panel, sudi)
    assert cdr("panel", "show", panel, "--json").json["cases"] == []
    cdr("panel", "unassign", panel, sudi, code=66)


def test_a_meeting_without_a_quorum_ratifies_nothing_by_itself(cdr: Shell, ready: str) -> None:
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("panel", "assign", panel, ready, as_of="2026-04-01")
    cdr("panel", "attend", panel, *QUORUM[:3], as_of=DAY)
    cdr("panel", "agreement", QUORUM[0], "--on", "2026-01-05", "--until", "2026-04-13", as_of=DAY)
    cdr("panel", "agreement", QUORUM[1], "--on", "2026-01-05", as_of=DAY)
    assert [one["holds"] for one in cdr("panel", "agreement", "--json", as_of=DAY).json["agreements"]] == [False, True]
    assert cdr("panel", "show", panel, "--json").json["unsigned"] == [], "an agency's id signs nothing"
    assert "not quorate" in cdr("panel", "close", panel, as_of=DAY).out
    form_c = EXAMPLES / "form-c-sudi.yaml"
    assert QUORUM[3] in cdr("review", ready, "--from", form_c, "--panel", panel, as_of=DAY, code=65).err
    cdr("review", ready, "--from", form_c, "--panel", panel, "--override", "Agreed by telephone", as_of=DAY)
    cdr("review", ready, "--from", form_c, "--panel", "P2026-09-09", as_of=DAY, code=66)
    unmet = [f"The panel meeting {panel} was not quorate: nobody was there for {QUORUM[3]}."]
    assert cdr("list", "--json", as_of=DAY).json["cases"][0]["overridden"] == unmet
    tally = cdr("tally", "--year", "2026/27", "--json", as_of=DAY).json
    assert tally["overridden"] == [{"on": DAY, "unmet": unmet}]
    table = " ".join(cdr("tally", "--year", "2026/27", as_of=DAY).out.split())
    assert f"{unmet[0]} (1 review)" in table and ready not in table
    report = cdr("report", "--year", "2026/27", "-o", "-", as_of=DAY).out
    assert "1 meeting, of which 0 quorate" in report and QUORUM[3] in report


def test_what_was_attached_is_in_the_papers_and_what_is_not_is_told(cdr: Shell, ready: str, tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    files = {"minutes.txt": b"Kwame Testcase was heard.", "cut.pdf": b"%PDF-1.7", "card.txt": b"From the grandmother."}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    blank = pikepdf.new()
    blank.add_blank_page()
    blank.save(tmp_path / "report.pdf")
    kinds = {
        "minutes.txt": "jar_minutes",
        "cut.pdf": "pmrt",
        "card.txt": "correspondence",
        "report.pdf": "post_mortem_report",
    }
    for name, kind in kinds.items():
        cdr("attach", ready, tmp_path / name, "--kind", kind, as_of="2026-03-30")
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("panel", "assign", panel, ready, as_of="2026-04-01")
    pack = ("panel", "pack", panel, "--for", "northshire-police", "-o", tmp_path / "papers", "--json")
    made = cdr(*pack, as_of="2026-04-02")
    assert f"with names, the papers hold of {ready} the post-mortem report (attachment 4)." in made.err
    assert (
        f"do not hold the perinatal mortality review report (attachment 2) of {ready}, because it is damaged"
        in made.err
    )
    assert "minutes" not in made.err and "letter or message" not in made.err
    (one,) = made.json["packs"]
    opened = io.BytesIO()
    with pikepdf.open(tmp_path / "papers" / one["file"], password=one["passphrase"]) as document:
        document.save(opened, encryption=False)
    text = " ".join(pdf_text(opened.getvalue()).split())
    assert (
        "minutes and reports Minutes of the joint agency response (attachment 1) [father] was heard." in text
        and "Kwame" not in text
        and "grandmother" not in text
    )
    assert "perinatal mortality review report (attachment 2), letter or message (attachment 3)" in text
    last = text.rpartition("post-mortem report (attachment 4)")[2]
    assert "As it came: nobody has taken the names out." in last


def test_a_meeting_that_was_made_by_mistake_or_is_called_off(cdr: Shell, sudi: str) -> None:
    panel = cdr("panel", "new", DAY, as_of="2026-01-12").out.strip()
    cdr("panel", "assign", panel, sudi, "--override", "To see it early", as_of="2026-01-12")
    cdr("panel", "attend", panel, "northshire-police", as_of="2026-01-12")
    unmet = cdr("panel", "close", panel, "--not-held", as_of="2026-01-12", code=65).err
    assert f"{sudi} is on its agenda" in unmet and "northshire-police is recorded as there" in unmet
    cdr("panel", "unassign", panel, sudi, as_of="2026-01-12")
    cdr("panel", "attend", panel, "--not", "northshire-police", as_of="2026-01-12")
    assert "cdr panel close" in cdr("panel", "close", panel, as_of="2026-01-12", code=65).err
    assert cdr("panel", "close", panel, "--not-held", as_of="2026-01-12").out == f"{panel} is not held.\n"
    assert "not held" in cdr("panel", "list").out and "not held" in cdr("panel", "show", panel).out
    late = "2026-12-01"
    assert panel not in cdr("today", "--all", as_of=late).out
    assert cdr("panel", "show", panel, "--json", as_of=late).json["not_done"] == []
    cdr("panel", "assign", panel, sudi, "--override", "x", as_of=late, code=65)
    cdr("panel", "close", panel, "--not-held", "--undo", code=2)
    assert "open again" in cdr("panel", "close", panel, "--undo", as_of="2026-01-13").out
    assert cdr("panel", "show", panel, "--json").json["not_held_on"] is None
    assert panel in cdr("today", "--all", as_of=late).out


def test_a_signature_that_was_recorded_by_mistake_is_taken_back(cdr: Shell) -> None:
    cdr("panel", "agreement", "northshire-police", "--on", "2026-01-05", as_of=DAY)
    cdr("panel", "agreement", "northshire-police", "--on", "2026-01-06", as_of=DAY)
    cdr("panel", "agreement", "northshire-police", "--on", "2026-01-07", "--undo", as_of=DAY, code=65)
    cdr("panel", "agreement", "northshire-police", "--until", "2026-01-07", "--undo", as_of=DAY, code=2)
    cdr("panel", "agreement", "--undo", as_of=DAY, code=2)
    assert (
        "taken back"
        in cdr("panel", "agreement", "northshire-police", "--on", "5 January 2026", "--undo", as_of=DAY).out
    )
    left = cdr("panel", "agreement", "--json", as_of=DAY).json["agreements"]
    assert [one["on"] for one in left] == ["2026-01-06"]
