"""Tests of the grid of samples × candidates."""
