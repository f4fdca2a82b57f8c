"""Ordinary words, so that none of them is taken for a name; there are forty thousand, and most questions ask for a few."""

from __future__ import annotations


class OrdinaryWords:
    """Words, one a line in the order of the alphabet, and some more: one is found by halving, for a set of all takes longer to make."""

    def __init__(self, lines: str, more: frozenset[str]) -> None:
        self._lines = lines
        self._known = dict.fromkeys(more, True)

    def __contains__(self, word: str) -> bool:
        if word not in self._known:
            self._known[word] = self._stands(word)
        return self._known[word]

    def _stands(self, word: str) -> bool:
        lines, low, high = self._lines, 0, len(self._lines)
        while low < high:
            middle = (low + high) // 2
            start, end = max(low, lines.rfind("\n", low, middle) + 1), lines.find("\n", middle)
            line = lines[start:end]
            if line == word:
                return True
            low, high = (end + 1, high) if line < word else (low, start)
        return False
