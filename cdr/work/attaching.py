"""A file that somebody gave, as it is kept with a case."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.errors import NotAuthentic
from cdr.terminal.output import file_name

if TYPE_CHECKING:
    from cdr.domain.case.attachments import Attached
    from cdr.store.layout import Place


def attached(
    app: App, reference: str, case: Mapping[str, Any], name: str, data: bytes, kind: str
) -> tuple[dict[str, Any], dict[Place, bytes], int]:
    """The case with one more file, the file by the place where it is kept, and its number.

    The file was read before (`given`): nobody waits for a pipe while the store is locked. `name` is what it was called.
    Raises: InvalidData for one that is to say what a perinatal review found and does not follow its form.
    """
    from cdr.domain.case.attachments import with_attachment
    from cdr.domain.panel.perinatal_review import FORM, is_written_out
    from cdr.store import layout
    from cdr.work.taking_in import check

    if is_written_out(kind, name):
        check(data, file_name(name), FORM, lambda body: [], reference)
    place = app.store.free_places(reference, layout.ATTACHMENT)[0]
    number = int(place.id.rpartition("-")[2])
    body = with_attachment(
        case, number=number, kind=kind, name=Path(file_name(name)).name, size=len(data),
        sha256=hashlib.sha256(data).hexdigest(), added_on=app.clock.today,
    )  # fmt: skip
    return body, {place: data}, number


def kept_file(app: App, reference: str, file: Attached, what: str = "") -> bytes:
    """The bytes of a file that is kept with a case; `what` is what it is called where it is not the one that was attached.

    Raises: NotFound, NotAllowed, NotAuthentic, TryAgain.
    """
    data = app.store.attachment(reference, file.number)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise NotAuthentic(
            f"{what or f'Attachment {file.number}'} is not the file that was kept.",
            "See what is wrong with: cdr verify",
        )
    return data
