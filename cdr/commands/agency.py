"""`cdr agency`: the agencies of cdr.yaml, one at a time: shown, added, corrected, retired; and the pass-phrase that one agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import click

from cdr.app import App
from cdr.commands.options import as_json, on, pass_app
from cdr.domain.rulebook.configuration import Agency
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage
from cdr.terminal.output import put, put_json, say
from cdr.work import configuring
from cdr.work.configuring import Changed, agency_with

F = TypeVar("F", bound=Callable[..., Any])
FIELDS = {
    "name": "The agency's name.",
    "type": "What kind of agency it is; see: cdr explain agencies.type",
    "area": "The area in which it sits.",
    "email": "The address that messages go to.",
    "phone": "Its telephone number.",
    "key": "The fingerprint of its OpenPGP key, if mail to it is to be encrypted.",
    "route": "How its form comes to it: form, secure_mail, portal or paper; see: cdr explain agencies.route",
    "route_to": "Which portal or folder, or the postal address, for a form that a person hands over.",
}


class OrAnAgency(click.Group):
    """A group whose first word may also be an agency's id: then it is shown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["show", *args]
        return super().resolve_command(ctx, args)


def _fields(command: F) -> F:
    """An option for each field of an agency."""
    for field, text in reversed(FIELDS.items()):
        command = click.option(f"--{field.replace('_', '-')}", field, metavar=field.upper(), help=text)(command)
    return command


@click.group("agency", cls=OrAnAgency)
def command() -> None:
    """Show one agency of cdr.yaml, add one, correct or retire one; each change is checked whole and is one signed commit.

    `cdr agency ID` shows one. An id never changes, and no agency is ever removed: what it was asked still counts.

    Example: cdr agency northshire-police
    """


@command.command("show")
@click.argument("agency", metavar="ID")
@as_json
@pass_app
def show(app: App, agency: str, as_json: bool) -> None:
    """Show one agency, and in which cases its return is outstanding.

    Example: cdr agency show northshire-police
    """
    from cdr.domain.asking.retired_agencies import owing, quorum_parts

    found = app.configuration.agency(agency)
    fields = _item(app, agency)
    cases = owing(agency, app.cases_not_at_rest())
    parts = quorum_parts(agency, app.configuration)
    if as_json:
        known = {key: value for key, value in fields.items() if key != "id"}
        put_json({"schema": "cdr-agency/1", "agency": found.id, **known, "quorum": parts, "outstanding": cases})
        return
    rows = [(key.replace("_", " "), _value_shown(value)) for key, value in fields.items()]
    rows += [
        ("quorum", ", ".join(part.replace("_", " ") for part in parts) or "-"),
        ("outstanding in", ", ".join(cases) or "-"),
    ]
    put("\n".join(f"{name:<15} {value}" for name, value in rows))


@command.command("add")
@click.argument("agency", metavar="ID")
@_fields
@as_json
@pass_app
def add(app: App, /, agency: str, as_json: bool, **fields: str | None) -> None:
    """Add an agency to cdr.yaml. Without --area it sits in this store's own area.

    Example: cdr agency add eastbury-hospice --name "Eastbury Hospice" --type hospice_palliative --email cdr@eastbury-hospice.example
    """
    from cdr.forms.comments import with_item

    item = {"id": agency, "area": app.configuration.area, **_given(fields)}
    ordered = {key: item[key] for key in ("id", *FIELDS) if key in item}

    def added(raw: bytes, agencies: Sequence[Mapping[str, Any]]) -> Changed:
        return Changed(with_item(raw, "agencies", ordered), tuple(ordered))

    configuring.record(app, added)
    _tell(agency, "is added.", tuple(ordered), [], as_json)


@command.command("edit")
@click.argument("agency", metavar="ID")
@_fields
@as_json
@pass_app
def edit(app: App, /, agency: str, as_json: bool, **fields: str | None) -> None:
    """Correct an agency in cdr.yaml: give what is new. An id stays; where it is wrong, add the agency anew and retire this one.

    Example: cdr agency edit northshire-police --email child.death@northshire-police.example
    """
    new = _given(fields)
    if not new:
        raise WrongUsage(
            "Say what is new: one or more of " + ", ".join(f"--{field.replace('_', '-')}" for field in FIELDS) + "."
        )
    app.configuration.agency(agency)
    changed = configuring.record(app, lambda raw, agencies: agency_with(raw, agencies, agency, new))
    _tell(agency, "is corrected." if changed else "says so already; nothing was changed.", changed, [], as_json)


