"""A folder that somebody else prepared runs nothing, changes no bytes and writes nowhere else, whatever is done in it.

The settings are those of which git's own documentation says that they name a program (git-config(1), gitattributes(5),
githooks(5)), as far as they can stand in a repository. Each group is first shown to be armed: git by hand sets it off.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import git, sign_commit
from store.prepared import ATTRIBUTES, Trap

from cdr.verbs import COMMANDS

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
    ["planning"],
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
    ["reading", "agreement"],
    ["action", "list"],
    ["learning", "list"],
    ["assurance"],
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
    ["take-over", "FOLDER/other"],
    ["void", "REF", "--by-mistake"],
    ["anchor"],
    ["retention"],
    ["backup", "FOLDER/backup.bundle"],
    ["restore", "FOLDER/backup.bundle", "FOLDER/restored"],
    ["erase", "REF"],
    ["sync"],
    ["verify"],
    ["verify", "--repair"],
]


MAY_REFUSE = ("doctor", "edit", "bounce", "close", "reopen", "import", "sync", "restore", "governance", "find", "reconcile",
              "disclose", "handover", "receive", "void", "export", "erase", "take-over")  # fmt: skip


SOME: list[list[object]] = [
    ["list"],
    ["show", "REF"],
    ["audit", "REF"],
    ["milestone", "REF", "ncmd_told"],
    ["verify", "--repair"],
]


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path / "trap")


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
    assert {asked, second} == {one["case"] for one in cdr("list", "--json").json["cases"]}  # the folder still had it
