"""Who asked that a case be erased and who confirmed it: one small file a case in the open, `erased/REF.yaml`, which names nobody's child.

Two different members sign for it, each in a commit of their own, and no commit puts anything back. Every reader holds each commit against
these rules (`History.check`), so what stands in a verified history was asked for and confirmed by two. See docs/adr/0050.
"""

from __future__ import annotations

from collections.abc import Mapping

from cdr import moments
from cdr.errors import VERIFY, NotAuthentic
from cdr.expressions import expression
from cdr.records import asdict, dataclass, replace
from cdr.store import layout
from cdr.store.objects import Blob, Changes, Commit, Objects

FOLDER = layout.ERASED
SCHEMA = "erased/1"
FINGERPRINT = expression(r"[0-9A-F]{40}")
REASONS = {
    "retention": "it was kept for as long as the area decided",
    "mistake": "it should never have been opened here",
    "order": "a court, a regulator or the controller ordered it",
    "moved": "another area keeps it",
    "not_said": "no reason was given",
}


@dataclass(frozen=True)
class Erasure:
    """One case that is to be erased: why, who asked and when, and, once it is confirmed, who did that and when (ISO dates)."""

    case: str
    because: str
    asked_by: str
    asked_on: str
    confirmed_by: str = ""
    confirmed_on: str = ""

    @property
    def is_confirmed(self) -> bool:
        """Whether a second member has signed for it: then the case is gone."""
        return bool(self.confirmed_by)

    @classmethod
    def read(cls, raw: bytes, path: str) -> Erasure:
        """What a file says. Raises: NotAuthentic where it is none that cdr wrote."""
        from cdr.forms import codec

        try:
            body = codec.load(raw, codec.MAX_NODES)
            found = cls(**{key: str(value) for key, value in body.items() if key != "schema"})
            days = [found.asked_on, *filter(None, [found.confirmed_on])]
            good = (
                body["schema"] == SCHEMA
                and layout.erasure_path(found.case) == path
                and found.because in REASONS
                and all(map(FINGERPRINT.fullmatch, filter(None, (found.asked_by, found.confirmed_by))))
                and bool(found.asked_by)
                and bool(found.confirmed_by) == bool(found.confirmed_on)
                and all(moments.day(day) for day in days)
            )
        except (codec.Unreadable, KeyError, TypeError, AttributeError, ValueError):
            good = False
        if not good:
            raise NotAuthentic(f"{path} is damaged.", VERIFY)
        return found

    def written(self) -> bytes:
        """The file that says so."""
        from cdr.forms import codec

        said = {key: value for key, value in asdict(self).items() if value}
        return codec.dump({"schema": SCHEMA, **said})

    def confirmed(self, by: str, on: str) -> Erasure:
        """The same with a second member's word."""
        return replace(self, confirmed_by=by, confirmed_on=on)


def joined(base: Erasure | None, ours: Erasure | None, theirs: Erasure | None) -> Erasure | None:
    """What two lines of work come to, whichever of them is called ours. What is confirmed stays confirmed."""
    if theirs in (ours, base):
        sides = [ours]
    elif ours == base:
        sides = [theirs]
    else:
        sides = [ours, theirs]
    confirmed = [one for one in (ours, theirs) if one and one.is_confirmed]
    of_both = confirmed or [one for one in sides if one]
    return min(of_both, key=lambda one: (one.confirmed_on, one.asked_on, one.confirmed_by, one.asked_by), default=None)


def fault(before: Erasure | None, after: Erasure | None, signer: str) -> str:
    """What is wrong with one member's step from one to the other; empty where nothing is."""
    if before == after:
        return ""
    if before and before.is_confirmed:
        return "takes back an erasure that two members signed for"
    if after is None:
        return ""
    if before is None:
        good = not after.is_confirmed and after.asked_by == signer
        return "" if good else "enters an erasure in another member's name"
    good = after == before.confirmed(signer, after.confirmed_on) and signer != before.asked_by and after.is_confirmed
    return "" if good else "confirms an erasure that the same member asked for, or in another's name"


# ---- in a repository --------------------------------------------------------------------------------------------------


def at(git: Objects, commit: str, case: str) -> Erasure | None:
    """What a commit says of one case; None where nobody asked. Raises: NotAuthentic."""
    path = layout.erasure_path(case)
    return _read(git, path, git.file(commit, path))


def all_at(git: Objects, commit: str) -> dict[str, Erasure]:
    """What a commit says of every case that is to be erased or is, by reference. Raises: NotAuthentic."""
    found = [_read(git, path, blob) for path, blob in git.files_in(commit, FOLDER).items() if layout.is_known(path)]
    return {one.case: one for one in found if one}


def erased_at(git: Objects, commit: str) -> dict[str, Erasure]:
    """The cases that are erased by a commit, by reference. Raises: NotAuthentic."""
    return {case: one for case, one in all_at(git, commit).items() if one.is_confirmed}


def _read(git: Objects, path: str, blob: Blob | None) -> Erasure | None:
    if blob is None:
        return None
    if not blob.is_regular:
        raise NotAuthentic(f"{path} is not a plain file.", VERIFY)
    return Erasure.read(git.contents([blob.digest], layout.LARGEST_ERASURE)[0], path)


def case_of(path: str) -> str:
    """The case that a path belongs to, also that of a file that no store has; empty for what is of none."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "cases" else ""


def check(git: Objects, commit: Commit, changes: Changes, signer: str) -> None:
    """Hold one commit on one other against the rules of erasing. Raises: NotAuthentic."""
    parent = commit.parents[0]
    for path in changes:
        if is_of_erasure(path):
            before, after = (_read(git, path, git.file(one, path)) for one in (parent, commit.id))
            _refuse(commit, fault(before, after, signer))
    _refuse_return(git, commit, changes)


def check_merge(git: Objects, commit: Commit, base: str, changed: Mapping[str, object]) -> None:
    """The same of a merge; `changed` are the paths that either side changed since they parted. Raises: NotAuthentic."""
    for path in filter(is_of_erasure, changed):
        before, ours, theirs, made = (
            _read(git, path, git.file(one, path)) for one in (base, *commit.parents, commit.id)
        )
        _refuse(commit, "" if made == joined(before, ours, theirs) else "drops what was said of an erasure")
    _refuse_return(git, commit, git.changed(base, commit.id))


def is_of_erasure(path: str) -> bool:
    """Whether a path is one of the files of this module."""
    return path.startswith(f"{FOLDER}/") and layout.is_known(path)


def _refuse_return(git: Objects, commit: Commit, changes: Changes) -> None:
    """No file of a case that is erased stands anywhere from then on."""
    if not git.subtree(commit.id, FOLDER):
        return
    touched = {case_of(path) for path, (_, new) in changes.items() if new} | {
        path.rpartition("/")[2].removesuffix(".yaml") for path in changes if is_of_erasure(path)
    }
    for case in filter(layout.REFERENCE.fullmatch, touched):
        said = at(git, commit.id, case)
        if said and said.is_confirmed and git.below(commit.id, f"cases/{case}"):
            raise NotAuthentic(
                f"The commit {commit.id[:12]} brings back the case {case}, which was erased on {said.confirmed_on}.",
                "Take in what the others recorded, and the rest of your work goes on: cdr sync",
            )


def _refuse(commit: Commit, wrong: str) -> None:
    if wrong:
        raise NotAuthentic(
            f"The commit {commit.id[:12]} {wrong}.", "Keep this copy, and ask the other members before you go on."
        )
