"""The pages of a PDF from outside, tried by a program of its own: one that would fill the memory, or never end, ends that program alone.

A few thousand letters of a PDF can stand for pages, or for marks on a page, without end; no limit that is set within a program
interrupts the library that unpacks them.
"""

from __future__ import annotations

import io
import resource
import sys

MOST_SECONDS, MOST_MEMORY, MOST_NODES = 10, 2 << 30, 2_000
WAITED_FOR = 600.0  # it ends by itself long before that, unless the machine stands still
TOO_MUCH, DAMAGED = 3, 4


class TooMuch(Exception):
    """It has more pages than are asked for, or is far more work than a document."""


def count(pdf: bytes, most: int, seconds: int = MOST_SECONDS) -> int:
    """How many pages a PDF has, each of which can be drawn; 0 where it is damaged or locked.

    Raises: TooMuch for more than `most`, or where that takes more than so many seconds of the processor's time.
    """
    from cdr import programs

    ended = programs.run([sys.executable, "-I", __file__, str(most), str(seconds)], pdf, seconds=WAITED_FOR)
    if ended.code == DAMAGED:
        return 0
    if ended.code:
        raise TooMuch
    return int(ended.out)


def main(most: int) -> int:
    """Draw the pages of the PDF on standard input, and print how many there are."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(sys.stdin.buffer.read())) as document, pikepdf.new() as drawn:
            if _listed(document.Root.Pages, most) > most:
                return TOO_MUCH
            drawn.add_blank_page().Resources = pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(
                    {f"/P{n}": drawn.copy_foreign(page.as_form_xobject()) for n, page in enumerate(document.pages)}
                )
            )
            drawn.save(_Nowhere())  # type: ignore[arg-type]
            sys.stdout.write(str(len(document.pages)))
    except MemoryError:
        return TOO_MUCH
    except Exception:  # what a broken file does to who reads it cannot be told beforehand
        return DAMAGED
    return 0


def _listed(pages: object, most: int) -> int:
    """How many pages the tree of a document lists, as far as more than `most`."""
    waiting: list[object] = [pages]
    found = looked_at = 0
    while waiting and found <= most:
        node, looked_at = waiting.pop(), looked_at + 1
        below = node.get("/Kids") if hasattr(node, "get") else None
        if below is None:
            found += 1
        elif len(below) + looked_at > MOST_NODES:
            return most + 1
        else:
            waiting += list(below)
    return found


class _Nowhere(io.RawIOBase):
    """Takes what is written and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2])))
    sys.exit(main(int(sys.argv[1])))
