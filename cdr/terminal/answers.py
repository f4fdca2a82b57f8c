"""What an answer typed on a terminal stands for: dates and codes as people write them, made into what the form holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from cdr import moments, written
from cdr.expressions import expression
from cdr.forms.as_kept import as_kept
from cdr.forms.fields import Field
from cdr.forms.formats import is_date
from cdr.forms.schema import value_problems
from cdr.records import dataclass

Options = tuple[tuple[str, str], ...]
YES_NO = {"y": "yes", "n": "no", "nk": "not_known", "na": "not_applicable"}
SELDOM = "not_applicable"  # taken, but not offered with each question
PARTY = {
    "y": "informed",
    "yes": "informed",
    "n": "not_informed",
    "no": "not_informed",
    "na": "not_applicable",
    "nk": "not_known",
}
PARTY_WORDS = {
    "informed": "informed",
    "not_informed": "not informed",
    "not_applicable": "not applicable",
    "not_known": "not known",
}
FORMATS = {"date": "date", "partial-date": "partial date", "time": "time", "date-time": "moment"}
LONG_TEXT = 1000
LONGEST_KEPT, ROOM_TO_TYPE = 44, 20
DAYS = {"today": 0, "yesterday": 1}
NAMED_DAY = expression(
    rf"(?:(?P<day>{'|'.join(DAYS)})(?:,? at |,? |T))?(?P<time>[0-9]{{1,2}}[:.][0-9]{{2}}.*|[0-9]{{4}})", re.IGNORECASE
)
DATE_HELP = "Write a date like 9/1/2026, 9 January 2026 or 2026-01-09, or today or yesterday."
HOW = {
    "date": DATE_HELP,
    "partial date": f"{DATE_HELP} Only the year, or the year and month (2026-01), will do.",
    "time": "Write a time of 24 hours, like 06:52.",
    "moment": "Write the date and the time, like 9/1/2026 11:20, today 11:20 or 11:20, or now.",
    "several": "Several may be given: their numbers, codes or beginnings, with commas between them.",
    "parties": "Several may be given: their numbers, codes or beginnings, with commas between them.",
    "choice": "Give the number, the code, or the beginning of the words.",
    "lines": "Put commas between them.",
    "gestation": "Write completed weeks and days, like 36+4.",
    "text": "As many lines as needed; an empty line ends it.",
    "party": "Give the day; or y (informed), n (not informed), na (not applicable), nk (not known).",
}


class Wrong(Exception):
    """An answer that cannot be taken; its text says what would be right."""


@dataclass(frozen=True)
class Ask:
    """What is asked: the words, the help, what kind of answer it takes, and what there is to choose from.

    `free`: another answer than those on offer will do. `mine`: the field's own complaint about an answer, where it has one.
    """

    field: Field
    kind: str
    words: str
    help: str
    needed: bool = False
    options: Options = ()
    free: bool = False
    mine: str = ""

    def value(self, text: str, now: datetime) -> Any:
        """What the answer stands for. Raises: Wrong."""
        value = READERS.get(self.kind, _line)(self, text, now)
        found = [] if self.kind in ("party", "parties") else value_problems(value, self.field.schema)
        if found:
            raise Wrong(self.mine or found[0].message)
        return value

    def shown(self, value: Any) -> str:
        """An answer in words, on one line."""
        if self.kind == "gestation":
            return f"{value['weeks']}+{value.get('days', 0)}"
        if self.kind == "party":
            return shown_date(value["on"]) if "on" in value else PARTY_WORDS[value["status"]]
        words = dict(self.options)
        parts = value if isinstance(value, list) else [value]
        return ", ".join(words.get(str(part)) or shown_date(str(part)) for part in parts)

    def prompt(self, kept: Any, width: int, listed: bool = False) -> str:
        """The question on a line: `*` where it has to be answered, what there is to choose from, and what Enter takes."""
        choice = self.inline(width)
        shown = f" ({choice})" if choice else " (? lists them)" if self.options and not listed else ""
        several = " (an empty line ends it)" if self.kind == "text" else ""
        words = "" if kept is None else " ".join(self.shown(kept).split())
        known = f" [{words if len(words) <= LONGEST_KEPT else words[: LONGEST_KEPT - 1] + '…'}]" if words else ""
        return f"{self.words}{'*' if self.needed else ''}{shown}{several}{known}: "

    def inline(self, width: int) -> str:
        """The choice within the question, where it is short enough; empty where it is not."""
        if is_yes_no(self.options):
            short = {code: letters for letters, code in YES_NO.items()}
            return "/".join(short[code] for code, _ in self.options if code != SELDOM)
        text = ", ".join(f"{number} {label or code}" for number, (code, label) in enumerate(self.options, 1))
        return text if len(text) + len(self.words) + ROOM_TO_TYPE <= width else ""

    def understood(self, text: str, value: Any) -> str:
        """What an answer was understood as, where that is not what was typed."""
        if self.kind in ("text", "line", "number", "lines") or (self.kind == "party" and "on" not in value):
            return ""
        short = is_yes_no(self.options) and value == YES_NO.get(text.casefold())
        shown = self.shown(value)
        return "" if short or shown.casefold() == text.casefold() else shown


def kind_of(field: Field, short: bool = False) -> str:
    """What kind of answer a field takes."""
    if field.kind == "list":
        return "several" if field.item().codes else "lines"
    if field.kind == "group":
        return "gestation"
    if field.codes:
        return "choice"
    if field.schema.get("format") in FORMATS:
        return FORMATS[field.schema["format"]]
    if "integer" in field.schema.get("type", ""):
        return "number"
    return "text" if field.schema.get("maxLength", 0) > LONG_TEXT and not short else "line"


def shown_date(text: str) -> str:
    """A date or a date and time in words; any other text as it is."""
    day, _, time = text.partition("T")
    if not is_date(day):
        return text
    return written.long_date(moments.day(day)) + (f", {time}" if time else "")


def is_yes_no(options: Options) -> bool:
    """Whether the answer is yes, no, or that it is not known."""
    return bool(options) and {code for code, _ in options} <= set(YES_NO.values())


def choose(text: str, options: Options) -> str:
    """The code meant by a code, a number of the list, or the beginning of a label or of one of its words. Raises: Wrong."""
    wanted = text.casefold()
    codes = {code.casefold(): code for code, _ in options}
    if wanted in ("n", "no", "y", "yes") and not is_yes_no(options) and wanted not in codes:
        # an answer to another question than this one, and never the beginning of a label
        raise Wrong("This is not a question of yes or no; ? shows the list, and Enter goes on without an answer.")
    if is_yes_no(options) and YES_NO.get(wanted) in codes.values():
        return YES_NO[wanted]
    if wanted in codes:
        return codes[wanted]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(options):
        return options[int(wanted) - 1][0]
    for fits in (_is_label, _begins, _begins_a_word):
        found = [number for number, (code, label) in enumerate(options, 1) if fits(wanted, code, label)]
        if len(found) == 1:
            return options[found[0] - 1][0]
        if found:
            raise Wrong(
                f"That may be {' or '.join(f'{number} ({options[number - 1][1]})' for number in found[:6])}. Which?"
            )
    raise Wrong("That is not on the list; ? shows it.")


def _is_label(wanted: str, code: str, label: str) -> bool:
    return label.casefold() == wanted


def _begins(wanted: str, code: str, label: str) -> bool:
    return label.casefold().startswith(wanted) or code.casefold().startswith(wanted.replace(" ", "_"))


def _begins_a_word(wanted: str, code: str, label: str) -> bool:
    return any(word.startswith(wanted) for word in re.findall(r"[\w']+", label.casefold()))


# ---- one reader for each kind -----------------------------------------------------------------------------------------


def _line(ask: Ask, text: str, now: datetime) -> Any:
    return as_kept(text, [ask.field.schema])


def _choice(ask: Ask, text: str, now: datetime) -> Any:
    try:
        return ask.field.value(choose(text, ask.options))
    except Wrong:
        if ask.free and not text.isdecimal() and not _may_be_one(text, ask.options):
            return text
        raise


def _may_be_one(text: str, options: Options) -> bool:
    return any(_begins(text.casefold(), code, label) for code, label in options)


def _several(ask: Ask, text: str, now: datetime) -> list[Any]:
    numbers = text.replace(",", " ").split()
    parts = numbers if all(one.isdecimal() for one in numbers) else [part.strip() for part in text.split(",")]
    item = ask.field.item() if ask.field.kind == "list" and ask.field.item().kind == "text" else None
    codes = dict.fromkeys(choose(part, ask.options) for part in parts if part)
    return [item.value(code) if item else code for code in codes]


def _lines(ask: Ask, text: str, now: datetime) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(ask: Ask, text: str, now: datetime) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Wrong("Write a whole number, in digits.")
    return int(text)


def _gestation(ask: Ask, text: str, now: datetime) -> dict[str, int]:
    found = re.fullmatch(
        r"([0-9]{1,2})(?:\s*(?:\+|w(?:ee)?ks?|w)?\s*(?:([0-9])\s*(?:d|days?)?)?)?", text.casefold().strip()
    )
    if not found:
        raise Wrong(HOW["gestation"])
    weeks, days = found.groups()
    return {"weeks": int(weeks)} | ({"days": int(days)} if days else {})


def _date(ask: Ask, text: str, now: datetime) -> str:
    return a_date(text, now).isoformat()


def _partial_date(ask: Ask, text: str, now: datetime) -> str:
    try:
        return written.partial_date(text)
    except ValueError:
        return a_date(text, now).isoformat()


def _time(ask: Ask, text: str, now: datetime) -> str:
    return a_time(text)


def _moment(ask: Ask, text: str, now: datetime) -> str:
    if text.casefold() == "now":
        return f"{now:%Y-%m-%dT%H:%M}"
    found = NAMED_DAY.fullmatch(text)
    if found and (found["day"] or re.search("[:.]", text)):
        text = f"{a_date(found['day'] or 'today', now).isoformat()} {found['time']}"
    try:
        return written.moment(text)
    except ValueError:
        raise Wrong(HOW["moment"]) from None


def _party(ask: Ask, text: str, now: datetime) -> dict[str, str]:
    status = PARTY.get(text.casefold())
    return {"status": status} if status else {"status": "informed", "on": a_date(text, now).isoformat()}


def a_date(text: str, now: datetime) -> date:
    """The date that somebody wrote. Raises: Wrong."""
    if text.casefold() in DAYS:
        return now.date() - timedelta(days=DAYS[text.casefold()])
    try:
        return written.day(text)
    except ValueError:
        raise Wrong(f"That is not a date. {DATE_HELP}") from None


def a_time(text: str) -> str:
    """The time that somebody wrote, as 06:52. Raises: Wrong."""
    try:
        return written.clock(text)
    except ValueError:
        raise Wrong(HOW["time"]) from None


READERS: Mapping[str, Callable[[Ask, str, datetime], Any]] = {
    "choice": _choice,
    "several": _several,
    "parties": _several,
    "lines": _lines,
    "number": _number,
    "gestation": _gestation,
    "date": _date,
    "partial date": _partial_date,
    "time": _time,
    "moment": _moment,
    "party": _party,
}


# ---- how a choice is shown --------------------------------------------------------------------------------------------


def columns(options: Options, width: int) -> list[str]:
    """The numbered choice as a list, in two columns where they fit."""
    cells = [f"{number:>2}  {label or code}" for number, (code, label) in enumerate(options, 1)]
    widest = max(map(len, cells), default=0)
    if len(cells) < 6 or 2 * widest + 4 > width - 2:
        return [f"  {cell}" for cell in cells]
    half = (len(cells) + 1) // 2
    return [f"  {left:<{widest + 4}}{right}".rstrip() for left, right in zip(cells, [*cells[half:], ""], strict=False)][
        :half
    ]


def with_codes(options: Sequence[tuple[str, str]]) -> list[str]:
    """The numbered choice with its codes."""
    width = max((len(code) for code, _ in options), default=0)
    return [f"  {number:>2}  {code:<{width}}  {label}".rstrip() for number, (code, label) in enumerate(options, 1)]
