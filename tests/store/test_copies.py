"""What people who know git do to a folder: copies of every kind are whole or say so, and none is taken for tampered with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import People, Shell, run
from store.hands import clean, findings, git, head, refused_everywhere, sign_commit, unchanged


@pytest.fixture
def asked(cdr: Shell, sudi: str) -> str:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    return sudi


def goes_on(cdr: Shell, case: str, step: str = "ncmd_told") -> None:
    """Reading, writing and checking work, and leave the folder and git's index right."""
    cdr("list")
    cdr("show", case)
    before = head(cdr.store)
    cdr("milestone", case, step, as_of="2026-01-24")
    assert git(cdr.store, "rev-parse", "HEAD^") == before
    assert clean(cdr.store)
    assert findings(cdr, code=0) == set()


# ---- line ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attributes", ["of today", "of before", "none"])
def test_a_clone_with_the_line_ends_of_windows(
    cdr: Shell, asked: str, people: People, tmp_path: Path, attributes: str
) -> None:
    if attributes != "of today":
        (cdr.store / ".gitattributes").write_text("*.gpg -text -diff -merge\n" if attributes == "of before" else "")
        sign_commit(cdr.store, people.home, people.member)
    git(tmp_path, "-c", "core.autocrlf=true", "clone", "-q", "-c", "core.autocrlf=true", str(cdr.store), "windows")
    registry = (tmp_path / "windows" / "keys" / "registry.yaml").read_bytes()
    assert (b"\r\n" in registry) == (attributes != "of today")
    windows = Shell(tmp_path / "windows")
    goes_on(windows, asked)
    windows("agency", "edit", "northshire-police", "--email", "new@northshire-police.example")
    assert findings(windows, code=0) == set() and clean(windows.store)
    assert "ok       store" in windows("doctor", code=0).out


def test_everything_of_a_new_store_is_kept_as_it_is(cdr: Shell, asked: str) -> None:
    tracked = git(cdr.store, "ls-files").split("\n")
    said = git(cdr.store, "check-attr", "text", "--", *tracked).split("\n")
    assert len(said) == len(tracked) and all(line.endswith("text: unset") for line in said)


# ---- other work trees and folders ----------------------------------------------------------------------------------


@pytest.fixture
def linked(cdr: Shell, asked: str, tmp_path: Path) -> Shell:
    """A linked work tree on a branch of its own."""
    git(cdr.store, "worktree", "add", "-q", "-b", "second", str(tmp_path / "second"))
    return Shell(tmp_path / "second")


def test_a_linked_work_tree(cdr: Shell, asked: str, linked: Shell) -> None:
    goes_on(linked, asked)
    assert clean(cdr.store) and not (linked.store / ".git").is_dir()
    goes_on(cdr, asked, "jar_decision")
    assert clean(linked.store)
    git(cdr.store, "merge", "-q", "--no-edit", "second", code=None)  # both changed the case: somebody has to decide
    cdr("show", asked)
    answer = cdr("request", asked, "northtown-general", as_of="2026-01-24", code=78)
    assert "merge" in answer.err and "git merge --abort" in answer.err
    git(cdr.store, "merge", "--abort")
    goes_on(cdr, asked, "home_visit")


