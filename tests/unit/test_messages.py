from __future__ import annotations

import dataclasses
import email
import email.policy
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from letter_examples import CASES, configuration, form_a

from cdr.clock import LONDON
from cdr.documents import message as messages
from cdr.documents.message import Message
from cdr.errors import NotFound, WrongConfiguration

CASE, ASKED, SENT = "2026-7K3M", date(2026, 1, 12), datetime(2026, 1, 26, 7, 0, tzinfo=LONDON)
FROM = "cdop.manager@northshire.example"


def message(level: str, agency: str = "northtown-general", store: Any = None, **how: Any) -> Message:
    if level == "request":
        return messages.request_message(store or configuration(), CASE, agency, ASKED, sent_at=SENT, **how)
    return messages.prompt_message(store or configuration(), level, CASE, agency, ASKED, sent_at=SENT, **how)


def parsed(message: Message) -> Any:
    return email.message_from_bytes(messages.to_eml(message, FROM), policy=email.policy.default)


@pytest.mark.parametrize("level", messages.LEVELS)
def test_what_every_message_carries(level: str) -> None:
    made = message(level)
    flat = " ".join(made.body.split())
    for said in (CASE, "reporting form (Form B)", "12 January 2026", "Northtown General Hospital", "Robin Ashworth", "01632 960001"):
        assert said in flat
    assert CASE in made.subject and "Child death review" in made.subject
    assert max(len(line) for line in made.body.splitlines()) <= messages.WIDTH


def test_every_level_has_words_of_its_own() -> None:
    bodies = {level: message(level).body for level in messages.LEVELS}
    assert len(set(bodies.values())) == len(messages.LEVELS)
    with_the_law = {level for level, body in bodies.items() if "section 16N of the Children Act 2004" in " ".join(body.split())}
    assert with_the_law == {"prompt-3", "escalation"}
    assert all("nil return" in " ".join(body.split()).casefold() for body in bodies.values())


def test_prompts_go_to_the_agency_and_the_escalation_to_its_areas_chair_and_doctor() -> None:
    for level in ("request", *messages.PROMPTS):
        assert message(level).to == ("cdr@northtown-general.example",)
    assert message("escalation").to == ("chair@northshire.example", "designated.doctor@northshire.example")
    eastbury = message("escalation", "regional-ambulance")
    assert eastbury.to == ("chair@eastbury.example", "designated.doctor@eastbury.example")
    assert "Dr Ruth Calder and Dr Imran Siddiq" in eastbury.body


def test_someone_who_is_both_gets_one_copy() -> None:
    store = configuration()
    people = {**store.people, "designated_doctor": store.people["chair"]}
    assert message("escalation", store=dataclasses.replace(store, people=people)).to == ("chair@northshire.example",)


def test_the_day_for_a_reply_where_there_is_one() -> None:
    assert "26 January 2026" in message("request", reply_by=date(2026, 1, 26)).body
    assert "Please reply by" not in message("request").body


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("name", CASES)
def test_nothing_of_the_child_is_in_any_message(name: str) -> None:
    body = form_a(name)
    secret = {text for part in ("child", "death", "family", "certification") for text in strings(body[part])}
    secret |= {word for text in (body["child"]["first_names"], body["child"]["family_name"]) for word in text.split()}
    born = date.fromisoformat(body["child"]["date_of_birth"])
    secret |= {f"{born:%d/%m/%Y}", f"{born.day} {born:%B %Y}"}
    public = {"Northtown", "Northshire", "Southtown", "Jo Penrose", "Lead Nurse for Child Death Review", "01632 960002", "Baby", "Eastbury"}
    coded = {text for text in secret if text.islower() and len(text) < 25} | {"A", "N"}
    secret -= public | coded
    secret |= {"999000", body["child"]["nhs_number"]}
    assert len(secret) > 10
    store = configuration()
    for agency in store.agencies:
        for level in messages.LEVELS:
            eml = messages.to_eml(message(level, agency.id), FROM).decode("ascii")
            plain = parsed(message(level, agency.id)).get_content()
            for text in secret:
                if text not in agency.name and agency.name not in text:
                    assert text not in eml and text not in plain


