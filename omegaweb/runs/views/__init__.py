"""Pages of runs: launch, listing, detail, candidate, export."""
