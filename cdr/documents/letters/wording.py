"""Wordings that a coordinator may edit: reading them, filling them in, and finding words that no family should read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cdr import resources
from cdr.documents.letters import effort
from cdr.documents.letters.template import NotOfAWording, template
from cdr.errors import InvalidData, NotFound, Problem, WrongConfiguration
from cdr.expressions import expression
from cdr.forms.law import sentences
from cdr.records import dataclass

if TYPE_CHECKING:
    from cdr.domain.letters.letters import Letter

SUBJECT = "Subject: "
SIGN_HERE = "[sign here]"
NEW_PAGE = "[new page]"
PIECES = ("first-words", "who-to-ask", "signature", "people-who-can-help", "what-we-keep")
PIECE = expression(r"^\[([a-z ]+)\][ \t]*\n?", re.MULTILINE)
COMMENT = expression(r"\{#(?:[^#]|#(?!\}))*+(?P<end>#\}\n?)?")
NAME_STAND_IN = "Sam"
BRACES = "put the braces or the condition right; see the notes at its top"
LONGEST = 500_000  # letters of a filled-in wording
BOLD = expression(r"\*\*(.+?)\*\*")
# What marks a wording has, and what stands for the same letters in a value until the marks are read. The codec lets none of
# these through, so that none of them is ever a letter of its own.
MARKS = "*#-[\\"
AS_TEXT = {ord(mark): chr(0xFDD0 + number) for number, mark in enumerate(MARKS)}
AS_MARKS = {ord(text): chr(mark) for mark, text in AS_TEXT.items()}
WORD = expression(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
INITIALISM = expression(r"\b(?:[A-Z]{2,}|(?:[A-Z]\.){2,})")
AGE_SUM = expression(
    r"\baged? (?:of )?\w*\d|\b(?:days?|weeks?|months?|years?)[ -](?:old|of age)\b|\bwas (?:only |just )?\d",
    re.IGNORECASE,
)
WITH_SEX = {"he": "male", "him": "male", "his": "male", "she": "female", "her": "female", "hers": "female"}


@dataclass(frozen=True)
class Run:
    """Text of one look."""

    text: str
    bold: bool = False


@dataclass(frozen=True)
class Block:
    """A piece of a letter: kind `paragraph`, `heading`, `item`, `sign` or `page`, and its lines, each as runs of text."""

    kind: str
    lines: tuple[tuple[Run, ...], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines without their looks."""
        return tuple("".join(run.text for run in line) for line in self.lines)


class WordingFails(WrongConfiguration):
    """A wording is well written, and fails when it is filled in: like other data that is not valid."""

    exit_code = InvalidData.exit_code


class Lines(str):
    """A value that is several lines of a wording already; every other one is text, and none of it is read as a mark."""


def wording(name: str, override: str | None = None, pieces: Mapping[str, str] | None = None) -> str:
    """The text of a wording with the pieces that it names in their places, each the area's own where it has one.

    `pieces` holds the area's texts of `PIECES` by name. Raises: NotFound.
    """
    texts = {**(pieces or {}), **({name: override} if override is not None else {})}

    def piece(match: re.Match[str]) -> str:
        called = match[1].replace(" ", "-")
        return f"{COMMENT.sub(_open_ones, _text(called, texts))}\n\n" if called in PIECES else match[0]

    return PIECE.sub(piece, _text(name, texts))


def _open_ones(comment: re.Match[str]) -> str:
    """A comment that is not ended stays, to be told."""
    return "" if comment["end"] else comment[0]


def _text(name: str, own: Mapping[str, str]) -> str:
    if name in own:
        return own[name]
    try:
        return resources.read_bytes("templates", "letters", f"{name}.txt").decode("utf-8")
    except OSError:
        raise NotFound(f"There is no wording called {name}.") from None


def fill_in(text: str, fields: Mapping[str, Any], file: str = "the wording") -> str:
    """A wording with its fields in place, for `blocks` to read and for `unguarded` to show.

    Every value stays text and on its own line, whatever it holds: what would be a mark of the wording is none in a value.
    Raises: WrongConfiguration, naming the line, where the wording asks for a field that there is not, or is not right.
    """
    from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError

    try:
        with effort.limited():
            filled = template(text, _guarded).render({"law": sentences(), **fields})
        if len(filled) > LONGEST:
            raise MemoryError
    except effort.TooMuchWork:
        raise WordingFails(
            f"{file} cannot be filled in: that takes far more work than a letter does.",
            "Take out the loop or the repetition that grows; compare it with the wording that ships with cdr.",
        ) from None
    except (NotOfAWording, TemplateSyntaxError) as error:
        words, line = (error.words, error.line) if isinstance(error, NotOfAWording) else (BRACES, error.lineno)
        problem = Problem("", "Wording", words, "wording", line)
        raise WrongConfiguration("A wording cannot be used.", problems=[problem], file=file) from None
    except (UndefinedError, SecurityError, TemplateError, TypeError, ValueError):
        raise WrongConfiguration(
            f"{file} asks for a field that a wording does not have.",
            "The fields are listed at the top of the wording that ships with cdr.",
        ) from None
    except (ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError, SyntaxError):
        raise WordingFails(
            f"{file} cannot be filled in: a sum or a loop in it cannot be done.",
            "Compare it with the wording that ships with cdr.",
        ) from None
    return filled


