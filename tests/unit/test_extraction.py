"""What the index keeps of documents: where that changes, what was kept before must not be read as if it were the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from unit.domain_data import changed, example, policy

from cdr import app, resources
from cdr import columns as columns_
from cdr.domain.asking.requests import RequestForm, answer, ask
from cdr.domain.case.case import opened, with_review
from cdr.domain.case.gates import opened as with_gate
from cdr.domain.case.milestones import Milestone, recorded
from cdr.domain.panel.actions import added
from cdr.store.layout import ANALYSIS, CASE, NOTIFICATION, PROMPTS, REQUESTS

RULES = ("ncmd.yaml", "anonymise.json", "ordinary-words.txt")  # what the extracting functions look up
DAY = date(2026, 1, 20)


def canned() -> list[Any]:
    """What is kept of documents in which every kind of field is answered once, not known once, and left out once."""
    forms = [example(f"form-a-{name}") for name in ("sudi", "neonatal", "suicide")]
    forms += [changed(forms[0], path, value) for path, value in NOT_KNOWN.items()]
    case = opened(DAY, forms[0], [])
    case = recorded(case, Milestone("ncmd_told", DAY, note="a note"), DAY, None, policy())
    case = with_review(with_gate(case, "cspr", DAY, None, "the partners"), DAY, "draft_cdrm")
    case = added(case, "A2026-7K3M", "police", DAY, "what is to be done", DAY)
    form = RequestForm("0" * 32, "form-b/1", "locked", "")
    ledger = ask({"schema": "requests/1", "requests": []}, ["police", "school"], DAY, {"police": form, "school": form})
    ledger = answer(ledger, "school", "nil", DAY)
    prompts: dict[str, Any] = {"schema": "prompts/1"}
    prompts["prompts"] = [{"agency": "police", "level": "prompt-1", "due_on": "2026-02-03"}]
    prompts["said"] = [{"agency": "police", "text": "nothing of this is kept"}]
    review = example("form-c-sudi")
    of_a_register: dict[str, Any] = {
        "schema": "imported-c/1",
        "stage": "ratified_cdop",
        "modifiable_factors_identified": "yes",
    }
    of_a_register |= {"lists": ["contributory_factors", "modifiable_factors"], "domains": {"B": {"relevance": 2}}}
    reviews = [review, {**review, "stage": "draft_cdrm"}, of_a_register]
    documents = [(NOTIFICATION, body) for body in forms] + [(ANALYSIS, body) for body in reviews]
    kept = [
        app.extraction().facts(kind, body)
        for kind, body in [*documents, (CASE, case), (REQUESTS, ledger), (PROMPTS, prompts)]
    ]
    return [*kept, *in_columns(*kept[:1], *kept[len(forms) : len(forms) + 1], *kept[-3:])]


def in_columns(form_a: Any, form_c: Any, case: Any, ledger: Any, prompts: Any) -> Iterator[Any]:
    """What the columns hold of such a case, at work and at rest, and what is asked of it where it is at rest."""
    case = {**case, "reviews": [{**case["reviews"][0], "stage": "ratified_cdop"}]}
    closed = {**case, "status": "closed", "actions": [{**one, "status": "done"} for one in case["actions"]]}
    closed |= {"imported": {"on": "2026-01-20", "old_reference": "an old one"}}
    settled = {**ledger, "requests": [one for one in ledger["requests"] if one["status"] != "outstanding"]}
    nobody: dict[str, Any] = {"prompts": []}
    for status, asked, sent in ((case, ledger, prompts), (closed, settled, nobody)):
        kinds = {"notification": form_a, "analysis": form_c, "case": status, "requests": asked, "prompts": sent}
        columns = {one.name: {"2026-AAAA": one.of("2026-AAAA", kinds)} for one in columns_.columns()}
        yield [
            app.extraction().is_at_rest(kinds),
            columns,
            columns_.sum_up(columns),
            columns_._last_year(columns[columns_.COUNTED]["2026-AAAA"]),
        ]


NOT_KNOWN: dict[str, Any] = {
    "child.first_names": "\u018fli \u0166om O\u02bcTest",
    "child.sex": "not_known", "child.date_of_birth": None, "jar.triggered": "no", "death.expected": None,
    "child.local_authority": None, "child.multiple_birth": "yes", "family.leaflet_given": "not_known",
    "child.birth_status": "stillbirth_unattended", "informed": [{"party": "ncmd", "status": "informed", "on": "2026-01-12"}],
}  # fmt: skip


def test_what_was_kept_by_another_extraction_is_not_taken_for_this_one() -> None:
    digest = hashlib.sha256(json.dumps(canned(), sort_keys=True, default=sorted).encode())
    for name in RULES:
        digest.update(resources.read_bytes("rules", name))
    assert digest.hexdigest()[:16] == app.EXTRACTION, (
        "what the index keeps has changed: put this digest into cdr/app.py"
    )


def test_a_case_is_at_rest_when_nobody_has_anything_to_do_in_it() -> None:
    *_, (at_work, *_), (at_rest, columns, summed, _) = canned()
    assert (at_work, at_rest) == (False, True)
    assert (
        summed["count"] == 1
        and summed["since"]["notifications"] == columns[columns_.LISTED]["2026-AAAA"]["notified_on"]
    )
