"""Figures measured on one machine, side by side; never part of the tests."""
