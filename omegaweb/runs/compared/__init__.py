"""Several runs beside each other: their curves, their final figures, what differs in their settings."""
