"""The composition root: the store, the clock, the rules and the configuration, each built when it is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from cdr.records import dataclass, field, replace

if TYPE_CHECKING:
    from pathlib import Path

    from cdr.clock import Clock
    from cdr.domain.case.at_rest import AtRest
    from cdr.domain.case.facts import Cases, Facts
    from cdr.domain.ncmd.ncmd_minimum import Minimum
    from cdr.domain.process.chasing_rules import ChasingRules
    from cdr.domain.process.clocks import WorkingDays
    from cdr.domain.process.policy import Policy
    from cdr.domain.rulebook.configuration import Configuration
    from cdr.errors import Problem
    from cdr.store.extraction import Extraction
    from cdr.store.layout import Kind
    from cdr.store.store import Store

NATIONAL_RULES = ("england-2018", "bank-holidays")
# What the index keeps of a canned set of documents, and the code by which it does, in short: tests/unit/test_extraction.py writes it.
EXTRACTION = "0126405c8b7a9438"


@dataclass
class App:
    """What one run of `cdr` was given, and what it is built from."""

    store_option: str | None = None
    as_of: str | None = None
    acting: str | None = None
    debug: bool = False
    quiet: bool = False
    verbose: bool = False
    held_back: list[str] = field(default_factory=list)  # talk that a quiet run tells only where all is not well
    run: Callable[[list[str]], int] | None = None  # one command as a person gives it; the demonstration uses it
    root: str | None = None  # for a first clone: the fingerprint of the key that made the store
    made_a_store: bool = False
    about: str = ""  # the case that the command line names
    verb: str = ""  # which command runs, as the log of reads names it
    read_all: bool = False  # whether it looked through what is known of every child and family
    read_for: str = ""  # what for, or for whom, where that was asked
    has_answered: bool = False  # a JSON object is on stdout, and there is never a second
    goes_by_configuration: bool = False  # an answer was given that an earlier run worked out by cdr.yaml
    shown_once: tuple[str, ...] = ()  # how to have again what a command was to show once and has not shown yet
    _cases: tuple[Any, Cases] | None = None  # what the index kept, and what was made of that
    _busy: tuple[Any, Cases] | None = None  # the same of the cases that are not at rest

    @cached_property
    def clock(self) -> Clock:
        """The time that commands decide with. Raises: WrongUsage."""
        from cdr.clock import Clock, parse_moment
        from cdr.errors import WrongUsage

        try:
            return Clock(parse_moment(self.as_of) if self.as_of else None)
        except WrongUsage as error:
            raise WrongUsage(f"--as-of (or CDR_AS_OF): {error.message}") from None

    def refuse_a_wrong_time(self) -> None:
        """Refuse an `--as-of` that is no time, also where the command asks for none. Raises: WrongUsage."""
        from cdr import moments

        if self.as_of and moments.read(self.as_of) is None:
            self.clock  # noqa: B018 - which reads whatever else people write, and loads the clocks of London for it

    @cached_property
    def store(self) -> Store:
        """The store that was given or is nearest. Raises: NotFound."""
        from cdr.store.finding import find
        from cdr.store.store import Store

        return Store(find(self.store_option, _here), extraction(), self.acting, progress, self.root)

    def cases(self) -> Cases:
        """Every case that counts and that the acting key may read, by reference: made once, and again after something was recorded.

        A case that is void is none of them. Raises: as `Store.kept`.
        """
        from cdr.domain.case.facts import cases_of

        kept = self.store.kept()
        if self._cases is None or self._cases[0] is not kept:
            self._cases = kept, cases_of(kept)
        return self._cases[1]

    def void_cases(self) -> Cases:
        """The cases that are void: for who asks for them, and for nobody who counts. Raises: as `Store.kept`."""
        from cdr.domain.case.facts import void_cases_of

        return void_cases_of(self.store.kept())

    def cases_not_at_rest(self) -> Cases:
        """The same of those in which somebody may still be asked or something sent; a store of many closed cases costs no more."""
        from cdr.domain.case.facts import cases_of

        kept = self.store.kept_not_at_rest()
        if self._busy is None or self._busy[0] is not kept:
            self._busy = kept, cases_of(kept)
        return self._busy[1]

    def cases_with(self, references: Iterable[str]) -> Cases:
        """The cases that are not at rest; where one of those asked for is none of these, every case."""
        busy = self.cases_not_at_rest()
        return busy if busy.keys() >= {*references} else self.cases()

    def cases_since(self, year: int) -> Cases:
        """Every case that counts of which anything is recorded in a year (that in which it begins) or a later one, and some others.

        Raises: as `Store.kept`.
        """
        from cdr.columns import WHOLE
        from cdr.domain.case.facts import cases_of
        from cdr.store import across

        return {**cases_of(across.column_at_rest(self.store, WHOLE, year)), **self.cases_not_at_rest()}

    def cases_dated(self, void: bool = False) -> Cases:
        """Every case that counts, or that is void; of those at rest no more is known than `dated` keeps. Raises: as `Store.kept`."""
        from cdr.columns import DATED
        from cdr.domain.case.dated import of_kept_rows
        from cdr.domain.case.facts import cases_of, void_cases_of
        from cdr.store import across

        others = of_kept_rows(across.column_at_rest(self.store, DATED), void)
        kept = self.store.kept_not_at_rest()
        return {**others, **(void_cases_of(kept) if void else cases_of(kept))}

    def cases_at_rest(self) -> AtRest:
        """What is asked of all the other cases together. Raises: as `Store.kept`."""
        from cdr.domain.case.at_rest import AtRest
        from cdr.store import across

        return AtRest.from_dict(across.at_rest(self.store))

    def column(self, name: str, since: int = 0, word: str = "") -> Mapping[str, Any]:
        """What one sort of question asks of every case that counts, by reference, as `columns` makes it; nothing else is opened.

        Of the cases at rest those that have to do with the year `since` or a later one, or of a column that is asked by a word those of
        that word, and some others. Raises: as `Store.kept`.
        """
        from cdr.store import across

        return across.column(self.store, name, since, word)

    def facts_of(self, reference: str) -> Facts:
        """One case that is there, from what was looked at already where that will do. Raises: KeyError, and as `Store.kept`."""
        busy = self.cases_not_at_rest()
        return busy[reference] if reference in busy else self.cases()[reference]

    @property
    def opened(self) -> Store | None:
        """The store, where the command has opened it."""
        return vars(self).get("store")

    def note_reads(self) -> None:
        """Keep who opened which cases that the run did not change, or all where it gave something away; changes stand in the history.

        Where that cannot be kept, the notices say so.
        """
        store = self.opened
        if store is None:
            return
        told = set[str]() if self.read_for else store.cases_changed
        cases = ["*"] if self.read_all else sorted(store.cases_opened - told)
        if not cases:
            return
        from cdr.errors import CdrError
        from cdr.store import reads_waiting

        try:
            reads_waiting.note(store.person, store.sealing, self.verb, cases, self.read_for)
            # One case was read by somebody, and not gone through with others.
            if len(store.cases_opened) == 1 and not store.has_written and is_watched():
                self._care_for_reader(store, *store.cases_opened)
        except CdrError as error:
            store.notices.append(f"cdr: that these cases were opened could not be noted: {error.message}")

    def _care_for_reader(self, store: Store, reference: str) -> None:
        """Tell who read many hard cases lately that this weighs; kept sealed on this machine, by real days. Raises: TryAgain, DiskFailed."""
        from cdr.clock import real_now
        from cdr.domain.case.hard_reading import is_hard, read
        from cdr.store import reads

        documents = store.case(reference)
        if is_hard(documents.notification.body, documents.analysis_body or {}):
            kept, words = read(reads.kept_aside(store), reference, real_now().date())
            reads.keep_aside(store, kept)
            store.notices.extend([words] if words else [])

    def pack(self, is_waited_for: bool) -> None:
        """Pack the repository where that is worth it; in a process of its own where somebody waits."""
        from cdr.store import packing

        packing.after(self.store, is_waited_for)

    @property
    def has_written(self) -> bool:
        """Whether something was recorded in this run."""
        return self.made_a_store or (self.opened is not None and self.opened.has_written)

    @cached_property
    def configuration(self) -> Configuration:
        """The store's recorded configuration. Raises: WrongConfiguration."""
        from cdr.domain.rulebook.configuration import Configuration

        return Configuration.from_document(self.configuration_document)

    @cached_property
    def configuration_document(self) -> Mapping[str, Any]:
        """What the store's recorded cdr.yaml says, as plain data. Raises: WrongConfiguration."""
        from cdr import resources
        from cdr.store.kept import kept

        raw = self.store.configuration()
        body: Mapping[str, Any] = kept(
            "configuration", (raw, resources.edition()), lambda: self._read_configuration(raw)
        )
        return body

    def is_configured_otherwise(self) -> bool:
        """Whether this run went by a cdr.yaml that is not the one in the store's folder, whose changes nobody recorded."""
        if not self.goes_by_configuration and "configuration_document" not in self.__dict__:
            return False
        from cdr.store import layout

        return bool(self.store.changed_files(layout.CONFIGURATION))

    def _read_configuration(self, raw: bytes) -> dict[str, Any]:
        """What a cdr.yaml says, as plain data. Raises: WrongConfiguration."""
        from cdr.errors import InvalidData, WrongConfiguration
        from cdr.forms import schema

        try:
            body, source = schema.read(raw, "cdr.yaml", "store")
            problems = schema.placed(self.configuration_problems(body), "cdr-store/1", source)
        except InvalidData as error:
            problems = list(error.problems)
        if problems:
            raise WrongConfiguration(
                "The store's configuration is wrong.", "Correct cdr.yaml and commit it (git commit -S).", problems
            )
        return body

    def configuration_problems(self, body: Mapping[str, Any]) -> list[Problem]:
        """What is wrong with a cdr.yaml beyond its schema."""
        from cdr.domain.rulebook import area_rules
        from cdr.domain.rulebook.store_rules import configuration_problems

        return [*configuration_problems(body), *area_rules.problems(body, self.national_policy)]

    @cached_property
    def national_policy(self) -> Policy:
        """The rules as they ship, with their numbers."""
        return _national_policy()

    @cached_property
    def policy(self) -> Policy:
        """The rules in force in the store's area: those that ship, with what its cdr.yaml changes. Raises: WrongConfiguration."""
        from cdr.domain.asking.arrival import unconfirmed
        from cdr.domain.asking.telling import by_hand

        own = self.national_policy.for_area(self.configuration.changes)
        found = self.configuration
        return replace(
            own,
            unconfirmed=unconfirmed(found),
            confirm_arrival=found.confirm_arrival,
            closures=found.closures,
            by_hand=by_hand(found),
        )

    @cached_property
    def chasing_rules(self) -> ChasingRules:
        """Of the same those by which a message is due, without the others being read. Raises: WrongConfiguration."""
        from cdr import resources
        from cdr.domain.process import chasing_rules
        from cdr.store.kept import kept

        self.goes_by_configuration = True
        made_from = self.store.configuration(), resources.edition()
        return chasing_rules.of_kept(kept("chasing", made_from, lambda: chasing_rules.as_kept(self.policy)))

    @cached_property
    def working_days(self) -> WorkingDays:
        """The working days of England and Wales."""
        return self.policy.working_days


