"""The bridge to optimizer_core: starts runs, records what they say, asks people."""
