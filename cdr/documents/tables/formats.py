"""In which formats the yearly tables are written."""

FORMATS = ("table", "md", "csv", "json", "html")
