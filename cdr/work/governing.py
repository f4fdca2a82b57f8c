"""What the papers of governance are made from: cdr.yaml, the schemas, the keys and the signed history. No case is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdr import __version__
from cdr.app import App
from cdr.documents.governance.papers import AgencyType, Asked, Gap, Key, Known, listed
from cdr.expressions import expression
from cdr.forms.codelists import Code, code_list
from cdr.statistics.rounding import ROUND, SHOWN_ROUNDED, SUPPRESS
from cdr.statistics.threshold import FEWEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cdr.domain.rulebook.configuration import Configuration, Person

FORMS = {
    "form-a": "Form A (the notification)",
    "form-b": "Form B (an agency’s return)",
    "form-c": "Form C (the analysis)",
}
OF_A_DOMAIN = expression(r"^Domain [A-D]: ")
EVERY_AGENCY, NOTHING_MORE = "what every agency is asked", "nothing more"
TOLD = {"nhs_number": "the NHS number", "siblings": "the names of brothers and sisters"}
GOVERNANCE = "governance: {} of cdr.yaml"
OF_READERS = ("impact-assessment.md", "continuity.md", "access-review.md")
SECOND_READER = Gap(
    "A second reader", "Only one key opens the cases. Make a second reader or an escrow key: cdr keys add", OF_READERS
)
NO_DRILL = Gap("A drill", "Nobody has tried the second reader’s key. As that person: cdr keys drill", OF_READERS)
PUBLISHED = {
    SUPPRESS: f"Counts from 1 to {FEWEST - 1} are hidden, and whatever else would give them",
    ROUND: f"Counts are rounded to the nearest five, and those from 1 to {SHOWN_ROUNDED - 1} hidden",
}


def known(app: App) -> Known:
    """What the store says of itself. Raises: WrongConfiguration, NotAuthentic."""
    keys = _keys(app)
    members = [key for key in keys if key.role == "member"]
    return Known(
        {
            **_people(app.configuration),
            **_asked(),
            **_state(app),
            **_routes(app.configuration),
            "keys": keys,
            **_readers(app, members),
        },
        _needed(app.configuration),
        tuple(_more(app, members)),
    )


def _more(app: App, members: list[Key]) -> Iterator[Gap]:
    """What is missing though it is no field of cdr.yaml."""
    on = app.configuration.governance.review_on
    if len(members) < 2:
        yield SECOND_READER
    elif app.store.references and not _tried(app):
        yield NO_DRILL
    if on and on < app.clock.today:
        yield Gap(
            f"To be looked at again since {on.isoformat()}", GOVERNANCE.format("review_on"), ("impact-assessment.md",)
        )


def _tried(app: App) -> str:
    """The day within a year on which somebody else's key was tried, and whose; empty where there was none."""
    from cdr.store.audit import drill_within_a_year

    tried = drill_within_a_year(app.store, app.clock.today)
    return f"{tried.by}’s key opened a case on {tried.at[:10]}" if tried else ""


def _state(app: App) -> dict[str, Any]:
    commit, head_on = app.store.head
    weeks = listed(str(week) for week in app.policy.chasing.prompt_weeks)
    told = {"on": app.clock.today.isoformat(), "commit": commit, "head_on": head_on.isoformat(), "version": __version__}
    published = PUBLISHED[app.configuration.publication]
    return {**told, "prompts": weeks, "drill": _tried(app), "published": published}


def _people(found: Configuration) -> dict[str, str]:
    names = {"manager": "manager", "chair": "chair", "doctor": "designated_doctor"}
    return {name: _whom(found.people[key]) for name, key in names.items()}


def _routes(found: Configuration) -> dict[str, Any]:
    """How forms come to each agency, between which domains, and how messages leave."""
    from cdr.domain.rulebook.agency_routes import ROUTE_IN_WORDS

    asked = [agency for agency in found.agencies if agency.retired_on is None]
    words = [
        {"name": one.name, "words": ": ".join(filter(None, (ROUTE_IN_WORDS[one.route], one.route_to)))} for one in asked
    ]
    domains = ", ".join(map(str, found.mail.get("secure_domains") or ()))
    by_hand = "sent by hand from the team’s own mailbox"
    how = str(
        found.mail.get("host")
        or {"outbox": by_hand}.get(str(found.mail.get("transport", "outbox")), "sendmail of the machine")
    )
    return {"routes": words, "domains": domains, "transport": how}


