"""`cdr list`: cases with stage and next step, without names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.columns import LISTED
from cdr.commands.options import as_json, pass_app
from cdr.documents.fitting import Run, in_lines
from cdr.domain.case.case import NEXT_STEPS, STAGES
from cdr.domain.case.standing import VOID
from cdr.domain.process.listing import NOTIFIED, RETURN_FROM, SORTS, Listed, Wanted, days_since_death
from cdr.errors import WrongUsage
from cdr.terminal.output import put, put_json, screen, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cdr.domain.process.alike import Alike

WHOLE_LINES = 10_000  # what goes to a file or a program is one line a case
BEFORE_WAITING, NARROWEST = 37, 18  # the columns case, notified and since, and what stands between them
NOTHING = "-"
OWN_WAITS = ("returns", "requests", "panel", "answers", "closing")


class Stage(click.Choice[str]):
    """A stage, with spaces or with hyphens."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert("-".join(str(value).split()), param, ctx).replace("-", " ")


@click.command("list")
@click.option("--open", "only_open", is_flag=True, help="Open cases only.")
@click.option("--overdue", is_flag=True, help="Cases in which a return or a step is overdue.")
@click.option(
    "--stage",
    "stages",
    multiple=True,
    type=Stage([stage.replace(" ", "-") for stage in STAGES]),
    help="Cases at this stage; may be given several times. Void cases, which count nowhere, are listed with void only.",
)
@click.option(
    "--agency",
    metavar="AGENCY",
    default="",
    help="Cases in which this agency was asked; --overdue and --waiting-for returns are then about its return.",
)
@click.option(
    "--waiting-for",
    metavar="WHAT",
    default="",
    help="Cases that wait for this: returns, requests, panel, answers (to the family), closing, or another process (inquest, criminal ...).",
)
@click.option(
    "--authority",
    "--area",
    metavar="NAME",
    default="",
    help="Children who lived in this local authority; the area's own name stands for all of its authorities.",
)
@click.option(
    "--category", type=click.IntRange(1, 10), help="Cases whose analysis has this category of death, 1 to 10."
)
@click.option(
    "--factor", metavar="FACTOR", default="", help="Cases whose analysis has this factor; a wrong one lists them."
)
@click.option(
    "--theme",
    metavar="THEME",
    default="",
    help="Cases whose analysis has this theme of learning; a wrong one lists them.",
)
@click.option("--panel", metavar="ID", default="", help="Cases on the agenda of this meeting.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default=NOTIFIED,
    show_default=True,
    help="By this; waiting and age (time since the death) begin with the longest.",
)
@as_json
@pass_app
def command(
    app: App,
    only_open: bool,
    overdue: bool,
    stages: tuple[str, ...],
    agency: str,
    waiting_for: str,
    authority: str,
    category: int | None,
    factor: str,
    theme: str,
    panel: str,
    sort: str,
    as_json: bool,
) -> None:
    """List cases: reference, when notified, stage, and what each waits for since when. No name is shown.

    Examples:

    \b
    cdr list --open
    cdr list --overdue --agency northshire-police
    cdr list --waiting-for inquest --sort waiting
    cdr list --category 10 --factor sleep_environment
    """
    from cdr.domain.process.listing import authorities_named, chosen

    which = (only_open, overdue, stages, agency, waiting_for, authority, category, factor, theme, panel)
    if sort == NOTIFIED and not (as_json or any(which)):
        _show(app, _all_in_order(app), Wanted(), any_case=False)
        return
    rows = _rows(
        app, with_void=VOID in stages, with_others=bool(agency) or not only_open, with_steps=overdue or as_json
    )
    wanted = Wanted(
        only_open=only_open,
        overdue=overdue,
        stages=stages,
        agency=_agency(app, rows, agency),
        waiting_for=_wait(waiting_for),
        authorities=authorities_named(authority, app.configuration) if authority else (),
        category=category or 0,
        factor=_code(factor, "factor"),
        theme=_code(theme, "learning_theme"),
        cases=_on_the_agenda(app, panel) if panel else None,
    )
    found = chosen(rows, wanted, sort, app.clock.today)
    if as_json:
        put_json({"schema": "cdr-list/1", "cases": [_json(row, app.clock.today) for row in found]})
    else:
        _show(app, found, wanted, bool(rows))


def _all_in_order(app: App) -> Sequence[Listed | Alike]:
    """Every case that counts, in the order of the days of notification: of those at rest as they were put in order when somebody asked last."""
    from cdr import resources
    from cdr.domain.process import alike
    from cdr.domain.process.listing import as_it_stands, of_kept_row
    from cdr.store import across

    app.store.require_member()
    kept = across.summed(app.store, LISTED, 0, resources.edition().hex()[:32], alike.kept_apart)
    busy = [as_it_stands(one) for one in app.cases_not_at_rest().values()]
    return alike.in_order([*busy, *(of_kept_row(*one) for one in kept["others"].items())], kept["alike"])


def _rows(app: App, with_void: bool, with_others: bool, with_steps: bool) -> list[Listed]:
    """The cases that somebody has something to do in; with the others, every case that counts; with those that are void, these too.

    What is late and comes next is worked out with the steps alone.
    """
    from cdr.domain.process.listing import as_it_stands, listed, of_kept_row
    from cdr.store import across

    app.store.require_member()
    others = across.column_at_rest(app.store, LISTED) if with_others else {}
    cases = [*app.cases_not_at_rest().values(), *(app.void_cases().values() if with_void else ())]
    if with_steps:
        asked = app.clock.today, app.policy, app.configuration.closures
        busy = [listed(one, *asked) for one in cases]
    else:
        busy = [as_it_stands(one) for one in cases]
    return [*busy, *(of_kept_row(*one) for one in others.items())]


