"""Every rule of the forms with its sentence, level and source, and how the rules read a document that may be broken.

The table below is the one place where a rule is put in words: `cdr explain RULE` shows it and a problem repeats it.
What each form checks stands in `form_a` (A-..), `form_b` (B-..), `form_c` (C-..) and `configuration` (STORE-..), what all forms
of a case say together in `whole_case` (CASE-..).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from math import isfinite
from typing import Any

from cdr import moments
from cdr.domain.rulebook.register_rules import REGISTER
from cdr.errors import Problem
from cdr.moments import Moment
from cdr.records import dataclass

ERROR = "error"
WARNING = "warning"
YES = "yes"
NO = "no"
GENERAL = "general knowledge"


@dataclass(frozen=True)
class Rule:
    """What is right, how grave it is when it is not (error, warning), where the rule comes from, and since when it holds."""

    sentence: str
    level: str
    source: str
    since: str = ""


# Sources: where nothing better is named, a rule is good sense about the form itself ("the form").
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("A-01", ERROR, "NHS number standard",
     "the ten digits of the NHS number must pass its check (modulus 11); compare it with the child's papers"),
    ("A-02", ERROR, "form updates 2022",
     "give either the NHS number or the reason why there is none, one of the two"),
    ("A-03", ERROR, "the form", "the death cannot be before the birth; compare both dates and times"),
    ("A-04", ERROR, "the form", "the date cannot be in the future"),
    ("A-05", ERROR, "Working Together",
     "the child must have died before their 18th birthday; older people are not reviewed here"),
    ("A-06", ERROR, "protocol glossary",
     "stillbirths, late fetal losses and lawful terminations are not reviewed; do not open a case"),
    ("A-07", ERROR, "annual report",
     "a birth that nobody qualified attended needs a joint agency response with the criterion unattended_stillbirth"),
    ("A-08", WARNING, "the form",
     "a suspected stillbirth at home has the same date of birth and death and no hospital as its place"),
    ("A-09", WARNING, "annual report",
     "a death is notified within 24 hours or on the next working day; note why this took longer"),
    ("A-10", WARNING, "national database", "the national database is told within 48 hours of the notification"),
    ("A-11", WARNING, "annual report",
     "a criterion for a joint agency response is met: say why none was started (jar.not_triggered_reason)"),
    ("A-12", ERROR, "the form",
     "a joint agency response was started: name the criterion that called for it"),
    ("A-13", WARNING, "the form",
     "the death was not expected: the coroner should have been told"),
    ("A-14", ERROR, "the form",
     "a coroner's post-mortem examination needs the coroner among those informed"),
    ("A-15", ERROR, "the form",
     "a certificate was issued: give the cause of death (Ia, or neonatal_a for a newborn)"),
    ("A-16", WARNING, "the form",
     "a certificate was issued while the coroner's investigation is open; check which is right"),
    ("A-17", WARNING, "protocol glossary",
     "a newborn of 22 weeks or more: say whether the perinatal mortality review was told (pmrt_mbrrace)"),
    ("A-18", WARNING, GENERAL,
     "a child with a learning disability: say whether LeDeR was told (leder)"),
    ("A-19", WARNING, "protocol section 8",
     "a child of school age: say whether the school was told (school_nursery)"),
    ("A-20", WARNING, "protocol section 1",
     "there is a safeguarding concern: the safeguarding partners should have been told"),
    ("A-21", WARNING, GENERAL,
     "a child under one year: give the gestation at birth"),
    ("A-22", ERROR, GENERAL,
     "this gestation is not plausible; give completed weeks and days"),
    ("A-23", ERROR, GENERAL,
     "this birth weight is not plausible; give it in grams"),
    ("A-24", ERROR, "the form",
     "another ethnic group needs its name in words (ethnicity_other_text)"),
    ("A-25", ERROR, GENERAL,
     "a postcode looks like NR1 1AB; ZZ99 3VZ means no fixed address, ZZ99 3CZ not known"),
    ("A-26", ERROR, "national database",
     "this child has been notified before: open that case, or say why this is another child (--not-a-duplicate)"),
    ("A-27", ERROR, "the form",
     "the notification cannot be before the death"),
    ("A-28", ERROR, "the form",
     "a notification is received after it was made, or at the same moment"),
    ("A-29", ERROR, "the form",
     "`none` stands alone among the criteria for a joint agency response"),
    ("A-30", WARNING, "the form",
     "somebody was informed before the child died; check the date"),
    ("A-31", WARNING, "the store",
     "this agency is not in cdr.yaml, so it cannot be asked for a return; add it there or correct its id"),
    ("A-32", WARNING, "the form",
     "the child was found before the date of death; check both dates"),
    ("A-33", WARNING, "the form",
     "this date lies in the future; check it"),
    ("A-34", WARNING, GENERAL,
     "another case looks alike; compare the two, it may be this child"),
    ("A-35", ERROR, "legacy form",
     "name at least one parent or carer, or say why none is named (family.no_parents_reason)"),
    ("A-36", WARNING, "legacy form",
     "say which hospital and ward, or which other place (place_detail)"),
    ("A-37", WARNING, "protocol section 1",
     "there is a safeguarding concern: say in a few words what it is (safeguarding_detail)"),
    ("A-38", ERROR, "form updates 2022",
     "an alert to the national database needs its reason (ncmd_alert.reason)"),
    ("A-39", WARNING, "the store",
     "this is nearly, and not quite, an authority of the area in cdr.yaml; a child who lived elsewhere is in no table of the year"),
    ("A-40", WARNING, "the form",
     "this time came twice, for the clocks went back in that night; write which it was, like 01:20 summer time or 01:20 winter time"),
    ("A-41", WARNING, "the form",
     "this time did not come, for the clocks went forward in that night from 01:00 to 02:00; check it"),
    ("A-42", WARNING, "the form",
     "clocks in England were not set so on that day; check the time, or leave out what stands behind it (GMT, BST, summer time ...)"),
    ("A-43", WARNING, "Royal Mail",
     "no postcode in the United Kingdom begins with these letters; compare it with the child's papers"),
    ("A-44", WARNING, "guidance 2018",
     "an unexpected death, or one that may be by suicide or violence, usually meets a criterion for a joint response: name it, or check that none is met"),
    ("A-46", WARNING, "the store",
     "the area lists its hospitals in cdr.yaml: say in which the child died, or in which other one (hospital)"),
    ("A-45", WARNING, "the store",
     "this is nearly, and not quite, a hospital of the area in cdr.yaml; it counts as another one"),
    ("B-01", ERROR, "protocol section 1",
     "this return is from another agency than the one that was asked"),
    ("B-02", ERROR, "agency report form",
     "the family name is not that of the notification: is this return about another child?"),
    ("B-03", ERROR, "agency report form",
     "the date of birth is not that of the notification: is this return about another child?"),
    ("B-04", ERROR, "agency report form",
     "the NHS number is not that of the notification: is this return about another child?"),
    ("B-05", ERROR, "agency report form",
     "the date of death is not that of the notification: is this return about another child?"),
    ("B-06", ERROR, "the form",
     "the last contact cannot be before the first"),
    ("B-07", ERROR, "the form",
     "nothing in a return can be later than the day it was completed (completed_on)"),
    ("B-08", ERROR, "the form",
     "a return cannot be completed before the child died"),
    ("B-09", ERROR, "the form",
     "each supplementary form is given once in a return"),
    ("B-10", WARNING, "protocol section 1",
     "a nil return says that the agency had no contact; this one also tells of contact or events"),
    ("B-11", WARNING, "the form",
     "the gestation differs from the notification's; ask which is right"),
    ("B-12", WARNING, "the form",
     "the birth weight differs from the notification's; ask which is right"),
    ("B-13", WARNING, "form updates 2022",
     "bereavement support was offered: say which (service.bereavement_support_detail)"),
    ("B-14", ERROR, "protocol section 1",
     "a return is full or nil_return; where the agency declines, say so with --waive, and while it is pending, wait"),
    ("B-15", WARNING, "the form",
     "a full return says whom it is about (name, date of birth or NHS number); make sure that it belongs to this case"),
    ("B-16", WARNING, "agency report form",
     "the sex is not that of the notification; ask which is right"),
    ("B-17", WARNING, "agency report form",
     "the place of death is not that of the notification; ask which is right"),
    ("B-18", WARNING, "agency report form",
     "the postcode is not that of the notification; ask whether the family had moved"),
    ("B-19", WARNING, "agency report form",
     "no first name is one of those in the notification: is this return about another child?"),
    ("B-20", WARNING, GENERAL,
     "the child had a child protection plan: name its categories (child.abuse_categories)"),
    ("B-21", WARNING, GENERAL,
     "the child was looked after: name the legal order, or none (child.legal_status)"),
    ("B-22", ERROR, "the store",
     "this is no reply of a return form; ask for the file that the form saves, or for the form itself"),
    ("B-23", ERROR, "the store",
     "this reply belongs to another case; give it with the reference that its file is named after"),
    ("B-24", ERROR, "the store",
     "this reply was made with another agency's form; give it with that agency's id, or ask for the right one"),
    ("B-25", ERROR, "the store",
     "this was not made with the form of the last request; send that form again (cdr form) and ask for it to be filled in"),
    ("B-26", ERROR, "the store",
     "this was made with another version of the form; send today's (cdr form) and ask for it to be filled in"),
    ("B-27", ERROR, "the form",
     "a return cannot have been completed on a day that has not come yet"),
    ("B-28", WARNING, "the form",
     "this time came twice, for the clocks went back in that night; write which it was, like 01:20 summer time or 01:20 winter time"),
    ("B-29", WARNING, "the form",
     "this time did not come, for the clocks went forward in that night from 01:00 to 02:00; check it"),
    ("C-00", ERROR, "the form",
     "leave the stage as it is; an analysis is ratified with cdr review"),
    ("C-01", ERROR, GENERAL,
     "the category highest in the list is the primary one: each secondary category must come after it"),
    ("C-02", ERROR, "the form",
     "each secondary category is named once"),
    ("C-03", ERROR, "the form",
     "modifiable factors were identified: mark at least one factor as modifiable, or answer otherwise"),
    ("C-04", ERROR, "the form",
     "a factor is marked as modifiable: modifiable_factors_identified must then be yes"),
    ("C-05", ERROR, "annual report definition",
     "a modifiable factor is one that may have contributed: its relevance must be 2"),
    ("C-06", ERROR, "annual report definition",
     "the domain's relevance cannot be lower than that of its factors"),
    ("C-07", ERROR, "annual report definition",
     "a domain with a modifiable factor has relevance 2"),
    ("C-08", WARNING, GENERAL,
     "category 9 is for infections after the first week of life; earlier ones are perinatal (8) unless the baby had gone home"),
    ("C-09", WARNING, "child death analysis form",
     "category 2 is unusual in a child this young; check it"),
    ("C-10", WARNING, "child death analysis form",
     "category 10 with epilepsy: sudden unexpected death in epilepsy belongs in category 5"),
    ("C-11", WARNING, "child death analysis form",
     "category 10 is for deaths that stay unexplained, and a cause is registered; check it"),
    ("C-12", WARNING, "Working Together",
     "category 1: say that the safeguarding partners were told (a referral)"),
    ("C-13", ERROR, "Working Together",
     "category 1 needs an answer about safeguarding in the notification (safeguarding_concern) or a referral"),
    ("C-14", ERROR, "protocol section 1",
     "there was a safeguarding concern: the safeguarding partners must have been told (a referral)"),
    ("C-15", WARNING, "the form",
     "a domain that may have contributed needs a few words on how"),
    ("C-16", ERROR, "the form",
     "the child death review meeting is after the death and not after the review"),
    ("C-17", ERROR, "the form",
     "the review cannot be before the death"),
    ("C-18", ERROR, "the form",
     "the review cannot be before another process was concluded"),
    ("C-19", WARNING, "protocol section 2",
     "an inquest or criminal case is still open; the panel usually waits for it"),
    ("C-20", ERROR, "the form",
     "a ratified analysis gives the relevance of all four domains"),
    ("C-21", ERROR, "the form",
     "a ratified analysis gives the primary category"),
    ("C-22", ERROR, "the form",
     "a ratified analysis says whether modifiable factors were identified"),
    ("C-23", WARNING, "the form",
     "the domain may have contributed and names no factor"),
    ("C-24", ERROR, "child death analysis form",
     "a factor is a code of the list, or words (text); the code `other` needs words too"),
    ("C-25", WARNING, "child death analysis form",
     "the death is referred further: say to whom (referrals)"),
    ("C-26", ERROR, "the form",
     "the panel's date in the analysis cannot be before the death, nor after the day of the review"),
    ("C-27", WARNING, "Children Act 2004 section 16M(5)",
     "the recommendation names nobody: say who should act (to), so that they can be told and asked"),
    ("C-28", WARNING, GENERAL,
     "the recommendation has no day (due); without one it is asked about after three months"),
    ("C-29", WARNING, GENERAL,
     "nobody could see whether this was done: say what will be different and how that will be known; it helps to say at which level of prevention"),
    ("CASE-01", ERROR, "the form",
     "a form that names a case belongs to that case; a new notification names none"),
    ("CASE-02", WARNING, "child death reporting form",
     "something in this case calls for a supplementary form, and no return has it; ask an agency for it"),
    ("CASE-03", WARNING, "child death analysis form",
     "category 10, and a return tells of epilepsy: sudden unexpected death in epilepsy belongs in category 5"),
    ("CASE-04", WARNING, "child death analysis form",
     "before the case is closed, the analysis names who was present at the panel (attendees)"),
    ("CASE-05", WARNING, GENERAL,
     "a return tells of a learning disability: say in the notification whether LeDeR was told (leder)"),
    ("STORE-01", ERROR, "the store",
     "each agency has an id of its own"),
    ("STORE-02", ERROR, "the store",
     "an agency's area is this store's own or one named under areas"),
    ("STORE-03", ERROR, "the store",
     "the panel's quorum names agencies that are listed under agencies"),
    ("STORE-04", ERROR, "the store",
     "each local authority is named once"),
    ("STORE-05", ERROR, "the store",
     "each area is named once, and this store's own is not named again under areas"),
    ("STORE-06", ERROR, "the store",
     "a number of children or births belongs to one of the local authorities of this area"),
    ("STORE-07", ERROR, "the store",
     "an agency's closure ends on or after its first day, and within a year"),
    ("STORE-08", ERROR, "the store",
     "to send by smtp, mail names the server (host); a user and a password_command are given together"),
    ("STORE-09", ERROR, "the store",
     "a year is written like 2024/25, and its second part follows its first"),
    ("STORE-10", ERROR, "the store",
     "each member of the panel has an id of their own, which is no agency's"),
    ("STORE-11", ERROR, "the store",
     "a member of the panel comes from an agency that is listed under agencies"),
    ("STORE-12", ERROR, "the store",
     "an agency that is asked by secure mail, our own address and the manager's are each in a domain of mail: secure_domains"),
    ("STORE-13", ERROR, "the store",
     "an agency whose form goes into a portal or by post says where (route_to)"),
    ("STORE-20", ERROR, "the store",
     "a limit that the area changes is one of the clocks (T01, R03-copy ...), from a day on which that clock was already in force"),
    ("STORE-21", ERROR, "protocol section 1",
     "the three prompts come after each other: each number of weeks is larger than the one before"),
    ("STORE-22", ERROR, "the store",
     "a bank holiday lies in the years of which the bank holidays are known"),
    ("wording", ERROR, "the store",
     "the braces and conditions of an area's own wording are right; the notes at its top say how"),
)  # fmt: skip

# From when a rule can apply, where it came with a change of the forms or of the process.
_SINCE: Mapping[str, str] = {
    "A-02": "2022-04-01", "A-08": "2021-04-01", "A-10": "2019-04-01", "A-26": "2019-04-01", "A-38": "2022-04-01", "B-13": "2022-04-01",
}  # fmt: skip

RULES: Mapping[str, Rule] = {
    rule: Rule(sentence, level, source, _SINCE.get(rule, "")) for rule, level, source, sentence in (*_TABLE, *REGISTER)
}


PLAIN = (dict, Mapping)  # nearly all are dictionaries, and of those it is found at once


def problem(rule: str, field: str) -> Problem:
    """The problem of breaking a rule at a field; the title is filled in by whoever knows the form's schema."""
    return Problem(field=field, title="", message=RULES[rule].sentence, rule=rule, level=RULES[rule].level)


