"""What runs have spent, and what models cost."""
