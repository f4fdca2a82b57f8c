"""In which formats the delay ledger is written."""

FORMATS = ("table", "md", "csv", "json", "html", "svg", "pdf")