def _agency(app: App, rows: list[Listed], agency: str) -> str:
    """The agency, if it is one of cdr.yaml or was ever asked. Raises: NotFound."""
    if agency and not any(agency in row.asked for row in rows):
        app.configuration.agency(agency)
    return agency


def _wait(given: str) -> str:
    """What is waited for, in the words of the list. Raises: WrongUsage."""
    from cdr.domain.case.gates import TYPES, words
    from cdr.forms.codelists import code_list

    what = given.strip().casefold().replace(" ", "_")
    what = "returns" if what == "return" else what
    processes = [str(code.code) for code in code_list(TYPES).codes]
    if what and what not in (*OWN_WAITS, *processes):
        raise WrongUsage(
            "A case does not wait for that.",
            f"Say one of: {', '.join(OWN_WAITS)}, or a process: {', '.join(processes)}.",
        )
    return words(what) if what in processes else what


def _on_the_agenda(app: App, meeting: str) -> tuple[str, ...]:
    """The cases of a meeting. Raises: NotFound."""
    from cdr.domain.panel.meeting import meeting_of
    from cdr.store.panels import panel_file

    return tuple(meeting_of(panel_file(app.store).meeting(meeting).body).references)


def _code(given: str, list_: str) -> str:
    """A code of a list as it is kept. Raises: WrongUsage with the codes that there are."""
    from cdr.forms.codelists import code_list

    codes, code = code_list(list_), given.strip().casefold().replace("-", "_").replace(" ", "_")
    if code and code not in codes:
        known = ", ".join(str(one.code) for one in codes.codes)
        raise WrongUsage(f"There is no such {list_.replace('_', ' ')}.", f"Say one of: {known}.")
    return code


def _show(app: App, found: Sequence[Listed | Alike], wanted: Wanted, any_case: bool) -> None:
    if found:
        _print(found)
        return
    any_case = any_case or app.cases_at_rest().count > 0
    put(_nothing(wanted, any_case, bool(app.store.left_out)))
    if not any_case and app.void_cases():
        put("There are void cases, which count nowhere: cdr list --stage void")


def _nothing(wanted: Wanted, any_case: bool, left_out: bool) -> str:
    if left_out:
        return "None of the cases that can be read is like that." if any_case else "No case can be read."
    if not any_case:
        return "There is no open case." if wanted == Wanted(only_open=True) else "There is no case yet."
    return "There is no open case." if wanted == Wanted(only_open=True) else "No case is like that."


def _print(found: Sequence[Listed | Alike]) -> None:
    columns = screen(sys.stdout) or WHOLE_LINES
    width = max(NARROWEST, columns - BEFORE_WAITING - max(len(row.stage) for row in found))
    shown = [
        (row.case, row.notified_on, row.stage, row.waiting_since or NOTHING, _wrapped(_in_short(row), width))
        if isinstance(row, Listed)
        else Run(row.text, (row.stage, NOTHING, NOTHING))
        for row in found
    ]
    put(table(shown, ["case", "notified", "stage", "since", "waiting for"]))
    put("\nNext steps")
    for stage in dict.fromkeys(row.stage for row in found):
        put(_wrapped(f"{stage}: {NEXT_STEPS[stage]}", max(columns, BEFORE_WAITING), "  "))
    passed_over = [row for row in found if isinstance(row, Listed) and row.overridden]
    put("\nRatified although something was not met") if passed_over else None
    for row in passed_over:
        put(_wrapped(f"{row.case}: {' '.join(row.overridden)}", max(columns, BEFORE_WAITING), "  "))


def _wrapped(text: str, width: int, start: str = "") -> str:
    """The text in lines of whole words, the first after `start`, the others further in."""
    if len(start) + len(text) <= width:
        return start + text
    return "\n".join(in_lines(text, width, start, start * 2, whole=True))


def _in_short(row: Listed) -> str:
    """What a case waits for on one line: returns are counted, the rest is named."""
    if not (row.outstanding or row.waiting_for or row.letters_on_hold):
        return NOTHING
    count = len(row.outstanding)
    returns = [f"{count} {'return' if count == 1 else 'returns'}"] if count else []
    letters = [f"letter ({kind}) on hold" for kind in row.letters_on_hold]
    return (
        ", ".join([*returns, *(item for item in row.waiting_for if not item.startswith(RETURN_FROM)), *letters])
        or NOTHING
    )


def _json(row: Listed, on: date) -> dict[str, Any]:
    step = row.next
    following = {"what": step.what, "clock": step.clock, "due": step.due.isoformat(), "who": step.who} if step else None
    return {
        "case": row.case,
        "stage": row.stage,
        "open": row.open,
        "notified_on": row.notified_on,
        "outstanding": list(row.outstanding),
        "waiting_for": list(row.waiting_for),
        "waiting_since": row.waiting_since,
        "overdue": list(row.overdue),
        "next": following,
        "local_authority": row.authority,
        "days_since_death": days_since_death(row, on),
        "letters_on_hold": list(row.letters_on_hold),
        "overridden": list(row.overridden),
    }
