"""Which file of a store is what: the paths of its folders (`cases/`, `panels/`, `keys/` and the others), and who may read and write each kind."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from typing import Any

from cdr.errors import NotFound
from cdr.expressions import expression
from cdr.records import dataclass

CONFIGURATION = "cdr.yaml"
KEYS = "keys"
REGISTRY = f"{KEYS}/registry.yaml"
AGENCIES = "agencies"
ERASED = "erased"
AREAS = "areas"
FOLDERS = ("cases", "panels", "reports", AGENCIES, "reads", "keys", ERASED, AREAS)
MANAGED = tuple(f"{folder}/" for folder in FOLDERS)
DOCUMENTS = MANAGED[:5]
LARGEST_REGISTRY, LARGEST_IN_THE_OPEN, LARGEST_ERASURE = 1 << 18, 1 << 20, 1 << 12
LARGEST_KEY = 1 << 20
LARGEST_KEYS = 1 << 24  # all that a history ever held, together
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = expression(rf"[0-9]{{4}}-[{CROCKFORD}]{{4}}")
KEY_FILE = expression(r"keys/[0-9A-F]{40}\.asc")
ERASURE_FILE = expression(rf"{ERASED}/{REFERENCE.pattern}\.yaml")
SUCCESSION_FILE = expression(rf"{AREAS}/(?:from|to)-[0-9a-f]{{40}}\.yaml")
PANEL_FILE = expression(r"panels/([0-9A-Za-z][0-9A-Za-z-]{0,39})\.yaml\.gpg")
REPORT_PICTURES_FILE = expression(r"reports/([0-9]{4}-[0-9]{2}-pictures)\.yaml\.gpg")
REPORT_NUMBERS_FILE = expression(r"reports/([0-9]{4}-[0-9]{2}-numbers)\.yaml\.gpg")
REPORT_FILE = expression(r"reports/([0-9]{4}-[0-9]{2})\.yaml\.gpg")
PASSPHRASES_FILE = f"{AGENCIES}/passphrases.yaml.gpg"
READS_FILE = expression(r"reads/([0-9a-f]{16})\.yaml\.gpg")
CASE_FILE = expression(rf"cases/({REFERENCE.pattern})/([a-z]+(?:-[0-9]{{2,4}})?)(\.yaml)?\.gpg")
PLACEHOLDERS = ("cases/.gitkeep", "panels/.gitkeep")
OWN_WORDINGS = ("templates", "templates/letters", "reference")
OWN_WORDING = expression(r"templates/letters/(?:[a-z0-9-]+\.txt|\.gitkeep)|reference/[^/]+\.yaml")
OF_GIT = (".gitattributes", ".gitignore")


@dataclass(frozen=True)
class Kind:
    """One kind of document: the form whose schema it follows, and whether the chaser may read or write it.

    `earlier` is the form of what a register of earlier years knows; a `ledger` that nobody has written in yet is no file.
    """

    name: str
    form: str
    chaser_reads: bool = False
    chaser_writes: bool = False
    earlier: str = ""
    ledger: bool = False


CASE = Kind("case", "case")
NOTIFICATION = Kind("notification", "form-a", earlier="imported-a")
REQUESTS = Kind("requests", "requests", chaser_reads=True, ledger=True)
PROMPTS = Kind("prompts", "prompts", chaser_reads=True, chaser_writes=True, ledger=True)
RETURN = Kind("return", "form-b")
ANALYSIS = Kind("analysis", "form-c", earlier="imported-c")
ATTACHMENT = Kind("attachment", "attachment")
PANEL = Kind("panel", "panel")
AGREEMENTS = Kind("agreements", "agreements")
LEARNING = Kind("learning", "learning")
OF_ALL_MEETINGS = {kind.name: kind for kind in (AGREEMENTS, LEARNING)}
REPORT = Kind("report", "report")
REPORT_NUMBERS = Kind("report-numbers", "report-numbers")
REPORT_PICTURES = Kind("report-pictures", "report-pictures")
PASSPHRASES = Kind("passphrases", "passphrases")
READS = Kind("reads", "reads")
RELEASE = Kind("release", "release")
OF_NO_CASE = (
    (REPORT, REPORT_FILE),
    (REPORT_PICTURES, REPORT_PICTURES_FILE),
    (REPORT_NUMBERS, REPORT_NUMBERS_FILE),
    (PASSPHRASES, expression(rf"{AGENCIES}/(passphrases)\.yaml\.gpg")),
    (READS, READS_FILE),
    (RELEASE, expression(r"reports/(release-[0-9]{4})\.yaml\.gpg")),
)
LEDGERS = (REQUESTS, PROMPTS)
GIVEN_WHOLE = (
    NOTIFICATION,
    RETURN,
    ANALYSIS,
    REPORT,
    REPORT_NUMBERS,
    REPORT_PICTURES,
)  # each revision takes the place of all before
OF_A_CASE = {kind.name: kind for kind in (CASE, NOTIFICATION, REQUESTS, PROMPTS, RETURN, ANALYSIS, ATTACHMENT)}
KINDS = {
    **OF_A_CASE,
    **{
        kind.name: kind
        for kind in (PANEL, AGREEMENTS, LEARNING, REPORT, REPORT_PICTURES, REPORT_NUMBERS, PASSPHRASES, READS, RELEASE)
    },
}


@dataclass(frozen=True)
class Place:
    """What a path stands for: its kind, the case it belongs to (empty for what is of no case), and the document's id."""

    path: str
    kind: Kind
    case: str
    id: str


