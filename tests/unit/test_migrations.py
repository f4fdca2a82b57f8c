"""Older versions of a form are brought up to date by numbered functions; newer ones are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdr.errors import InvalidData, NotAuthentic, ToolMissing
from cdr.forms import codec, migrations, schema
from cdr.store import document, layout, plaintext

FORM_A = (Path(__file__).resolve().parents[1] / "data" / "examples" / "form-a-sudi.yaml").read_text("utf-8")
# As a first, unpublished version of the form might have had it: the sex as a letter, and the name in one field.
OLD = (
    FORM_A.replace("form-a/1", "form-a/0")
    .replace("sex: female", "sex: F")
    .replace("  family_name: Testcase\n", "  surname: Testcase\n")
)


@pytest.fixture
def a_version_before() -> Iterator[list[int]]:
    called: list[int] = []

    @migrations.step("form-a", 0)
    def _(body: dict[str, Any]) -> dict[str, Any]:
        called.append(0)
        child = dict(body["child"])
        child["family_name"] = child.pop("surname")
        child["sex"] = {"F": "female", "M": "male"}[child["sex"]]
        return {**body, "child": child}

    yield called
    del migrations.STEPS["form-a", 0]


@pytest.fixture
def two_versions(a_version_before: list[int]) -> Iterator[list[int]]:
    migrations.VERSIONS["form-a"] = 2

    @migrations.step("form-a", 1)
    def _(body: dict[str, Any]) -> dict[str, Any]:
        a_version_before.append(1)
        return {**body, "note": "from version 1"}

    yield a_version_before
    del migrations.STEPS["form-a", 1], migrations.VERSIONS["form-a"]


def test_every_form_is_in_its_first_version_and_no_step_is_left_over() -> None:
    assert migrations.VERSIONS == {} and migrations.STEPS == {}
    assert schema.current("form-a") == "form-a/1"
    assert schema.current("store") == "cdr-store/1"


def test_an_older_file_is_read_as_todays(a_version_before: list[int]) -> None:
    data, source = schema.read(OLD.encode(), "old.yaml", "form-a")
    today, _ = schema.read(FORM_A.encode(), "new.yaml", "form-a")
    assert data == today
    assert source.line("child.date_of_birth") == 7
    assert a_version_before == [0]


def test_problems_of_an_older_file_stand_on_their_lines(a_version_before: list[int]) -> None:
    with pytest.raises(InvalidData) as caught:
        schema.read(OLD.replace("postcode: NR1 1AB", "postcode: nowhere").encode(), "old.yaml", "form-a")
    assert [(one.field, one.line) for one in caught.value.problems] == [("child.postcode", 11)]


def test_without_the_step_an_older_file_is_refused() -> None:
    with pytest.raises(InvalidData) as caught:
        schema.read(OLD.encode(), "old.yaml", "form-a")
    assert [one.rule for one in caught.value.problems] == ["SCHEMA-VERSION"]


@pytest.mark.parametrize("name", ["form-a/2", "form-a/9999"])
def test_a_newer_file_is_refused(name: str) -> None:
    with pytest.raises(InvalidData) as caught:
        schema.read(FORM_A.replace("form-a/1", name).encode(), "new.yaml", "form-a")
    [problem] = caught.value.problems
    assert (problem.field, problem.line, problem.rule) == ("schema", 1, "SCHEMA-VERSION")
    assert "made by a newer cdr" in problem.message


@pytest.mark.parametrize(
    "name", ["form-b/1", "form-a/01", "form-a", "form-a/-1", "form-a/2 ", "FORM-A/2", "form-a/99999"]
)
def test_what_is_no_version_of_the_form_stays_as_it_is(name: str) -> None:
    body = {"schema": name}
    assert migrated(body) is body


def migrated(body: dict[str, Any], form: str = "form-a") -> dict[str, Any]:
    return migrations.migrated(body, form)


def test_steps_follow_each_other(two_versions: list[int]) -> None:
    assert schema.current("form-a") == "form-a/2"
    body = migrated({"schema": "form-a/0", "child": {"surname": "Testcase", "sex": "M"}})
    assert body == {"schema": "form-a/2", "child": {"family_name": "Testcase", "sex": "male"}, "note": "from version 1"}
    assert two_versions == [0, 1]
    assert migrated({"schema": "form-a/1"}) == {"schema": "form-a/2", "note": "from version 1"}


def test_a_body_of_today_and_one_without_a_version_stay_as_they_are(a_version_before: list[int]) -> None:
    for body in ({"schema": "form-a/1"}, {}, {"schema": None}, {"schema": ["form-a/0"]}):
        assert migrated(body) is body
    assert a_version_before == []


def test_the_store_has_a_name_of_its_own() -> None:
    with pytest.raises(migrations.TooNew):
        migrated({"schema": "cdr-store/2"}, "store")
    assert migrated({"schema": "store/2"}, "store") == {"schema": "store/2"}


def stored(body: dict[str, Any]) -> tuple[bytes, layout.Place]:
    place = layout.place("cases/2026-7K3M/notification.yaml.gpg")
    assert place is not None
    plain = plaintext.encode(document.Document(place, 1, None, {"schema": "form-a/1"})).plain
    return plain[: plain.index(b"schema:")] + codec.dump(body), place  # as the cdr of that version kept it


def test_an_older_document_of_the_store_is_read_as_todays(a_version_before: list[int]) -> None:
    plain, place = stored({"schema": "form-a/0", "child": {"surname": "Ọláwálé", "sex": "F"}})
    read = plaintext.decode(plain, place)
    assert read.body == {"schema": "form-a/1", "child": {"family_name": "Ọláwálé", "sex": "female"}}
    assert read.text is None, "its old words would not be what it says now"
    kept = {
        "revision": 1,
        "previous": None,
        "body": {"schema": "form-a/0", "child": {"surname": "Ọláwálé", "sex": "F"}},
    }
    assert document.from_cache(kept, place).body == read.body


def test_a_document_of_today_keeps_its_own_words() -> None:
    plain, place = stored({"schema": "form-a/1", "note": "Kept"})
    assert b"note: Kept" in (plaintext.decode(plain, place).text or b"")


def test_a_document_of_a_newer_cdr_is_refused_and_not_called_forged() -> None:
    plain, place = stored({"schema": "form-a/2"})
    with pytest.raises(ToolMissing) as caught:
        plaintext.decode(plain, place)
    assert "newer cdr" in caught.value.message
    with pytest.raises(NotAuthentic):
        plaintext.decode(plain.replace(b"2026-7K3M", b"2026-7K3N"), place)
