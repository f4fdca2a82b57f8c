"""Who is who at a meeting of the panel: members, the agencies that they come from, and whether they are a quorum."""

from __future__ import annotations

from collections.abc import Iterable

from cdr.domain.panel.meeting import Meeting
from cdr.domain.rulebook.configuration import Configuration, Member
from cdr.errors import NotFound


def organisation_of(who: str, configuration: Configuration) -> str:
    """The agency from which a member comes, or the agency itself; empty for a lay member and where neither is in cdr.yaml any more."""
    for member in configuration.members:
        if member.id == who:
            return member.organisation
    return who if any(agency.id == who for agency in configuration.agencies) else ""


def stands_for(who: str, configuration: Configuration) -> str:
    """For whom somebody counts as there: the agency from which they come, or a lay member's own id; empty as in `organisation_of`."""
    lay = any(member.id == who and not member.organisation for member in configuration.members)
    return who if lay else organisation_of(who, configuration)


def name_of(who: str, configuration: Configuration) -> str:
    """A member's or an agency's name; the id where neither is in cdr.yaml any more."""
    members = {member.id: member.name for member in configuration.members}
    return {**{agency.id: agency.name for agency in configuration.agencies}, **members}.get(who, who)


def members_of(meeting: Meeting, configuration: Configuration) -> tuple[Member, ...]:
    """The members of a meeting: those of the panel, and who is co-opted to this one."""
    return tuple(one for one in configuration.members if not one.co_opted or meeting.id in one.co_opted)


def co_opted_elsewhere(meeting: Meeting, people: Iterable[str], configuration: Configuration) -> list[str]:
    """Those of these people who are co-opted to other meetings and not to this one."""
    known = {one.id for one in configuration.members} - {one.id for one in members_of(meeting, configuration)}
    return [who for who in people if who in known]


def refuse_strangers(people: Iterable[str], configuration: Configuration) -> None:
    """Stop where one of these is neither a member nor an agency. Raises: NotFound."""
    if any(not stands_for(who, configuration) for who in people):
        members = ", ".join(member.id for member in configuration.members) or "none yet (panel: members in cdr.yaml)"
        agencies = ", ".join(agency.id for agency in configuration.agencies)
        raise NotFound(
            "There is no member of the panel and no agency of that id in cdr.yaml.",
            f"Members: {members}. Agencies: {agencies}.",
        )


def missing(people: Iterable[str], configuration: Configuration) -> list[str]:
    """The local health and social care organisations of which nobody is among these: where there is none, they are a quorum.

    Protocol section 5: representatives from each of the local health and social care organisations.
    """
    there = {organisation_of(who, configuration) for who in people}
    needed = dict.fromkeys(agency for quorum in configuration.panel for agency in quorum.agencies)
    return [agency for agency in needed if agency not in there]
