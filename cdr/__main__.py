"""`python -m cdr`."""

from cdr.cli import main

main()
