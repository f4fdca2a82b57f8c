"""What cron's key can do: open requests and prompts, send prompts, and nothing else; by encryption, not by good will."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import document, findings, gpg, unchanged

from cdr.store.crypto import Gnupg


@pytest.fixture
def chaser(cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch) -> str:
    """Act with the chaser's key on a case that one agency was asked about."""
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    return sudi


COMMANDS: list[list[str | Path]] = [
    ["show", "REF"],
    ["show", "REF", "--json"],
    ["list"],
    ["list", "--open", "--json"],
    ["tally", "--year", "2025/26"],
    ["timeline", "REF"],
    ["timeline", "REF", "--identified"],
    ["letter", "REF", "--draft"],
    ["notify", "--from", EXAMPLES / "form-a-neonatal.yaml"],
    ["notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x"],
    ["request", "REF"],
    ["return", "REF", "northshire-police", "--nil"],
    ["return", "REF", "northshire-police", "--waive", "x"],
    ["return", "REF", "northshire-police", "--from", EXAMPLES / "form-b-police.yaml"],
    ["review", "REF", "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "x"],
    ["close", "REF"],
    ["reopen", "REF", "--reason", "x"],
    ["report", "--year", "2025/26", "--json"],
    ["report", "--year", "2025/26", "--edit"],
    ["tally", "--year", "2024/25", "--public"],
    ["release", "list"],
    ["theme"],
    ["export", "--year", "2025/26", "-o", "/tmp/never"],
]


def test_every_other_command_is_refused(cdr: Shell, chaser: str, people: People) -> None:
    with unchanged(cdr.store):
        for command in COMMANDS:
            answer = cdr(*(chaser if part == "REF" else part for part in command), as_of="2026-04-20", code=77)
            assert answer.out == "" or answer.json["schema"] == "cdr-error/1", command
            cdr(
                "--as",
                people.chaser,
                *(chaser if part == "REF" else part for part in command),
                as_of="2026-04-20",
                code=77,
            )


def test_it_never_has_to_add_a_file(cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger is a file from its first line on; the request, which a member makes, writes in both."""
    folder = cdr.store / "cases" / sudi
    assert {path.name for path in folder.iterdir()} == {"case.yaml.gpg", "notification.yaml.gpg"}
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    before = {path.name for path in folder.iterdir()}
    assert before >= {"requests.yaml.gpg", "prompts.yaml.gpg"}
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    assert cdr("chase", "--overdue", as_of="2026-01-23").out
    assert {path.name for path in folder.iterdir()} == before


def test_a_case_that_is_not_there_is_not_told_apart(cdr: Shell, chaser: str) -> None:
    cdr("show", "2026-0000", code=77)


def test_it_lists_and_sends_prompts(cdr: Shell, chaser: str, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cdr("chase", "--json", as_of="2026-01-10").json["items"][0]["agency"] == "northshire-police"
    assert cdr("chase", "--overdue", as_of="2026-01-23").out
    assert cdr("chase", "--overdue", as_of="2026-01-23").out == ""
    assert findings(cdr, code=0) == set()
    monkeypatch.setenv("GNUPGHOME", people.home)
    assert findings(cdr, code=0) == set()


def test_what_plain_gpg_opens_with_it(cdr: Shell, chaser: str, people: People) -> None:
    opened = {}
    for path in sorted((cdr.store / "cases" / chaser).iterdir()):
        opened[path.name] = gpg(people.chaser_home, "-d", data=path.read_bytes(), code=None)
    assert {name for name, plain in opened.items() if plain} == {"prompts.yaml.gpg", "requests.yaml.gpg"}
    said = b"".join(opened.values()).lower()
    form = gpg(people.home, "-d", data=document(cdr.store, chaser).read_bytes())
    for line in form.decode().splitlines():
        value = line.partition(": ")[2].strip("\"' ")
        if len(value) > 5 and value != chaser and value not in ("Northshire", "northshire-police", "2026-01-09"):
            assert value.encode().lower() not in said, line.partition(":")[0]


def test_its_own_state_names_nobody(cdr: Shell, chaser: str, people: People, tmp_path: Path) -> None:
    cdr("chase", as_of="2026-01-10")
    kept = tmp_path / "state" / "cdr"
    mine = [path for path in kept.rglob("*") if people.chaser in str(path) and path.is_file()]
    assert mine
    [sealed] = [path for path in mine if path.name == "key"]
    secret = gpg(people.chaser_home, "-d", data=sealed.read_bytes()[32:]).decode()
    held = {path.name: Gnupg().unseal(path.read_bytes()[32:], secret, path.name) for path in mine if path != sealed}
    assert {*held} >= {"index", "not-at-rest"}
    for name, plain in held.items():
        assert b"notification" not in plain and (
            name not in ("index", "not-at-rest") or b"northshire-police" in plain
        ), name
