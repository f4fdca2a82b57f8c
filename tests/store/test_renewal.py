"""Keys that were renewed: by hand or by `keys refresh`, before they end or after; a store never locks for it."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell
from store.hands import (
    before,
    document,
    encrypted,
    findings,
    git,
    gpg,
    head,
    program,
    refused_everywhere,
    unchanged,
)
from store.owners import DAY, FORM, NOTE, TOLD, Kept, Model, Owner, _copied, _model, _remove

from cdr.store import branch


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Model]]:
    """Makes the model in which nothing ends, or that in which every key and subkey has expired since."""
    made: dict[bool, Model] = {}
    yield lambda has_ended: made.setdefault(has_ended, made.get(has_ended) or _model(tmp_path_factory, has_ended))
    for owner in (owner for model in made.values() for owner in model.owners):
        _remove(owner.home)


@pytest.fixture
def kept(
    models: Callable[[bool], Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Kept]:
    """With `ended` as its parameter, every key and subkey has expired since."""
    model = models(getattr(request, "param", "") == "ended")
    robin, sam, chaser = owners = [_copied(owner) for owner in model.owners]
    shutil.copytree(model.folder, tmp_path / "store", symlinks=True)
    monkeypatch.setenv("GNUPGHOME", owners[0].home)
    yield Kept(Shell(tmp_path / "store"), model.case, robin, sam, chaser, tmp_path)
    for owner in owners:
        _remove(owner.home)


def commits(store: Path) -> int:
    return int(git(store, "rev-list", "--count", "HEAD"))


ended = pytest.mark.parametrize("kept", ["ended"], indirect=True)


# ---- after the end ---------------------------------------------------------------------------------------------------


@ended
def test_the_told_commands_renew_what_has_expired(kept: Kept) -> None:
    """All keys have ended, as on the day after a year: reading goes on, and each refusal leads to the next step."""
    cdr, robin = kept.cdr, kept.robin
    assert "Amara" in cdr("show", kept.case).out and kept.case in kept.elsewhere("list").out
    with unchanged(kept.store):
        answer = cdr("milestone", kept.case, "ncmd_told", code=77)
        assert "Robin Ashworth has expired" in answer.err
        again = cdr("keys", "refresh", robin.fingerprint, code=77)
        assert "in GnuPG here too" in again.err and TOLD.search(again.err)
        gpg(robin.home, "--quick-set-expire", robin.fingerprint, "2y")
        half = cdr("keys", "refresh", robin.fingerprint, code=77)
        assert "encryption subkey has expired" in half.err
    told = robin.renew_as_told(half)
    before_it = commits(kept.store)
    assert "Taken up." in cdr(*told.split()[1:]).out
    assert commits(kept.store) == before_it + 1
    told = kept.sam.renew_as_told(cdr("milestone", kept.case, "ncmd_told", code=77))
    kept.chaser.renew_as_told(cdr("keys", "list", code=0))
    for owner in (kept.sam, kept.chaser):
        owner.tell(robin)
    answer = cdr(*told.split()[1:], kept.chaser.fingerprint, "--json")
    assert answer.json["documents"] == 0 and [one["trouble"] for one in answer.json["keys"]] == ["", ""]
    assert commits(kept.store) == before_it + 2
    kept.works()


@ended
def test_new_subkeys_after_all_have_ended_come_together(kept: Kept) -> None:
    """Each reader's key has ended in the store, so none can be taken up without the other."""
    robin, sam = kept.robin, kept.sam
    for owner in (robin, sam, kept.chaser):
        gpg(owner.home, "--quick-set-expire", owner.fingerprint, "2y")
        owner.add("e"), owner.add("s")
        owner.tell(robin)
    with unchanged(kept.store):
        answer = kept.cdr("keys", "refresh", robin.fingerprint, code=77)
    assert "cdr keys refresh FINGERPRINT FINGERPRINT" in answer.err
    everybody = [owner.fingerprint for owner in (robin, sam, kept.chaser)]
    answer = kept.cdr("keys", "refresh", *everybody, "--json")
    assert answer.json["documents"] == 5 and answer.json["left"] == []
    wanted = {owner.subkeys("e")[-1][-16:] for owner in (robin, sam)}
    assert all(wanted <= ids for ids in kept.ids().values())
    kept.works()