def test_one_writer_at_a_time_in_all_work_trees(
    cdr: Shell, asked: str, linked: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    from cdr.store import lock

    real = lock.held
    monkeypatch.setattr(lock, "held", lambda path, wait: real(path, min(wait, 0.2)))
    with (cdr.store / ".git" / "cdr.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        linked("milestone", asked, "ncmd_told", as_of="2026-01-24", code=75)


def test_two_work_trees_on_one_branch(cdr: Shell, asked: str, tmp_path: Path) -> None:
    git(cdr.store, "worktree", "add", "-q", "--force", str(tmp_path / "second"), "main")
    for shell in (cdr, Shell(tmp_path / "second")):
        shell("show", asked)
        answer = shell("milestone", asked, "ncmd_told", as_of="2026-01-24", code=78)
        assert "work trees" in answer.err and "git switch -c" in answer.err
        assert "work trees" in shell("doctor", code=1).out
    shutil.rmtree(tmp_path / "second")
    goes_on(cdr, asked)


def test_a_linked_work_tree_copied_or_moved_as_a_folder(cdr: Shell, asked: str, linked: Shell, tmp_path: Path) -> None:
    shutil.copytree(linked.store, tmp_path / "copy")
    assert "git clone" in Shell(tmp_path / "copy")("show", asked, code=78).err
    shutil.rmtree(tmp_path / "copy")
    shutil.move(linked.store, tmp_path / "moved")
    moved = Shell(tmp_path / "moved")
    moved("show", asked)
    answer = moved("milestone", asked, "ncmd_told", as_of="2026-01-24", code=78)
    assert f"git -C {cdr.store}/.git worktree repair {moved.store}" in answer.err
    git(cdr.store / ".git", "worktree", "repair", str(moved.store))
    goes_on(moved, asked)
    shutil.move(cdr.store, tmp_path / "store moved")
    assert "git worktree repair" in Shell(tmp_path / "moved")("show", asked, code=78).err
    shutil.move(tmp_path / "store moved", cdr.store)


@pytest.mark.parametrize(
    "how",
    ["packed", "another branch", "borrowing", "bare with work tree", "split index"],
)
def test_repositories_of_every_kind(cdr: Shell, asked: str, tmp_path: Path, how: str) -> None:
    store = tmp_path / "other"
    if how == "bare with work tree":
        git(tmp_path, "clone", "-q", "--bare", str(cdr.store), "bare")
        git(tmp_path / "bare", "worktree", "add", "-q", str(store), "main")
    else:
        git(tmp_path, "clone", "-q", *(["--shared"] if how == "borrowing" else []), str(cdr.store), str(store))
    if how == "packed":
        git(store, "gc", "-q", "--prune=now")
        git(store, "pack-refs", "--all")
        assert not (store / ".git/refs/heads/main").exists()
    elif how == "split index":
        git(store, "update-index", "--split-index")
    elif how == "another branch":
        git(store, "switch", "-q", "-c", "desk/robin.1")
        git(store, "symbolic-ref", "refs/heads/alias", "refs/heads/desk/robin.1")
        git(store, "symbolic-ref", "HEAD", "refs/heads/alias")
    copy = Shell(store)
    if how == "borrowing":
        assert findings(copy, code=0) == {("copy", "")}
        assert "borrows" in copy("doctor").out
        git(store, "repack", "-q", "-a", "-d")
        (store / ".git" / "objects" / "info" / "alternates").unlink()
    goes_on(copy, asked)


@pytest.mark.parametrize("how", ["separate", "behind a link"])
def test_a_repository_that_stands_elsewhere_is_read_and_not_written(
    cdr: Shell, asked: str, tmp_path: Path, how: str
) -> None:
    """Nothing says there that it is this folder's: another folder's would be changed in the same way."""
    git(tmp_path, "clone", "-q", str(cdr.store), "other")
    other = Shell(tmp_path / "other")
    if how == "separate":
        git(other.store, "init", "-q", "--separate-git-dir", str(tmp_path / "elsewhere"))
    else:
        shutil.move(other.store / ".git", tmp_path / "elsewhere")
        (other.store / ".git").symlink_to(tmp_path / "elsewhere")
    other("list")
    other("show", asked)
    assert findings(other, code=0) == set()
    with unchanged(other.store):
        for command in (["milestone", asked, "ncmd_told"], ["verify", "--repair"]):
            assert f"git clone {other.store}" in other(*command, as_of="2026-01-24", code=78).err
    assert f"{other.store}/.git" in other("doctor", code=1).out


@pytest.mark.parametrize("how", ["detached", "no commit", "odd name"])
def test_a_repository_that_is_not_on_a_branch(cdr: Shell, asked: str, how: str) -> None:
    said = {
        "detached": head(cdr.store),
        "no commit": "ref: refs/heads/none",
        "odd name": "ref: refs/heads/../../config",
    }
    (cdr.store / ".git" / "HEAD").write_text(said[how] + "\n")
    cdr("show", asked, code=78)
    (cdr.store / ".git" / "HEAD").write_text("ref: refs/heads/main\n")


@pytest.mark.hurt
@pytest.mark.parametrize("what", ["", "0" * 39, "ref: refs/heads/main", "x" * 40])
def test_a_branch_whose_file_is_damaged(cdr: Shell, asked: str, what: str) -> None:
    (cdr.store / ".git" / "refs" / "heads" / "main").write_text(what)
    assert cdr("show", asked, code=78 if what.startswith("ref") else 76).err.count("\n") == 2
    assert cdr("verify", code=1).out if not what.startswith("ref") else True


@pytest.mark.hurt
def test_a_damaged_file_of_packed_branches_is_named(cdr: Shell, asked: str) -> None:
    git(cdr.store, "pack-refs", "--all")
    packed = cdr.store / ".git" / "packed-refs"
    packed.write_text(packed.read_text().replace(head(cdr.store), "0" * 39))
    assert "damaged: " + str(packed) in cdr("show", asked, code=76).err


# ---- not whole -----------------------------------------------------------------------------------------------------
QUESTIONS: list[list[str]] = [["list"], ["today"], ["audit"], ["chase"], ["tally", "--year", "2025/26"]]


def says_so(copy: Shell, case: str, word: str, way_out: str) -> None:
    for question in (*QUESTIONS, ["show", case], ["audit", case], ["milestone", case, "ncmd_told"]):
        answer = copy(*question, code=78)
        assert f"is {word}" in answer.err and way_out in answer.err and answer.out == ""
        assert not {"tampered", "rolled back", "damaged", "another store"} & {*answer.err.lower().split()}
    assert findings(copy) == {("copy", "")}
    assert f"is {word}" in copy("doctor", code=1).out
    with unchanged(copy.store):
        copy("verify", "--repair", code=78)


def test_a_shallow_clone(cdr: Shell, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", cdr.store.as_uri(), "shallow")
    shallow = Shell(tmp_path / "shallow")
    says_so(shallow, asked, "shallow", "without --depth: git clone")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    says_so(shallow, asked, "shallow", "without --depth: git clone")
    git(shallow.store, "fetch", "-q", "--unshallow")
    goes_on(shallow, asked)


def test_a_shallow_clone_of_a_part_that_was_checked(cdr: Shell, asked: str, tmp_path: Path) -> None:
    """As by `git fetch --depth`: what was seen before is in it, and its beginning is not."""
    git(tmp_path, "clone", "-q", "--depth", "2", cdr.store.as_uri(), "shallow")
    shallow = Shell(tmp_path / "shallow")
    says_so(shallow, asked, "shallow", "without --depth: git clone")


@pytest.mark.parametrize("leave_out", ["blob:none", "tree:0"])
def test_a_partial_clone(cdr: Shell, asked: str, people: People, tmp_path: Path, leave_out: str) -> None:
    registry = cdr.store / "keys" / "registry.yaml"
    registry.write_text(registry.read_text() + "# a note, so that the older registry is not in the newest files\n")
    sign_commit(cdr.store, people.home, people.member)
    git(cdr.store, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", f"--filter={leave_out}", cdr.store.as_uri(), "partial")
    partial = Shell(tmp_path / "partial")
    says_so(partial, asked, "partial", "without --filter: git clone")
    git(partial.store, "fetch", "-q", "--refetch", "--no-filter")
    goes_on(partial, asked)


# ---- an older copy -------------------------------------------------------------------------------------------------


@pytest.fixture
def older(cdr: Shell, sudi: str, tmp_path: Path) -> Path:
    """A copy from before the last change."""
    shutil.copytree(cdr.store, tmp_path / "older")
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    return tmp_path / "older"


@pytest.mark.hurt
@pytest.mark.parametrize("reached", ["by its name", "from within", "through a folder above"])
def test_a_link_to_an_older_copy_where_the_store_was(
    cdr: Shell, sudi: str, older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reached: str
) -> None:
    above = tmp_path / "above"
    above.mkdir()
    shutil.copytree(
        cdr.store, above / "store"
    )  # that the first is still there: a store that was moved is told by other means
    store = Shell(above / "store")
    store("list")
    if reached == "through a folder above":
        shutil.move(above, tmp_path / "aside")
        (tmp_path / "old").mkdir()
        shutil.move(older, tmp_path / "old" / "store")
        above.symlink_to(tmp_path / "old")
    else:
        shutil.move(above / "store", tmp_path / "aside")
        (above / "store").symlink_to(older)
    if reached == "from within":
        monkeypatch.chdir(above / "store")
        monkeypatch.setenv("PWD", str(above / "store"))
        assert "rolled back" in run(["list"]).err and run(["list"]).code == 76
        return
    refused_everywhere(store, sudi)
    assert findings(store) == {("history", "")}
    assert "rolled back" in store("list", code=76).err


def test_a_link_to_the_store_and_honest_copies(
    cdr: Shell, sudi: str, older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Shell(tmp_path / "link")
    link.store.symlink_to(cdr.store)
    goes_on(link, sudi)
    Shell(older)("list")  # a copy may be at an older point
    goes_on(cdr, sudi, "jar_decision")
    monkeypatch.chdir(link.store)
    for shown in (str(link.store), str(cdr.store), "/", "", "relative"):
        monkeypatch.setenv("PWD", shown)
        assert run(["list"]).code == 0
    shutil.move(cdr.store, tmp_path / "moved")
    moved = Shell(tmp_path / "moved")
    goes_on(moved, sudi, "home_visit")
    link.store.unlink()
    link.store.symlink_to(moved.store)
    goes_on(link, sudi, "key_worker_named")
    shutil.move(moved.store, cdr.store)


@pytest.mark.hurt
def test_a_moved_store_takes_what_was_seen_along(cdr: Shell, sudi: str, older: Path, tmp_path: Path) -> None:
    cdr("list")
    shutil.rmtree(cdr.store)
    assert "rolled back" in Shell(older)("list", code=76).err


# ---- commits and files ---------------------------------------------------------------------------------------------


@pytest.mark.hurt
def test_a_signature_before_the_parent(cdr: Shell, asked: str, people: People) -> None:
    """Rightly signed by a member; git takes it for a commit without a parent."""
    signed = sign_commit(cdr.store, people.home, people.member)
    lines = git(cdr.store, "cat-file", "commit", signed).split("\n")
    start = lines.index(next(line for line in lines if line.startswith("gpgsig")))
    end = next(n for n in range(start + 1, len(lines)) if not lines[n].startswith(" "))
    moved = [lines[0], *lines[start:end], *lines[1:start], *lines[end:]]
    raw = ("\n".join(moved) + "\n").encode()
    new = git(cdr.store, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", data=raw)
    assert git(cdr.store, "rev-list", "--count", new) == "1"
    (cdr.store / ".git" / "refs" / "heads" / "main").write_text(new + "\n")
    refused_everywhere(cdr, asked)
    assert findings(cdr) >= {("history", "")}
    assert "is not written as git writes one" in cdr("list", code=76).err  # and not: rolled back


def test_a_commit_without_a_word(cdr: Shell, asked: str, people: People) -> None:
    git(
        cdr.store,
        "commit",
        "-q",
        "--allow-empty",
        "--allow-empty-message",
        f"-S{people.member}",
        "-m",
        "",
        home=people.home,
    )
    assert cdr("audit", "--json").json["changes"][0]["what"] == ""
    goes_on(cdr, asked)


@pytest.mark.hurt
def test_plain_files_of_every_kind_are_told(cdr: Shell, asked: str, people: People) -> None:
    put = {
        "letter for a mother.pdf": "error",
        "templates/timeline.txt": "error",
        "templates/letters/notes.docx": "error",
        "reference/register.csv": "error",
        "cases/notes.txt": "error",
        f"cases/{asked}/notes.txt": "error",
        "outbox.txt": "error",
        "papers/": "error",
        "templates/letters/condolence.txt": "warning",
        "reference/figures.yaml": "warning",
    }
    for path in put:
        target = cdr.store / path / ("deep/inside.txt" if path.endswith("/") else "")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("Zzyxquorn")
    (cdr.store / "outbox" / "kept.eml").touch()
    (cdr.store / ".git" / "info").mkdir(exist_ok=True)
    (cdr.store / ".git" / "info" / "exclude").write_text("*\n")
    (cdr.store / "empty" / "folder").mkdir(parents=True)
    found = cdr("verify", "--json", code=1).json["findings"]
    assert {one["path"]: one["level"] for one in found} == put and {one["check"] for one in found} == {"work-tree"}
    assert "Zzyxquorn" not in cdr("verify", code=1).out
    cdr("show", asked)
    git(cdr.store, "add", "-f", "letter for a mother.pdf", "papers")
    git(cdr.store, "commit", "-q", f"-S{people.member}", "-m", "by hand", home=people.home)
    recorded = {
        (one["path"], one["level"])
        for one in cdr("verify", "--json", code=1).json["findings"]
        if one["check"] == "file-name"
    }
    assert recorded == {("letter for a mother.pdf", "warning"), ("papers/", "warning")}


def test_an_index_that_would_take_a_change_back(cdr: Shell, asked: str) -> None:
    """As another program leaves it that kept an old index: the next commit by hand would put the old files back."""
    for path in (f"cases/{asked}/requests.yaml.gpg", "cdr.yaml"):
        blob = git(cdr.store, "hash-object", "-w", "--stdin", data=b"older\n")
        git(cdr.store, "update-index", "--cacheinfo", f"100644,{blob},{path}")
    assert findings(cdr) == {("work-tree", "requests.yaml.gpg"), ("work-tree", "cdr.yaml")}
    cdr("verify", "--repair")
    assert clean(cdr.store)
