"""A form wrong in many places is put right by someone who has the messages and the child's papers, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from conftest import run
from pace import within
from unit.domain_data import policy

from cdr.domain.rulebook import form_a, form_b, form_c
from cdr.work import taking_in as forms

FOLDER = Path(__file__).resolve().parents[1] / "data" / "examples"
RIGHT = (FOLDER / "form-a-sudi.yaml").read_text("utf-8")
TODAY = date(2026, 4, 20)
FAULTS = (
    ("  family_name: Testcase\n", ""),
    ('nhs_number: "9990000018"', 'nhs_number: "999 000 0018"'),
    ("date_of_birth: 2025-03-02", "date_of_birth: 2nd of March"),
    ("sex: female", "sex: girl"),
    ("postcode: NR1 1AB", "postcode: nr1-1ab"),
    ("weeks: 36", "weeks: 63"),
    ("birth_weight_g: 2460", "birth_weigth_g: 2460"),
    ("date: 2026-01-09", "date: 2025-01-09"),
    ('time: "06:52"', "time: 6.52 am"),
    ("place: emergency_department", "place: A and E"),
    ("criteria: [sudden_no_apparent_cause]", "criteria: [none]"),
    ("  leaflet_given: yes", "  leaflet_given: [yes]"),
    ("email: p.raman@northtown-general.example", "email: Dr Raman p.raman@northtown-general.example"),
)
# What the papers say, under the names by which the messages call it, in a person's words.
PAPERS = {
    "Family name": "Testcase",
    "NHS number": "999 000 0018",
    "Date of birth": "2 3 2025",
    "Date of death": "9 1 2026",
    "Time of death": "6 52",
    "Sex": "Female",
    "Postcode": "nr1 1ab",
    "Weeks": "36",
    "Place of death": "Emergency department",
    "Reasons for a joint agency response": "The death was sudden and has no apparent cause (also in infancy)",
    "Leaflet given": "Yes",
    "E-mail": "p.raman@northtown-general.example",
}
LINE = re.compile(
    r"[^:]+:(?P<line>[0-9]+): (?P<field>[\w.]+): ((?P<title>[^:]+): )?(?P<message>.+) \[(?P<rule>[A-Z]+-[A-Z0-9]+)\]"
)


def said(text: str) -> list[str]:
    rules = policy()
    _, errors = forms.examine(
        text.encode(), "f.yaml", "form-a", lambda body: form_a.problems(body, TODAY, rules, rules.working_days)
    )
    return [problem.text("f.yaml") for problem in errors]


def mended(text: str, messages: list[str]) -> str:
    """The file after doing what each message says, from the last line to the first so that the numbers stay right."""
    lines = text.splitlines()
    for message in reversed(messages):
        match = LINE.fullmatch(message)
        assert match, message
        mend(lines, match.groupdict(default=""))
    return "\n".join(lines) + "\n"


def mend(lines: list[str], problem: Mapping[str, str]) -> None:
    number, key = int(problem["line"]) - 1, problem["field"].rpartition(".")[2]
    meant = re.search(r"did you mean (\w+)\?", problem["message"])
    if meant:
        lines[number] = lines[number].replace(key, meant[1])
    elif problem["rule"] == "SCHEMA-REQUIRED":
        assert problem["message"].startswith("Enter ")
        indent = len(lines[number]) - len(lines[number].lstrip()) + 2
        lines.insert(number + 1, f"{' ' * indent}{key}: {PAPERS[problem['title']]}")
    else:
        old = re.search(rf'(\b{key}: )("[^"]*"|\[[^\]]*\]|[^,}}]*)', lines[number])
        assert old, problem
        new = answer(problem, PAPERS[problem["title"]])
        lines[number] = lines[number][: old.start(2)] + new + lines[number][old.end(2) :]


def answer(problem: Mapping[str, str], fact: str) -> str:
    """The fact in the papers as the message asks for it."""
    message = problem["message"]
    if "Choose one of" in message or "criterion" in message:
        listed = codes(problem["field"])
        several = problem["rule"] == "A-12"
        return f"[{listed[fact]}]" if several else listed[fact]
    if "like 2026-01-09" in message or "compare both dates" in message:
        day, month, year = fact.split()
        return f"{year}-{int(month):02}-{int(day):02}"
    if 'like "06:52"' in message:
        return '"{:02}:{:02}"'.format(*map(int, fact.split()))
    if "Write the ten digits of the number" in message:
        return f'"{fact.replace(" ", "")}"'
    if "in capitals" in message:
        return fact.upper()
    limit = re.search(r"a number of ([0-9]+) or less", message)
    assert limit is None or int(fact) <= int(limit[1])
    return fact.lower() if "Enter text, not a list" in message else fact


def codes(field: str) -> dict[str, str]:
    """The labels and codes that `cdr explain FIELD` shows, as the longer messages say."""
    told = run(["explain", f"form-a:{field}"]).out.partition("Its codes:\n")[2]
    rows = [re.split(r" {2,}", line.strip(), maxsplit=1) for line in told.splitlines() if line.startswith("    ")]
    return {re.sub(r" \(since .*\)$", "", label): code for code, label in rows}


def test_a_form_wrong_in_more_than_ten_places_is_mended_from_its_messages() -> None:
    text = RIGHT
    for before, after in FAULTS:
        assert text.count(before) == 1 or before.startswith("date:")
        text = text.replace(before, after, 1)
    first = said(text)
    assert len(first) >= 10
    rounds = 0
    while messages := said(text):
        rounds += 1
        assert rounds <= 2, messages
        text = mended(text, messages)
    rules = policy()
    expected, _ = forms.examine(
        RIGHT.encode(), "f.yaml", "form-a", lambda body: form_a.problems(body, TODAY, rules, rules.working_days)
    )
    got, _ = forms.examine(text.encode(), "f.yaml", "form-a", lambda body: [])
    assert got.body == expected.body


def test_no_message_quotes_what_was_wrong() -> None:
    text = RIGHT
    for before, after in FAULTS:
        text = text.replace(before, after, 1)
    together = "\n".join(said(text))
    for quoted in ("999 000 0018", "2nd of March", "girl", "nr1-1ab", "63", "2025-01-09", "6.52", "A and E", "Raman"):
        assert quoted not in together


def test_a_form_is_judged_in_a_few_milliseconds() -> None:
    rules = policy()
    notification = forms.examine(RIGHT.encode(), "f", "form-a", lambda body: [])[0].body

    def judged(name: str, form: str, check: Any) -> None:
        raw = (FOLDER / f"{name}.yaml").read_bytes()
        forms.examine(raw, "f.yaml", form, check)
        with within(0.1):
            for _ in range(5):
                forms.examine(raw, "f.yaml", form, check)

    judged("form-a-sudi", "form-a", lambda body: form_a.problems(body, TODAY, rules, rules.working_days))
    judged("form-b-hospital", "form-b", lambda body: form_b.problems(body, notification, "northtown-general", TODAY))
    judged("form-c-sudi", "form-c", lambda body: form_c.problems(body, notification, TODAY, rules))
