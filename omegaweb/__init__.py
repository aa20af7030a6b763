"""The web application: upload a table, launch a run, watch it, approve what it found."""
