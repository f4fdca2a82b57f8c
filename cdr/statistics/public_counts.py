"""What of an edition may be told and what must be kept: its counts beside everything that was published before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from cdr.records import dataclass, field, replace
from cdr.statistics.hiding import Counts
from cdr.statistics.labels import NOT_KNOWN, NOT_STATED
from cdr.statistics.published_counts import (
    MODIFIABLE,
    REST,
    cell_key,
    has_rest,
    meet,
    of_key,
    rest_key,
    told,
    total_key,
    true_counts,
)
from cdr.statistics.released import (
    Part,
    Released,
    differs_by_few,
    first_of,
    limits_of,
    part_of,
    stays_hidden,
    to_correct,
    withdrawn_limits,
    without,
)
from cdr.statistics.rounding import Method, rounded_limits
from cdr.statistics.tables import OVERLAPPING, SHARES, Table, Tally
from cdr.statistics.told import Key, Limits, Secret, Sum
from cdr.statistics.two_themes import known_sums

UNKNOWN = (NOT_KNOWN, NOT_STATED)
# how many were reviewed in all, and in how many of a theme the review names services: tables of a theme alone
REVIEWED, CONCERNS = "reviews.reviewed", "reviews.concerns"
OF_YEARS = "reviews.year_of_death"
# Tables that are not of children, or in which a count tells of another table's in a way that is not looked at here.
PUBLISHED = frozenset(
    {
        *(f"notifications.{one}" for one in ("local_authority", "age_band", "place", "sex", "ethnicity", "expected", "gestation", "jar", "deprivation")),
        *(f"reviews.{one}" for one in ("local_authority", "age_band", "place", "sex", "ethnicity", "duration", "year_of_death", "category")),
        *(f"{MODIFIABLE}{one}" for one in ("authority", "category", "age_band")),
        *(f"reviews.{one}" for one in ("domains", "contributory_factors", "modifiable_factors", "learning_themes")),
        REVIEWED,
        CONCERNS,
    }
)  # fmt: skip
SMALL, ALL_OF_A_GROUP, BESIDE, CHANGED, CORRECTED = (
    "small",
    "all or none of a group",
    "beside a small one",
    "changed since it was published",
    "withdrawn, and differs by few or was hidden",
)


@dataclass(frozen=True)
class Besides:
    """What is not in the tables, and is kept as well: counts that the tables could give away, and sums that a reader knows of."""

    secrets: Mapping[Key, Secret] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()

    def __or__(self, other: Besides) -> Besides:
        """Both."""
        return Besides({**self.secrets, **other.secrets}, (*self.sums, *other.sums))


def of_each_year(tally: Tally, method: Method) -> Besides:
    """The small counts of single years, which are kept beside the years as one: two sums that overlap would tell what is in one alone."""
    true = {key: n for table in tally.tables if table.id in PUBLISHED for key, n in true_counts(table)}
    small = (key for key, n in true.items() if 0 < n < method.fewest)
    return Besides({key: method.secret(reaches=key[0] not in SHARES and key[0] != MODIFIABLE) for key in small})


@dataclass(frozen=True)
class Work:
    """The work on one edition: the tables, what was published before, how counts are made public, and what is kept besides.

    `corrected` are the parts that are told anew, and `was_told` what each withdrawn release told of them.
    """

    tables: tuple[Table, ...]
    before: tuple[Released, ...]
    method: Method
    besides: Besides
    corrected: frozenset[Part] = frozenset()
    was_told: tuple[Mapping[Key, Limits], ...] = ()

    def correcting(self, before: Sequence[Released]) -> Work:
        """The same where what was withdrawn by every release that told of it is told anew."""
        parts = to_correct(self.before, self.changed)
        kept = tuple(without(one, parts) for one in self.before)
        return replace(self, before=kept, corrected=parts, was_told=withdrawn_limits(before, parts))

    @cached_property
    def frozen(self) -> dict[tuple[str, str], tuple[Table, int]]:
        """The columns of tables that were published before, by table and column: they stay as they were.

        One that was withdrawn and has changed since is not repeated.
        """
        return {
            (table.id, column): (table, place)
            for one in self.before
            for table in one.tally.tables
            for place, column in enumerate(table.columns)
            if not (one.withdrawn and (first_of(table.id), column) in self.changed)
        }

    @cached_property
    def released(self) -> dict[Key, Limits]:
        """What was told before of each count."""
        return limits_of(self.before)

    @cached_property
    def shown_before(self) -> set[Key]:
        """The counts that were shown before, rounded or not."""
        return {key for one in self.before for key, (_, high) in told(one.tally).items() if high is not None}

    @cached_property
    def every(self) -> dict[Key, int]:
        """Every true count of the tables, also of columns that stay as they were."""
        return {key: n for table in self.tables for key, n in true_counts(table)}

    @cached_property
    def changed(self) -> set[tuple[str, str]]:
        """The first part of tables with a column whose counts are others than was told before."""
        return {
            part_of(key)
            for key, (low, high) in self.released.items()
            if key in self.every and key in self.shown_before and not low <= self.every[key] <= (high or 0)
        }

    def is_new(self, table: Table, column: str) -> bool:
        """Whether a column of a table may be told now for the first time."""
        is_told = (table.id, column) in self.frozen or any((table.id, column) in one.closed for one in self.before)
        return not is_told and (first_of(table.id), column) not in self.changed

    @cached_property
    def true(self) -> dict[Key, int]:
        """The true counts of what is told for the first time."""
        found = {key: n for table in self.tables for key, n in true_counts(table) if self.is_new(table, key[2])}
        return {key: n for key, n in found.items() if key not in self.released}

    @cached_property
    def reasons(self) -> dict[Key, str]:
        """Why a count must be kept, for those that must."""
        found: dict[Key, str] = {}
        for table in self.tables:
            for column in table.columns:
                found |= self._reasons(table, column)
        return {key: why for key, why in found.items() if key in self.true}

    def _reasons(self, table: Table, column: str) -> dict[Key, str]:
        found = {}
        rows = [cell_key(table.id, row.label, column) for row in table.rows]
        total = total_key(table.id, column)
        for key in (*rows, total):
            n, whole = self.every.get(key), self.every.get(of_key(table.id, None if key == total else key[1], column))
            if n is None:
                continue
            if 0 < n < self.method.fewest:
                found[key] = SMALL
            elif whole and self._tells_of_all(table, key, n, whole, total):
                found[key] = ALL_OF_A_GROUP
            elif part_of(key) in self.corrected and differs_by_few(key, n, self.was_told, self.method.threshold):
                found[key] = CORRECTED
        return found

    @cached_property
    def masked(self) -> frozenset[Key]:
        """What is not told anew because what was withdrawn hid it."""
        return stays_hidden({key: n for key, n in self.true.items() if part_of(key) in self.corrected}, self.was_told)

    def _tells_of_all(self, table: Table, key: Key, n: int, whole: int, total: Key) -> bool:
        if table.id in SHARES:
            return n == 0 or whole - n < self.method.threshold
        if key == total or key[1] in UNKNOWN:  # of what nobody knows nothing is told of anyone
            return False
        return n == whole or (table.id in OVERLAPPING and 0 < whole - n < self.method.threshold)

    def why(self, key: Key) -> str:
        """Why a count is hidden."""
        return (
            CHANGED
            if part_of(key) in self.changed
            else self.reasons.get(key, CORRECTED if key in self.masked else BESIDE)
        )

    def alone(self, table: Table) -> Iterator[Key]:
        """The rows that hold all of a column: beside their zeros they would tell it of each, however many they are."""
        if has_rest(table.id):
            return
        for column in table.columns:
            whole = self.every.get(of_key(table.id, None, column))
            for row in table.rows:
                key = cell_key(table.id, row.label, column)
                if whole and self.true.get(key) == whole and row.label not in UNKNOWN:
                    yield key

    def counts(self) -> Counts:
        """All of it as what is to be hidden."""
        rests = {
            rest_key(key) for table in self.tables if has_rest(table.id) for key in self.true if key[0] == table.id
        }
        told_of = [*self.tables, *(table for one in self.before for table in one.tally.tables)]
        beside = [*self.besides.sums, *(line for one in self.before for line in one.sums)]
        secrets = {**self.besides.secrets, **self.secrets}
        for one in self.before:
            secrets |= one.secrets
        marked = {key: rounded_limits(1) for key in self.small}
        return Counts(
            self.true,
            known_sums(told_of, beside),
            secrets,
            frozenset(rests | self.masked),
            self.released,
            self._floor,
            self.method.limits,
            marked,
            adds_up=not self.method.is_rounded,
        )

    @cached_property
    def secrets(self) -> dict[Key, Secret]:
        """What must be kept of the tables: where all but a few of a group have something, also how few have not."""
        found = {key: self._secret(key, why) for key, why in self.reasons.items()}
        groups = (key for key, why in self.reasons.items() if why == ALL_OF_A_GROUP and has_rest(key[0]))
        return found | {rest_key(key): self.method.secret(reaches=False) for key in groups}

    @cached_property
    def small(self) -> frozenset[Key]:
        """The counts that are hidden because they are small, where that is what their mark tells."""
        found = (key for key, why in self.reasons.items() if why == SMALL and self._floor(key))
        return frozenset(found if self.method.is_rounded else ())

    def _secret(self, key: Key, why: str) -> Secret:
        return self.method.secret(reaches=why == SMALL and key[0] not in SHARES and key[0] != MODIFIABLE)

    def _floor(self, key: Key) -> int:
        is_share = key[0] in SHARES or key[0] == MODIFIABLE or key[0].endswith(REST)
        return 0 if is_share else 1

    def column_of(self, key: Key) -> list[Key]:
        """All counts of a table's column, which are hidden where one cannot be kept otherwise; of a total, of all tables that have it.

        Years as one, a theme and its others are beside each other where they have a year together.
        """
        return [one for one in self.true if self._is_beside(one, key)]

    def more_and_more(self, key: Key) -> tuple[list[Key], ...]:
        """What is hidden where one count cannot be kept otherwise: its column, its table in every year, all that counts the same cases."""
        alike = [one for one in self.true if first_of(one[0]) == first_of(key[0])]
        return self.column_of(key), [one for one in alike if key[0] in (one[0], total_key(one[0], one[2])[0])], alike

    def _is_beside(self, one: Key, key: Key) -> bool:
        return meet(one[2], key[2]) and (one[0] == key[0] or total_key(one[0], key[2]) == key)
