"""What is published: made public beside everything that was published before, and written into the register of releases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage
from cdr.records import dataclass
from cdr.statistics.rounding import SUPPRESS
from cdr.terminal.how_far import how_far

if TYPE_CHECKING:
    from cdr.statistics.public_counts import Besides
    from cdr.statistics.public_tally import PublicEdition
    from cdr.statistics.released import Released
    from cdr.statistics.rounding import Method
    from cdr.statistics.tables import Tally

AGAIN = "Give more years together (--years N, for a tally with --pooled), fewer tables (--table), or, for a theme, something that more cases have in common."


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


NO_WORDS = Words()


@dataclass(frozen=True)
class Asked:
    """How a public edition is asked for: the threshold, the words beside it, what is kept besides, and whether it is only looked at."""

    threshold: int
    words: Words = NO_WORDS
    besides: Besides | None = None
    dry_run: bool = False

    def method(self, app: App) -> Method:
        """How this area makes counts public (cdr.yaml), with the threshold that was asked for. Raises: WrongUsage."""
        from cdr.statistics.rounding import Method

        method = Method(app.configuration.publication, self.threshold)
        refuse_threshold_of_rounded(method)
        return method


def refuse_threshold_of_rounded(method: Method) -> None:
    """Rounding has no threshold: it hides 1 to 7. Raises: WrongUsage."""
    from cdr.statistics.threshold import FEWEST

    if method.is_rounded and method.threshold != FEWEST:
        raise WrongUsage(
            "What is rounded has no threshold (publication of cdr.yaml, or --method round): it hides 1 to 7.",
            "Leave --threshold out.",
        )


@dataclass(frozen=True)
class Published:
    """What was published: the edition, its number in the register (none of a preview), and the day on which it was first made."""

    edition: PublicEdition
    number: int
    on: str

    def said(self) -> str:
        """What whoever made it is told of it."""
        said = [self._of_changes()] if self.edition.corrected or self.edition.stays else []
        if not self.number:
            said.append(
                "This is a preview: nothing is recorded, and nothing of it may be published. Without --dry-run it is recorded."
            )
        else:
            said.append(
                f"It is recorded as release {self.number}. What is hidden in it, and why, is for members: cdr release show {self.number}"
            )
        return "\n".join(said)

    def _of_changes(self) -> str:
        said = []
        if self.edition.corrected:
            years = ", ".join(sorted({column for _, column in self.edition.corrected}))
            said.append(
                f"{years} corrects what was withdrawn: what differs by few is hidden, and what was hidden stays so."
            )
        if self.edition.stays:
            said.append(
                f"{', '.join(self.edition.stays)} has changed since it was published, and is not told anew while a release that tells of it "
                "stands (cdr release list, cdr release withdraw)."
            )
        return "\n".join(said)


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
    method: str = SUPPRESS
    withdrawn_on: str = ""
    withdrawn_why: str = ""


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
            body.get("method", SUPPRESS),
            body.get("withdrawn_on", ""),
            body.get("withdrawn_why", ""),
        )
        for body in (one.body for one in releases(app.store))
    ]


def public_of(
    tally: Tally, before: Iterable[Released], method: Method, besides: Besides | None = None
) -> PublicEdition:
    """The public edition beside what was published before. Raises: ConditionsNotMet."""
    from cdr.statistics.attack import Impossible
    from cdr.statistics.hiding import Unkept
    from cdr.statistics.public_counts import Besides
    from cdr.statistics.public_tally import public_edition

    notes = [note for of_kind in rules("bands")["notes"].values() for note in of_kind]
    try:
        with how_far("What a reader could work out") as watch:
            return public_edition(tally, tuple(before), notes, method, besides or Besides(), watch)
    except Impossible:
        raise ConditionsNotMet(
            "No public edition can be made of these tables: they contradict what was published before, so that nobody knows what both tell together.",
            [],
            "A case changed since? Withdraw each release that tells of it (cdr release withdraw), and publish again.",
        ) from None
    except Unkept as unkept:
        table, row, column = unkept.args[0]
        raise ConditionsNotMet(
            "No public edition can be made of these tables: beside what was published before, a small count could be worked out, "
            f"also where all of its table is hidden: {row} in {column} ({table}).",
            [],
            AGAIN,
        ) from None


def publish(app: App, what: str, tally: Tally, asked: Asked) -> Published:
    """Make the public edition and record it, beside the words that are printed with it; the earlier one where the very same was published.

    Raises: ConditionsNotMet, where a year is not over or a small count could be worked out.
    """
    from cdr.statistics.tally_json import to_json
    from cdr.store.releases import release_place, releases
    from cdr.store.transaction import Change

    refuse_unfinished(app, tally)
    if asked.dry_run:
        before = _all_released(one.body for one in releases(app.store))
        edition = public_of(tally, before, asked.method(app), asked.besides)
        return Published(edition, 0, app.clock.today.isoformat())
    with app.store.writing():
        bodies = [one.body for one in releases(app.store)]
        edition = public_of(tally, _all_released(bodies), asked.method(app), asked.besides)
        text = json.dumps(to_json(edition.tally), ensure_ascii=False)
        made_of = text, asked.words.recorded().get("words")
        same = [body for body in bodies if (body["tally"], body.get("words")) == made_of and "withdrawn_on" not in body]
        if same:
            return Published(edition, int(same[0]["number"]), str(same[0]["on"]))
        body = _body(app, what, edition, text, len(bodies) + 1, asked)
        app.store.commit(Change("release", {release_place(body["number"]): body}))
    return Published(edition, body["number"], body["on"])


def _body(app: App, what: str, edition: PublicEdition, text: str, number: int, asked: Asked) -> dict[str, Any]:
    """A release as the register keeps it."""
    method = asked.method(app)
    return {
        "schema": "release/1",
        "number": number,
        "what": what,
        "on": app.clock.today.isoformat(),
        "commit": app.store.head[0],
        "threshold": method.fewest,
        **({"method": method.name} if method.is_rounded else {}),
        "tally": text,
        **_besides(edition),
        **asked.words.recorded(),
        "secrets": [{**_place(key), "width": one.width, "reach": one.reach} for key, one in edition.secrets.items()],
        "hidden": [{**_place(key), "why": why} for key, why in sorted(edition.hidden.items())],
    }


def _besides(edition: PublicEdition) -> dict[str, Any]:
    """What it tells otherwise than a withdrawn one, and which tables were asked for and have nothing to show."""
    from cdr.statistics.public_counts import PUBLISHED

    told = [{"tables": tables, "column": column} for tables, column in sorted(edition.corrected)]
    left_out = sorted(PUBLISHED.intersection(edition.left_out))
    return {**({"corrected": told} if told else {}), **({"left_out": left_out} if left_out else {})}


def withdraw(app: App, number: int, why: str) -> None:
    """Mark a release as withdrawn; it stays in the register, and what is published later is held against it: it was read.

    Raises: NotFound, ConditionsNotMet where it is withdrawn already.
    """
    from cdr.store.releases import release_place, releases
    from cdr.store.transaction import Change

    with app.store.writing():
        found = next((one for one in releases(app.store) if one.body["number"] == number), None)
        if found is None:
            raise no_such_release()
        if "withdrawn_on" in found.body:
            raise ConditionsNotMet(
                f"Release {number} is withdrawn already; nothing was recorded.", [], "See: cdr release list"
            )
        body = {**found.body, "withdrawn_on": app.clock.today.isoformat(), "withdrawn_why": why}
        app.store.commit(Change("release", {release_place(number): body}), [found])


def no_such_release() -> NotFound:
    """That the register has no release of a number."""
    return NotFound("There is no such release.", "See: cdr release list")


def refuse_unfinished(app: App, tally: Tally) -> None:
    """Publish nothing of a year that is not over. Raises: ConditionsNotMet."""
    from cdr.statistics.years import first_and_last_day

    if first_and_last_day(tally.year)[1] >= app.clock.today:
        raise ConditionsNotMet(
            f"The year {tally.year} is not over: what is published of it now would tell, beside what is published later, who came after.",
            [],
            "Publish it when it is over, or give an earlier year.",
        )


def _all_released(bodies: Iterable[Mapping[str, Any]]) -> list[Released]:
    """The releases, the last with the sums that a reader knows of because two themes tell of one year."""
    from cdr.statistics.theme_sums import sums_of_two_themes

    found = [_released(body) for body in bodies]
    columns = [column for one in found for table in one.tally.tables for column in table.columns]
    return [*found[:-1], *(replace(one, sums=(*one.sums, *sums_of_two_themes(columns))) for one in found[-1:])]


def _released(body: Mapping[str, Any]) -> Released:
    from cdr.statistics.public_counts import SMALL
    from cdr.statistics.published_counts import told
    from cdr.statistics.released import Released
    from cdr.statistics.tally_json import from_json
    from cdr.statistics.theme_sums import sums_of_themes
    from cdr.statistics.told import Secret

    tally = from_json(json.loads(body["tally"]))
    secrets = {(one["table"], one["row"], one["column"]): Secret(one["width"], one["reach"]) for one in body["secrets"]}
    hidden = [(one["table"], one["row"], one["column"]) for one in body["hidden"] if one["why"] == SMALL]
    return Released(
        tally,
        secrets,
        frozenset(hidden if tally.rounded else ()),
        "withdrawn_on" in body,
        tuple(sums_of_themes(told(tally))),
        frozenset((one["tables"], one["column"]) for one in body.get("corrected", ())),
        frozenset(body.get("left_out", ())),
    )


def _place(key: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("table", "row", "column"), key, strict=True))
