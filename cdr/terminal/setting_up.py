"""`cdr init` on a terminal: what a cdr.yaml needs, asked question by question; each answer is judged as the file's own field is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cdr.forms import codec, migrations
from cdr.forms.codelists import code_list
from cdr.forms.fields import field
from cdr.terminal import terminal
from cdr.terminal.going_back import BACK, Conversation
from cdr.written import folded

if TYPE_CHECKING:
    from cdr.forms.codelists import Code
    from cdr.store.keyring import Key

HEALTH = (
    "acute_hospital", "emergency_department", "paediatrics", "maternity", "neonatal_unit", "community_child_health_hv_sn",
    "mental_health_camhs", "primary_care_gp", "hospice_palliative", "icb_designated_professional", "public_health",
)  # fmt: skip
LIST_AGAIN = "?"
SOCIAL_CARE = ("childrens_social_care",)
FIRST = (
    "# The configuration of this store. Correct it with an editor and record it with git commit -S cdr.yaml; cdr doctor says whether it\n"
    "# is right. What may stand here besides: docs/data-dictionary.md (cdr.yaml); agencies are added with cdr agency add.\n"
)
WELCOME = (
    "A store needs a few facts about your area: who you are, who chairs the panel, and which agencies you ask. Everything can be "
    "corrected later in cdr.yaml. It holds names and addresses of professionals only; no child is named in it. "
    f"{BACK} goes back to the question before. Ctrl-C ends it, and nothing is made."
)


def asked_configuration(talk: Conversation) -> bytes:
    """The bytes of a cdr.yaml from a person's answers. Raises: Back, EOFError, KeyboardInterrupt."""
    talk.say(terminal.paragraph(WELCOME))
    area = _one(talk, "area.name", "Name of the area")
    body: dict[str, Any] = {
        "schema": migrations.current("store"),
        "area": {
            "name": area,
            "authorities": _several(talk, "area.authorities", "Local authorities, with commas between them"),
        },
        "people": {
            "manager": _person(talk, "manager", "You, the coordinator", ("name", "role", "email", "phone")),
            "chair": _person(talk, "chair", "The chair of the panel", ("name", "email")),
            "designated_doctor": _person(
                talk, "designated_doctor", "The designated doctor for child death", ("name", "email")
            ),
        },
    }
    team = f"{area} Child Death Review Team"
    body["letterhead"] = {
        "organisation": _one(talk, "letterhead.organisation", "Who writes your letters", team),
        "address": _several(talk, "letterhead.address", "The team's address, with commas between the lines"),
    }
    body["agencies"] = _agencies(talk, area)
    body["panel"] = {"health": _ids(body["agencies"], HEALTH), "social_care": _ids(body["agencies"], SOCIAL_CARE)}
    body["mail"] = {"transport": "outbox", "from": body["people"]["manager"]["email"]}
    body["retention_years"] = int(
        _one(talk, "retention_years", "How many years is a closed case kept? Your area decides")
    )
    return FIRST.encode() + codec.dump(body)


def asked_reason(talk: Conversation) -> bytes:
    """Why nobody else opens the cases for now, as what is added to a cdr.yaml; empty where that is not said yet. Raises: Back."""
    words = "Why does nobody else open the cases for now?"
    why = talk.answer(words, _judge("governance.one_reader"), left_out="say it later")
    return codec.dump({"governance": {"one_reader": why}}) if why else b""


def asked_key(talk: Conversation, keys: Sequence[Key], words: str, needed: bool = True) -> str:
    """The fingerprint of one of the keys, chosen by its number; empty for none where it is not needed. Raises: Back."""
    for number, key in enumerate(keys, 1):
        talk.say(f"  {number}  {key.name} <{key.email}>  {key.fingerprint}")
    default = "1" if needed and len(keys) == 1 else ""
    answers = {str(number): key.fingerprint for number, key in enumerate(keys, 1)}

    def wrong(answer: str) -> str:
        return "" if answer in answers else "Give the number of one of the keys above."

    chosen = talk.answer(words, wrong, default, "" if needed else "none yet")
    return answers.get(chosen, "")


