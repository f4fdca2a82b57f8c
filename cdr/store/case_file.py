"""The documents of one case as they were opened: asked by what they are, never by how their files are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.records import dataclass
from cdr.store import layout
from cdr.store.document import Document
from cdr.store.layout import Kind, Place


@dataclass(frozen=True)
class CaseFile:
    """The documents of one case, without its attachments. A ledger that nobody has written in yet is there, and empty."""

    reference: str
    documents: tuple[Document, ...]

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)

    def _of(self, kind: Kind) -> tuple[Document, ...]:
        return tuple(document for document in self if document.place.kind is kind)

    @property
    def case(self) -> Document:
        """The case document: its status, gates, milestones, reviews, letters."""
        return self._of(layout.CASE)[0]

    @property
    def notification(self) -> Document:
        """Form A."""
        return self._of(layout.NOTIFICATION)[0]

    @property
    def requests(self) -> Document:
        """The ledger of requests."""
        return self._of(layout.REQUESTS)[0]

    @property
    def prompts(self) -> Document:
        """The ledger of prompts."""
        return self._of(layout.PROMPTS)[0]

    @property
    def analysis(self) -> Document | None:
        """Form C; None before there is one."""
        return next(iter(self._of(layout.ANALYSIS)), None)

    @property
    def analysis_body(self) -> Mapping[str, Any] | None:
        """What Form C says; None before there is one."""
        return self.analysis.body if self.analysis else None

    @property
    def returns(self) -> tuple[Document, ...]:
        """Every return (Form B), in the order in which they were first taken in; none that was taken back."""
        return tuple(document for document in self._kept_returns if document.body["agency"] not in self._set_aside)

    @property
    def _kept_returns(self) -> list[Document]:
        return sorted(self._of(layout.RETURN), key=lambda document: document.place.id)

    @property
    def _set_aside(self) -> set[str]:
        """The agencies whose return was recorded and taken back, and did not come again."""
        return {item["agency"] for item in self.requests.body["requests"] if "set_aside" in item}

    @property
    def returns_by_agency(self) -> Mapping[str, Document]:
        """The return of each agency that gave one."""
        return {str(document.body["agency"]): document for document in self.returns}

    @property
    def return_bodies(self) -> tuple[Mapping[str, Any], ...]:
        """What each return says."""
        return tuple(document.body for document in self.returns)

    def return_of(self, agency: str) -> Document | None:
        """The return of one agency, the last where there are several; None where it gave none."""
        return None if agency in self._set_aside else self.kept_return(agency)

    def kept_return(self, agency: str) -> Document | None:
        """The same, also where it was taken back: the next return of the agency takes its place."""
        own = [document for document in self._kept_returns if document.body["agency"] == agency]
        return own[-1] if own else None

    def at(self, place: Place) -> Document | None:
        """The document that stands at a place; None where none does."""
        return next((document for document in self if document.place == place), None)
