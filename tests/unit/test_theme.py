"""An audit of reviewed cases: who matches, who has concerns, what is not known, and that nobody is named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from ruamel.yaml import YAML

from cdr.documents.tables.theme import as_json, render_theme
from cdr.errors import WrongUsage
from cdr.resources import read_bytes
from cdr.statistics.facts import CaseFacts
from cdr.statistics.labels import Labels
from cdr.statistics.tally import Choice, tally
from cdr.statistics.theme import TABLES, Criteria, criteria, has_concerns, reviewed, theme

BANDS: Any = YAML(typ="safe").load(read_bytes("rules", "bands.yaml"))
LABELS = Labels(("Derby", "Derbyshire"), {}, BANDS)
YEARS = ("2021/22", "2022/23", "2023/24", "2024/25")


def cases() -> list[CaseFacts]:
    """296 reviews of four years: 60 of children with a life-limiting condition, in 16 of which services are named."""
    found = []
    for n in range(296):
        day = date(2021, 4, 1) + timedelta(days=4 * n)
        one = CaseFacts(
            case=f"2021-{n:04}", notified_on=day, died=day, born=day - timedelta(days=900), sex="male", reviewed_on=day,
            local_authority="Derby" if n % 2 else "Derbyshire", category=7 if n < 60 else 8, domains={"A": 2, "D": 1},
            contributory_factors=("child_health_history",), learning_themes=("escalation",) if n % 3 else (),
        )  # fmt: skip
        found.append(replace(one, domains={"A": 2, "D": 2}) if n < 16 else one)
    return found


def test_derby_s_audit_comes_back() -> None:
    known = {one.case: n < 60 for n, one in enumerate(cases()) if n < 290}
    every = reviewed(cases(), LABELS, YEARS)
    wanted = criteria([], [], [], [], life_limiting=True)
    found = theme(every, wanted, LABELS, YEARS, known)
    assert (len(found.reviewed), len(found.matching), len(found.concerns), found.not_known) == (296, 60, 16, 6)
    made = tally(found.matching, "Derby", LABELS.authorities, {}, YEARS[-1], 4, BANDS, Choice(TABLES, pooled=True))
    body = as_json(found, made)
    assert (body["reviewed"], body["matching"], body["with_concerns"], len(body["cases"])) == (296, 60, 16, 60)
    assert all(table["total"][0]["n"] == 60 for table in body["tables"] if table["id"] == "reviews.age_band")
    for format_ in ("table", "md", "csv", "json"):
        text = render_theme(found, wanted, made, LABELS, format_)
        assert "Derbyshire" in text
        assert format_ == "csv" or "2021-0000" in text
    assert "Of 6 others no return says" in render_theme(found, wanted, made, LABELS, "md")
    assert json.loads(render_theme(found, wanted, made, LABELS, "json")) == body


def test_a_review_whose_factors_nobody_wrote_down_is_not_one_without_them() -> None:
    """A register may have no column for factors or learning, and then neither has none of its cases them nor have all."""
    silent: dict[str, Any] = {"domains": {}, "contributory_factors": (), "learning_themes": (), "category": None}
    lists = ("contributory_factors", "modifiable_factors", "learning_themes")
    few = {**silent, "unanswered_after": lists}
    every = reviewed([replace(one, **few) if n < 7 else one for n, one in enumerate(cases()[:10])], LABELS, YEARS)

    def found(**given: Any) -> tuple[int, int]:
        told = theme(every, Criteria(**given), LABELS, YEARS, {})
        return len(told.matching), told.not_known

    assert found() == (10, 0)
    assert found(factors=("child_health_history",)) == (3, 7)
    assert found(factors=("chronic_asthma",)) == (0, 7)
    unnamed = replace(every[0], modifiable="yes", unanswered_after=("modifiable_factors",))
    assert not unnamed.factors_are_known and replace(unnamed, contributory_factors=("damp",)).factors_are_known
    assert found(learning=("escalation",)) == (2, 7)
    assert found(categories=(8,)) == (0, 7) and found(categories=(8,), age_bands=("0-27 days",)) == (0, 0)
    told = theme(every, Criteria(), LABELS, YEARS, {})
    assert (len(told.concerns), len(told.unclear)) == (3, 7)
    made = tally(told.matching, "Derby", LABELS.authorities, {}, YEARS[-1], 4, BANDS, Choice(TABLES, pooled=True))
    text = render_theme(told, Criteria(), made, LABELS, "md")
    assert "Of 7 of them it is not known which factors were found." in text
    assert text.count(" | Not known | Not known | Not known |") == 7 and " | No | " not in text
    said = render_theme(
        theme(every, Criteria(factors=("chronic_asthma",)), LABELS, YEARS, {}),
        Criteria(factors=("chronic_asthma",)),
        made,
        LABELS,
        "md",
    )
    assert "Of 7 others it is not known whether they have that in common." in said


def test_each_kind_of_criterion_must_hold_and_of_one_kind_any() -> None:
    every = reviewed(cases(), LABELS, YEARS)

    def count(**given: Any) -> int:
        return len(theme(every, Criteria(**given), LABELS, YEARS, {}).matching)

    assert count() == 296
    assert count(categories=(7,)) == 60 and count(categories=(7, 8)) == 296
    assert count(factors=("child_health_history",)) == 296 and count(factors=("chronic_asthma",)) == 0
    assert count(categories=(7,), learning=("escalation",)) == 40
    assert count(age_bands=("1-4 years",)) == 296 and count(age_bands=("0-27 days",)) == 0
    assert len(reviewed(cases(), LABELS, YEARS[:1])) < 296


def test_what_is_no_such_thing_is_told_with_what_there_is() -> None:
    nothing: dict[str, Any] = {"categories": [], "factors": [], "learning": [], "ages": [], "life_limiting": False}
    for wrong in ({"categories": [11]}, {"factors": ["smoke"]}, {"learning": ["luck"]}, {"ages": ["teenagers"]}):
        with pytest.raises(WrongUsage):
            criteria(**{**nothing, **wrong})
    assert criteria([], [], [], ["0-27 DAYS"], life_limiting=False).age_bands == ("0-27 days",)


def test_a_concern_is_a_factor_in_what_services_did() -> None:
    one = cases()[100]
    assert not has_concerns(one)
    assert has_concerns(replace(one, domains={"D": 2}))
    assert has_concerns(replace(one, domains={}, modifiable_factors=("agency_communication",)))
