"""A return form in Word, filled in as somebody would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"


def filled(
    raw: bytes, answers: dict[str, str], extra: dict[str, bytes] | None = None, main: Callable[[bytes], bytes] = bytes
) -> bytes:
    """A Word form with answers put into its controls as Word does it (lists and labels as they are shown)."""
    from lxml import etree

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                root: Any = etree.fromstring(data)
                left = set(answers)
                for control in root.iter(f"{{{W}}}sdt"):
                    properties = control.find(f"{{{W}}}sdtPr")
                    tag = properties.find(f"{{{W}}}tag").get(f"{{{W}}}val")
                    if tag in answers:
                        left.discard(tag)
                        _write(control, properties, answers[tag])
                assert left == set()
                data = main(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
            new.writestr(name, data)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def _write(control: Any, properties: Any, answer: str) -> None:
    from lxml import etree

    tick = properties.find(f"{{{W14}}}checkbox")
    if tick is not None:
        tick.find(f"{{{W14}}}checked").set(f"{{{W14}}}val", "1")
        return
    for empty in properties.findall(f"{{{W}}}showingPlcHdr"):
        properties.remove(empty)
    content = control.find(f"{{{W}}}sdtContent")
    for child in list(content):
        content.remove(child)
    run = etree.SubElement(content, f"{{{W}}}r")
    for number, line in enumerate(answer.split("\n")):
        if number:
            etree.SubElement(run, f"{{{W}}}br")
        etree.SubElement(run, f"{{{W}}}t").text = line
