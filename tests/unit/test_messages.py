from __future__ import annotations

import dataclasses
import email
import email.policy
from collections.abc import Iterator
from datetime import date, datetime
from email.generator import Generator
from typing import Any

import pytest
from letter_examples import CASES, configuration, form_a

from cdr.documents.letters import mail, pgp_mime
from cdr.documents.letters import message as messages
from cdr.documents.letters.message import Asked, Attachment, Message
from cdr.errors import NotFound, WrongConfiguration
from cdr.moments import LONDON

CASE, ASKED, SENT = "2026-7K3M", date(2026, 1, 12), datetime(2026, 1, 26, 7, 0, tzinfo=LONDON)
FROM = "cdop.manager@northshire.example"


def message(level: str, agency: str = "northtown-general", store: Any = None, **how: Any) -> Message:
    if level == "request":
        return messages.request_message(store or configuration(), CASE, agency, ASKED, sent_at=SENT, **how)
    if level == "thanks-for-return":
        return messages.thanks_message(store or configuration(), CASE, agency, ASKED, sent_at=SENT, **how)
    return messages.prompt_message(store or configuration(), level, CASE, agency, ASKED, sent_at=SENT, **how)


def parsed(message: Message) -> Any:
    return email.message_from_bytes(mail.to_eml(message, FROM), policy=email.policy.default)


@pytest.mark.parametrize("level", messages.LEVELS)
def test_what_every_message_carries(level: str) -> None:
    made = message(level)
    flat = " ".join(made.body.split())
    for said in (
        CASE,
        "reporting form (Form B)",
        "12 January 2026",
        "Northtown General Hospital",
        "Robin Ashworth",
        "01632 960001",
    ):
        assert said in flat
    assert CASE in made.subject and "Child death review" in made.subject
    assert max(len(line) for line in made.body.splitlines()) <= messages.WIDTH


def test_every_level_has_words_of_its_own() -> None:
    bodies = {level: message(level).body for level in messages.LEVELS}
    assert len(set(bodies.values())) == len(messages.LEVELS)
    with_the_law = {
        level for level, body in bodies.items() if "section 16N of the Children Act 2004" in " ".join(body.split())
    }
    assert with_the_law == {"request", "prompt-1", "prompt-3", "escalation"}
    for body in (bodies["request"], message("prompt-1", files=1).body):
        first = " ".join(body.split())
        assert "30 to 60 minutes" in first and "a few minutes" in first
        assert "Word document" in first and "by a secure way" in first
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
    public = {
        "Northtown",
        "Northshire",
        "Southtown",
        "Jo Penrose",
        "Lead Nurse for Child Death Review",
        "01632 960002",
        "Baby",
        "Eastbury",
    }
    coded = {text for text in secret if text.islower() and len(text) < 25} | {"A", "N"}
    secret -= public | coded
    secret |= {"999000", body["child"]["nhs_number"]}
    assert len(secret) > 10
    store = configuration()
    for agency in store.agencies:
        for level in messages.LEVELS:
            eml = mail.to_eml(message(level, agency.id), FROM).decode("ascii")
            plain = parsed(message(level, agency.id)).get_content()
            for text in secret:
                if text not in agency.name and agency.name not in text:
                    assert text not in eml and text not in plain


def test_the_mail_is_one_that_a_mail_program_reads() -> None:
    store = configuration()
    agencies = tuple(
        dataclasses.replace(a, name="Ysbyty Ŵyn") if a.id == "northtown-general" else a for a in store.agencies
    )
    made = message("prompt-1", store=dataclasses.replace(store, agencies=agencies))
    eml = mail.to_eml(made, FROM)
    assert eml == mail.to_eml(made, FROM)
    assert eml.isascii() and b"\r\n" in eml and b"\n" not in eml.replace(b"\r\n", b"")
    read = parsed(made)
    assert read["From"] == FROM and read["To"] == "cdr@northtown-general.example"
    assert read["Message-ID"] == f"<{CASE}.northtown-general.prompt-1.2026-01-12@northshire.example>"
    assert read["Date"].datetime == SENT
    assert read.get_content().replace("\r\n", "\n") == made.body
    assert "To Ysbyty Ŵyn" in made.body


def test_a_subject_in_another_language() -> None:
    made = message("prompt-1", override="Subject: Adolygu marwolaeth plentyn {{ case }}: ŵ ŷ\n\nx")
    eml = mail.to_eml(made, FROM)
    assert eml.isascii() and max(len(line) for line in eml.split(b"\r\n")) <= 78
    assert parsed(made)["Subject"] == f"Adolygu marwolaeth plentyn {CASE}: ŵ ŷ"


