"""Two people's work on one document put together."""
