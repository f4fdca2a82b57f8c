"""With `--json` a failure is one object on stdout (`cdr-error/1`), beside the same words as ever on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import EXAMPLES, Answer, People, Shell, run
from jsonschema import Draft202012Validator

from cdr import resources
from cdr.errors import TryAgain

SCHEMA = Draft202012Validator(json.loads(resources.read_bytes("schemas", "out", "error-1.json")))
FORM = EXAMPLES / "form-a-sudi.yaml"


def failure(answer: Answer) -> dict[str, object]:
    body: dict[str, object] = answer.json
    assert not list(SCHEMA.iter_errors(body))
    assert body["exit"] == answer.code
    return body


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["show", "2026-ZZZZ"], 66), (["show"], 2), (["show", "--frob"], 2), (["frob"], 2), (["notify", "--from", "nowhere.yaml"], 66),
        (["tally", "--year", "2025/27"], 2), (["form", "REF", "northshire-police"], 2), (["close", "REF"], 65),
    ],
)  # fmt: skip
def test_the_object_says_what_the_words_say(cdr: Shell, sudi: str, words: list[str], code: int) -> None:
    command = [sudi if word == "REF" else word for word in words]
    plain, answer = (run(["--store", str(cdr.store), *command, *more]) for more in ([], ["--json"]))
    assert (plain.code, answer.code, plain.out) == (code, code, "")
    if "--json" in answer.err:  # a command that has no such option says that
        assert failure(answer)["message"]
        return
    assert plain.err == answer.err
    assert str(failure(answer)["message"]) in " ".join(answer.err.split())


def test_every_problem_with_its_place(cdr: Shell, tmp_path: Path) -> None:
    text = FORM.read_text("utf-8").replace("sex: female", "sex: femal").replace("date: 2026-01-09", "date: 2026-02-30")
    (tmp_path / "wrong.yaml").write_text(text, "utf-8")
    answer = cdr("notify", "--from", tmp_path / "wrong.yaml", "--json", code=65)
    problems = failure(answer)["problems"]
    assert isinstance(problems, list) and {one["field"] for one in problems} >= {"child.sex", "death.date"}
    for one in problems:
        assert (
            f"{one['file']}:{one['line']}: {one['field']}: {one['title']}: {one['message']} [{one['rule']}]"
            in answer.err
        )


def test_what_a_step_waits_for_has_its_rule(cdr: Shell, sudi: str) -> None:
    problems = failure(cdr("letter", sudi, "--json", as_of="2026-01-20", code=65))["problems"]
    assert isinstance(problems, list) and "parent_suspected" in {one["rule"] for one in problems}
    assert not any("[" in one["message"] for one in problems)


def test_a_key_that_may_not(cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    assert "Amara" not in cdr("show", sudi, "--json", code=77).out
    failure(cdr("show", sudi, "--json", code=77))


def test_a_bug_is_told_without_what_it_met(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Amara Testcase")

    with monkeypatch.context() as patch:
        patch.setattr("cdr.store.store.Store.case", broken)
        answer = cdr("show", sudi, "--json", code=70)
    assert "RuntimeError" in str(failure(answer)["message"]) and "Amara" not in answer.out + answer.err


@pytest.mark.parametrize("words", [["list"], ["agencies"], ["delays"], ["tally", "--year", "2025/26"]])
def test_there_is_never_a_second_object(cdr: Shell, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """What fails after the answer is told on stderr, and by the code."""

    def broken(*_: object) -> int:
        raise TryAgain("Busy.")

    with monkeypatch.context() as patch:
        patch.setattr("cdr.cli._with_the_rest", broken)
        answer = run(["--store", str(cdr.store), *words, "--json"])
    assert answer.code == 75 and answer.json["schema"] == f"cdr-{words[0]}/1" and "Busy." in answer.err
