"""The documents of one case as they were opened: asked by what they are, never by how their files are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.store import layout
from cdr.store.document import Document


class CaseFile(Mapping[str, Document]):
    """The documents of one case by their ids; nobody changes them. A ledger that nobody has written in yet is there, and empty."""

    def __init__(self, reference: str, documents: Mapping[str, Document]) -> None:
        self.reference = reference
        self._documents = dict(documents)

    def __getitem__(self, id_: str) -> Document:
        return self._documents[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    @property
    def case(self) -> Document:
        """The case document: its status, gates, milestones, reviews, letters."""
        return self[layout.CASE.name]

    @property
    def notification(self) -> Document:
        """Form A."""
        return self[layout.NOTIFICATION.name]

    @property
    def requests(self) -> Document:
        """The ledger of requests."""
        return self[layout.REQUESTS.name]

    @property
    def prompts(self) -> Document:
        """The ledger of prompts."""
        return self[layout.PROMPTS.name]

    @property
    def analysis(self) -> Document | None:
        """Form C; None before there is one."""
        return self.get(layout.ANALYSIS.name)

    @property
    def analysis_body(self) -> Mapping[str, Any] | None:
        """What Form C says; None before there is one."""
        return self.analysis.body if self.analysis else None

    @property
    def returns(self) -> tuple[Document, ...]:
        """Every return (Form B), in the order in which they were taken in."""
        found = (document for document in self.values() if document.place.kind is layout.RETURN)
        return tuple(sorted(found, key=lambda document: document.place.id))

    @property
    def return_bodies(self) -> tuple[Mapping[str, Any], ...]:
        """What each return says."""
        return tuple(document.body for document in self.returns)

    def return_of(self, agency: str) -> Document | None:
        """The return of one agency, the last where it gave several; None where it gave none."""
        own = [document for document in self.returns if document.body["agency"] == agency]
        return own[-1] if own else None
