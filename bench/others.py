"""What other programs take for the same content: gpg itself, pass, gopass and git-crypt where they are installed, openpyxl and csv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import stores
from measuring import Used, least, used
from stores import Built

INDEXED = ("case", "notification", "analysis", "requests", "prompts")  # the documents that the local index opens
MOST = 400  # documents that the slow ones read; what they take is told a document
GPG = ["gpg", "--batch", "--quiet", "--yes"]
READ_BOOK = "import sys, openpyxl\nfor row in openpyxl.load_workbook(sys.argv[1], read_only=True).active.iter_rows(values_only=True): pass"
READ_CSV = "import csv, sys\nwith open(sys.argv[1], newline='') as stream:\n    for row in csv.DictReader(stream): pass"


def documents(built: Built) -> list[Path]:
    """The files that the first index opens."""
    found = (built.store / "cases").rglob("*.yaml.gpg")
    return sorted(path for path in found if path.name.removesuffix(".yaml.gpg") in INDEXED)


def multifile(folder: Path, files: Sequence[Path]) -> Used:
    """One gpg for all of them."""
    aside = folder / "multifile"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    names = []
    for number, file in enumerate(files):
        names.append(str(aside / f"{number}.gpg"))
        shutil.copyfile(file, names[-1])
    taken = used([*GPG, "--multifile", "--decrypt"], "".join(f"{name}\n" for name in names).encode())
    shutil.rmtree(aside)
    return taken


def readers(built: Built) -> Iterator[tuple[str, float]]:
    """Processor seconds a document of whoever reads the same documents otherwise."""
    files = documents(built)[:MOST]
    loop = f"for file in {' '.join(map(str, files))}; do gpg --batch --quiet --decrypt $file; done"
    yield "a loop of `gpg -d`", used(["sh", "-c", loop]).processor / len(files)
    yield "`gpg --multifile`", multifile(built.folder, files).processor / len(files)
    for name in ("pass", "gopass"):
        if shutil.which(name):
            yield f"`{name} show`", _show(built, name, files[:20]) / len(files[:20])
    if shutil.which("git-crypt"):
        yield "`git-crypt unlock`", _unlock(built, files) / len(files)


def by_hand(built: Built, case: str) -> Used:
    """What a notification is to who has gpg and git alone: two documents encrypted into a folder of the store, and committed there with a signature."""
    folder = built.store / "cases" / case
    folder.mkdir()
    encrypting = [*GPG, "--trust-model", "always", "--recipient", built.member, "--encrypt", "--output"]
    git = ["git", "-C", str(built.store)]
    runs = [used([*encrypting, str(folder / name)], b"x" * 1000) for name in ("case.yaml.gpg", "notification.yaml.gpg")]
    runs += [used([*git, "add", str(folder)]), used([*git, "commit", "-q", "-S", "-m", "bench"])]
    return Used(sum(one.processor for one in runs), sum(one.wall for one in runs), max(one.memory for one in runs))


def missing() -> list[str]:
    """Those of the programs that are not installed here."""
    return [name for name in ("pass", "gopass", "git-crypt") if not shutil.which(name)]


def _show(built: Built, name: str, files: Sequence[Path]) -> float:
    """Both are what Debian has under these names, and read the same folder."""
    store = built.folder / "passwords"
    shutil.rmtree(store, ignore_errors=True)
    store.mkdir(mode=0o700)
    (store / ".gpg-id").write_text(f"{built.member}\n", "ascii")
    for number, file in enumerate(files):
        shutil.copyfile(file, store / f"d{number}.gpg")
    environment = {**os.environ, "PASSWORD_STORE_DIR": str(store)}
    try:
        return sum(used([name, "show", f"d{n}"], environment=environment).processor for n in range(len(files)))
    finally:
        shutil.rmtree(store, ignore_errors=True)


def _unlock(built: Built, files: Sequence[Path]) -> float:
    work = built.folder / "crypt"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()

    def run(*words: str) -> None:
        subprocess.run(words, cwd=work, check=True, capture_output=True)

    who = ("-c", "user.name=bench", "-c", "user.email=bench@northshire.example", "-c", "commit.gpgSign=false")
    run("git", "init", "-q")
    run("git-crypt", "init")
    (work / ".gitattributes").write_text("*.yaml filter=git-crypt diff=git-crypt\n", "ascii")
    for number, file in enumerate(files):
        (work / f"{number}.yaml").write_bytes(
            subprocess.run([*GPG, "-d", str(file)], capture_output=True, check=True).stdout
        )
    run("git", "add", ".")
    run("git", *who, "commit", "-q", "-m", "bench")
    run("git", *who, "-c", "user.name=bench", "config", "user.email", "bench@northshire.example")
    run("git", "config", "user.name", "bench")
    run("git-crypt", "add-gpg-user", "--trusted", built.member)
    run("git-crypt", "lock")
    here = Path.cwd()
    os.chdir(work)
    try:
        return used(["git-crypt", "unlock"]).processor
    finally:
        os.chdir(here)
        shutil.rmtree(work)


def registers(built: Built) -> Iterator[tuple[str, Used]]:
    """Reading a register of as many cases: with openpyxl and with csv."""
    table, book = built.folder / "register.csv", built.folder / "register.xlsx"
    stores.workbook(book, stores.register(table, built.count))
    yield "openpyxl reading the register", least(lambda: used([sys.executable, "-c", READ_BOOK, str(book)]), 3)
    yield "csv reading the register", least(lambda: used([sys.executable, "-c", READ_CSV, str(table)]), 3)
