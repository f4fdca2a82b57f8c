"""Every function that reads what comes from outside, each with bytes to begin from: what it may raise, and nothing else.

`test_parsers.py` gives each of them broken copies of these bytes; `steered.py` has a coverage-guided fuzzer choose them.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from unit.test_word import form

from cdr.app import App, rules
from cdr.documents.incoming import armour, kinds, published_tables, sheets
from cdr.documents.letters import wording_check
from cdr.documents.letters.letter import as_text
from cdr.documents.return_form import return_docx, word_reading
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.process.policy import Policy
from cdr.domain.register.register import Columns, Reading
from cdr.domain.register.register_guess import guess, headings
from cdr.domain.register.register_map import RegisterMap, date_reader
from cdr.domain.register.register_read import take
from cdr.domain.report import prose
from cdr.domain.rulebook import form_a, form_b, form_c
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.store_rules import configuration_problems
from cdr.errors import CdrError, NotAuthentic, WrongUsage
from cdr.forms import codec, replies, schema
from cdr.forms.text_in import decoded
from cdr.moments import read as moment_read
from cdr.records import dataclass
from cdr.store import packets, pushed
from cdr.store.folders import parsed_folder
from cdr.store.objects import parsed_commit
from cdr.store.registry import Registry
from cdr.work import tallies_in
from cdr.written import clock, day, moment, moment_or_day, partial_date, postcode, seen

TOP = Path(__file__).parents[2]
TODAY = date(2026, 4, 20)
AGENCY = "acute_hospital"


@dataclass(frozen=True)
class Parser:
    """A function that reads bytes from outside, the refusals that it may raise, and some bytes that it reads."""

    reads: Callable[[bytes], object]
    refuses: tuple[type[BaseException], ...]
    seeds: Callable[[], list[bytes]]

    def reads_first(self) -> None:
        """Read what it begins from, so that what is read once in a run is."""
        for seed in self.seeds():
            with suppress(*self.refuses):
                self.reads(seed)


def _files(*patterns: str) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for pattern in patterns for path in sorted(TOP.glob(pattern))]


def _form(form: str) -> Callable[[bytes], object]:
    def reads(raw: bytes) -> object:
        body, _ = schema.read(raw, "given.yaml", form)
        if form == "form-a":
            return form_a.problems(body, TODAY, _policy(), _policy().working_days)
        if form == "form-b":
            return form_b.problems(body, _notification(), str(body.get("agency", "")), TODAY)
        return form_c.problems(body, _notification(), TODAY, _policy()) if form == "form-c" else body

    return reads


@cache
def _policy() -> Policy:
    return App().national_policy


@cache
def _notification() -> Mapping[str, Any]:
    body, _ = schema.read((TOP / "tests/data/examples/form-a-sudi.yaml").read_bytes(), "a", "form-a")
    return body


def _configuration(raw: bytes) -> object:
    body, _ = schema.read(raw, "cdr.yaml", "store")
    return None if configuration_problems(body) else Configuration.from_document(body)


def _reply(raw: bytes) -> object:
    data = replies.read_json(raw, "given.asc")
    body = data.get("body")
    return replies.examine(dict(body), "given.asc", "form-b") if isinstance(body, dict) else None


@cache
def _columns() -> Columns:
    return Columns.from_rules(rules("register"))


@cache
def _reading() -> Reading:
    return Reading(_columns(), date_reader(RegisterMap()), TODAY, _policy())


def _register(name: str) -> Callable[[bytes], object]:
    def reads(raw: bytes) -> object:
        for sheet in sheets.read(raw, name).sheets:
            rows = [(row.number, row.cells) for row in sheet.rows]
            if rows and headings(rows, _columns()):
                guess(rows, _columns()).text()
            take(rows, {row.number: row.faults for row in sheet.rows if row.faults}, RegisterMap(), _reading(), False)
        return None

    return reads


def _tally(raw: bytes) -> object:
    with NamedTemporaryFile() as one, NamedTemporaryFile() as other:
        for file, end in ((one, b""), (other, b"\n")):
            file.write(raw + end)
            file.flush()
        return tallies_in.tallies_in([one.name, other.name])


def _openpgp(raw: bytes) -> object:
    kinds.kind(raw, "given.asc")
    bare = armour.bare(raw)
    for reads in (packets.public_keys, packets.recipient_ids):
        try:
            reads(bare or raw, "the file")
        except NotAuthentic:
            continue
    return bare


def _objects(raw: bytes) -> object:
    id_ = "0" * 40
    for reads in (parsed_folder, parsed_commit):
        try:
            reads(id_, raw)
        except CdrError:
            continue
    return pushed.updates(raw.decode("utf-8", "replace"))


def _days(raw: bytes) -> object:
    text = raw.decode("utf-8", "replace")
    for reads in (day, clock, moment, moment_or_day, partial_date, postcode, moment_read, seen):
        try:
            reads(text)
        except (ValueError, WrongUsage):
            continue
    return None


def _prose(raw: bytes) -> object:
    text = decoded(raw, "given.md")
    prose.without_marks(prose.parts(text))
    return prose.faults(text)


@cache
def _anonymiser() -> Anonymiser:
    return Anonymiser.from_documents(_notification(), [], {})


def _narrative(raw: bytes) -> object:
    return _anonymiser().text(decoded(raw, "given.txt"))


def _wording(raw: bytes) -> object:
    return as_text(wording_check.LETTER, decoded(raw, "given.txt"))


PART = b"\n>>> "


@cache
def _apart(raw: bytes) -> bytes:
    """The parts of a package, each behind a line with its name: here a changed byte changes a letter, and no sum over all of them notices."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        return b"".join(PART + name.encode() + b"\n" + package.read(name) for name in package.namelist())