def test_the_message_id_depends_on_case_agency_level_and_request_alone() -> None:
    later = messages.prompt_message(
        configuration(), "prompt-1", CASE, "northtown-general", ASKED, sent_at=date(2026, 2, 2)
    )
    assert later.message_id == message("prompt-1").message_id and later.date != message("prompt-1").date
    ids = {message(level, agency.id).message_id for level in messages.LEVELS for agency in configuration().agencies}
    assert len(ids) == len(messages.LEVELS) * len(configuration().agencies)
    again = messages.request_message(configuration(), CASE, "northtown-general", date(2026, 3, 1), sent_at=SENT)
    assert again.message_id not in ids


def test_a_date_alone_is_noon_in_london() -> None:
    made = messages.prompt_message(
        configuration(), "prompt-2", CASE, "northtown-general", ASKED, sent_at=date(2026, 7, 1)
    )
    assert made.date.isoformat() == "2026-07-01T12:00:00+01:00"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a@b.example, evil@x.example",
        "a@b.example\nBcc: evil@x.example",
        "A <a@b.example>",
        "a b@c.example",
        "ä@b.example",
        "-",
        "a@-b",
    ],
)
def test_an_address_is_exactly_one(address: str) -> None:
    store = configuration()
    agencies = tuple(dataclasses.replace(agency, email=address) for agency in store.agencies)
    with pytest.raises(WrongConfiguration) as caught:
        message("prompt-1", store=dataclasses.replace(store, agencies=agencies))
    assert not address or address == "-" or address not in "".join(caught.value.lines())
    with pytest.raises(WrongConfiguration):
        mail.to_eml(dataclasses.replace(message("prompt-1"), to=(address,)), FROM)
    with pytest.raises(WrongConfiguration):
        mail.to_eml(message("prompt-1"), address)


@pytest.mark.parametrize("field", ["subject", "message_id"])
def test_no_header_can_be_slipped_in(field: str) -> None:
    slipped: dict[str, Any] = {field: "x\r\nBcc: evil@x.example"}
    bad = dataclasses.replace(message("prompt-1"), **slipped)
    with pytest.raises(ValueError):
        mail.to_eml(bad, FROM)


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


# ---- several at once, attachments, keys ---------------------------------------------------------------------------------


def several(*levels: str, agency: str = "northtown-general", **how: Any) -> Message:
    asked = [Asked(f"2026-7K3{n}", level, date(2026, 1, 9 + n)) for n, level in enumerate(levels)]
    return messages.several_message(how.pop("store", None) or configuration(), agency, asked, sent_at=SENT, **how)


def test_several_prompts_have_a_line_each_and_the_strongest_words() -> None:
    mild, strong = several("prompt-1", "prompt-1"), several("prompt-3", "prompt-1", "prompt-2")
    assert mild.subject == "Child death reviews: 2 reporting forms are still to come" and "16N" not in mild.body
    assert "16N of the Children Act 2004" in " ".join(strong.body.split())
    lines = [line for line in strong.body.splitlines() if line.startswith("2026-7K3")]
    assert lines == [
        "2026-7K30  Form B  asked on  9 January 2026, third prompt",
        "2026-7K31  Form B  asked on 10 January 2026, first prompt",
        "2026-7K32  Form B  asked on 11 January 2026, second prompt",
    ]
    assert max(len(line) for line in strong.body.splitlines()) <= messages.WIDTH
    assert strong.to == ("cdr@northtown-general.example",)


def test_several_escalations_go_to_the_agencys_area() -> None:
    made = several("escalation", "escalation", agency="regional-ambulance")
    assert made.to == ("chair@eastbury.example", "designated.doctor@eastbury.example")
    assert made.subject == "Child death reviews: 2 reporting forms that have not come" and "Eastbury" in made.body
    assert "2026-7K30  Form B  asked on  9 January 2026\n" in made.body


def test_the_id_of_several_is_the_same_for_the_same_ones_in_any_order() -> None:
    asked = [Asked("2026-7K3M", "prompt-1", ASKED), Asked("2026-7K3N", "prompt-2", date(2026, 1, 2))]
    ids = {
        messages.several_message(configuration(), "northtown-general", order, sent_at=SENT).message_id
        for order in (asked, asked[::-1])
    }
    assert len(ids) == 1 and several("prompt-1", "prompt-2").message_id not in ids
    [one] = ids
    assert one.startswith("<prompts.northtown-general.") and one.endswith("@northshire.example>")


