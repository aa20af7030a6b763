"""Runs that no model was asked for: `texts` invents what they are about, `search` what happens, `writing` the rows."""
