"""The pages of another document, put into those that a layout left empty for them at the end of a paper."""

from __future__ import annotations

import io
from collections.abc import Sequence

MM = 72 / 25.4
ROOM = (10 * MM, 14 * MM, 200 * MM, 263 * MM)  # what templates/panel/paper.typ leaves empty on such a page


def filled(pdf: bytes, sources: Sequence[bytes]) -> bytes:
    """The paper with the pages of these documents on its last pages, one each, in their order.

    Only what is drawn comes along: no link, no note, no script and no file within. To a screen reader the pages are pictures without words.
    """
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        documents = [pikepdf.open(io.BytesIO(raw)) for raw in sources]
        pages = [page for document in documents for page in document.pages]
        for place, page in zip(paper.pages[len(paper.pages) - len(pages) :], pages, strict=True):
            drawn = paper.copy_foreign(page.as_form_xobject())
            name = place.add_resource(drawn, pikepdf.Name.XObject, pikepdf.Name("/Sheet"))
            room = pikepdf.Rectangle(*ROOM)
            put = place.calc_form_xobject_placement(drawn, name, room, allow_expand=True)
            place.contents_add(b"/Artifact BMC\n" + put + b"\nEMC\n")
        paper.save(out, deterministic_id=True)
    return out.getvalue()
