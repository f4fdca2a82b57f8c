"""What was said to an agency stays with its case word for word, whatever becomes of the wording and of the file in the outbox."""

from __future__ import annotations

import email
import email.policy
from typing import Any

import pytest
from conftest import EXAMPLES, People, Shell
from ruamel.yaml import YAML
from store.hands import gpg, sign_commit

DAY = "2026-01-09"
POLICE = "northshire-police"
OURS = "Subject: {{ case }}: as we write now\n\nIn our words of today, {{ people }}.\n"


def text_of(raw: bytes) -> str:
    """What a person reads who opens a mail."""
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body()
    return str(part.get_content() if part else "").replace("\r\n", "\n")


def outbox(cdr: Shell) -> dict[str, str]:
    """The words of every message in the outbox, by level."""
    paths = sorted((cdr.store / "outbox").glob(f"*{POLICE}*.eml"))
    return {path.name.split(f"{POLICE}-")[1][:-15]: text_of(path.read_bytes()) for path in paths}


def ledger(cdr: Shell, case: str, people: People) -> dict[str, Any]:
    """What the ledger holds, as anybody finds it who opens it with gpg."""
    plain = gpg(people.home, "--decrypt", str(cdr.store / "cases" / case / "prompts.yaml.gpg")).decode()
    return dict(YAML(typ="safe", pure=True).load(plain))


def kept(cdr: Shell, case: str, people: People) -> list[dict[str, Any]]:
    """What the ledger holds of what was said."""
    return list(ledger(cdr, case, people)["said"])


def wording(cdr: Shell, name: str, people: People) -> None:
    """The area's own wording, as a member puts it there."""
    file = cdr.store / "templates" / "letters" / f"{name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(OURS, "utf-8")
    sign_commit(cdr.store, people.home, people.member)


@pytest.fixture
def prompted(cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case whose police was asked by a member, and prompted and escalated by the chaser."""
    cdr("request", sudi, POLICE, as_of=DAY)
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    for day in ("2026-01-23", "2026-02-06", "2026-03-06", "2026-03-28"):
        cdr("chase", "--overdue", as_of=day)
    monkeypatch.setenv("GNUPGHOME", people.home)
    return sudi


def test_the_words_of_each_message_are_kept_as_the_outbox_has_them(cdr: Shell, prompted: str, people: People) -> None:
    written = outbox(cdr)
    assert list(written) == ["escalation", "prompt-1", "prompt-2", "prompt-3", "request"]
    said = kept(cdr, prompted, people)
    assert {one["level"]: one["text"] for one in said} == written and len(said) == 5
    cdr("outbox", "sent", "--all", as_of="2026-03-29")
    assert kept(cdr, prompted, people) == said


def test_a_message_made_again_in_other_words_keeps_its_id_and_both(cdr: Shell, sudi: str, people: People) -> None:
    cdr("request", sudi, POLICE, as_of=DAY)
    [first] = kept(cdr, sudi, people)
    next((cdr.store / "outbox").glob("*.eml")).unlink()
    cdr("outbox", "again", as_of="2026-01-12")
    assert kept(cdr, sudi, people) == [first]
    wording(cdr, "request", people)
    next((cdr.store / "outbox").glob("*.eml")).unlink()
    cdr("outbox", "again", as_of="2026-01-13")
    before, now = kept(cdr, sudi, people)
    assert before == first and now["message_id"] == first["message_id"]
    assert (now["text"], now["made_on"]) == (outbox(cdr)["request"], "2026-01-13")
    assert now["text"].startswith("In our words of today") and now["subject"] == f"{sudi}: as we write now"


def test_the_index_holds_none_of_the_words(cdr: Shell, prompted: str) -> None:
    from cdr.app import App

    facts = App(str(cdr.store)).store.kept()[prompted]["prompts"]
    assert len(facts["prompts"]) == 4 and "said" not in facts and "Dear" not in str(facts)


def test_a_message_that_sends_back_is_kept_under_its_own_id(cdr: Shell, sudi: str, people: People) -> None:
    cdr("request", sudi, POLICE, as_of=DAY)
    cdr("return", sudi, POLICE, "--from", EXAMPLES / "form-b-police.yaml", as_of="2026-02-12")
    cdr("bounce", sudi, POLICE, as_of="2026-02-13")
    assert {one["level"]: one["text"] for one in kept(cdr, sudi, people)} == outbox(cdr)
    [bounced] = [one for one in kept(cdr, sudi, people) if one["level"] == "bounce"]
    cdr("outbox", "sent", "--all", as_of="2026-02-14")
    marked = [one["message_id"] for one in ledger(cdr, sudi, people)["prompts"] if one["level"] == "bounce"]
    assert marked == [bounced["message_id"]]


def shown(cdr: Shell, case: str) -> dict[str, str]:
    """What `outbox show` prints of each message of a case, by level."""
    listed = cdr("outbox", "show", case, "--json").json["messages"]
    return {one["level"]: cdr("outbox", "show", case, str(one["number"])).out for one in listed}


def test_every_message_is_shown_again_byte_for_byte(cdr: Shell, prompted: str, people: People) -> None:
    written = outbox(cdr)
    for name in written:
        wording(cdr, name, people)
    cdr("outbox", "sent", "--all", as_of="2026-03-29")
    assert not outbox(cdr) and shown(cdr, prompted) == written
    rows = cdr("outbox", "show", prompted).lines
    assert len(rows) == 7 and "first prompt" in rows[3] and rows[3].endswith("left on 2026-03-29")
    first = cdr("outbox", "show", prompted, "1", "--json").json
    assert (first["text"], first["level"], first["made_on"]) == (written["request"], "request", DAY)
    assert cdr("outbox", "show", prompted, "1").err.startswith(f"To: {first['to'][0]}\nSubject: {first['subject']}")
    cdr("outbox", "show", prompted, "6", code=66)
    [newest] = [one for one in cdr("audit", "--reads", "--json").json["reads"]][:1]
    assert newest["cases"] == [prompted] and newest["what"].startswith("outbox")


def test_where_words_were_not_kept_it_is_said(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from cdr.work import messages

    with monkeypatch.context() as before_this:
        before_this.setattr(messages, "with_words", lambda body, *_: dict(body))
        cdr("request", sudi, POLICE, as_of=DAY)
        cdr("chase", "--overdue", as_of="2026-01-23")
    rows = cdr("outbox", "show", sudi).lines
    assert len(rows) == 4 and all("its words were not kept then" in row for row in rows[2:])
    assert "was not kept" in cdr("outbox", "show", sudi, "2", code=66).err