def packed(raw: bytes) -> bytes:
    """The package of such parts."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as package:
        warnings.simplefilter("ignore")  # two parts of one name
        for part in raw.split(PART)[1:]:
            name, _, data = part.partition(b"\n")
            called = name[:200].decode("utf-8", "replace").partition("\0")[0]
            if called:
                package.writestr(called, data)
    return out.getvalue()


WORKBOOKS = _files("tests/data/registers/*.xlsx")


@cache
def _word_form() -> bytes:
    return return_docx.to_docx(form(AGENCY))


YAML_SEEDS = _files("tests/data/layouts/*.yaml", "tests/data/forms/*.yaml")
TEXTS = _files("tests/data/ordinary-narrative.txt")
PGP = [
    b"-----BEGIN PGP MESSAGE-----\nVersion: x\n\nhQEMA1Jnb2xhbmdBAQf/c2FtcGxl\n=AbCd\n-----END PGP MESSAGE-----\n",
    b"\x84\x0c\x03\x01\x02\x03\x04\x05\x06\x07\x08\x01\x00\x00\xd2\x05\x01abcd",
    b"\x99\x00\x06\x04\x00\x00\x00\x00\x01\xb4\x03Sam",
]
COMMIT = (
    b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    b"author A <a@b.example> 1 +0000\ncommitter A <a@b.example> 1 +0000\ngpgsig x\n y\n\ncdr: notify\n"
)
FOLDER = b"100644 cdr.yaml\x00" + bytes(range(20)) + b"40000 cases\x00" + bytes(range(20))
DAYS = [b"2026-01-09", b"9 Jan 2026", b"2026-01-09T05:43+01:00", b"09/01/26 23:59", b"ZZ1 1AA", b"12.30pm"]
REPLY = (
    b'{"schema":"reply/1","case":"2026-7K3M","agency":"x","nonce":"y","form":"form-b/1",'
    b'"body":{"schema":"form-b/1","response":"full","timeline":[{"at":"2026-01-09","event":"x"}]}}'
)
REGISTRY = b"store: x\nmembers:\n- {fingerprint: 0123456789ABCDEF0123456789ABCDEF01234567, name: B, email: C, since: '2026-01-09'}\nchasers: []\nleft: []\n"
TABLE = b"Deaths by age\n                 2022/23  2023/24  Total\nUnder 1          10 (50%)  12 (60%)  22\n1 to 4           <5  *  8\n"
LONG_TABLE = b"table,basis,column,row,n,percent\nAge,reviewed,2022/23,Under 1,10,50%\n"

PARSERS: Mapping[str, Parser] = {
    "yaml": Parser(lambda raw: codec.read_source(raw, "given.yaml"), (CdrError,), YAML_SEEDS),
    "own-yaml": Parser(codec.load, (codec.Unreadable,), YAML_SEEDS),
    "form-a": Parser(
        _form("form-a"), (CdrError,), _files("tests/data/examples/form-a-*.yaml", "tests/data/forms/*.yaml")
    ),
    "form-b": Parser(_form("form-b"), (CdrError,), _files("tests/data/examples/form-b-*.yaml")),
    "form-c": Parser(_form("form-c"), (CdrError,), _files("tests/data/examples/form-c-*.yaml")),
    "register-map": Parser(_form("register-map"), (CdrError,), _files("tests/data/registers/*.yaml")),
    "configuration": Parser(
        _configuration, (CdrError,), _files("tests/data/examples/store.yaml", "templates/demo/store.yaml")
    ),
    "registry": Parser(Registry.read, (CdrError,), lambda: [REGISTRY]),
    "reply": Parser(_reply, (CdrError,), lambda: [REPLY]),
    "csv": Parser(_register("register.csv"), (CdrError,), _files("tests/data/registers/*.csv")),
    "xlsx": Parser(_register("register.xlsx"), (CdrError,), WORKBOOKS),
    "xlsx-parts": Parser(
        lambda raw: _register("register.xlsx")(packed(raw)), (CdrError,), lambda: [*map(_apart, WORKBOOKS())]
    ),
    "docx": Parser(lambda raw: word_reading.read(raw, AGENCY), (), lambda: [_word_form()]),
    "docx-parts": Parser(lambda raw: word_reading.read(packed(raw), AGENCY), (), lambda: [_apart(_word_form())]),
    "tables": Parser(lambda raw: published_tables.read(raw, "tables.txt"), (CdrError,), lambda: [TABLE, LONG_TABLE]),
    "tally": Parser(_tally, (CdrError,), lambda: [b'{"schema":"tally/1","tables":[]}']),
    "perinatal": Parser(_form("perinatal-review"), (CdrError,), lambda: [b"schema: perinatal-review/1\ngrades: []\n"]),
    "openpgp": Parser(_openpgp, (), lambda: PGP),
    "objects": Parser(_objects, (CdrError,), lambda: [COMMIT, FOLDER]),
    "days": Parser(_days, (), lambda: DAYS),
    "prose": Parser(
        _prose,
        (CdrError,),
        lambda: [b"# A\n\n- b *c* **d**\n\n> e\n\n| f | g |\n|---|---|\n| 1 | 2 |\n\n![h](i.png)\n"],
    ),
    "narrative": Parser(_narrative, (CdrError,), TEXTS),
    "wording": Parser(_wording, (CdrError,), _files("templates/letters/*.txt")),
}
