"""`cdr reconcile`: deaths that a registrar lists against cases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr import moments
from cdr.app import App, rules
from cdr.commands.options import Day, as_json, pass_app
from cdr.errors import InvalidData, Problem, WrongUsage
from cdr.records import replace
from cdr.terminal.output import STDOUT, file_name, given, put, put_json, refuse_two_results, say, table, to_file

if TYPE_CHECKING:
    from cdr.domain.register.reconciling import Listed, Reconciled
    from cdr.domain.register.register import Columns

NO_HEADER = "no row has the headings; give a row with headings, among them Date of death and a name or the NHS number"


@click.command("reconcile")
@click.argument("file", metavar="FILE.csv")
@click.option(
    "--since", type=Day(), help="Cases of deaths from this day should be listed; else from the first month of the list."
)
@click.option(
    "--until", type=Day(), help="Cases of deaths up to this day should be listed; else to the last month of the list."
)
@click.option(
    "--query",
    metavar="FILE",
    help="Write a letter that asks about the deaths that were never notified; it names the children.",
)
@as_json
@pass_app
def command(app: App, file: str, since: date | None, until: date | None, query: str | None, as_json: bool) -> None:
    """Compare the deaths that a registrar lists with the cases: never notified, spelt otherwise, or not in the list.

    The list is CSV or Excel as it was copied from a spreadsheet, with headings such as Forename(s), Surname, Date of birth, Date of
    death, NHS number; the names and the date of death will do. A row is told by its number in the file. Of twins each is looked
    for; whoever was never notified is told, also where the other was. Nothing is recorded, and no name is shown.

    Example: cdr reconcile deaths.csv --query query.txt
    """
    refuse_two_results(query, as_json)
    if query == STDOUT:
        raise WrongUsage("The list and the letter cannot both go to stdout.", "Name a file with --query.")
    app.store.require_member()
    rows = _rows(app, file)
    found = _compared(app, rows, since, until)
    if as_json:
        put_json(_json(found))
    else:
        _tell(found, len(rows))
    if query and found.never_notified:
        to_file(query, _letter(app, [one for one in rows if one.row in found.never_notified]))
        say("It names children: send it by a secure way, and delete the file.")


def _rows(app: App, file: str) -> list[Listed]:
    """The deaths that are listed. Raises: NotFound, InvalidData with every problem of every row."""
    from cdr.documents.incoming import sheets
    from cdr.domain.register import reconciling
    from cdr.domain.register.register import Columns, Reading, read_row
    from cdr.domain.register.register_map import RegisterMap, date_reader, is_sum

    name = file_name(file)
    columns = Columns.from_rules(rules("registrar"))
    cells = _cells(sheets.read(given(file), name), columns, name)
    place, places = reconciling.header_of(cells, columns)
    reading = Reading(columns, date_reader(RegisterMap()), app.clock.today, app.policy)
    rows, problems = [], []
    for number, texts in cells[place + 1 :]:
        if is_sum(texts, columns):
            continue
        said = {column: texts[at] for column, at in places.items() if at < len(texts)}
        row, wrong = read_row(number, said, reading)
        problems += [*wrong, *([] if reconciling.has_a_name(row) else [_nobody(number)])]
        rows.append(reconciling.listed(row))
    if errors := [one for one in problems if one.level == "error"]:
        raise InvalidData(errors, name)
    return rows


def _cells(book: Any, columns: Columns, name: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the first sheet that has the headings. Raises: InvalidData where none has."""
    from cdr.domain.register import reconciling

    for sheet in book.sheets:
        found = [(row.number, row.cells) for row in sheet.rows]
        if reconciling.header_of(found, columns)[1]:
            return found
    raise InvalidData([Problem("", "", NO_HEADER, "REG-FILE")], name)


def _nobody(number: int) -> Problem:
    from cdr.domain.rulebook.validation import problem

    return replace(problem("REG-02", "name"), title="Name", line=number)


def _compared(app: App, rows: list[Listed], since: date | None, until: date | None) -> Reconciled:
    from cdr.domain.register.reconciling import reconcile
    from cdr.work.known import known

    children = {case: one.identity for case, one in known(app).items() if one.identity and one.counted}
    return reconcile(rows, children, since, until)


def _json(found: Reconciled) -> dict[str, Any]:
    return {
        "schema": "cdr-reconcile/1",
        "never_notified": [{"row": row, "perhaps": list(found.perhaps.get(row, ()))} for row in found.never_notified],
        "matched": [{"row": one.row, "case": one.case, "exact": one.exact} for one in found.matched],
        "not_in_list": list(found.not_in_list),
    }


def _tell(found: Reconciled, count: int) -> None:
    otherwise = [one for one in found.matched if not one.exact]
    put(
        f"{_number(count, 'death')} listed: {len(found.matched)} with a case ({len(otherwise)} spelt otherwise), "
        f"{len(found.never_notified)} never notified. Not in the list: {_number(len(found.not_in_list), 'case')}."
    )
    rows = [(row, "never notified", ", ".join(found.perhaps.get(row, ())) or "-") for row in found.never_notified]
    rows += [(one.row, "spelt otherwise", one.case) for one in otherwise]
    if rows:
        put("")
        put(table(sorted(rows), ["row", "how it stands", "case"]))
    if found.not_in_list:
        put("")
        put("\n".join(["Not in the list:", *(f"  {case}" for case in found.not_in_list)]))
    if found.perhaps:
        say(
            "A case beside a death that was never notified is of a child with the same dates and another name: look at both."
        )
    if otherwise:
        say("Compare what is spelt otherwise, and correct the case where it is wrong: cdr edit REF form-a")


def _number(count: int, what: str) -> str:
    return f"{count} {what if count == 1 else f'{what}s'}"


def _letter(app: App, rows: list[Listed]) -> str:
    from cdr import resources
    from cdr.documents.letters.wording import fill_in, unguarded
    from cdr.written import long_date

    head, manager = app.configuration.letterhead, app.configuration.people["manager"]
    about = {"organisation": head.organisation, "address": head.address, "date": long_date(app.clock.today)}
    people = {"name": manager.name, "role": manager.role, "phone": manager.phone, "email": manager.email}
    text = resources.read_bytes("templates", "reconcile", "query.txt").decode()
    filled = fill_in(text, {**about, **people, "deaths": [_who(one) for one in rows]}, "the letter of query")
    return unguarded(filled).rstrip() + "\n"


def _who(one: Listed) -> str:
    from cdr.written import long_date

    born, died = (long_date(moments.day(day)) if day else "" for day in (one.child.born, one.child.died))
    parts = [one.name or "name not given", f"born {born}" if born else "", f"died {died}" if died else ""]
    return f"{', '.join(filter(None, parts))} (row {one.row} of the list)"
