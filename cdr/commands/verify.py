"""`cdr verify`: check the whole store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import DONE, TO_ACT_ON, NotAllowed
from cdr.records import asdict
from cdr.terminal.output import put_json, put_line, say, say_line

if TYPE_CHECKING:
    from cdr.store.store import Store


PUT_RIGHT = {
    "read": "it reads again; nothing of it was lost.",
    "earlier": "its last revision that reads stands there again. Enter anew what is missing since then.",
    "back": "it was removed by hand, and stands there again as it was.",
    "emptied": "no revision of it reads; it is empty now.",
    "removed": "it belongs to no case, and is taken out.",
    "lost": "no revision of it reads here: fetch the case from another copy of the store, or restore a backup.",
}


@click.command("verify")
@click.option(
    "--repair",
    is_flag=True,
    help="Put right what does not read, in one commit, and put files back to what the history holds; what stood there is kept aside.",
)
@click.option(
    "--root",
    metavar="FPR",
    help="For a first clone: the fingerprint of the key that made the store, as a member told you.",
)
@as_json
@pass_app
def command(app: App, repair: bool, root: str | None, as_json: bool) -> int:
    """Check the whole store: history, names, recipients, keys, and with a key every document.

    Without a secret key it checks all that needs none. It ends with 1 where something is wrong; a warning alone is 0.

    Examples:

    \b
    cdr verify
    cdr verify --repair
    """
    from cdr.store import verify
    from cdr.terminal import desk

    for words in desk.sweep():
        say(words)
    app.root = root
    store = app.store
    if repair:
        _repair(store)
    findings = list(verify.verify(store, app.clock.real_today))
    if as_json:
        put_json({"schema": "cdr-verify/1", "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            put_line(
                ": ".join(part for part in (finding.level, finding.path, finding.message) if part)
                + f" [{finding.check}]"
            )
        say(f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}." if findings else "Nothing is wrong.")
    return TO_ACT_ON if any(finding.level == "error" for finding in findings) else DONE


def _repair(store: Store) -> None:
    from cdr.store import putting_back
    from cdr.store.mending import mend

    for path in putting_back.repair(store):
        say_line(f"Put back: {path}")
    try:
        mended = mend(store)
    except NotAllowed:  # without a member's key nothing can be opened, and nothing recorded
        return
    for one in mended:
        kept = f" As it was, still encrypted: {one.aside} (gpg --decrypt shows it)." if one.aside else ""
        say_line(f"{one.path}: {PUT_RIGHT[one.how]}{kept}")