def _person(talk: Conversation, who: str, heading: str, keys: Sequence[str]) -> dict[str, str]:
    talk.say(heading)
    words = {"name": "Name, with title", "role": "Role", "email": "E-mail", "phone": "Telephone"}
    role = "Child Death Review Manager" if who == "manager" else ""
    defaults = {"role": role}
    judges = {key: _judge(f"people.{who}.{key}") for key in keys} | {"name": lambda answer: _no_name(who, answer)}
    return {key: talk.answer(f"  {words[key]}", judges[key], defaults.get(key, "")) for key in keys}


def _no_name(who: str, answer: str) -> str:
    """Why this cannot be somebody's name: it is the answer to the next question, given too early."""
    is_none = "@" in answer or not any(letter.isalpha() for letter in answer)
    return "Write a name, like Dr Sam Whitfield." if is_none else _judge(f"people.{who}.name")(answer)


def _agencies(talk: Conversation, area: str) -> list[dict[str, str]]:
    """The agencies that are asked for returns; one of health and one of social care at least, for the panel's quorum."""
    kinds = {str(number): code for number, code in enumerate(code_list("agency_type").codes, 1)}
    talk.say(
        terminal.paragraph(
            "The agencies that you ask for returns: one of health and children's social care at least. The kinds:"
        )
    )
    talk.say(_listed(kinds))
    found: list[dict[str, str]] = []
    while True:
        missing = _missing(found)
        if missing and found:
            talk.say(f"  Still needed for the quorum: {missing}.")
        words = f"Agency {len(found) + 1}, its name"
        name = talk.answer(words, _judge("agencies.name"), left_out="" if missing else "no more")
        if not name:
            return found
        kind = _kind(talk, kinds)
        id_ = talk.answer("  Its id, which never changes", lambda answer: _wrong_id(answer, found), _slug(name))
        email = _one(talk, "agencies.email", "  E-mail for requests")
        phone = talk.answer(
            "  Telephone, for the pass-phrase of its form", _judge("agencies.phone"), left_out="not now"
        )
        known = {"phone": phone} if phone else {}
        found.append({"id": id_, "name": name, "type": kind, "area": area, "email": email, **known})


def _listed(kinds: Mapping[str, Code]) -> str:
    return "\n".join(f"  {number:>2}  {code.label}" for number, code in kinds.items())


def _kind(talk: Conversation, kinds: Mapping[str, Code]) -> str:
    """The kind of an agency, by its number; the list is shown again when it has gone from the screen, and what was chosen is said."""

    def wrong(answer: str) -> str:
        if answer == LIST_AGAIN:
            return _listed(kinds)[2:]  # what is said of an answer is indented
        return "" if answer in kinds else f"Give a number of the list; {LIST_AGAIN} shows it again."

    chosen = kinds[talk.answer(f"  Its kind, by number ({LIST_AGAIN}: the list again)", wrong)]
    talk.say(f"  {chosen.label}")
    return str(chosen.code)


def _missing(agencies: Sequence[Mapping[str, str]]) -> str:
    lacking = [
        (words, kinds)
        for words, kinds in (("health", HEALTH), ("children's social care", SOCIAL_CARE))
        if not _ids(agencies, kinds)
    ]
    return " and ".join(words for words, _ in lacking)


def _ids(agencies: Sequence[Mapping[str, str]], kinds: Sequence[str]) -> list[str]:
    return [agency["id"] for agency in agencies if agency["type"] in kinds]


def _wrong_id(answer: str, found: Sequence[Mapping[str, str]]) -> str:
    taken = any(agency["id"] == answer for agency in found)
    return "Another agency has this id." if taken else _judge("agencies.id")(answer)


def _slug(name: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "-", folded(name).replace("'", "")).strip("-")[:40].strip("-")
    return "" if _judge("agencies.id")(made) else made


def _one(talk: Conversation, path: str, words: str, default: str = "") -> str:
    return talk.answer(words, _judge(path), default)


def _several(talk: Conversation, path: str, words: str) -> list[str]:
    judge = _judge(path)

    def wrong(answer: str) -> str:
        parts = _parts(answer)
        return next((fault for part in parts if (fault := judge(part))), "" if parts else "Give one at least.")

    return _parts(talk.answer(words, wrong))


def _parts(answer: str) -> list[str]:
    return [part.strip() for part in answer.split(",") if part.strip()]


def _judge(path: str) -> Callable[[str], str]:
    found = field(migrations.current("store"), path)
    if found is None:
        raise AssertionError(f"cdr.yaml has no {path}")
    return (found.item() if found.kind == "list" else found).wrong