def found(checks: Iterable[tuple[bool, str, str]]) -> list[Problem]:
    """The problems among (is it wrong, rule, field)."""
    return [problem(rule, field) for wrong, rule, field in checks if wrong]


def at(body: object, path: str) -> Any:
    """What stands at a dotted path, numbers counting in lists; None where the body has no such part, whatever it is."""
    if body.__class__ is dict and "." not in path:  # nearly always; what is asked most spares itself the call
        return body.get(path)
    for key in path.split("."):
        if isinstance(body, PLAIN):
            body = body.get(key)
        elif isinstance(body, list) and key.isdecimal():
            body = body[int(key)] if int(key) < len(body) else None
        else:
            return None
    return body


def text_at(body: object, path: str) -> str:
    """The text at a path, empty where there is none."""
    value = body.get(path) if body.__class__ is dict and "." not in path else at(body, path)
    return value.strip() if isinstance(value, str) else ""


def number_at(body: object, path: str) -> int | float | None:
    """The number at a path; true and false are none."""
    value = at(body, path)
    if isinstance(value, float):
        return value if isfinite(value) else None
    return whole_at(body, path)


def whole_at(body: object, path: str) -> int | None:
    """The whole number at a path; true and false are none."""
    value = at(body, path)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def date_at(body: object, path: str) -> date | None:
    """The date at a path, of a date or a date and time; None where there is none."""
    return read_date(at(body, path))


