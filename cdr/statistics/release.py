"""A release as the register keeps it (schema `release/1`): asked by name, and written here alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cdr import moments
from cdr.domain.rulebook.validation import date_at
from cdr.forms import migrations
from cdr.records import dataclass, field
from cdr.statistics.rounding import SUPPRESS

if TYPE_CHECKING:
    from cdr.statistics.public_tally import PublicEdition
    from cdr.statistics.released import Released
    from cdr.statistics.rounding import Method
    from cdr.statistics.tables import Tally
    from cdr.statistics.told import Key, Secret

FORM = "release"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """The area's own words that are published with the tables, as they are printed, and the answers to what was found in them."""

    printed: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The words as a release keeps them; empty where there are none."""
        return json.dumps(self.printed, ensure_ascii=False, sort_keys=True) if self.printed else ""


@dataclass(frozen=True)
class Hidden:
    """One count that a release does not show, and why."""

    table: str
    row: str
    column: str
    why: str


@dataclass(frozen=True)
class Release:
    """One release: `text` is the JSON of its tables, `words` that of the area's own, `answers` maps a finding to its answer.

    `secrets` are counts that it keeps, `corrected` what it tells otherwise than one that was withdrawn, `left_out` tables that had
    nothing to show; `withdrawn_on` is None while it stands.
    """

    number: int
    what: str
    on: date
    commit: str
    threshold: int
    text: str
    method: str = SUPPRESS
    words: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[Key, Secret] = field(default_factory=dict)
    hidden: tuple[Hidden, ...] = ()
    corrected: frozenset[tuple[str, str]] = frozenset()
    left_out: frozenset[str] = frozenset()
    withdrawn_on: date | None = None
    withdrawn_why: str = ""

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken back; it was read all the same."""
        return self.withdrawn_on is not None

    @cached_property
    def tally(self) -> Tally:
        """Its tables as they were shown."""
        from cdr.statistics.tally_json import from_json

        return from_json(json.loads(self.text))

    def as_read(self) -> Released:
        """What a reader knows of it, to hold the next one against."""
        from cdr.statistics.public_counts import SMALL
        from cdr.statistics.published_counts import told
        from cdr.statistics.released import Released
        from cdr.statistics.theme_sums import sums_of_themes

        small = frozenset((one.table, one.row, one.column) for one in self.hidden if one.why == SMALL)
        return Released(
            self.tally,
            self.secrets,
            small if self.tally.rounded else frozenset(),
            self.is_withdrawn,
            tuple(sums_of_themes(told(self.tally))),
            self.corrected,
            self.left_out,
        )


def release_of(body: Body) -> Release:
    """A release from its document, which is as its schema says."""
    from cdr.statistics.told import Secret

    return Release(
        body["number"], body["what"], moments.day(body["on"]), body["commit"], body["threshold"], body["tally"],
        body.get("method", SUPPRESS), body.get("words", ""),
        {one["finding"]: one["answer"] for one in body.get("answers", ())},
        {_key(one): Secret(one["width"], one["reach"]) for one in body["secrets"]},
        tuple(Hidden(*_key(one), one["why"]) for one in body["hidden"]),
        frozenset((one["tables"], one["column"]) for one in body.get("corrected", ())),
        frozenset(body.get("left_out", ())),
        date_at(body, "withdrawn_on"),
        body.get("withdrawn_why", ""),
    )  # fmt: skip


def made(edition: PublicEdition, what: str, method: Method, words: Words, on: date) -> Release:
    """The release of an edition; which number it has, and from which commit it was made, whoever writes it says."""
    from cdr.statistics.public_counts import PUBLISHED
    from cdr.statistics.tally_json import to_json

    return Release(
        0, what, on, "", method.fewest, json.dumps(to_json(edition.tally), ensure_ascii=False), method.name, words.text,
        dict(sorted(words.answers.items())) if words.printed else {},
        edition.secrets,
        tuple(Hidden(*key, why) for key, why in sorted(edition.hidden.items())),
        frozenset(edition.corrected),
        frozenset(PUBLISHED.intersection(edition.left_out)),
    )  # fmt: skip


def body_of(one: Release) -> dict[str, Any]:
    """The document that keeps a release; what it has not is not there."""
    besides = {
        "method": one.method if one.method != SUPPRESS else "",
        "corrected": [{"tables": tables, "column": column} for tables, column in sorted(one.corrected)],
        "left_out": sorted(one.left_out),
        "words": one.words,
        "answers": [{"finding": finding, "answer": answer} for finding, answer in one.answers.items()],
    }
    return {
        "schema": migrations.current(FORM),
        "number": one.number,
        "what": one.what,
        "on": one.on.isoformat(),
        "commit": one.commit,
        "threshold": one.threshold,
        "tally": one.text,
        **{key: value for key, value in besides.items() if value},
        "secrets": [{**_place(key), "width": each.width, "reach": each.reach} for key, each in one.secrets.items()],
        "hidden": [vars(each) for each in one.hidden],
    }


def withdrawn(body: Body, on: date, why: str) -> dict[str, Any]:
    """The document of a release that is taken back."""
    return {**body, "withdrawn_on": on.isoformat(), "withdrawn_why": why}


def _key(item: Body) -> Key:
    return item["table"], item["row"], item["column"]


def _place(key: Key) -> dict[str, str]:
    return dict(zip(("table", "row", "column"), key, strict=True))
