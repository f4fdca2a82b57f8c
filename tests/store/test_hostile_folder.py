"""A folder that somebody else prepared runs nothing, changes no bytes and writes nowhere else, whatever is done in it.

The settings are those of which git's own documentation says that they name a program (git-config(1), gitattributes(5),
githooks(5)), as far as they can stand in a repository. Each group is first shown to be armed: git by hand sets it off.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import EXAMPLES, Begun, People, Shell, as_member, copied, run, seen
from store.hands import document, findings, git, head, sign_commit, unchanged

from cdr.cli import COMMANDS
from cdr.documents.letters import wording_check
from cdr.store import git_locks, objects, verify

# By what git does when it runs them; {trap} is the program, {folder} a folder with a program for every name.
SETTINGS: dict[str, dict[str, str]] = {
    "files": {
        "core.fsmonitor": "{trap}",
        "filter.t.clean": "{trap}",
        "filter.t.smudge": "{trap}",
        "filter.t.process": "{trap}",
        "filter.t.required": "true",
        "diff.t.command": "{trap}",
        "diff.t.textconv": "{trap}",
        "diff.t.cachetextconv": "true",
        "diff.external": "{trap}",
        "merge.t.driver": "{trap}",
        "core.attributesFile": "{folder}/attributes",
        "core.excludesFile": "{folder}/ignored",
        "core.worktree": "{folder}",
        "interactive.diffFilter": "{trap}",
        "diff.tool": "t",
        "difftool.t.cmd": "{trap}",
        "difftool.t.path": "{trap}",
        "merge.tool": "t",
        "mergetool.t.cmd": "{trap}",
        "mergetool.t.path": "{trap}",
        "diff.orderFile": "{folder}/none",
        "core.autocrlf": "true",
        "submodule.t.update": "!{trap}",
        "tar.t.command": "{trap}",
        "extensions.worktreeConfig": "true",
    },
    "people": {
        "alias.cat-file": "!{trap}",
        "alias.hash-object": "!{trap}",
        "help.autoCorrect": "immediate",
        "help.browser": "t",
        "web.browser": "t",
        "browser.t.cmd": "{trap}",
        "browser.t.path": "{trap}",
        "man.viewer": "t",
        "man.t.cmd": "{trap}",
        "man.t.path": "{trap}",
        "core.editor": "{trap}",
        "sequence.editor": "{trap}",
        "core.pager": "{trap}",
        "pager.log": "{trap}",
        "pager.cat-file": "{trap}",
        "gpg.program": "{trap}",
        "gpg.openpgp.program": "{trap}",
        "gpg.x509.program": "{trap}",
        "gpg.ssh.program": "{trap}",
        "gpg.ssh.defaultKeyCommand": "{trap}",
        "log.showSignature": "true",
        "merge.verifySignatures": "true",
        "commit.gpgSign": "true",
        "tag.gpgSign": "true",
        "guitool.t.cmd": "{trap}",
        "instaweb.httpd": "{trap}",
        "instaweb.browser": "{trap}",
        "sendemail.smtpServer": "{trap}",
        "sendemail.toCmd": "{trap}",
        "sendemail.ccCmd": "{trap}",
        "trailer.t.command": "{trap}",
        "trailer.t.cmd": "{trap}",
        "trailer.t.key": "t",
        "core.hooksPath": "{folder}/hooks",
        "init.templateDir": "{folder}",
        "hook.t.command": "{trap}",
        "hook.t.event": "reference-transaction",
    },
    "network": {
        "core.sshCommand": "{trap}",
        "ssh.variant": "ssh",
        "core.gitProxy": "{trap}",
        "core.askPass": "{trap}",
        "core.alternateRefsCommand": "{trap}",
        "credential.helper": "{trap}",
        "credential.https://example.org.helper": "{trap}",
        "imap.tunnel": "{trap}",
        "remote.origin.url": "ssh://example.org/store",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "remote.origin.uploadpack": "{trap}",
        "remote.origin.receivepack": "{trap}",
        "remote.other.vcs": "ext",
        "remote.other.url": "ext::{trap}",
        "remote.other.promisor": "true",
        "url.ext::{trap}.insteadOf": "https://example.org/",
        "uploadpack.packObjectsHook": "{trap}",
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "extensions.partialClone": "origin",
        "receive.procReceiveRefs": "refs/heads",
    },
}
# What shows that a group is armed; of "people" also that hooks are.
SET_OFF = {
    "files": [["-c", "core.worktree=..", "status"], ["-c", "core.worktree=..", "diff"]],
    "people": [["log", "-1"], ["commit", "--allow-empty", "-S"]],
    "network": [["cat-file", "-p", "MISSING"]],
}
HOOKS = ("applypatch-msg", "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout",
         "post-merge", "pre-push", "pre-receive", "update", "proc-receive", "post-receive", "post-update", "reference-transaction",
         "push-to-checkout", "pre-auto-gc", "post-rewrite", "fsmonitor-watchman", "post-index-change")  # fmt: skip
ATTRIBUTES = "* filter=t diff=t merge=t text=auto eol=crlf ident working-tree-encoding=UTF-16\n"
DAY = "2026-07-01"
# Each of the commands that work in a store. Those that may say no to this case in the ordinary way are in MAY_REFUSE.
VERBS: list[list[object]] = [
    ["list", "--json"],
    ["show", "REF"],
    ["today"],
    ["calendar", "-o", "FOLDER/cdr.ics"],
    ["form", "REF", "northtown-general", "-o", "FOLDER/form.html"],
    ["chase", "--overdue"],
    ["tally", "--year", "2025/26"],
    ["agencies"],
    ["delays"],
    ["delays", "REF"],
    ["report", "--year", "2025/26", "-o", "FOLDER/report.md"],
    ["ncmd", "REF"],
    ["timeline", "REF"],
    ["audit"],
    ["audit", "REF"],
    ["doctor"],
    ["keys", "list"],
    ["notify", "--from", EXAMPLES / "form-a-neonatal.yaml"],
    ["request", "REF", "regional-ambulance"],
    ["return", "REF", "northshire-police", "--nil"],
    ["return", "REF", "northtown-general", "--from", EXAMPLES / "form-b-hospital.yaml"],
    ["bounce", "REF", "northtown-general"],
    ["import", "FOLDER/register.csv"],
    ["attach", "REF", EXAMPLES / "letter-gate.yaml", "--kind", "other"],
    ["extract", "REF", "1", "-o", "FOLDER/out"],
    ["milestone", "REF", "ncmd_told"],
    ["letter", "REF", "--draft"],
    ["gate", "REF", "open", "psii_serious_incident"],
    ["gate", "REF", "close", "psii_serious_incident"],
    ["edit", "REF", "form-a"],
    ["agency", "edit", "northshire-police", "--email", "new@northshire-police.example"],
    ["review", "REF", "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "To see that it is done"],
    ["close", "REF"],
    ["reopen", "REF", "--reason", "A late finding"],
    ["config"],
    ["panel", "list"],
    ["action", "list"],
    ["contact", "REF"],
    ["question", "REF", "list"],
    ["outbox"],
    ["release", "list"],
    ["theme"],
    ["export", "--year", "2025/26", "-o", "FOLDER/set"],
    ["governance", "-o", "FOLDER/papers"],
    ["find"],
    ["reconcile", "FOLDER/register.csv"],
    ["wish", "REF", "mother", "welcome"],
    ["disclose", "REF", "--for", "mother", "--from", "FOLDER/register.csv", "-o", "FOLDER/bundle"],
    ["handover", "REF", "--to", "Eastbury", "-o", "FOLDER/handover"],
    ["receive", "FOLDER/register.csv"],
    ["void", "REF", "--by-mistake"],
    ["anchor"],
    ["retention"],
    ["backup", "FOLDER/backup.bundle"],
    ["restore", "FOLDER/backup.bundle", "FOLDER/restored"],
    ["erase", "2026-7K3M"],
    ["sync"],
    ["verify"],
    ["verify", "--repair"],
]
MAY_REFUSE = ("doctor", "edit", "bounce", "close", "reopen", "import", "sync", "restore", "governance", "find", "reconcile",
              "disclose", "handover", "receive", "void", "export")  # fmt: skip
SOME: list[list[object]] = [
    ["list"],
    ["show", "REF"],
    ["audit", "REF"],
    ["milestone", "REF", "ncmd_told"],
    ["verify", "--repair"],
]


class Trap:
    """A program that leaves a trace when it runs, and copies what it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.trace, self.program = folder, folder / "sprung", folder / "trap"
        folder.mkdir()
        self.write(self.program)
        (folder / "attributes").write_text(ATTRIBUTES)
        (folder / "hooks").mkdir()
        for hook in HOOKS:
            self.write(folder / "hooks" / hook)

    def write(self, path: Path) -> None:
        path.write_text(f'#!/bin/sh\necho "$0 $*" >> {self.trace}\ntimeout 2 cat\n')
        path.chmod(0o700)

    def set(self, store: Path, settings: dict[str, str]) -> None:
        for name, value in settings.items():
            filled = value.format(trap=self.program, folder=self.folder)
            git(store, "config", "--file", ".git/config", name.format(trap=self.program), filled)

    def is_armed(self, store: Path, *commands: list[str]) -> None:
        for command in commands:
            git(store, *command, code=None)
        assert self.trace.exists(), "nothing sets this trap off: it shows nothing"
        self.trace.unlink()

    def did_not_spring(self) -> None:
        assert not self.trace.exists(), self.trace.read_text()


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path / "trap")


