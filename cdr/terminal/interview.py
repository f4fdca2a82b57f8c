"""Asking for a form on a terminal, part after part: only what the answers call for, `?` explains, `<` goes back.

Whatever ends it, the answers so far are kept as a draft, encrypted to whoever gave them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import click

from cdr.domain.rulebook import questions as asked
from cdr.domain.rulebook.questions import Questions, Step, Walk
from cdr.errors import CdrError, Problem
from cdr.forms import codec, schema
from cdr.forms.described import described
from cdr.records import dataclass
from cdr.terminal import answers as written
from cdr.terminal import terminal
from cdr.terminal.answers import Ask, Options, Wrong
from cdr.terminal.asking import Asking
from cdr.terminal.going_back import BACK, EMPTY, Back
from cdr.terminal.output import say
from cdr.terminal.terminal import is_attended

__all__ = ["Interview", "Rules", "is_attended"]

HELP = "?"
INTRODUCTION = (
    "One question after another; * has to be answered, Enter leaves out the others or takes what is in [brackets]; "
    "y is yes, n no, nk not known. ? explains, < goes back, - empties, Ctrl-C stops and keeps what you typed."
)
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Rules:
    """What the answers are held against: the domain's rules for a form that is not whole, other cases, and the whole form."""

    partial: Callable[[Body], Sequence[Problem]]
    others: Callable[[Body], Sequence[Problem]]
    whole: Callable[[bytes], Sequence[Problem]]


