"""Candidates waiting for a person's decision."""
