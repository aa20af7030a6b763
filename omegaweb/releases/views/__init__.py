"""Pages of releases, and the endpoint that machines read."""