def _here() -> Path:
    """The folder that cdr was called in. Raises: NotFound where it is gone."""
    from pathlib import Path

    from cdr.errors import NotFound

    try:
        return Path.cwd()
    except FileNotFoundError:
        raise NotFound("The folder that you are in is gone.", "Go to one that is there, and try again.") from None


@cache
def _national_policy() -> Policy:
    from cdr.domain.process.policy import Policy

    return Policy.from_rules(*map(rules, NATIONAL_RULES))


@cache
def rules(name: str) -> Mapping[str, Any]:
    """One file of dated rules; read once in a run, so nobody changes it."""
    from cdr import resources
    from cdr.store.kept import kept

    raw = resources.read_bytes("rules", f"{name}.yaml")
    body: Mapping[str, Any] = kept("rules", (raw, resources.edition()), lambda: _loaded(raw))
    return body


def _loaded(raw: bytes) -> Any:
    from cdr.forms import codec

    return codec.load(raw)


def extraction() -> Extraction:
    """What the local index keeps: what questions across cases ask, and no narrative of any form."""
    from cdr import columns, indexed
    from cdr.store.extraction import Extraction

    def facts(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
        return indexed.facts_of(kind, body, _minimum)

    return Extraction(EXTRACTION, indexed.kinds(), facts, indexed.is_at_rest, columns.sum_up, columns.columns())


@cache
def _minimum() -> Minimum:
    from cdr.domain.ncmd.ncmd_minimum import Minimum

    return Minimum.from_rules(rules("ncmd"))


def is_watched() -> bool:
    """Whether somebody sees what is said on stderr."""
    return sys.stderr.isatty()


def progress(items: Sequence[str], label: str) -> Iterable[str]:
    """The same items, with a bar on the terminal while they are gone through."""
    if len(items) < 2 or not is_watched():
        return items
    return _with_bar(items, label)


def _with_bar(items: Sequence[str], label: str) -> Iterator[str]:
    import click

    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar
