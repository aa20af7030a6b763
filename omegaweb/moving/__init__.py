"""Whole runs as files, from one database to another: `shapes` says what travels, `writing` and `reading` carry it."""
