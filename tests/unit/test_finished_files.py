"""What every page, Word file and PDF has in common, whatever a person wrote into it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pypdfium2
import pytest
from conftest import many
from hypothesis import example, given, settings
from hypothesis import strategies as st
from letter_examples import ON, changed, form_a, letter_for
from unit import test_delays, test_ncmd_crib, test_report, test_return_form, test_tally_rendering
from unit.timeline_cases import AGENCIES, RETURNS, rules, told
from unit.timeline_cases import form_a as child_of_a_timeline

from cdr.documents.delays import delays
from cdr.documents.letters import letter as letters
from cdr.documents.letters.letter_docx import as_docx
from cdr.documents.letters.wording import AS_TEXT, Block, blocks, fill_in, unguarded, wording
from cdr.documents.pdf import make_pdf
from cdr.documents.printed import Printed, lacking, printable
from cdr.documents.report import report
from cdr.documents.return_form import return_docx, return_form
from cdr.documents.tables import ncmd, tally
from cdr.documents.timeline.timeline import render
from cdr.domain.timeline.timeline import timeline
from cdr.errors import ConditionsNotMet, InvalidData
from cdr.forms import codec

NOTE = "<script>alert(1)</script><style>*{}</style><img src=x onerror=y>"


def of(*events: tuple[str, str]) -> Any:
    made = [told("high-street-surgery", *events), *RETURNS]
    return timeline("2026-7K3M", child_of_a_timeline(), made, AGENCIES, rules(), True)


# ---- pages -----------------------------------------------------------------------------------------------------------

PAGES: dict[str, Callable[[], str]] = {
    "timeline": lambda: str(render(of(("2026-01-02", NOTE)), "html")),
    "tally": lambda: tally.render(replace(test_tally_rendering.INTERNAL, area=NOTE), "html"),
    "report": lambda: report.render(replace(test_report.FULL, organisation=NOTE), "html").decode(),
    "delays": lambda: str(delays.render(test_delays.CASE, "Northshire", dict.fromkeys(test_delays.AWKWARD, NOTE), "html")),
    "ncmd": lambda: ncmd.render(test_ncmd_crib.hard(), "html"),
    "form": lambda: return_form.to_html(replace(test_return_form.FORM, agency_name=NOTE)).decode(),
}  # fmt: skip


class Page(HTMLParser):
    """What a browser would run, fetch or be styled by."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"style": [], "script": []}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self.open = tag
        if tag in self.inside:
            self.inside[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open in self.inside:
            self.inside[self.open][-1] += data


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_says_what_it_may_fetch_and_run_before_anything_else(kind: str) -> None:
    page = Page(PAGES[kind]())
    inside_head = [one for one in page.tags if one[0] not in ("html", "head")]
    policies = [
        values["content"] or ""
        for tag, values in inside_head[:2]
        if values.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1, "the policy comes first, for it holds only for what stands below"
    policy = dict(part.strip().split(" ", 1) for part in policies[0].split(";"))
    assert (
        policy["default-src"]
        == policy["connect-src"]
        == policy["img-src"]
        == policy["form-action"]
        == policy["base-uri"]
        == "'none'"
    )
    code = [text for text, (_, values) in zip(page.inside["script"], (t for t in page.tags if t[0] == "script"), strict=True)
            if values.get("type") != "application/json"]  # fmt: skip
    assert policy.get("style-src", "").split() == [*map(digest, page.inside["style"])]
    assert policy.get("script-src", "").split() == [*map(digest, code)]
    assert not any(name == "style" or name.startswith("on") for _, values in page.tags for name in values)
    assert ("referrer", "no-referrer") in [(values.get("name"), values.get("content")) for _, values in inside_head]


# ---- Word files ------------------------------------------------------------------------------------------------------

WORD: dict[str, Callable[[], bytes]] = {
    "letter": lambda: as_docx(letter_for(form_a("sudi")), wording("condolence")),
    "report": lambda: report.render(test_report.FULL, "docx"),
    "form": lambda: return_docx.to_docx(test_return_form.FORM),
}


@pytest.mark.parametrize("kind", WORD)
def test_a_word_file_carries_nothing_of_its_template_and_of_its_making(kind: str) -> None:
    raw = WORD[kind]()
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        names = packed.namelist()
        parts = {name: packed.read(name) for name in names}
        assert {part.date_time for part in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not [name for name in names if re.search(r"thumbnail|customXml|docProps/app|stylesWithEffects", name)]
    whole = b"".join(data for name, data in parts.items() if name.endswith((".xml", ".rels")))
    assert not re.search(rb"python-docx|generated by|thumbnail|rsid|w14:docId|Canty|2013", whole)
    assert re.search(rb"<dc:creator>([^<]*)</dc:creator>|<dc:creator/>", parts["docProps/core.xml"])
    assert b'w:eastAsia="en-US"' not in whole and b'w:val="en-US"' not in whole
    assert WORD[kind]() == raw


# ---- paper -----------------------------------------------------------------------------------------------------------

LAYOUT = (
    b'#set document(title: "t")\n#set text(font: "Source Sans 3", lang: "en")\n#par(json(bytes(sys.inputs.data)).text)'
)


def text_of(pdf: bytes) -> str:
    opened = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in opened)
    opened.close()
    return " ".join(text.split())


def test_one_picture_in_an_event_costs_no_timeline() -> None:
    made = render(of(("2026-01-02", "Seen by the nurse \U0001f600 and well"), ("2026-01-03", "中文")), "pdf")
    assert isinstance(made, Printed) and made.replaced == ("\U0001f600", "中", "文")
    text = text_of(made)
    assert "Seen by the nurse [U+1F600 grinning face] and well" in text and "[U+4E2D U+6587]" in text
    assert "U+1F600 grinning face, U+4E2D, U+6587" in made.told()


@settings(max_examples=many(100), deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Co")), max_size=40))
@example("e" + "\u0301" * 30)
@example("\U0001f469\u200d\U0001f469\u200d\U0001f467 \u202e abc")
def test_any_text_is_set_and_says_which_letters_it_lacks(text: str) -> None:
    shown = printable({"text": text})["text"]
    assert not lacking(shown), "what stands for a letter can be set itself"
    assert all(f"U+{ord(letter):04X}" in shown for letter in lacking(text))
    made = make_pdf(LAYOUT, {"text": text}, ON)
    assert made.startswith(b"%PDF") and made.replaced == lacking(text)


def test_a_letter_never_misprints_a_name_and_says_which_letter_it_is() -> None:
    letter = letter_for(changed(form_a("sudi"), child__known_as="\U0001f600 Amara"))
    with pytest.raises(ConditionsNotMet) as refused:
        letters.as_pdf(letter, wording("condolence"))
    assert "U+1F600 grinning face" in " ".join(refused.value.lines()) and "docx" in " ".join(refused.value.lines())
    learning = replace(letter_for(form_a("sudi")), learning=("We learnt \U0001f600 this",))
    assert letters.as_pdf(learning, wording("after-panel")).replaced == ("\U0001f600",)


# ---- wordings --------------------------------------------------------------------------------------------------------

MARKED = "# {{ head }}\n\n{{ text }} and **{{ text }}** \\\nthen\n\n- {{ text }}\n- **x**\n"


def normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@settings(max_examples=many(300))
@given(
    st.text("*#-[]\\ aé{}%\n\u0301ß_", max_size=20)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), max_size=20)
)
@example("**Not** certain")
@example("- [sign here]")
@example("\\")
def test_a_value_is_text_whatever_it_holds(text: str) -> None:
    said = normal(text)
    found = blocks(fill_in(MARKED, {"head": text, "text": text}))
    shape = [block.kind for block in found]
    assert shape == (["heading"] if said else shape[:1]) + ["paragraph", "item", "item"] or not said
    if said:
        assert found[0].texts == (said,)
        assert normal(found[1].texts[0]) == normal(f"{said} and {said}")
        assert [run.text for run in found[1].lines[0] if run.bold] == [said]
        assert normal(found[2].texts[0]) == said and found[3] == Block("item", blocks("- **x**")[0].lines)
    assert normal(unguarded(fill_in("{{ text }}", {"text": text}))) == said


def test_what_stands_for_a_mark_is_no_letter_of_a_document() -> None:
    for letter in AS_TEXT.values():
        for written in (letter, f"\\u{ord(letter):04X}"):
            with pytest.raises(InvalidData, match="1 thing needs"):
                codec.read_source(f'a: "b{written}"\n'.encode(), "a.yaml")


def test_stars_in_a_name_stay_in_the_body_of_a_letter() -> None:
    letter = letter_for(changed(form_a("sudi"), child__known_as="**Ama**"))
    text = letters.as_text(letter, wording("condolence"))
    assert "**Ama**" in text
    assert "**Ama**" in " ".join(text_of(letters.as_pdf(letter, wording("condolence"))).split())
    with zipfile.ZipFile(io.BytesIO(as_docx(letter, wording("condolence")))) as packed:
        assert b"**Ama**" in packed.read("word/document.xml")


def test_json_is_what_a_layout_takes() -> None:
    assert json.loads(json.dumps(printable({"a": ["é", date(2026, 1, 1).isoformat(), 1, None, True]}))) == {
        "a": ["é", "2026-01-01", 1, None, True]
    }
