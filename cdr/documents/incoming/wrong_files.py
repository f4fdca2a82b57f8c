"""What is said of a file that is no return: what it is, and how to get the return out of it or instead of it."""

from __future__ import annotations

from collections.abc import Mapping

ASK = "Ask for the file that the form saved (its name ends in .asc)."
SAVE_IT = "Open it in the mail program, save the file that came with it (its name ends in .asc), and give that."
TABLE = f"This is a spreadsheet, and no form. {ASK}"
PRINTED = "This is a PDF or a picture. Ask for the file that the form saved (.asc), or type it in: cdr form, as .yaml."
MAIL = "This is a whole e-mail. Save the file that came with it (its name ends in .asc), and give that."
PAGE = f"This is a web page: the empty form, or a mail that was saved as a page, and not the answers. {ASK}"
NAMED: Mapping[str, str] = {
    "empty": f"The file is empty. {ASK}",
    "page": PAGE,
    "saved-page": PAGE,
    "mail": MAIL,
    "msg": MAIL,
    "pdf": PRINTED,
    "picture": PRINTED,
    "tnef": "This is winmail.dat, into which Outlook packed what was sent. Ask for the file again, in a mail of plain text or by another way.",
    "smime": f"This is a mail that is encrypted or signed with S/MIME (.p7m, .p7s). {SAVE_IT}",
    "archive": "This is an archive (.zip, .7z and the like). Unpack it, and give the file that is in it.",
    "rtf": "This is rich text (RTF). Save it as Word Document (.docx) where it is the Word form, or ask for the file that the form saved (.asc).",
    "odt": "This is an OpenDocument text. Open it, save it as Word Document (.docx), and give that.",
    "odf": f"This is an OpenDocument file, and no form. {ASK}",
    "iwork": f"This is a file of Apple's Pages or Numbers. Ask for the Word form as .docx. {ASK}",
    "xlsx": TABLE,
    "xls": TABLE,
    "xlsb": TABLE,
    "ods": TABLE,
    "access": f"This is a database, and no form. {ASK}",
    "recording": f"This is a recording, and no form. {ASK}",
    "program": f"This is a program, and no form; do not open it. {ASK}",
    "link": f"This is a link to a file, and not the file. {ASK}",
    "mac": f"This is what a Mac puts beside a file, and not the file itself (its name begins with ._). {ASK}",
    "card": f"This is an address or an appointment, and no form. {ASK}",
    "other-lock": f"This is locked with another program than the form. {ASK}",
    "public-key": f"This is a public key, and no return. {ASK}",
    "private-key": f"This is a private key, which should never be sent: tell whoever sent it, so that they make a new one. {ASK}",
    "signed": f"This is signed and not encrypted; the form encrypts. {ASK}",
    "signature": f"This is a signature, without what was signed. {ASK}",
}
OF_OPENPGP = ("public-key", "private-key", "signed", "signature")


def rule(kind: str) -> str:
    """The rule that a file of this kind breaks."""
    return "REPLY-DAMAGED" if kind in OF_OPENPGP else "REPLY-SHAPE"
