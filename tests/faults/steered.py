"""A coverage-guided fuzzer over the parsers: `python -m faults.steered NAME [FOLDER] [options of libFuzzer]`, with atheris beside cdr's own environment.

It ends at the first input that raises what no reader may raise, or that takes longer than `-timeout`; the folder keeps what reached new code.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["cdr"]):
    from faults.parsers import PARSERS


def main() -> None:
    """Give one parser what the fuzzer makes of its seeds, until it is ended."""
    name, *others = sys.argv[1:]
    parser = PARSERS[name]
    for folder in [Path(one) for one in others if not one.startswith("-")][:1]:
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(parser.seeds()):
            (folder / f"seed-{number:03}").write_bytes(seed)

    def read(raw: bytes) -> None:
        try:
            parser.reads(raw)
        except parser.refuses:
            return

    atheris.Setup([sys.argv[0], *others], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
