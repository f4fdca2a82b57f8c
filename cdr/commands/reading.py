"""`cdr reading`: two members read a case by themselves, sealed, before the panel talks about it; and how far they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, pass_app
from cdr.forms.codelists import code_list
from cdr.terminal.output import put, put_json

if TYPE_CHECKING:
    from cdr.domain.panel.readings import Reading
    from cdr.statistics.agreement import Agreement

meeting_id = click.argument("id_", metavar="ID")
reference = click.argument("reference", metavar="REF", type=Reference())


@click.group("reading")
def command() -> None:
    """Two members read a case by themselves before it is talked about: sealed, opened together, and counted over the year.

    ID is a meeting's (cdr panel list), WHO a member of the panel as cdr.yaml has them. Whoever keeps the store types what they say: it
    is sealed in that cdr shows neither reading before both are there, and lets none be changed.

    Example: cdr reading agreement --year 2025/26
    """


@command.command("seal")
@meeting_id
@reference
@click.argument("who", metavar="WHO")
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="YAML with schema: reading/1, category, modifiability, reason; - is standard input.",
)
@as_json
@pass_app
def seal(app: App, id_: str, reference: str, who: str, file: str | None, as_json: bool) -> None:
    """Seal what one member makes of a case: the category, and whether factors could be changed. Without --from it is asked for.

    Example: cdr reading seal P2026-03-18 2026-7K3M dr-okafor --from reading.yaml
    """
    from cdr.work import readings

    meeting = readings.seal(app, id_, reference, who, file)
    if as_json:
        put_json({"schema": "cdr-readings/1", "panel": meeting, "case": reference, "sealed": who, "readings": []})
    else:
        put(f"{reference}: {who} has read it; sealed until both readings are opened.")


@command.command("open")
@meeting_id
@reference
@as_json
@pass_app
def open_(app: App, id_: str, reference: str, as_json: bool) -> None:
    """Open both readings of a case together, and show them. They can be looked at again in the same way.

    Example: cdr reading open P2026-03-18 2026-7K3M
    """
    from cdr.work import readings

    meeting, found = readings.open_both(app, id_, reference)
    if as_json:
        listed = [_json(one) for one in found]
        put_json({"schema": "cdr-readings/1", "panel": meeting, "case": reference, "sealed": None, "readings": listed})
        return
    for one in found:
        put(f"{one.who}: {_category(one)}; {code_list('modifiability').label(one.modifiability).lower()}")
        put(f"  {' '.join(one.reason.split())}") if one.reason else None
    first, second = found
    put(
        f"Category: {_same(first.category == second.category)}. What could be changed: {_same(first.modifiability == second.modifiability)}."
    )


@command.command("agreement")
@click.option("--year", metavar="YEAR", help="Meetings of one year, like 2025/26; without it, of all.")
@as_json
@pass_app
def agreement(app: App, year: str | None, as_json: bool) -> None:
    """Say how far two readers agreed: how often, and beyond chance (kappa, with its interval of 95%).

    Kappa is 1 where they always agreed, and 0 where it is no more than chance would make. Of few cases the interval is wide; that
    is so, and no fault. Only readings that were opened count.

    Example: cdr reading agreement --year 2025/26
    """
    from cdr.statistics.years import parse_year
    from cdr.work import readings

    year = parse_year(year) if year is not None else None
    category, modifiability = readings.agreed(app, year)
    if as_json:
        found = {"category": _agreement_json(category), "modifiability": _agreement_json(modifiability)}
        put_json({"schema": "cdr-reading-agreement/1", "year": year, **found})
    elif not category.n:
        put("No case was read by two members, sealed and opened.")
    else:
        put(f"Category of death: {_words(category)}")
        put(f"What could be changed: {_words(modifiability)}")


def _words(found: Agreement) -> str:
    said = f"the same in {found.same} of {found.n}"
    if found.kappa is None or found.interval is None:
        return f"{said}; every answer was the same, so that nothing can be said beyond chance"
    low, high = found.interval
    return f"{said}; kappa {found.kappa:.2f}, from {low:.2f} to {high:.2f}"


def _agreement_json(found: Agreement) -> dict[str, Any]:
    kappa = round(found.kappa, 4) if found.kappa is not None else None
    low, high = (round(found.interval[0], 4), round(found.interval[1], 4)) if found.interval else (None, None)
    return {"cases": found.n, "same": found.same, "kappa": kappa, "low": low, "high": high}


def _json(one: Reading) -> dict[str, Any]:
    said = {"who": one.who, "on": one.on.isoformat(), "category": one.category, "modifiability": one.modifiability}
    return {**said, "reason": one.reason or None}


def _category(one: Reading) -> str:
    return f"category {one.category}, {code_list('category').label(one.category)}"


def _same(same: bool) -> str:
    return "the same" if same else "not the same"
