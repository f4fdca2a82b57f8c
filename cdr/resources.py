"""Where the files that ship with cdr are: schemas, code lists, templates and rules."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `schemas` or `templates`, in the wheel or in the checkout, or `rules` or `gitdir` in the package itself."""
    if name in ("rules", "gitdir"):
        return PACKAGE / name
    packaged = PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def read_bytes(*parts: str) -> bytes:
    """The bytes of one shipped file: `read_bytes("schemas", "form-a-1.json")`."""
    return folder(parts[0]).joinpath(*parts[1:]).read_bytes()


def names(*parts: str) -> list[str]:
    """The sorted file names in one shipped folder."""
    return sorted(path.name for path in folder(parts[0]).joinpath(*parts[1:]).iterdir())
