"""A reader's papers as a page in a real browser, on a telephone and on a tablet: locked, opened, and read by a screen reader."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from browser.driving import drive
from browser.test_return_form import PHRASE, SPOKEN
from conftest import People
from unit.test_enclosed import pages_of, pdf

from cdr.documents.panel.page import to_html, to_locked_html
from cdr.documents.panel.paper import Bullets, Facts, Grid, Heading, Paper, Said, Sheets, Text
from cdr.store.crypto import Gnupg

ON = date(2026, 4, 14)
EVENT = "Seen at home, </script><b>not markup</b>; " + "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
PAPER = Paper(
    "Papers for the panel on 14 April 2026",
    "Northshire: Meeting P2026-04-14",
    "Confidential.",
    (
        Facts((("For", "Jo Openshaw"), ("Reading time", "about 25 minutes in all"))),
        Heading("1. 2026-5JEY: brief", apart=True),
        Text("What happened is told here. " * 12),
        Bullets(("Category of death", "Learning")),
        Heading("1. 2026-5JEY: timeline", apart=True),
        Grid(
            ("No.", "When", "Age", "What happened", "Source"),
            tuple((str(n), "2 March 2025", f"{n} days", EVENT, "Northtown General Hospital") for n in range(1, 7)),
            (4, 12, 10, 34, 14),
        ),
        Heading("1. 2026-5JEY: analysis", apart=True),
        Said(((0, "Domain", ""), (1, "Factor", "Sleep position"), (2, "Reason", "Could be changed"))),
        Sheets("1. 2026-5JEY: post-mortem report (attachment 1)", pdf("UNASCERTAINED"), 1),
    ),
    mark="Jo Openshaw",
)


def test_papers_open_with_their_pass_phrase_and_are_read_on_a_telephone_and_a_tablet(
    people: People, member: str, tmp_path: Path
) -> None:
    locked, plain = tmp_path / "locked.html", tmp_path / "plain.html"
    locked.write_bytes(to_locked_html(PAPER, "P2026-04-14", ON, lambda data: Gnupg().lock(data, PHRASE)))
    plain.write_bytes(to_html(PAPER, ON))
    assert not [word for word in (b"Openshaw", b"5JEY", b"Llanfair") if word in locked.read_bytes()]
    seen = drive("papers", file=str(locked), plain=str(plain), phrase=SPOKEN, saved=str(tmp_path / "saved.pdf"))
    assert seen["kept"] == 0
    assert all(found == [] for found in seen["axe"].values()), seen["axe"]
    assert seen["wide"] == {"phone": False, "tablet": False}
    assert EVENT in seen["text"] and EVENT in seen["plain"] and "about 25 minutes" in seen["text"]
    assert (seen["mark"], seen["focus"]) == ("For Jo Openshaw only", "title")
    assert (seen["cells"], seen["heads"]) == (30, 5)
    first, last = pages_of((tmp_path / "saved.pdf").read_bytes())
    assert (seen["saved"], "For Jo Openshaw only" in first) == ("papers-1.pdf", True)
    assert "UNASCERTAINED" in last and "For Jo Openshaw only" in last