def _whom(person: Person) -> str:
    return ", ".join(filter(None, (person.name, person.role, person.phone, person.email)))


def _needed(found: Configuration) -> dict[str, tuple[str, str, str]]:
    """What the papers cannot do without: its value, its title, and where to put it right."""
    said, worker = found.governance, found.people.get("key_worker")
    years = found.retention_years
    return {
        "area": (found.area, "The area", "area: name of cdr.yaml"),
        "controller": (said.controller, "The controller", GOVERNANCE.format("controller")),
        "partners": (", ".join(said.partners), "The partners", GOVERNANCE.format("partners")),
        "officer": (_whom(said.officer), "The data protection officer", GOVERNANCE.format("data_protection_officer")),
        "lawful_basis": (said.lawful_basis, "The lawful basis", GOVERNANCE.format("lawful_basis")),
        "privacy_notice": (said.privacy_notice, "Where the privacy notice is published", GOVERNANCE.format("privacy_notice")),
        "complaints": (said.complaints, "Where a complaint goes", GOVERNANCE.format("complaints")),
        "hosting": (said.hosting, "Where it is kept, and by whom", GOVERNANCE.format("hosting")),
        "log_review": (said.log_review, "Who looks through the log of who opened what", GOVERNANCE.format("log_review")),
        "consulted": (said.consulted, "Who was asked before", GOVERNANCE.format("consulted")),
        "review_on": (said.review_on.isoformat() if said.review_on else "", "When this is looked at again", GOVERNANCE.format("review_on")),
        "retention": (f"{years} years after a case is closed" if years else "", "How long a case is kept", "retention_years of cdr.yaml"),
        "key_worker": (_whom(worker) if worker else "", "The key worker", "people: key_worker of cdr.yaml"),
    }  # fmt: skip


def _asked() -> dict[str, Any]:
    """What the forms ask, and of whom, from the schemas and the list of types of agencies."""
    from cdr.forms import schema
    from cdr.forms.fields import fields

    titles = {
        form: [one.title for one in fields(schema.current(form)) if one.kind in ("group", "list")] for form in FORMS
    }
    parts = {one.key: _inside(OF_A_DOMAIN.sub("", one.title)) for one in fields(schema.current("form-b"))}
    types = [
        AgencyType(
            code.label,
            _parts(code, "core", parts) or EVERY_AGENCY,
            _parts(code, "if_held", parts) or NOTHING_MORE,
            _parts(code, "told", TOLD) or NOTHING_MORE,
        )
        for code in code_list("agency_type").codes
    ]
    forms = [Asked(title, listed(map(_inside, titles[form]))) for form, title in FORMS.items()]
    data = listed(dict.fromkeys(_inside(part) for several in titles.values() for part in several))
    return {"forms": forms, "agency_types": types, "data": data, "types": listed(one.label for one in types)}


def _inside(title: str) -> str:
    """A title within a sentence; `ICD-10` stays as it is."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def _parts(code: Code, key: str, titles: Mapping[str, str]) -> str:
    return listed(titles.get(part, part.replace("_", " ")) for part in code.extra.get(key, ()))


def _keys(app: App) -> list[Key]:
    from cdr.store.audit import last_acts

    acts = last_acts(app.store)
    found = []
    for standing in app.store.standings(app.clock.today):
        person, key = standing.person, standing.key
        ends = "not known" if key is None else key.expires.isoformat() if key.expires else "never"
        on, what = acts.get(person.fingerprint, ("none", "nothing yet"))
        found.append(Key(person.name, person.role, person.fingerprint, ends, on, what))
    return found


def _readers(app: App, members: list[Key]) -> dict[str, Any]:
    names = [key.name for key in members]
    left = [f"{one.name} ({one.role}), until {one.until}" for one in app.store.left]
    return {"members": names, "readers": listed(names), "lone": len(names) < 2, "left": left}
