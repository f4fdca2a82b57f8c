"""A case's timeline and what takes the names out of its texts, from its documents and what cdr.yaml names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdr.app import App, rules
from cdr.domain.anonymising.known_names import Around
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.timeline.timeline import Timeline
from cdr.records import replace

if TYPE_CHECKING:
    from cdr.domain.anonymising.anonymise import Anonymiser
    from cdr.store.case_file import CaseFile


def timeline_of(app: App, documents: CaseFile, identified: bool, is_drawn: bool = True) -> Timeline:
    """The timeline of a case, anonymised unless `identified`; with minutes where it is drawn."""
    from cdr.domain.timeline.family import told_by_family
    from cdr.domain.timeline.timeline import timeline

    return timeline(
        documents.reference,
        documents.notification.body,
        [*documents.return_bodies, *told_by_family(documents.case.body)],
        agencies(app.configuration),
        rules("timeline"),
        identified,
        around(app.configuration) if identified else around_case(app, documents),
        is_drawn,
    )


def anonymiser_of(app: App, documents: CaseFile) -> Anonymiser:
    """What takes the names out of a case's texts."""
    from cdr.domain.anonymising.anonymise import Anonymiser

    form_a, known = documents.notification.body, around_case(app, documents)
    return Anonymiser.from_documents(form_a, documents.return_bodies, agencies(app.configuration), known)


def around_case(app: App, documents: CaseFile) -> Around:
    """What cdr.yaml names, and the children of other cases who bear the family name of this one."""
    from cdr.columns import NAMESAKES
    from cdr.domain.case.duplicates import identity
    from cdr.domain.case.namesakes import called

    family = identity(documents.notification.body).family
    children = called(app.column(NAMESAKES, word=family), family, but=documents.reference) if family else ()
    return replace(around(app.configuration), children=children)


def agencies(configuration: Configuration) -> dict[str, tuple[str, str, str]]:
    """The name, the type and the type in words of each agency, by its id."""
    from cdr.forms.codelists import code_list

    types = code_list("agency_type")
    return {agency.id: (agency.name, agency.type, types.label(agency.type)) for agency in configuration.agencies}


def around(configuration: Configuration) -> Around:
    """What cdr.yaml names: the area and its neighbours, their people, the panel's members, and where the team has its office."""
    areas = (configuration.own_area, *configuration.areas)
    people = [
        *configuration.people.values(),
        *(person for area in areas for person in (area.chair, area.designated_doctor, area.manager)),
    ]
    names = [*(person.name for person in people), *(member.name for member in configuration.members)]
    return Around(
        places=(*configuration.authorities, *(area.name for area in areas), *configuration.letterhead.address),
        people=tuple(dict.fromkeys(filter(None, names))),
        organisations=(configuration.letterhead.organisation,),
    )
