"""What a case knows of people, places and organisations: gathered from its documents, and found again in a narrative."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from cdr.domain.anonymising.words import ordinary_words, word_rules, words_of
from cdr.expressions import expression
from cdr.records import dataclass, field
from cdr.written import is_postcode, postcode

CHILD, FAMILY, PROFESSIONAL, PLACE = "child", "family", "professional", "place"
MOST_INITIALS = 6
LONGEST_PHRASE = 50  # words
NAME_KEYS = ("name", "person", "with_whom", "carer_at_time_of_death")
CHILD_KEYS = ("first_names", "known_as", "family_name", "also_known_as", "alternative_names", "name")
PEOPLE_KEYS = ("family", "parents", "siblings", "household", "other_household", "adults", "carers")
CODE_KEYS = ("reference", "case_ref", "coroner_reference", "hospital_number", "request_id", "old_reference")
ORGANISATION_KEYS = ("organisation", "school", "education_setting", "centre")
PLACE_KEYS = ("place_detail", "place_of_event_detail", "place_of_birth", "location", "location_detail")
AUTHORITY_KEYS = ("local_authority", "local_authority_of_residence")
SMALL_WORDS = ("of", "and", "the", "for", "in", "at")
HOUSE = expression(r"\d+[A-Za-z]?(?=[ ,]|$)")
Walked: TypeAlias = Sequence[tuple[str, Any]]  # every key of a document with its value, those above first
DEFAULT_ROLES = {"parents": "parent", "siblings": "sibling", "key_worker": ""}


@dataclass(frozen=True)
class Known:
    """One person or place that a case knows: what stands for it, what it is, and its names as the documents give them."""

    role: str
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Around:
    """What the area's configuration names: its places (authorities, towns, lines of addresses), its people and its own organisations.

    `children` are those of other cases who may be of the same family: a twin is in no notification that came before.
    """

    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


NOTHING_AROUND = Around()


@dataclass(frozen=True)
class KnownThings:
    """All that a case knows: people and places, phrases that stand for one thing (folded words to what stands for them), and codes.

    `initials` gives capitals without dots (`AGT`) to what stands for those whose they are, people and agencies; `houses` and `towns` those of
    the addresses.
    """

    known: tuple[Known, ...]
    phrases: tuple[tuple[tuple[str, ...], str, str], ...]
    codes: tuple[str, ...]
    postcodes: tuple[str, ...]
    initials: Mapping[str, str] = field(default_factory=dict)
    houses: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()


def gather(
    form_a: Mapping[str, Any],
    returns: Sequence[Mapping[str, Any]],
    agencies: Mapping[str, tuple[str, str, str]],
    around: Around = NOTHING_AROUND,
) -> KnownThings:
    """Everything that Form A, the returns, the agencies and the area's configuration name."""
    documents = [[*_walk(document)] for document in (form_a, *returns)]
    people = [*_child(form_a, returns), *_others([form_a, *returns])]
    named = {name for person in people for name in person.names}
    people += [Known("a professional", PROFESSIONAL, (name,)) for name in around.people if name not in named]
    people += [Known("another child", FAMILY, (name,)) for name in around.children if name not in named]
    addresses = [
        tuple(filter(_telling, around.places)),
        *(line for document in documents for line in _addresses(document)),
    ]
    organisations = [*_agency_phrases(agencies), *_organisation_phrases(documents, around)]
    towns = [*_place_names(addresses), *_authorities(documents)]
    names_of_places = {*towns, *(" ".join(phrase) for phrase, _, _ in organisations)}
    places = Known("a place", PLACE, tuple(sorted(name for name in names_of_places if name)))
    phrases: dict[tuple[str, ...], tuple[tuple[str, ...], str, str]] = {}
    for phrase in (
        *organisations,
        *_address_phrases(addresses),
        *((tuple(words_of(town)), "[a place]", "places") for town in towns),
    ):
        phrases.setdefault(phrase[0], phrase)
    return KnownThings(
        known=(*people, places),
        phrases=tuple(
            sorted((phrase for words, phrase in phrases.items() if words), key=lambda phrase: (-len(phrase[0]), phrase))
        ),
        codes=tuple(sorted({code for document in documents for code in _codes(document)})),
        postcodes=_postcodes(documents, addresses),
        initials=_agency_initials(agencies) | _initials(form_a, people),
        towns=tuple(sorted({town for town in towns if town})),
        houses=tuple(sorted({found[0] for lines in addresses for line in lines if (found := HOUSE.match(line))})),
    )