def place(path: str) -> Place | None:
    """What a document's path stands for; None for any other file."""
    found = CASE_FILE.fullmatch(path)
    if found:
        return _of_a_case(path, *found.groups())
    if not path.startswith(DOCUMENTS):
        return None
    panel = PANEL_FILE.fullmatch(path)
    if panel:
        id_ = panel.group(1)
        return Place(path, OF_ALL_MEETINGS.get(id_, PANEL), "", id_)
    for of_none, file in OF_NO_CASE:
        if one := file.fullmatch(path):
            return Place(path, of_none, "", one.group(1))
    return None


def _of_a_case(path: str, case: str, id_: str, yaml: str | None) -> Place | None:
    name, _, number = id_.partition("-")
    kind = OF_A_CASE.get(name)
    numbered = kind in (RETURN, ATTACHMENT)
    if kind is None or bool(number) != numbered or bool(yaml) == (kind is ATTACHMENT):
        return None
    return Place(path, kind, case, id_)


def empty_ledger(kind: Kind) -> dict[str, Any]:
    """What a ledger says that nobody has written in yet."""
    from cdr.forms import migrations

    return {"schema": migrations.current(kind.form), kind.name: []}


def is_managed(path: str) -> bool:
    """Whether cdr alone decides what may stand at this path."""
    return path.startswith(MANAGED) or path == CONFIGURATION


def is_known(path: str) -> bool:
    """Whether a path is one that a store has."""
    known = path in (CONFIGURATION, REGISTRY, *PLACEHOLDERS, *OF_GIT) or KEY_FILE.fullmatch(path) is not None
    known = known or any(file.fullmatch(path) for file in (ERASURE_FILE, SUCCESSION_FILE))
    return known or is_own_wording(path) or place(path) is not None


def may_be_newer(path: str) -> bool:
    """Whether a path that no store has is where a newer cdr may keep a document of a kind that this one does not know."""
    return path.startswith(DOCUMENTS) and path.endswith(".gpg") and not is_known(path)


def is_own_wording(path: str) -> bool:
    """Whether a path is one of an area's own letters or published figures, which a member writes by hand."""
    return OWN_WORDING.fullmatch(path) is not None


def largest(path: str) -> int | None:
    """The size that a file of a store has at most, in bytes; None for what is encrypted, and so was made by a member."""
    if path == REGISTRY:
        return LARGEST_REGISTRY
    return None if place(path) else LARGEST_IN_THE_OPEN


def outermost(path: str) -> str:
    """A path that no store has, or the folder of the store's own in which it begins (`notes/`)."""
    first, is_below, _ = path.partition("/")
    return path if first in (*FOLDERS, *OWN_WORDINGS) or not is_below else f"{first}/"


def chaser_may_write(path: str) -> bool:
    """Whether a commit by the chaser's key may change this path."""
    found = place(path)
    return found is not None and found.kind.chaser_writes


def document_path(case: str, id_: str) -> str:
    """The path of a case's document, or of a file attached to it."""
    yaml = "" if id_.startswith(f"{ATTACHMENT.name}-") else ".yaml"
    return f"cases/{case}/{id_}{yaml}.gpg"


def key_path(fingerprint: str) -> str:
    """The path of a person's public key."""
    return f"keys/{fingerprint}.asc"


def erasure_path(case: str) -> str:
    """The path of what was said of erasing a case."""
    return f"{ERASED}/{case}.yaml"


def succession_path(way: str, root: str) -> str:
    """The path of what was taken over `from` another store or `to` it, which is known by the commit that made it."""
    return f"{AREAS}/{way}-{root}.yaml"


def panel_path(id_: str) -> str:
    """The path of a meeting of the panel, or of what is of all of them (`agreements`, `learning`)."""
    return f"panels/{id_}.yaml.gpg"


def report_path(year: str) -> str:
    """The path of the area's own words for the report of a year (`2025/26`)."""
    return f"reports/{year.replace('/', '-')}.yaml.gpg"


def report_pictures_path(year: str) -> str:
    """The path of the pictures among those words."""
    return f"reports/{year.replace('/', '-')}-pictures.yaml.gpg"


def report_numbers_path(year: str) -> str:
    """The path of the numbers beside which those words were written."""
    return f"reports/{year.replace('/', '-')}-numbers.yaml.gpg"


def reads_path(id_: str) -> str:
    """The path of lines of who opened what, by the beginning of their digest."""
    return f"reads/{id_}.yaml.gpg"


def release_path(number: int) -> str:
    """The path of what was published, by its number."""
    return f"reports/release-{number:04}.yaml.gpg"


def reference(text: str) -> str:
    """A case reference as given, in capitals. Raises: NotFound when it is not shaped like one."""
    if not REFERENCE.fullmatch(text.upper()):
        raise NotFound("That is not a case reference.", "A reference looks like 2026-7K3M; see: cdr list")
    return text.upper()


def new_reference(notified_on: date, taken: Container[str]) -> str:
    """A reference that says nothing but the year: the year of notification and four random characters."""
    import secrets

    while True:
        made = f"{notified_on.year}-" + "".join(secrets.choice(CROCKFORD) for _ in range(4))
        if made not in taken:
            return made
