"""The demonstration's invented cases are forms that cdr itself takes in."""

from __future__ import annotations

from datetime import date

from unit.domain_data import policy

from cdr import nhs_numbers
from cdr.app import rules
from cdr.demo import synthetic
from cdr.domain.rulebook import form_a, form_b, form_c
from cdr.forms import schema
from cdr.forms.codelists import code_list

FIRST, LAST = date(2022, 4, 1), date(2025, 12, 31)


def test_every_form_is_valid_and_every_date_follows() -> None:
    limits = policy()
    made = list(synthetic.cases(FIRST, LAST, each_year=25))
    assert len(made) > 80
    assert sum(case.form_c is not None for case in made) > 40
    for case in made:
        found = schema.problems(case.form_a, "form-a/1")
        found += [p for p in form_a.problems(case.form_a, LAST, limits, limits.working_days) if p.level == "error"]
        for answer in case.returns:
            found += schema.problems(answer, "form-b/1")
            found += [p for p in form_b.problems(answer, case.form_a, answer["agency"], LAST) if p.level == "error"]
        if case.form_c and case.reviewed_on:
            found += schema.problems(case.form_c, "form-c/1")
            found += [
                p for p in form_c.problems(case.form_c, case.form_a, case.reviewed_on, limits) if p.level == "error"
            ]
        assert found == []


def test_numbers_are_valid_and_of_the_range_that_nobody_has() -> None:
    numbers = [synthetic.nhs_number(serial) for serial in range(60)]
    assert len(set(numbers)) == 60
    assert all(number.startswith("999") and nhs_numbers.is_valid(number) for number in numbers)


def test_the_same_seed_gives_the_same_cases() -> None:
    assert list(synthetic.cases(FIRST, LAST, 5)) == list(synthetic.cases(FIRST, LAST, 5))


def test_what_was_done_is_known_to_the_rules_and_follows_the_death() -> None:
    kinds, made = code_list("milestone_kind"), list(synthetic.cases(FIRST, LAST, each_year=25))
    types = {case.gate[0] for case in made if case.gate}
    assert types == {"inquest", "pmrt"} and types <= set(policy().gates.types)
    for case in made:
        died = date.fromisoformat(case.form_a["death"]["date"])
        assert all(kind in kinds and died <= day <= LAST for kind, day in case.milestones)
        if case.gate and case.gate[2]:
            assert case.notified_on <= case.gate[1] < case.gate[2] <= (case.reviewed_on or LAST)
        if case.reviewed_on:
            assert {"cdrm", "final_case_discussion"} & {kind for kind, _ in case.milestones}
            assert case.form_c and case.form_c["cdrm"]["date"] <= case.reviewed_on.isoformat()


def test_a_case_is_also_a_row_of_a_register() -> None:
    known = rules("register")["columns"]
    made = list(synthetic.cases(FIRST, LAST, each_year=10))
    rows = [synthetic.register_row(case, number) for number, case in enumerate(made, 1)]
    needed = {name for name, column in known.items() if column.get("needed")}
    for case, row in zip(made, rows, strict=True):
        assert set(row) <= set(known) and needed <= {name for name, text in row.items() if text}
        assert bool(row["reviewed_on"]) == bool(row.get("category")) == (case.form_c is not None)
    assert len({row["old_reference"] for row in rows}) == len(rows)
