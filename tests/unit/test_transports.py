"""A way of sending is a module of its name in `cdr.mail`, and what the schema of cdr.yaml says of it: two files and no third."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from unit.domain_data import example, policy

from cdr.domain.rulebook.settings import settings_of
from cdr.forms.schema_files import shipped
from cdr.mail.sendmail import Sendmail
from cdr.mail.smtp import Smtp
from cdr.mail.transport import TAKEN, Delivery, Envelope, configured

MAIL = shipped("store/1")["properties"]["mail"]["properties"]
ENVELOPE = Envelope("a@x.example", ("b@y.example",), b"Subject: x\r\n\r\n")


class Pigeon:
    """A way of sending that nobody has written yet."""

    def deliver(self, envelope: Envelope) -> Delivery:
        return Delivery(TAKEN, envelope.to)


def test_every_transport_that_cdr_yaml_may_name_but_the_outbox_is_a_module_of_that_name() -> None:
    for name in MAIL["transport"]["enum"]:
        if name != "outbox":
            needed = dict.fromkeys(MAIL["transport"]["x-needs"].get(name, ()), "x.example")
            made = configured({"transport": name, "from": "a@x.example", **needed}, 5)
            assert made.__class__.__module__ == f"cdr.mail.{name}"
    assert set(MAIL["transport"]["x-needs"]) <= set(MAIL["transport"]["enum"])
    assert {key for keys in MAIL["transport"]["x-needs"].values() for key in keys} <= set(MAIL)


def test_each_takes_its_own_keys_and_knows_the_usual_ones() -> None:
    smtp = configured({"transport": "smtp", "from": "a@x.example", "host": "mail.x.example"}, 5)
    assert isinstance(smtp, Smtp) and (smtp.server.host, smtp.server.port, smtp.server.security) == (
        "mail.x.example",
        587,
        "starttls",
    )
    assert smtp.server.name == "x.example" and smtp.server.seconds == 5
    inside = configured({"transport": "smtp", "from": "a@x.example", "host": "x", "security": "tls"}, 5)
    assert isinstance(inside, Smtp) and inside.server.port == 465
    program = configured({"transport": "sendmail", "from": "a@x.example", "sendmail": "msmtp -t"}, 7)
    assert isinstance(program, Sendmail) and (program.words, program.seconds) == (["msmtp", "-t"], 7)


def test_a_new_one_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("cdr.mail.pigeon")
    module.configured = lambda mail, seconds: Pigeon()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cdr.mail.pigeon", module)
    assert configured({"transport": "pigeon"}, 5).deliver(ENVELOPE).outcome == TAKEN


def test_each_key_of_mail_is_a_setting_of_which_config_tells() -> None:
    body = {**example("store"), "mail": {"transport": "outbox", "from": "a@x.example"}}
    told = {one.name: one.value for one in settings_of(body, policy(), {"messages_per_run": 100})}
    assert {f"mail.{key}" for key in MAIL} <= set(told)
    assert (told["mail.only_watch"], told["mail.together"], told["mail.host"]) == ("no", "no", None)
