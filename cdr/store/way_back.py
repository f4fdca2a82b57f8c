"""How a history that is refused comes back: the git commands that a person gives, which lose nothing of what lies in the folder."""

from __future__ import annotations

from contextlib import suppress

from cdr.errors import CdrError, NotAuthentic
from cdr.store.git import Git
from cdr.store.objects import Commit
from cdr.store.repository import branches

ASK = "keep this copy, and ask the other members before you go on."
NOT_SIGNED = "If you made it by hand: {}. If you did not: " + ASK


def sign_again(git: Git, commit: Commit) -> str:
    """What whoever made a commit by hand does to sign it; with it those that came after it."""
    if commit.id == git.repository.tip() or not commit.parents:
        return NOT_SIGNED.format("git commit --amend --allow-empty --gpg-sign")
    return NOT_SIGNED.format(f"git rebase --rebase-merges --force-rebase --gpg-sign {commit.parents[0][:12]}")


def not_as_seen(git: Git, known: str, tip: str) -> NotAuthentic:
    """That the branch does not hold any more what was seen of it, and how it comes back where it is still here."""
    hint = f"Compare with another copy of the store before you go on; the last commit seen here was {known[:12]}."
    with suppress(NotAuthentic):  # it is not in this repository
        went_back = git.is_ancestor(tip, known)
        how = "went back behind it" if went_back else "wrote it anew (git commit --amend, git rebase)"
        hint += f" It is still here; if it was you who {how}: git reset {known[:12]}; then: cdr verify --repair"
    return NotAuthentic(
        "The store's history is not the one that was seen here before: it was rolled back or rewritten.", hint
    )


def branch_gone(git: Git, known: str) -> CdrError:
    """That there is nothing at the place of the branch, where a store was seen before; `known` is its last commit that was seen, if it is known."""
    branch = git.repository.branch
    if branches(git.repository.shared):
        return git.repository.not_on_branch("on a branch that holds nothing")
    way_out = "Where the branch stood before is the last line of .git/logs/HEAD; or take another copy of the store."
    if known:
        way_out = f"Put it back where it was last seen: git update-ref {branch} {known}"
    return NotAuthentic(f"The file of the store's branch is gone: {git.repository.shared / branch}", way_out)
