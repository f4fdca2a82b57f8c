"""`cdr chase`: list what is outstanding, or send what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, pass_app
from cdr.commands.output import put, put_json, table
from cdr.domain.chase import ChaseItem, Due
from cdr.errors import DONE, TO_ACT_ON, NotFound, WrongUsage
from cdr.store.document import Document
from cdr.store.layout import Place


@dataclass(frozen=True)
class Chased:
    """How far the chasing of one request of one case is, and the addresses that its due or next message is for."""

    case: str
    item: ChaseItem
    to: tuple[str, ...]


@click.command("chase")
@click.argument("references", metavar="[REF]...", type=Reference(), nargs=-1)
@click.option(
    "--overdue",
    is_flag=True,
    help="Send every prompt and escalation that is due, each once; print nothing when nothing is.",
)
@click.option("-n", "--dry-run", is_flag=True, help="With --overdue: say what would be sent, and send nothing.")
@click.option("--exit-code", is_flag=True, help="End with 1 where a return is overdue.")
@as_json
@pass_app
def command(app: App, references: tuple[str, ...], overdue: bool, dry_run: bool, exit_code: bool, as_json: bool) -> int:
    """List outstanding returns with their next date; with --overdue, send what is due: messages go to the outbox.

    cron runs `cdr chase --overdue` with the chaser's key, which opens requests and prompts and nothing else.
    """
    if dry_run and not overdue:
        raise WrongUsage("--dry-run goes with --overdue: without it nothing is sent anyway.")
    today = app.clock.today
    late = _has_overdue(app, references, today) if exit_code and overdue else None
    items = _send(app, references, today) if overdue and not dry_run else _outstanding(app, references, today)
    shown = [chased for chased in items if chased.item.due] if overdue else items
    if as_json:
        put_json({"schema": "cdr-chase/1", "as_of": today.isoformat(), "items": [_json(chased) for chased in shown]})
    elif overdue:
        for chased in shown:
            put(_sentence(chased, "Would be written" if dry_run else "In the outbox"))
    else:
        _print(shown)
    late = _has_overdue(app, references, today) if exit_code and late is None else late
    return TO_ACT_ON if late else DONE


def _outstanding(app: App, references: tuple[str, ...], today: date) -> list[Chased]:
    """Every outstanding request, oldest first: one private-key operation, however many cases there are."""
    from cdr.domain import chase
    from cdr.domain.requests import outstanding

    facts = app.store.facts()
    for reference in references:
        if reference not in facts:
            raise NotFound("There is no such case in this store.", "See: cdr list")
    found = []
    for case in references or sorted(facts):
        for request in outstanding(facts[case]["requests"]):
            item = chase.chase_item(request, facts[case]["prompts"], today, app.policy, app.working_days)
            level = item.due or item.next
            found.append(
                Chased(case, item, chase.recipients(level.level, item.agency, app.configuration) if level else ())
            )
    return sorted(found, key=lambda chased: (chased.item.requested_on, chased.case))


def _send(app: App, references: tuple[str, ...], today: date) -> list[Chased]:
    """Write the messages that are due, then record them all in one commit.

    The messages are written when all is ready to be recorded, and before it is: none goes out that cannot be recorded,
    and after a crash in between the same message is written again.
    """
    from cdr.commands import post
    from cdr.domain import chase
    from cdr.store.transaction import Change

    store = app.store
    with store.writing():
        due = [chased for chased in _outstanding(app, references, today) if chased.item.due]
        current: dict[str, dict[str, Document]] = {}
        bodies: dict[Place, dict[str, Any]] = {}
        letters = []
        for case, item in ((chased.case, chased.item) for chased in due):
            place = store.place(case, "prompts")
            current.setdefault(case, {"prompts": store.index.document(place)})
            letter = post.prompt(app, case, item.agency, item.due.level if item.due else "", item.requested_on)
            letters.append(letter)
            body = bodies.get(place, current[case]["prompts"].body)
            bodies[place] = chase.mark_sent(
                body, item.agency, item.due or Due("", today), today, letter.message.to, letter.message.message_id
            )
        if bodies:
            store.commit(Change("chase", bodies), current, lambda: post.out(app, letters))
    return [_after(app, chased, bodies[store.place(chased.case, "prompts")], today) for chased in due]


def _after(app: App, chased: Chased, prompts: dict[str, Any], today: date) -> Chased:
    """The same request once its message is sent: the message stays `due`, so that it is told what this run sent."""
    from cdr.domain.chase import chase_item
    from cdr.domain.requests import Request

    request = Request(chased.item.agency, chased.item.requested_on, "outstanding")
    now = chase_item(request, prompts, today, app.policy, app.working_days)
    return Chased(chased.case, ChaseItem(now.agency, now.requested_on, chased.item.due, now.next, now.sent), chased.to)


def _has_overdue(app: App, references: tuple[str, ...], today: date) -> bool:
    from cdr.domain.chase import is_overdue
    from cdr.domain.requests import outstanding

    facts = app.store.facts()
    return any(
        is_overdue(request, today, app.policy)
        for case in references or facts
        for request in outstanding(facts[case]["requests"])
    )


def _json(chased: Chased) -> dict[str, Any]:
    item = chased.item
    due = [{"level": item.due.level, "on": item.due.on.isoformat()}] if item.due else []
    following = {"level": item.next.level, "on": item.next.on.isoformat()} if item.next else None
    return {
        "case": chased.case,
        "agency": item.agency,
        "requested_on": item.requested_on.isoformat(),
        "due": due,
        "next": following,
        "sent": list(item.sent),
        "to": list(chased.to),
    }


def _sentence(chased: Chased, verb: str) -> str:
    level = chased.item.due.level if chased.item.due else ""
    return f"{verb}: {level} for {chased.case}, {chased.item.agency}, to {', '.join(chased.to)}"


def _print(shown: list[Chased]) -> None:
    if not shown:
        put("Nothing is outstanding.")
        return
    rows = []
    for chased in shown:
        item = chased.item
        due, following = (f"{level.level} on {level.on}" if level else "-" for level in (item.due, item.next))
        rows.append((chased.case, item.agency, item.requested_on, ", ".join(item.sent) or "-", due, following))
    put(table(rows, ["case", "agency", "asked on", "sent", "due now", "next"]))
