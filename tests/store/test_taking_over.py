"""An area's change of hands: two areas join, and one is split; every case is counted once, and both histories hold."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import head, sign_commit

from cdr import resources
from cdr.domain.merging import renaming
from cdr.domain.merging.renaming import Names, of_some_cases, renamed
from cdr.store import layout, successions
from cdr.store.git import Git
from cdr.work import taking_over

DAY = "2027-02-01"


@pytest.fixture
def eastbury(cdr: Shell, people: People, tmp_path: Path) -> Shell:
    """The store of another area, with the same member, an open case of Eastbury's, a meeting, and a hospital with the id of another here."""
    configuration = (EXAMPLES / "store.yaml").read_text()
    configuration = configuration.replace("area: Northshire and Southtown", "area: Eastbury and Westbury")
    configuration = configuration.replace("name: Northshire and Southtown\n", "name: Eastbury and Westbury\n")
    configuration = configuration.replace("[Northshire, Southtown]", "[Eastbury, Westbury]")
    configuration = configuration.replace("{Northshire: 118400, Southtown: 46900}", "{Eastbury: 100, Westbury: 200}")
    configuration = configuration.replace("- name: Eastbury\n", "- name: Elsewhere\n")
    configuration = configuration.replace("area: Eastbury,", "area: Elsewhere,")
    configuration = configuration.replace("name: Northtown General Hospital", "name: Eastbury General Hospital")
    file = tmp_path / "eastbury.yaml"
    file.write_text(configuration)
    other = Shell(tmp_path / "eastbury", DAY)
    made = run(["init", str(other.store), "--config", str(file), "--member", people.member, "--member", people.second])
    assert made.code == 0, made.err
    return other


def _notified(store: Shell, authority: str, number: str, name: str) -> str:
    form = (EXAMPLES / "form-a-neonatal.yaml").read_text()
    form = form.replace("local_authority: Southtown", f"local_authority: {authority}")
    form = form.replace("first_names: ", f"first_names: {name} ", 1)
    lines = [f'  nhs_number: "{number}"' if "nhs_number" in line else line for line in form.splitlines()]
    return store("notify", "--from", "-", stdin="\n".join(lines).encode(), as_of="2027-01-21").out.strip()


def _notified_in(store: Shell, year: str) -> int:
    tables = store("tally", "--year", year, "--json", as_of="2028-05-01").json["tables"]
    return int(next(one["total"][-1]["n"] for one in tables if one["id"] == "notifications.sex"))


def _whole(*stores: Shell) -> None:
    for one in stores:
        assert one("verify", "--json").json["findings"] == []


def test_two_areas_join(cdr: Shell, sudi: str, eastbury: Shell, people: People, tmp_path: Path) -> None:
    east = _notified(eastbury, "Eastbury", "9997000005", "Ottoline")
    west = _notified(eastbury, "Westbury", "9997000013", "Wilfred")
    eastbury("request", east, "northtown-general")
    eastbury("attach", east, EXAMPLES / "letter-gate.yaml", "--kind", "other")
    meeting = eastbury("panel", "new", "2027-03-18").out.strip()
    eastbury("panel", "assign", meeting, east, "--override", "To see it early")
    ours = cdr("panel", "new", "2027-03-18", as_of=DAY).out.strip()
    assert ours == meeting
    before = _notified_in(cdr, "2025/26"), _notified_in(eastbury, "2025/26")

    told = cdr("take-over", eastbury.store, as_of=DAY, code=65).err
    assert told.count("AREA-05") == 2 and "northtown-general is another agency here" in told
    _configure(cdr, people)
    with_hospital = ["take-over", str(eastbury.store), "--rename", "northtown-general=eastbury-general"]
    assert "AREA-02" in cdr(*with_hospital, as_of=DAY, code=65).err
    eastbury("outbox", "sent", *(path.name for path in (eastbury.store / "outbox").iterdir()))
    eastbury("erase", west, "--because", "order")
    assert "AREA-03" in cdr(*with_hospital, as_of=DAY, code=65).err
    eastbury("erase", west, "--withdraw")
    heads = head(cdr.store), head(eastbury.store)
    planned = cdr(*with_hospital, "--dry-run", "--json", as_of=DAY).json
    assert (head(cdr.store), head(eastbury.store)) == heads
    done = cdr(*with_hospital, "--json", as_of=DAY).json
    assert {**done, "dry_run": True} == planned
    assert done["cases"] == sorted(({"there": one, "case": one} for one in (east, west)), key=lambda one: one["there"])
    assert done["meetings"] == [{"there": meeting, "id": f"{meeting}b"}] and done["left"] == 0
    year = next(one for one in done["years"] if one["year"] == "2025/26")
    assert year["notified"] == {"before": before[0], "came": 2, "now": before[0] + 2}
    assert _notified_in(cdr, "2025/26") == sum(before)
    shown = cdr("show", east, "--json", as_of=DAY).json["documents"]
    assert [one["agency"] for one in shown["requests"]["requests"]] == ["eastbury-general"]
    cdr("extract", east, "1", "-o", tmp_path / "kept", as_of=DAY)
    assert (tmp_path / "kept").read_bytes() == (EXAMPLES / "letter-gate.yaml").read_bytes()
    assert [one["case"] for one in cdr("panel", "show", f"{meeting}b", "--json").json["cases"]] == [east]
    cdr("return", east, "eastbury-general", "--nil", as_of=DAY)

    assert "taken over by Northshire" in eastbury("return", east, "northtown-general", "--nil", code=65).err
    assert eastbury("show", east).out and eastbury("list").out
    assert "holds it" in eastbury("anchor", "verify", done["anchor"]).out
    again = cdr(*with_hospital, "--json", as_of=DAY).json
    assert again["cases"] == again["meetings"] == [] and again["late"] == []
    _whole(cdr, eastbury)


