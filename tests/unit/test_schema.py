"""The schemas find every fault once, on its line, in words that quote nothing; and they are sound themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pace import within
from unit.schema_examples import CANARY, FOLDER, FORM_A, changed, found, rules

from cdr.errors import InvalidData, Problem
from cdr.forms import codec, schema

FORM_B = (FOLDER / "form-b-hospital.yaml").read_text()


FORM_C = (FOLDER / "form-c-sudi.yaml").read_text()


STORE = (FOLDER / "store.yaml").read_text()


TEN_FAULTS = (
    ("  family_name: Testcase\n", ""),
    ('nhs_number: "9990000018"', f'nhs_number: "{CANARY}"'),
    ("date_of_birth: 2025-03-02", "date_of_birth: 2026-02-30"),
    ("sex: female", f"sex: {CANARY}"),
    ("weeks: 36", "weeks: 57"),
    ("birth_weight_g: 2460", f"birth_weigth_g: {CANARY}"),
    ('time: "06:52"', f'time: "{CANARY}"'),
    ("place: emergency_department", f"place: {CANARY}"),
    ("  leaflet_given: yes", f"  leaflet_given: [{CANARY}]"),
    ("email: p.raman@northtown-general.example", f'email: "a@b.example, {CANARY}@x.example"'),
)


def test_a_form_wrong_in_ten_places_has_ten_problems_in_the_order_of_the_lines() -> None:
    assert [(one.line, one.field, one.rule) for one in found(changed(FORM_A, *TEN_FAULTS))] == [
        (2, "child.family_name", "SCHEMA-REQUIRED"),
        (5, "child.nhs_number", "SCHEMA-PATTERN"),
        (6, "child.date_of_birth", "SCHEMA-DATE"),
        (7, "child.sex", "SCHEMA-CODE"),
        (12, "child.gestation.weeks", "SCHEMA-RANGE"),
        (13, "child.birth_weigth_g", "SCHEMA-UNKNOWN"),
        (16, "death.time", "SCHEMA-TIME"),
        (17, "death.place", "SCHEMA-CODE"),
        (48, "family.leaflet_given", "SCHEMA-TYPE"),
        (57, "notifier.email", "SCHEMA-EMAIL"),
    ]


def test_what_a_person_reads() -> None:
    said = {one.field: one.text("given.yaml") for one in found(changed(FORM_A, *TEN_FAULTS))}
    assert (
        said["child.family_name"]
        == "given.yaml:2: child.family_name: Family name: Enter family name. [SCHEMA-REQUIRED]"
    )
    assert said["child.nhs_number"].endswith("NHS number: Write the ten digits of the number. [SCHEMA-PATTERN]")
    assert said["child.sex"].endswith("Sex: Choose one of: male, female, indeterminate, not_known. [SCHEMA-CODE]")
    assert "did you mean birth_weight_g?" in said["child.birth_weigth_g"] and "Form A" in said["child.birth_weigth_g"]
    assert "..., see `cdr explain death.place`." in said["death.place"]
    assert said["child.gestation.weeks"].endswith("Enter a number of 44 or less. [SCHEMA-RANGE]")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("form-a", FORM_A),
        ("form-b", FORM_B),
        ("form-c", FORM_C),
        ("store", STORE),
        ("letter-gate", (FOLDER / "letter-gate.yaml").read_text()),
    ],
)
def test_a_canary_in_any_field_is_never_quoted(form: str, text: str) -> None:
    """Every scalar in turn: as text, as a list, and as the key of a group."""
    source = codec.read_source(text.encode(), "given.yaml")
    name = schema.current(form)
    refused = 0
    for path in scalar_paths(source.data):
        if path == ["schema"]:
            continue
        for value in (
            codec.Scalar(f"{CANARY}\n", True),
            [codec.Scalar(CANARY, True)],
            {f"{CANARY} x": codec.Scalar(CANARY, True)},
        ):
            problems = schema.problems(schema.coerce(with_value(source.data, path, value), name), name, source.line)
            refused += bool(problems)
            assert CANARY not in " ".join(one.text("given.yaml") for one in problems)
    assert refused > 2 * len(list(scalar_paths(source.data))) - 3


def scalar_paths(value: Any, path: list[Any] | None = None) -> Iterator[list[Any]]:
    path = path or []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        yield path
    for key, part in parts or ():
        yield from scalar_paths(part, [*path, key])


def with_value(data: Any, path: list[Any], value: Any) -> Any:
    if not path:
        return value
    parts = list(data) if isinstance(data, list) else dict(data)
    parts[path[0]] = with_value(data[path[0]], path[1:], value)
    return parts


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("schema: form-a/1\n", ""), [("schema", "SCHEMA-VERSION")]),
        (("schema: form-a/1", "schema: form-b/1"), [("schema", "SCHEMA-VERSION")]),
        (("schema: form-a/1", "schema: form-a/0"), [("schema", "SCHEMA-VERSION")]),
        (("schema: form-a/1", "schema: [form-a/1]"), [("schema", "SCHEMA-VERSION")]),
        (("family_name:", "Family_Name:"), [("child.Family_Name", "SCHEMA-UNKNOWN")]),
        (("family_name:", "surname:"), [("child.family_name", "SCHEMA-REQUIRED"), ("child.surname", "SCHEMA-UNKNOWN")]),
        (("family_name: Testcase", "family_name:"), [("child.family_name", "SCHEMA-REQUIRED")]),
        (("family_name: Testcase", 'family_name: ""'), [("child.family_name", "SCHEMA-LENGTH")]),
        (("family_name: Testcase", "family_name: {a: b}"), [("child.family_name", "SCHEMA-TYPE")]),
        (("family_name: Testcase", 'family_name: "two\\nlines"'), [("child.family_name", "SCHEMA-PATTERN")]),
        (("known_as: Amara", "known_as:"), []),
        (("birth_weight_g: 2460", 'birth_weight_g: "2460"'), [("child.birth_weight_g", "SCHEMA-TYPE")]),
        (("birth_weight_g: 2460", "birth_weight_g: 1e999"), [("child.birth_weight_g", "SCHEMA-TYPE")]),
        (("birth_weight_g: 2460", "birth_weight_g: .nan"), [("child.birth_weight_g", "SCHEMA-TYPE")]),
        (("birth_weight_g: 2460", "birth_weight_g: " + "9" * 5000), [("child.birth_weight_g", "SCHEMA-TYPE")]),
        (("birth_weight_g: 2460", "birth_weight_g: 199"), [("child.birth_weight_g", "SCHEMA-RANGE")]),
        (("birth_weight_g: 2460", "birth_weight_g: 200"), []),
        (("{weeks: 36, days: 4}", "{weeks: 21, days: 6}"), []),
        (("{weeks: 36, days: 4}", "{weeks: 15}"), [("child.gestation.weeks", "SCHEMA-RANGE")]),
        (('nhs_number: "9990000018"', "nhs_number: 9990000018"), []),
        (('nhs_number: "9990000018"', "nhs_number: 0999000001"), []),
        (('nhs_number: "9990000018"', 'nhs_number: "٩٩٩٠٠٠٠٠١٨"'), [("child.nhs_number", "SCHEMA-PATTERN")]),
        (("postcode: NR1 1AB", "postcode: ZZ99 3VZ"), []),
        (("postcode: NR1 1AB", "postcode: nowhere"), [("child.postcode", "SCHEMA-PATTERN")]),
        (("ethnicity: N", "ethnicity: 99"), []),
        (("ethnicity: N", "ethnicity: n"), []),
        (("date: 2026-01-09", "date: 2024-02-29"), []),
        (("date: 2026-01-09", "date: 2026-02-29"), [("death.date", "SCHEMA-DATE")]),
        (("date: 2026-01-09", "date: 09/01/2026"), []),
        (("date: 2026-01-09", "date: 20260109"), [("death.date", "SCHEMA-DATE")]),
        (("date: 2026-01-09", "date: 2026-W02-5"), [("death.date", "SCHEMA-DATE")]),
        (("date: 2026-01-09", "date: 0000-01-09"), [("death.date", "SCHEMA-DATE")]),
        (('time: "06:52"', "time: 00:00"), []),
        (('time: "06:52"', 'time: "24:00"'), [("death.time", "SCHEMA-TIME")]),
        (('time: "06:52"', 'time: "6:52"'), []),
        (("notified_at: 2026-01-09T11:20", "notified_at: 2026-01-09"), [("notified_at", "SCHEMA-TIME")]),
        (("notified_at: 2026-01-09T11:20", "notified_at: 2026-01-09T11:20Z"), []),
        (
            ("suspected_events: [sudi_sudc]", "suspected_events: [sudi_sudc, sudi_sudc]"),
            [("death.suspected_events", "SCHEMA-UNIQUE")],
        ),
        (("criteria: [sudden_no_apparent_cause]", "criteria: []"), [("jar.criteria", "SCHEMA-LENGTH")]),
        (("interpreter_language: null", "interpreter_language:"), []),
        (("interpreter_language: null", "interpreter_language: Yorùbá"), []),
        (("interpreter_language: null", 'interpreter_language: "Null"'), []),
        (
            ("  - {party: police, status: informed, on: 2026-01-09}", "  - {party: police, on: soon}"),
            [("informed.1.status", "SCHEMA-REQUIRED"), ("informed.1.on", "SCHEMA-DATE")],
        ),
        (("date_of_birth: 2021-06-14", "date_of_birth: 2021"), []),
        (("date_of_birth: 2021-06-14", "date_of_birth: 2021-13"), [("family.siblings.0.date_of_birth", "SCHEMA-DATE")]),
        (
            ("  - {agency: northtown-general,", "  - {agency: Northtown General,"),
            [("professionals.0.agency", "SCHEMA-PATTERN")],
        ),
    ],
)
def test_both_sides_of_each_rule_of_form_a(change: tuple[str, str], expected: list[tuple[str, str]]) -> None:
    assert sorted(rules(changed(FORM_A, change))) == sorted(expected)


def test_the_schema_line_says_which_form_is_expected() -> None:
    [problem] = found(FORM_B, "form-a")
    assert (problem.line, problem.rule) == (1, "SCHEMA-VERSION")
    assert "Form A" in problem.message and "form-a/1" in problem.message


def test_names_are_kept_as_they_were_written() -> None:
    for name in ("Null", "True", "No", "1E5", "~", "0x1F", "2026-01-09", "0123456789"):
        data, _ = schema.read(
            changed(FORM_A, ("family_name: Testcase", f"family_name: {name}")).encode(), "f", "form-a"
        )
        assert data["child"]["family_name"] == name


def test_a_mother_of_15_and_a_twin_born_at_21_weeks_are_valid() -> None:
    text = changed(
        FORM_B,
        ("age_at_birth: 29", "age_at_birth: 15"),
        ("{weeks: 36, days: 4}", "{weeks: 21, days: 6}"),
        ("weight_kg: 8.1", "multiple_birth: yes"),
    )
    assert found(text, "form-b") == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("co_sleeping: no", "co_sleeping: maybe"), [("supplementary.0.answers.co_sleeping", "SCHEMA-CODE")]),
        (("position_found: prone", "mechanism: fall"), [("supplementary.0.answers.mechanism", "SCHEMA-UNKNOWN")]),
        (("type: sudden_unexpected_death", "type: unheard_of"), [("supplementary.0.type", "SCHEMA-CODE")]),
        (("weight_kg: 8.1", "weight_kg: eight"), [("child.weight_kg", "SCHEMA-TYPE")]),
        (("at: 2025-03-02, event", "at: null, event"), []),
        (("at: 2025-03-02, event", "at: spring, event"), [("timeline.0.at", "SCHEMA-DATE")]),
        (("at: 2025-03-02, event", "at: 2025-03-02T25:00, event"), [("timeline.0.at", "SCHEMA-DATE")]),
        (("agency: northtown-general", "agency: Northtown!"), [("agency", "SCHEMA-PATTERN")]),
        (("response: full", "response: nil_return"), []),
        (("bmi: 31.2", "bmi: 31"), []),
    ],
)
def test_both_sides_of_rules_of_form_b(change: tuple[str, str], expected: list[tuple[str, str]]) -> None:
    assert rules(changed(FORM_B, change), "form-b") == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("primary: 10", "primary: 11"), [("category.primary", "SCHEMA-CODE")]),
        (("primary: 10", 'primary: "10"'), [("category.primary", "SCHEMA-TYPE")]),
        (("secondary: []", "secondary: [3, 9]"), []),
        (("D: {relevance: 1", "D: {relevance: 3"), [("domains.D.relevance", "SCHEMA-CODE")]),
        (
            ("  D: {relevance: 1, narrative: No concern that is likely to have contributed., factors: []}\n", ""),
            [("domains.D", "SCHEMA-REQUIRED")],
        ),
        (
            ("modifiable: no}, {code: acute", "modifiable: perhaps}, {code: acute"),
            [("domains.A.factors.0.modifiable", "SCHEMA-CODE")],
        ),
        (("theme: messages_to_families", "theme: gossip"), [("learning_points.0.theme", "SCHEMA-CODE")]),
    ],
)
def test_both_sides_of_rules_of_form_c(change: tuple[str, str], expected: list[tuple[str, str]]) -> None:
    assert rules(changed(FORM_C, change), "form-c") == expected


ADDRESS = "cdr@northtown-general.example"


@pytest.mark.parametrize(
    "bad",
    [
        "a@b.example, evil@x.example",
        "a b@c.example",
        "a@b",
        "a@b..example",
        ".a@b.example",
        "-oQ/tmp@b.example",
        "a@b.example\\nBcc: c@d.example",
        "a@exämple.example",
        "<a@b.example>",
        "A <a@b.example>",
        "a" * 65 + "@b.example",
        "a@" + "b" * 260 + ".example",
        "@b.example",
        "a@b.example;",
    ],
)
def test_an_address_is_exactly_one_plain_one(bad: str) -> None:
    [problem] = found(changed(STORE, (ADDRESS, f'"{bad}"')), "store")
    assert problem.field == "agencies.0.email"
    assert problem.rule in ("SCHEMA-EMAIL", "SCHEMA-LENGTH")


@pytest.mark.parametrize("good", ["o'neill.x+cdr@nhs-trust.example", "a@b.example", "A_1@B-2.example"])
def test_plain_addresses_are_taken(good: str) -> None:
    assert found(changed(STORE, (ADDRESS, f'"{good}"')), "store") == []


@pytest.mark.parametrize("bad", ["Northtown", "x", "a/../b", "-rf", "a" * 64])
def test_an_agency_id_is_safe_in_a_path(bad: str) -> None:
    problems = found(changed(STORE, ("{id: northtown-general,", f"{{id: {bad},")), "store")
    assert [(one.field, one.rule, one.line) for one in problems] == [("agencies.0.id", "SCHEMA-PATTERN", 16)]


def test_a_key_that_is_somebodys_data_is_not_named() -> None:
    [problem] = found(changed(FORM_A, ("  known_as: Amara\n", f"  {CANARY} Jones: x\n")))
    assert problem.field == "child.(a key)" and problem.line == 4
    assert [one.field for one in found(changed(STORE, ("Northshire: 118400", "Some Place: many")), "store")] == [
        "area.population_0_17.(a key)"
    ]


def test_long_text_is_judged_in_time() -> None:
    for before in (
        "postcode: NR1 1AB",
        "phone: 01632 960002",
        "reference: NC/0113/26",
        "email: p.raman@northtown-general.example",
    ):
        key = before.partition(":")[0]
        for filling in ("a" * 100_000, "a." * 50_000, " " * 100_000, "A1" * 50_000 + "!"):
            with within(1):
                assert found(changed(FORM_A, (before, f'{key}: "{filling}"')))


def test_long_lists_are_judged_in_time() -> None:
    text = changed(
        FORM_A,
        (
            "suspected_events: [sudi_sudc]",
            "suspected_events: [" + ", ".join("{a: 1}" if n % 2 else f"e{n}" for n in range(8000)) + "]",
        ),
    )
    with within(2):
        assert len(found(text)) == 8001


def test_many_unknown_keys_are_judged_in_time() -> None:
    text = changed(FORM_A, ("  known_as: Amara\n", "".join(f"  date_of_{n}: x\n" for n in range(8000))))
    with within(1):
        assert len(found(text)) == 8000


CASE: dict[str, Any] = {
    "schema": "case/1",
    "opened_on": "2026-01-09",
    "status": "open",
    "not_a_duplicate": None,
    "next": [{"what": "Ask agencies", "clock": "request", "due": None}],
    "gates": [{"type": "inquest", "status": "open", "opened_on": "2026-01-12", "closed_on": None}],
    "waivers": [{"agency": "a-b", "on": "2026-01-09", "reason": "Closed"}],
    "reviews": [
        {
            "on": "2026-04-14",
            "stage": "draft_cdrm",
            "panel": None,
            "override": {"reason": "Urgent", "unmet": ["The inquest is open"]},
        }
    ],
    "letter_gates": [],
    "letters": [
        {"kind": "condolence", "to": 1, "made_on": "2026-01-20", "format": "pdf", "status": "final", "from_revision": 1}
    ],
    "closures": [{"on": "2029-02-28"}],
    "reopenings": [{"on": "2029-03-01", "reason": "New inquest"}],
}


FPR = "0123456789ABCDEF0123456789ABCDEF01234567"


INTERNAL: list[tuple[dict[str, Any], tuple[str, ...], Any, str]] = [
    (CASE, ("gates", "0", "opened_on"), "2026-02-30", "SCHEMA-DATE"),
    (CASE, ("not_a_duplicate",), {"reason": "Twins"}, "SCHEMA-REQUIRED"),
    (CASE, ("letters", "0", "to"), "1", "SCHEMA-TYPE"),
    (
        {
            "schema": "registry/1",
            "members": [{"fingerprint": FPR, "name": "Robin", "since": "2026-01-01"}],
            "chasers": [],
        },
        ("members", "0", "fingerprint"),
        FPR[1:],
        "SCHEMA-PATTERN",
    ),
    (
        {
            "schema": "requests/1",
            "requests": [{"agency": "a-b", "requested_on": "2026-01-12", "status": "outstanding", "answered_on": None}],
        },
        ("requests", "0", "status"),
        "late",
        "SCHEMA-CODE",
    ),
    (
        {
            "schema": "prompts/1",
            "prompts": [
                {
                    "agency": "a-b",
                    "level": "prompt-1",
                    "due_on": "2026-01-26",
                    "sent_on": "2026-01-26",
                    "to": ["a@b.example"],
                    "message_id": "<1@b.example>",
                }
            ],
        },
        ("prompts", "0", "to"),
        ["a@b.example, c@d.example"],
        "SCHEMA-EMAIL",
    ),
]


@pytest.mark.parametrize(("document", "path", "wrong", "rule"), INTERNAL)
def test_documents_of_our_own(document: dict[str, Any], path: tuple[str, ...], wrong: Any, rule: str) -> None:
    name = document["schema"]
    assert schema.problems(document, name) == []
    steps: list[Any] = [int(step) if step.isdigit() else step for step in path]
    assert [one.rule for one in schema.problems(with_value(document, steps, wrong), name)] == [rule]
    assert [one.rule for one in schema.problems({**document, "extra": 1}, name)] == ["SCHEMA-UNKNOWN"]


def test_titles_and_lines_are_filled_in_for_other_rules() -> None:
    source = codec.read_source(FORM_A.encode(), "f")
    given = [
        Problem("informed.1.on", "", "x", "RULE-2"),
        Problem("child.nhs_number", "", "x", "RULE-1"),
        Problem("child.sex", "Own", "x", "RULE-3", line=1),
    ]
    placed = schema.placed(given, "form-a/1", source)
    assert [(one.rule, one.title, one.line) for one in placed] == [
        ("RULE-3", "Own", 1),
        ("RULE-1", "NHS number", 6),
        ("RULE-2", "Informed on", source.line("informed.1")),
    ]


def test_titles() -> None:
    assert schema.title("form-a/1", "") == "Form A"
    assert schema.title("form-b/1", "supplementary.0.answers.co_sleeping") == "Co-sleeping"
    assert schema.title("form-a/1", "child.no_such_field") == ""
    assert schema.title("form-a/1", "no.such.field") == ""


def test_of_very_many_problems_the_first_are_told_and_how_many_more_there_are() -> None:
    text = changed(
        FORM_A, ("suspected_events: [sudi_sudc]", "suspected_events: [" + ", ".join(f"e{n}" for n in range(3000)) + "]")
    )
    with pytest.raises(InvalidData) as refused:
        schema.read(text.encode(), "f.yaml", "form-a")
    lines, count = refused.value.lines(), len(refused.value.problems)
    assert len(lines) == 202 and count >= 3000
    assert lines[200] == f"f.yaml: and {count - 200:,} more that are not listed here; put these right first"
    assert f"{count} things need to be put right" in lines[201]
