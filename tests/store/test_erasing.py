"""A case is erased by two members: no copy that syncs holds anything of it, and the history is verified as before."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest
import terminals
from cli.registers import ROW, register
from conftest import EXAMPLES, People, Shell
from store.hands import git, head, on_the_path
from store.test_sync import Hand, Office, office  # noqa: F401

from cdr.store import destroying
from cdr.store.erasures import Erasure, fault, joined

ONE, OTHER = "A" * 40, "B" * 40
ASKED = Erasure("2026-7K3M", "retention", ONE, "2026-01-20")
GONE = ASKED.confirmed(OTHER, "2026-01-21")


def _files_of(store: Path, case: str) -> set[str]:
    """The ids of every file that ever stood in a case."""
    lines = git(store, "log", "--all", "--raw", "--no-abbrev", "--format=", "--", f"cases/{case}").splitlines()
    return {one for line in lines for one in line.split()[2:4] if one.strip("0")}


def _held(store: Path, files: set[str]) -> set[str]:
    lines = git(store, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").splitlines()
    return files & {*lines}


def _ended(*_: object) -> None:
    raise KeyboardInterrupt


def findings_of(hand: Hand) -> set[tuple[str, str]]:
    return {(one["check"], one["path"]) for one in hand("verify", "--json", code=1).json["findings"]}


def test_one_after_the_other() -> None:
    assert (
        fault(None, ASKED, ONE)
        == fault(ASKED, GONE, OTHER)
        == fault(ASKED, None, OTHER)
        == fault(GONE, GONE, ONE)
        == ""
    )
    for before, after, signer in (
        (None, ASKED, OTHER), (None, GONE, OTHER), (ASKED, GONE, ONE), (ASKED, ASKED.confirmed(ONE, "2026-01-21"), ONE),
        (ASKED, replace(GONE, because="order"), OTHER), (GONE, None, OTHER), (GONE, ASKED, ONE),
    ):  # fmt: skip
        assert fault(before, after, signer), (before, after, signer)


def test_two_lines_of_work_come_to_the_same() -> None:
    also = replace(ASKED, asked_by=OTHER, asked_on="2026-01-19")
    later = ASKED.confirmed("C" * 40, "2026-01-22")
    for base, ours, theirs, made in (
        (None, ASKED, None, ASKED), (None, ASKED, also, also), (ASKED, None, ASKED, None), (ASKED, None, GONE, GONE),
        (ASKED, GONE, later, GONE), (ASKED, GONE, ASKED, GONE), (None, None, None, None),
    ):  # fmt: skip
        assert joined(base, ours, theirs) == joined(base, theirs, ours) == made
    assert Erasure.read(GONE.written(), "erased/2026-7K3M.yaml") == GONE


def test_at_a_terminal_the_first_of_the_two_is_asked_why(cdr: Shell, sudi: str) -> None:
    before = head(cdr.store)
    for typed, code in (("", 65), ("order", 0)):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "cdr", "--store", str(cdr.store), "erase", sudi],
            encoding="utf-8",
            timeout=terminals.PATIENCE,
        )
        child.expect("1 retention: ")
        child.expect("Why is it to go")
        if typed:
            child.sendline("whatever")
            child.expect("Type one of")
        child.sendline(typed)
        assert terminals.ended(child) == code
        assert (head(cdr.store) == before) == bool(code)
    assert "\nbecause: order\n" in git(cdr.store, "show", f"HEAD:erased/{sudi}.yaml")


def test_a_new_machine_starts_from_a_repository_that_destroyed_files(
    office: Office,  # noqa: F811
    people: People,
    tmp_path: Path,
) -> None:
    """`git clone` fails there; `cdr restore` takes what a verified erasure accounts for as rightly missing, and nothing else."""
    robin, sam, bare, case = office.robin, office.sam, office.bare, office.case
    new = Hand(sam.home, tmp_path / "new.state", tmp_path / "new")
    whole = Hand(sam.home, tmp_path / "whole.state", tmp_path / "whole")
    assert "holds no store yet" in new("restore", _empty(tmp_path), new.store, code=66).err
    whole("restore", bare, whole.store, "--root", people.member)
    assert head(whole.store) == head(bare) and git(whole.store, "status", "--porcelain") == ""
    whole.verified()
    other = robin("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2027-01-21").out.strip()
    robin("sync")
    git(whole.store, "pull", "-q")  # by hand, as in a clone: what is ahead is taken over
    assert head(whole.store) == head(robin.store) and f"cases/{other}" in git(whole.store, "ls-files")
    said = git(robin.store, "rev-parse", f"HEAD:cases/{case}/prompts.yaml.gpg")
    assert robin("outbox", "show", case, "1").out and _held(bare, {said})
    timeline = tmp_path / "timeline.txt"
    robin("timeline", case, "-o", timeline)
    robin("panel", "new", "2027-02-10", as_of="2027-01-21")
    robin("panel", "assign", "P2027-02-10", case, "--override", "x", as_of="2027-01-21")
    stays = "What P2027-02-10 keeps about it stays"
    assert stays in robin("erase", case, "--because", "order").err
    robin("sync")
    sam("sync")
    assert stays in sam("erase", case).err, (
        "what a meeting wrote of it is in the meeting's own document, which is not destroyed"
    )
    assert f"deleted: {timeline}" in robin("sync").err and not timeline.exists()
    files = _files_of(sam.store, case)
    assert said in files and not _held(bare, files)
    assert "was erased" in robin("outbox", "show", case, "1", code=66).err
    git(tmp_path, "clone", "-q", f"file://{bare}", str(tmp_path / "by-hand"), code=128)

    assert new("restore", bare, new.store, code=1).err.count("cdr verify --root") == 1
    new("list", code=76)
    new("verify", "--root", people.member)
    new.verified()
    shutil.rmtree(new.store)
    made = new("restore", f"file://{bare}", new.store, "--root", people.member, "--json").json
    assert made["commit"] == head(bare) and made["accepted"]
    assert [one["case"] for one in new("list", "--json").json["cases"]] == [other] and not _held(new.store, files)
    new.verified()
    new("milestone", other, "ncmd_told", "--on", "2027-01-22", as_of="2027-01-22")
    assert new("sync", "--json").json["sent"] == 1  # it knows from where it came
    assert whole("sync", "--json").json["erased"] == [case]
    kept = tmp_path / "after.bundle"
    new("backup", kept)
    shutil.rmtree(new.store)
    new("restore", kept, new.store, "--root", people.member)
    new.verified()

    elsewhere = _empty(tmp_path)  # a shared repository that begins after the erasure begins as a copy
    assert "git -C FOLDER config core.bare true" in robin("sync", elsewhere, code=76).err
    shutil.rmtree(elsewhere)
    shutil.copytree(robin.store / ".git", elsewhere)
    git(elsewhere, "config", "core.bare", "true")
    robin("milestone", other, "support_offered", as_of="2027-01-22")
    assert robin("sync", elsewhere, "--json").json["sent"] == 1

    lost = git(bare, "rev-parse", f"HEAD:cases/{other}/notification.yaml.gpg")
    (bare / "objects" / lost[:2] / lost[2:]).unlink()
    new.store.rename(tmp_path / "aside")
    assert new("restore", bare, new.store, "--root", people.member, code=76).err.count("lost a part of the history")
    assert not new.store.exists()


def _empty(folder: Path) -> Path:
    made = folder / "empty.git"
    git(folder, "init", "-q", "--bare", "--initial-branch=main", str(made))
    return made


def test_no_copy_that_syncs_can_open_it(
    office: Office,  # noqa: F811
    people: People,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    robin, sam, cron, bare, case = office.robin, office.sam, office.cron, office.bare, office.case
    git(bare, "config", "transfer.fsckObjects", "true")
    other = robin("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2027-01-21").out.strip()
    robin("attach", case, EXAMPLES / "letter-gate.yaml", "--kind", "other")
    robin("sync")
    sam("sync")
    anchor = sam("anchor").out.strip()
    backup = tmp_path / "before.bundle"
    sam("backup", backup)
    old = Hand(sam.home, tmp_path / "old.state", tmp_path / "old")
    shutil.copytree(sam.store, old.store)
    shutil.copytree(sam.store, tmp_path / "older")
    old("verify", "--root", people.member)

    said = robin("erase", case, "--json").json
    assert said["state"] == "asked" and said["because"] == "not_said" and not said["destroyed"]
    assert robin("show", case)
    assert "takes two people" in robin("erase", case, code=65).err
    assert cron("erase", case, code=77)
    robin("erase", case, "--withdraw")
    robin("erase", case, "--because", "order")
    robin("sync")
    assert sam("sync", "--json").json["erased"] == []
    assert sam("retention", "--json").json["asked"] == [case]
    files = _files_of(sam.store, case)
    assert len(files) > 5 and _held(bare, files) == files

    git(bare, "config", "uploadpack.allowFilter", "true")
    with (
        monkeypatch.context() as patch
    ):  # ended in the middle of it: it is recorded and told, and the next call does the rest
        patch.setattr(destroying, "_pack_anew", _ended)
        sam("erase", case, code=130)
    assert sam("show", case, code=66).err and head(bare) == head(sam.store)
    ended = sam("erase", case, "--json").json
    assert ended["state"] == "erased" and ended["destroyed"] and ended["confirmed_by"] == people.second
    assert robin("sync", "--json").json["erased"] == [case]
    for hand in (robin, sam):
        assert not _held(hand.store, files) and not (hand.store / "cases" / case).exists()
        assert "was erased on 2026-01-20" in hand("show", case, code=66).err
        assert [one["case"] for one in hand("list", "--json").json["cases"]] == [other]
        assert not [*hand.state.rglob(f"cases/{case}")]
        hand.verified()
        assert "holds it" in hand("anchor", "verify", anchor).out
        assert hand("erase", case, "--json").json["destroyed"]
        assert "cdr: erase" in hand("audit", case).out
    assert not _held(bare, files)
    one = git(old.store, "ls-tree", "-r", "HEAD", f"cases/{case}/case.yaml.gpg").split()[2]
    git(sam.store, "hash-object", "-w", str(old.store / "cases" / case / "case.yaml.gpg"))
    assert _held(sam.store, files) == {one} and findings_of(sam) == {("erased", f"erased/{case}.yaml")}
    assert sam("erase", case).out and not _held(sam.store, files)
    shutil.copytree(old.store / "cases" / case, sam.store / "cases" / case)  # by hand, from an old copy of the folder
    assert ("erased", f"erased/{case}.yaml") in findings_of(sam)
    assert sam("erase", case).out and not (sam.store / "cases" / case).exists()
    sam.verified()
    git(bare, "hash-object", "-w", str(old.store / "cases" / case / "case.yaml.gpg"))
    with monkeypatch.context() as patch:  # as git calls it on the shared repository's machine
        patch.setenv("GIT_DIR", str(bare))
        server = Hand(cron.home, tmp_path / "server.state", bare)
        pushed = f"{'0' * 40} {head(sam.store)} refs/heads/main\n".encode()
        server("check-push", "--done", "--root", people.member, stdin=pushed)
    assert not _held(bare, files)

    away = bare.rename(tmp_path / "away.git")
    cron("chase", "--overdue", as_of="2026-02-20", code=75)  # in the case that is gone, which cron cannot know yet
    away.rename(bare)
    late = _files_of(cron.store, case) - files
    assert late and "that is dropped" in cron("sync").err  # and it never had the last files of the case
    assert not _held(cron.store, files | late)
    cron.verified()
    kept = tmp_path / "after.bundle"
    robin("backup", kept)
    again = Hand(robin.home, tmp_path / "again.state", tmp_path / "again")
    again("restore", kept, again.store, "--root", people.member)
    again.verified()

    old("milestone", case, "ncmd_told", "--on", "2026-01-12")
    old("milestone", other, "ncmd_told", "--on", "2027-01-22", as_of="2027-01-22")
    more = _files_of(old.store, case)
    assert "that is dropped" in old("sync", as_of="2027-01-22").err
    assert [one["kind"] for one in old.show(other)["case"]["milestones"]] == ["ncmd_told"]
    assert not _held(old.store, files | more) and not _held(bare, files | more)
    old.verified()
    robin("sync")
    assert robin.show(other)["case"]["milestones"] and old("sync").out == robin("sync").out

    monkeypatch.setenv("PATH", os.environ["PATH"])
    on_the_path(tmp_path / "programs")
    hook = bare / "hooks" / "pre-receive"
    hook.write_text(
        f"#!/bin/sh\nexport XDG_STATE_HOME={tmp_path}/server.state\nexec cdr check-push --root {people.member}\n"
    )
    hook.chmod(0o700)
    older = tmp_path / "older"
    git(older, "fetch", "-q", str(bare), "main")
    git(
        older,
        "-c",
        f"user.signingKey={people.second}",
        "merge",
        "-q",
        "-S",
        "-s",
        "ours",
        "-m",
        "by hand",
        "FETCH_HEAD",
        home=sam.home,
    )
    taken = git(older, "push", "-q", str(bare), "HEAD:main", code=1)
    assert not taken

    shutil.rmtree(again.store)  # and put back from before, where it had been destroyed
    again("restore", backup, again.store, "--root", people.member, code=1)
    assert _held(again.store, files) and again("sync", bare, "--json").json["erased"] == [case]
    assert not _held(again.store, files)
    again.verified()


def test_a_year_that_was_published_says_that_a_case_was_erased(office: Office, tmp_path: Path) -> None:  # noqa: F811
    robin, sam, case = office.robin, office.sam, office.case
    died = ROW | {"notified_on": "2025-05-07", "date_of_death": "2025-05-06"}
    rows = (died | {"old_reference": str(n), "date_of_birth": f"2025-01-{n:02}"} for n in range(1, 10))
    robin("import", register(tmp_path, *rows), as_of="2026-04-30")
    year = ["tally", "--year", "2025/26"]
    robin(*year, "--public", as_of="2026-05-01")
    asked = robin("erase", case, as_of="2026-05-02").err
    assert "It was asked for on 2026-05-02; no reason was given." in asked, "and not because none was"
    robin("erase", case, "--withdraw", as_of="2026-05-02")
    robin("erase", case, "--because", "order", as_of="2026-05-03")
    robin("sync")
    sam("sync")
    sam("erase", case, as_of="2026-05-04")
    changed = sam(*year, "--json", as_of="2026-05-05").json["revisions"]
    causes = [{"on": "2026-05-04", "what": "erase"}]
    assert changed and all(one["causes"] == causes for one in changed), "once, and not when it was only asked for"
