"""The return form in a real browser: filled in, kept, refused, saved, and opened again with gpg."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browser import driving
from conftest import People, many

from cdr.documents.return_form.return_form import ReturnForm, to_html
from cdr.domain.rulebook import form_b
from cdr.forms import schema
from cdr.forms.codelists import code_list

NONCE = "0123456789abcdef0123456789abcdef"
PHRASE = "lantern meadow copper violin window harvest"
SPOKEN = "  Lantern-Meadow COPPER  violin, window harvest "
CANARY = ("Olúwaṣeun", "Siân", "Testcase", "9990000018", "2025-03-02", "NR1 1AB")
IDENTITY: dict[str, Any] = {
    "schema": "cdr-identity/1",
    "case": "2026-5JEY",
    "nonce": NONCE,
    "child": {
        "first_names": "Siân Olúwaṣeun",
        "family_name": "Testcase",
        "known_as": "Ṣeun",
        "also_known_as": ["Łucja <b>Wiśniewska</b>", "Ayşe"],
        "date_of_birth": "2025-03-02",
        "date_of_death": "2026-01-09",
        "sex": "female",
        "nhs_number": "9990000018",
        "address": ["12 Example Street", "Northtown"],
        "postcode": "NR1 1AB",
    },
    "parents": [{"name": "Nguyễn Thị Ánh", "relationship": "mother"}],
    "siblings": [{"name": "Gwenllïan"}],
}


def gpg(home: str, *arguments: str, data: bytes = b"") -> bytes:
    command = ["gpg", "--homedir", home, "--batch", "--quiet", "--no-tty", *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def locked(home: str, folder: Path, identity: dict[str, Any]) -> str:
    """The identity behind the pass-phrase, as gpg locks it."""
    phrase = folder / "phrase"
    phrase.write_text(PHRASE)
    stretched = ("--s2k-mode", "3", "--s2k-digest-algo", "SHA512", "--s2k-count", "65011712", "--cipher-algo", "AES256")
    options = ("--armor", "--symmetric", "--pinentry-mode", "loopback", "--no-symkey-cache", "--compress-algo", "none")
    return gpg(
        home, *options, *stretched, "--passphrase-file", str(phrase), data=json.dumps(identity).encode()
    ).decode()


@pytest.fixture(scope="module")
def form(people: People, tmp_path_factory: pytest.TempPathFactory) -> ReturnForm:
    prints = (people.member, people.second)
    return ReturnForm(
        case="2026-5JEY",
        agency_id="northtown-general",
        agency_name="Northtown General Hospital",
        agency_type="acute_hospital",
        requested_on=date(2026, 1, 9),
        reply_by=date(2026, 1, 30),
        organisation="Northshire and Southtown Child Death Review Team",
        contact_name="Robin Ashworth",
        contact_email="cdop.manager@northshire.example",
        contact_phone="01632 960001",
        form="form-b/1",
        nonce=NONCE,
        identity=locked(people.home, tmp_path_factory.mktemp("lock"), IDENTITY),
        keys=tuple(gpg(people.home, "--armor", "--export", one).decode() for one in prints),
        fingerprints=prints,
    )


@pytest.fixture
def drive(form: ReturnForm, tmp_path: Path) -> Any:
    """Runs one scenario of drive.mjs on the form and gives back what it saw."""
    file = tmp_path / "form.html"
    file.write_bytes(to_html(form))

    def run(scenario: str, **more: Any) -> Any:
        return driving.drive(scenario, **{"file": str(file), "folder": str(tmp_path), "phrase": PHRASE, **more})

    return run


def opened(people: People, path: str) -> dict[str, Any]:
    """A saved reply as a member opens it."""
    reply: dict[str, Any] = json.loads(gpg(people.home, "--decrypt", path))
    return reply


def opened_by_second(people: People, path: str) -> dict[str, Any]:
    return opened(replace(people, home=people.second_home), path)


def valid(body: dict[str, Any]) -> list[str]:
    """What is wrong with a body by the schema and by the rules that stop a return."""
    found = [f"{one.field} {one.message}" for one in schema.problems(body, "form-b/1")]
    return found + [one.rule for one in form_b.problems(body, {}, body["agency"], date.max) if one.level == "error"]


def test_a_full_return_is_filled_in_kept_resumed_and_saved(drive: Any, people: People) -> None:
    seen = drive("full", wrongPhrase="lantern meadow copper violin window garden", spoken=SPOKEN)
    assert "does not open it" in seen["refused"] and seen["hiddenAfterWrong"]
    for words in (
        "Siân Olúwaṣeun Testcase",
        "2 March 2025",
        "9 January 2026",
        "999 000 0018",
        "Nguyễn Thị Ánh (mother)",
        "Gwenllïan",
        "Łucja <b>Wiśniewska</b>",
    ):
        assert words in seen["identity"]
    assert seen["identityHidden"]
    assert seen["before"] is False
    assert seen["opened"] == ["Sudden unexpected death"]
    assert not any(word in seen["stored"] for word in ("Brought", *CANARY))
    assert "answered" in seen["resumed"]
    assert seen["problems"] == ["Enter the full name", "Enter the day on which the form was completed"]
    assert seen["focusOnProblems"] == "problems"
    assert seen["titleWithProblems"] == "Error: Return form 2026-5JEY"
    assert seen["focusAfterLink"] == "Full name"
    assert seen["mailto"] == "mailto:cdop.manager@northshire.example?subject=2026-5JEY"
    assert seen["storedAfterClear"] == 0
    assert all(found == [] for found in seen["axe"].values()), seen["axe"]
    assert [Path(path).name for path in seen["downloads"]] == ["2026-5JEY-northtown-general.asc"]
    reply = opened(people, seen["downloads"][0])
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", reply.pop("saved_at"))
    assert opened_by_second(people, seen["downloads"][0])["body"] == reply["body"]
    assert valid(reply["body"]) == []
    assert reply == {
        "schema": "cdr-reply/1",
        "case": "2026-5JEY",
        "agency": "northtown-general",
        "nonce": NONCE,
        "form": "form-b/1",
        "body": {
            "schema": "form-b/1",
            "case": "2026-5JEY",
            "agency": "northtown-general",
            "agency_type": "acute_hospital",
            "response": "full",
            "requested_on": "2026-01-09",
            "identifying": {
                "first_names": "Siân Olúwaṣeun",
                "family_name": "Testcase",
                "nhs_number": "9990000018",
                "date_of_birth": "2025-03-02",
                "address": ["1 Civic Square", "Northtown"],
                "postcode": "NR1 1AB",
            },
            "circumstances": {
                "resuscitation_attempted": "yes",
                "resuscitation_by": "Father, then the ambulance crew",
                "resuscitation_minutes": 27,
                "place_of_death": "emergency_department",
                "events_known": ["sudi_sudc"],
                "narrative": "Brought by ambulance.\n\n“Quoted” – and done.",
            },
            "timeline": [
                {"at": "2026-01-09T05:43", "event": "999 call received"},
                {"at": None, "event": "Seen by the health visitor"},
            ],
            "child": {
                "weight_kg": 8.1,
                "gestation": {"weeks": 36, "days": 4},
                "known_conditions": ["none"],
                "status": {"looked_after": "never"},
            },
            "parents": [{"relationship": "father"}],
            "unanswered": [{"what": "Immunisations", "why": "The old system cannot be searched"}],
            "records_searched": ["Symphony", "EMIS"],
            "completed_by": {"name": "Siân O’Brien-Łukasz"},
            "completed_on": "2026-02-03",
            "supplementary": [{"type": "sudden_unexpected_death", "answers": {"position_found": "not_known"}}],
        },
    }


def test_a_nil_return_is_made_by_the_keyboard_alone(drive: Any, people: People) -> None:
    seen = drive("nil")
    assert seen["sections"] == ["Before you start", "Who completed this form"]
    assert seen["focusWhenSaved"] == "What to do now"
    body = opened(people, seen["downloads"][0])["body"]
    assert valid(body) == []
    assert body == {
        "schema": "form-b/1",
        "case": "2026-5JEY",
        "agency": "northtown-general",
        "agency_type": "acute_hospital",
        "response": "nil_return",
        "requested_on": "2026-01-09",
        "records_searched": ["PARIS", "Paper files"],
        "nil_return_checked": "yes",
        "completed_by": {"name": "Nguyễn Thị Ánh"},
        "completed_on": "2026-02-03",
    }


HOSTILE = [
    '</script><img src=x onerror="window.ran+=1">',
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7} {% raw %}",
    "'\"`;--\\ \\u003c &lt; &amp;",
    "\u202eRTL \u05d0\u05d1 \u0645\u0631\u062d\u0628\u0627\u202c \u200f",
    "👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿 e\u0301 \u00e9 Olúwaṣeun Siân Łukasz Ayşe Nguyễn",
    "=HYPERLINK(1) +1 -1 @x \t|yaml: [no, 1e3] # hash: *a &b !c",
    "null",
]


def test_hostile_text_comes_back_as_it_was_and_runs_nothing(drive: Any, people: People) -> None:
    long = "x" * 19990 + " ß ẞ İ ı"
    lines = [*HOSTILE, "y" * 300]
    seen = drive("hostile", texts={"text": [*HOSTILE, "two\n\nlines\n", long], "line": lines})
    assert (seen["ran"], seen["images"]) == (0, 0)
    assert seen["filled"] > 80
    assert all(found == [] for found in seen["axe"].values()), {k: v for k, v in seen["axe"].items() if v}
    body = opened(people, seen["downloads"][0])["body"]
    assert valid(body) == []
    said = list(strings(body))
    kept = {text for text in said if any(text.strip() == one.strip() for one in (*lines, "two\n\nlines\n", long))}
    assert kept >= {*HOSTILE, "two\n\nlines\n", long, "y" * 300}
    assert len(body["supplementary"]) == len(code_list("supplementary_type").codes)


def strings(value: Any) -> Any:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def test_a_draft_file_moves_to_another_computer(drive: Any) -> None:
    narrative = "Half a sentence about Siân, with “marks” and\na second line"
    seen = drive("drafts", narrative=narrative)
    assert seen["keepDisabled"] and seen["storedNothing"] == 0
    assert "12 characters" in seen["tooShort"]
    assert seen["narrative"] == narrative
    assert seen["asked"], "leaving with unsaved answers is asked about"
    assert seen["axe"]["draft"] == []
    assert "Half a sentence" not in Path(seen["downloads"][0]).read_text()


def test_a_form_that_cannot_start_says_what_to_do(drive: Any, form: ReturnForm, tmp_path: Path) -> None:
    """Without JavaScript, and where a mail system changed a letter of the script, so that the browser does not run it."""
    spoilt = tmp_path / "spoilt.html"
    spoilt.write_bytes(to_html(form).replace(b'byId("working")', b"byId('working')"))
    seen = drive("stopped", spoilt=str(spoilt))
    assert seen["whole"] == ["", True]
    for way in ("withoutScript", "spoilt"):
        words, works = seen[way]
        assert "does not work here" in words and "01632 960001" in words and not works


def test_every_mistake_is_told_at_the_top_and_beside_its_field(drive: Any) -> None:
    seen = drive("wrong")
    not_ours = (
        "is not what we hold. Compare it with the panel at the beginning. "
        "If yours is right, leave this empty and tell us under “What you could not answer, and anything else”"
    )
    assert seen["problems"] == [
        f"Family name {not_ours}",
        f"NHS number {not_ours}",
        "Date of birth must be a real date, like 3 2 2026",
        "Date of death must include a day",
        "Postcode must be a full postcode, like NR1 1AB",
        "Last contact cannot be before the first contact",
        "Minutes of resuscitation must be a whole number between 0 and 1440",
        "Contact or event 1: When: the time must be of 24 hours, like 06:52",
        "Contact or event 1: Enter what happened",
        "Timeline: this date cannot be later than the day on which the form was completed",
        "Height in centimetres must be between 10 and 220",
        "Enter the weeks of the pregnancy",
        "Days must be between 0 and 6",
        "Enter what you could not answer",
        "Enter the full name",
        "Telephone must be digits and spaces, like 01632 960001",
        "E-mail must be one address, like name@organisation.example",
    ]
    assert sorted(seen["beside"]) == sorted(seen["problems"])
    assert seen["described"]


def test_every_type_of_agency_has_a_form_that_works_on_a_phone(
    drive: Any, form: ReturnForm, people: People, tmp_path: Path
) -> None:
    files = {}
    for code in code_list("agency_type").codes[:: 1 if many(1) > 1 else 3]:  # all of them with `make fuzz`
        files[code.code] = str(tmp_path / f"{code.code}.html")
        made = to_html(replace(form, agency_type=str(code.code), agency_id=str(code.code).replace("_", "-")))
        assert len(made) < 700_000
        Path(str(files[code.code])).write_bytes(made)
    seen = drive("every", files=files)
    assert {kind: found["wide"] for kind, found in seen["types"].items()} == {kind: 0 for kind in files}
    assert seen["types"].keys() == files.keys()
    for kind, found in seen["types"].items():
        body = opened(people, found["file"])["body"]
        assert (kind, valid(body)) == (kind, [])
        assert body["agency_type"] == kind


def test_once_unlocked_the_form_leaves_out_what_does_not_fit_the_age_and_the_kind_of_death(
    form: ReturnForm, people: People, tmp_path: Path, drive: Any
) -> None:
    child = {**IDENTITY["child"], "date_of_birth": "2009-11-30"}
    older = locked(people.home, tmp_path, {**IDENTITY, "child": child, "events": ["apparent_suicide"]})
    gp = replace(form, agency_type="primary_care_gp", agency_id="high-street-surgery", identity=older)
    (tmp_path / "older.html").write_bytes(to_html(gp))
    seen = drive("fits", file=str(tmp_path / "older.html"))
    locked_, unlocked, everything = seen["locked"], seen["unlocked"], seen["all"]
    assert "The mother and the pregnancy" in locked_["sections"]
    assert set(locked_["sections"]) - set(unlocked["sections"]) == {"The mother and the pregnancy"}
    assert any("Apgar" in words for words in locked_["child"])
    assert not any("Apgar" in words or "as a baby" in words for words in unlocked["child"])
    assert {"Had the child harmed themselves?", "Did the child smoke or vape?"} <= set(unlocked["child"])
    assert "Suicide or self-harm" in unlocked["kinds"] and "Drowning" not in unlocked["kinds"]
    counts = {name: int(re.split(r"\D+", seen[name]["left"])[1]) for name in ("locked", "unlocked", "all", "answered")}
    assert counts["all"] == counts["locked"] > counts["unlocked"] + 20
    assert f"{counts['all'] - counts['unlocked']} questions do not fit the child’s age" in seen["words"]
    assert everything["child"] == locked_["child"] and everything["kinds"] == locked_["kinds"]
    assert {"Weeks", "Days"} <= set(seen["answered"]["child"])
    assert [seen[name]["wide"] for name in ("locked", "unlocked")] == [0, 0]
    assert seen["axe"]["unlocked"] == []
    assert opened(people, seen["downloads"][0])["body"]["child"] == {"gestation": {"weeks": 36}}


def test_what_opens_but_belongs_to_another_request_is_refused(
    form: ReturnForm, people: People, tmp_path: Path, drive: Any
) -> None:
    other = replace(form, identity=locked(people.home, tmp_path, {**IDENTITY, "nonce": "f" * 32}))
    (tmp_path / "other.html").write_bytes(to_html(other))
    seen = drive("foreign", file=str(tmp_path / "other.html"))
    assert "does not belong to this form" in seen["told"]
    assert not any(word in seen["page"] for word in CANARY)
