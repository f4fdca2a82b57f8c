"""Letters to professionals, and wordings of an area's own."""

from __future__ import annotations

from typing import Any

import pytest
from letter_examples import (
    ON,
    REFERENCE,
    WORDS,
    configuration,
    example,
    form_a,
)  # fmt: skip
from unit.kinds_of_letters import RULES, pages

from cdr.documents.letters import letter as document
from cdr.documents.letters import wording_check
from cdr.documents.letters.wording import PIECES, lint_professional, wording
from cdr.domain.letters import (
    professional_letters,
)
from cdr.errors import NotFound


class TestProfessionals:
    ANALYSIS = example("form-c-sudi")

    def action(self, **changes: Any) -> professional_letters.ProfessionalLetter:
        one = {**self.ANALYSIS["recommendations"][0], **changes}
        return professional_letters.action_letter(one, 1, configuration(), ON, draft=False)

    def test_the_letter_to_an_organisation(self) -> None:
        text = " ".join(document.as_text(self.action(), wording("action")).split())
        assert "Dear Head of health visiting" in text and "section 16M of the Children Act 2004" in text
        assert "Northshire Community Health" in text and "by 30 September 2026" in text
        assert "Yours sincerely Dr Leslie Okafor" in text
        assert lint_professional(text, WORDS) == []

    def test_nothing_of_the_child_is_in_it_not_even_the_reference(self) -> None:
        text = document.as_text(self.action(), wording("action"))
        for unwanted in ("Amara", "Testcase", "9990000018", REFERENCE, "Kofi", "12 Example Street", "girl", "January"):
            assert unwanted not in text

    def test_without_an_owner_or_a_day(self) -> None:
        text = " ".join(document.as_text(self.action(owner="", due=""), wording("action")).split())
        assert "Dear colleague" in text and "We hope that this can be done by" not in text

    @pytest.mark.parametrize(
        "text",
        [
            "Tell Amara’s health visitor",
            "Speak with Ms Efua Testcase",
            "Check NHS number 999 000 0018",
            "Visit 12 Example Street",
            "What Dr Priya Raman did",
        ],
    )
    def test_what_points_at_someone_holds_it_and_is_not_quoted(self, text: str) -> None:
        [found] = professional_letters.recognisable(self.action(text=text), form_a("sudi"))
        assert not any(word in found for word in ("Amara", "Efua", "0018", "Example Street", "Raman"))
        assert professional_letters.recognisable(self.action(), form_a("sudi")) == []

    def test_which_recommendations(self) -> None:
        listed = {"recommendations": [{"text": "a", "level": "local"}, {"text": "b", "level": "local", "to": "x"}]}
        assert [n for n, _ in professional_letters.recommendations(listed, None)] == [2]
        assert [n for n, _ in professional_letters.recommendations(listed, "2")] == [2]
        for analysis, number in ((listed, "1"), (listed, "mother"), ({}, None)):
            with pytest.raises(NotFound):
                professional_letters.recommendations(analysis, number)

    def test_the_statement(self) -> None:
        blank = document.as_text(professional_letters.statement(configuration(), None, ON), wording("confidentiality"))
        named = document.as_text(
            professional_letters.statement(configuration(), "chair", ON), wording("confidentiality")
        )
        assert "Name: ____" in blank and "Name: Dr Leslie Okafor" in named
        assert "Dear" not in blank and "Our reference" not in blank
        with pytest.raises(NotFound):
            professional_letters.statement(configuration(), "treasurer", ON)

    def test_one_page_each(self) -> None:
        for kind, letter in (
            ("action", self.action()),
            ("confidentiality", professional_letters.statement(configuration(), None, ON)),
        ):
            assert len(pages(document.as_pdf(letter, wording(kind)))) == 1


class TestOwnWordings:
    def problems(self, name: str, text: str) -> list[str]:
        return wording_check.problems(name, {name: text}, RULES.kinds.values(), WORDS)

    @pytest.mark.parametrize("name", [*RULES.kinds, *PIECES])
    def test_those_that_ship_are_well(self, name: str) -> None:
        assert wording_check.problems(name, {}, RULES.kinds.values(), WORDS) == []

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{{ salutation }}\n\n{{ child.name }} died. {{ child.age }}", "field"),
            ("{{ salutation }}\n\n{{ child.name }} died.{% if coroner %}x", "braces"),
            ("{{ salutation }}\n\n{{ child.name }} passed away.", "passed away"),
            ("{{ salutation }}\n\n{{ child.name }} died.{% if criminal %} The JAR is over.{% endif %}", "JAR"),
            ("{{ salutation }}\n\n{{ child.name }} died. We knew him well.", "right words"),
            ("{{ salutation }}\n\nWe are sorry. {{ child.name }} died.", "first sentence"),
            ("Dear Parent\n\n{{ child.name }} died.", "own name"),
        ],
    )
    def test_what_is_wrong_is_found_under_every_condition(self, text: str, said: str) -> None:
        assert any(said in sentence for sentence in self.problems("delay", text)), self.problems("delay", text)

    def test_a_wording_that_is_well(self) -> None:
        assert self.problems("delay", "{{ salutation }}\n\nI am sorry that {{ child.name }} died.\n\n[signature]") == []

    def test_a_piece_is_tried_in_every_letter(self) -> None:
        assert any("JAR" in sentence for sentence in self.problems("signature", "Yours sincerely, for the JAR.\n"))
        assert self.problems("signature", "Yours sincerely\n\n[sign here]\n\n{{ signer.name }}\n") == []

    def test_an_areas_own_piece_stands_in_every_letter(self) -> None:
        text = wording("thanks", None, {"signature": "With our warm wishes\n\n{{ signer.name }}\n"})
        assert "With our warm wishes" in text and "Yours sincerely" not in text
