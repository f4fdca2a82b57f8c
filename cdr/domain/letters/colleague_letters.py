"""Letters to those who work with a family or a death: the key worker, a school, the coroner, another area, the agencies that were asked.

What each may know stands in `rules/letters.yaml` (`may_know`), and a wording has no field for anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.asking.requests import OUTSTANDING, RETURNED, requests_of
from cdr.domain.case import processes
from cdr.domain.case.milestones import milestones_of
from cdr.domain.case.places import died_elsewhere, lived_elsewhere, same_place
from cdr.domain.letters.child_words import child_of
from cdr.domain.letters.greeting import salutation, with_capitals
from cdr.domain.letters.letter_gate import one_line
from cdr.domain.letters.letters import Recipient, contact, says, sender_address
from cdr.domain.letters.on_paper import OnPaper
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import NotFound
from cdr.records import dataclass, field
from cdr.written import long_date

if TYPE_CHECKING:
    from cdr.domain.letters.letter_kinds import Kind
    from cdr.domain.letters.organisations import Organisation
    from cdr.domain.rulebook.configuration import Configuration

IN_CONFIDENCE = "In confidence"  # how it goes is agreed with each; addresses of colleagues are not kept
CORONER, EDUCATION = "coroner", "education_school_early_years"
WITHOUT_A_NAME = {CORONER: "Dear Coroner"}
FOR_SCHOOLS = "school"  # what an organisation is for that helps a school

Body = Mapping[str, Any]


@dataclass(frozen=True)
class ColleagueLetter(OnPaper):
    """All that such a wording may use: besides the sender and the recipient only `known`, and the paragraphs that somebody wrote (`words`)."""

    known: Mapping[str, Any]
    words: tuple[str, ...]
    large_print: bool = False
    reference: str = ""


@dataclass(frozen=True)
class Source:
    """What such a letter is made from: the case's documents, who writes, and whoever helps a school."""

    reference: str
    form_a: Body
    requests: Body
    configuration: Configuration
    helpers: Sequence[Organisation] = ()


@dataclass(frozen=True)
class _Colleague:
    """Whom a letter is to: a name (empty where nobody knows it), where they work, and what is known of this one alone."""

    name: str
    organisation: str
    id: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)


def compose(
    kind: Kind,
    source: Source,
    to: str | None,
    on: date,
    words: Sequence[str],
    *,
    draft: bool,
    large_print: bool = False,
) -> list[ColleagueLetter]:
    """A letter of a kind for each whom it is for, by numbers from 1, or for the one whom `to` names. Raises: NotFound."""
    found = list(enumerate(TO[kind.to](source), 1))
    chosen = [(n, one) for n, one in found if to is None or to.strip().casefold() in (str(n), one.id)]
    if found and not chosen:
        known = ", ".join(filter(None, [str(n) if not one.id else f"{n} ({one.id})" for n, one in found]))
        raise NotFound("No one whom this letter is for fits --to.", f"Say {known}.")
    return [_letter(kind, source, n, one, on, words, draft=draft, large_print=large_print) for n, one in chosen]


def may_not_know(kind: Kind, form_a: Body, letter: ColleagueLetter, said_anyway: str) -> list[str]:
    """What a letter that nobody adds words to must not say, whatever an area's own wording has: it names nobody but the child.

    `said_anyway` is the wording and the area's own names, as for `letters.private_words`.
    """
    if kind.words:
        return []
    anyway = "\n".join([said_anyway, letter.to, letter.recipient.name, *map(str, letter.known.values())])
    child, family = form_a["child"], form_a.get("family", {})
    people = [*(family.get("parents") or []), *(family.get("siblings") or [])]
    causes = (form_a.get("certification", {}).get("cause_of_death") or {}).values()
    born = date_at(form_a, "child.date_of_birth")
    days = [born.isoformat(), long_date(born)] if born and "born_on" not in kind.may_know else []
    names = [] if "child" in kind.may_know else [child_of(child).name, text_at(child, "first_names")]
    found = [child.get("nhs_number"), child.get("postcode"), *(child.get("address") or []), *days, *names, *causes]
    found += [person.get("name") for person in people]
    found += [part for person in people for part in person.get("address") or []]
    words = [one_line(word) for word in found if isinstance(word, str) and one_line(word)]
    return [word for word in words if not says(anyway, word)]


def what_follows(kind: Kind, case: Body, reference: str, *, draft: bool) -> str:
    """What is recorded once a colleague was spoken with, or that it was before, so that the letter tells them no news; empty where neither is."""
    known = [one.on for one in milestones_of(case) if one.kind in kind.then]
    if known:
        return f"please check: by the record this was talked over on {max(known)}, and the letter tells it as something new."
    if not kind.then or draft:
        return ""
    word = " or ".join(kind.then)
    return f"please note: once you have talked it over with them, record it with cdr milestone {reference}: {word}"


def _letter(
    kind: Kind,
    source: Source,
    number: int,
    to: _Colleague,
    on: date,
    words: Sequence[str],
    *,
    draft: bool,
    large_print: bool,
) -> ColleagueLetter:
    store = source.configuration
    known = {**_known(source, on), **to.known}
    name = with_capitals(to.name)
    lines = tuple(filter(None, (to.organisation if name else "", IN_CONFIDENCE)))
    return ColleagueLetter(
        organisation=one_line(store.letterhead.organisation),
        organisation_address=sender_address(store),
        on=on,
        date=long_date(on),
        recipient=Recipient(number, name or to.organisation, kind.to, lines, lives_with_child=False),
        salutation=salutation(name) if name else WITHOUT_A_NAME.get(kind.to, "Dear colleague"),
        area=one_line(store.area),
        to=to.organisation or name,
        known={key: known.get(key, "") for key in kind.may_know if key != "reference"},
        words=tuple(one_line(part) for part in words if one_line(part)),
        manager=contact(store.people["manager"]),
        signer=contact(store.people[kind.signed_by]),
        draft=draft,
        large_print=large_print,
        reference=source.reference if "reference" in kind.may_know else "",
    )  # fmt: skip


