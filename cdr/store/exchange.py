"""Fetching from and pushing to another repository, a folder or a machine that ssh reaches, without anything a folder names.

git is run with cdr's own repository as everywhere (docs/adr/0016): where to fetch from is told on its command line, the programs at
both ends are git's own, and nothing is ever forced. What comes is objects; whether they are to be trusted is another matter.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cdr.errors import CdrError, GitFailed, NotAuthentic, NotFound, TryAgain, WrongUsage
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.store import around, lasting_names
from cdr.store.git import Git
from cdr.store.objects import ID

SSH = "ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15"
# Of a folder that nobody has named but the store's own settings: no program that stands in it is run there.
NO_HOOKS = "git -c core.hooksPath=/dev/null -c core.alternateRefsCommand= receive-pack"
HOST = expression(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])")
NAME = expression(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
INCOMING, OURS = around.INCOMING, "refs/heads/ours"
# git sends nobody a history with files that were destroyed unless they have it; the other end sees what is sent break off
CUT_SHORT = b"early EOF"
BEGUN_AS_COPY = (
    "They are kept here. Where a case was erased before that repository began, begin it as a copy: cp -r STORE/.git FOLDER;"
    " git -C FOLDER config core.bare true; then cdr sync FOLDER. Else run the command again."
)
# how git says that files of a commit are not there to be sent, as after a case was erased
LACKING = (b"upload-pack", b"unable to read", b"bad pack header", b"did not receive expected object", b"early EOF")
# how git says that the other repository has not got, or cannot read, what its history is made of
LOST_THERE = (b"not our ref", b"possible repository corruption", b"is corrupt", b"bad tree object", b"bad object")
# how git says that a machine was not told to send a history without some of its files, and then those by their names
NOT_TOLD = (b"filtering not recognized", b"not allow request for unadvertised object")
HEAD, BRANCHES = "HEAD", "refs/heads/"
MOST_TOLD = 20
MOVED = (b"[rejected]", b"(fetch first)", b"cannot lock ref", b"failed to update ref")
CAUSES: tuple[tuple[tuple[bytes, ...], type[CdrError], str, str], ...] = (
    (
        NOT_TOLD,
        TryAgain,
        "{} has destroyed the files of a case that was erased, and is not told to send a history without them.",
        "On its machine, in its folder: git config uploadpack.allowFilter true; git config uploadpack.allowAnySHA1InWant true",
    ),
    (
        (b"dubious ownership",),
        TryAgain,
        "{} belongs to another user.",
        "Where you trust them: git config --global --add safe.directory {}",
    ),
    (
        (b"does not appear to be a git repository", b"not a git repository"),
        NotFound,
        "{} is no repository of git's.",
        "Make one there: git init --bare FOLDER",
    ),
    (
        (b"Host key verification failed", b"REMOTE HOST IDENTIFICATION"),
        TryAgain,
        "ssh does not know the machine of {}, or it is another than before.",
        "Connect to it once by hand with ssh, and compare its key with who looks after it.",
    ),
    (
        (b"Permission denied",),
        TryAgain,
        "{} did not let you in.",
        "cdr never asks for a pass-word: put your key into ssh-agent (ssh-add), and try ssh by hand.",
    ),
    (
        (b"fsck error", b"unpack-objects", b"index-pack failed"),
        NotAuthentic,
        "What {} sent is damaged.",
        "Nothing was taken over. Ask who looks after it.",
    ),
    (
        LOST_THERE,
        NotAuthentic,
        "{} has lost a part of the history, or its disk has damaged it.",
        "Nothing was taken over, and your work is kept here. Who has everything (their cdr verify finds nothing wrong) makes another:"
        " git init --bare FOLDER; then all take that: cdr sync FOLDER",
    ),
)


class NotShared(NotAuthentic):
    """What is to be given to somebody would move the branch that they work on."""


@dataclass(frozen=True)
class Remote:
    """Where the store is exchanged: a folder's path or what ssh is told; `is_named`: a person gave it, and not the folder's settings."""

    url: str
    is_named: bool = True

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of this machine (or of its network)."""
        return self.url.startswith("/")

    @property
    def shown(self) -> str:
        """As it is told, without a pass-word that somebody put into it."""
        return re.sub(r"(?<=://)[^/@]*:[^/@]*@", "", self.url)


def remote(given: str, here: Path, is_named: bool = True) -> Remote:
    """The remote that somebody wrote down; a path that is not whole counts from `here`. Raises: WrongUsage for any other kind."""
    scheme, found, rest = given.partition("://")
    if found and scheme == "ssh":
        host = (
            rest.partition("/")[0].rpartition(":")[0]
            if re.search(r":\d+$", rest.partition("/")[0])
            else rest.partition("/")[0]
        )
        if HOST.fullmatch(host):
            return Remote(given, is_named)
    elif found and scheme == "file":
        return Remote(str(Path("/", rest)), is_named)
    elif not found and "::" not in given and given:
        host, colon, path = given.partition(":")
        if colon and "/" not in host and path and HOST.fullmatch(host):
            return Remote(given, is_named)
        if not colon or "/" in host:
            return Remote(str((here / Path(given).expanduser()).absolute()), is_named)
    raise WrongUsage(
        "A store is exchanged through a folder or over ssh, and that is neither.",
        "Write /path/to/cdr.git, ssh://user@host/path/cdr.git or user@host:path/cdr.git",
    )


