"""What agencies answered, as the panel reads it."""

from __future__ import annotations

from typing import Any

from cdr.documents.panel.agencies_say import returns_parts
from cdr.documents.panel.paper import Heading, Said, Text
from cdr.domain.anonymising.anonymise import Anonymiser

FORM_A = {
    "child": {"first_names": "Ayọ̀", "family_name": "Inventedchild", "date_of_birth": "2025-05-11"},
    "death": {"date": "2026-01-09"},
    "professionals": [{"agency": "surgery", "name": "Dr Pat Made-Up", "role": "GP"}],
}


def parts_of(*returns: tuple[str, dict[str, Any]]) -> list[Any]:
    return list(returns_parts(returns, Anonymiser.from_documents(FORM_A, [body for _, body in returns], {})))


def test_free_text_is_without_names_and_the_words_of_codes_stay() -> None:
    body = {
        "response": "full",
        "completed_by": {"name": "Dr Pat Made-Up"},
        "identifying": {"family_name": "Inventedchild"},
        "timeline": [{"at": "2026-01-09", "event": "Ayọ̀ came"}],
        "circumstances": {"narrative": "Ayọ̀ Inventedchild was seen by Dr Made-Up on 2026-01-08."},
        "child": {"immunisations": "up_to_date"},
    }
    heading, said = parts_of(("GP surgery", body))
    assert heading == Heading("GP surgery", 3) and isinstance(said, Said)
    words = {title: text for _, title, text in said.rows}
    assert words["Immunisations"] == "Up to date"
    assert words["What happened"].startswith("[the child] was seen by [a professional]")
    assert "2026" not in words["What happened"] and "Timeline" not in words and "Completed by" not in words


def test_who_said_no_more_than_the_timeline_has_is_named_once() -> None:
    bare = {"response": "full", "completed_by": {"name": "A"}, "timeline": [{"at": "2026-01-09", "event": "A visit"}]}
    (only,) = parts_of(("Police", bare), ("Hospital 2", bare))
    assert only == Text("Nothing but what stands in the timeline: Police, Hospital 2.", quiet=True)
    assert parts_of() == []