def moment_at(body: object, path: str) -> Moment | None:
    """The day at a path, with its time where one is given; None where there is no date."""
    return moments.read(at(body, path))


def items_at(body: object, path: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The numbered mappings of the list at a path; what is no mapping is left out."""
    value = body.get(path) if body.__class__ is dict and "." not in path else at(body, path)
    return [(n, item) for n, item in enumerate(value) if isinstance(item, PLAIN)] if isinstance(value, list) else []


def words_at(body: object, path: str) -> list[str]:
    """The texts of the list at a path."""
    return [item for item in value if isinstance(item, str)] if isinstance(value := at(body, path), list) else []


def read_date(value: object) -> date | None:
    """The date of an ISO date or date and time, else None."""
    return moment.day if (moment := moments.read(value)) else None


def moment_of_death(form_a: object) -> Moment | None:
    """When the child died: with the time where it is known."""
    return moments.moment(date_at(form_a, "death.date"), text_at(form_a, "death.time"))


def moment_of_birth(form_a: object) -> Moment | None:
    """When the child was born: with the time where it is known."""
    return moments.moment(date_at(form_a, "child.date_of_birth"), text_at(form_a, "child.time_of_birth"))


def gestation_days(body: object, path: str = "child.gestation") -> int | None:
    """Completed days of pregnancy at birth; None where the weeks are not known."""
    weeks, days = number_at(body, f"{path}.weeks"), number_at(body, f"{path}.days")
    return None if weeks is None else int(weeks) * 7 + int(days or 0)


def informed(form_a: object, *parties: str) -> bool:
    """Whether the notification says that one of these parties has been informed."""
    told = (item for _, item in items_at(form_a, "informed") if item.get("status") == "informed")
    return any(item.get("party") in parties for item in told)


def mentioned(form_a: object, *parties: str) -> bool:
    """Whether the notification says anything of one of these parties."""
    return any(item.get("party") in parties for _, item in items_at(form_a, "informed"))
