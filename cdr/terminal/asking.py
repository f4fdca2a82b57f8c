"""Each question of a form as a person is asked it: its words, what may be chosen, what Enter answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cdr.domain.rulebook.questions import Step, Walk
from cdr.forms.fields import Field, field
from cdr.terminal import answers as written
from cdr.terminal import terminal
from cdr.terminal.answers import Ask, Options

LONGEST_LIST = 12
FREE = ("authorities", "hospitals")


class Asking:
    """The questions of one form; `offers` is what may be chosen that only this store knows, like its agencies."""

    def __init__(self, form: str, offers: Mapping[str, Options]) -> None:
        self.form = form
        self.offers = offers
        self._listed: set[str] = set()

    def of(self, step: Step, walk: Walk, answers: Mapping[str, Any]) -> Ask:
        """What a step asks, from its field and what its question says otherwise."""
        found = self._field(step.path)
        if step.kind in ("party", "parties"):
            return self._about_party(step, found, walk, answers)
        question = step.question.items[0] if step.kind == "first" else step.question
        words, needed = question.words or found.title, question.needed or self._is_needed(step.path)
        if step.kind == "first":
            words = step.question.next if step.number else step.question.words
            needed = step.number == 0 and self._is_needed(step.question.field)
        item = found.item() if found.kind == "list" else found
        kind = "choice" if question.offer else written.kind_of(found, question.short)
        options = self.offers.get(question.offer, item.codes)
        return Ask(
            found, kind, words, question.help or found.help, needed, options, question.offer in FREE, question.wrong
        )

    def default(self, step: Step, walk: Walk, answers: Mapping[str, Any], now: datetime) -> Any:
        """What Enter answers: the answer so far, else what the question says; None for nothing."""
        question = step.question.items[0] if step.kind == "first" else step.question
        if step.kind == "party" and step.id not in answers:
            path, _, party = step.id.partition(":")
            return {"status": "informed"} if party in (answers.get(f"{path}:others") or ()) else None
        if step.id in answers or not question.default:
            return answers.get(step.id)
        if question.default == "now":
            return f"{now:%Y-%m-%dT%H:%M}"
        if question.default == "home":
            child = walk.form.get("child", {})
            return [*child.get("address", ()), *([child["postcode"]] if "postcode" in child else ())] or None
        return question.default

    def choice(self, step: Step, ask: Ask, kept: Any) -> list[str]:
        """The list to choose from, above the question: not where it is short, or long, or was shown, or Enter will do."""
        name = ".".join(key for key in step.path.split(".") if not key.isdecimal())
        if not ask.options or kept is not None or name in self._listed or ask.inline(terminal.width()):
            return []
        listed = written.columns(ask.options, terminal.width())
        self._listed.add(name)
        return [f"{ask.words}:", *listed] if len(listed) <= LONGEST_LIST else []

    def more(self, step: Step) -> str:
        """What "More detail" would ask."""
        at = [
            (question, f"{step.path}{question.field}" if question.field[0] == "." else question.field)
            for question in step.question.items
        ]
        titles = [question.words or self._field(path).title for question, path in at]
        return ", ".join(title[:1].lower() + title[1:] if title[1:2].islower() else title for title in titles)

    def _about_party(self, step: Step, found: Field, walk: Walk, answers: Mapping[str, Any]) -> Ask:
        parties = next(part for part in found.item().fields() if part.key == "party").codes
        if step.kind == "party":
            label = dict(parties)[step.id.partition(":")[2]]
            return Ask(found, "party", label, "Whether they were informed, and on which day.")
        asked = {one.id.partition(":")[2] for one in walk.steps if one.kind == "party"}
        chosen = set(answers.get(step.id) or ())
        others = tuple((code, label) for code, label in parties if code not in asked or code in chosen)
        return Ask(found, "parties", step.question.words, "Everybody else who was informed.", options=others)

    def _field(self, path: str) -> Field:
        found = field(self.form, path)
        if found is None:
            raise AssertionError("a question is about no field")
        return found

    def _is_needed(self, path: str) -> bool:
        """Whether neither the field nor what it stands in may be missing from the form, or from the item of a list."""
        keys = path.split(".")
        last = max((n for n, key in enumerate(keys) if key.isdecimal()), default=-1)
        return all(self._field(".".join(keys[: n + 1])).required for n in range(last + 1, len(keys)))