def _known(source: Source, on: date) -> dict[str, Any]:
    """Everything that any of them may know, by the words of `may_know`; days in words."""
    form_a, child = source.form_a, source.form_a["child"]
    called = child_of(child, to_parent=False)
    days = {"born_on": date_at(form_a, "child.date_of_birth"), "died_on": date_at(form_a, "death.date")}
    return {
        "child": {"name": called.name, "whose": called.whose, "full_name": _full_name(child)},
        **{key: long_date(day) if day and day <= on else "" for key, day in days.items()},
        "place": one_line(text_at(form_a, "death.place_detail")),
        "lived_in": one_line(child.get("local_authority")),
        "helpline": next((one for one in source.helpers if FOR_SCHOOLS in one.for_), ""),
    }


def _full_name(child: Mapping[str, Any]) -> str:
    """The names in full, and the one that the child was known by where it is another: who reads `Eli` must know of whom."""
    names = f"{one_line(child.get('first_names'))} {one_line(child.get('family_name'))}".strip()
    used = one_line(child.get("known_as"))
    is_another = not set(used.casefold().split()) <= set(names.casefold().split())
    return f"{names}, known as {used}" if is_another else names


def _key_worker(source: Source) -> Iterator[_Colleague]:
    own = source.form_a.get("family", {}).get("key_worker") or {}
    area = source.configuration.people.get("key_worker")
    if one_line(own.get("name")):
        where = one_line(own.get("organisation")) or one_line(own.get("role"))
        yield _Colleague(one_line(own.get("name")), where, known={"own_key_worker": True})
    elif area:
        yield _Colleague(one_line(area.name), one_line(area.role), known={"own_key_worker": False})
    else:
        raise NotFound(
            "Nobody is named who could tell the family.",
            "Name a key worker in Form A (family: key_worker) or in cdr.yaml.",
        )


def _schools(source: Source) -> Iterator[_Colleague]:
    agencies = {agency.id: agency for agency in source.configuration.agencies}
    found = False
    for _, item in items_at(source.form_a, "professionals"):
        agency = agencies.get(text_at(item, "agency"))
        if EDUCATION in (agency.type if agency else "", text_at(item, "agency_type")):
            found = True
            where = agency.name if agency else one_line(item.get("organisation"))
            yield _Colleague(one_line(item.get("name")), where, agency.id if agency else "")
    if not found:
        raise NotFound(
            "Form A names nobody who is known to be of a school or college.",
            "Add them to the professionals who knew the child (cdr edit REF form-a); a school that cdr.yaml does not list needs its agency_type there.",
        )


def _coroner(source: Source) -> Iterator[_Colleague]:
    told = [one for _, one in items_at(source.form_a, "informed") if text_at(one, "party") == CORONER]
    inquests = [
        one for _, one in items_at(source.form_a, "other_investigations") if text_at(one, "type") == processes.INQUEST
    ]
    references = [text_at(one, "reference") for one in (*inquests, *told)]
    person = next((text_at(one, "person") for one in told if text_at(one, "person")), "")
    yield _Colleague(
        one_line(person),
        "The coroner’s office",
        known={"their_reference": next((one_line(one) for one in references if one), "")},
    )


def _other_area(source: Source) -> Iterator[_Colleague]:
    store, form_a = source.configuration, source.form_a
    away = died_elsewhere(text_at(form_a, "death.review_area"), store.area)
    if away == lived_elsewhere(text_at(form_a, "child.local_authority"), store.authorities):
        raise NotFound(
            "Form A does not say that the child lived in this area and died in another, or the other way round, so there is none to tell.",
            "Say in Form A where the child lived (child: local_authority), or in which area the child died (death: review_area).",
        )
    name = text_at(form_a, "death.review_area" if away else "child.local_authority")
    area = next((one for one in store.areas if same_place(one.name) == same_place(name)), None)
    team = f"Child Death Review Team, {area.name if area else one_line(name)}"
    yield _Colleague(one_line(area.manager.name) if area else "", team, known={"lived_here": away})


def _agencies(source: Source) -> Iterator[_Colleague]:
    names = {agency.id: agency.name for agency in source.configuration.agencies}
    knew = [request.agency for request in requests_of(source.requests) if request.status in (OUTSTANDING, RETURNED)]
    asked = list(dict.fromkeys(knew))
    if not asked and requests_of(source.requests):
        raise NotFound(
            "Every agency that was asked has answered that it did not know the child, or is not waited for, so this letter has nobody to go to.",
            "Ask those who took part by telephone, and record it: cdr milestone REF further_meeting_settled",
        )
    if not asked:
        raise NotFound(
            "No agency was asked yet, so this letter has nobody to go to.", "Ask them first: cdr request REF"
        )
    for agency in asked:
        yield _Colleague("", names.get(agency, agency), agency)


TO: Mapping[str, Callable[[Source], Iterator[_Colleague]]] = {
    "key_worker": _key_worker,
    "school": _schools,
    "coroner": _coroner,
    "other_area": _other_area,
    "agencies": _agencies,
}
