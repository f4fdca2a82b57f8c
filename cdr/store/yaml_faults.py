"""What a person is told about a file that is not YAML as cdr reads it; none of it quotes the file."""

from __future__ import annotations

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