def test_the_mail_is_one_that_a_mail_program_reads() -> None:
    store = configuration()
    agencies = tuple(dataclasses.replace(a, name="Ysbyty Ŵyn") if a.id == "northtown-general" else a for a in store.agencies)
    made = message("prompt-1", store=dataclasses.replace(store, agencies=agencies))
    eml = messages.to_eml(made, FROM)
    assert eml == messages.to_eml(made, FROM)
    assert eml.isascii() and b"\r\n" in eml and b"\n" not in eml.replace(b"\r\n", b"")
    read = parsed(made)
    assert read["From"] == FROM and read["To"] == "cdr@northtown-general.example"
    assert read["Message-ID"] == f"<{CASE}.northtown-general.prompt-1.2026-01-12@northshire.example>"
    assert read["Date"].datetime == SENT
    assert read.get_content().replace("\r\n", "\n") == made.body
    assert "To Ysbyty Ŵyn" in made.body


def test_a_subject_in_another_language() -> None:
    made = message("prompt-1", override="Subject: Adolygu marwolaeth plentyn {{ case }}: ŵ ŷ\n\nx")
    eml = messages.to_eml(made, FROM)
    assert eml.isascii() and max(len(line) for line in eml.split(b"\r\n")) <= 78
    assert parsed(made)["Subject"] == f"Adolygu marwolaeth plentyn {CASE}: ŵ ŷ"


def test_the_message_id_depends_on_case_agency_level_and_request_alone() -> None:
    later = messages.prompt_message(configuration(), "prompt-1", CASE, "northtown-general", ASKED, sent_at=date(2026, 2, 2))
    assert later.message_id == message("prompt-1").message_id and later.date != message("prompt-1").date
    ids = {message(level, agency.id).message_id for level in messages.LEVELS for agency in configuration().agencies}
    assert len(ids) == len(messages.LEVELS) * len(configuration().agencies)
    again = messages.request_message(configuration(), CASE, "northtown-general", date(2026, 3, 1), sent_at=SENT)
    assert again.message_id not in ids


def test_a_date_alone_is_noon_in_london() -> None:
    made = messages.prompt_message(configuration(), "prompt-2", CASE, "northtown-general", ASKED, sent_at=date(2026, 7, 1))
    assert made.date.isoformat() == "2026-07-01T12:00:00+01:00"


@pytest.mark.parametrize(
    "address", ["", "a@b.example, evil@x.example", "a@b.example\nBcc: evil@x.example", "A <a@b.example>", "a b@c.example", "ä@b.example", "-", "a@-b"]
)
def test_an_address_is_exactly_one(address: str) -> None:
    store = configuration()
    agencies = tuple(dataclasses.replace(agency, email=address) for agency in store.agencies)
    with pytest.raises(WrongConfiguration) as caught:
        message("prompt-1", store=dataclasses.replace(store, agencies=agencies))
    assert not address or address == "-" or address not in "".join(caught.value.lines())
    with pytest.raises(WrongConfiguration):
        messages.to_eml(dataclasses.replace(message("prompt-1"), to=(address,)), FROM)
    with pytest.raises(WrongConfiguration):
        messages.to_eml(message("prompt-1"), address)


@pytest.mark.parametrize("field", ["subject", "message_id"])
def test_no_header_can_be_slipped_in(field: str) -> None:
    bad = dataclasses.replace(message("prompt-1"), **{field: "x\r\nBcc: evil@x.example"})
    with pytest.raises(ValueError):
        messages.to_eml(bad, FROM)


def test_a_name_with_line_breaks_stays_one_line() -> None:
    store = configuration()
    agencies = tuple(dataclasses.replace(agency, name="A\n\n# B") for agency in store.agencies)
    own = "Subject: {{ agency }}\n\n{{ agency }}"
    made = message("prompt-1", store=dataclasses.replace(store, agencies=agencies), override=own)
    assert made.subject == "A # B" and made.body == "A # B\n"


def test_unknown_agency_level_and_wording() -> None:
    with pytest.raises(NotFound):
        message("prompt-1", "nowhere")
    with pytest.raises(ValueError):
        message("prompt-4")
    for own in ("no subject", "Subject:  \n\nx", "Subject: {{ child }}\n\nx"):
        with pytest.raises(WrongConfiguration):
            message("prompt-1", override=own)


@pytest.mark.parametrize("case", ["../x", "2026 7K3M", "", "2026-7K3M>\r\nX: y"])
def test_a_reference_that_is_none(case: str) -> None:
    with pytest.raises(ValueError):
        messages.message_id(case, "agency", "prompt-1", ASKED, domain="northshire.example")
