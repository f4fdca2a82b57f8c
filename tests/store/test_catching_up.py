"""Who asks after somebody else recorded something finds what a look at everything finds, and looks at what was touched alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import document, git, head, sign_commit
from store.test_parts import Watched, with_closed

from cdr.app import App
from cdr.columns import CHASED, LISTED
from cdr.store import catching_up
from cdr.store.git import Git
from cdr.store.parts import SINCE, WORDS
from cdr.store.transaction import Change

POLICE, HOSPITAL = "northshire-police", "northtown-general"
Step = Callable[[Shell, str], Any]
STEPS: dict[str, Step] = {
    "another case": lambda cdr, case: cdr(
        "notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x", as_of="2026-01-09"
    ),
    "a request": lambda cdr, case: cdr("request", case, POLICE, HOSPITAL, as_of="2026-01-09"),
    "a hold": lambda cdr, case: cdr(
        "chase", "--hold", case, POLICE, "--until", "2026-02-09", "Its records are moved", as_of="2026-01-10"
    ),
    "a milestone": lambda cdr, case: cdr("milestone", case, "ncmd_told", as_of="2026-01-10"),
    "prompts": lambda cdr, case: cdr("chase", "--overdue", as_of="2026-01-23"),
    "a nil return": lambda cdr, case: cdr("return", case, HOSPITAL, "--nil", as_of="2026-01-24"),
    "a waiver": lambda cdr, case: cdr("return", case, POLICE, "--waive", "Nobody answers", as_of="2026-01-25"),
    "asked again": lambda cdr, case: cdr("request", case, POLICE, as_of="2026-01-26"),
    "a return": lambda cdr, case: cdr(
        "return", case, POLICE, "--from", EXAMPLES / "form-b-police.yaml", as_of="2026-02-07"
    ),
    "void": lambda cdr, case: cdr("void", case, "--by-mistake", as_of="2026-02-08"),
}


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commits of which every folder was looked at."""
    looked: list[str] = []
    tree = Git.tree

    def noted(asked: Git, commit: str) -> Any:
        looked.append(commit)
        return tree(asked, commit)

    monkeypatch.setattr(Git, "tree", noted)
    return looked


@contextmanager
def beside(state: Path, home: str = "") -> Iterator[None]:
    """Another person's machine, or another account."""
    with pytest.MonkeyPatch.context() as other:
        other.setenv("XDG_STATE_HOME", str(state))
        if home:
            other.setenv("GNUPGHOME", home)
        yield


def seen(folder: Path, root: str | None = None) -> Any:
    """All that a question may find, of cases, of columns, and of what is left out."""
    busy = App(store_option=str(folder), root=root)
    chased = busy.column(CHASED)
    app = App(store_option=str(folder))
    listed = app.column(LISTED)
    return app.store.kept(), listed, chased, sorted(app.store.left_out), sorted(busy.store.left_out)


def compared(cdr: Shell, tmp_path: Path, home: str = "", root: str | None = None) -> Any:
    """What the one finds who looked before, which is what one finds who never did."""
    with beside(tmp_path / "follows", home):
        found = seen(cdr.store, root)
    shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
    with beside(tmp_path / "fresh", home):
        assert found == seen(cdr.store, root)
    return found


@pytest.mark.parametrize("by", ["member", "chaser"])
def test_whatever_somebody_else_recorded_is_found_without_a_look_at_everything(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, whole: list[str], by: str
) -> None:
    home = people.chaser_home if by == "chaser" else people.home
    with_closed(cdr.store, range(5))
    compared(cdr, tmp_path, home, people.member)
    for name, step in STEPS.items():
        step(cdr, sudi)
        whole.clear()
        with beside(tmp_path / "follows", home):
            seen(cdr.store)
        assert whole == [], name
        compared(cdr, tmp_path, home, people.member)


