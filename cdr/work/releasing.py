"""What is published: made public beside everything that was published before, and written into the register of releases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cdr.app import App, rules
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage
from cdr.records import dataclass, replace
from cdr.statistics.release import Release, Words, body_of, made, release_of, withdrawn
from cdr.terminal.how_far import how_far

if TYPE_CHECKING:
    from cdr.statistics.public_counts import Besides
    from cdr.statistics.public_tally import PublicEdition
    from cdr.statistics.released import Released
    from cdr.statistics.rounding import Method
    from cdr.statistics.tables import Tally

LATER_YEARS = (
    "The numbers of one area taken from those of both tell of the other: leave these years out (--year, --years N); what was published of "
    "them stands."
)
AGAIN = "Give more years together (--years N, for a tally with --pooled), fewer tables (--table), or, for a theme, something that more cases have in common."


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
    on: date

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


def register(app: App) -> list[Release]:
    """Everything that was published, in order. Raises: NotAllowed, NotAuthentic."""
    from cdr.store.releases import releases

    return [release_of(one.body) for one in releases(app.store)]


def is_of_others(app: App, one: Release) -> bool:
    """Whether a release was made within other borders, and counts other children."""
    from cdr.statistics.borders import are_other

    return are_other(one.tally, app.configuration.area, app.configuration.authorities)


def _within(releases: Sequence[int]) -> str:
    which, verb = ("Releases", "were") if len(releases) > 1 else ("Release", "was")
    return (
        f"{which} {', '.join(map(str, releases))} of these years {verb} made within other borders, of other children."
    )


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
    from cdr.store.releases import release_place
    from cdr.store.transaction import Change

    refuse_unfinished(app, tally)
    method, today = asked.method(app), app.clock.today
    if asked.dry_run:
        return Published(_edition(app, tally, register(app), asked), 0, today)
    with app.store.writing():
        before = register(app)
        edition = _edition(app, tally, before, asked)
        new = made(edition, what, method, asked.words, today)
        same = [one for one in before if (one.text, one.words) == (new.text, new.words) and not one.is_withdrawn]
        if same:
            return Published(edition, same[0].number, same[0].on)
        new = replace(new, number=len(before) + 1, commit=app.store.head[0])
        app.store.commit(Change("release", {release_place(new.number): body_of(new)}))
    return Published(edition, new.number, new.on)


def _edition(app: App, tally: Tally, before: Sequence[Release], asked: Asked) -> PublicEdition:
    """The public edition beside these releases.

    Raises: ConditionsNotMet, also where one of them counts other children of these years: what both tell together nobody can work out.
    """
    others = [one for one in before if set(tally.years) & set(one.tally.years) and is_of_others(app, one)]
    if others:
        theirs = sorted({year for one in others for year in one.tally.years if year in tally.years})
        raise ConditionsNotMet(
            f"{', '.join(theirs)} was published of other children, and is not published of these.",
            [_within([one.number for one in others])],
            LATER_YEARS,
        )
    return public_of(tally, _all_read(before), asked.method(app), asked.besides)


def _all_read(before: Sequence[Release]) -> list[Released]:
    """What a reader knows of the releases, the last with the sums that are known because two themes tell of one year."""
    from cdr.statistics.theme_sums import sums_of_two_themes

    found = [one.as_read() for one in before]
    columns = [column for one in before for table in one.tally.tables for column in table.columns]
    return [*found[:-1], *(replace(one, sums=(*one.sums, *sums_of_two_themes(columns))) for one in found[-1:])]


def withdraw(app: App, number: int, why: str) -> None:
    """Mark a release as withdrawn; it stays in the register, and what is published later is held against it: it was read.

    Raises: NotFound, ConditionsNotMet where it is withdrawn already.
    """
    from cdr.store.releases import release_place, releases
    from cdr.store.transaction import Change

    with app.store.writing():
        found = next((one for one in releases(app.store) if release_of(one.body).number == number), None)
        if found is None:
            raise no_such_release()
        if release_of(found.body).is_withdrawn:
            raise ConditionsNotMet(
                f"Release {number} is withdrawn already; nothing was recorded.", [], "See: cdr release list"
            )
        body = withdrawn(found.body, app.clock.today, why)
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
