"""Looks at a candidate before it is scored: what is probably a mistake, told while it has cost nothing yet.

* ``flag``          what was found: kind, sentence, evidence
* ``texts``         the texts of a content, and their words
* ``placeholders``  a placeholder of the parent is gone
* ``copying``       a training row stands in the text
* ``growth``        the text has grown a lot
* ``labels``        labels were lost, or are none of the answer's
* ``shape``         another format, or fields that the answer does not have
* ``duplicates``    nearly the same as a known candidate
* ``inspector``     all of them, on whatever a proposal has changed

Each check is a function without any call or state. They would rather miss something than cry wolf.
"""
