"""How a form comes to an agency: by ordinary mail with the child under lock, or named, by a way that the area approved; and STORE-12, STORE-13.

Only the form by mail needs a pass-phrase. By every other route a Word form goes that names the child, and never by ordinary mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.domain.rulebook.configuration import FORM
from cdr.domain.rulebook.validation import items_at, problem, text_at, words_at
from cdr.errors import Problem

SECURE_MAIL, PORTAL, PAPER = "secure_mail", "portal", "paper"
HANDED_OVER = (PORTAL, PAPER)
ROUTE_IN_WORDS = {
    FORM: "form by mail, the child under lock, the pass-phrase by telephone",
    SECURE_MAIL: "Word form that names the child, by secure mail between approved domains",
    PORTAL: "Word form that names the child, put into a portal or folder",
    PAPER: "printed form that names the child, by post or by hand",
}
NEEDED = {SECURE_MAIL: ("mail.from", "people.manager.email")}  # where answers come to, besides the agency's own address


def route_problems(body: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the routes of a cdr.yaml; never raises, whatever the body is."""
    approved = words_at(body, "mail.secure_domains")
    secure = False
    for number, item in items_at(body, "agencies"):
        route = text_at(item, "route")
        if route == SECURE_MAIL:
            secure = True
            if not is_in(text_at(item, "email"), approved):
                yield problem("STORE-12", f"agencies.{number}.email")
        if route in HANDED_OVER and not text_at(item, "route_to"):
            yield problem("STORE-13", f"agencies.{number}.route_to")
    for field in NEEDED[SECURE_MAIL] if secure else ():
        if not is_in(text_at(body, field), approved):
            yield problem("STORE-12", field)


def is_in(address: str, domains: list[str]) -> bool:
    """Whether an address is in one of these very domains: approval of one says nothing of those below it."""
    return address.rpartition("@")[2].casefold() in {domain.casefold() for domain in domains}
