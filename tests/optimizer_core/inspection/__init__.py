"""Tests of what is looked for before a candidate is scored."""