@pytest.fixture(scope="session")
def begun_asked(begun: Begun, people: People, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the first case, with two agencies asked: made once, and copied for each test."""
    place = tmp_path_factory.mktemp("asked")
    copied(begun.with_sudi, place)
    with as_member(people, place / "state"):
        Shell(place / "store")("request", begun.sudi, "northshire-police", "northtown-general", as_of="2026-01-09")
    return place


@pytest.fixture
def asked(cdr: Shell, sudi: str, begun_asked: Path, tmp_path: Path) -> str:
    copied(begun_asked, tmp_path)
    seen(cdr.store)
    return sudi


def every_verb(
    cdr: Shell, case: str, folder: Path, monkeypatch: pytest.MonkeyPatch, verbs: list[list[object]] = VERBS
) -> dict[str, int]:
    """How each verb ended."""
    monkeypatch.setenv("EDITOR", "true")
    (folder / "register.csv").write_text("reference,died_on\n")
    ended = {}
    for verb in verbs:
        words = [
            str(folder / str(word)[7:]) if str(word).startswith("FOLDER/") else str(word).replace("REF", case)
            for word in verb
        ]
        answer = run(["--store", str(cdr.store), "--as-of", DAY, *words])
        assert answer.code != 70, answer.err
        ended[" ".join(map(str, verb))] = answer.code
    return ended


def everything_worked(ended: dict[str, int]) -> None:
    assert {verb: code for verb, code in ended.items() if code and verb.split()[0] not in MAY_REFUSE} == {}


def test_no_command_is_left_out() -> None:
    """`init` has a test of its own; the others read no store."""
    assert {str(verb[0]) for verb in VERBS} == COMMANDS.keys() - {
        "init",
        "explain",
        "demo",
        "help",
        "completion",
        "check-tables",
    }


def attributes(store: Path) -> None:
    """Attributes in each of the places where git looks for them, recorded and not."""
    for place in (".git/info/attributes", "cases/.gitattributes", "keys/.gitattributes"):
        (store / place).parent.mkdir(exist_ok=True)
        (store / place).write_text(ATTRIBUTES)


@pytest.mark.hurt
@pytest.mark.parametrize("group", ["files", "people"])
def test_settings_run_nothing(
    cdr: Shell, asked: str, people: People, trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    if group == "files":
        (cdr.store / ".gitattributes").write_text("* filter=t diff=t merge=t\n")
        sign_commit(cdr.store, people.home, people.member)
        attributes(cdr.store)
        (cdr.store / "cases" / asked / "case.yaml.gpg").touch()
        os.utime(cdr.store / "cdr.yaml", (1, 1))
    trap.set(cdr.store, SETTINGS[group])
    before = git(cdr.store, "-c", "core.fsmonitor=false", "rev-parse", "HEAD")
    trap.is_armed(cdr.store, *SET_OFF[group])
    git(cdr.store, "-c", "core.hooksPath=/dev/null", "update-ref", "refs/heads/main", before)
    trap.trace.unlink(missing_ok=True)
    ended = every_verb(cdr, asked, tmp_path, monkeypatch)
    trap.did_not_spring()
    ended = {verb: code for verb, code in ended.items() if group != "files" or not verb.startswith("verify")}
    everything_worked(ended)  # but for verify, which tells of the attributes that nobody recorded


def listed_by_git() -> list[str]:
    """Every setting that the git of this machine knows, as it lists them itself (`branch.<name>.merge`, `alias.*`)."""
    said = subprocess.run(["git", "help", "--config"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in said if re.fullmatch(r"[A-Za-z][^ _]*\.[^ _]+", line)]


NAME = re.compile(r"<[^>]*>|\*")
# In gitattributes(5), git-archive(1), git-interpret-trailers(1), in prose alone, or of a later git than the oldest that is supported.
NOT_LISTED = {"extensions.partialclone", "filter.t.process", "filter.t.required", "hook.t.command", "hook.t.event",
              "tar.t.command", "trailer.t.command", "trailer.t.cmd", "trailer.t.key"}  # fmt: skip


def test_the_settings_above_are_settings_of_git() -> None:
    """So that a slip of the pen does not make one of them harmless."""
    known = re.compile(
        "|".join(NAME.sub("\0", name).replace(".", "[.]").replace("\0", ".+") for name in listed_by_git()),
        re.IGNORECASE,
    )
    told = {name.lower() for group in SETTINGS.values() for name in group}
    assert {name for name in told if not known.fullmatch(name)} <= NOT_LISTED


@pytest.mark.parametrize("form", ["a program", "no file of settings at all"])
def test_no_setting_of_git_whatsoever_is_read(
    cdr: Shell, asked: str, trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Every key that git lists is set to a program, whatever it is for: git by hand will not even start."""
    config = cdr.store / ".git" / "config"
    assert len(listed_by_git()) > 600
    if form == "a program":
        lines = [
            f"[{section}{sub and f' {json.dumps(sub)}'}]\n\t{key} = {trap.program}"
            for section, sub, key in map(_parts, listed_by_git())
        ]
        config.write_text("\n".join(lines) + "\n")
    else:
        config.write_text("[core\n\x01")
    whole = config.read_bytes()
    assert (
        "fatal" in subprocess.run(["git", "-C", cdr.store, "log"], capture_output=True, text=True, check=False).stderr
    )
    ended = every_verb(cdr, asked, tmp_path, monkeypatch, VERBS if form == "a program" else VERBS[:12])
    trap.did_not_spring()
    everything_worked(ended)
    # `doctor` and `restore` put in how git shows and merges what is encrypted; of what stood there nothing is changed.
    assert config.read_bytes().startswith(whole) and str(trap.program).encode() not in config.read_bytes()[len(whole) :]


def _parts(name: str) -> tuple[str, str, str]:
    section, _, rest = NAME.sub("t", name).partition(".")
    sub, _, key = rest.rpartition(".")
    return section, sub, key


@pytest.mark.parametrize("where", ["include", "includeIf", "worktree", "hooks", "environment"])
def test_settings_from_elsewhere_run_nothing(
    cdr: Shell, asked: str, trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    settings = {"core.fsmonitor": str(trap.program), "core.hooksPath": str(trap.folder / "hooks")}
    elsewhere = tmp_path / "config"
    for name, value in settings.items():
        git(cdr.store, "config", "--file", str(elsewhere), name, value)
    if where == "include":
        git(cdr.store, "config", "include.path", str(elsewhere))
    elif where == "includeIf":
        git(cdr.store, "config", f"includeIf.gitdir:{cdr.store}/.path", str(elsewhere))
    elif where == "worktree":
        git(cdr.store, "config", "extensions.worktreeConfig", "true")
        shutil.copy(elsewhere, cdr.store / ".git" / "config.worktree")
    elif where == "hooks":
        shutil.copytree(trap.folder / "hooks", cdr.store / ".git" / "hooks", dirs_exist_ok=True)
    if where == "environment":
        set_in_environment(monkeypatch, trap, settings, tmp_path)
    else:
        trap.is_armed(cdr.store, ["status"], ["update-ref", "refs/heads/other", "HEAD"])
        shutil.rmtree(cdr.store / ".git" / "refs" / "heads" / "other", ignore_errors=True)
    ended = every_verb(cdr, asked, tmp_path, monkeypatch, SOME)
    trap.did_not_spring()
    everything_worked(ended)
    assert not list(tmp_path.glob("other*")), "git wrote where the environment told it to"


def set_in_environment(patch: pytest.MonkeyPatch, trap: Trap, settings: dict[str, str], folder: Path) -> None:
    """All that git takes from its environment, each naming a program, a file or a folder of somebody else's."""
    patch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (name, value) in enumerate(settings.items()):
        patch.setenv(f"GIT_CONFIG_KEY_{number}", name)
        patch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    patch.setenv("GIT_CONFIG_PARAMETERS", f"'core.fsmonitor'='{trap.program}'")
    for name in (
        "EXTERNAL_DIFF",
        "SSH",
        "SSH_COMMAND",
        "PROXY_COMMAND",
        "ASKPASS",
        "EDITOR",
        "SEQUENCE_EDITOR",
        "PAGER",
    ):
        patch.setenv(f"GIT_{name}", str(trap.program))
    for name in ("DIR", "WORK_TREE", "COMMON_DIR", "OBJECT_DIRECTORY", "INDEX_FILE", "SHALLOW_FILE", "NAMESPACE",
                 "ALTERNATE_OBJECT_DIRECTORIES", "CONFIG_GLOBAL", "CONFIG_SYSTEM", "TRACE", "TRACE2", "TRACE2_EVENT",
                 "TRACE_PACKET", "TEMPLATE_DIR", "EXEC_PATH", "ATTR_SOURCE"):  # fmt: skip
        patch.setenv(f"GIT_{name}", str(folder / f"other-{name.lower()}"))


def missing(store: Path, path: str) -> str:
    """Takes an object out of the repository; its id."""
    id_ = git(store, "rev-parse", path)
    loose = store / ".git" / "objects" / id_[:2] / id_[2:]
    loose.chmod(0o600)
    loose.unlink()
    return id_


@pytest.mark.hurt
def test_nothing_is_fetched_when_it_is_asked_for(
    cdr: Shell, asked: str, trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = cdr("notify", "--from", EXAMPLES / "form-a-suicide.yaml", as_of=DAY).out.strip()
    gone = missing(cdr.store, f"HEAD:cases/{asked}/requests.yaml.gpg")
    trap.set(cdr.store, SETTINGS["network"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "nothing kept"))
    trap.is_armed(cdr.store, *([part.replace("MISSING", gone) for part in one] for one in SET_OFF["network"]))
    ended = every_verb(
        cdr, asked, tmp_path, monkeypatch, [["list", "--json"], ["show", "REF"], ["verify"], ["verify", "--repair"]]
    )
    trap.did_not_spring()
    assert ended["list --json"] == 1 and ended["show REF"] == 76 and ended["verify"] == 1
    assert second in {one["case"] for one in cdr("list", "--json", code=1).json["cases"]}


# ---- bytes ---------------------------------------------------------------------------------------------------------


def swapped(store: Path, id_: str, raw: bytes, kind: str = "blob") -> None:
    """Other bytes under an object's id: git reads them without a word."""
    loose = store / ".git" / "objects" / id_[:2] / id_[2:]
    loose.chmod(0o600)
    loose.write_bytes(zlib.compress(f"{kind} {len(raw)}\0".encode() + raw))


@pytest.mark.hurt
def test_other_bytes_under_the_same_id(cdr: Shell, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"cases/{asked}/requests.yaml.gpg"
    now, before = git(cdr.store, "rev-parse", f"HEAD:{path}"), git(cdr.store, "rev-parse", f"HEAD~1:{path}")
    old = subprocess.run(["git", "-C", cdr.store, "cat-file", "blob", before], capture_output=True, check=True).stdout
    swapped(cdr.store, now, old)
    assert git(cdr.store, "cat-file", "-s", now) == str(len(old))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "empty"))
    with unchanged(cdr.store):
        cdr("show", asked, code=76)
        assert f"the case {asked} is left out" in cdr("list", code=1).err
        assert "new clone" in cdr("verify", "--repair", code=1).out  # and not an older revision in its place


@pytest.mark.hurt
@pytest.mark.parametrize("which", ["commit", "tree"])
def test_another_commit_or_tree_under_the_same_id(cdr: Shell, asked: str, which: str) -> None:
    what = {"commit": "{}", "tree": "{}^{{tree}}"}[which]
    now, before = (git(cdr.store, "rev-parse", what.format(commit)) for commit in ("HEAD", "HEAD~1"))
    old = subprocess.run(["git", "-C", cdr.store, "cat-file", which, before], capture_output=True, check=True).stdout
    swapped(cdr.store, now, old, which)
    cdr("show", asked, code=76)
    cdr("list", code=76)
    assert cdr("verify", code=1).out


@pytest.mark.hurt
@pytest.mark.parametrize("path", ["config", "shallow", "info/attributes", "objects/info/commit-graph", "cdr-mail.lock"])
def test_a_pipe_in_place_of_a_file_holds_nothing_up(cdr: Shell, asked: str, path: str) -> None:
    pipe = cdr.store / ".git" / path
    pipe.parent.mkdir(exist_ok=True)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    cdr("list")
    cdr("show", asked)
    cdr("verify")
    cdr("milestone", asked, "ncmd_told", as_of="2026-01-24")


@pytest.mark.hurt
@pytest.mark.parametrize(
    ("path", "reading"),
    [("packed-refs", 0), ("index", 0), ("objects/info/alternates", 78), ("HEAD", 66), ("cdr-pending", 0)],
)
def test_a_pipe_in_place_of_a_file_that_matters_is_told(cdr: Shell, asked: str, path: str, reading: int) -> None:
    pipe = cdr.store / ".git" / path
    pipe.parent.mkdir(exist_ok=True)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    cdr("list", code=reading)
    cdr("show", asked, code=reading)
    cdr("verify", code=reading and (66 if path == "HEAD" else 1))
    cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=0 if path == "cdr-pending" else reading or 78)


@contextmanager
def ends_soon(seconds: int = 120) -> Iterator[None]:
    """What waits for ever is ended here, and not by whoever runs the tests."""

    def over(number: int, frame: object) -> None:
        raise AssertionError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _put(place: Path, what: str) -> None:
    """Something in place of a file that is no such file, or has no end."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    if what == "pipe":
        os.mkfifo(place)
    elif what == "link":
        place.symlink_to("/dev/zero")
    else:
        with place.open("wb") as stream:
            stream.truncate(1 << 40)  # nearly nothing on the disk, and more than any memory


@pytest.mark.hurt
@pytest.mark.parametrize("what", ["pipe", "link", "large"])
@pytest.mark.parametrize(
    "name",
    [
        ".git/cdr-pending",
        ".git/index",
        ".git/index.lock",
        ".git/refs/heads/main.lock",
        "CASE",
        "templates/letters/x.txt",
        "cdr.yaml",
    ],
)
def test_what_has_no_end_is_not_waited_for(
    cdr: Shell, asked: str, monkeypatch: pytest.MonkeyPatch, name: str, what: str
) -> None:
    real = git_locks._until
    monkeypatch.setattr(git_locks, "_until", lambda is_done, locks, wait: real(is_done, locks, 0.2))
    place = document(cdr.store, asked, "requests") if name == "CASE" else cdr.store / name
    with ends_soon():
        if name != ".git/cdr-pending":
            pend(cdr.store, git(cdr.store, "rev-parse", "HEAD^"))
        _put(place, what)
        cdr("list")
        ended = {command: run(["--store", str(cdr.store), command]) for command in ("verify", "doctor", "list")}
        assert ended["list"].code == 0 and {one.code for one in ended.values()} <= {0, 1}
        if name.endswith(("cdr.yaml", "x.txt")):
            assert f"{place} is not there, may not be read, or is no plain file" in ended["doctor"].out
        if name.endswith(".lock"):
            assert str(place) in cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=75).err


@pytest.mark.hurt
def test_a_list_of_other_folders_without_end(cdr: Shell, asked: str) -> None:
    _put(cdr.store / ".git" / "objects" / "info" / "alternates", "large")
    with ends_soon():
        assert "alternates is too large" in cdr("list", code=76).err


@pytest.mark.hurt
@pytest.mark.parametrize("command", ["list", "verify", "doctor", "milestone"])
@pytest.mark.parametrize(
    "says", ["gitdir: a\0b", "gitdir: " + "a/" * 2500, "gitdir: loop", "a\0b", "loop", "a/" * 2500, "branch"]
)
def test_a_repository_that_is_said_to_be_nowhere(cdr: Shell, asked: str, command: str, says: str) -> None:
    own = cdr.store / ".git"
    if says == "branch":
        (own / "HEAD").write_text(f"ref: refs/heads/{'a' * 5000}\n")
    elif says.startswith("gitdir"):
        shutil.move(own, cdr.store / "kept")
        own.write_text(says)
        (cdr.store / "loop").symlink_to("loop")
    else:
        (own / "loop").symlink_to("loop")
        (own / "commondir").write_text(says)
    answer = run(["--store", str(cdr.store), command, *([asked, "ncmd_told"] if command == "milestone" else [])])
    assert answer.code == {"verify": 1, "doctor": 1}.get(command, 78) or (command, answer.code) == ("verify", 78)
    assert "a" * 500 not in answer.out + answer.err and "a/" * 250 not in answer.out + answer.err


def _down(folder: Path, name: str = "d", levels: int = 1200) -> None:
    """A file, so many folders down."""
    folder.mkdir(parents=True, exist_ok=True)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        here, above = os.open(name, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.fixture
def deep(cdr: Shell) -> Iterator[Shell]:
    """A store whose folder is taken away by a program that can: other tests' folders are kept for a while."""
    yield cdr
    subprocess.run(["rm", "-rf", str(cdr.store)], check=True)


@pytest.mark.hurt
@pytest.mark.parametrize(
    ("where", "name"),
    [("cases", "d"), ("", "d"), ("", "d" * 200), (".git/objects", "d"), (".git/.cdr-a0b1_c2d.part", "d")],
)
def test_folders_below_each_other_without_end(deep: Shell, asked: str, where: str, name: str) -> None:
    _down(deep.store / where, name)
    if where == ".git/objects":
        blob = git(deep.store, "rev-parse", "HEAD^{tree}")
        loose = deep.store / ".git" / "objects" / blob[:2] / blob[2:]
        loose.chmod(0o600)
        loose.write_bytes(b"x")
    deep("list", code=76 if where == ".git/objects" else 0)
    found = findings(deep, code=0 if "part" in where else 1)
    assert where.startswith(".git") or ("work-tree", "") in found


@pytest.mark.hurt
def test_folders_below_each_other_that_were_recorded(cdr: Shell, asked: str, people: People) -> None:
    mode, id_ = "100644", git(cdr.store, "hash-object", "-w", "--stdin", data=b"x")
    for _ in range(1200):
        id_ = git(cdr.store, "mktree", data=f"{mode} {'tree' if mode == '040000' else 'blob'} {id_}\td\n".encode())
        mode = "040000"
    git(cdr.store, "read-tree", "--prefix=cases/deep/", id_)
    git(cdr.store, "commit", "-q", f"-S{people.member}", "-m", "by hand", home=people.home)
    cdr("list")
    assert {"file-name", "work-tree"} <= {check for check, _ in findings(cdr)}


# ---- elsewhere -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "logs/HEAD",
        "logs/refs/heads/main",
        "index",
        "refs/heads/main",
        "refs/heads",
        "objects",
        "cdr.lock",
        "cdr-mail-taken",
        "cdr-aside",
    ],
)
def test_nothing_is_written_through_a_link(cdr: Shell, asked: str, tmp_path: Path, path: str) -> None:
    there, outside = cdr.store / ".git" / path, tmp_path / "outside"
    if there.exists():
        shutil.move(there, outside)
    there.symlink_to(outside)
    before = {file: file.read_bytes() for file in [outside, *outside.rglob("*")] if file.is_file()}
    cdr("list")
    assert cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=74 if path == "cdr.lock" else 78).out == ""
    assert {file: file.read_bytes() for file in [outside, *outside.rglob("*")] if file.is_file()} == before
    there.unlink()
    if outside.exists():
        shutil.move(outside, there)
    cdr("milestone", asked, "ncmd_told", as_of="2026-01-24")


