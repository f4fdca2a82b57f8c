"""The pages written by hand say what the code does: their command lines are run, and what they list is complete."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cdr.store import layout, verify

Fenced = Callable[[str], list[list[str]]]
EXAMPLES = Path(__file__).parent.parent / "data" / "examples"


class Home:
    """A home folder of its own, with the coordinator's key and `cdr` on the PATH, in which command lines are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = Path(sys.executable).parent
        self.environment = {
            "HOME": str(folder),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
        }

    def run(self, script: str, code: int = 0) -> str:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script], env=self.environment, cwd=self.folder, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == code, f"ended with {done.returncode}\n{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="cdr-", dir="/tmp"))
    made = Home(folder)
    made.run(
        'gpg --batch --passphrase "" --quick-generate-key "Robin Ashworth <cdop.manager@northshire.example>" future-default default 2y'
    )
    shutil.copy(EXAMPLES / "store.yaml", folder)
    shutil.copy(EXAMPLES / "form-a-sudi.yaml", folder / "form-a.yaml")
    yield made
    for keys in (".gnupg", ".cdr-chaser"):
        subprocess.run(["gpgconf", "--homedir", folder / keys, "--kill", "all"], capture_output=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)


def lines(page: Path, fenced: Fenced, heading: str = "") -> str:
    """The command lines of a page's console blocks, those below one heading where it is given."""
    text = page.read_text("utf-8")
    part = re.split(rf"^## {re.escape(heading)}$", text, flags=re.MULTILINE)[1].split("\n## ")[0] if heading else text
    found = [line.removeprefix("$ ") for block in fenced(part) for line in block if line.startswith("$ ")]
    assert found
    return "\n".join(found)


def test_the_chaser_is_set_up_and_renewed_as_the_page_says(home: Home, root: Path, fenced: Fenced) -> None:
    page = root / "docs" / "cron.md"
    said = home.run(lines(page, fenced))
    assert "acting: Chaser, chaser" in said and "The key can sign." in said and "Nothing is wrong." in said
    home.run(
        "cd cdr-store; ref=$(cdr --as-of 2026-01-09 notify --from ../form-a.yaml); cdr --as-of 2026-01-09 request $ref"
    )
    crontab = next(line for line in page.read_text("utf-8").splitlines() if line.startswith("17 7 "))
    entry = crontab.split(None, 5)[5].replace(
        '"$HOME/.local/bin/cdr"', f"{Path(sys.executable).parent}/cdr --as-of 2026-01-23"
    )
    first = home.run(f"cd /; PATH=/usr/bin:/bin; {entry}")
    assert [line.split(":")[0] for line in first.splitlines()] == ["In the outbox"] * 6
    assert home.run(f"cd /; PATH=/usr/bin:/bin; {entry}") == ""
    assert "None of this store's keys is here" in home.run(
        "mkdir -m 700 none; GNUPGHOME=$HOME/none cdr --store cdr-store chase --overdue", 77
    )


def test_a_machine_of_its_own_takes_in_chases_and_gives_back(home: Home, root: Path, fenced: Fenced) -> None:
    page = root / "docs" / "cron.md"
    home.run(lines(page, fenced))
    home.run(
        "cd cdr-store; ref=$(cdr --as-of 2026-01-09 notify --from ../form-a.yaml); cdr --as-of 2026-01-09 request $ref; cdr sync"
    )
    programs = Path(sys.executable).parent
    crontab = next(line for line in page.read_text("utf-8").splitlines() if line.startswith("41 7 "))
    entry = crontab.split(None, 5)[5].replace('"$HOME/.local/bin/cdr"', f"{programs}/cdr")
    entry = f"PATH=/usr/bin:/bin; {entry}"
    assert home.run(f"export CDR_AS_OF=2026-01-23; {entry}").count("In the outbox: prompt-1") == 6
    assert home.run(f"export CDR_AS_OF=2026-01-23; {entry}") == ""
    ref = "$(cdr list | grep -o '2026-[0-9A-Z]*' | head -1)"
    said = home.run(
        f"cd cdr-store; cdr --as-of 2026-01-24 return {ref} northshire-police --nil; cdr sync; cdr --as-of 2026-01-24 chase"
    )
    assert said.count("prompt-1") == 5, "what both did meanwhile is put together"
    said = home.run(f"export CDR_AS_OF=2026-02-06; {entry}")
    assert said.count("In the outbox: prompt-2") == 5


