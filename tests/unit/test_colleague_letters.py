"""Letters to colleagues: each says what that colleague may know, and has no field for anything else."""

from __future__ import annotations

from typing import Any

import pytest
from letter_examples import LETTER_RULES, ON, ORGANISATIONS, REFERENCE, WORDS, changed, configuration, form_a

from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import lint_professional, wording
from cdr.domain.letters import colleague_letters, letter_facts
from cdr.domain.letters.colleague_letters import ColleagueLetter, Source
from cdr.errors import NotFound, WrongConfiguration

KINDS = [name for name, kind in LETTER_RULES.kinds.items() if kind.may_know]
ASKED = {
    "requests": [
        {"agency": agency, "requested_on": "2026-04-01", "status": "outstanding", "answered_on": None}
        for agency in ("northshire-police", "northtown-academy", "northshire-police")
    ]
    + [{"agency": "high-street-surgery", "requested_on": "2026-04-01", "status": "nil", "answered_on": "2026-04-02"}]
}
SUICIDE = changed(
    form_a("suicide"),
    death__review_area="Eastbury",
    certification__cause_of_death={"i_a": "Invented cause"},
    informed=[{"party": "coroner", "status": "informed", "person": "Mr Ray Hobbs", "reference": "INV-77"}],
)
WORDS_OF_OURS = ("The findings have come in.", "Please say so gently.")


def made(kind: str, body: dict[str, Any] = SUICIDE, to: str | None = None, words: Any = None) -> list[ColleagueLetter]:
    one = LETTER_RULES.kinds[kind]
    given = (WORDS_OF_OURS if one.words else ()) if words is None else words
    source = Source(REFERENCE, body, ASKED, configuration(), ORGANISATIONS)
    return colleague_letters.compose(one, source, to, ON, given, draft=False)


def said(kind: str, body: dict[str, Any] = SUICIDE, **how: Any) -> str:
    return " ".join(document.as_text(made(kind, body, **how)[0], wording(kind)).split())


