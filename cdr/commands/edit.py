"""`cdr edit`: a form of a case in a person's own editor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.domain.case.case import refuse_closed
from cdr.domain.case.differences import Difference
from cdr.domain.case.standing import is_imported
from cdr.domain.case.voiding import refuse_void
from cdr.errors import InvalidData, NotFound, Problem, TryAgain, WrongUsage
from cdr.records import dataclass
from cdr.store.document import Document
from cdr.terminal.corrections import again, noted, without
from cdr.terminal.desk import desk
from cdr.terminal.interview import is_attended
from cdr.terminal.output import put, put_json
from cdr.work.changing import changing
from cdr.work.following import followed_by
from cdr.work.known import already_known, likely
from cdr.work.taking_in import Form, examine

# What a register of earlier years is held to: its dates follow each other, and its numbers are numbers.
HELD_BY_REGISTERS = frozenset(
    {"A-01", "A-03", "A-04", "A-05", "A-06", "A-22", "A-23", "A-25", "A-27", "A-34", "A-39", "C-00", "C-01", "C-02", "C-16", "C-17", "C-26"}
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """The form to be edited: its schema's name, its document, and the rules that it must keep.

    `earlier` holds what came from a register of earlier years, as long as the form says that it is that.
    """

    form: str
    document: Document
    rules: Callable[[Mapping[str, Any]], list[Problem]]
    earlier: frozenset[str] = frozenset()

    def form_of(self, text: bytes) -> str:
        """The form that a text is held to: a register's as long as its first line says so, else the whole form."""
        from cdr.forms import schema
        from cdr.forms.codec import read_source

        said = str(schema.name_of(read_source(text, self.form).data)).partition("/")[0]
        kept = self.document.form if self.document.form != self.form else ""
        return kept if said == kept else self.form


@click.command("edit")
@case_reference
@click.argument("what", metavar="form-a|form-c|return:AGENCY")
@as_json
@pass_app
def command(app: App, reference: str, what: str, as_json: bool) -> None:
    """Open a form in $EDITOR, check it until it is right, and record what changed. Comments and order are kept.

    The text is only ever in memory-backed storage. Vim, Neovim, Nano, Emacs and Micro are started so that they keep no copy of it;
    any other is asked about first. What has changed is told field by field, without saying what it says.
    What came from a register of earlier years may be corrected even where the case is closed, and becomes a whole form once its
    first line says so (schema: form-a/1).

    Example: cdr edit 2026-7K3M return:northshire-police
    """
    chosen = _chosen(app, reference, what)
    form = _edited(chosen, reference)
    changed = _record(app, reference, what, chosen, form) if form else []
    if as_json:
        listed = [{"field": difference.path, "how": difference.how} for difference in changed]
        put_json({"schema": "cdr-edit/1", "case": reference, "form": chosen.form, "changed": listed})
        return
    if form is None:
        put("Nothing was changed.")
        return
    put("\n".join(_lines(chosen.form, changed)) if changed else "No field was changed; comments and order are kept.")
    form.warn()


def _chosen(app: App, reference: str, what: str) -> Chosen:
    from cdr.domain.case.review import ratifying_review, reviews_of
    from cdr.domain.rulebook import form_b, form_c

    documents = app.store.case(reference)
    case, notification = documents.case.body, documents.notification.body
    _refuse_closed(case)
    if what == "form-a":
        return Chosen(
            "form-a",
            _whole(app, documents.notification),
            lambda body: _form_a_rules(app, reference, body),
            HELD_BY_REGISTERS,
        )
    if what == "form-c" and documents.analysis:
        review = ratifying_review(case) or reviews_of(case)[-1]
        day = review.on or app.clock.today
        stage = documents.analysis.body["stage"]
        return Chosen(
            "form-c",
            _whole(app, documents.analysis),
            lambda body: [*form_c.problems(body, notification, day, app.policy), *_same_stage(body, stage)],
            HELD_BY_REGISTERS,
        )
    kind, _, agency = what.partition(":")
    given = documents.return_of(agency)
    if kind == "return" and given:
        today = app.clock.today
        return Chosen("form-b", _whole(app, given), lambda body: form_b.problems(body, notification, agency, today))
    if kind not in ("form-a", "form-c", "return"):
        raise WrongUsage("Say which form: form-a, form-c, or return:AGENCY.")
    raise NotFound("The case has no such form yet.", "See what it has: cdr show REF")