def branch_of(git: Git, remote: Remote) -> str:
    """The full name of the branch that the remote offers, or of the only one that it has. Raises: NotFound, TryAgain; WrongUsage where there are several."""
    with _beside(git, "") as told:
        try:
            asked = ("ls-remote", "--quiet", "--symref", "--", remote.url, HEAD, f"{BRANCHES}*")
            lines = git.run(*asked, told=told, long=True).decode("utf-8", "surrogateescape").splitlines()
        except GitFailed as error:
            raise _why(remote, error) from None
    named = [line.removeprefix("ref: ").split("\t")[0] for line in lines if line.startswith("ref: ")]
    there = [name for line in lines if (name := line.partition("\t")[2]).startswith(BRANCHES)]
    if not there:
        raise NotFound(f"{remote.shown} holds no store yet.", "Where one is: cdr sync there first, from that machine.")
    offered = [name for name in named if name in there] or there
    if len(offered) > 1:
        raise WrongUsage(
            f"{remote.shown} has several branches and offers none of them.",
            f"On its machine: git symbolic-ref HEAD {BRANCHES}main",
        )
    return offered[0]


def fetch(git: Git, remote: Remote, known: str) -> str | None:
    """Bring what the remote's branch has and this repository has not; its last commit, None where it has no branch yet.

    `known` is the commit that both may have in common, empty for a repository that has none. Raises: NotFound, TryAgain, DiskFailed.
    """
    branch = git.repository.branch
    git.ask_itself()
    git.repository.refuse_odd_objects()
    with _beside(git, known) as told, lasting_names.keeping(git.repository.objects):
        try:
            git.run(
                "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
                "--no-recurse-submodules", "--", remote.url, f"+{branch}:{INCOMING}",
                told=told, long=True,
            )  # fmt: skip
        except GitFailed as error:
            if b"couldn't find remote ref" in error.said:
                return None
            if not any(words in error.said for words in LACKING):
                raise _why(remote, error) from None
            try:
                return around.fetch(git, _quoted(remote.url), remote.is_folder, f"+{branch}:{INCOMING}", known, told)
            except GitFailed as again:
                raise _why(remote, again if any(words in again.said for words in NOT_TOLD) else error) from None
        found = (Path(told["GIT_DIR"]) / INCOMING).read_text("ascii").strip()
    if not ID.fullmatch(found):
        raise TryAgain("The remote answered with what is no commit.", "Run the command again.")
    return found


def push(git: Git, remote: Remote, commit: str) -> bool:
    """Give a commit to the remote's branch; False where that has moved meanwhile, so that it is to be fetched from again.

    Raises: NotAuthentic where the remote refuses what it is given; as `fetch`.
    """
    program = () if remote.is_named or not remote.is_folder else (f"--receive-pack={NO_HOOKS}",)
    with _beside(git, commit) as told:
        try:
            git.run(
                "push", "--porcelain", "--no-verify", *program, "--", remote.url, f"{commit}:{git.repository.branch}",
                told=told, long=True,
            )  # fmt: skip
        except GitFailed as error:
            if any(words in error.out for words in MOVED):
                return False
            if b"[remote rejected]" in error.out:
                raise _refused(remote, error) from None
            raise _why(remote, error) from None
    return True


@contextmanager
def _beside(git: Git, known: str) -> Iterator[Mapping[str, str]]:
    """A repository of cdr's own for one exchange, that knows the commit which both ends may have in common."""
    with git.repository.with_branches() as there:
        (there / "refs").unlink()
        (there / "packed-refs").unlink()
        (there / "refs/heads").mkdir(parents=True)
        if known:
            (there / OURS).write_text(f"{known}\n", "ascii")
        (there / "HEAD").write_text(f"ref: {OURS}\n", "ascii")
        trusted = there / "trusted"
        folders = "".join(f"[safe]\n\tdirectory = {_quoted(folder)}\n" for folder in sorted(git.allowed()))
        trusted.write_text(f"[fetch]\n\tfsckObjects = true\n{folders}", "utf-8", "surrogateescape")
        yield {
            "GIT_DIR": str(there),
            "GIT_ALLOW_PROTOCOL": "file:ssh",
            "GIT_SSH_COMMAND": SSH,
            "GIT_CONFIG_GLOBAL": str(trusted),
        }


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _why(remote: Remote, error: GitFailed) -> CdrError:
    if remote.is_folder and not Path(remote.url).exists():
        return NotFound(
            f"There is no folder {remote.shown}.", "See that the disk is there; make one with: git init --bare FOLDER"
        )
    for words, kind, message, hint in CAUSES:
        if any(one in error.said for one in words):
            return kind(message.format(remote.shown), hint.format(shlex.quote(remote.url)))
    return TryAgain(
        f"{remote.shown} could not be reached, or did not answer.", "Your work is kept here. Try again later."
    )


def _refused(remote: Remote, error: GitFailed) -> NotAuthentic:
    """What the remote's own check said, which may be the reason."""
    lines = [
        line[8:].strip() for line in error.said.decode("utf-8", "replace").splitlines() if line.startswith("remote: ")
    ]
    words = " ".join(line for line in lines[:MOST_TOLD] if line)
    if b"branch is currently checked out" in error.out + error.said:
        return NotShared(
            f"{remote.shown} is somebody's own folder, and no repository that is shared.",
            "Exchange through one that is: git init --bare FOLDER",
        )
    if CUT_SHORT in error.out + error.said:
        return NotAuthentic(f"{remote.shown} did not take the changes: what was sent broke off.", BEGUN_AS_COPY)
    return NotAuthentic(
        f"{remote.shown} did not take the changes{f': {words}' if words else '.'}",
        "They are kept here. Ask who looks after it.",
    )
