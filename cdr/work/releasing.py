"""What is published: made public beside everything that was published before, and written into the register of releases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.errors import ConditionsNotMet

if TYPE_CHECKING:
    from cdr.statistics.public_tally import PublicEdition, Released
    from cdr.statistics.tables import Tally

AGAIN = "Give more years together (--years N --pooled), or fewer tables (--table)."


@dataclass(frozen=True)
class Words:
    """The area's own words that are published with the tables, as they are printed, and the answers to what was found in them."""

    printed: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    def recorded(self) -> dict[str, Any]:
        """The words as a release keeps them; nothing where there are none."""
        told = [{"finding": finding, "answer": answer} for finding, answer in sorted(self.answers.items())]
        if not self.printed:
            return {}
        text = json.dumps(self.printed, ensure_ascii=False, sort_keys=True)
        return {"words": text, **({"answers": told} if told else {})}


@dataclass(frozen=True)
class Published:
    """What was published: the edition, its number in the register, and the day on which it was first made."""

    edition: PublicEdition
    number: int
    on: str


NO_WORDS = Words()


@dataclass(frozen=True)
class Release:
    """One release as the register has it; `tally` is the JSON of its tables, `hidden` says of each hidden count why."""

    number: int
    what: str
    on: str
    commit: str
    threshold: int
    tally: Mapping[str, Any]
    hidden: tuple[Mapping[str, str], ...]
    answers: tuple[Mapping[str, str], ...] = ()


def register(app: App) -> list[Release]:
    """Everything that was published, in order. Raises: NotAllowed, NotAuthentic."""
    from cdr.store.releases import releases

    return [
        Release(
            body["number"],
            body["what"],
            body["on"],
            body["commit"],
            body["threshold"],
            json.loads(body["tally"]),
            tuple(body["hidden"]),
            tuple(body.get("answers", ())),
        )
        for body in (one.body for one in releases(app.store))
    ]


def public_of(tally: Tally, before: Iterable[Released], threshold: int) -> PublicEdition:
    """The public edition beside what was published before. Raises: ConditionsNotMet."""
    from cdr.statistics.attack import Impossible
    from cdr.statistics.hiding import Unkept
    from cdr.statistics.public_tally import public_edition

    notes = [note for of_kind in rules("bands")["notes"].values() for note in of_kind]
    try:
        return public_edition(tally, tuple(before), notes, threshold)
    except (Impossible, Unkept):
        raise ConditionsNotMet(
            "No public edition can be made of these tables: beside what was published before, a small count could be worked out.",
            [],
            AGAIN,
        ) from None


def publish(app: App, what: str, tally: Tally, threshold: int, words: Words = NO_WORDS) -> Published:
    """Make the public edition and record it, beside the words that are printed with it; the earlier one where the very same was published.

    Raises: ConditionsNotMet, where a year is not over or a small count could be worked out.
    """
    from cdr.statistics.tally_json import to_json
    from cdr.store.releases import release_place, releases
    from cdr.store.transaction import Change

    refuse_unfinished(app, tally)
    with app.store.writing():
        bodies = [one.body for one in releases(app.store)]
        edition = public_of(tally, [_released(body) for body in bodies], threshold)
        text = json.dumps(to_json(edition.tally), ensure_ascii=False)
        made_of = text, words.recorded().get("words")
        same = [body for body in bodies if (body["tally"], body.get("words")) == made_of]
        if same:
            return Published(edition, int(same[0]["number"]), str(same[0]["on"]))
        number = len(bodies) + 1
        body = {
            "schema": "release/1",
            "number": number,
            "what": what,
            "on": app.clock.today.isoformat(),
            "commit": app.store.head[0],
            "threshold": threshold,
            "tally": text,
            **words.recorded(),
            "secrets": [
                {**_place(key), "width": one.width, "reach": one.reach} for key, one in edition.secrets.items()
            ],
            "hidden": [{**_place(key), "why": why} for key, why in sorted(edition.hidden.items())],
        }
        app.store.commit(Change("release", {release_place(number): body}))
    return Published(edition, number, body["on"])


def refuse_unfinished(app: App, tally: Tally) -> None:
    """Publish nothing of a year that is not over. Raises: ConditionsNotMet."""
    from cdr.statistics.years import first_and_last_day

    if first_and_last_day(tally.year)[1] >= app.clock.today:
        raise ConditionsNotMet(
            f"The year {tally.year} is not over: what is published of it now would tell, beside what is published later, who came after.",
            [],
            "Publish it when it is over, or give an earlier year.",
        )


def _released(body: Mapping[str, Any]) -> Released:
    from cdr.statistics.public_tally import Released
    from cdr.statistics.tally_json import from_json
    from cdr.statistics.told import Secret

    secrets = {(one["table"], one["row"], one["column"]): Secret(one["width"], one["reach"]) for one in body["secrets"]}
    return Released(from_json(json.loads(body["tally"])), secrets)


def _place(key: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("table", "row", "column"), key, strict=True))