class Interview:
    """One form, asked for until it is whole and confirmed; `answers` by the ids of their steps, None where left out."""

    def __init__(
        self,
        questions: Questions,
        area: asked.Area,
        offers: Mapping[str, Options],
        rules: Rules,
        now: Callable[[], datetime],
        keep: Callable[[bytes], bool],
    ) -> None:
        self.questions = questions
        self.area = area
        self.asking = Asking(questions.form, offers)
        self.rules = rules
        self.now = now
        self.keep = keep
        self.answers: dict[str, Any] = {}
        self._heading: int | None = None
        self._told: set[tuple[str, str]] = set()
        self._again: list[str] = []

    # ---- drafts ------------------------------------------------------------------------------------------------

    def resume(self, draft: bytes) -> None:
        """Take up the answers of a draft."""
        self.answers = json.loads(draft)["answers"]

    def draft(self) -> bytes:
        """The answers so far, and when they were given."""
        kept = {"form": self.questions.form, "kept_at": f"{self.now():%Y-%m-%dT%H:%M}", "answers": self.answers}
        return json.dumps(kept, ensure_ascii=False).encode()

    def run(self) -> bytes:
        """The form as YAML, as a person gave it and confirmed it; it is kept as a draft until somebody forgets that.

        Raises: click.Abort when it is stopped (Ctrl-C, a closed terminal), after the answers were kept.
        """
        with terminal.noticing():
            try:
                raw = self._asked()
                self.keep(self.draft())
                return raw
            except BaseException as ended:
                try:
                    self._ended(ended)
                except (KeyboardInterrupt, terminal.HungUp) as again:  # its signal came just after the end of input
                    self._ended(again)
                raise

    def _ended(self, ended: BaseException) -> None:
        """Keep what was typed, whatever ended it. Raises: click.Abort where a person or the terminal did."""
        with terminal.undisturbed():  # a shell that ends sends a second signal after the terminal's
            gone = isinstance(ended, terminal.HungUp)
            if gone:
                terminal.silence()
            self._kept()
        if gone or isinstance(ended, (KeyboardInterrupt, EOFError)):
            raise click.Abort from None

    def _kept(self) -> None:
        if not any(value is not None for value in self.answers.values()):
            return
        kept = False
        with suppress(CdrError, OSError):
            kept = self.keep(self.draft())
        words = "is kept, encrypted to your key: cdr notify offers it again." if kept else "could not be kept."
        try:
            say(f"\nWhat you typed {words}")
        except OSError:
            terminal.silence()

    # ---- going through -----------------------------------------------------------------------------------------

    def _asked(self) -> bytes:
        say(terminal.paragraph(INTRODUCTION))
        step = self._next()
        while True:
            if step is None:
                raw = self._confirmed()
                if raw is not None:
                    return raw
                step = self._next()
                continue
            try:
                self._ask(step)
            except Back:
                step = self._before(step)
                continue
            step = self._after(step)

    def _walk(self) -> Walk:
        return asked.walk(self.questions, self.answers, self.area)

    def _next(self) -> Step | None:
        """What is to be asked again, then the first question that was not asked yet."""
        found = self._walk()
        while self._again:
            step = found.step(self._again.pop(0))
            if step:
                return step
        return next((step for step in found.steps if step.id not in self.answers), None)

    def _before(self, step: Step) -> Step:
        """The question before; the one gone back from is asked again in its turn."""
        steps = self._walk().steps
        ids = [one.id for one in steps]
        position = ids.index(step.id) if step.id in ids else len(ids)
        if step.id in self.answers and position:
            self._again.insert(0, step.id)
        return steps[max(0, position - 1)]

    def _after(self, step: Step) -> Step | None:
        """The next question; where a part ends, what its rules find comes first."""
        following = self._next()
        if following is not None and following.section == step.section:
            return following
        wrong = self._end_of(step.section)
        if wrong is None:
            return following
        self._again = [*([following.id] if following and following.id in self.answers else []), *self._again]
        return wrong

    def _end_of(self, section: int) -> Step | None:
        """Tell what the rules find in the parts up to this one; the question to go back to, if any."""
        self.keep(self.draft())
        found = self._walk()
        errors, warnings = self._found(found, section)
        for problem, _ in errors or warnings:
            words = (
                f"{self._title(problem)}: " if problem.level == "error" else f"Please check: {self._title(problem)}: "
            )
            say(terminal.wrapped(words + problem.message, "  "))
        if errors:
            return self._led_back(found, *errors[0])
        self._told.update((problem.rule, problem.message + step.id) for problem, step in warnings)
        if warnings and terminal.line("  Enter goes on; < goes back to it: ") == BACK:
            return warnings[0][1]
        return None

    def _found(self, found: Walk, section: int) -> tuple[list[tuple[Problem, Step]], list[tuple[Problem, Step]]]:
        """The errors up to the end of a part, and the warnings that were not told yet, each with the question it is about."""
        problems = [*self.rules.partial(found.form), *(self.rules.others(found.form) if section == 0 else ())]
        placed = [(problem, step) for problem in problems if (step := self._settling(found, problem)) is not None]
        due = [(problem, step) for problem, step in placed if step.section <= section]
        new = [(p, step) for p, step in due if p.level != "error" and (p.rule, p.message + step.id) not in self._told]
        return [(problem, step) for problem, step in due if problem.level == "error"], new

    def _settling(self, found: Walk, problem: Problem) -> Step | None:
        """The question whose answer settles a problem."""
        later = self.questions.later.get(problem.rule, problem.field)
        return found.step_of(later) or found.step_of(problem.field)

    def _led_back(self, found: Walk, problem: Problem, step: Step) -> Step:
        """The question to go back to; the second time, all that follow it in its part come after it."""
        told = (problem.rule, step.id)
        if told in self._told:
            later = found.steps[found.steps.index(step) + 1 :]
            self._again = [one.id for one in later if one.section == step.section]
        self._told.add(told)
        return step

    def _title(self, problem: Problem) -> str:
        return problem.title or schema.title(self.questions.form, problem.field)

    # ---- one question ------------------------------------------------------------------------------------------

    def _ask(self, step: Step) -> None:
        """Ask until the answer is right, and keep it. Raises: Back."""
        self._headed(step.section)
        if step.kind == "more":
            self.answers[step.id] = "yes" if self._wanted(step) else None
            return
        ask = self.asking.of(step, self._walk(), self.answers)
        kept = self.asking.default(step, self._walk(), self.answers, self.now())
        listed = self.asking.choice(step, ask, kept)
        say("\n".join(listed)) if listed else None
        prompt = ask.prompt(kept, terminal.width(), bool(listed))
        while not self._answered(step, ask, prompt, kept):
            pass

    def _answered(self, step: Step, ask: Ask, prompt: str, kept: Any) -> bool:
        """Take one answer; whether it was one."""
        text = self._typed(ask, prompt)
        if text == "" and kept is not None:
            self.answers[step.id] = kept
        elif text not in ("", EMPTY):
            try:
                value = ask.value(text, self.now())
                self._check(step, value)
            except Wrong as wrong:
                say(terminal.wrapped(str(wrong), "  "))
                return False
            understood = ask.understood(text, value)
            if understood:
                say(terminal.wrapped(f"= {understood}", "  "))
            self.answers[step.id] = value
        elif ask.needed:
            say("  This has to be answered; ? explains.")
            return False
        else:
            self._leave_out(step)
        return True

    def _typed(self, ask: Ask, prompt: str) -> str:
        """What a person types, after as much help as is asked for. Raises: Back."""
        while True:
            text = (
                "\n".join(terminal.lines(prompt, (BACK, HELP, EMPTY))) if ask.kind == "text" else terminal.line(prompt)
            )
            if text == BACK:
                raise Back
            if text != HELP:
                return text
            said = (ask.help, written.HOW.get(ask.kind, ""), "Another answer will do too." if ask.free else "")
            say(terminal.wrapped(" ".join(filter(None, said)), "  "))
            say("\n".join(written.with_codes(ask.options))) if ask.options else None

    def _leave_out(self, step: Step) -> None:
        if step.kind == "first" and self.answers.get(step.id) is not None:
            self.answers = asked.without_item(self.answers, step.question.field, step.number)
            self._again.insert(0, step.id)
            return
        self.answers[step.id] = None

    def _check(self, step: Step, value: Any) -> None:
        """Hold an answer at once against the rules about its own field. Raises: Wrong."""
        form = asked.walk(self.questions, {**self.answers, step.id: value}, self.area)
        for problem in self.rules.partial(form.form):
            about = form.step_of(problem.field)
            if problem.level == "error" and about and about.id == step.id and problem.rule not in self.questions.later:
                raise Wrong(problem.message[:1].upper() + problem.message[1:] + ".")

    def _wanted(self, step: Step) -> bool:
        known = "y" if self.answers.get(step.id) == "yes" else "n"
        words = "More about this one" if any(key.isdecimal() for key in step.id.split(".")) else "More detail"
        while True:
            text = terminal.line(f"{words}? (y/n) [{known}]: ").casefold()
            if text == BACK:
                raise Back
            if text == HELP:
                say(terminal.wrapped(f"This can be given as well: {self.asking.more(step)}.", "  "))
            elif text in ("y", "yes", "n", "no", ""):
                return (text or known).startswith("y")
            else:
                say("  Please answer y or n; what you typed was not kept.")

    def _headed(self, number: int) -> None:
        if number == self._heading:
            return
        self._heading = number
        section = self.questions.sections[number]
        title = f"Part {number + 1} of {len(self.questions.sections)}: {section.title}"
        say(f"\n{title}\n{'-' * len(title)}")
        for hint in asked.hints(section, self._walk().form, self.area):
            say(terminal.paragraph(hint))

    # ---- the end -----------------------------------------------------------------------------------------------

    def _confirmed(self) -> bytes | None:
        """The whole form in words; the form itself once it is right and confirmed, otherwise what is to be changed is asked next."""
        found = self._walk()
        raw = codec.dump({"schema": self.questions.form, **found.form})
        wrong = list(self.rules.whole(raw))
        for problem in wrong:
            say(terminal.wrapped(f"{self._title(problem)}: {problem.message}", "  "))
        places = [step for problem in wrong if (step := found.step_of(problem.field)) is not None]
        if places:
            self._again = [places[0].id]
            return None
        say("\nThe whole form")
        typed = terminal.page(list(_form_in_lines(self.questions.form, found.form)))
        return self._decided(found, raw, typed if typed.isdecimal() or typed == BACK else "")

    def _decided(self, found: Walk, raw: bytes, text: str) -> bytes | None:
        """The form where the person says that it is right; otherwise the part to change is asked next."""
        parts = self.questions.sections
        while True:
            text = text or terminal.line(
                f"Is all of this right? (y, or the part to change: 1 to {len(parts)}; ? lists them) "
            )
            if text.casefold() in ("y", "yes"):
                return raw
            if text.isdecimal() and 1 <= int(text) <= len(parts):
                self._again = [step.id for step in found.steps if step.section == int(text) - 1]
            elif text == BACK:
                self._again = [found.steps[-1].id]
            else:
                say("\n".join(f"  {number}  {part.title}" for number, part in enumerate(parts, 1)))
                text = ""
                continue
            self._heading = None
            return None


def _form_in_lines(form: str, body: Body) -> Sequence[str]:
    shown: list[str] = []
    for depth, title, text in described(form, body):
        words = written.shown_date(text) if "\n" not in text else text
        for part in (f"{title}: {words}" if words else title).splitlines():
            shown += terminal.wrapped(part, "  " * (depth + 1)).splitlines()
    return shown
