"""What letters, messages and forms promise, each sentence against what keeps it; and what they say of the law, against one source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdr import resources
from cdr.documents.letters.wording import COMMENT
from cdr.forms import law
from cdr.verbs import COMMANDS

ROOT = Path(__file__).parents[2]
PROMISE = re.compile(
    r"\b(we|i) (will|keep|can|may|plan|tell|write)\b|\bnobody\b|\bno one\b|\bnever\b|\bonly\b|\byou (can|may|will|do not have to)\b"
    r"|\b(we|i) (look|pass|ring|prompt|publish|print|find|compare|take)\b|\b(is|are) (encrypted|kept)\b|\bno names?\b|\bwithout a name\b"
    r"|\bdoes not name\b|\bleaves this computer\b|\bat any time\b|\blocked\b|\bunder lock\b|\bwithout names\b|\bnames (a|no) child\b|\bwill not\b"
)
NOT_KEPT = (
    "take back what", "no one can find", "nobody can find", "for nothing else", "we will stop", "names are taken out",
    "names were taken out", "did not look after", "did not care for", "may share what",
)  # fmt: skip
QUOTED = re.compile(r'"([^"\n]{15,})"|`([^`]{15,})`')


def told(value: Any) -> Iterator[str]:
    """The words that a form's rules put on its page: titles and help."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("about", "id", "fields", "parts"):
                yield from told(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from told(inner)
    elif isinstance(value, str) and " " in value:
        yield value


def of_rules(name: str) -> str:
    return "\n\n".join(told(json.loads(resources.read_bytes("rules", name))))


WORDINGS = {
    **{f"rules/{name}": of_rules(name) for name in ("return-form.json", "notification-form.json", "return-word.json")},
    "return-form/drafts.js": "\n\n".join(
        one or other
        for one, other in QUOTED.findall(resources.read_bytes("templates", "return-form", "drafts.js").decode())
    ),
    **{
        f"letters/{name}": resources.read_bytes("templates", "letters", name).decode()
        for name in resources.names("templates", "letters")
        if name.endswith(".txt")
    },
    **{
        f"{folder}/{name}": resources.read_bytes("templates", folder, name).decode()
        for folder, name in (
            ("offline-form", "page.html"),
            ("return-form", "form.html"),
            ("notification-form", "form.html"),
            ("governance", "privacy-notice-families.md"),
            ("governance", "privacy-notice-professionals.md"),
            ("governance", "information-sharing.md"),
        )
    },
}


def sentences(text: str) -> Iterator[str]:
    plain = re.sub(r"<script.*?</script>|<style.*?</style>", "", COMMENT.sub("", text), flags=re.DOTALL)
    plain = re.sub(r"\{%.*?%\}|<[^>]+>", " ", plain, flags=re.DOTALL)
    for part in re.split(r"\n[ \t]*\n|\n- |^\[[a-z ]+\]$", plain, flags=re.MULTILINE):
        yield from re.split(r"(?<=[.!?:])\s+", " ".join(part.split()).casefold())


def kept() -> dict[str, str]:
    lines = (ROOT / "docs/promises.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {phrase.strip(): backing for words, backing in rows[1:] for phrase in words.casefold().split(" / ")}


@pytest.mark.parametrize("name", sorted(WORDINGS))
def test_each_promise_has_what_keeps_it(name: str) -> None:
    promised = [sentence for sentence in sentences(WORDINGS[name]) if PROMISE.search(sentence)]
    without = [sentence for sentence in promised if not any(phrase in sentence for phrase in kept())]
    assert not without, "say in docs/promises.md what keeps it, or take it out"


def test_each_line_is_still_said_and_its_verb_is_there() -> None:
    said = [sentence for text in WORDINGS.values() for sentence in sentences(text)]
    assert not [phrase for phrase in kept() if not any(phrase in sentence for sentence in said)]
    for backing in kept().values():
        assert backing
        assert all(verb in COMMANDS for verb in re.findall(r"`cdr ([a-z]+)", backing)), backing


@pytest.mark.parametrize("name", [*sorted(WORDINGS), "rules/report.yaml"])
def test_what_nobody_can_keep_is_promised_nowhere(name: str) -> None:
    text = WORDINGS.get(name) or resources.read_bytes("rules", "report.yaml").decode()
    flat = " ".join(text.casefold().split())
    assert not [phrase for phrase in NOT_KEPT if phrase in flat]


def test_the_law_has_one_source() -> None:
    """A wording takes what 16M and 16N say from there; the report, which has no fields of that kind, cites them in brackets."""
    own = [name for name, text in WORDINGS.items() if re.search(r"16[M-Q]", COMMENT.sub("", text))]
    assert not own, "take the words from law.json: {{ law.must_supply }}"
    supply, review = law.law()["must_supply"], law.law()["must_review"]
    assert "16N" in supply.words and "must supply" in supply.words and "16M" in review.words
    assert "(section 16N), and must do so" in " ".join(resources.read_bytes("rules", "report.yaml").decode().split())


def test_what_nobody_has_read_says_so() -> None:
    known = law.law()
    assert {name for name, duty in known.items() if duty.checked_on is None} >= {"guidance"}
    assert all(duty.source for duty in known.values())
    assert known["guidance"].checked == "not checked" and known["must_supply"].checked.startswith("read on")