def _lent(folder: Path, real: Path, how: str) -> None:
    """A folder whose `.git` is the repository of another one, or says so."""
    if how in ("settled", "worktree of its own making"):
        (folder / ".git" / "commondir").write_text("../../real/.git\n")
    if how == "worktree of its own making":
        shutil.move(folder / ".git", folder / "git")
        (folder / "git" / "gitdir").write_text(f"{folder}/.git\n")
        (folder / "git" / "commondir").write_text("../../real/.git\n")
        (folder / ".git").write_text("gitdir: git\n")
    elif how == "a stale work tree":
        git(real, "worktree", "add", "-q", "-b", "second", str(real.parent / "gone"))
        shutil.rmtree(real.parent / "gone")
        shutil.rmtree(folder / ".git")
        (folder / ".git").write_text("gitdir: ../real/.git/worktrees/gone\n")
    elif how in ("link", "file"):
        shutil.rmtree(folder / ".git")
        (folder / ".git").symlink_to("../real/.git") if how == "link" else (folder / ".git").write_text(
            "gitdir: ../real/.git\n"
        )


@pytest.mark.hurt
@pytest.mark.parametrize("how", ["link", "file", "settled", "worktree of its own making", "a stale work tree"])
def test_a_repository_of_another_folder_is_not_changed(cdr: Shell, asked: str, tmp_path: Path, how: str) -> None:
    real = Shell(tmp_path / "real")
    git(tmp_path, "clone", "-q", str(cdr.store), "real")
    git(real.store, "switch", "-q", "-c", "office")
    _lent(cdr.store, real.store, how)
    if how not in ("link", "file", "a stale work tree"):
        git(real.store, "branch", "-f", "main", "HEAD")
    pend(real.store, git(real.store, "rev-parse", "HEAD^"))
    (real.store / ".git" / ".cdr-a0b1_c2d.part").write_bytes(b"x")
    before = contents(real.store)
    cdr("list")
    assert str(cdr.store) in cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=78).err
    cdr("verify", "--repair", code=78)
    assert contents(real.store) == before


