"""The audit log: who did what, what it was before and what it became. Entries are added, never changed."""
