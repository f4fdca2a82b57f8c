"""Invented cases for the demonstration: no child, family or professional in them is real.

NHS numbers are from the range 999, which is never given to anyone. The same seed gives the same cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from cdr import moments, nhs_numbers
from cdr.domain.case.standing import RATIFIED
from cdr.forms import migrations
from cdr.records import dataclass

FIRST = {
    "male": ("Idris", "Jakub", "Tọ́mi", "Rhys", "Yusuf", "Leo", "Oran", "Minh", "Ştefan", "Kai"),
    "female": ("Amara", "Cerys", "Zofia", "Ayọ̀", "Leyla", "Niamh", "Linh", "Ștefania", "Maya", "Ffion"),
}
FAMILY = ("Testcase", "Specimen", "Sample-Rees", "Ó Teist", "Próbny", "Ìdánwò", "Deneme", "Thử", "Example", "Ffug")
ETHNICITIES = ("A", "A", "A", "A", "A", "C", "D", "H", "J", "N", "N", "R", "L", "Z")
CATEGORIES = {"newborn": (8, 8, 8, 7), "infant": (10, 7, 9, 8), "child": (4, 5, 7, 3, 9, 6), "teenager": (2, 3, 4, 6)}
AGES = {"newborn": (0, 27), "infant": (28, 360), "child": (400, 4700), "teenager": (4800, 6500)}
PLACES = {
    "newborn": ("neonatal_unit", "neonatal_unit", "delivery_suite"),
    "infant": ("emergency_department", "paediatric_ward", "home_normal_residence"),
    "child": ("paediatric_ward", "intensive_care_unit", "hospice", "home_normal_residence"),
    "teenager": ("public_place", "home_normal_residence", "emergency_department"),
}
FACTORS = {
    "A": ("child_health_history", "acute_illness"),
    "B": ("parental_smoking", "parental_health"),
    "C": ("sleep_environment", "overcrowding"),
    "D": ("agency_communication", "identification_treatment"),
}
KEY_WORKER = {"name": "Jo Penrose", "role": "Lead Nurse for Child Death Review", "phone": "01632 960002"}
OF_CHILD = (
    "first_names",
    "family_name",
    "nhs_number",
    "date_of_birth",
    "sex",
    "ethnicity",
    "postcode",
    "local_authority",
)
DECILES = (1, 2, 1, 4, 3, 6, 2, 8, 5, 10)  # more deaths where families are poorer, as in England
THEMES = ("information_sharing", "messages_to_families", "escalation", "record_keeping", "training_awareness")


@dataclass(frozen=True)
class SyntheticCase:
    """One invented case: when it was notified, its forms, the agencies that return, and when it was reviewed (or not).

    `milestones` are kinds with their days; `gate` is another process (type, beginning, end or None), None where there was none.
    """

    notified_on: date
    form_a: dict[str, Any]
    returns: tuple[dict[str, Any], ...]
    form_c: dict[str, Any] | None
    reviewed_on: date | None
    milestones: tuple[tuple[str, date], ...] = ()
    gate: tuple[str, date, date | None] | None = None


def cases(first: date, last: date, each_year: int, seed: int = 2026) -> Iterator[SyntheticCase]:
    """Cases whose deaths lie between two days, about `each_year` of them a year, in the order of the deaths."""
    random = Random(seed)  # noqa: S311 - nothing is to be kept secret by it
    count = round((last - first).days / 365.25 * each_year)
    days = sorted(random.randrange((last - first).days) for _ in range(count))
    for number, day in enumerate(days):
        yield _case(random, number, first + timedelta(days=day), last)


def register_row(case: SyntheticCase, number: int) -> dict[str, str]:
    """A case as a row of a register of earlier years, by the columns of `cdr import`."""
    child, death, found = case.form_a["child"], case.form_a["death"], case.form_c or {}
    row = {name: child.get(name, "") for name in OF_CHILD} | {
        "old_reference": f"R{number:04}",
        "notified_on": case.notified_on.isoformat(),
        "date_of_death": death["date"],
        "place": death["place"],
        "expected": death["expected"],
        "gestation_weeks": str(child.get("gestation", {}).get("weeks", "")),
        "jar": case.form_a["jar"]["triggered"],
        "deprivation_decile": str(child["deprivation_decile"]),
        "reviewed_on": case.reviewed_on.isoformat() if case.reviewed_on else "",
    }
    return row | (_found(found) if found else {})


def _found(form_c: dict[str, Any]) -> dict[str, str]:
    factors = [factor for domain in form_c["domains"].values() for factor in domain["factors"]]
    relevances = {f"domain_{letter.lower()}": str(domain["relevance"]) for letter, domain in form_c["domains"].items()}
    return relevances | {
        "category": str(form_c["category"]["primary"]),
        "modifiable": form_c["modifiable_factors_identified"],
        "contributory_factors": "; ".join(factor["code"] for factor in factors),
        "modifiable_factors": "; ".join(factor["code"] for factor in factors if factor["modifiable"] == "yes"),
        "learning_themes": "; ".join(point["theme"] for point in form_c["learning_points"]),
    }


def nhs_number(serial: int) -> str:
    """The `serial`-th number of the range 999 that has a check digit (NHS data dictionary)."""
    found = -1
    for body in range(999_100_000, 999_999_999):
        if check := nhs_numbers.check_digit(str(body)):
            found += 1
            if found == serial:
                return f"{body}{check}"
    raise ValueError("the range is used up")


def _case(random: Random, number: int, died: date, last: date) -> SyntheticCase:
    group = random.choices(tuple(AGES), weights=(45, 20, 20, 15))[0]
    born = died - timedelta(days=random.randint(*AGES[group]))
    form_a = _form_a(random, number, group, born, died)
    agencies = [professional["agency"] for professional in form_a["professionals"]]
    notified = moments.day(form_a["notified_at"])
    reviewed = died + timedelta(days=random.randint(150, 620))
    done = reviewed < last
    returns = tuple(_form_b(form_a, agency, notified + timedelta(days=random.randint(9, 40))) for agency in agencies)
    held = died + timedelta(days=60 + 7 * (number % 8))
    sudden = form_a["jar"]["triggered"] == "yes"
    gate: tuple[str, date, date | None] | None = None
    if sudden:
        gate = "inquest", notified, reviewed - timedelta(days=40) if done else None
    elif group == "newborn":
        gate = "pmrt", notified, held if held <= last else None
    milestones = (("our_address_given", notified), ("lead_report", died + timedelta(days=26))) if sudden else ()
    meeting = "final_case_discussion" if sudden else "cdrm"
    return SyntheticCase(
        notified,
        form_a,
        returns,
        _form_c(random, group, reviewed, held) if done else None,
        reviewed if done else None,
        tuple((kind, day) for kind, day in (*milestones, (meeting, held)) if day <= last),
        gate,
    )


def _form_a(random: Random, number: int, group: str, born: date, died: date) -> dict[str, Any]:
    sex = random.choice(("male", "male", "female"))
    sudden = group in ("infant", "teenager") and random.random() < 0.6
    notified = died + timedelta(days=1)
    family, place = random.choice(FAMILY), random.choice(PLACES[group])
    street = f"{random.randint(1, 90)} Example Street"
    authority, town, postcode = random.choice(
        (("Northshire", "Northtown", "NR1 1AB"),) * 2 + (("Southtown", "Southtown", "SO1 2CD"),)
    )
    child: dict[str, Any] = {
        "first_names": random.choice(FIRST[sex]), "family_name": family, "nhs_number": nhs_number(number),
        "date_of_birth": born.isoformat(), "sex": sex, "ethnicity": random.choice(ETHNICITIES), "address": [street, town],
        "postcode": postcode, "local_authority": authority, "deprivation_decile": DECILES[number % len(DECILES)],
    }  # fmt: skip
    if group in ("newborn", "infant"):
        weeks = (
            random.choice((22, 23, 25, 28, 34, 38, 39, 40)) if group == "newborn" else random.choice((36, 38, 39, 40))
        )
        child |= {
            "gestation": {"weeks": weeks, "days": random.randint(0, 6)},
            "birth_weight_g": 450 + (weeks - 21) * 160,
        }
    return {
        "schema": migrations.current("form-a"),
        "child": child,
        "death": {
            "date": died.isoformat(), "place": place, "expected": "unexpected" if sudden else "expected",
            "suspected_stillbirth_at_home": "no", "suspected_events": ["none"],
            "circumstances": "An invented case for a demonstration. Nothing in it happened to anyone.",
        },
        "certification": {
            "mccd_issued": "no" if sudden else "yes",
            **({} if sudden else {"cause_of_death": {"Ia": "Invented for a demonstration"}}),
            "post_mortem": {"status": "required", "type": "coroner"} if sudden else {"status": "not_required"},
        },
        "jar": _jar(sudden, died, notified),
        "informed": _informed(group, sudden, died, notified),
        "other_investigations": [],
        "safeguarding_concern": "no",
        "family": {"parents": [_parent(family, street, town, postcode)], "siblings": [], "leaflet_given": "yes", "key_worker": KEY_WORKER},
        "professionals": [
            {"agency": "northtown-general", "name": "Dr Ira Invented", "role": "Consultant paediatrician"},
            {"agency": "high-street-surgery", "name": "Dr Pat Made-Up", "role": "GP"},
        ],
        "notifier": {
            "name": "Dr Ira Invented", "role": "Consultant paediatrician", "organisation": "Northtown General Hospital",
            "email": "i.invented@northtown-general.example",
        },
        "notified_at": f"{notified}T10:00",
        "received_at": f"{notified}T10:05",
    }  # fmt: skip


def _jar(sudden: bool, died: date, notified: date) -> dict[str, Any]:
    if not sudden:
        return {"criteria": ["none"], "triggered": "no"}
    days = {"initial_meeting_on": notified.isoformat(), "home_visit_on": died.isoformat()}
    return {"criteria": ["sudden_no_apparent_cause"], "triggered": "yes", **days}


def _informed(group: str, sudden: bool, died: date, notified: date) -> list[dict[str, Any]]:
    told = [("coroner", died) if sudden else ("medical_examiner", notified), ("ncmd", notified)]
    told += [("pmrt_mbrrace", notified)] if group == "newborn" else []
    return [{"party": party, "status": "informed", "on": day.isoformat()} for party, day in told]


def _parent(family: str, street: str, town: str, postcode: str) -> dict[str, Any]:
    return {
        "name": f"Ms Alex {family}", "relationship": "mother", "parental_responsibility": "yes", "lives_with_child": "yes",
        "address": [street, f"{town}, {postcode}"],
    }  # fmt: skip


def _form_b(form_a: dict[str, Any], agency: str, on: date) -> dict[str, Any]:
    child = form_a["child"]
    return {
        "schema": migrations.current("form-b"),
        "agency": agency,
        "response": "full",
        "completed_by": {"name": "Dr Ira Invented", "role": "Consultant paediatrician", "email": "i.invented@northtown-general.example"},
        "completed_on": on.isoformat(),
        "identifying": {
            "family_name": child["family_name"], "date_of_birth": child["date_of_birth"], "nhs_number": child["nhs_number"],
            "date_of_death": form_a["death"]["date"],
        },
        "circumstances": {"narrative": "An invented return for a demonstration."},
        "timeline": [{"at": child["date_of_birth"], "event": "Seen after the birth"}],
        "service": {"bereavement_support_offered": "yes", "bereavement_support_detail": "A named key worker"},
    }  # fmt: skip


def _form_c(random: Random, group: str, on: date, held: date) -> dict[str, Any]:
    changeable = random.random() < 0.45
    found = {"A", random.choice("BCD"), random.choice("BD")}
    letter = random.choice(sorted(found - {"A"}))
    domains = {name: _domain(random, name, name in found, changeable and name == letter) for name in "ABCD"}
    return {
        "schema": migrations.current("form-c"),
        "stage": RATIFIED,
        "cdrm": {"date": held.isoformat(), "type": "hospital_mortality_meeting"},
        "cause_of_death_understood": "Invented for a demonstration",
        "case_summary": "An invented case for a demonstration. Nothing in it happened to anyone.",
        "domains": domains,
        "modifiable_factors_identified": "yes" if changeable else "no",
        "category": {"primary": random.choice(CATEGORIES[group]), "secondary": [], "rationale": "Invented"},
        "learning_points": [{"theme": random.choice(THEMES), "text": "Invented for a demonstration."}],
        "recommendations": [],
        "family": {"views_considered": "yes", "feedback_requested": "no"},
        "referrals": [],
    }


def _domain(random: Random, letter: str, found: bool, changeable: bool) -> dict[str, Any]:
    if not found:
        return {"relevance": 1, "narrative": "Nothing that is likely to have contributed.", "factors": []}
    factor = {"code": random.choice(FACTORS[letter]), "relevance": 2, "modifiable": "yes" if changeable else "no"}
    return {"relevance": 2, "narrative": "Invented for a demonstration.", "factors": [factor]}