# ---- either subkey, by hand and by the command -----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["e", "s", "es"])
def test_a_subkey_changed_by_hand_stops_nothing(kept: Kept, what: str) -> None:
    """As it was told once: what gpg exports least, without the subkey that has ended, in a commit that the new one signs."""
    robin = kept.robin
    old = {one: robin.subkeys(one)[0] for one in what}
    for one in what:
        robin.add(one)
        robin.end(old[one])
    robin.put_by_hand(kept.store, "--export-options", "export-minimal")
    robin.commits(kept.store)
    cdr = kept.cdr
    assert kept.case in cdr("list").out and "Amara" in cdr("show", kept.case).out
    assert "Amara" in kept.elsewhere("show", kept.case).out
    cdr("extract", kept.case, "1", "-o", kept.folder / "out")
    assert (kept.folder / "out").read_bytes() == (EXAMPLES / "letter-gate.yaml").read_bytes()
    cdr("milestone", kept.case, "ncmd_told", "--on", "2026-01-10", as_of="2026-01-12")
    told = {one["message"] for one in kept.elsewhere("verify", "--json").json["findings"]}
    assert len(told) == ("e" in what) and all(f"cdr keys refresh {robin.fingerprint}" in one for one in told)
    assert cdr("audit", "--json").json["changes"][1]["by"] == "Robin Ashworth"
    answer = cdr("keys", "refresh", robin.fingerprint, "--json").json
    assert answer["documents"] == (4 if "e" in what else 0)  # the case was written since
    assert all(robin.subkeys("e")[-1][-16:] in ids for ids in kept.ids().values())
    cdr("milestone", kept.case, "ncmd_told", "--undo", as_of="2026-01-12")
    kept.works()


@pytest.mark.parametrize("what", ["e", "s", "es"])
def test_a_subkey_taken_up_by_the_command(kept: Kept, what: str) -> None:
    robin, before_it, plain = kept.robin, commits(kept.store), kept.plain()
    assert NOTE in plain
    for one in what:
        robin.add(one)
    answer = kept.cdr("keys", "refresh", robin.fingerprint, "--json").json
    assert commits(kept.store) == before_it + 1 and answer["commit"] == head(kept.store)
    assert answer["documents"] == (5 if "e" in what else 0)
    assert all(robin.subkeys("e")[-1][-16:] in ids for ids in kept.ids().values())
    after = kept.plain()
    assert after.partition(NOTE)[2].rstrip() == plain.partition(NOTE)[2].rstrip() != b"", (
        "it says the same, in the same words"
    )
    assert (b"revision: 2" in after) == ("e" in what)
    with unchanged(kept.store):
        assert "as it is here already" in kept.cdr("keys", "refresh", robin.fingerprint).out
    kept.works()


