"""The area's own words on their way out: searched for what may point at a child, and held until a person has answered each finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.errors import InvalidData, Problem
from cdr.records import replace
from cdr.statistics.release import Words
from cdr.terminal.output import say
from cdr.work.helping import everyone
from cdr.work.releasing import Asked, register

if TYPE_CHECKING:
    from cdr.domain.report.public_words import Finding
    from cdr.domain.report.report_words import Names
    from cdr.statistics.tables import Tally

# agencies whose name in a published sentence would tell where few children were
OF_FEW_CHILDREN = ("primary_care_gp", "education_school_early_years")
FORM, FORM_OF_WORDS = "release-answers", "report"
WORDS = "the report's words"
HOW = (
    "Write the words otherwise (cdr report --year ... --edit), or, where somebody who knows the families has read the sentence and it may "
    'stand, give a file with --answers: schema: release-answers/1, answers: [{finding: "...", answer: why it may be published}].'
)


def known_names(app: App) -> Names:
    """The names that the cases know, and those of professionals and places, which may stand in a report."""
    from cdr.domain.report.report_words import Names

    of_families = [name for facts in app.cases().values() for name in facts.names]
    agencies = [agency.name for agency in app.configuration.agencies]
    return Names.of(of_families, [*_professionals(app), *_places(app), *agencies])


def _professionals(app: App) -> list[str]:
    known = app.configuration
    areas = [
        person
        for area in (known.own_area, *known.areas)
        for person in (area.chair, area.designated_doctor, area.manager)
    ]
    return [person.name for person in (*known.people.values(), *areas)]


def _places(app: App) -> list[str]:
    known = app.configuration
    return [known.area, *known.authorities, *(area.name for area in known.areas), known.letterhead.organisation]


def may_stand(app: App) -> list[str]:
    """The names that may stand in words to be published: of professionals, places, agencies and organisations that help families."""
    agencies = [one.name for one in app.configuration.agencies if one.type not in OF_FEW_CHILDREN]
    return [*_professionals(app), *_places(app), *agencies, *(one.name for one in everyone(app))]


def answered(
    app: App,
    words: Mapping[str, Any],
    exact: Tally,
    asked: Asked,
    file: str | None,
) -> Words:
    """The words with the answers to all that was found in them; `exact` are the true tables that are published beside them.

    An answer that was given for an earlier release still holds for the very same sentence. Of a preview what is open is only
    said. A number of the NHS, a family's name and the reference of a case have no answer. Raises: InvalidData with everything
    that is to be put right or answered.
    """
    from cdr.domain.report.public_words import Search
    from cdr.domain.report.report_words import report_problems
    from cdr.statistics.small_labels import small_labels

    never = [one for one in report_problems(words, exact.year, known_names(app)) if one.level == "error"]
    few, others = small_labels(exact, asked.method(app).fewest)
    found = Search(may_stand(app), few, others, rules("public-words")).findings(words)
    given = {finding: answer for release in register(app) for finding, answer in release.answers.items()}
    given |= _given(file, found) if file else {}
    open_ = [one.problem() for one in found if one.id not in given]
    if asked.dry_run and not never:
        for one in _titled(open_):
            say(f"to be answered: {one.field}: {one.message} [{one.rule}]")
        return Words(words)
    if never or open_:
        raise InvalidData(_titled([*never, *open_]), WORDS, _summary(len(never), len(open_)), HOW)
    return Words(words, {one.id: given[one.id] for one in found})


def _given(file: str, found: Iterable[Finding]) -> dict[str, str]:
    """The answers of a file, each to a finding that there is. Raises: NotFound, InvalidData."""
    from cdr.domain.rulebook.validation import items_at, problem, text_at
    from cdr.work.taking_in import take_in

    known = {one.id for one in found}

    def wrong(body: Mapping[str, Any]) -> list[Problem]:
        items = [(n, text_at(item, "finding")) for n, item in items_at(body, "answers")]
        return [problem("PUB-08", f"answers.{n}.finding") for n, finding in items if finding and finding not in known]

    answers = take_in(file, FORM, wrong).body["answers"]
    return {one["finding"]: one["answer"] for one in answers}


def _titled(problems: Sequence[Problem]) -> list[Problem]:
    """The problems with the titles of their fields."""
    from cdr.forms import schema

    return [replace(one, title=schema.title(schema.current(FORM_OF_WORDS), one.field)) for one in problems]


def _summary(never: int, open_: int) -> str:
    parts = [f"{never} to be taken out of the words"] if never else []
    parts += [f"{open_} in the words to be answered or written otherwise"] if open_ else []
    return f"Nothing was published: {' and '.join(parts)}."
