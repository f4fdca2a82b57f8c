"""The pictures among an area's own words: taken from files beside the words, or from those that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cdr import disk
from cdr.errors import Problem
from cdr.records import dataclass, field, replace

MOST, MOST_BYTES = 20, 4_000_000
NOT_THERE, NOT_READ = "RPT-11", "RPT-12"


@dataclass(frozen=True)
class Beside:
    """Where pictures come from: the folder in which the words lie, then what is `kept` by its name."""

    folder: Path
    kept: Mapping[str, bytes]
    read: dict[str, bytes | None] = field(default_factory=dict)

    @classmethod
    def of(cls, words: str, kept: Mapping[str, bytes]) -> Beside:
        """Beside a file of words; beside standard input is the folder where one stands."""
        return cls(Path() if words == "-" else Path(words).parent, kept)

    def problems(self, body: Mapping[str, Any]) -> list[Problem]:
        """What is wrong with the pictures of the words (RPT-11, RPT-12), with the line of the text each."""
        from cdr.domain.report import prose
        from cdr.domain.rulebook.validation import problem

        found, seen, size = [], set[str](), 0
        for path, text in prose.written_in(body):
            for name, row in prose.pictures_in(text):
                if not prose.PICTURE_FILE.fullmatch(name):
                    continue  # told already
                picture = self.picture(name)
                size += len(picture or b"") if name not in seen else 0
                seen.add(name)
                wrong = NOT_THERE if picture is None else NOT_READ if not picture else ""
                wrong = NOT_READ if not wrong and (len(seen) > MOST or size > MOST_BYTES) else wrong
                found += [replace(problem(wrong, path), row=row)] if wrong else []
        return found

    def pictures(self, body: Mapping[str, Any]) -> dict[str, bytes]:
        """The pictures of words that have no problem, by their names."""
        from cdr.domain.report import prose

        names = sorted({name for _, text in prose.written_in(body) for name, _ in prose.pictures_in(text)})
        return {name: self.picture(name) or b"" for name in names}

    def picture(self, name: str) -> bytes | None:
        """A picture as it is printed; nothing where it cannot be read, None where there is none."""
        if not self.read.get(name):  # somebody may lay it there meanwhile
            self.read[name] = self._picture(name)
        return self.read[name]

    def _picture(self, name: str) -> bytes | None:
        from cdr.documents.report import photographs

        try:
            raw = disk.read_through_link(self.folder / name, photographs.MOST_BYTES)
        except FileNotFoundError:
            return self.kept.get(name)
        except OSError:
            return b""
        return photographs.made_small(raw) or b""