@pytest.mark.parametrize("how", ["link", "file"])
def test_a_store_is_not_begun_in_a_repository_of_another_folder(
    people: People, member: str, tmp_path: Path, how: str
) -> None:
    git(tmp_path, "init", "-q", "real")
    git(tmp_path / "real", "commit", "-q", "--allow-empty", "-m", "x")
    (tmp_path / "new" / ".git").mkdir(parents=True)
    _lent(tmp_path / "new", tmp_path / "real", how)
    before = contents(tmp_path / "real")
    answer = run(["init", str(tmp_path / "new"), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member])
    assert answer.code == 78 and f"{tmp_path}/new/.git" in answer.err
    assert contents(tmp_path / "real") == before and [path.name for path in (tmp_path / "new").iterdir()] == [".git"]


@pytest.mark.hurt
@pytest.mark.parametrize("how", ["a folder of objects", "an object", "a pack", "the packs"])
def test_no_object_is_written_through_a_link(cdr: Shell, asked: str, tmp_path: Path, how: str) -> None:
    own, outside = cdr.store / ".git" / "objects", tmp_path / "outside"
    if how == "a folder of objects":
        for number in range(256):
            there = own / f"{number:02x}"
            (outside / there.name).mkdir(parents=True)
            if there.exists():
                shutil.copytree(there, outside / there.name, dirs_exist_ok=True)
                shutil.rmtree(there)
            there.symlink_to(outside / there.name)
    elif how == "an object":
        outside.write_bytes(b"x")
        next(own.glob("[0-9a-f][0-9a-f]")).joinpath("0" * 38).symlink_to(outside)
    else:
        git(cdr.store, "gc", "-q")
        place = own / "pack" if how == "the packs" else next(own.glob("pack/*.pack"))
        shutil.move(place, outside)
        place.symlink_to(outside)
    before = contents(outside)
    cdr("list")
    assert "is a link or a pipe" in cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=78).err
    assert contents(outside) == before


