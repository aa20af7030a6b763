"""Tables people upload, and how their rows are split."""
