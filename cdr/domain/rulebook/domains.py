"""The domains of the analysis (Form C) in which factors are found: the child, the social environment, the physical one, and services."""

DOMAINS = ("A", "B", "C", "D")
