"""Replies of agencies, made as the forms that they were sent make them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import EXAMPLES, People, Shell
from store.hands import git

from cdr.forms import schema

AGENCIES = [
    "northtown-general",
    "high-street-surgery",
    "northshire-community",
    "northshire-police",
    "regional-ambulance",
    "northshire-social-care",
]


ASKED, CAME = "2026-01-09", "2026-01-20"


HOSPITAL, POLICE = "northtown-general", "northshire-police"


CANARY = ("Amara", "Testcase", "9990000018", "2025-03-02", "Example Street", "Efua", "Kwame", "Kofi")


def example(name: str = "form-b-hospital") -> dict[str, Any]:
    body, _ = schema.read((EXAMPLES / f"{name}.yaml").read_bytes(), name, "form-b")
    return body


def ledger(cdr: Shell, case: str) -> dict[str, dict[str, Any]]:
    shown = cdr("show", case, "--json", as_of=CAME).json["documents"]["requests"]["requests"]
    return {request["agency"]: request for request in shown}


def returns(cdr: Shell, case: str) -> dict[str, dict[str, Any]]:
    documents = cdr("show", case, "--json", as_of=CAME).json["documents"]
    return {id_: body for id_, body in documents.items() if id_.startswith("return-")}


def gpg(*arguments: str, data: bytes) -> bytes:
    return subprocess.run(
        ["gpg", "--batch", "--quiet", "--trust-model", "always", *arguments],
        input=data,
        capture_output=True,
        check=True,
    ).stdout


def sealed(data: bytes, *to: str, how: tuple[str, ...] = ("--armor",)) -> bytes:
    return gpg(*how, *(part for key in to for part in ("--recipient", key)), "--encrypt", data=data)


class Post:
    """Makes replies to the requests of one case, as the form of an agency would."""

    def __init__(self, cdr: Shell, case: str, people: People, folder: Path) -> None:
        self.cdr, self.case, self.people, self.folder = cdr, case, people, folder

    def reply(self, agency: str = HOSPITAL, body: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
        nonce = ledger(self.cdr, self.case)[agency]["form"]["nonce"]
        said = {"agency": agency, "case": self.case} | (example() if body is None else body)
        return {"schema": "cdr-reply/1", "case": self.case, "agency": agency, "nonce": nonce, "form": "form-b/1",
                "saved_at": "2026-01-20T14:05:00+00:00", "body": said} | other  # fmt: skip

    def file(self, content: Any, name: str = "reply.asc", seal: Callable[[bytes], bytes] | None = None) -> Path:
        raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        path = self.folder / name
        path.write_bytes(seal(raw) if seal else sealed(raw, self.people.member, self.people.second))
        return path

    def refused(self, path: Path, agency: str = HOSPITAL, code: int = 65) -> str:
        """What is said of a file that is refused; the store stays as it was, and nothing of the child is said."""
        before = git(self.cdr.store, "rev-parse", "HEAD")
        answer = self.cdr("return", self.case, agency, "--from", path, "--yes", as_of=CAME, code=code)
        assert git(self.cdr.store, "rev-parse", "HEAD") == before
        assert not answer.out and not any(word in answer.err for word in CANARY)
        return answer.err
