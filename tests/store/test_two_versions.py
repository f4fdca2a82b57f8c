"""A store that two versions of cdr write to: what the older one does not know is left as it is, and told."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from conftest import Answer, Begun, People, run
from faults.verbs import DAY, QUORUM, World, begun_in, copy_of
from store.hands import encrypted, git, gpg, head, sign_commit

UP_TO_DATE = "Bring cdr up to date on this machine"


@pytest.fixture(scope="session")
def begun_panel(begun: Begun, people: People, tmp_path_factory: pytest.TempPathFactory) -> World:
    place = tmp_path_factory.mktemp("work")
    return begun_in(place, begun, people, "panel agreement", "agency passphrase", "tally public")


@pytest.fixture
def world(begun_panel: World, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return copy_of(begun_panel, tmp_path / "w", monkeypatch)


def told(world: World, *words: str) -> Answer:
    return run(["--store", str(world.store), "--as-of", DAY, *world.words(words)])


def plain(world: World, path: Path) -> bytes:
    return gpg(world.people.home, "-d", data=path.read_bytes())


def put(world: World, path: Path, text: bytes) -> bytes:
    """A document as a newer cdr of the same member's writes it; what stands there now."""
    path.parent.mkdir(exist_ok=True)
    readers = [world.people.member, world.people.second]
    if path.name == "requests.yaml.gpg":
        readers.append(world.people.chaser)
    path.write_bytes(encrypted(world.people.home, text, *readers))
    sign_commit(world.store, world.people.home, world.people.member)
    return path.read_bytes()


def next_revision(world: World, path: Path) -> bytes:
    """The words of a document as its next revision."""
    text, stands = plain(world, path), path.read_bytes()
    count = int(re.findall(rb"revision: (\d+)", text)[0])
    text = re.sub(rb"revision: \d+", b"revision: %d" % (count + 1), text, count=1)
    return re.sub(rb"previous:.*", b'previous: "%s"' % hashlib.sha256(stands).hexdigest().encode(), text, count=1)


# What stands in the store, and a verb that writes it anew.
WRITTEN = {
    "panels/P2026-04-14.yaml.gpg": ("panel", "attend", "PANEL", *QUORUM),
    "panels/agreements.yaml.gpg": ("panel", "agreement", "jo-open", "--on", "2026-01-06"),
    "agencies/passphrases.yaml.gpg": ("agency", "passphrase", "northtown-general", "--new"),
    "reports/release-0001.yaml.gpg": ("release", "withdraw", "1", "--reason", "x"),
    "cases/REF/case.yaml.gpg": ("milestone", "REF", "ncmd_told"),
    "cases/REF/requests.yaml.gpg": ("return", "REF", "northtown-general", "--nil"),
}
SAYS_MORE = b"\nsaid_later: What only a newer cdr writes.\n"


@pytest.mark.parametrize("name", WRITTEN)
def test_a_field_that_a_newer_one_wrote_is_not_lost(world: World, name: str) -> None:
    """It would be left out of the next revision, for what cdr knows of a meeting or a release is all that it writes."""
    path = world.store / name.replace("REF", world.case)
    stands, verb = put(world, path, next_revision(world, path) + SAYS_MORE), WRITTEN[name]
    before = head(world.store)
    answer = told(world, *verb)
    assert answer.code == 69 and UP_TO_DATE in answer.err and "said_later" not in answer.err, answer.err
    assert told(world, "verify", "--repair").code in (0, 1)
    assert head(world.store) == before and path.read_bytes() == stands
    assert told(world, "milestone", "READY", "ncmd_told").code == 0


@pytest.mark.parametrize("name", WRITTEN)
def test_a_version_that_is_not_known_here_is_not_put_back_to_an_older_one(world: World, name: str) -> None:
    path = world.store / name.replace("REF", world.case)
    text = re.sub(rb"(?m)^(schema: \"?[a-z-]+/)1", rb"\g<1>2", next_revision(world, path) + SAYS_MORE)
    stands, before = put(world, path, text), head(world.store)
    refused = told(world, *WRITTEN[name])
    assert refused.code == 69 and UP_TO_DATE in refused.err, refused.err
    for words in (["verify"], ["verify", "--repair"]):
        answer = told(world, *words)
        assert answer.code == 1 and "was made by a newer cdr" in answer.out, answer.out
    assert head(world.store) == before and path.read_bytes() == stands
    assert told(world, "milestone", "READY", "ncmd_told").code == 0


KINDS = (
    "cases/REF/wishes.yaml.gpg",
    "panels/outlook.yaml.gpg",
    "reports/2025-26-maps.yaml.gpg",
    "agencies/routes.yaml.gpg",
)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_document_that_is_not_known_here_stays(world: World, name: str) -> None:
    path = world.store / name.replace("REF", world.case)
    id_ = path.name.removesuffix(".yaml.gpg")
    case = world.case if name.startswith("cases") else ""
    header = f'document:\n  kind: {id_}-of-all\n  case: "{case}"\n  id: "{id_}"\n  revision: 1\n  previous: null\n'
    stands = put(world, path, f"{header}schema: wishes/1\nsaid: x\n".encode())
    answer = told(world, "verify", "--repair")
    assert answer.code == 1 and str(path.relative_to(world.store)) in answer.out and "newer" in answer.out, answer.out
    assert path.read_bytes() == stands
    joined = told(world, "keys", "add", "IN/newcomer.asc")
    assert joined.code == 1 and f"{path.relative_to(world.store)} cannot be opened" in joined.out + joined.err
    assert path.read_bytes() == stands and git(world.store, "status", "--porcelain") == ""
    assert told(world, "milestone", "REF", "ncmd_told").code == 0