@command.command("retire")
@click.argument("agency", metavar="ID")
@on("from which it is not asked any more")
@as_json
@pass_app
def retire(app: App, agency: str, on: date | None, as_json: bool) -> None:
    """Ask an agency no more. It stays in cdr.yaml, and what it was asked before is still waited for and still counts.

    Example: cdr agency retire high-street-surgery
    """
    day = on or app.clock.today
    found = app.configuration.agency(agency)
    if found.retired_on:
        raise ConditionsNotMet(
            "Nothing was recorded.", [f"{agency} was retired on {found.retired_on} already."], "See: cdr agency ID"
        )
    new = {"retired_on": day.isoformat()}
    changed = configuring.record(app, lambda raw, agencies: agency_with(raw, agencies, agency, new))
    _tell(agency, f"is not asked any more from {day}.", changed, _warnings(app, found), as_json)


@command.command("passphrase")
@click.argument("agency", metavar="ID")
@click.option("--new", "anew", is_flag=True, help="Agree a new one, which is used from now on, for a year at most.")
@click.option("--drop", is_flag=True, help="No longer use one for all: each form has a pass-phrase of its own again.")
@click.option("--told", is_flag=True, help="Record whom you told it (--from FILE, or as you type it).")
@click.option("--from", "file", metavar="FILE", help="With --told: whom you told; - is standard input.")
@as_json
@pass_app
def passphrase(app: App, agency: str, anew: bool, drop: bool, told: bool, file: str | None, as_json: bool) -> None:
    """Show the one pass-phrase that an agency agreed for all of its return forms, agree a new one, or drop it.

    It is kept encrypted for the members, and tells nobody anything without a form. Ring a number that you know, and ask for the person.
    Agree a new one when somebody leaves who knew it.

    Example: cdr agency passphrase northshire-police --new
    """
    from cdr.work import agreed_phrases

    if anew + drop + told > 1 or (file and not told):
        raise WrongUsage("Give --new, --drop or --told, one of the three; --from goes with --told.")
    app.configuration.agency(agency)
    if told:
        from cdr.work.asked_text import asked_text
        from cdr.work.telling import WHOM

        agreed_phrases.record_told(app, agency, asked_text(file, "to", WHOM))
    if anew or drop:
        agreed_phrases.record(app, agency, anew)
    found = agreed_phrases.agreed(app).get(agency)
    if found is None and not drop:
        raise NotFound(f"No pass-phrase is agreed with {agency}.", f"Agree one: cdr agency passphrase {agency} --new")
    number = agreed_phrases.telephone(app, agency, {})
    if as_json:
        days = {"agreed_on": found.on.isoformat(), "until": found.until.isoformat()} if found else {}
        content = {
            "schema": "cdr-passphrase/1",
            "agency": agency,
            "telephone": number or None,
            "agreed_on": None,
            "until": None,
        }
        who = {"told": [one.to_dict() for one in found.told]} if found and found.told else {}
        put_json({**content, "passphrase": found.words if found else None, **days, **who})
    elif found is None:
        put(f"{agency}: each form has a pass-phrase of its own again.")
        say("Forms that went out with the agreed one still open with it, and it is kept here no more.")
    else:
        put(f"{agency}: {found.words}{f' (telephone {number})' if number else ''}")
        say(f"For all forms of this agency from {found.on} to {found.until}.")
        for one in found.told:
            say(f"Told on {one.on} by {one.by}: {' '.join(one.to.split())}")
        if anew:
            say("Tell it by telephone, and nobody else. Forms that went out before open with theirs.")


def _warnings(app: App, agency: Agency) -> list[str]:
    from cdr.domain.asking.retired_agencies import owing, quorum_parts

    cases = owing(agency.id, app.cases_not_at_rest())
    waiting = f"its return is outstanding in {', '.join(cases)}: it is still prompted, until the return is in or waived"
    parts = ", ".join(part.replace("_", " ") for part in quorum_parts(agency.id, app.configuration))
    quorum = f"the panel's quorum names it ({parts}); name its successor in cdr.yaml"
    return [*([waiting] if cases else []), *([quorum] if parts else [])]


def _given(fields: Mapping[str, str | None]) -> dict[str, str]:
    return {key: " ".join(value.split()) for key, value in fields.items() if value is not None}


def _item(app: App, agency: str) -> Mapping[str, Any]:
    items: list[Mapping[str, Any]] = configuring.read(app, app.store.configuration())["agencies"]
    return next(item for item in items if item["id"] == agency)


def _value_shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(" to ".join(map(str, part.values())) for part in value)
    return str(value)


def _tell(agency: str, words: str, fields: tuple[str, ...], warnings: Sequence[str], as_json: bool) -> None:
    if as_json:
        put_json({"schema": "cdr-agency/1", "agency": agency, "changed": list(fields), "warnings": list(warnings)})
    else:
        put(f"{agency} {words}")
    for warning in warnings:
        say(f"please check: {warning}")
