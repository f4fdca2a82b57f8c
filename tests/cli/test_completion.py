"""Completion: the script of each shell, what bash really offers, and what is offered where, without a key."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import click
import pexpect
import pytest
import terminals
from conftest import Shell, run
from store.hands import on_the_path

from cdr import cli, verbs
from cdr.terminal.completing import SHELLS, SOURCES, answer, prepare


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed_and_ends_well(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = run(["completion", shell])
    assert (printed.code, printed.err) == (0, "") and f"_CDR_COMPLETE={shell}_complete" in printed.out
    monkeypatch.setenv("_CDR_COMPLETE", f"{shell}_source")
    assert run([]).code == 0 and run([]).out.strip() == printed.out.strip()
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=printed.out, text=True, check=True)


def test_another_shell_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["completion", "tcsh"]).code == 2
    monkeypatch.setenv("_CDR_COMPLETE", "tcsh_source")
    assert run([]).code == 2


def offered(line: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is offered for the last word of a line."""
    words = line.split(" ")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    monkeypatch.setenv("_CDR_COMPLETE", "bash_complete")
    answer = run([])
    assert (answer.code, answer.err) == (0, "")
    return [one.removeprefix("plain,") for one in answer.out.split()]


def test_what_is_offered_where(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "none"))
    monkeypatch.setenv("CDR_STORE", str(cdr.store))

    def on(line: str) -> list[str]:
        return offered(line, monkeypatch)

    assert on("cdr sh") == ["show"] and on("cdr list --op") == ["--open"]
    assert on("cdr show ") == [sudi] and on(f"cdr show {sudi[:5].lower()}") == [sudi]
    assert on(f"cdr request {sudi} northshire-p") == ["northshire-police"]
    assert on("cdr list --agency northshire-p") == ["northshire-police"]
    assert on("cdr agency show northshire-p") == ["northshire-police"]
    assert on(f"cdr edit {sudi} return:northshire-p") == ["return:northshire-police"]
    assert on(f"cdr milestone {sudi} home_v") == ["home_visit"] and "inquest" in on(f"cdr gate {sudi} open ")
    assert on("cdr explain t14") == ["T14"] and on("cdr explain a-2")[0] == "A-20"
    assert on(f"cdr attach {sudi} x --kind post") == ["post_mortem_report"]
    assert (
        on("cdr notify --from ") == ["file,"] and on(f"cdr attach {sudi} ") == ["file,"] and on("cdr init ") == ["dir,"]
    )
    assert on("cdr --store ") == ["dir,"]
    monkeypatch.setenv("CDR_STORE", str(tmp_path))
    assert on("cdr show ") == [] and on("cdr request X ") == []


BEGIN = {
    "bash": (".bashrc", 'eval "$(cdr completion bash)"\n', ["--noprofile", "-i"]),
    "zsh": (".zshrc", 'autoload -Uz compinit && compinit -u\neval "$(cdr completion zsh)"\n', ["-i"]),
    "fish": (".config/fish/config.fish", "cdr completion fish | source\n", ["-i"]),
}
CLEAR = "\x15"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_what_a_person_types(
    cdr: Shell, sudi: str, shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Tab key, in the shell as it is; no key and no home but an empty one."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    monkeypatch.setenv("PATH", os.environ["PATH"])
    on_the_path(tmp_path / "bin")
    home, here = tmp_path / "home", tmp_path / "here"
    begins, script, options = BEGIN[shell]
    (home / begins).parent.mkdir(parents=True)
    (home / begins).write_text(script)
    here.mkdir()
    (here / "the form.yaml").touch()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "GNUPGHOME": str(home / "none"), "CDR_STORE": str(cdr.store)}  # fmt: skip
    terminal = pexpect.spawn(
        program, options, cwd=here, env={**environment, "TERM": "dumb", "LC_ALL": "C.UTF-8"}, encoding="utf-8",
        timeout=terminals.PATIENCE, dimensions=(40, 200),
    )  # fmt: skip
    terminal.sendline("echo read''y")
    terminal.expect("ready")
    for typed, completed in {
        f"cdr show {sudi[:6]}": f"cdr show {sudi} ",
        f"cdr request {sudi} northshire-p": "northshire-police ",
        f"cdr milestone {sudi} home_v": "home_visit ",
        "cdr notify --from the": r"the\ form.yaml ",
        "cdr recon": "reconcile ",
        f"cdr --store {tmp_path}/her": f"{tmp_path}/here/",
    }.items():
        terminal.send(f"{CLEAR}{typed}\t")
        terminal.expect_exact(completed)
    terminals.killed(terminal)


def test_no_word_for_completion_stands_in_no_usage() -> None:
    called = set()
    for name in verbs.COMMANDS:
        found = cli.cdr.get_command(click.Context(cli.cdr), name)
        assert found is not None
        inner = found.commands.values() if isinstance(found, click.Group) else [found]
        words = {(p.metavar or "").strip("[].") for one in inner for p in one.params}
        called |= {f"{name} {word}" for word in words} | words
    assert {one for one in SOURCES if " " in one and not one.startswith(("panel", "review"))} <= called
    assert answer(cli.cdr, "bash_nothing") is None
    prepare(click.Command("x"), "x")
