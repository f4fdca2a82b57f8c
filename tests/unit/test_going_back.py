"""`<` asks the question before once more, wherever several are asked one after another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cdr.domain.merging.three_ways import Clash, Side
from cdr.terminal import clashes, terminal
from cdr.terminal.going_back import Conversation, in_turn


def types(monkeypatch: pytest.MonkeyPatch, *lines: str) -> list[str]:
    """A person who types these lines; the prompts that they see."""
    typed: Iterator[str] = iter(lines)
    prompts: list[str] = []

    def line(prompt: str) -> str:
        prompts.append(prompt)
        return next(typed)

    monkeypatch.setattr(terminal, "line", line)
    return prompts


def test_two_values_of_a_field_are_decided_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [Clash((name,), name, "before", "ours", "theirs") for name in ("a", "b", "c")]

    def decide(clash: Clash) -> Side:
        side = clashes.which(clash.field, clash, "1 here", "2 there")
        assert side
        return side

    types(monkeypatch, "<", "2", "1", "<", "<", "1", "2", "2")
    assert in_turn(asked, decide) == [Side.OURS, Side.THEIRS, Side.THEIRS]


def right(answer: str) -> str:
    return "" if answer != "wrong" else "Not that."


def test_what_hangs_on_an_answer_is_asked_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pet is named; it is none after all, and back again: what was typed is offered, in place of another question it is not."""
    prompts = types(monkeypatch, "cat", "Tom", "<", "<", "none", "<", "cat", "Tom", "wrong", "done")
    talk = Conversation()

    def asks() -> list[str]:
        kind = talk.answer("Kind", right)
        names = [talk.answer(f"Name of the {kind}", right)] if kind != "none" else []
        return [kind, *names, talk.answer("And then", right, left_out="nothing")]

    assert talk.held(asks) == ["cat", "Tom", "done"]
    assert prompts == [
        "Kind: ",
        "Name of the cat: ",
        "And then (Enter: nothing): ",
        "Name of the cat [Tom]: ",
        "Kind [cat]: ",
        "And then (Enter: nothing): ",
        "Kind [none]: ",
        "Name of the cat: ",
        "And then (Enter: nothing): ",
        "And then (Enter: nothing): ",
    ]
