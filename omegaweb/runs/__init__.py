"""Optimization runs: what was launched, what happened, what came out."""
