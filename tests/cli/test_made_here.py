"""Papers and timelines that were made on this machine are deleted when the meeting or the case is over, where they are still as they were made."""

from __future__ import annotations

from pathlib import Path

from cli.test_panel import DAY, QUORUM, ready  # noqa: F401
from conftest import EXAMPLES, Shell

from cdr.store.state import home


def noted() -> list[Path]:
    return [path for path in home().rglob("made-here/*") if path.is_file()]


def met(cdr: Shell, case: str) -> str:
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("panel", "assign", panel, case, as_of="2026-04-01")
    cdr("panel", "attend", panel, *QUORUM, as_of=DAY)
    return panel


def test_packs_go_with_the_meeting_and_one_that_was_changed_stays(cdr: Shell, ready: str, tmp_path: Path) -> None:  # noqa: F811
    panel, papers = met(cdr, ready), tmp_path / "papers"
    for who in (*QUORUM[:3], QUORUM[0]):
        cdr("panel", "pack", panel, "--for", who, "-o", papers, as_of="2026-04-02")
    changed, gone, kept = sorted(papers.iterdir())
    changed.write_bytes(b"something else\n")
    gone.unlink()
    told = cdr("panel", "close", panel, as_of=DAY).err
    assert (
        f"deleted: {kept}" in told and f"{changed} is not as it was made, and stays" in told and str(gone) not in told
    )
    assert [*papers.iterdir()] == [changed], "and one that was made twice counts as it was made last"
    cdr("panel", "close", panel, "--undo", as_of=DAY)
    changed.unlink()
    again = cdr("panel", "close", panel, as_of=DAY).err
    assert "deleted" not in again and str(changed) not in again


def test_a_timeline_goes_with_the_case_and_no_link_is_followed(cdr: Shell, ready: str, tmp_path: Path) -> None:  # noqa: F811
    panel = met(cdr, ready)
    other = tmp_path / "other.txt"
    files = [tmp_path / name for name in ("timeline.txt", "timeline.md", "moved.txt")]
    for file, format_ in zip(files, ("text", "md", "text"), strict=True):
        cdr("timeline", ready, "--format", format_, "-o", file, as_of=DAY)
    cdr("timeline", ready, "-o", files[0], as_of="2026-04-15")
    cdr("timeline", ready, as_of=DAY)
    assert len(noted()) == 3
    files[2].rename(other)
    files[2].symlink_to(other)
    cdr("panel", "close", panel, as_of=DAY)
    assert files[0].is_file(), "the case is not over"
    cdr("review", ready, "--from", EXAMPLES / "form-c-sudi.yaml", "--panel", panel, as_of="2026-04-20")
    closed = cdr("close", ready, "--json", "--override", "x", as_of="2026-04-21").json
    assert (closed["files_deleted"], closed["files_changed"]) == ([str(files[1]), str(files[0])], [str(files[2])])
    assert other.is_file() and not files[0].exists()
    [note] = noted()
    assert b"moved.txt" not in note.read_bytes(), "where it was is sealed"


def test_papers_of_a_meeting_to_come_stay(cdr: Shell, ready: str, tmp_path: Path) -> None:  # noqa: F811
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("panel", "assign", panel, ready, as_of="2026-04-01")
    cdr("panel", "pack", panel, "--for", QUORUM[0], "-o", tmp_path / "papers", as_of="2026-04-02")
    cdr("close", ready, "--override", "x", as_of="2026-04-03")
    assert len([*(tmp_path / "papers").iterdir()]) == 1, "they are still to be read"
