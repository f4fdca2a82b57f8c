"""The variables of the environment that cdr looks at."""

from __future__ import annotations

VARIABLES: tuple[tuple[str, str], ...] = (
    ("CDR_STORE", "The store's folder, where --store does not name one."),
    ("CDR_AS", "The fingerprint of the key to act with, where --as does not name one."),
    ("CDR_AS_OF", "A date, or a date and time, to act as if it were then, where --as-of gives none: for rehearsals and tests."),
    ("GNUPGHOME", "GnuPG's folder with the keys; ~/.gnupg without it. Cron's key has one of its own."),
    ("VISUAL, EDITOR", "The editor of cdr edit, the first before the second; it must be one that can be kept from leaving copies."),
    ("XDG_STATE_HOME", "Where cdr/ lies with the encrypted index and the head that was seen last; ~/.local/state without it."),
    ("XDG_RUNTIME_DIR", "A folder in memory, in which a form stands while it is edited; /dev/shm without it."),
    ("HOME", "Where the folders of the lines above are, where those are not set."),
    ("NO_COLOR", "If it holds anything, no colours are used."),
    ("COLUMNS", "How wide tables may be, where the terminal does not say."),
    ("_CDR_COMPLETE", "Set by the shell's completion script, and by nobody else."),
)  # fmt: skip