def family_names(form_a: Mapping[str, Any]) -> list[str]:
    """The names of a child and of the child's family, as Form A gives them: what may stand in no words about all children."""
    first, family = (str(form_a.get("child", {}).get(key) or "") for key in ("first_names", "family_name"))
    whole = [f"{first} {family}"] if first and family else []
    known = (*_child(form_a, []), *_others([form_a]))
    people = [name for one in known if one.kind in (CHILD, FAMILY) for name in one.names]
    return list(dict.fromkeys([*whole, *people]))


def _telling(place: str) -> bool:
    """Whether a place's name is more than words that are said of any place (`Child Death Review Team`)."""
    words = words_of(place)
    return len(words) < 3 or not all(word in ordinary_words() or word in word_rules()["generic"] for word in words)


def _authorities(documents: Sequence[Walked]) -> list[str]:
    return sorted({text for document in documents for text in _strings(document, AUTHORITY_KEYS)})


def _postcodes(documents: Sequence[Walked], addresses: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    lines = {line for lines in addresses for line in lines if is_postcode(line)}
    return tuple(sorted(lines | {text for document in documents for text in _strings(document, ("postcode",))}))


def _agency_initials(agencies: Mapping[str, tuple[str, str, str]]) -> dict[str, str]:
    """The initials of the agencies (`NGH`, and `NG` without the last word) with what each is."""
    found: dict[str, str] = {}
    for name, kind, label in agencies.values():
        words = [word for word in words_of(_without_brackets(name)) if word not in SMALL_WORDS and word[0].isalpha()]
        letters = "".join(word[0] for word in words).upper()
        for count in range(2, min(len(letters), MOST_INITIALS) + 1):
            said = (label or kind.replace("_", " ")).lower()
            same = found.setdefault(letters[:count], said)
            found[letters[:count]] = said if same == said else "an organisation"
    return found


def _initials(form_a: Mapping[str, Any], people: Sequence[Known]) -> dict[str, str]:
    """The initials of everyone with more than one name, some of those after the first left out."""
    child = form_a.get("child", {})
    whole = [" ".join(str(child.get(key) or "") for key in ("first_names", "family_name"))]
    found: dict[str, str] = {}
    for person in people:
        for name in whole if person.kind == CHILD else person.names:
            ranks = {rank.lower() for rank in word_rules()["ranks"]}
            words = [w for w in words_of(name) if w not in word_rules()["titles"] and w not in ranks and w[0].isalpha()]
            letters = "".join(word[0] for word in words).upper()
            for initials in _shortened(letters[:MOST_INITIALS]):
                same = found.setdefault(initials, person.role)
                found[initials] = person.role if same == person.role else "a person"
    return found


def _shortened(letters: str) -> Iterator[str]:
    """The first letter with some or all of those after it, in their order."""
    rest = letters[1:]
    for count in range(1, len(rest) + 1):
        yield from (letters[:1] + "".join(some) for some in itertools.combinations(rest, count))


def _strings(document: Walked, keys: Sequence[str]) -> Iterator[str]:
    for key, value in document:
        if key in keys:
            yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))


