"""`cdr disclose`: what is held of one case, in one encrypted file for whoever has a right to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.terminal.output import STDOUT, put, put_json, refuse_two_results, say, to_file
from cdr.work.asked_text import asked_text
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.work.disclosing import Bundle


@click.command("disclose")
@case_reference
@click.option(
    "--for",
    "to",
    required=True,
    metavar="WHOM",
    help="An agency's or a panel member's id, a key's fingerprint, or in a few words an office, like coroner; no name of the family.",
)
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="The authority on which it is given: the order, the request, the section, and who decided; - is standard input.",
)
@click.option(
    "--leave-out", "without", multiple=True, metavar="DOCUMENT", help="A document that is not given, like return-02."
)
@click.option(
    "--with",
    "also",
    multiple=True,
    metavar="DOCUMENT",
    help="One that is left out by itself: case, requests, prompts, a letter.",
)
@click.option("--all", "everything", is_flag=True, help="Leave nothing out: a case for whoever takes it over.")
@click.option("-o", "--output", "output", required=True, metavar="FILE", help="Where it is written; - is stdout.")
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    to: str,
    file: str | None,
    without: tuple[str, ...],
    also: tuple[str, ...],
    everything: bool,
    output: str,
    as_json: bool,
) -> None:
    """Write what is held of a case into one file that gpg alone opens, for a coroner, a court, an agency or a relative with a right to it.

    Inside is a tar (gpg -d FILE | tar x) with the forms, in words too, what was attached, and a manifest: the authority, the SHA-256 of each
    file, and what was left out and why. It is encrypted to the key of WHOM where one is known, else with a pass-phrase that is shown once on stdout, to
    be told by telephone; and to your own key, so that you can look at what you gave. The case keeps that it was given.

    Read it before it goes: nothing is taken out of the forms, and they name living people.

    What was given cannot be taken back: ask whoever has it to delete it, and note that with cdr contact. A bundle that was not given: delete
    the file; the record stays, and cdr contact says so.

    Examples:

    \b
    cdr disclose 2026-7K3M --for coroner --from order.txt -o bundle.asc
    cdr disclose 2026-7K3M --for eastbury --all --from handover.txt -o bundle.asc
    cdr disclose 2026-7K3M --for northshire-police --leave-out analysis --from request.txt -o bundle.asc
    """
    from cdr.work import disclosing

    refuse_two_results(output, as_json)
    whom = disclosing.one_line(to)
    authority = asked_text(file, "authority", "The authority on which it is given")
    made, told, key, digest = _given(app, reference, whom, authority, without, None if everything else also, output)
    app.read_for = whom
    if as_json:
        about = {"case": made.case, "to": whom, "file": output, "sha256": digest, "passphrase": told or None}
        manifest = disclosing.as_json(made)
        put_json(
            {
                "schema": "cdr-disclose/1",
                **about,
                "key": key or None,
                "files": manifest["files"],
                "left_out": manifest["left_out"],
            }
        )
    else:
        _tell(made, told, output)


def _given(
    app: App, reference: str, whom: str, authority: str, without: Sequence[str], also: Sequence[str] | None, output: str
) -> tuple[Bundle, str, str, str]:
    """The bundle, written and recorded; its pass-phrase or the key of whom it is for; and the SHA-256 of the file."""
    from cdr.domain.asking import passphrase
    from cdr.store.crypto import Gnupg
    from cdr.work import disclosing

    with changing(app, reference, also_closed=True) as now:
        made = disclosing.bundle(app, now.documents, whom, authority, without, also)
        key, own = disclosing.recipient(app, whom), app.store.person.fingerprint
        told = "" if key else passphrase.new()
        plain = disclosing.archive(made)
        message = Gnupg().encrypt_for(plain, [*dict.fromkeys(filter(None, (key, own)))], own, told)
        digest, kept = hashlib.sha256(message).hexdigest(), now.documents.case
        body = disclosing.with_disclosure(kept.body, made, digest)
        now.record("disclose", {kept.place: body}, write=_writing(output, message))
    return made, told, key, digest


def _tell(made: Bundle, told: str, output: str) -> None:
    if told and output != STDOUT:
        put(told)
    elif told:
        say(f"The pass-phrase: {told}")
    if told:
        say("That is the pass-phrase: it is shown once. Tell it by telephone, never by the way that the file goes.")
    for one in made.left_out:
        say(f"left out: {one.name} ({one.why})")
    say("please check: read it before it goes. Nothing is taken out of the forms, and they name living people.")


def _writing(output: str, message: bytes) -> Callable[[], Callable[[], None] | None]:
    """Writes the file, and takes it back where the case cannot be recorded."""

    def take_back() -> None:
        with suppress(OSError):
            Path(output).unlink()

    def write() -> Callable[[], None] | None:
        to_file(output, message)
        return take_back if output != STDOUT else None

    return write