def _refuse_closed(case: Mapping[str, Any]) -> None:
    """Stop where the case is void, or closed unless it came from a register of earlier years. Raises: ConditionsNotMet."""
    refuse_void(case)
    if not is_imported(case):
        refuse_closed(case)


def _form_a_rules(app: App, reference: str, body: Mapping[str, Any]) -> list[Problem]:
    from cdr.domain.rulebook import form_a

    known = form_a.problems(body, app.clock.today, app.policy, app.working_days)
    return [*known, *form_a.agency_problems(body, app.configuration), *likely(app, body, reference).alike]


def _same_stage(body: Mapping[str, Any], stage: str) -> list[Problem]:
    right = "leave the stage as it is; an analysis is ratified with cdr review"
    return [] if body.get("stage") == stage else [Problem("stage", "", right, "C-00")]


def _whole(app: App, document: Document) -> Document:
    """The document with the words and the order that it was written in."""
    return app.store.read_again(document)


def _edited(chosen: Chosen, reference: str) -> Form | None:
    """What the person made of the form, valid; None where it is as it was.

    Raises: InvalidData where it is given up, or nobody is there who could go on.
    """
    before = chosen.document.text or b""
    text, notes = before, b""
    with desk(f"{chosen.form}.yaml") as table:
        while True:
            text = without(notes, table.edit(notes + text))
            if text == before:
                return None
            form, errors = _examined(text, chosen, reference)
            if form is not None and not errors:
                return form
            if not is_attended() or not again(errors):
                raise InvalidData(errors, chosen.form)
            notes = noted(errors)


def _examined(text: bytes, chosen: Chosen, reference: str) -> tuple[Form | None, Sequence[Problem]]:
    try:
        form = chosen.form_of(text)
        if form == chosen.form:
            return examine(text, form, form, chosen.rules, reference)
        return examine(
            text,
            chosen.form,
            form,
            lambda body: [one for one in chosen.rules(body) if one.rule in chosen.earlier],
            reference,
        )
    except InvalidData as error:
        return None, error.problems


def _record(app: App, reference: str, what: str, chosen: Chosen, form: Form) -> list[Difference]:
    from cdr.domain.case.differences import differences
    from cdr.domain.case.panel_findings import with_findings
    from cdr.work.actions import with_recommendations

    place = chosen.document.place
    with changing(app, reference, also_closed=True) as now:
        documents = now.documents
        _refuse_closed(documents.case.body)  # it may have been closed while the form was open
        stands = documents.at(place)
        if stands is None or stands.revision != chosen.document.revision:
            raise TryAgain(
                "Somebody else changed this form while you had it open; nothing was recorded.", "Edit it again."
            )
        before, bodies = stands.body, {place: form.body}
        if chosen.form == "form-a":
            _refuse_duplicate(app, reference, before, form.body)
            case = documents.case
            followed = followed_by(app, case.body, before, form.body)
            bodies |= {case.place: followed} if followed != case.body else {}
        else:
            case, form_a = documents.case, documents.notification.body
            returns = [form.body if one.place == place else one.body for one in documents.returns]
            analysis = form.body if chosen.form == "form-c" else documents.analysis_body or {}
            found = with_findings(case.body, form_a, returns, analysis, app.clock.today, app.policy)
            found = with_recommendations(app, found, analysis, app.clock.today)
            bodies |= {case.place: found} if found != case.body else {}
        changed = differences(before, form.body)
        now.record("edit", bodies, texts={place: form.raw})
    return changed


def _refuse_duplicate(app: App, reference: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """A correction may not make two cases one child's; two that were said to be two children's stay so."""
    from cdr.domain.case.duplicates import identity

    like = likely(app, after, reference).same
    if like and identity(before) != identity(after):
        raise already_known(like, "Compare the two cases: cdr show {case}")


def _lines(form: str, changed: Sequence[Difference]) -> list[str]:
    from cdr.forms import schema

    name = schema.current(form)
    words = [f"  {one.how:<8} {schema.title(name, one.path) or one.path} ({one.path})" for one in changed]
    return [f"{len(changed)} {'field' if len(changed) == 1 else 'fields'} changed:" if changed else "", *words]
