"""What a person is told whose document does not follow its schema, and what each of these rules means; no value is quoted."""

from __future__ import annotations

from collections.abc import Mapping

TYPES: Mapping[str, str] = {
    "string": "Enter text, not a list and not a group of fields.",
    "integer": "Enter a whole number, like 3, without quotation marks.",
    "number": "Enter a number, like 8.1, without quotation marks.",
    "boolean": "Enter true or false.",
    "array": "Enter a list: each item on a line of its own after a dash, or all in square brackets.",
    "object": "Enter a group of fields: each on a line of its own below this one, or all in curly brackets.",
}
RANGES: Mapping[str, str] = {
    "minimum": "Enter a number of {} or more.",
    "maximum": "Enter a number of {} or less.",
    "exclusiveMinimum": "Enter a number above {}.",
    "exclusiveMaximum": "Enter a number below {}.",
    "minLength": "Enter at least {} characters.",
    "maxLength": "Enter at most {} characters.",
    "minItems": "Enter at least {}.",
    "maxItems": "Enter at most {}.",
}
UNKNOWN = "SCHEMA-UNKNOWN"
RULES: Mapping[str, str] = {"pattern": "SCHEMA-PATTERN", "uniqueItems": "SCHEMA-UNIQUE"}
OTHERWISE: Mapping[str, str] = {
    "pattern": "This is not written as it should be; see the field's description.",
    "uniqueItems": "The same is listed twice. Keep one.",
}
# Where one value breaks several rules, the first of these says best what to do.
WEIGHT = ("type", "const", "enum", "format", "pattern", "minLength", "maxLength")

MEANINGS: Mapping[str, str] = {
    "SCHEMA-VERSION": "the first line says which form the file holds, and in which version: schema: form-a/1",
    "SCHEMA-REQUIRED": "a field that is needed is missing; give it, or say not_known where the field takes that",
    UNKNOWN: "the form has no field of this name at this place; check the spelling and the indentation",
    "SCHEMA-TYPE": "the field takes another kind of answer: text, a number, a list, or a group of fields",
    "SCHEMA-CODE": "the field takes one of the answers of its list and nothing else; `cdr explain FIELD` shows the list",
    "SCHEMA-DATE": "a date is a real day written as 2026-01-09",
    "SCHEMA-TIME": 'a time is written as "06:52" in 24 hours, and a date with a time as 2026-01-09T05:43',
    "SCHEMA-EMAIL": "exactly one e-mail address, without a name beside it",
    "SCHEMA-PATTERN": "the answer is not written as the field needs it; the message says how",
    "SCHEMA-RANGE": "the number is smaller or larger than the field takes",
    "SCHEMA-LENGTH": "the text or list is shorter or longer than the field takes",
    "SCHEMA-UNIQUE": "the same is listed twice",
    "SCHEMA-CHOICE": "the answer is not one that the field takes",
}