def test_the_units_of_systemd_are_right(root: Path, tmp_path: Path) -> None:
    folder = root / "packaging" / "systemd"
    service = (folder / "cdr-chase.service").read_text("utf-8")
    for line in (
        "Type=oneshot",
        "NoNewPrivileges=yes",
        "UMask=0077",
        "SuccessExitStatus=75",
        "GNUPGHOME=%h/.cdr-chaser",
    ):
        assert line in service
    assert "Persistent=yes" in (folder / "cdr-chase.timer").read_text("utf-8")
    if shutil.which("systemd-analyze") is None:
        return
    (tmp_path / "cdr-chase.service").write_text(service.replace("%h/.local/bin/cdr", "/bin/true"), "utf-8")
    shutil.copy(folder / "cdr-chase.timer", tmp_path)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    command = ["systemd-analyze", "verify", "--user", *map(str, sorted(tmp_path.glob("cdr-chase.*")))]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "cdr-chase" in line]) == (0, [])


def test_a_document_is_read_with_gpg_alone_as_the_page_says(home: Home, root: Path, fenced: Fenced) -> None:
    home.run(
        "cdr init cdr-store --config store.yaml --member $(gpg --list-keys --with-colons | awk -F: '/^fpr/{print $10; exit}')"
    )
    ref = home.run("cdr --store cdr-store --as-of 2026-01-09 notify --from form-a.yaml 2>/dev/null").strip()
    home.run(
        f"cdr --store cdr-store --as-of 2026-01-09 request {ref}; cdr --store cdr-store --as-of 2026-01-23 chase --overdue"
    )
    said = home.run(
        lines(root / "docs" / "files.md", fenced, "Reading a document with gpg alone").replace("2026-7K3M", ref)
    )
    assert said.count("schema: form-a/1") == 2 and f'case: "{ref}"' in said
    assert said.count("schema: prompts/1") == 2 and said.count("revision: 2") == 1
    assert "Robin Ashworth" in said and f"cdr: chase {ref}" in said


def test_a_week_goes_as_the_page_tells_it(home: Home, root: Path, fenced: Fenced) -> None:
    """The tutorial, typed as it stands; the demonstration's forms are put there without its story."""
    shutil.copytree(root / "templates" / "demo", home.folder / "cdr-demo" / "forms")
    week = lines(root / "docs" / "week.md", fenced).replace("cdr demo ~/cdr-demo\n", "")
    said = home.run(week)
    assert "6 messages are marked as sent" in said and "taken back" in said
    assert "question" in said and "Nothing is wrong." in said
    assert re.search("child +otherwise", said), "the name that was heard on the telephone is found"


def test_every_check_of_verify_is_told(root: Path) -> None:
    tree = ast.parse(Path(verify.__file__).read_text("utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding"
    ]
    made = [call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)]
    assert len(made) == len(calls), "a check's id is written out where it speaks"
    page = (root / "docs" / "security.md").read_text("utf-8")
    told = re.findall(r"^\| `([a-z-]+)`", page, flags=re.MULTILINE)
    assert list(dict.fromkeys(told)) == told
    assert set(told) == set(made)


def test_every_kind_of_file_is_told(root: Path) -> None:
    page = (root / "docs" / "files.md").read_text("utf-8")
    assert [name for name in layout.KINDS if not re.search(rf"\b{_as_a_path(name)}(s?/|-0+1|\.yaml)", page)] == []
    assert layout.CONFIGURATION in page and layout.REGISTRY in page


def _as_a_path(name: str) -> str:
    """How a kind of file stands on the page: what belongs to the words of a year's report has the year before it."""
    return re.sub(r"^report-(numbers|pictures)$", r"reports/[0-9A-Z-]+-\1", name)


def test_who_may_read_and_write_is_told(root: Path) -> None:
    page = (root / "docs" / "files.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| `") and line.count("|") == 4
    ]
    for kind in layout.KINDS.values():
        [row] = [row for row in rows if re.search(rf"`({_as_a_path(kind.name)}s?)(/ID|-N+)?`", row[0])]
        assert ("chaser" in row[1]) == kind.chaser_reads, kind.name
        assert ("chaser" in row[2]) == kind.chaser_writes, kind.name