@pytest.mark.parametrize("most", [8 * 1024, 0])
def test_several_commits_together_and_then_nothing(
    cdr: Shell, sudi: str, tmp_path: Path, whole: list[str], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As recorded since, or where that would be too large with the part."""
    for name in ("MOST_RECORDED", "MOST_ASKED", "MOST_OPENED"):
        monkeypatch.setattr(f"cdr.store.since.{name}", most)
    compared(cdr, tmp_path)
    for step in STEPS.values():
        step(cdr, sudi)
    whole.clear()
    with beside(tmp_path / "follows"):
        seen(cdr.store)
    assert whole == []
    compared(cdr, tmp_path)


def test_what_others_recorded_is_kept_as_recorded_since_and_nothing_else_is_sealed(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("chase", "--overdue", as_of="2026-01-09")  # by the member, who goes on elsewhere
    theirs = tmp_path / "theirs"
    watched = Watched(cdr, monkeypatch)
    for agency in (POLICE, HOSPITAL):
        with beside(theirs):
            cdr("request", sudi, agency, as_of="2026-01-09")
        [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
        before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        started, read = watched("chase", "--overdue")
        changed = {
            path.name for path in folder.iterdir() if path.is_file() and path.read_bytes() != before.get(path.name)
        }
        assert changed == {SINCE} and "index" not in read
        assert started <= 8  # who signed it, with their key, among them
        shutil.rmtree(folder.parent / "quiet")
        assert watched("chase", "--overdue") == (1, frozenset({"key", WORDS, SINCE}))


# ---- what nobody should do, and what is seldom done ---------------------------------------------------------------------


def taken_out(cdr: Shell, case: str, by: Callable[[], str]) -> None:
    document(cdr.store, case, "requests").unlink()
    by()


def put_back(cdr: Shell, case: str, by: Callable[[], str]) -> None:
    path = document(cdr.store, case, "requests")
    older = path.read_bytes()
    cdr("request", case, HOSPITAL, as_of="2026-01-10")
    path.write_bytes(older)
    by()


def put_back_and_forth(cdr: Shell, case: str, by: Callable[[], str]) -> None:
    path = document(cdr.store, case, "requests")
    older = path.read_bytes()
    cdr("request", case, HOSPITAL, as_of="2026-01-10")
    cdr("request", case, "regional-ambulance", as_of="2026-01-10")
    newer = path.read_bytes()
    for raw in (older, newer):
        path.write_bytes(raw)
        by()


def of_no_case(cdr: Shell, case: str, by: Callable[[], str]) -> None:
    folder = cdr.store / "cases" / "2026-ZZZZ"
    folder.mkdir()
    shutil.copy(document(cdr.store, case, "requests"), folder)
    by()


def of_another_case(cdr: Shell, case: str, by: Callable[[], str]) -> None:
    shutil.copy(document(cdr.store, case, "requests"), document(cdr.store, case, "prompts"))
    by()


def come_and_gone(cdr: Shell, case: str, by: Callable[[], str]) -> None:
    path = cdr.store / "kept.txt"
    path.write_text("What was kept.\n", "utf-8")
    cdr("attach", case, path, "--kind", "other", as_of="2026-01-10")
    path.unlink()
    (cdr.store / "cases" / case / "attachment-01.gpg").unlink()
    by()


def a_link(cdr: Shell, case: str, by: Callable[[], str]) -> None:
    path = document(cdr.store, case, "prompts")
    path.unlink()
    path.symlink_to("requests.yaml.gpg")
    by()


@pytest.mark.hurt
@pytest.mark.parametrize(
    "done", [taken_out, put_back, put_back_and_forth, of_no_case, of_another_case, come_and_gone, a_link]
)
def test_what_is_wrong_is_found_as_by_a_look_at_everything(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, done: Callable[[Shell, str, Callable[[], str]], None]
) -> None:
    cdr("request", sudi, POLICE, as_of="2026-01-09")
    compared(cdr, tmp_path)
    done(cdr, sudi, lambda: sign_commit(cdr.store, people.second_home, people.second))
    *_, left_out, of_chasing = compared(cdr, tmp_path)
    assert left_out == of_chasing == (["2026-ZZZZ"] if done is of_no_case else [sudi])
    STEPS["another case"](cdr, sudi)
    assert compared(cdr, tmp_path)[-1] == left_out


@pytest.mark.hurt
def test_what_was_put_back_and_forth_since_it_was_seen_is_no_more_what_it_was(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    path = document(cdr.store, sudi, "requests")
    revisions = []
    for agency in (POLICE, HOSPITAL, "regional-ambulance"):
        cdr("request", sudi, agency, as_of="2026-01-10")
        revisions.append(path.read_bytes())
    assert compared(cdr, tmp_path)[-1] == []
    for raw in (revisions[0], revisions[-1]):
        path.write_bytes(raw)
        sign_commit(cdr.store, people.second_home, people.second)
    assert compared(cdr, tmp_path)[-1] == [sudi]


def test_where_little_is_not_enough_everything_is_looked_at(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, whole: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdr.store.index.RESTED", 0)

    def another_file() -> None:
        (cdr.store / "notes.txt").write_text("What is no document.\n")
        sign_commit(cdr.store, people.home, people.member)

    def many() -> None:
        with monkeypatch.context() as fewer:
            fewer.setattr(catching_up, "MOST_CASES", 0)
            STEPS["a request"](cdr, sudi)
            seen_by_others()

    def seen_by_others() -> None:
        whole.clear()
        with beside(tmp_path / "follows"):
            seen(cdr.store)
        assert head(cdr.store) in whole

    with_closed(cdr.store, range(3))
    compared(cdr, tmp_path)
    many()
    for step in (
        another_file,
        lambda: cdr("reopen", "2016-AABB", "--reason", "Something was not known", as_of="2026-01-12"),
        lambda: with_closed(cdr.store, range(3, 40)),
    ):
        step()
        seen_by_others()
        compared(cdr, tmp_path)


def test_a_branch_that_is_not_built_on_what_was_seen_is_looked_at_whole(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    app = App(store_option=str(cdr.store))
    app.column(CHASED)
    [part] = [app.store.index.parts.not_at_rest()]
    assert part is not None and part.at == head(cdr.store)
    STEPS["a request"](cdr, sudi)
    snapshot = App(store_option=str(cdr.store)).store.snapshot
    kinds = app.store.index.kinds
    assert {one.id for one in catching_up.touched(snapshot, part, kinds) or ()} >= {"requests", "prompts"}
    other = git(cdr.store, "commit-tree", "-m", "of another store", "HEAD^{tree}")
    for at in ("", "0" * 40, other):
        part.at = at
        assert catching_up.touched(snapshot, part, kinds) is None


def test_a_case_at_rest_of_which_every_document_was_touched_is_counted_once(
    cdr: Shell, sudi: str, tmp_path: Path, whole: list[str]
) -> None:
    """It is no new one, and the parts hold it already."""
    with_closed(cdr.store, range(3))
    with beside(tmp_path / "follows"):
        seen(cdr.store)
    with beside(tmp_path / "theirs"):
        store = App(store_option=str(cdr.store)).store
        with store.writing():
            documents = store.case("2016-AABB").documents
            store.commit(Change("edit", {one.place: {**one.body} for one in documents}), documents)
    with beside(tmp_path / "follows"):
        app = App(store_option=str(cdr.store))
        assert app.cases_at_rest().count + len(app.cases_not_at_rest()) == 4
        assert set(app.cases_not_at_rest()) == {sudi}
    compared(cdr, tmp_path)
