"""The papers that an area's governance asks for, from what the store says of itself in the open: no case is opened for them.

Each stands as a layout in `templates/governance`. A field that is missing is marked where it belongs and named in `gaps.md`; none is blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cdr import resources
from cdr.documents.governance.drawing import drawing
from cdr.forms.law import law
from cdr.records import asdict, dataclass

FOLDER = "governance"
PAPERS = (
    "impact-assessment.md", "record-of-processing.md", "information-sharing.md", "privacy-notice-families.md",
    "privacy-notice-professionals.md", "retention.md", "access-review.md", "accessibility.md", "clinical-safety.md", "continuity.md",
)  # fmt: skip
FLOW, GAPS = "data-flow.svg", "gaps.md"
COMES, BOTH_WAYS, GOES = "comes", "both", "goes"
STORE = ("The store", "every document encrypted to the members, every change signed")
FLOWS = (
    (COMES, "A professional notifies", "Form A, typed by the team; encrypted at once"),
    (BOTH_WAYS, "Agencies are asked", "a message without a name; the form holds who the child is under lock, or goes by an approved route"),
    (COMES, "Agencies answer", "encrypted in their browser to the team; or by a secure way, in Word"),
    (COMES, "Families tell us", "what they say and ask, typed by the team"),
    (BOTH_WAYS, "Another area", "a case or a question, signed and encrypted to its team"),
    (BOTH_WAYS, "The team’s other copies", "the shared repository and the backups: encrypted files alone"),
    (GOES, "The panel", "a summary without names, to members who signed the statement"),
    (GOES, "The national database", "typed in by the team, from a list that cdr makes"),
    (GOES, "Families", "letters, each for one person, after the questions of the gate"),
    (GOES, "Whoever should act", "a recommendation, without the child"),
    (GOES, "A coroner, a court", "one encrypted bundle, with its authority and what was left out"),
    (GOES, "The public", "counts, after disclosure control, and what was learned"),
)  # fmt: skip


@dataclass(frozen=True)
class Key:
    """One key of the register: whose, what it may do, when it ends, and the last thing that it signed."""

    name: str
    role: str
    fingerprint: str
    expires: str
    last_on: str
    last_what: str


@dataclass(frozen=True)
class AgencyType:
    """A type of agency, what a form asks of it, and what it is told besides the names, dates and address, in words."""

    label: str
    core: str
    if_held: str
    told: str


@dataclass(frozen=True)
class Asked:
    """A form, and what its parts are called, in words."""

    title: str
    parts: str


@dataclass(frozen=True)
class Gap:
    """Something that is missing: what, how to put it right, and in which papers it is."""

    title: str
    how: str
    papers: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What the store says of itself: `values` by the names that layouts use (`manager`, `on` ...), `needed` by the same as (value, title, how)."""

    values: Mapping[str, Any]
    needed: Mapping[str, tuple[str, str, str]]
    more: tuple[Gap, ...] = ()


def papers(known: Known) -> tuple[dict[str, bytes], list[Gap]]:
    """Every paper by its file's name, and what is missing; the same of both for the same facts."""
    used: dict[str, list[str]] = {}
    files = {name: _filled(name, known, used).encode() for name in PAPERS}
    files[FLOW] = drawing(STORE, FLOWS).encode()
    gaps = [Gap(title, how, tuple(used.get(key, ()))) for key, (value, title, how) in known.needed.items() if not value]
    gaps += known.more
    unchecked = [f"{duty.words} ({duty.source})" for duty in law().values() if duty.checked_on is None]
    told = [{**asdict(gap), "papers": ", ".join(gap.papers) or "no paper"} for gap in gaps]
    files[GAPS] = _rendered(GAPS, {**known.values, "gaps": told, "unchecked": unchecked}).encode()
    return dict(sorted(files.items())), gaps


def _filled(name: str, known: Known, used: dict[str, list[str]]) -> str:
    """A paper with its values; which of those that are needed it uses is noted in `used`."""

    class Need:
        def __getattr__(self, key: str) -> str:
            value, title, _ = known.needed[key]
            used.setdefault(key, [])
            if name not in used[key]:
                used[key].append(name)
            return value or f"**MISSING: {title}**"

    cited = {key: duty.marked for key, duty in law().items()}
    flow = [f"{what}: {how}." for what, how in (*(one[1:] for one in FLOWS if one[0] != GOES), STORE)]
    out = [f"{what}: {how}." for way, what, how in FLOWS if way == GOES]
    return _rendered(name, {**known.values, "need": Need(), "law": cited, "flow": [*flow, *out]})


def _rendered(name: str, values: Mapping[str, Any]) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=False,  # noqa: S701 - Markdown, from the store's own plain configuration
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, finalize=_in_markdown,
    )  # fmt: skip
    layout = resources.read_bytes("templates", FOLDER, name).decode()
    return str(environment.from_string(layout).render(values))


def _in_markdown(value: Any) -> Any:
    """Text on one line that begins no heading, table or link of its own."""
    from jinja2 import Undefined

    if isinstance(value, Undefined):
        return value
    return " ".join(str(value).split()).replace("|", "/").replace("<", "‹").replace(">", "›")


def listed(words: Iterable[str]) -> str:
    """Words in a sentence, in their order; what holds a comma itself is set apart by semicolons."""
    found = [word for word in words if word]
    return ("; " if any("," in word for word in found) else ", ").join(found)
