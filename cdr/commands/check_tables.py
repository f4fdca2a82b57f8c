"""`cdr check-tables`: what is wrong in published tables, whoever made them."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import DONE, TO_ACT_ON, InvalidData
from cdr.records import asdict
from cdr.terminal.output import file_name, given, put_json, put_line, say


@click.command("check-tables")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--threshold",
    metavar="N",
    type=click.IntRange(2, 100),
    help="Find counts below N too, and hidden ones that can be worked out from what is shown.",
)
@as_json
@pass_app
def command(app: App, files: tuple[str, ...], threshold: int | None, as_json: bool) -> int:
    """Find what is wrong in any published tables: sums, percentages, tables that disagree, counts that give a child away.

    It needs no store and no key. A file is CSV or a workbook with one cell a row (table, basis, column, row, n, percent), or the tables as
    they are printed: a workbook, or text copied from a PDF or a web page. Tables of the same basis count the same children. It ends with 1
    where there is something to put right.

    Example: cdr check-tables docs/examples/county-durham-darlington-2023-24.csv
    """
    from cdr.documents.incoming.published_tables import read
    from cdr.statistics.checking import findings

    tables, wrong = [], []
    for file in dict.fromkeys(files):
        try:
            tables += read(given(file), file_name(file))
        except InvalidData as error:
            wrong.append(error)
    if wrong:
        raise _all_of(wrong)
    found = findings(tables, threshold)
    if as_json:
        put_json({"schema": "cdr-check-tables/1", "findings": [asdict(one) for one in found]})
    else:
        for one in found:
            put_line(f"{one.file}: {one.table}, {one.column}: {one.message} [{one.rule}]")
    checked = f"{len(tables)} {'table' if len(tables) == 1 else 'tables'} checked"
    say(f"{checked}: {len(found)} to put right." if found else f"{checked}: nothing is wrong.")
    return TO_ACT_ON if found else DONE


def _all_of(wrong: list[InvalidData]) -> InvalidData:
    """The faults of several files as one error, each problem with its file. With one file, that file's own."""
    if len(wrong) == 1:
        return wrong[0]
    for other in wrong[:-1]:
        for line in other.lines()[:-1]:
            say(line)
    return wrong[-1]
