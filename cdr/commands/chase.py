"""`cdr chase`: list what is outstanding, send what is due, or leave an agency alone until a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import Day, as_json, pass_app
from cdr.errors import DONE, TO_ACT_ON, TryAgain, WrongUsage
from cdr.terminal.output import put, put_json, say, table

HAND_OVER = "Hand it over first: {0}, {1}: nobody recorded that its form was put or posted where it goes. Then: cdr request {1} {0} --told"
WAITS, ESCALATION = TryAgain.exit_code, "escalation"


@click.command("chase")
@click.argument("words", metavar="[REF]...", nargs=-1)
@click.option(
    "--overdue",
    is_flag=True,
    help="Send every prompt and escalation that is due, each once; print nothing when nothing is.",
)
@click.option("-n", "--dry-run", is_flag=True, help="With --overdue: say what would be sent, and send nothing.")
@click.option("--exit-code", is_flag=True, help="End with 1 where a return is overdue.")
@click.option(
    "--hold",
    nargs=2,
    metavar="REF AGENCY",
    help="Send nothing to this agency about this case before --until DATE; then the reason, without anything about a person.",
)
@click.option("--until", type=Day(), help="With --hold: the day on which it ends by itself.")
@click.option("--release", nargs=2, metavar="REF AGENCY", help="End a hold now.")
@as_json
@pass_app
def command(
    app: App,
    words: tuple[str, ...],
    overdue: bool,
    dry_run: bool,
    exit_code: bool,
    hold: tuple[str, str] | None,
    until: date | None,
    release: tuple[str, str] | None,
    as_json: bool,
) -> int:
    """List outstanding returns with their next date; with --overdue, send what is due, as cdr.yaml says (mail).

    cron runs `cdr chase --overdue` with the chaser's key, which opens requests and prompts and nothing else. What a mail server
    does not take waits for the next run, and the command ends with 75. Where this copy was exchanged with a remote before (`cdr sync`),
    --overdue does so first, and once more after it has sent something.

    Examples:

    \b
    cdr chase
    cdr chase --overdue --dry-run
    cdr chase --overdue
    cdr chase --hold 2026-7K3M high-street-surgery --until 2026-02-16 "Its records are being moved"
    cdr chase --release 2026-7K3M high-street-surgery
    """
    if dry_run and not overdue:
        raise WrongUsage("--dry-run goes with --overdue: without it nothing is sent anyway.")
    if hold or release or until:
        _refuse_mixed(overdue or exit_code, hold, release)
        return _hold(app, words, hold, until, release, as_json)
    references = tuple(word.strip().upper() for word in words)
    today = app.clock.today
    late = _has_overdue(app, references, today) if exit_code and overdue else None
    code = _exchanged(app, references, dry_run, as_json) if overdue else _list(app, references, as_json)
    late = _has_overdue(app, references, today) if exit_code and late is None else late
    return code or (TO_ACT_ON if late or app.store.left_out else DONE)


def _refuse_mixed(others: bool, hold: tuple[str, str] | None, release: tuple[str, str] | None) -> None:
    if others or bool(hold) == bool(release):
        raise WrongUsage("--hold REF AGENCY --until DATE REASON and --release REF AGENCY each stand alone.")


# ---- listing ------------------------------------------------------------------------------------------------------------


def _list(app: App, references: tuple[str, ...], as_json: bool) -> int:
    from cdr.work import outstanding

    items = outstanding.outstanding(app, references, app.clock.today)
    troubles = outstanding.troubles(app, references)
    if as_json:
        content = {"schema": "cdr-chase/1", "as_of": app.clock.today.isoformat()}
        put_json(
            {
                **content,
                "items": [_json(item) | _since(item) for item in items],
                "mail": [_trouble_json(one) for one in troubles],
            }
        )
        return DONE
    _print(items, " in the cases that can be read" if app.store.left_out else "")
    if troubles:
        from cdr.work import chasing

        for one in troubles:
            say(chasing.sentence(app, one))
    return DONE


def _print(shown: list[Any], where: str) -> None:
    if not shown:
        put(f"Nothing is outstanding{where}.")
        return
    rows = []
    for chased in shown:
        item = chased.item
        due, following = (f"{level.level} on {level.on}" if level else "-" for level in (item.due, item.next))
        following = f"ring them: escalated {chased.escalated_on}" if chased.escalated_on else following
        following += f" (on hold until {chased.held_until})" if chased.held_until else ""
        since, sent = chased.overdue_since or "-", ", ".join(item.sent) or "-"
        rows.append((chased.case, item.agency, item.requested_on, since, sent, due, following))
    put(table(rows, ["case", "agency", "asked on", "overdue since", "sent", "due now", "next"]))
    if any(chased.escalated_on for chased in shown):
        say(
            "Of an escalated return nobody is written to any more: ring them; or wait no more: cdr return REF AGENCY --waive REASON"
        )


def _json(chased: Any) -> dict[str, Any]:
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
        **({"confirmed": True} if chased.is_confirmed else {}),
        **({"held_until": chased.held_until.isoformat()} if chased.held_until else {}),
    }


def _since(chased: Any) -> dict[str, str]:
    """Since when a return is overdue, and when that was escalated; not there where it is not so."""
    days = {"overdue_since": chased.overdue_since, "escalated_on": chased.escalated_on}
    return {name: day.isoformat() for name, day in days.items() if day}


def _trouble_json(one: Any) -> dict[str, Any]:
    prompt = one.prompt
    about = {"case": prompt.case, "agency": prompt.agency, "level": prompt.level, "status": one.status}
    return {**about, "tries": one.tries, "to": list(one.to), "refused": list(one.refused)}


def _has_overdue(app: App, references: tuple[str, ...], today: date) -> bool:
    from cdr.domain.asking.overdue import is_overdue

    cases = app.cases_with(references)
    return any(
        is_overdue(request, today, app.policy) for case in references or cases for request in cases[case].outstanding
    )


# ---- sending ------------------------------------------------------------------------------------------------------------


def _exchanged(app: App, references: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Send what is due, between taking in what others recorded and giving them what was sent, where the store is exchanged."""
    from cdr.store import remotes

    if dry_run or remotes.noted(app.store) is None:
        return _send(app, references, dry_run, as_json)
    from cdr.work import syncing

    troubles = [syncing.quietly(app)]
    before = app.store.head
    code = _send(app, references, dry_run, as_json)
    if app.store.head != before:
        troubles.append(syncing.quietly(app))
    for trouble in filter(None, troubles):
        for text in trouble.lines():
            say(text)
    return WAITS if any(troubles) else code


