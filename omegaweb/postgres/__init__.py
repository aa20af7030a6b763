"""PostgreSQL as this site uses it: JSON is kept as it was written, and texts may hold what models write."""
