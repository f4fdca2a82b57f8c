"""`cdr import`: bring in earlier years from a register, one case a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App, rules
from cdr.commands.options import as_json, output_file, pass_app
from cdr.errors import InvalidData, Problem, WrongUsage, as_told
from cdr.records import dataclass
from cdr.terminal.output import file_name, given, put, put_json, refuse_two_results, say, table, to_fill_in

if TYPE_CHECKING:
    from cdr.documents.incoming.rows import Sheet
    from cdr.domain.register.register import Columns, RowRead
    from cdr.domain.register.register_map import RegisterMap
    from cdr.domain.register.register_read import Known, Taken

SEVERAL_SHEETS = "the workbook has several sheets that could be the register; name one under `sheet` in a mapping, or hide the others"
NO_SUCH_SHEET = "the mapping names a sheet that the workbook does not have, or that is hidden or empty"
NOTHING = "the file holds nothing; a register has a header row and one case a row"
MACROS = "a workbook with macros is not opened; save it as an Excel workbook without them (.xlsx), or as CSV"
NO_CASE = "there is no case below the header"

Rows = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Register:
    """A register that was read: what it is called, its sheet, and what a person should know of how it was read."""

    name: str
    sheet: Sheet
    notes: tuple[str, ...]


@click.command("import")
@click.argument("file", metavar="REGISTER")
@click.option("--dry-run", is_flag=True, help="Say what would be brought in, and record nothing.")
@click.option(
    "--map",
    "map_file",
    metavar="FILE",
    help="A mapping (YAML): where the register keeps what, and what its words mean.",
)
@click.option(
    "--guess",
    is_flag=True,
    help="Write a first mapping for this register, to be put right by you; nothing is brought in.",
)
@output_file
@as_json
@pass_app
def command(
    app: App, file: str, dry_run: bool, map_file: str | None, guess: bool, output: str | None, as_json: bool
) -> None:
    """Bring in earlier years from a register (CSV or Excel, one case a row), so that the tallies compare years.

    Every row that is not right is listed, and all rows are brought in together or none. A row with reviewed_on is a closed case,
    one without is open. The columns and their codes: docs/import.md. Single rows are corrected afterwards (cdr edit REF form-a) or made
    void; where all of it is wrong, restore the backup of before: it is one commit.

    Example: cdr import register.xlsx --map mapping.yaml --dry-run
    """
    from cdr.domain.register.register import Columns
    from cdr.domain.register.register_map import header_of

    columns = Columns.from_rules(rules("register"))
    if guess:
        refuse_two_results(output, as_json)
        _guess(file, columns, output, as_json)
        return
    if output:
        raise WrongUsage("-o belongs to --guess; an import writes to the store alone.")
    mapping = _mapping(map_file, columns)
    register = _register(file, lambda rows: header_of(rows, mapping, columns)[1], mapping.sheet)
    for note in register.notes:
        say(f"please check: {register.name}: {note}")
    taken = _taken(app, register, mapping, columns, bool(map_file))
    cases = _bring_in(app, register, taken, dry_run)
    outside = _tell(app, register, taken)
    if as_json:
        put_json(_json(taken, cases, dry_run, register.notes))
        return
    put("\n".join(_lines(taken.rows, dry_run, outside)))


# ---- reading -------------------------------------------------------------------------------------------------------


def _mapping(file: str | None, columns: Columns) -> RegisterMap:
    from cdr.domain.register.register_map import RegisterMap, mapping_problems
    from cdr.forms import schema

    if file is None:
        return RegisterMap()
    name = file_name(file)
    body, source = schema.read(given(file), name, "register-map")
    mapping = RegisterMap.from_document(body)
    problems = schema.placed(mapping_problems(mapping, columns), schema.current("register-map"), source)
    if problems:
        raise InvalidData(problems, name)
    return mapping


def _register(file: str, headings: Callable[[Rows], int], sheet: str = "") -> Register:
    """The register in a file; `headings` says how many known headings some rows begin with, `sheet` names a sheet."""
    from cdr.documents.incoming import sheets

    name = file_name(file)
    if Path(file).suffix.casefold() == ".xlsm":
        raise _refused(MACROS, name)
    book = sheets.read(given(file), name)
    if not book.sheets:
        raise _refused(NOTHING, name)
    return Register(name, _sheet(book.sheets, headings, sheet, name), book.notes)


def _sheet(found: Sequence[Sheet], headings: Callable[[Rows], int], sheet: str, name: str) -> Sheet:
    """The sheet that is named, else the only one, else the only one with a header."""
    if sheet:
        named = [one for one in found if one.name.strip().casefold() == sheet.strip().casefold()]
        if not named:
            raise _refused(NO_SUCH_SHEET, name)
        return named[0]
    headed = [one for one in found if headings(_rows(one))] if len(found) > 1 else list(found)
    if len(headed) != 1:
        raise _refused(SEVERAL_SHEETS, name)
    return headed[0]


def _rows(sheet: Sheet) -> Rows:
    return [(row.number, row.cells) for row in sheet.rows]


def _refused(message: str, name: str) -> InvalidData:
    return InvalidData([Problem("", "", message, "REG-FILE")], name)


def _taken(app: App, register: Register, mapping: RegisterMap, columns: Columns, mapped: bool) -> Taken:
    """What the register says. Raises: InvalidData with every problem, where there is none to ask the store about."""
    from cdr.domain.register.register import Reading
    from cdr.domain.register.register_map import date_reader
    from cdr.domain.register.register_read import take

    reading = Reading(columns, date_reader(mapping), app.clock.today, app.policy)
    faults = {row.number: row.faults for row in register.sheet.rows if row.faults}
    taken = take(_rows(register.sheet), faults, mapping, reading, mapped)
    if not taken.rows:
        raise InvalidData(taken.errors or [Problem("", "", NO_CASE, "REG-FILE")], register.name)
    return taken


# ---- bringing in ---------------------------------------------------------------------------------------------------


def _bring_in(app: App, register: Register, taken: Taken, dry_run: bool) -> list[str | None]:
    """The new cases' references, a row each, in one commit; None for each where nothing is to be recorded.

    Raises: InvalidData with every problem of every row, then nothing was recorded.
    """
    from cdr.store.transaction import Change

    store = app.store
    if dry_run:
        store.require_member()
        _refuse(register, taken, _known(app))
        return [None] * len(taken.rows)
    with store.writing():
        store.require_member()
        _refuse(register, taken, _known(app))
        references = _references(app, taken.rows)
        store.commit(Change("import", _documents(app, taken.rows, references)))
    return list(references)


def _known(app: App) -> Known:
    from cdr.domain.register.register_read import Known
    from cdr.work.known import known

    cases = known(app).items()
    identities = {case: one.identity for case, one in cases if one.identity}
    return Known(identities, {one.old_reference: case for case, one in cases if one.is_imported})


def _refuse(register: Register, taken: Taken, known: Known) -> None:
    from cdr.domain.register.register_read import duplicates

    errors = taken.with_problems(duplicates(taken.rows, known)).errors
    if errors:
        raise InvalidData(errors, register.name)


def _references(app: App, rows: Sequence[RowRead]) -> list[str]:
    from cdr.store import layout

    taken = {*app.store.references}
    made = []
    for row in rows:
        notified = row.day("notified_on") or app.clock.today
        made.append(layout.new_reference(notified, taken))
        taken.add(made[-1])
    return made


def _documents(app: App, rows: Sequence[RowRead], references: Sequence[str]) -> dict[Any, dict[str, Any]]:
    from cdr.domain.register.register import documents

    today, place = app.clock.today, app.store.place
    each = zip(references, rows, strict=True)
    return {place(case, id_): body for case, row in each for id_, body in documents(row, today).items()}


# ---- telling -------------------------------------------------------------------------------------------------------


def _tell(app: App, register: Register, taken: Taken) -> int:
    """The warnings, on stderr; how many children lived outside the area."""
    from cdr.domain.register.register_read import elsewhere

    near, outside = elsewhere(taken.rows, app.configuration)
    for warning in as_told([*taken.warnings, *near], register.name):
        say(f"please check: {warning}")
    return outside


def _lines(rows: Sequence[RowRead], dry_run: bool, outside: int) -> Iterator[str]:
    closed = sum(row.closed for row in rows)
    verb = "would be brought in" if dry_run else "brought in"
    yield f"{len(rows)} {'case' if len(rows) == 1 else 'cases'} {verb}: {closed} closed, {len(rows) - closed} open."
    if outside:
        yield f"{outside} {'child' if outside == 1 else 'children'} lived outside the area and will be in no table."
    notified, reviewed = (_by_year(rows, name) for name in ("notified_on", "reviewed_on"))
    years = sorted({*notified, *reviewed})
    yield ""
    yield table([(year, notified[year], reviewed[year]) for year in years], ["year", "notified", "reviewed"])


def _by_year(rows: Sequence[RowRead], name: str) -> Counter[str]:
    from cdr.statistics.years import year_of

    return Counter(year_of(day) for row in rows if (day := row.day(name)))


def _json(taken: Taken, cases: Sequence[str | None], dry_run: bool, notes: Sequence[str]) -> dict[str, Any]:
    each = zip(cases, taken.rows, strict=True)
    return {
        "schema": "cdr-import/1",
        "dry_run": dry_run,
        "cases": [{"case": case, "row": row.number, "open": not row.closed} for case, row in each],
        "warnings": [
            {"rule": one.rule, "row": one.line, "field": one.field, "message": one.message} for one in taken.warnings
        ],
        "notes": list(notes),
    }


# ---- guessing ------------------------------------------------------------------------------------------------------


def _guess(file: str, columns: Columns, output: str | None, as_json: bool) -> None:
    from cdr.domain.register.register_guess import guess, headings

    register = _register(file, lambda rows: headings(rows, columns))
    found = guess(_rows(register.sheet), columns)
    if output:
        to_fill_in(output, found.text())
    if as_json:
        put_json({"schema": "cdr-import/1", "mapping": found.document()})
    elif not output:
        put(found.text().rstrip("\n"))
    say(f"Look through it and put it right; then: cdr import {register.name} --map MAPPING.yaml --dry-run")