def everything(body: dict[str, Any]) -> dict[str, list[str]]:
    """What Form A knows, by the words of `may_know` that let it be said."""
    child = body["child"]
    family = [person["name"] for key in ("parents", "siblings") for person in body["family"][key]]
    return {
        "child": [child["first_names"], child["family_name"]],
        "born_on": ["2010", child["date_of_birth"]],
        "died_on": [str(int(body["death"]["date"][-2:])) + " "],
        "reference": [REFERENCE],
        "their_reference": ["INV-77"],
        "never": [child["nhs_number"], "999 ", child["postcode"], *child["address"][:1], *family, "Invented cause", "suicide", "took their"],
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_says_what_this_colleague_may_know_and_nothing_else(kind: str) -> None:
    text, allowed = said(kind), LETTER_RULES.kinds[kind].may_know
    body = text[text.index("Dear ") :] if "died_on" not in allowed else text
    for name, values in everything(SUICIDE).items():
        unwanted = [value for value in values if value in (text if name != "died_on" else body)]
        assert name in allowed or name == "died_on" or not unwanted, (kind, name)
    assert lint_professional(text, WORDS, not_for(kind)) == []
    assert "northshire-police" not in text and "Yours sincerely Robin Ashworth" in text


def not_for(kind: str, body: dict[str, Any] = SUICIDE) -> list[str]:
    one = LETTER_RULES.kinds[kind]
    return colleague_letters.may_not_know(
        one, body, made(kind, body)[0], f"{wording(kind)}\nNorthshire and Southtown\nNorthtown"
    )


@pytest.mark.parametrize("kind", ["school", "other-area", "further-meeting"])
def test_an_areas_own_wording_cannot_tell_it_either(kind: str) -> None:
    one = made(kind)[0]
    own = f"{{{{ salutation }}}}\n\nWe write to you.\n\n{{{{ child.{'nhs_number' if kind != 'further-meeting' else 'name'} }}}}"
    with pytest.raises(WrongConfiguration):
        document.as_text(one, own)
    typed = f"{{{{ salutation }}}}\n\nAsk {SUICIDE['family']['parents'][0]['name']} about it."
    assert lint_professional(document.as_text(one, typed), WORDS, not_for(kind))


def test_the_school_is_not_told_how_and_has_help_and_no_reference() -> None:
    text = said("school")
    assert "Dear Ms Crane" in text and "whom you knew at Northtown Academy" in text
    assert "Step by Step" in text and "is for the coroner to find out" in text and "Our reference" not in text
    without = changed(SUICIDE, professionals=[{"agency": "northtown-academy", "name": "not known"}])
    assert "at Northtown Academy" in said("school", without)
    with pytest.raises(NotFound, match="nobody who is known to be of a school"):
        made("school", changed(SUICIDE, professionals=[]))


def test_the_words_that_somebody_wrote_stand_in_paragraphs_and_a_letter_without_them_is_unfinished() -> None:
    text = document.as_text(made("key-worker")[0], wording("key-worker"))
    assert "\n\nThe findings have come in.\n\nPlease say so gently.\n\n" in text
    for kind in ("key-worker", "coroner"):
        assert lint_professional(said(kind, words=()), WORDS)


def test_who_the_key_worker_is() -> None:
    own = {"name": "Kit Ray", "role": "Bereavement nurse", "organisation": "Northtown General Hospital"}
    assert "Dear Kit Ray" in said("key-worker", changed(SUICIDE, family__key_worker=own))
    assert "You are the key worker of" in said("key-worker", changed(SUICIDE, family__key_worker=own))
    assert "You are the one to whom" in said("key-worker", changed(SUICIDE, family__key_worker={}))


def test_the_coroner_has_the_reference_of_the_inquest() -> None:
    assert "Your reference: INV-77." in said("coroner") and "Dear Mr Hobbs" in said("coroner")
    unknown = said("coroner", changed(SUICIDE, informed=[], other_investigations=[]))
    assert "Dear Coroner" in unknown and "The coroner’s office" in unknown and "Your reference" not in unknown


def test_which_area_and_who_does_what() -> None:
    away = said("other-area")
    assert "Dear Chris Doyle" in away and "lived in our area and died in yours" in away
    assert "The death is counted here" in away
    theirs = changed(SUICIDE, child__local_authority="Eastbury", death__review_area="")
    assert "lived in your area and died in ours" in said("other-area", theirs)
    assert "copy of the analysis form" in said("other-area", theirs)
    for nobody in (changed(SUICIDE, death__review_area=""), changed(theirs, death__review_area="Eastbury")):
        with pytest.raises(NotFound):
            made("other-area", nobody)


def test_each_agency_is_asked_once_whether_to_meet_again() -> None:
    assert [one.to for one in made("further-meeting")] == ["Northshire Police", "Northtown Academy"]
    assert [one.recipient.number for one in made("further-meeting", to="northtown-academy")] == [2]
    with pytest.raises(NotFound):
        made("further-meeting", to="mother")


@pytest.mark.parametrize(
    ("kind", "body", "case", "fact"),
    [
        ("school", form_a("sudi"), {}, "suspects no suicide"),
        ("further-meeting", changed(SUICIDE, jar__triggered="no"), {}, "no joint agency response"),
        ("further-meeting", SUICIDE, {}, "post_mortem_final"),
        ("school", SUICIDE, {"gates": [{"type": "inquest", "status": "closed"}]}, "inquest is over"),
        ("school", SUICIDE, {"status": "closed", "closures": [{"on": "2026-04-16"}]}, "closed on"),
    ],
)
def test_what_must_be_so(kind: str, body: dict[str, Any], case: dict[str, Any], fact: str) -> None:
    def unmet(body: dict[str, Any], case: dict[str, Any]) -> str:
        so = letter_facts.standing(body, {"gates": [], **case}, {"requests": []}, None, ON, LETTER_RULES)
        return " ".join(letter_facts.unmet(LETTER_RULES.kinds[kind], so, LETTER_RULES))

    known = {"milestones": [{"kind": "post_mortem_final", "on": "2026-04-10"}]}
    assert fact in unmet(body, case) and unmet(SUICIDE, known) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_one_page(kind: str) -> None:
    import pypdfium2

    opened = pypdfium2.PdfDocument(document.as_pdf(made(kind)[0], wording(kind)))
    assert len(opened) == 1
    opened.close()


@pytest.mark.parametrize("kind", ["school", "coroner", "key-worker", "other-area"])
def test_a_name_that_the_child_was_known_by_stands_beside_the_names_in_full(kind: str) -> None:
    renamed = changed(SUICIDE, child__first_names="Emily Rose", child__known_as="Eli")
    assert "Emily Rose Testcase-Moore, known as Eli" in said(kind, renamed)
    assert "known as" not in said(kind), "Jordan is the first of the first names"
