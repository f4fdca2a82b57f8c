"""The smallest count that a public edition shows, but for none: an area may raise it and not lower it. No national figure was found."""

FEWEST = 5
