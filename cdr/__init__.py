"""Child death review from a shell."""

__version__ = "0.1.0"
