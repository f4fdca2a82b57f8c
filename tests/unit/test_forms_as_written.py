"""Forms as people and programs write them: what can mean one thing only is read, and kept in one form."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain_data import policy

from cdr.domain.rulebook import form_a
from cdr.errors import InvalidData
from cdr.store import layout
from cdr.store.document import Document
from cdr.store.plaintext import decode, encode
from cdr.work import taking_in as forms

FOLDER = Path(__file__).resolve().parents[1] / "data"
TODAY = date(2026, 11, 25)
CHANGED = {"A-03", "A-27", "A-40", "A-41", "A-42", "A-43"}
PLACE = next(filter(None, [layout.place("cases/2026-7K3M/notification.yaml.gpg")]))
RIGHT = (FOLDER / "examples" / "form-a-neonatal.yaml").read_text("utf-8")


def judged(raw: bytes) -> tuple[dict[str, Any], set[str], set[str]]:
    """What is kept, the rules of the errors, and those of the warnings."""
    rules = policy()
    form, errors = forms.examine(
        raw, "f.yaml", "form-a", lambda body: form_a.problems(body, TODAY, rules, rules.working_days)
    )
    return form.body, {one.rule for one in errors}, {one.rule for one in form.warnings}


def at(body: dict[str, Any], path: str) -> Any:
    for key in path.split("."):
        body = body[key]
    return body


@pytest.mark.parametrize(
    ("name", "warned", "kept"),
    [
        ("bst-back", {"A-03"}, {"child.time_of_birth": "01:50", "death.time": "01:20"}),
        ("bst-back-notified", {"A-27"}, {"death.time": "01:55"}),
        ("bst-gap", {"A-41"}, {"death.time": "01:30"}),
        ("postcode-bad", {"A-43"}, {"child.postcode": "QQ1 1CC"}),
        ("postcode-lower", set(), {"child.postcode": "SO1 2CD"}),
        ("nhs-dashed", set(), {"child.nhs_number": "9990007020"}),
        ("uk-dates", set(), {"child.date_of_birth": "2026-02-10", "death.date": "2026-02-14"}),
        ("nbsp-after-code", set(), {"child.sex": "male"}),
        ("datetime-space", set(), {"notified_at": "2026-02-16T09:40"}),
    ],
)
def test_a_form_as_it_came(name: str, warned: set[str], kept: dict[str, str]) -> None:
    raw = (FOLDER / "forms" / f"form-a-{name}.yaml").read_bytes()
    body, errors, warnings = judged(raw)
    assert not errors and warnings & CHANGED == warned
    assert {path: at(body, path) for path in kept} == kept


def with_(*changes: tuple[str, str]) -> bytes:
    text = (FOLDER / "forms" / "form-a-bst-back.yaml").read_text("utf-8")
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text.encode()


BORN, DIED = "time_of_birth: 01:50", "  time: 01:20"


@pytest.mark.parametrize(
    ("born", "died", "errors", "warnings"),
    [
        ("01:50 summer time", "01:20 winter time", set(), set()),
        ("01:50 BST", "01:20 GMT", set(), set()),
        ('"01:50+01:00"', '"01:20+00:00"', set(), set()),
        ("01:50 BST", "01:20 BST", {"A-03"}, set()),
        ("01:50 GMT", "01:20", {"A-03"}, set()),
        ("02:10", "01:20", {"A-03"}, set()),
        ("01:20", "01:50", set(), set()),
    ],
)
def test_birth_and_death_in_the_night_on_which_the_clocks_go_back(
    born: str, died: str, errors: set[str], warnings: set[str]
) -> None:
    _, wrong, warned = judged(with_((BORN, f"time_of_birth: {born}"), (DIED, f"  time: {died}")))
    assert (wrong & {"A-03"}, warned & {"A-03", "A-42"}) == (errors, warnings)


DAY = st.sampled_from(
    ["{d}/{m}/{y}", "{y}-{m:02}-{d:02}", "{d} February {y}", "{d} Feb {y}", "{d:02}-Feb-{y}", "{d}th february {y}"]
)
WAYS: dict[str, st.SearchStrategy[str]] = {
    "postcode: SO1 2CD": st.sampled_from(["so1 2cd", "SO12CD", "So1  2cD", "so1\u00a02cd", "SO1 2CD"]),
    'nhs_number: "9990000026"': st.sampled_from(
        ["999 000 0026", "999-000-0026", "'9990000026", "999\u00a0000\u00a00026", "999\u20110000026"]
    ),
    "date_of_birth: 2026-02-10": DAY.map(lambda form: form.format(d=10, m=2, y=2026)),
    "date: 2026-02-14": DAY.map(lambda form: form.format(d=14, m=2, y=2026)),
    'time: "19:30"': st.sampled_from(["19:30", "19.30", "1930", "19:30:00"]),
    "sex: male": st.sampled_from(["male", "Male", "MALE"]),
    "place: neonatal_unit": st.sampled_from(["neonatal_unit", "Neonatal unit", "neonatal-unit", "NEONATAL_UNIT"]),
    "notified_at: 2026-02-16T09:40": st.sampled_from(
        ["2026-02-16 09:40", "16/2/2026 9:40", "16 Feb 2026, 9.40", "2026-02-16T09:40Z", "16 Feb 2026 at 0940"]
    ),
}
AROUND = st.sampled_from(["", " ", "\u00a0", "\t"])
WRITTEN = st.fixed_dictionaries({key: st.tuples(AROUND, ways, AROUND).map("".join) for key, ways in WAYS.items()})


@settings(deadline=None, max_examples=many(200))
@given(WRITTEN)
def test_however_it_is_written_it_is_kept_as_one_thing_and_read_back(written: dict[str, str]) -> None:
    text = RIGHT
    for before, value in written.items():
        assert text.count(before) == 1, before
        said = value.replace("\\", "\\\\").replace("\t", "\\t")
        text = text.replace(before, f'{before.partition(":")[0]}: "{said}"')
    rules = policy()
    form, errors = forms.examine(
        text.encode(), "f.yaml", "form-a", lambda body: form_a.problems(body, TODAY, rules, rules.working_days)
    )
    assert not errors and form.body == judged(RIGHT.encode())[0]
    read = decode(encode(Document(PLACE, 1, None, form.body, form.raw)).plain, PLACE)
    assert read.body == form.body


@pytest.mark.parametrize("letter", ["\u200b", "\ufeff", "\u00ad", "\u2060"])
def test_a_character_that_cannot_be_seen_is_told_with_its_line_and_name(letter: str) -> None:
    text = RIGHT.replace("known_as: Idris", f"known_as: Id{letter}ris")
    with pytest.raises(InvalidData) as refused:
        forms.check(text.encode(), "f.yaml", "form-a", lambda body: [])
    [problem] = refused.value.problems
    assert (problem.rule, problem.field, problem.line) == ("YAML-CONTROL", "child.known_as", 4)
    assert "cannot be seen" in problem.message or "invisible" in problem.message
