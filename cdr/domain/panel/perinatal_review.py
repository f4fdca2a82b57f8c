"""What a perinatal mortality review found, as somebody copied it from its report into a file that is attached to the case.

Body: `{schema: perinatal-review/1, case?, report_on?, grades: {before_birth, after_birth, mother_afterwards}, factors: [{code?, text}], good_practice: [TEXT],
actions: [{text, to?, due?}]}`, every part of which may be missing. Process section 2.3: the panel has that review before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.domain.case.attachments import Attached
from cdr.domain.rulebook.validation import at, items_at, text_at, words_at
from cdr.errors import InvalidData
from cdr.forms import migrations, schema
from cdr.forms.codelists import code_list
from cdr.forms.fields import named
from cdr.records import dataclass

KIND, FORM, GRADES = "pmrt", "perinatal-review", ("before_birth", "after_birth", "mother_afterwards")
ENDINGS = (".yaml", ".yml")

Body = Mapping[str, Any]


@dataclass(frozen=True)
class PerinatalReview:
    """One such file: its number among what is attached, and what it says."""

    number: int
    body: Body

    @property
    def source(self) -> str:
        """Where a statement comes from, in a few words."""
        on = text_at(self.body, "report_on")
        return f"perinatal mortality review{f' of {on}' if on else ''} (attachment {self.number})"

    @property
    def grades(self) -> list[str]:
        """The grades of care that it gave, a sentence each."""
        return list(_grades(self.body))

    @property
    def factors(self) -> list[tuple[str, str]]:
        """The factors that it named: the code of the panel's own list, empty where it has none, and the words."""
        return [(text_at(one, "code"), text_at(one, "text")) for _, one in items_at(self.body, "factors")]

    @property
    def good_practice(self) -> list[str]:
        """What it says was done well."""
        return list(words_at(self.body, "good_practice"))

    @property
    def actions(self) -> list[str]:
        """What the hospital decided to do, with who and by when where it is known."""
        return [_action(one) for _, one in items_at(self.body, "actions")]


def is_written_out(kind: str, name: str) -> bool:
    """Whether a file of this kind and name is one that says what such a review found, and not its report."""
    return kind == KIND and name.lower().endswith(ENDINGS)


def perinatal_review(attached: Attached, data: bytes) -> PerinatalReview | None:
    """What an attached file says that such a review found; None for any other file, and for one that does not follow the form."""
    if not is_written_out(attached.kind, attached.name):
        return None
    try:
        body, _ = schema.read(data, attached.name, FORM)
    except InvalidData:
        return None
    return PerinatalReview(attached.number, body)


def lines(review: PerinatalReview) -> Iterator[str]:
    """What it found, a line each, for whoever reads it."""
    yield from review.grades
    yield from (f"Factor: {text}" for _, text in review.factors)
    yield from (f"Good practice: {text}" for text in review.good_practice)
    yield from (f"Action: {text}" for text in review.actions)


def _grades(body: Body) -> Iterator[str]:
    grades = code_list("pmrt_grade")
    for part in GRADES:
        given = at(body, f"grades.{part}")
        if given is not None:
            title = named(migrations.current(FORM), f"grades.{part}")[0].field.title
            label = grades.label(str(given))
            yield f"{title}: {given}, {label[:1].lower()}{label[1:]}" if len(str(given)) == 1 else f"{title}: {label}"


def _action(item: Body) -> str:
    who, due = text_at(item, "to"), text_at(item, "due")
    told = ", ".join(filter(None, (who, f"by {due}" if due else "")))
    return f"{text_at(item, 'text')}{f' ({told})' if told else ''}"
