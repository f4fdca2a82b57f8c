"""`cdr doctor`: what works on this machine, and what to do about what does not."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from cdr import programs
from cdr.app import App, rules
from cdr.commands.options import as_json, pass_app
from cdr.errors import DONE, MEND, NOT_USED, TO_ACT_ON, CdrError, DiskFailed
from cdr.records import asdict, dataclass
from cdr.terminal.output import file_name, put_json, put_line
from cdr.work.taking_in import check

LONGEST_HOME = 80
LARGEST = 1 << 20
OLD_BACKUP_DAYS = 31
MESSAGES = ("request", "prompt-1", "prompt-2", "prompt-3", "escalation")  # wordings that are not letters


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is (`ok`, `warning`, `error`), and what to do."""

    what: str
    level: str
    message: str


@click.command("doctor")
@as_json
@pass_app
def command(app: App, as_json: bool) -> int:
    """Look at gpg, git, keys and their expiry, the agent, the configuration, your own wordings of letters, mail and the clock.

    Example: cdr doctor
    """
    found = [check for look in LOOKS for check in _looked(look, app)]
    checks = list({check.message: check for check in reversed(found)}.values())[::-1]  # what stops several is said once
    if as_json:
        put_json({"schema": "cdr-doctor/1", "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            put_line(f"{check.level:<8} {check.what}: {check.message}")
    return TO_ACT_ON if any(check.level == "error" for check in checks) else DONE


def _looked(look: Callable[[App], Iterator[Check]], app: App) -> Iterator[Check]:
    try:
        yield from look(app)
    except CdrError as error:
        yield Check(look.__name__.strip("_"), "error", f"{error.message} {error.hint}".strip())


def _gpg(app: App) -> Iterator[Check]:
    from cdr import disk
    from cdr.store import gpg

    yield Check("gpg", "ok", f"GnuPG {'.'.join(map(str, gpg.version_of(gpg.binary())))}")
    home = Path(os.environ.get("GNUPGHOME") or disk.home() / ".gnupg")
    if len(str(home)) > LONGEST_HOME:
        yield Check("gpg", "error", "The path of GNUPGHOME is too long for the agent's socket; use a shorter one.")
    if home.is_dir() and stat.S_IMODE(home.stat().st_mode) & 0o077:
        yield Check("gpg", "warning", f"Others may read GnuPG's folder; run: {programs.as_typed('chmod', '700', home)}")


def _git(app: App) -> Iterator[Check]:
    from cdr.store.git import Git

    yield Check("git", "ok", f"git {'.'.join(map(str, Git(Path('/')).version()))}")


def _store(app: App) -> Iterator[Check]:
    from cdr.store import layout, looked_at

    store = app.store
    store.git.ask_itself()
    if borrows := store.git.repository.borrows():
        yield Check("store", "warning", borrows)
    head, made_on = store.head
    if store.git.repository.lacking() and (wrong := store.git.damage(head)):
        raise wrong
    yield Check("store", "ok", f"{store.folder}, history checked up to {head[:12]}")
    store.git.repository.refuse_writing()
    store.git.repository.refuse_odd_objects()
    if made_on > app.clock.real_today:
        yield Check(
            "store",
            "warning",
            f"The newest change was recorded on {made_on}, which by this machine's clock is still to come. "
            "Set the clock right, here or where that was recorded; see: cdr audit",
        )
    if stat.S_IMODE(store.folder.stat().st_mode) & 0o077:  # as git clone makes it
        command = programs.as_typed("chmod", "700", store.folder)
        yield Check(
            "store",
            "warning",
            f"Other users of this machine may see which cases there are and when each changed; run: {command}",
        )
    if store.git.setting("core.fsync") != "all":
        command = programs.as_typed("git", "-C", store.folder, "config", "core.fsync", "all")
        yield Check("store", "warning", f"A power cut could damage this copy; run: {command}")
    odd = looked_at.changed(store, layout.FOLDERS)
    if odd:
        yield Check("store", "error", f"{len(odd)} files are not as recorded; see: cdr verify")


def _by_hand(app: App) -> Iterator[Check]:
    """What git is told for whoever types it in the store's folder: told here where it was not, in a store that was accepted."""
    from cdr.store import by_hand

    app.store.require_accepted()
    try:
        was_lacking = by_hand.complete(app.store)
    except (CdrError, OSError):  # a disk that is only read, another at work: no commit by hand is made there just now
        return
    said = "was told" if was_lacking else "knows"
    yield Check("git", "ok", f"git by hand {said} how to merge and to show encrypted documents (cdr does it).")


def _backup(app: App) -> Iterator[Check]:
    """When this user last made a backup of this copy, where one was ever made here."""
    from cdr.store import backup

    made = backup.last(app.store)
    if made is None:
        yield Check("backup", "ok", "None was made from here. Unless another machine makes them: cdr backup FILE")
        return
    old = (app.clock.real_today - made).days > OLD_BACKUP_DAYS
    advice = " Make one on another disk: cdr backup FILE" if old else ""
    yield Check("backup", "warning" if old else "ok", f"The last one was made from here on {made}.{advice}")


def _desk(app: App) -> Iterator[Check]:
    """What a killed `cdr edit` left in memory."""
    from cdr.terminal import desk

    yield from (Check("memory", "warning", words) for words in desk.sweep())


def _keys(app: App) -> Iterator[Check]:
    for one in app.store.standings(app.clock.real_today):
        if one.trouble or one.ends:
            yield Check("keys", "error" if one.trouble else "warning", f"{one.words} {one.advice}")
        elif one.key and one.key.expires is None:
            yield Check("keys", "warning", f"{one.words} Consider giving it an end.")
        else:
            yield Check("keys", "ok", one.words)


def _readers(app: App) -> Iterator[Check]:
    """Whether somebody else can open the cases, and whether that was tried within a year."""
    from cdr.store.audit import DRILL_DAYS, drill_within_a_year
    from cdr.store.registry import MEMBER

    if not app.store.references:
        yield Check("readers", "ok", "There is no case yet that somebody else would have to open.")
        return
    able = [one for one in app.store.standings(app.clock.real_today) if one.person.role == MEMBER and not one.trouble]
    if len(able) == 1:
        reason = app.configuration.governance.one_reader
        message = f"Only {able[0].person.name}'s key opens the cases: lost, everything is. Make a second reader or an escrow key: cdr keys add FILE"
        yield Check(
            "readers",
            "warning" if reason else "error",
            f"{message} (or say why not: governance, one_reader in cdr.yaml)",
        )
        return
    tried = drill_within_a_year(app.store, app.clock.real_today)
    began = app.store.made_on
    if tried:
        yield Check("readers", "ok", f"{tried.by}'s key was tried on {tried.at[:10]}.")
    else:
        level = "error" if (app.clock.real_today - began).days > DRILL_DAYS else "warning"
        yield Check(
            "readers", level, "Nobody has tried a second reader's key for a year; as that person: cdr keys drill"
        )


def _acting(app: App) -> Iterator[Check]:
    person = app.store.person
    yield Check("acting", "ok", f"{person.name}, {person.role}")
    try:
        app.store.sign(b"cdr doctor")
    except CdrError as error:
        yield Check("agent", "error", f"{error.message} {error.hint}")
    else:
        yield Check("agent", "ok", "The key can sign.")


def _configuration(app: App) -> Iterator[Check]:
    from cdr.store.verify import is_only_staged

    yield Check("configuration", "ok", f"cdr.yaml of {app.configuration.area}")
    if is_only_staged(app.store, "cdr.yaml"):
        yield Check("configuration", "warning", f"git's index holds another cdr.yaml than what is recorded. {MEND}")
    if not app.store.changed_files("cdr.yaml"):
        return
    path = app.store.folder / "cdr.yaml"
    try:
        check(_bytes(path), file_name(str(path)), "store", app.configuration_problems)
    except CdrError as error:
        for line in error.lines():
            yield Check("configuration", "error", f"Changed, not recorded, and not right yet: {line}")
    else:
        yield Check(
            "configuration",
            "warning",
            NOT_USED,
        )


def _bytes(path: Path) -> bytes:
    """What a file in the store's folder says, recorded or not. Raises: DiskFailed."""
    from cdr import disk

    try:
        return disk.read_regular(path, LARGEST)
    except OSError:
        raise DiskFailed(
            f"{file_name(str(path))} is not there, may not be read, or is no plain file of at most {LARGEST >> 20} MB.",
            "Put a plain file in its place.",
        ) from None


def _wordings(app: App) -> Iterator[Check]:
    """The area's own wordings of letters, as they stand in the folder, recorded or not; of a store that was accepted here."""
    from cdr.documents.letters.wording import PIECES, Rules
    from cdr.documents.letters.wording_check import problems
    from cdr.domain.letters.letter_kinds import LetterRules, kind_names

    app.store.require_accepted()
    own = {}
    for path in sorted((app.store.folder / "templates" / "letters").glob("*.txt")):
        try:
            own[path.stem] = _bytes(path).decode("utf-8", "replace")
        except CdrError as error:
            yield Check("wordings", "error", f"{error.message} {error.hint}")
    kinds, words = LetterRules.from_rules(rules("letters")).kinds, Rules.from_document(rules("forbidden-words"))
    for name in own:
        if name in (*kind_names(), *PIECES):
            wrong = problems(name, own, kinds.values(), words)
            yield from (Check("wordings", "error", f"templates/letters/{name}.txt: {sentence}") for sentence in wrong)
            if not wrong:
                yield Check("wordings", "ok", f"templates/letters/{name}.txt can be used.")
        elif name not in MESSAGES:
            yield Check(
                "wordings", "warning", f"templates/letters/{name}.txt is the wording of no letter, so it is never used."
            )


def _support(app: App) -> Iterator[Check]:
    """Whether somebody rang the numbers that letters name; which are asked for twice a year."""
    from cdr.domain.letters.organisations import not_rung
    from cdr.work import helping

    listed = helping.everyone(app)
    strange = sorted(set(app.configuration.support_checked) - {one.id for one in helping.national(app)})
    if strange:
        yield Check(
            "support",
            "warning",
            f"cdr.yaml notes a call (support_checked) to what letters name none of: {', '.join(strange)}.",
        )
    if names := not_rung(listed, app.clock.real_today):
        yield Check(
            "support", "warning", f"Nobody has noted for a year that these numbers still answer: {', '.join(names)}."
        )
    else:
        yield Check("support", "ok", "The numbers that letters name were rung within a year.")


def _mail(app: App) -> Iterator[Check]:
    from cdr.mail import outbox
    from cdr.work import chasing, delivery, outstanding

    outbox.refuse_link(app.store.outbox)
    if delivery.sends(app):
        yield from _mail_leaves(app)
    else:
        waiting = len(list(app.store.outbox.glob("*.eml")))
        yield Check("mail", "ok", f"Messages are written to the outbox; {waiting} are there.")
        with suppress(CdrError):
            yield from _lost(app)
    with suppress(CdrError):  # without a key, what was sent cannot be read, and that is told elsewhere
        for one in outstanding.troubles(app):
            yield Check("mail", "warning", chasing.sentence(app, one))


def _lost(app: App) -> Iterator[Check]:
    """What was to leave by hand, and nobody knows whether it did."""
    from cdr.work import outgoing

    if count := len(outgoing.standing(app).lost):
        words = "message is" if count == 1 else "messages are"
        yield Check("mail", "warning", f"{count} {words} neither in the outbox nor marked as sent; see: cdr outbox")


def _mail_leaves(app: App) -> Iterator[Check]:
    """Connect and log in, without sending: the chaser's run depends on it."""
    from cdr.work import delivery

    try:
        yield Check("mail", "ok", delivery.transport(app).test())
    except CdrError as error:
        yield Check("mail", "error", f"{error.message} {error.hint}".strip())


def _clock(app: App) -> Iterator[Check]:
    now = app.clock.now
    app.national_policy.working_days.is_working(now.date())
    yield Check("clock", "ok", f"{now:%Y-%m-%d %H:%M} in London" + (" (set by --as-of)" if app.as_of else ""))


LOOKS = (
    _gpg,
    _git,
    _desk,
    _store,
    _by_hand,
    _backup,
    _keys,
    _readers,
    _acting,
    _configuration,
    _wordings,
    _support,
    _mail,
    _clock,
)