def unguarded(text: str) -> str:
    """What `fill_in` made, as a person reads it where no marks are read."""
    return text.translate(AS_MARKS)


def _guarded(value: Any) -> Any:
    from jinja2 import Undefined

    return value if isinstance(value, Lines | Undefined) else as_text(value)


def as_text(value: Any) -> str:
    """A value of a wording, on one line and without a mark."""
    return " ".join(str(value).split()).translate(AS_TEXT)


def blocks(text: str) -> list[Block]:
    """A filled-in wording as blocks, with its values as they are.

    Blocks are set apart by an empty line. A line that starts with `# ` is a heading, lines that start with `- ` are
    items, a line that ends with a backslash keeps its break; `**` around words makes them bold.
    """
    found: list[Block] = []
    for part in re.split(r"\n[ \t]*\n", unicodedata.normalize("NFC", text).strip("\n")):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        if lines:
            found.extend(_blocks_of(lines))
    return found


def _blocks_of(lines: list[str]) -> Iterable[Block]:
    if lines[0].startswith("# "):
        yield Block("heading", (_runs(lines[0][2:]),))
        lines = lines[1:]
    if lines[:1] in ([SIGN_HERE], [NEW_PAGE]):
        yield Block("sign" if lines[0] == SIGN_HERE else "page", ())
        lines = lines[1:]
    if not lines:
        return
    if not lines[0].startswith("- "):
        yield Block("paragraph", _joined(lines))
        return
    item: list[str] = []
    for line in lines:
        if line.startswith("- ") and item:
            yield Block("item", _joined(item))
            item = []
        item.append(line.removeprefix("- "))
    yield Block("item", _joined(item))


def _joined(lines: Sequence[str]) -> tuple[tuple[Run, ...], ...]:
    """Lines joined to one, but for those that end with a backslash."""
    found: list[list[str]] = [[]]
    for line in lines:
        found[-1].append(line.removesuffix("\\").strip())
        if line.endswith("\\"):
            found.append([])
    joined = (" ".join(filter(None, parts)) for parts in found)
    return tuple(_runs(line) for line in joined if line)


def _runs(line: str) -> tuple[Run, ...]:
    pieces = enumerate(BOLD.split(line))
    return tuple(Run(unguarded(text), number % 2 == 1) for number, text in pieces if text)


@dataclass(frozen=True)
class Rules:
    """The words to keep out, as (phrase, what to write instead), marks of an unfinished text, and the reading age."""

    phrases: tuple[tuple[str, str], ...]
    placeholders: tuple[str, ...]
    reading_age: int

    @classmethod
    def from_document(cls, body: Mapping[str, Any]) -> Rules:
        """The rules of a list such as `rules/forbidden-words.yaml`."""
        phrases = tuple((item["phrase"], item["instead"]) for item in body["phrases"])
        return cls(phrases, tuple(body["placeholders"]), body["reading_age_at_most"])


def lint(text: str, letter: Letter, rules: Rules, private: Sequence[str] = ()) -> list[str]:
    """What a family should not read in this letter, a sentence each; nothing where all is well.

    `private` holds what this person's letter must not say (see `letters.private_words`); findings never quote it.
    Source: general knowledge.
    """
    plain = _known_taken_out(text, letter)
    return [
        *_phrases(plain, rules),
        *_unfinished(text, rules),
        *_initialisms(plain),
        *_pronouns(plain, letter),
        *_names(text, letter),
        *_private(plain, private),
        *_reading(plain, rules),
    ]


def left_out(text: str, letter: Letter) -> list[str]:
    """Whether a letter that tells a family what was found leaves something out: a wording of the area's own may know no such field."""
    flat = " ".join(nfc(text).split())
    told = [
        *letter.learning,
        *letter.asked_for,
        *(part for one in letter.answers for part in (one.question, one.answer)),
    ]
    if all(nfc(sentence) in flat for sentence in told):
        return []
    return ["The wording leaves out something that is for the family: it needs learning, asked_for and answers."]


def lint_professional(text: str, rules: Rules, private: Sequence[str] = ()) -> list[str]:
    """What a letter to a professional should not have: something that is still to be filled in, or what this one may not know."""
    return [*_unfinished(text, rules), *_private(" ".join(nfc(text).split()), private)]