def test_an_attachment_goes_with_the_text() -> None:
    made = dataclasses.replace(
        message("prompt-1"), attachments=(Attachment("form-b.html", "text/html", "<p>Ŵyn</p>".encode()),)
    )
    read = parsed(made)
    assert read.get_content_type() == "multipart/mixed"
    assert read.get_body().get_content().replace("\r\n", "\n") == made.body
    [attached] = read.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("form-b.html", "text/html")
    assert attached.get_payload(decode=True) == "<p>Ŵyn</p>".encode() and attached.get_content() == "<p>Ŵyn</p>"


def test_the_lines_of_an_attachment_are_short() -> None:
    page = Attachment("form-b.html", "text/html", b"x" * 100_000)
    raw = mail.to_eml(dataclasses.replace(message("prompt-1"), attachments=(page,)), FROM)
    assert max(len(line) for line in raw.split(b"\r\n\r\n", 3)[-1].split(b"\r\n")) == 76


def test_the_library_looks_at_no_line_of_an_attachment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A return form has ten thousand of them."""
    seen: list[str] = []
    write = Generator._write_lines  # type: ignore[attr-defined]

    def written(self: Generator, lines: str) -> None:
        seen.append(lines)
        write(self, lines)

    monkeypatch.setattr(Generator, "_write_lines", written)
    pages = tuple(Attachment(f"form-{n}.html", "text/html", bytes([n]) * 300_000) for n in range(3))
    made = dataclasses.replace(message("prompt-1"), attachments=pages)
    assert [one.get_payload(decode=True) for one in parsed(made).iter_attachments()] == [one.data for one in pages]
    assert seen and sum(map(len, seen)) < 10_000


def with_keys(*keys: str) -> Any:
    store = configuration()
    people = dict(store.people)
    for who, key in zip(("chair", "designated_doctor"), keys, strict=False):
        people[who] = dataclasses.replace(people[who], key=key)
    return dataclasses.replace(store, people=people)


def test_a_message_is_encrypted_to_all_or_to_none() -> None:
    assert message("escalation").keys == ()
    assert message("escalation", store=with_keys("A" * 40, "B" * 40)).keys == ("A" * 40, "B" * 40)
    with pytest.raises(WrongConfiguration):
        message("escalation", store=with_keys("A" * 40, ""))


def test_outside_an_encrypted_mail_nothing_of_it_is_said() -> None:
    made = message("prompt-3")
    sealed = b"-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\n"
    inside, outside = pgp_mime.inside(made, FROM), pgp_mime.outside(made, FROM, sealed)
    assert b"last prompt" in inside and b'protected-headers="v1"' in inside
    read = email.message_from_bytes(outside, policy=email.policy.default)
    assert read["Subject"] == "..." and b"last prompt" not in outside and b"Form B" not in outside
    assert (
        read.get_content_type() == "multipart/encrypted" and read.get_param("protocol") == "application/pgp-encrypted"
    )
    assert [part.get_content_type() for part in read.iter_parts()] == [
        "application/pgp-encrypted",
        "application/octet-stream",
    ]
    assert b"\n" not in outside.replace(b"\r\n", b"") and outside == pgp_mime.outside(made, FROM, sealed)


@pytest.mark.parametrize(
    "address",
    ["-oQ/tmp@x.example", ".a@x.example", "a.@x.example", "a..b@x.example", "x" * 65 + "@x.example", "x" * 300 + "@x.example", "a@аpple.example",
     "a@xn--pple-43d.example", "a@x.example\r\nBcc: b@x.example"],
)  # fmt: skip
def test_an_address_that_could_be_something_else_is_refused(address: str) -> None:
    store = configuration()
    agencies = tuple(dataclasses.replace(agency, email=address) for agency in store.agencies)
    with pytest.raises(WrongConfiguration):
        message("prompt-1", store=dataclasses.replace(store, agencies=agencies))


def test_mail_goes_to_allowed_domains_only() -> None:
    def allowing(*domains: str) -> Any:
        store = configuration()
        return dataclasses.replace(store, mail={**store.mail, "allowed_domains": list(domains)})

    assert message("prompt-1", store=allowing("Northtown-General.example")).to
    assert message("prompt-1", store=allowing("example")).to
    for domains in (("general.example",), ("nhs.net", "northtown-general.example.net")):
        with pytest.raises(WrongConfiguration):
            message("prompt-1", store=allowing(*domains))