def _send(app: App, references: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    from cdr.work.quiet_days import is_anything_to_send

    if not as_json and not is_anything_to_send(app, references):
        return DONE  # as most days end for cron: nothing is made ready, and no lock is taken
    from cdr.work import chasing, delivery

    if dry_run or app.configuration.only_watches:
        found = chasing.would_send(app, references)
        if not dry_run and found.chased:
            say("This store only watches (mail: only_watch in cdr.yaml): nothing was sent. It would have been:")
    elif delivery.sends(app):
        found = chasing.send(app, references)
    else:
        found = chasing.to_outbox(app, references)
    if as_json:
        content = {"schema": "cdr-chase/1", "as_of": app.clock.today.isoformat()}
        put_json(
            {
                **content,
                "items": [_json(chased) for chased in found.chased],
                "others": [_sent_json(one) for one in found.others],
                "not_sent": [{**_sent_json(one), "why": one.delivery.why} for one in found.not_sent],
            }
        )
    else:
        for text in found.lines:
            put(text)
    for text in (*_doubts(found.chased), *found.warnings):
        say(text)
    return WAITS if found.not_sent or found.warnings else DONE


def _doubts(sent: Iterable[Any]) -> Iterator[str]:
    """For whoever reads what was done: what is chased at an agency that may have had nothing of it."""
    for one in sent:
        if one.item.due and not one.is_handed_over:
            yield HAND_OVER.format(one.item.agency, one.case)
        if one.item.due and one.item.due.level == ESCALATION and not one.is_confirmed:
            yield f"Ring first: {one.item.agency}, {one.case}: it is escalated, and nobody has confirmed that what we send arrives there."


def _sent_json(one: Any) -> dict[str, Any]:
    prompt = one.prompt
    return {"case": prompt.case, "agency": prompt.agency, "level": prompt.level, "to": list(one.to)}


# ---- holds --------------------------------------------------------------------------------------------------------------


def _hold(
    app: App,
    words: tuple[str, ...],
    hold: tuple[str, str] | None,
    until: date | None,
    release: tuple[str, str] | None,
    as_json: bool,
) -> int:
    from cdr.work import holding

    if hold and (until is None or not " ".join(words).strip()):
        raise WrongUsage("Say until when and why: cdr chase --hold REF AGENCY --until DATE REASON")
    if release and (until or words):
        raise WrongUsage("--release takes the case and the agency, and nothing else.")
    reference, agency = hold or release or ("", "")
    reference = reference.strip().upper()
    if hold and until:
        holding.hold(app, reference, agency, until, " ".join(words).strip())
    else:
        holding.release(app, reference, agency)
    if as_json:
        held_until = until.isoformat() if until else None
        put_json({"schema": "cdr-hold/1", "case": reference, "agency": agency, "until": held_until})
    else:
        put(f"{agency} is not prompted in {reference} before {until}." if until else f"{agency} is prompted again.")
    return DONE