def _configure(cdr: Shell, people: People) -> None:
    """Another authority and hospital in cdr.yaml of the area that grows, recorded by hand as docs/areas.md has it."""
    file = cdr.store / "cdr.yaml"
    text = file.read_text().replace("[Northshire, Southtown]", "[Northshire, Southtown, Eastbury, Westbury]")
    hospital = (
        "  - {id: eastbury-general, name: Eastbury General Hospital, type: acute_hospital, "
        "area: Northshire and Southtown, email: cdr@eastbury-general.example}\n"
    )
    file.write_text(text.replace("agencies:\n", f"agencies:\n{hospital}", 1))
    sign_commit(cdr.store, people.home, people.member)


def test_an_area_is_split(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each half takes its share; what neither took is told; killed between the two commits, the same call does the rest."""
    south = _notified(cdr, "Southtown", "9997000005", "Ottoline")
    away = _notified(cdr, "Nowhere", "9997000013", "Wilfred")
    meeting = cdr("panel", "new", "2027-03-18", as_of=DAY).out.strip()
    cdr("panel", "assign", meeting, sudi, south, "--override", "To see them early", as_of=DAY)
    minutes = tmp_path / "minutes.txt"
    minutes.write_text("Of both children.")
    halves = []
    for name in ("Northshire", "Southtown"):
        file = tmp_path / f"{name}.yaml"
        text = (EXAMPLES / "store.yaml").read_text().replace("Northshire and Southtown", name)
        text = text.replace("[Northshire, Southtown]", f"[{name}]")
        numbers = {"Northshire": "118400", "Southtown": "46900"}
        file.write_text(text.replace("{Northshire: 118400, Southtown: 46900}", f"{{{name}: {numbers[name]}}}"))
        half = Shell(tmp_path / name, DAY)
        made = run(["init", str(half.store), "--config", str(file), "--member", people.member])
        assert made.code == 0, made.err
        halves.append(half)
    north_store, south_store = halves
    before = _notified_in(cdr, "2025/26")
    year = ("tally", "--year", "2025/26", "--table", "notifications.local_authority")
    cdr(*year, "--public", as_of="2028-05-01")

    with monkeypatch.context() as patch:
        patch.setattr(taking_over, "_close_there", _ended)
        south_store("take-over", cdr.store, "--authority", "Southtown", code=130)
    assert south in south_store("list").out
    done = south_store("take-over", cdr.store, "--authority", "Southtown", "--json", code=1).json
    assert done["cases"] == [] and done["left"] == 2
    assert [one["case"] for one in south_store("panel", "show", meeting, "--json").json["cases"]] == [south]
    last = north_store("take-over", cdr.store, "--authority", "Northshire", "--others", "--json").json
    assert {one["case"] for one in last["cases"]} == {sudi, away} and last["left"] == 0
    assert "AREA-04" in north_store("take-over", cdr.store, code=65).err
    assert [_notified_in(half, "2025/26") for half in halves] == [1, 1] and before == 2
    for half in halves:
        [release] = half("release", "list", "--json").json["releases"]
        assert release["other_borders"] and "other borders (Northshire and Southtown)" in half("release", "list").out
        told = half(*year, as_of="2028-05-02")
        assert "within other borders" in told.out and "has changed" not in told.out and "changed" not in told.err
        refused = half(*year, "--public", "--dry-run", as_of="2028-05-02", code=65)
        assert "was made within other borders" in refused.err and refused.out == ""
    assert not cdr("release", "list", "--json").json["releases"][0]["other_borders"]
    said = successions.all_at(Git(cdr.store), head(cdr.store))
    assert {one.area for one in said} == {"Northshire", "Southtown"}
    _whole(cdr, north_store, south_store)


def _ended(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_reference_that_both_gave_is_another_here_and_late_work_is_named(
    cdr: Shell, sudi: str, eastbury: Shell, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "choice", lambda letters: letters[0])
    east = _notified(eastbury, "Eastbury", "9997000005", "Ottoline")
    assert east == _notified(cdr, "Northshire", "9997000013", "Wilfred")
    monkeypatch.setattr(secrets, "choice", lambda letters: letters[-1])
    shutil.copytree(eastbury.store, tmp_path / "away")
    _configure(cdr, people)
    done = cdr("take-over", eastbury.store, "--rename", "northtown-general=eastbury-general", "--json", as_of=DAY).json
    [one] = done["cases"]
    assert one["there"] == east and one["case"] == f"{east[:4]}-ZZZZ"
    assert cdr("show", one["case"], "--json", as_of=DAY).json["case"] == one["case"]
    away = Shell(tmp_path / "away", DAY)
    away("milestone", east, "ncmd_told", "--on", "2027-01-22")
    away("sync", eastbury.store)
    eastbury("sync", away.store)
    late = cdr(
        "take-over", eastbury.store, "--rename", "northtown-general=eastbury-general", "--json", as_of=DAY, code=1
    )
    assert late.json["late"] == [east] and late.json["cases"] == []


def test_every_name_of_a_case_a_meeting_or_somebody_is_known_by_its_field() -> None:
    """A new field of a form that holds a reference or an agency's id is to be named in `renaming`."""
    keys = renaming.OF_A_CASE | renaming.OF_A_PANEL | renaming.OF_SOMEBODY
    found = set()
    for kind in layout.KINDS.values():
        if kind not in (layout.ATTACHMENT, layout.READS, layout.REPORT, layout.REPORT_NUMBERS, layout.REPORT_PICTURES):
            found |= {*_fields(json.loads((resources.folder("schemas") / f"{kind.form}-1.json").read_text()))}
    assert found and found <= keys | {"id"}, found - keys


def _fields(part: Any, key: str = "") -> Iterator[str]:
    if isinstance(part, Mapping):
        if str(part.get("$ref", "")).endswith(("/agency_id", "/case_ref", "/people")):
            yield key
        for name, inner in part.get("properties", {}).items():
            yield from _fields(inner, name) if name != "handovers" else ()
        yield from _fields(part.get("items"), key)


def test_what_a_meeting_says_of_other_cases_stays() -> None:
    meeting = {
        "cases": [{"case": "2026-7K3M"}, {"case": "2026-7K3N"}],
        "conflicts": [{"case": "2026-7K3N", "who": "somebody"}],
        "agenda": [{"on": "2026-03-01", "cases": ["2026-7K3M", "2026-7K3N"]}],
        "packs": [{"for": "somebody", "documents": [{"case": "2026-7K3N", "id": "notification"}]}],
        "minutes": {"on": "2026-03-19", "text": "Of both."},
    }
    assert of_some_cases(meeting, {"2026-7K3M", "2026-7K3N"}) == meeting
    part = of_some_cases(meeting, {"2026-7K3M"})
    assert part == {
        "cases": [{"case": "2026-7K3M"}],
        "conflicts": [],
        "agenda": [{"on": "2026-03-01", "cases": ["2026-7K3M"]}],
        "packs": [{"for": "somebody", "documents": []}],
    }
    names = Names({"2026-7K3M": "2026-0000"}, {}, {"somebody": "another"})
    assert renamed({"handovers": [{"case": "2026-7K3M"}], "cases": ["2026-7K3M"], "who": "somebody", "text": "somebody"}, names) == {
        "handovers": [{"case": "2026-7K3M"}], "cases": ["2026-0000"], "who": "another", "text": "somebody",
    }  # fmt: skip