def test_the_chasers_new_subkey_is_for_what_it_reads(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    new = kept.chaser.add("e")[-16:]
    kept.chaser.add("s")
    kept.chaser.tell(kept.robin)
    assert kept.cdr("keys", "refresh", kept.chaser.fingerprint, "--json").json["documents"] == 2
    assert {Path(path).name for path, ids in kept.ids().items() if new in ids} == {
        "prompts.yaml.gpg",
        "requests.yaml.gpg",
    }
    monkeypatch.setenv("GNUPGHOME", kept.chaser.home)
    assert "prompt-1" in kept.cdr("chase", "--overdue", as_of="2026-01-23").out
    kept.cdr("keys", "refresh", kept.chaser.fingerprint, code=77)
    monkeypatch.setenv("GNUPGHOME", kept.robin.home)
    kept.works()


def test_it_costs_few_private_keys(kept: Kept) -> None:
    """A key with a passphrase is asked once a case, once a file that is kept with it, and to sign."""
    for _ in range(3):
        kept.cdr("notify", "--from", FORM, "--not-a-duplicate", "x", as_of=DAY)
    kept.cdr("list"), kept.cdr("show", kept.case)
    kept.robin.add("e")
    log = kept.folder / "log"
    script = f'case " $* " in *" --passphrase-fd "*) ;; *" --decrypt "*|*" --detach-sign "*) echo x >> {log};; esac\nexec REAL "$@"'
    with program(kept.folder / "bin", "gpg", script):
        assert kept.cdr("keys", "refresh", kept.robin.fingerprint, "--json").json["documents"] == 11
        assert len(log.read_text().splitlines()) <= 4 + 1 + 1 + 1  # the cases, the attachment, the index, the commit
        log.unlink()
        kept.cdr("list")
        assert len(log.read_text().splitlines()) == 1
    kept.works()


# ---- a subkey that signed before it was taken up ---------------------------------------------------------------------


def test_a_commit_by_a_subkey_that_nobody_knows_yet(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    robin, cdr = kept.robin, kept.cdr
    robin.add("s")
    path = kept.store / "cdr.yaml"
    path.write_text(path.read_text() + "# a note\n")
    robin.commits(kept.store)
    path.write_text(path.read_text() + "# another\n")
    robin.commits(kept.store)
    with unchanged(kept.store):
        answer = cdr("list", code=76)
        assert "new subkey" in answer.err or "does not hold yet" in answer.err
        assert f"cdr keys refresh {robin.fingerprint}" in answer.err
        monkeypatch.setenv("GNUPGHOME", kept.sam.home)
        assert "cdr keys refresh FINGERPRINT" in cdr("list", code=76).err
        assert findings(cdr) == {("history", "")}
        monkeypatch.setenv("GNUPGHOME", robin.home)
    assert "Taken up." in cdr("keys", "refresh", robin.fingerprint).out
    assert {one["by"] for one in cdr("audit", "--json").json["changes"]} == {"Robin Ashworth"}
    monkeypatch.setenv("GNUPGHOME", kept.sam.home)
    kept.elsewhere("verify", "--root", robin.fingerprint)
    cdr("list")
    monkeypatch.setenv("GNUPGHOME", robin.home)
    kept.works()


def test_somebody_elses_commit_is_not_made_good_by_it(kept: Kept) -> None:
    """What a stranger signed stays a stranger's, whatever a member takes up."""
    stranger = Owner.made("Robin Ashworth", "0")
    path = kept.store / "cdr.yaml"
    path.write_text(path.read_text() + "# a note\n")
    stranger.commits(kept.store)
    kept.robin.add("s")
    kept.cdr("keys", "refresh", kept.robin.fingerprint, code=76)
    refused_everywhere(kept.cdr, kept.case)
    stranger.put_by_hand(kept.store)
    stranger.commits(kept.store)
    refused_everywhere(kept.cdr, kept.case)
    _remove(stranger.home)


def _stolen(kept: Kept) -> tuple[str, bytes, str]:
    """A signing subkey that a thief has with a home of its own, and the key file of that time."""
    thief = tempfile.mkdtemp(prefix="cdr-", dir="/tmp")
    signing = kept.robin.subkeys("s")[0]
    secret = gpg(kept.robin.home, "--passphrase", "", "--export-secret-subkeys", f"{signing}!")
    gpg(thief, "--import", data=secret)
    return thief, (kept.store / "keys" / f"{kept.robin.fingerprint}.asc").read_bytes(), signing


def _revoke(owner: Owner, subkey: str) -> None:
    lines = gpg(owner.home, "--with-colons", "--list-keys", owner.fingerprint).decode().splitlines()
    subs = [fpr.split(":")[9] for sub, fpr in itertools.pairwise(lines) if sub.startswith("sub")]
    position = subs.index(subkey) + 1
    words = f"key {position}\nrevkey\ny\n1\n\ny\nsave\n"
    gpg(owner.home, "--command-fd", "0", "--no-tty", "--no-batch", "--edit-key", owner.fingerprint, data=words.encode())


@pytest.mark.parametrize("how", ["by hand", "by the command"])
def test_a_subkey_that_was_revoked_cannot_bring_itself_back(kept: Kept, how: str) -> None:
    thief, old_file, signing = _stolen(kept)
    kept.robin.add("s")
    _revoke(kept.robin, signing)
    if how == "by hand":  # and the least export, which says nothing of the revoked one
        kept.robin.put_by_hand(kept.store, "--export-options", "export-minimal")
        kept.robin.commits(kept.store)
    else:
        kept.cdr("keys", "refresh", kept.robin.fingerprint)
    kept.cdr("list")
    (kept.store / "keys" / f"{kept.robin.fingerprint}.asc").write_bytes(old_file)
    Owner(thief, kept.robin.fingerprint).commits(kept.store, f"{signing}!")
    refused_everywhere(kept.cdr, kept.case)
    kept.elsewhere("list", code=76)
    _remove(thief)


# ---- what is refused, and what is left -------------------------------------------------------------------------------


def test_what_cannot_be_taken_up(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    cdr, robin, sam = kept.cdr, kept.robin, kept.sam
    stranger = Owner.made("Nobody", "0")
    with unchanged(kept.store):
        assert "gpg --import" in cdr("keys", "refresh", stranger.fingerprint, code=2).err
        assert "gpg --import" in cdr("keys", "refresh", robin.fingerprint[-16:], code=2).err
        stranger.tell(robin)
        assert "not in this store's registry" in cdr("keys", "refresh", stranger.fingerprint, code=66).err
        revocation = (
            (Path(sam.home) / "openpgp-revocs.d" / f"{sam.fingerprint}.rev").read_text().replace("\n:-----", "\n-----")
        )
        gpg(robin.home, "--import", data=revocation.encode())
        revoked = cdr("keys", "refresh", sam.fingerprint, code=77).err
        assert "was revoked" in revoked and "cannot be renewed" in revoked and "quick-set-expire" not in revoked
    _remove(stranger.home)


@pytest.mark.parametrize("number", [1, 3, 6])
def test_it_is_all_or_nothing(kept: Kept, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def unwritable(*_: object) -> None:
        raise OSError(28, "No space left on device")

    kept.robin.add("e")
    count = kept.folder / "count"
    fail = f"echo x >> {count}; [ $(wc -l < {count}) -ge {number} ] && exit 2"
    with unchanged(kept.store):
        with before(kept.folder / "bin", "gpg", "--encrypt", fail):
            kept.cdr("keys", "refresh", kept.robin.fingerprint, code=77)
        with before(kept.folder / "bin", "gpg", "--detach-sign", "kill -KILL $$"):
            kept.cdr("keys", "refresh", kept.robin.fingerprint, code=75)
        with monkeypatch.context() as patch:
            patch.setattr(branch, "move", unwritable)
            kept.cdr("keys", "refresh", kept.robin.fingerprint, code=74)
    assert kept.cdr("keys", "refresh", kept.robin.fingerprint, "--json").json["documents"] == 5
    kept.works()


def test_what_does_not_open_is_left_and_told(kept: Kept) -> None:
    path = document(kept.store, kept.case)
    path.write_bytes(
        encrypted(kept.robin.home, b"nothing that cdr wrote", kept.robin.fingerprint, kept.sam.fingerprint)
    )
    kept.robin.commits(kept.store)
    kept.robin.add("e")
    answer = kept.cdr("keys", "refresh", kept.robin.fingerprint, "--json", code=1)
    assert answer.json["documents"] == 4 and answer.json["left"] == [f"cases/{kept.case}/notification.yaml.gpg"]
    assert "left as it is" in answer.err and "cdr verify" in answer.err
    assert {check for check, _ in findings(kept.cdr)} == {"contents"}


# ---- before the end --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_told"), [(59, True), (62, False)])
def test_an_end_is_told_sixty_days_before(kept: Kept, days: int, is_told: bool) -> None:
    gpg(kept.sam.home, "--quick-set-expire", kept.sam.fingerprint, f"{days}d", *kept.sam.subkeys("e"))
    kept.sam.tell(kept.robin)
    kept.cdr("keys", "refresh", kept.sam.fingerprint)
    [sam] = [one for one in kept.cdr("keys", "list", "--json").json["keys"] if one["name"] == "Sam Ó Briain"]
    assert sam["expires"] and sam["trouble"] == ""
    today = kept.cdr("today", "--json", as_of=DAY).json["keys"]
    assert [one["fingerprint"] for one in today] == ([kept.sam.fingerprint] if is_told else [])
    text = kept.cdr("today", "--all", as_of=DAY).out
    assert text.startswith("Keys\n") == is_told and (f"{sam['expires']}  the key of Sam Ó Briain" in text) == is_told
    checks = [one for one in kept.cdr("doctor", "--json").json["checks"] if "Sam Ó" in one["message"]]
    assert [one["level"] for one in checks] == ["warning" if is_told else "ok"]
    assert (f"cdr keys refresh {kept.sam.fingerprint}" in checks[0]["message"]) == is_told
    assert [one["check"] for one in kept.cdr("verify", "--json").json["findings"]] == ["keys"] * is_told
