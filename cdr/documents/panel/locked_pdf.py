"""A PDF locked with a pass-phrase (AES with 256 bits, PDF 2.0), so that any reader of PDFs opens it: a panel member needs nothing else."""

from __future__ import annotations

import io
import secrets


def locked(pdf: bytes, passphrase: str) -> bytes:
    """The same document, which opens with this pass-phrase only; a screen reader may read it, and nobody may change it."""
    import pikepdf

    out = io.BytesIO()
    may = pikepdf.Permissions(modify_annotation=False, modify_assembly=False, modify_form=False, modify_other=False)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        how = pikepdf.Encryption(user=passphrase, owner=secrets.token_urlsafe(32), R=6, allow=may)
        document.save(out, encryption=how)
    return out.getvalue()
