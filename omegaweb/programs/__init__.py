"""Programs: an instruction, its inputs and outputs, and what may change."""
