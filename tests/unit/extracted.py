"""What the index keeps of canned documents, and the code by which it does, in short.

Run by itself (`python -m unit.extracted`), in a process in which nothing was worked out before, it prints the digest that `cdr/app.py` has.
What is kept shows most changes; that the code was changed shows the others, since no set of documents has everything in it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import Any

from unit.domain_data import changed, example, policy

from cdr import app, resources
from cdr import columns as columns_
from cdr.domain.asking.requests import RequestForm, answer, ask
from cdr.domain.case.case import opened, with_review
from cdr.domain.case.gates import opened as with_gate
from cdr.domain.case.milestones import Milestone, recorded
from cdr.domain.panel.actions import added
from cdr.store.layout import ANALYSIS, CASE, NOTIFICATION, PROMPTS, REQUESTS, Kind

RULES = ("ncmd.yaml", "anonymise.json", "ordinary-words.txt")  # what the extracting functions look up
EXTRACTS = ("domain/", "statistics/", "indexed.py", "columns.py", "moments.py", "written.py", "nhs_numbers.py")
DAY = date(2026, 1, 20)
Reached = set[tuple[str, str]]  # a module's path in the package, and a function of it
reached: Reached = set()


def documents() -> list[tuple[Kind, Any]]:
    """Documents in which every kind of field is answered once, not known once, and left out once: notifications, analyses, a case."""
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
    return [
        *((NOTIFICATION, form) for form in forms), *((ANALYSIS, one) for one in reviews),
        (CASE, case), (REQUESTS, ledger), (PROMPTS, prompts),
    ]  # fmt: skip


def canned() -> list[Any]:
    """What is kept of these documents."""
    made = documents()
    with watched():
        kept = [app.extraction().facts(kind, body) for kind, body in made]
        first_review = [kind for kind, _ in made].index(ANALYSIS)
        return [*kept, *in_columns(kept[0], kept[first_review], *kept[-3:])]


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


# ---- the code --------------------------------------------------------------------------------------------------------


@contextmanager
def watched() -> Iterator[None]:
    """Note which functions of the rooms that extract are called."""
    package = f"{resources.PACKAGE}/"

    def call(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename.removeprefix(package)
        if event == "call" and path.startswith(EXTRACTS):
            reached.add((path, frame.f_code.co_qualname.partition(".<locals>")[0]))

    sys.setprofile(call)
    try:
        yield
    finally:
        sys.setprofile(None)


def code() -> Iterator[str]:
    """The lines of the functions that were called, and what else their modules and classes hold, without comments and docstrings."""
    for path in sorted({path for path, _ in reached}):
        text = (resources.PACKAGE / path).read_text("utf-8")
        called = {name for at, name in reached if at == path}
        for name, node in _parts(ast.parse(text).body, ""):
            if not isinstance(node, ast.FunctionDef) or name in called:
                yield f"{path} {name} {_without_comments(text, node)}"


def _parts(nodes: Iterable[ast.stmt], within: str) -> Iterator[tuple[str, ast.stmt]]:
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            yield from _parts(node.body, f"{within}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{within}{node.name}", node
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.If) and not _is_docstring(node):
            yield within, node


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _without_comments(text: str, node: ast.stmt) -> str:
    lines = text.splitlines()
    first = node.body[0] if isinstance(node, ast.FunctionDef) else None
    said = range(first.lineno, (first.end_lineno or 0) + 1) if first and _is_docstring(first) else range(0)
    kept = (lines[n - 1].strip() for n in range(node.lineno, (node.end_lineno or 0) + 1) if n not in said)
    return " ".join(line for line in kept if not line.startswith("#"))


def digest() -> str:
    """All of it, in sixteen letters."""
    found = hashlib.sha256(json.dumps(canned(), sort_keys=True, default=sorted).encode())
    for name in RULES:
        found.update(resources.read_bytes("rules", name))
    for part in code():
        found.update(f"{part}\n".encode())
    return found.hexdigest()[:16]


if __name__ == "__main__":
    print(digest())
