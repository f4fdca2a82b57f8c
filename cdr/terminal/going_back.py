"""Questions one after another, of which `<` asks the one before again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from cdr.terminal import terminal
from cdr.terminal.output import say

BACK, EMPTY = "<", "-"

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Back(Exception):
    """The person wants the question before this one again."""


def in_turn(questions: Sequence[Asked], ask: Callable[[Asked], Answer]) -> list[Answer]:
    """The answer to each of some questions; where one is answered with `Back`, the one before is asked again."""
    answers: list[Answer] = []
    while len(answers) < len(questions):
        try:
            answers.append(ask(questions[len(answers)]))
        except Back:
            answers = answers[:-1]
    return answers


class Conversation:
    """What a function asks a person, whose next question may hang on any answer before.

    Going back runs the function again with the answers so far, silently, up to the question that is to be asked anew. What was answered
    there and behind it is offered, as long as the questions are the same.
    """

    def __init__(self) -> None:
        self._given: list[tuple[str, str]] = []
        self._taken_back: list[tuple[str, str]] = []
        self._asked = 0
        self._above: list[str] = []

    def held(self, asks: Callable[[], Answer]) -> Answer:
        """What the function comes to. Raises: EOFError, KeyboardInterrupt; as the function."""
        while True:
            self._asked, self._above = 0, []
            try:
                return asks()
            except Back:
                self._taken_back += self._given[-1:]
                self._given = self._given[:-1]

    def say(self, text: str) -> None:
        """What stands above the next question."""
        self._above.append(text)

    def answer(self, words: str, wrong: Callable[[str], str], default: str = "", left_out: str = "") -> str:
        """One answer that is right (`wrong` says what is not), or the default; empty where something may be `left_out`. Raises: Back."""
        self._asked += 1
        if self._asked <= len(self._given):
            self._above = []
            return self._given[self._asked - 1][1]
        for text in self._above:
            say(text)
        self._above = []
        answer = self._typed(words, wrong, self._offered(words) or default, left_out)
        self._given.append((words, answer))
        return answer

    def _offered(self, words: str) -> str:
        if self._taken_back and self._taken_back[-1][0] == words:
            return self._taken_back.pop()[1]
        self._taken_back = []
        return ""

    def _typed(self, words: str, wrong: Callable[[str], str], default: str, left_out: str) -> str:
        without = f" ({EMPTY if default else 'Enter'}: {left_out})" if left_out else ""
        while True:
            typed = terminal.line(f"{words}{without}{f' [{default}]' if default else ''}: ")
            if typed == BACK:
                self._taken_back.append((words, default))
                raise Back
            answer = "" if left_out and typed == EMPTY else typed or default
            if not answer and left_out:
                return ""
            fault = wrong(answer) if answer else "This is needed."
            if not fault:
                return answer
            say(f"  {fault}")
