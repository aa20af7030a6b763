"""The web application: upload a table, launch an optimization run, watch it, approve what it found."""
