"""Optimize the trainable parts of language-model programs: prompts, examples, plans, code."""
