"""Projects: what belongs together, who may do what with it, and how people are let in."""
