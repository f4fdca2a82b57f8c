"""Whether a wording of the area's own can be used: filled in for families of every kind, and read as a family would."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from cdr.documents.letters.letter import AnyLetter, as_text
from cdr.documents.letters.wording import PIECES, Rules, left_out, lint, lint_professional, wording
from cdr.domain.letters.colleague_letters import ColleagueLetter
from cdr.domain.letters.letter_facts import Answered
from cdr.domain.letters.letter_kinds import FAMILY, Kind
from cdr.domain.letters.letters import Child, Contact, Keeping, Letter, Recipient
from cdr.domain.letters.organisations import Organisation
from cdr.domain.letters.professional_letters import ProfessionalLetter
from cdr.errors import CdrError
from cdr.records import replace

ON = date(2026, 4, 17)
SENDER = {"organisation": "Invented Review Team", "organisation_address": ("1 Invented Square",)}
RECIPIENT = Recipient(1, "Ms Ada Invented", "mother", ("1 Invented Road",), lives_with_child=True)
MANAGER = Contact("Kit Invented", "Review Manager", "01632 960001", "kit@review.example")
CHAIR, KEY_WORKER = Contact("Lou Invented", "Chair"), Contact("Pat Invented", "Nurse", "01632 960002")
HELP = Organisation(
    "invented", "Invented Help", ("everyone",), 1, "For every family.", "01632 960003", "help.example", None
)
CHILDREN = (
    Child("Sam", "he", "him", "his", "Sam’s", named=True),
    Child("Sam", "she", "her", "her", "Sam’s", named=True),
    Child("Sam", "they", "them", "their", "Sam’s", named=True),
    Child("your baby", "your baby", "your baby", "your baby’s", "your baby’s", named=False),
)
CONDITIONS = (
    "is_parent", "lived_together", "newborn", "suicide", "coroner", "abroad", "criminal", "harm", "in_care", "in_custody", "interpreter",
    "signs", "views_shared", "first", "late", "reviewed", "put_off", "opened_again", "nothing_found", "own_reviews",
)  # fmt: skip
INQUESTS = ("told", "open", "apart", "over")
LETTER = Letter(
    reference="2026-7K3M", **SENDER, on=ON, date="17 April 2026", recipient=RECIPIENT, salutation="Dear Ms Invented",  # type: ignore[arg-type]
    child=CHILDREN[0], is_parent=True, lived_together=True, newborn=False, born_alive=True, suicide=False, coroner=False, inquest="",
    papers="", first=False, late=False, reviewed=False, put_off=False, opened_again=False, harm=False, abroad=False, criminal=False, in_care=False,
    in_custody=False, born_together="", died_too="", own_reviews=False, interpreter=False, signs=False,
    learning=(), asked_for=(), nothing_found=False, waits=("the coroner to finish",),
    views_shared=False, meet_with="", met_on="", key_worker=KEY_WORKER, own_key_worker=True, manager=MANAGER, signer=MANAGER,
    organisations=(HELP, HELP), draft=False, keeping=Keeping(25, "complaints@review.example", "review.example/privacy"),
)  # fmt: skip
TO_PROFESSIONAL = ProfessionalLetter(
    **SENDER, on=ON, date="17 April 2026", recipient=RECIPIENT, salutation="Dear colleague", area="Invented", to="Invented Trust",  # type: ignore[arg-type]
    recommendation="Give the advice twice", due="", manager=MANAGER, signer=CHAIR, draft=False,
)  # fmt: skip


def examples(kind: Kind) -> Iterator[AnyLetter]:
    """Invented letters in which each condition of a wording holds once and does not hold once."""
    if kind.may_know:
        yield from _to_colleagues(kind)
        return
    if kind.to != FAMILY:
        yield from (TO_PROFESSIONAL, replace(TO_PROFESSIONAL, due="30 September 2026"))
        yield replace(TO_PROFESSIONAL, salutation="", recipient=replace(RECIPIENT, name=""), to="")
        return
    signer = CHAIR if kind.signed_by == "chair" else MANAGER
    every = {name: True for name in CONDITIONS}
    none = {name: False for name in CONDITIONS}
    base = replace(LETTER, signer=signer)
    for child, conditions in itertools.product(CHILDREN, [every, none, *({**none, name: True} for name in CONDITIONS)]):
        yield replace(base, child=child, **conditions)  # type: ignore[arg-type]
    for inquest in INQUESTS:
        yield replace(base, coroner=bool(inquest), inquest=inquest)
    for conditions in (none, every):
        yield replace(base, **{**conditions, "newborn": True, "born_alive": False})  # type: ignore[arg-type]
    for papers in ("asked", "in"):
        yield replace(base, papers=papers)
    for key_worker, own in ((KEY_WORKER, False), (None, False)):
        yield replace(base, key_worker=key_worker, own_key_worker=own)
    yield replace(base, manager=replace(MANAGER, phone=""), key_worker=None, own_key_worker=False, signer=signer)
    yield replace(base, died_too="Sam’s twin", own_reviews=True)
    yield replace(base, born_together="Sam’s twin", meet_with="Dr Ray Invented", learning=("We learned to ask twice.",))
    yield replace(base, answers=(Answered("Could we have known?", "No one could.", frozenset({1})),))
    yield replace(base, met_on="3 March 2026", asked_for=("The advice should be given twice.",))
    yield replace(base, key_worker=replace(KEY_WORKER, phone=""))


def _to_colleagues(kind: Kind) -> Iterator[AnyLetter]:
    """Each with all that such a colleague may know, and with none of it."""
    help_ = {"name": HELP.name, "help": HELP.help, "phone": HELP.phone, "website": HELP.website}
    everything = {
        "child": {"name": "Sam", "whose": "Sam’s", "full_name": "Sam Invented"}, "born_on": "1 April 2011", "died_on": "2 April 2026",
        "place": "Invented Hospital", "lived_in": "Invented", "their_reference": "INV-1", "helpline": help_, "own_key_worker": True, "lived_here": True,
    }  # fmt: skip
    words = ("The findings have come in.",) if kind.words else ()
    allowed = [name for name in kind.may_know if name != "reference"]
    for known in (everything, {"child": everything["child"]}):
        yield ColleagueLetter(
            **SENDER, on=ON, date="17 April 2026", recipient=RECIPIENT, salutation="Dear Ms Invented", area="Invented", to="Invented Trust",  # type: ignore[arg-type]
            known={name: known.get(name, "") for name in allowed}, words=words, manager=MANAGER, signer=MANAGER, draft=False,
        )  # fmt: skip


def problems(name: str, own: Mapping[str, str], kinds: Iterable[Kind], rules: Rules) -> list[str]:
    """What is wrong with one of the area's own wordings, a sentence each; `own` holds them all by name.

    A piece that letters share is tried in every letter to a family.
    """
    found: dict[str, None] = {}
    for kind in kinds:
        if kind.name == name or (name in PIECES and kind.to == FAMILY):
            found.update(dict.fromkeys(_of_kind(kind, own, rules)))
    return list(found)


def _of_kind(kind: Kind, own: Mapping[str, str], rules: Rules) -> Iterator[str]:
    text = wording(kind.name, own.get(kind.name), own)
    for letter in examples(kind):
        try:
            said = as_text(letter, text)
        except CdrError as error:
            yield from error.lines()
            return
        yield from lint(said, letter, rules) if isinstance(letter, Letter) else lint_professional(said, rules)
        if kind.tells_what_was_found and isinstance(letter, Letter):
            yield from left_out(said, letter)