def _known_taken_out(text: str, letter: Letter) -> str:
    """The text with the names and addresses that belong in it replaced, so that only its own words are judged."""
    people = [letter.manager, letter.signer, *([letter.key_worker] if letter.key_worker else [])]
    lines = [*letter.recipient.address_lines, *letter.organisation_address, letter.reference]
    names = [
        letter.recipient.name,
        letter.salutation.removeprefix("Dear "),
        letter.child.name if letter.child.named else "",
        letter.organisation,
    ]
    names += [part for person in people for part in (person.name, person.role)]
    names += [one.question for one in letter.answers]  # in the family's own words, which nobody corrects
    names += [letter.meet_with, *(organisation.name for organisation in letter.organisations)]
    flat = re.sub(r"(?<!\n)\n(?!\n)", "\n", unicodedata.normalize("NFC", text))
    for line in sorted(filter(None, lines), key=len, reverse=True):
        flat = flat.replace(unicodedata.normalize("NFC", line), "")
    for name in sorted(filter(None, names), key=len, reverse=True):
        words = r"\s+".join(re.escape(word) for word in unicodedata.normalize("NFC", name).split())
        flat = re.sub(rf"(?<!\w){words}(?!\w)", NAME_STAND_IN, flat)
    return flat


def _phrases(plain: str, rules: Rules) -> Iterable[str]:
    flat = " ".join(plain.casefold().split())
    for phrase, instead in rules.phrases:
        if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", flat):
            yield f"Take out “{phrase}”. Write instead: {instead}."
    if AGE_SUM.search(flat):
        yield "Take out the child’s age; the family knows it, and a wrong sum hurts."


def _unfinished(text: str, rules: Rules) -> Iterable[str]:
    flat = text.casefold()
    if any(mark in flat for mark in rules.placeholders):
        yield "Something is still to be filled in: look for braces, brackets or letters that stand for a name."


def _initialisms(plain: str) -> Iterable[str]:
    without_mark = plain.replace("DRAFT", "")
    for found in sorted(set(INITIALISM.findall(without_mark))):
        yield f"Write “{found}” out in full, or leave it out."


def _pronouns(plain: str, letter: Letter) -> Iterable[str]:
    """The other sex's pronoun, or any where the child's sex is not known; the wording has none for anyone else."""
    sex = {"he": "male", "she": "female"}.get(letter.child.they, "")
    used = {WITH_SEX[word] for word in re.findall(r"[a-z]+", plain.casefold()) if word in WITH_SEX}
    if used - {sex}:
        yield "Use the right words for the child: he, him, his; or she, her; or the name where the sex is not known."


def _names(text: str, letter: Letter) -> Iterable[str]:
    said = list(_paragraphs(text))
    start = next((number for number, line in enumerate(said) if line.startswith("Dear ")), None)
    if start is None or (letter.recipient.name and not said[start].startswith(nfc(letter.salutation))):
        yield "Begin with the person’s own name, as they write it."
    first = re.split(r"(?<=[.!?])\s", said[start + 1])[0] if start is not None and start + 1 < len(said) else ""
    if nfc(letter.child.name).casefold() not in first.casefold():
        yield "Say the child’s name in the first sentence."


def nfc(text: str) -> str:
    """Text in the one form in which accents are compared."""
    return unicodedata.normalize("NFC", text)


def _private(plain: str, private: Sequence[str]) -> Iterable[str]:
    flat = " ".join(plain.casefold().split())
    digits = re.sub(r"\s", "", flat)
    wanted = [nfc(" ".join(word.split())).casefold() for word in private]
    whole = [re.search(rf"(?<!\w){re.escape(word)}(?!\w)", flat) for word in wanted]
    if any(whole) or any(word.isdigit() and word in digits for word in wanted):
        yield "Take out what is not for this person: a number, a cause, another child’s name or another’s address."


def _reading(plain: str, rules: Rules) -> Iterable[str]:
    age = reading_age(plain)
    if age > rules.reading_age:
        yield f"Use shorter words or sentences: the reading age is {age:.1f}, and should be {rules.reading_age} at most."


def reading_age(text: str) -> float:
    """The age in years at which a child reads this easily: the Flesch-Kincaid grade and five.

    0.39 words a sentence and 11.8 syllables a word, less 15.59, is the school grade; five years more is the age. Only
    whole sentences count: no addresses, lists of numbers or signatures. (general knowledge)
    """
    sentences = [WORD.findall(sentence) for sentence in _sentences(text)]
    sentences = [words for words in sentences if words]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    each = sum(syllables(word) for word in words) / len(words)
    return 0.39 * len(words) / len(sentences) + 11.8 * each - 15.59 + 5


def _sentences(text: str) -> Iterable[str]:
    for said in _paragraphs(text):
        if re.search(r"[.!?][”’)]*$", said):
            yield from re.split(r"(?<=[.!?])[”’)]*\s", said)


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a finished letter, each on one line; its lists are none."""
    for part in re.split(r"\n[ \t]*\n", nfc(text)):
        said = " ".join(part.split())
        if said and not said.startswith(("- ", "# ")):
            yield said


@lru_cache(maxsize=4096)
def syllables(word: str) -> int:
    """Roughly how many syllables an English word has: its groups of vowels, less a silent e."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", word.casefold()) if letter.isalpha())
    groups = len(re.findall(r"[aeiouy]+", plain))
    if re.search(r"[^aeiouyl]e$|[^aeiouy]les$|[^aeioutd]ed$|[^aeiouscxzgh]es$", plain) and groups > 1:
        groups -= 1
    return max(1, groups)
