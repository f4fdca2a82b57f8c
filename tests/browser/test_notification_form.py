"""The offline Form A in a real browser: refused, filled in, saved encrypted to the members, and taken in by `cdr notify`."""

from __future__ import annotations

import json
from pathlib import Path

from browser.driving import drive
from browser.test_return_form import CANARY, gpg
from conftest import People, Shell


def test_a_notification_is_filled_in_offline_and_opens_a_case(cdr: Shell, people: People, tmp_path: Path) -> None:
    page = tmp_path / "notification.html"
    assert cdr("form", "--blank", "A", "-o", page, "--json").json["form"] == "form-a/1"
    seen = drive("notification", file=str(page), folder=str(tmp_path))
    assert seen["kept"] == 0
    assert all(found == [] for found in seen["axe"].values()), seen["axe"]
    assert seen["hiddenFirst"] is False and seen["infant"] is True
    assert "Say where the child died" in seen["refused"] and "Enter your full name" in seen["refused"]
    assert seen["number"] == ["The NHS number is not right: compare it with the child’s papers"]

    saved = Path(seen["file"])
    raw = saved.read_bytes()
    assert saved.name == "notification.asc" and not any(word.encode() in raw for word in CANARY)
    for home in (people.home, people.second_home):
        assert json.loads(gpg(home, "--decrypt", str(saved)))["schema"] == "cdr-notification/1"

    refused = cdr("notify", "--from", saved, code=2)
    assert "Notified by: Dr Priya Raman" in refused.err and "--yes" in refused.err
    reference = cdr("notify", "--from", saved, "--yes").out.strip()
    shown = cdr("show", reference).out
    assert "Olúwaṣeun" in shown and "“quoted”" in shown and "Ms Efua Testcase" in shown
    asked = cdr("request", reference, "--json").json["requests"]
    assert [one["agency"] for one in asked] == ["northshire-police"]
    assert "known already" in cdr("notify", "--from", saved, "--yes", code=65).err
    cdr("notify", "--from", saved, "--to-yaml", tmp_path / "again.yaml")
    assert "family_name: Testcase" in (tmp_path / "again.yaml").read_text("utf-8")
    assert "no notification" in cdr("notify", "--from", _other(people, tmp_path), "--yes", code=65).err


def _other(people: People, folder: Path) -> Path:
    path = folder / "other.asc"
    path.write_bytes(
        gpg(people.home, "--armor", "--trust-model", "always", "-r", people.member, "--encrypt", data=b"{}")
    )
    return path
