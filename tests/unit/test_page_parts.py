"""A form's page whose words were put together before: the same as its layout makes, whatever is put in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr import resources
from cdr.documents import web_page
from cdr.documents.web_page import as_it_is, filled

FOLDER, STYLE, SCRIPTS = "return-form", "p { color: black }", ("let one", "let two")
LAYOUTS = [("offline-form", "page.html"), ("return-form", "form.html"), ("notification-form", "form.html")]
WORDS = st.text(max_size=20) | st.sampled_from(["{{ title }}", "<b>&'\"", "\ue000.title\ue001", "{% if x %}"])


def values(word: Callable[[], str]) -> dict[str, Any]:
    form = {
        key: word() for key in ("case", "agency_name", "contact_name", "contact_phone", "contact_email", "organisation")
    }
    law = {key: word() for key in ("must_review", "must_supply", "no_consent", "used_for")}
    said = {key: word() for key in ("name", "requested_on", "reply_by", "title")}
    as_they_are = {key: as_it_is(word()) for key in ("openpgp", "script", "data")}
    return {**said, **as_they_are, "form": {**form, "requested_on": 7}, "law": law, "fingerprints": [word(), word()]}


@given(st.data())
@settings(max_examples=many(60), deadline=None)
def test_a_page_is_the_same_as_its_layout_makes(data: st.DataObject) -> None:
    given_values = values(lambda: data.draw(WORDS))
    page = filled(FOLDER, "form.html", given_values, STYLE, SCRIPTS)
    assert page == web_page.web_page(FOLDER, "form.html", given_values, STYLE, SCRIPTS)


@pytest.mark.parametrize("layout", LAYOUTS, ids="/".join)
def test_the_layouts_do_nothing_with_their_values_but_say_them(layout: tuple[str, str]) -> None:
    """What asks whether there is a value, or changes one, would be decided once for all pages."""
    text = resources.read_bytes("templates", *layout).decode()
    done = {re.sub(r"^(block|extends) .*", r"\1", one) for one in re.findall(r"{%-?\s*(.*?)\s*-?%}", text)}
    assert done <= {"extends", "block", "endblock", "for print in fingerprints", "endfor"}
    assert all(re.fullmatch(r"[a-z_.]+", one) for one in re.findall(r"{{\s*(.*?)\s*}}", text))


def test_what_is_kept_is_had_again_and_holds_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[bytes, ...], Any] = {}

    def keep(name: str, made_from: Iterable[bytes], make: Callable[[], Any]) -> Any:
        key = (name.encode(), *made_from)
        kept[key] = kept[key] if key in kept else make()
        return kept[key]

    first = filled(FOLDER, "form.html", values(lambda: "Testcase"), STYLE, SCRIPTS, keep)
    assert "Testcase" in first and "Testcase" not in str(kept)
    monkeypatch.setattr(web_page, "_environment", None)
    assert filled(FOLDER, "form.html", values(lambda: "Testcase"), STYLE, SCRIPTS, keep) == first
    assert "Another" in filled(FOLDER, "form.html", values(lambda: "Another"), STYLE, SCRIPTS, keep)
    assert len(kept) == 1


def test_a_layout_that_says_what_is_no_text_is_refused() -> None:
    from jinja2 import UndefinedError

    given_values = values(lambda: "x")
    given_values["form"]["case"] = 7
    with pytest.raises(UndefinedError):
        filled(FOLDER, "form.html", given_values, STYLE, SCRIPTS)
