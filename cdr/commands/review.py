"""`cdr review`: take in the analysis (Form C), as a draft or ratified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App, rules
from cdr.commands.options import Day, as_json, case_reference, happened, pass_app
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.terminal.output import file_name, given, put, put_json, say, to_fill_in
from cdr.work.changing import changing
from cdr.work.taking_in import Form, check

if TYPE_CHECKING:
    from cdr.domain.case.review import PanelMeeting


@click.command("review")
@case_reference
@click.option("--from", "file", metavar="FILE", help="Form C as YAML; - is standard input.")
@click.option(
    "--draft", is_flag=True, help="Instead, write a draft of Form C from what is known, each statement with its source."
)
@click.option("-o", "--output", "output", metavar="FILE", default="-", help="With --draft: where it goes; - is stdout.")
@click.option("--panel", metavar="ID", help="The panel meeting that had the case (cdr panel list).")
@click.option(
    "--on", "on", type=Day(), help="The day the review was ratified; without it the meeting's day, else today."
)
@click.option("--override", metavar="REASON", help="Ratify although something is not met, and why.")
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    file: str | None,
    draft: bool,
    output: str,
    panel: str | None,
    on: date | None,
    override: str | None,
    as_json: bool,
) -> None:
    """Take in Form C. Its own stage says whether it is a draft (draft_cdrm) or ratified (ratified_cdop).

    Ratifying needs every return in or waived, every other process closed, and a quorate panel meeting that had the case and is
    over. What is not met is listed, and nothing is recorded, unless --override says why it is done all the same.

    Something in it is wrong? cdr edit REF form-c. The case goes before the panel again once it is closed and opened again: cdr reopen REF.

    Examples:

    \b
    cdr review 2026-7K3M --from form-c.yaml --panel P2026-03-18
    cdr review 2026-7K3M --from form-c.yaml --on 2026-04-14 --override "The inquest may take years"
    """
    from cdr.domain.asking.requests import outstanding
    from cdr.domain.case.standing import RATIFIED

    if draft:
        if file or panel or on or override or as_json:
            raise WrongUsage("With --draft goes -o FILE and nothing else.")
        to_fill_in(output, _draft(app, reference))
        return
    if file is None:
        raise WrongUsage("Give Form C with --from FILE; a draft to begin with is made with --draft -o FILE.")
    raw = given(file)
    happened(app, on)
    form, day, unmet = _take(app, reference, raw, file_name(file), panel, on, (override or "").strip())
    ratified = form.body["stage"] == RATIFIED
    if as_json:
        content = {"schema": "cdr-review/1", "case": reference, "stage": form.body["stage"], "on": day.isoformat()}
        put_json(content | {"overridden": list(unmet), "warnings": form.warnings_json()})
        return
    put(
        f"{reference}: the analysis is {f'ratified; the case counts as reviewed on {day}' if ratified else 'kept as a draft'}."
    )
    for reason in unmet:
        say(f"  done all the same: {reason}")
    if ratified and outstanding(app.facts_of(reference).requests):
        say(
            "Returns are still outstanding, and prompts for them go on and say that the review waits. "
            f"Where it does not: cdr return {reference} AGENCY --waive REASON"
        )
    form.warn()


def _draft(app: App, reference: str) -> bytes:
    """A draft of Form C from what the case knows, as YAML."""
    from cdr.domain.panel.drafting import text_of
    from cdr.forms import codec
    from cdr.work.counting import agencies
    from cdr.work.drafts import drafted

    made = drafted(app, app.store.case(reference), agencies(app))
    return text_of(made, codec.dump(made.body))


def _take(
    app: App, reference: str, raw: bytes, name: str, panel: str | None, on: date | None, override: str
) -> tuple[Form, date, Sequence[str]]:
    from cdr.domain.case import case, whole_case
    from cdr.domain.case.panel_findings import with_findings
    from cdr.domain.case.review import reviewed_on
    from cdr.domain.panel.recommendations import recommendation_problems
    from cdr.domain.rulebook import form_c
    from cdr.work.actions import with_recommendations
    from cdr.work.meetings import meeting_for_review

    with changing(app, reference) as now:
        meeting = meeting_for_review(app, panel, reference) if panel else None
        held = meeting.on if meeting and meeting.is_over else None
        day = reviewed_on(on, held, app.clock.today)
        documents = now.documents
        kept = documents.case
        notification = documents.notification.body
        returns = documents.return_bodies
        form = check(
            raw,
            name,
            "form-c",
            lambda body: [
                *form_c.problems(body, notification, day, app.policy),
                *whole_case.problems(notification, returns, body, app.policy),
                *recommendation_problems(body, rules("recommendations")),
            ],
            reference,
        )
        stage = str(form.body["stage"])
        unmet = _unmet(kept.body, documents.requests.body, stage, meeting)
        if unmet and not override:
            raise ConditionsNotMet(
                "The review cannot be ratified yet; nothing was recorded.", unmet,
                "Where it must be done all the same: --override REASON. To keep it as a draft: stage: draft_cdrm",
            )  # fmt: skip
        passed_over = (override, unmet) if unmet else None
        analysis = app.store.place(reference, "analysis")
        reviewed = case.with_review(kept.body, day, stage, meeting.id if meeting else None, passed_over)
        changed = {
            analysis: form.body,
            kept.place: with_recommendations(
                app, with_findings(reviewed, notification, returns, form.body, day, app.policy), form.body, day
            ),
        }
        now.record("review", changed, texts={analysis: form.raw})
    return form, day, unmet


def _unmet(case: Mapping[str, Any], requests: Mapping[str, Any], stage: str, meeting: PanelMeeting | None) -> list[str]:
    from cdr.domain.case import review
    from cdr.domain.case.standing import RATIFIED

    settled = review.settled_on(case)
    if settled:
        raise ConditionsNotMet(
            f"The review was ratified on {settled}; nothing was recorded.",
            [],
            "Correct it with: cdr edit REF form-c. Where there is something new: cdr close REF, then cdr reopen REF --reason REASON",
        )
    if stage != RATIFIED:
        return []
    return review.unmet_for_ratifying(case, requests, meeting)
