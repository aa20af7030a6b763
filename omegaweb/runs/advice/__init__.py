"""Advice about a run: what is measured of it, rules over that, and the change each offers for a continued run."""
