"""What a person is told about a file that is not YAML as cdr reads it; none of it quotes the file."""

from __future__ import annotations

from collections.abc import Mapping

MAX_MARKS = 8

ENCODING = "Save the file again as UTF-8 (in an editor: Save as, encoding UTF-8)."
CONTROL = "A character here cannot be seen or changes the direction of the text. Delete it and type the text again."
MARKS = f"More than {MAX_MARKS} accents are stacked on one letter here. Type the text again."
DIRECTIVE = "Lines that begin with % are not used. Delete the line."
TAG = "Text that begins with ! goes in quotation marks."
ALIAS = "Anchors (&) and aliases (*) are not used. Write the text out, or put it in quotation marks if it begins with & or *."
HINTS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "YAML-SYNTAX",
        "Text that has a colon and a space in it goes in quotation marks.",
    ),
    (
        "cannot start any token",
        "YAML-SYNTAX",
        "Indent with spaces, not tabs; text that begins with @, % or ` goes in quotation marks.",
    ),
    ("while scanning a quoted scalar", "YAML-SYNTAX", "A quotation mark is opened near here and not closed."),
    (
        "flow sequence",
        "YAML-SYNTAX",
        "A list in square brackets needs a comma between its items and a closing bracket.",
    ),
    ("flow mapping", "YAML-SYNTAX", "A group in curly brackets needs a comma between its parts and a closing bracket."),
    (
        "escape",
        "YAML-SYNTAX",
        'A backslash in "double" quotation marks means something special. Use single quotation marks.',
    ),
    ("directive", "YAML-DIRECTIVE", DIRECTIVE),
    ("undefined tag handle", "YAML-TAG", TAG),
)
SYNTAX = (
    "The layout is not right at or just above this line. Check its indentation, colons, quotation marks and brackets."
)

MEANINGS: Mapping[str, str] = {
    "YAML-SYNTAX": "the file's layout (indentation, colons, quotation marks, brackets) cannot be read as YAML",
    "YAML-SHAPE": "the file holds fields, each with its key, a colon and what it says",
    "YAML-ENCODING": "the file is saved as UTF-8, so that every name keeps its letters",
    "YAML-SIZE": "the file is larger, or has more parts, than a form ever is",
    "STORE-READ": "what is to be kept comes out the same when it is read again; this would not",
    "YAML-DEPTH": "groups lie inside each other more deeply than in any form",
    "YAML-DOCUMENTS": "a file holds one form only",
    "YAML-DIRECTIVE": "lines that begin with % are not used",
    "YAML-TAG": "text that begins with ! goes in quotation marks",
    "YAML-ALIAS": "anchors (&) and aliases (*) are not used, so that what stands there is what is meant",
    "YAML-MERGE": "merge keys (<<) are not used",
    "YAML-KEY": "a key is a word",
    "YAML-DUPLICATE": "the same key is given twice, and nobody could tell which is right",
    "YAML-CONTROL": "there is a character that cannot be seen, or that could make the text look like another",
    "REPLY-SHAPE": "the file is not what a return form saves, or not as the form saved it",
    "REPLY-SIZE": "the file is larger than any return",
    "REPLY-LOCKED": "the file is not encrypted to the members of this store, as the return form does it",
    "REPLY-DAMAGED": "the file did not come through whole, or is no encrypted message",
    "WORD-SHAPE": "the file is not the Word form that cdr made, saved as .docx",
    "WORD-SAFE": "the Word document holds more than text: macros, or something that is fetched from elsewhere",
}