@pytest.mark.hurt
@pytest.mark.parametrize(
    "name", ["cdr-pending", "cdr-stage", "cdr-stage.lock", "cdr.lock", "cdr-mail-taken", "index", "index.lock"]
)
def test_a_folder_in_place_of_a_file(cdr: Shell, asked: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What stands in the way is named with what to do, and what does not is no matter."""
    real = git_locks._until
    monkeypatch.setattr(git_locks, "_until", lambda is_done, locks, wait: real(is_done, locks, 0.2))
    there = cdr.store / ".git" / name
    there.unlink() if there.exists() else None
    there.mkdir()
    cdr("list")
    cdr("show", asked)
    if name.startswith("cdr-stage"):
        cdr("milestone", asked, "ncmd_told", as_of="2026-01-24")
        return
    answer = cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=75 if name == "index.lock" else 78)
    assert str(there) in answer.err
    there.rmdir()
    cdr("milestone", asked, "ncmd_told", as_of="2026-01-24")


def pend(store: Path, old: str = "", new: str = "") -> None:
    """A note of a crash, as a folder may bring it along: by itself it names the whole history."""
    note = {"old": old or git(store, "rev-list", "--max-parents=0", "HEAD"), "new": new or head(store)}
    (store / ".git" / "cdr-pending").write_text(json.dumps(note))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("kept", ["cdr-stage", "cdr-stage.lock", "cdr-config"])
def test_an_index_of_somebodys_own_is_not_put_elsewhere(cdr: Shell, asked: str, tmp_path: Path, kept: str) -> None:
    """The index is made ready where nothing can have been planted, before and after what a note of a crash asks for."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (cdr.store / ".git" / kept).symlink_to("../../victim")
    for _ in range(2):
        (cdr.store / ".git" / "index").write_bytes(b"not an index" + bytes(20))
        pend(cdr.store, git(cdr.store, "rev-parse", "HEAD^"))
        document(cdr.store, asked).write_bytes(b"x")
        cdr("list")
        cdr("verify", "--repair")
        assert victim.read_bytes() == b"precious"
    assert git(cdr.store, "status", "--porcelain", "--untracked-files=all") == ""


def test_an_outbox_that_leads_elsewhere(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    """Nothing is taken away there, nothing is written there, and whose folder it is may go on looking into it."""
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    for name in (".cdr-a0b1_c2d.part", ".cdr-chaser"):
        (home / name).write_bytes(b"x")
    (cdr.store / "outbox").rmdir() if (cdr.store / "outbox").exists() else None
    (cdr.store / "outbox").symlink_to(home)
    cdr("list")
    before = head(cdr.store)
    assert f"{cdr.store}/outbox is a link" in cdr("request", sudi, "northshire-police", as_of="2026-01-09", code=78).err
    assert "outbox is a link" in cdr("doctor", code=1).out
    assert contents(home).keys() == {".cdr-a0b1_c2d.part", ".cdr-chaser"} and home.stat().st_mode & 0o777 == 0o755
    assert head(cdr.store) == before
    (cdr.store / "outbox").unlink()
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")


def _tree_of_somebodys(store: Path) -> str:
    """A commit that nobody signed, of a file that only the folder's owner has."""
    blob = git(store, "hash-object", "-w", "--stdin", data=b"years of work")
    return git(store, "commit-tree", git(store, "mktree", data=f"100644 blob {blob}\tthesis.txt\n".encode()), "-m", "x")


@pytest.mark.hurt
@pytest.mark.parametrize("old", ["by nobody", "nothing", "no parent of it", "a step of the history"])
def test_a_note_of_a_crash_takes_nothing_away(cdr: Shell, asked: str, old: str) -> None:
    """Whatever commits it names: nothing that nobody recorded goes, and what is not recorded yet is kept."""
    configuration = cdr.store / "cdr.yaml"
    if old == "a step of the history":
        cdr("agency", "edit", "northshire-police", "--email", "new@northshire-police.example")
    before = {"by nobody": _tree_of_somebodys(cdr.store), "nothing": objects.EMPTY_TREE, "no parent of it": "",
              "a step of the history": git(cdr.store, "rev-parse", "HEAD^")}[old]  # fmt: skip
    (cdr.store / "thesis.txt").write_bytes(b"years of work")
    configuration.write_text(configuration.read_text() + "# mine\n")
    mine = configuration.read_bytes()
    pend(cdr.store, before)
    cdr("list")
    assert (cdr.store / "thesis.txt").read_bytes() == b"years of work"
    kept = [configuration, *(cdr.store / ".git").glob("cdr-aside/*/cdr.yaml")]
    assert mine in [file.read_bytes() for file in kept]
    assert old == "a step of the history" or configuration.read_bytes() == mine
    assert not (cdr.store / ".git" / "cdr-pending").exists()


@pytest.mark.hurt
def test_a_note_of_a_crash_in_a_folder_that_is_not_fit_to_be_written_to(cdr: Shell, asked: str, tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (cdr.store / ".git" / "cdr-aside").symlink_to("../../away")
    document(cdr.store, asked, "requests").unlink()
    document(cdr.store, asked, "requests").mkdir()
    pend(cdr.store, git(cdr.store, "rev-parse", "HEAD^"))
    cdr("list")
    cdr("verify", "--repair", code=78)
    assert list((tmp_path / "away").iterdir()) == [] and document(cdr.store, asked, "requests").is_dir()
    assert (cdr.store / ".git" / "cdr-pending").exists()


@pytest.mark.hurt
def test_nothing_is_written_before_a_history_is_found_good(
    cdr: Shell, asked: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document(cdr.store, asked, "requests").unlink()
    (cdr.store / ".git" / "cdr.lock").unlink()
    (cdr.store / ".git" / ".cdr-a0b1_c2d.part").write_bytes(b"x")
    pend(cdr.store, git(cdr.store, "rev-parse", "HEAD^"))
    before = contents(cdr.store)
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    for command in (["list"], ["show", asked], ["verify"], ["doctor"]):
        cdr(*command, code=1 if command[0] in ("verify", "doctor") else 76)
    assert contents(cdr.store) == before
    cdr("verify", "--root", people.member)
    assert document(cdr.store, asked, "requests").exists() and not list((cdr.store / ".git").glob(".cdr-*"))


def test_a_note_of_a_crash_that_is_none(cdr: Shell, asked: str, tmp_path: Path) -> None:
    """It is found before anything is verified, so it may only ever name commits."""
    for old in (
        f"--output={tmp_path}/written",
        "HEAD",
        "refs/heads/main",
        "0" * 40,
        "4b825dc642cb6eb9a060e54bf8d69288fbee4905",
    ):
        (cdr.store / ".git" / "cdr-pending").write_text(json.dumps({"old": old, "new": head(cdr.store)}))
        cdr("show", asked)
    assert not (tmp_path / "written").exists()


@pytest.mark.hurt
@pytest.mark.parametrize("name", [".git", ".GIT", "..", ".", "a/b", ""])
def test_a_tree_that_leads_elsewhere(cdr: Shell, asked: str, name: str) -> None:
    """As a crash would leave it, in a commit by no one: what is brought forward must not land in .git or outside."""
    blob = bytes.fromhex(git(cdr.store, "hash-object", "-w", "--stdin", data=b"#!/bin/sh\ntouch sprung\n"))
    inner = _object(cdr.store, "tree", b"100755 post-commit\0" + blob)
    raw = subprocess.run(
        ["git", "-C", cdr.store, "cat-file", "tree", "HEAD^{tree}"], capture_output=True, check=True
    ).stdout
    tree = _object(cdr.store, "tree", b"40000 " + name.encode() + b"\0" + bytes.fromhex(inner) + raw)
    before = head(cdr.store)
    lines = f"tree {tree}\nparent {before}\nauthor x <x> 1 +0000\ncommitter x <x> 1 +0000\n\nx\n"
    commit = _object(cdr.store, "commit", lines.encode())
    (cdr.store / ".git" / "refs" / "heads" / "main").write_text(commit + "\n")
    (cdr.store / ".git" / "cdr-pending").write_text(json.dumps({"old": before, "new": commit}))
    for command in (["list"], ["show", asked], ["milestone", asked, "ncmd_told"]):
        cdr(*command, code=76)
    assert not list(cdr.store.parent.rglob("post-commit"))


@pytest.mark.hurt
@pytest.mark.parametrize("how", ["wide", "deep"])
def test_a_tree_of_a_few_objects_and_very_many_paths(
    cdr: Shell, asked: str, people: People, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by a key that may write: it is named, and costs neither minutes nor all of the memory."""
    assert objects.MOST_FILES == 400_000
    monkeypatch.setattr(objects, "MOST_FILES", 50_000)  # it is reached sooner
    names = [f"{number:02}" for number in range(60)] if how == "wide" else ["d" * 200]
    mode, id_ = "100644", git(cdr.store, "hash-object", "-w", "--stdin", data=b"x")
    for _ in range(12 if how == "wide" else 60):
        id_ = _object(cdr.store, "tree", b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(id_) for name in names))
        mode = "40000"
    raw = subprocess.run(
        ["git", "-C", cdr.store, "cat-file", "tree", "HEAD^{tree}"], capture_output=True, check=True
    ).stdout
    tree = _object(cdr.store, "tree", raw + b"40000 zz\0" + bytes.fromhex(id_))
    commit = git(cdr.store, "commit-tree", tree, "-p", "HEAD", f"-S{people.chaser}", "-m", "x", home=people.chaser_home)
    (cdr.store / ".git" / "refs" / "heads" / "main").write_text(commit + "\n")
    for command in (["list"], ["show", asked], ["milestone", asked, "ncmd_told"]):
        assert "more files than a store can have" in cdr(*command, code=76).err


def _object(store: Path, kind: str, raw: bytes) -> str:
    """An object that git itself would not make."""
    return git(store, "hash-object", "-t", kind, "-w", "--literally", "--stdin", data=raw)


# ---- trust ---------------------------------------------------------------------------------------------------------


@pytest.mark.hurt
def test_a_folder_does_not_say_of_itself_that_it_was_accepted(
    cdr: Shell, asked: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(cdr.store, "config", "cdr.root", people.member)
    git(cdr.store, "config", "cdr.store", git(cdr.store, "rev-list", "--max-parents=0", "HEAD"))
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    with unchanged(cdr.store):
        cdr("list", code=76)
    cdr("verify", "--root", people.member)
    cdr("list")


def test_where_a_store_begins_is_not_what_its_settings_say(cdr: Shell, asked: str) -> None:
    git(cdr.store, "config", "cdr.store", head(cdr.store))
    cdr("show", asked)
    assert findings(cdr, code=0) == set()
    assert document(cdr.store, asked).exists()


# ---- what lies outside ---------------------------------------------------------------------------------------------

SECRET = b"what is outside of the store\n"


def holds_the_secret(folder: Path) -> list[str]:
    """The files below a folder that hold it, also as an object of git's."""
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and (SECRET in path.read_bytes() or _inflated(path.read_bytes()).endswith(SECRET))
    ]


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return b""


def test_repair_keeps_a_link_as_a_link(cdr: Shell, asked: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(SECRET)
    there = document(cdr.store, asked, "case")
    was = there.read_bytes()
    there.unlink()
    there.symlink_to("../../../secret.txt")
    cdr("verify", "--repair")
    assert there.read_bytes() == was and not there.is_symlink()
    assert holds_the_secret(cdr.store) == []
    [kept] = [path for path in (cdr.store / ".git" / "cdr-aside").rglob("*") if path.is_symlink()]
    assert str(kept.readlink()) == "../../../secret.txt"
    assert (tmp_path / "secret.txt").read_bytes() == SECRET


def test_repair_keeps_nothing_larger_than_a_document(cdr: Shell, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "LARGEST_KEPT", 1000)
    there = document(cdr.store, asked, "case")
    was = there.read_bytes()
    there.write_bytes(b"x" * 1001)
    assert "could not be kept aside" in cdr("verify", "--repair", code=74).err
    there.write_bytes(b"x")
    cdr("verify", "--repair")
    assert there.read_bytes() == was


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore"])
@pytest.mark.parametrize("what", ["link", "pipe", "large", "folder"])
def test_init_records_nothing_from_outside(people: People, member: str, tmp_path: Path, name: str, what: str) -> None:
    store = tmp_path / "prepared"
    store.mkdir()
    (tmp_path / "secret.txt").write_bytes(SECRET)
    if what == "link":
        (store / name).symlink_to(tmp_path / "secret.txt")
    elif what == "pipe":
        os.mkfifo(store / name)
    elif what == "folder":
        (store / name).mkdir()
    else:
        (store / name).write_bytes(b"#" * 100_000)
    answer = run(["init", str(store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member])
    assert answer.code == 65 and name in answer.err
    assert holds_the_secret(store) == []
    assert [path.name for path in store.iterdir()] == [name]


PREPARED = [
    "cases/2026-7K3M/case.yaml.gpg", "cases/2026-7K3M/notification.yaml.gpg", "keys/" + "A" * 40 + ".asc", "panels/x.yaml.gpg",
    "reports/2025-26.yaml.gpg", "reference/england.yaml", "templates/letters/invitation.txt", "cdr.yaml", "keys/notes",
]  # fmt: skip


@pytest.mark.parametrize("path", PREPARED)
def test_init_makes_nothing_of_somebody_elses_authentic(people: People, member: str, tmp_path: Path, path: str) -> None:
    store = tmp_path / "prepared"
    git(tmp_path, "init", "-q", "-b", "main", "prepared")
    (store / path).parent.mkdir(parents=True, exist_ok=True)
    (store / path).write_text("{{ who.made.this }}\n")
    (store / "README.md").write_text("x\n")
    git(store, "add", "-A")
    git(store, "commit", "-q", "-m", "before")
    (store / path).unlink()  # so that nothing is seen in the folder
    before = git(store, "log", "--format=%H")
    words = ["init", str(store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
    answer = run(words)
    assert answer.code == 65 and path in answer.err and "in the places of a store already" in answer.err
    assert git(store, "log", "--format=%H") == before
    assert run(words).code == 65  # the same once more, whatever the first run left
    git(store, "commit", "-q", "-a", "-m", "without")
    assert run(words).code == 0
    assert {one for one in git(store, "ls-tree", "-r", "--name-only", "HEAD").split("\n") if one == path} <= {
        "cdr.yaml"
    }
    assert findings(Shell(store), code=0) == {("file-name", "README.md")}


def test_an_interrupted_init_is_not_finished_with_what_somebody_put_into_it(
    people: People, member: str, tmp_path: Path
) -> None:
    store = tmp_path / "prepared"
    words = ["init", str(store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
    assert run(words).code == 0
    (store / "templates" / "letters" / "invitation.txt").write_text("x\n")
    git(store, "add", "-A")
    git(store, "commit", "-q", "--amend", f"-S{people.member}", "-m", "cdr: init", home=people.home)
    (store / ".git" / "cdr-init").write_bytes(b"")
    answer = run(words)
    assert answer.code == 65 and "templates/letters/invitation.txt" in answer.err


# ---- how much ------------------------------------------------------------------------------------------------------

# Its own peak since it was started, and that of the programs that it started in turn.
MEASURED = """
import re, resource, sys
from pathlib import Path
from cdr import cli
code = cli.run(sys.argv[1:])
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
sys.stderr.write(f"{max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024}")
sys.exit(code)
"""
MOST_MEGABYTES = 150


def in_little_memory(store: Path, *words: str, code: int) -> str:
    """What a command says, of which no process needed much memory."""
    command = [sys.executable, "-c", MEASURED, "--store", str(store), *words]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=120)
    talk, _, megabytes = done.stderr.rpartition("\n")
    assert done.returncode == code, done.stderr
    assert int(megabytes) < MOST_MEGABYTES
    return done.stdout + talk


def _many_files(folder: bytes) -> bytes:
    """A folder of 64 MB that packs well."""
    return b"".join(b"100644 %s%07d\0" % (folder, number) + bytes(19) + b"x" for number in range(1_800_000))


@pytest.mark.parametrize("what", ["registry of nothing", "registry of lists", "one key for all", "folders", "members"])
def test_a_strangers_store_takes_little_memory(
    people: People, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Refused before it is unpacked: nobody has said that it is to be trusted."""
    store = tmp_path / "theirs"
    monkeypatch.setenv("GNUPGHOME", people.stranger_home)
    assert run(["init", str(store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.stranger]).code == 0
    registry = store / "keys" / "registry.yaml"
    if what == "registry of nothing":
        os.truncate(registry, 200_000_000)
    elif what == "registry of lists":
        registry.write_bytes(b"- []\n" * 4_000_000)
    elif what == "members":
        registry.write_bytes(b"members:\n" + b"- {fingerprint: x, name: x, since: x}\n" * 5_000 + b"chasers: []\n")
    elif what == "one key for all":
        others = [f"{number:040X}" for number in range(4)]
        lines = "".join(f'- fingerprint: "{one}"\n  name: x\n  since: "2026-01-01"\n' for one in others)
        registry.write_text(registry.read_text().replace("members:\n", f"members:\n{lines}"))
        for one in others:
            (store / "keys" / f"{one}.asc").touch()
            os.truncate(store / "keys" / f"{one}.asc", 100_000_000)
    if what == "folders":
        raw = subprocess.run(
            ["git", "-C", store, "cat-file", "tree", "HEAD^{tree}"], capture_output=True, check=True
        ).stdout
        ids = [_object(store, "tree", _many_files(name)) for name in (b"a", b"b")]
        tree = _object(
            store,
            "tree",
            raw + b"".join(b"40000 zz%d\0" % number + bytes.fromhex(id_) for number, id_ in enumerate(ids)),
        )
        git(
            store,
            "update-ref",
            "refs/heads/main",
            git(store, "commit-tree", tree, "-p", "HEAD", f"-S{people.stranger}", "-m", "x"),
        )
    else:
        git(store, "add", "-A")
        git(store, "commit", "-q", "--amend", f"-S{people.stranger}", "-m", "cdr: init", home=people.stranger_home)
    for command in (["list"], ["verify", "--root", people.stranger]):
        monkeypatch.setenv("GNUPGHOME", people.home)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
        said = in_little_memory(store, *command, code=1 if command[0] == "verify" else 76)
        if what != "folders":
            assert "too large" in said or "is damaged" in said
        elif command[0] == "verify":
            assert "too large for a folder of a store" in said


@pytest.mark.hurt
def test_doctor_fills_in_no_wording_of_a_store_that_was_not_accepted(
    cdr: Shell, asked: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = cdr.store / "templates" / "letters"
    letters.mkdir(parents=True, exist_ok=True)
    (letters / "condolence.txt").write_text("{{ not.a.field }}\n")
    assert "templates/letters/condolence.txt" in cdr("doctor", code=1).out
    monkeypatch.setattr(wording_check, "problems", lambda *_: pytest.fail("it is filled in"))
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    said = cdr("doctor", code=1).out
    assert "templates/letters" not in said and "has not been checked here yet" in said


@pytest.mark.hurt
def test_doctor_reads_no_wording_from_behind_a_link(cdr: Shell, asked: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(SECRET)
    letters = cdr.store / "templates" / "letters"
    (letters / "condolence.txt").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(letters / "signature.txt")
    (letters / "who-to-ask.txt").write_bytes(b"x" * 2_000_000)
    said = cdr("doctor", code=1).out
    assert said.count("is no plain file of at most 1 MB") == 3
