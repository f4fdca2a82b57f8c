"""`cdr form`: the return form of one agency."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from cdr import disk
from cdr.app import App
from cdr.commands.options import Reference, as_json, pass_app
from cdr.domain.asking.requests import Request
from cdr.domain.rulebook.agency_routes import ROUTE_IN_WORDS
from cdr.domain.rulebook.configuration import FORM
from cdr.errors import WrongUsage
from cdr.terminal.output import STDOUT, put, put_json, refuse_two_results, say, to_file, to_fill_in
from cdr.work import return_forms
from cdr.work.agreed_phrases import Told, agreed, for_form
from cdr.work.changing import changing, opened

SUFFIXES = (".html", ".docx", ".yaml")
TEXTS = (".yaml", ".yml")
ANYBODYS = "A"
BLANK = {"A": "form-a", "B": "form-b", "C": "form-c"}


@click.command("form")
@click.argument("reference", metavar="[REF]", required=False, type=Reference())
@click.argument("agency", metavar="[AGENCY]", required=False)
@click.option(
    "--blank",
    type=click.Choice(BLANK, case_sensitive=False),
    help="Instead of an agency's form, an empty Form A, B or C as text (.yaml), or Form A for a browser (.html).",
)
@click.option(
    "-o",
    "--output",
    "output",
    metavar="FILE",
    required=True,
    help="Where to; the name ends in .html, .docx or .yaml. - is stdout, for the form for a browser.",
)
@click.option(
    "--new-passphrase",
    is_flag=True,
    help="Lock the child's details in it anew, and show the new pass-phrase once; or with the one that the agency agreed.",
)
@as_json
@pass_app
def command(
    app: App,
    reference: str | None,
    agency: str | None,
    blank: str | None,
    output: str,
    new_passphrase: bool,
    as_json: bool,
) -> None:
    """Write the return form of one agency that was asked: for a browser (.html), Word (.docx), or as text (.yaml).

    The .html file goes by ordinary mail: it says nothing of the child but in a part that the pass-phrase opens, and what is
    filled in is encrypted to the members before it is saved. The other two are for who cannot use it, by a secure way. The .docx
    says nothing of the child either, unless the agency has another route in cdr.yaml: then it names the child.

    An empty form (--blank) holds every field with what it means and takes; it needs no store. Form A as .html is a page for anybody who
    notifies, to be put on a web site or sent: it works offline, and saves a file that is encrypted to the members, for cdr notify.

    Examples:

    \b
    cdr form 2026-7K3M northshire-police -o form.html
    cdr form --blank A -o form-a.yaml
    cdr form --blank A -o notification.html
    """
    if blank:
        _blank(app, blank, bool(reference or agency or new_passphrase), output, as_json)
        return
    if not reference or not agency:
        raise WrongUsage("Say whose form: cdr form REF AGENCY -o FILE", "An empty one: cdr form --blank A -o FILE")
    _of_agency(app, reference, agency, output, new_passphrase, as_json)


def _blank(app: App, letter: str, with_more: bool, output: str, as_json: bool) -> None:
    """Write an empty form. Raises: WrongUsage, as `to_file`."""
    from cdr.documents.blank import blank_yaml
    from cdr.forms import migrations
    from cdr.work import notification_forms

    if with_more:
        raise WrongUsage("An empty form is nobody's: leave REF, AGENCY and --new-passphrase out.")
    form, suffix = BLANK[letter], Path(output).suffix.lower()
    for_browser = letter == ANYBODYS and suffix == ".html"
    if output != STDOUT and suffix not in TEXTS and not for_browser:
        raise WrongUsage(
            "An empty form is text; Form A also a page for a browser.", "End the file's name in .yaml, or .html for A."
        )
    refuse_two_results(output, as_json)
    if for_browser:
        to_file(output, notification_forms.made(app))
    else:
        to_fill_in(output, blank_yaml.to_yaml(form))
    if as_json:
        put_json({"schema": "cdr-form-blank/1", "form": migrations.current(form), "file": output})


def _of_agency(app: App, reference: str, agency: str, output: str, new_passphrase: bool, as_json: bool) -> None:
    suffix = ".html" if output == STDOUT else Path(output).suffix.lower()
    if suffix not in SUFFIXES:
        raise WrongUsage("The file's name says what kind of form it is.", "End it in .html, .docx or .yaml.")
    refuse_two_results(output, as_json)

    def write(request: Request) -> Callable[[], None]:
        take_back = _standing(output)
        try:
            to_file(output, return_forms.made(app, reference, request, suffix))
        except BaseException:
            take_back()
            raise
        return take_back

    route = app.configuration.agency(agency).route
    if route != FORM and suffix == ".html":  # nobody has a pass-phrase for it yet
        new_passphrase = True
    request, told = _request(app, reference, agency, new_passphrase, write)
    if route != FORM and suffix == ".docx":
        say(f"It names the child ({ROUTE_IN_WORDS[route]}). Give it by that way only, and delete your copy.")
    with return_forms.shown_once(app, reference, [agency] if told else []):
        if as_json:
            about = {"case": reference, "agency": agency, "file": output, "form": return_forms.version(request)}
            put_json({"schema": "cdr-form/1", **about} | (told.to_json() if told else {}))
        elif told:
            words = told.in_line(agency)
            say(words) if output == STDOUT else put(words)  # never in one stream with the form that it opens
            for hint in told.hints(agency):
                say(hint)


def _standing(output: str) -> Callable[[], None]:
    """What puts a file back as it stands now: a form whose lock was not recorded opens with no pass-phrase."""
    path = Path(output)
    if output == STDOUT or (path.exists() and not path.is_file()):
        return lambda: None
    raw = path.read_bytes() if path.exists() else None
    return lambda: path.unlink(missing_ok=True) if raw is None else disk.write_whole(path.resolve(), raw)


def _request(
    app: App, reference: str, agency: str, anew: bool, write: Callable[[Request], Callable[[], None]]
) -> tuple[Request, Told | None]:
    """The request, once its form is written, made or locked anew where it has to be; and then the pass-phrase."""
    from cdr.domain.asking import requests
    from cdr.errors import ConditionsNotMet

    app.configuration.agency(agency)
    request = requests.request_of(opened(app, reference).requests.body, agency)
    if request is None or not request.awaited:
        reason = "has answered, or is not waited for any more" if request else "has not been asked for a return"
        raise ConditionsNotMet(
            f"There is no form to make: {agency} {reason}.", [], "Ask it first: cdr request REF AGENCY"
        )
    if request.form is not None and request.form.form == return_forms.current() and not anew:
        write(request)
        return request, None
    return _renewed(app, reference, agency, write)


def _renewed(
    app: App, reference: str, agency: str, write: Callable[[Request], Callable[[], None]]
) -> tuple[Request, Told]:
    """The same, recorded with a pass-phrase that nobody has yet; where the form cannot be written, nothing is recorded."""
    from cdr.domain.asking import requests

    with changing(app, reference) as now:
        ledger = now.documents.requests
        before = requests.request_of(ledger.body, agency)
        usable = before is not None and before.form is not None and before.form.form == return_forms.current()
        nonce = before.form.nonce if before and before.form and usable else ""
        told = for_form(app, agency, agreed(app), now.documents.notification.body, FORM)
        form = return_forms.locked(app, reference, agency, now.documents.notification, told, nonce)
        body = requests.with_form(ledger.body, agency, form)
        found = requests.request_of(body, agency)
        if found is None:
            raise AssertionError("a request that was just given a form")
        now.record("form", {ledger.place: body}, write=lambda: write(found))
    return found, told
