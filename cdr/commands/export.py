"""`cdr export`: the anonymised data set, for DuckDB, R or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdr.app import App, rules
from cdr.commands.options import as_json, pass_app
from cdr.errors import NotFound, WrongUsage
from cdr.terminal.output import put, put_json, say
from cdr.work.counting import agencies, facts

if TYPE_CHECKING:
    from cdr.statistics.data_set import DataSet

FEWEST_ALIKE = 5


@click.command("export")
@click.option(
    "--year", required=True, metavar="2025/26", help="The year, 1 April to 31 March; the last where there are several."
)
@click.option(
    "--years", default=1, show_default=True, metavar="N", type=click.IntRange(1, 50), help="How many years together."
)
@click.option(
    "--k",
    "alike",
    metavar="K",
    type=click.IntRange(FEWEST_ALIKE, 1000),
    help="How many rows at least look alike to somebody who knew a child; 5 without it, and never fewer.",
)
@click.option("-o", "--output", "output", required=True, metavar="DIR", help="The folder; it is made if need be.")
@as_json
@pass_app
def command(app: App, year: str, years: int, alike: int | None, output: str, as_json: bool) -> None:
    """Write the anonymised data set of some years: one row a case, as CSV and Parquet, with a data dictionary.

    It has the cases that were notified or reviewed in these years: ages in bands, dates as years, no name, no reference, no free text.
    Values are hidden until at least K rows look alike. cases.csv and cases.parquet hold the same; datapackage.json tells what each
    column means and what was hidden.

    Example: cdr export --year 2025/26 --years 5 -o data
    """
    from cdr.statistics.data_set import data_set
    from cdr.statistics.labels import Labels
    from cdr.statistics.periods import columns

    folder, app.read_all = _folder(output), True
    policy, configuration = rules("export"), app.configuration
    labels = Labels(tuple(configuration.authorities), agencies(app), rules("bands"))
    spans = columns(year, years).years
    made = data_set(facts(app, spans[0]), labels, spans, policy, alike or int(policy["k"]))
    _write(app, folder, made, spans)
    if as_json:
        body = {
            "years": list(spans),
            "cases": len(made.rows),
            "k": made.k,
            "smallest_group": made.alike,
            "hidden": made.hidden(),
        }
        put_json({"schema": "cdr-export/1", **body, "files": [str(folder / name) for name in _files()]})
        return
    put("\n".join(str(folder / name) for name in _files()))
    hidden = sum(made.hidden().values())
    shown = 1 - hidden / (len(made.rows) * len(made.names))
    say(
        f"{len(made.rows)} cases; at least {made.alike} look alike (k = {made.k}); {shown:.0%} of the values are shown."
    )
    say("It shows cases one by one: whether it may be given on is for the area's information governance to say.")


def _files() -> tuple[str, ...]:
    from cdr.documents.tables.data_package import FILES

    return FILES


def _folder(output: str) -> Path:
    place = Path(output)
    if output == "-" or (place.exists() and not place.is_dir()):
        raise WrongUsage("An export is three files, so -o is a folder.", "Name a folder; it is made if need be.")
    if not place.resolve().parent.is_dir():
        raise NotFound(f"There is no folder {place.resolve().parent}.", "Make it first, or give another place with -o.")
    return place


def _write(app: App, folder: Path, made: DataSet, years: tuple[str, ...]) -> None:
    """The three files; the Parquet file is made where nothing else reads it, and all three are put in place whole."""
    import tempfile

    from cdr import disk
    from cdr.documents.tables.data_package import CSV, PACKAGE, PARQUET, as_csv, package, write_parquet

    disk.private_folder(folder)
    files = {CSV: as_csv(made)}
    with tempfile.TemporaryDirectory(prefix=disk.TEMPORARY, dir=folder) as beside:
        source, target = Path(beside) / CSV, Path(beside) / PARQUET
        source.write_bytes(files[CSV])
        write_parquet(source, target)
        files[PARQUET] = target.read_bytes()
    about = package(made, app.configuration.area, years, rules("export"), app.clock.today, files)
    for name, raw in {**files, PACKAGE: about}.items():
        disk.write_whole(folder / name, raw)