def _walk(node: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a document, with its value."""
    if isinstance(node, str):
        return
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield str(key), value
            yield from _walk(value)
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item)


def _child(form_a: Mapping[str, Any], returns: Sequence[Mapping[str, Any]]) -> Iterator[Known]:
    places = [form_a.get("child", {}), *(document.get("identifying") or {} for document in returns)]
    names = {text: None for place in places for text in _strings([*_walk(place)], CHILD_KEYS)}
    yield Known("the child", CHILD, tuple(names))


def _others(documents: Sequence[Mapping[str, Any]]) -> list[Known]:
    found: dict[tuple[str, str], None] = {}
    for document in documents:
        for name, kind, role in _people(document):
            found.setdefault((name, role if kind == FAMILY else kind))
    roles: dict[str, list[str]] = {}
    for name, role in found:
        roles.setdefault(role, []).append(name)
    professionals = roles.pop(PROFESSIONAL, [])
    numbered = [
        Known(role if len(names) == 1 else f"{role} {number}", FAMILY, (name,))
        for role, names in roles.items()
        for number, name in enumerate(_apart(names), 1)
    ]
    return [*numbered, *(Known("a professional", PROFESSIONAL, (name,)) for name in professionals)]


def _apart(names: Sequence[str]) -> list[str]:
    return list({" ".join(words_of(name)): name for name in names}.values())


def _people(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for above, mapping in _mappings(document):
        for key in NAME_KEYS:
            name = mapping.get(key)
            if not isinstance(name, str) or (above and above[-1] in ("child", "identifying")):
                continue
            group = next((part for part in reversed(above) if part in PEOPLE_KEYS), None)
            if group is None or "key_worker" in above:
                yield name, PROFESSIONAL, ""
            else:
                yield name, FAMILY, _role(mapping.get("relationship"), DEFAULT_ROLES.get(group, "a family member"))


def _mappings(node: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(node, str):
        return
    if isinstance(node, Mapping):
        yield above, node
        for key, value in node.items():
            yield from _mappings(value, (*above, str(key)))
    elif isinstance(node, list):
        for item in node:
            yield from _mappings(item, above)


def _role(relationship: Any, default: str) -> str:
    """The relationship, where it is written in a few ordinary words: free text may hold a name."""
    if not isinstance(relationship, str) or relationship in ("other", "not_known", ""):
        return default
    words = re.split(r"[\s_-]+", relationship.strip().lower())
    known = (ordinary_words(), word_rules()["female_roles"], word_rules()["male_roles"])
    known_whole = len(words) <= 3 and all(any(word in some for some in known) for word in words)
    return " ".join(words) if known_whole else default


def _addresses(document: Walked) -> Iterator[tuple[str, ...]]:
    for key, value in document:
        if key in ("address", "home_address", "address_if_different"):
            lines = value if isinstance(value, list) else [value]
            yield tuple(
                part.strip() for line in lines if isinstance(line, str) for part in line.split(",") if part.strip()
            )


def _is_street(text: str) -> bool:
    words = words_of(text)
    return any(word[0].isdigit() for word in words) or (
        bool(words) and _full_word(words[-1]) in word_rules()["street_words"]
    )


def _full_word(word: str) -> str:
    return str(word_rules()["streets"].get(word, word))


def _address_phrases(addresses: Iterable[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for lines in addresses:
        for line in lines:
            words = tuple(words_of(line))
            if is_postcode(line) or not words or not _is_street(line):
                continue
            streets = word_rules()["streets"]
            endings = {
                words[-1],
                _full_word(words[-1]),
                *(short for short, full in streets.items() if full == _full_word(words[-1])),
            }
            for ending in endings:
                yield (*words[:-1], ending), "[an address]", "addresses"
                bare = tuple(word for word in (*words[:-1], ending) if not word[0].isdigit())
                if len(bare) > 1:
                    yield bare, "[an address]", "addresses"


def _place_names(addresses: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted(
        {
            line
            for lines in addresses
            for line in lines
            if not is_postcode(line) and not any(letter.isdigit() for letter in line)
        }
    )


def _agency_phrases(agencies: Mapping[str, tuple[str, str, str]]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for agency, (name, _, label) in agencies.items():
        said = f"[{label[:1].lower()}{label[1:]}]" if label[1:2].islower() else f"[{label}]"
        for words in (*_shorter(name), tuple(words_of(agency))):
            yield words, said, "organisations"


def _organisation_phrases(documents: Sequence[Walked], around: Around) -> Iterator[tuple[tuple[str, ...], str, str]]:
    told = {text for document in documents for text in _strings(document, ORGANISATION_KEYS)}
    for text in {*around.organisations, *told}:
        for words in _shorter(text):
            yield words, "[an organisation]", "organisations"
    for text in {text for document in documents for text in _strings(document, PLACE_KEYS)}:
        for part in _parts(text):
            if any(word not in ordinary_words() and word not in word_rules()["generic"] for word in words_of(part)):
                for words in _shorter(part):
                    yield words, "[a place]", "places"


def _parts(text: str) -> Iterator[str]:
    """What stands between commas, and no more of it at once than a name may have: whoever writes prose there writes many words."""
    for part in text.split(","):
        words = part.split()
        for start in range(0, len(words), LONGEST_PHRASE):
            yield " ".join(words[start : start + LONGEST_PHRASE])


def _shorter(name: str) -> Iterator[tuple[str, ...]]:
    """A name in full, without what stands in brackets, and without its last words as long as a telling word is left."""
    generic = word_rules()["generic"]
    bracketed, closed, rest = name.rpartition(")")
    for text in {name, _without_brackets(bracketed + closed) + rest}:
        words = words_of(text)
        while (
            words
            and not all(word in generic for word in words)
            and (len(words) > 1 or words[0] not in ordinary_words())
        ):
            yield tuple(words)
            if words[-1] not in generic or len(words) == 2:  # one word alone may be the town's name
                break
            words = words[:-1]


def _without_brackets(text: str) -> str:
    return re.sub(r"\([^)]*\)", " ", text) if "(" in text else text


def _codes(document: Walked) -> Iterator[str]:
    yield from (text for text in _strings(document, CODE_KEYS) if any(letter.isdigit() for letter in text))
    for text in _strings(document, (*NAME_KEYS, *CHILD_KEYS)):
        yield from (word for word in text.split() if any(letter.isdigit() for letter in word) and len(word) >= 3)


def outward(code: str) -> str:
    """The first half of a postcode; of what a form has that is none, its first word."""
    return (postcode(code) if is_postcode(code) else code).split()[0]
