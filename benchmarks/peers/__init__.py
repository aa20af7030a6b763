"""Runners of the peers, each in an environment of its own.

``environments`` builds them from the pins beside it · ``running`` starts a runner with a time limit · ``job`` what a
runner is told and reports · ``gepa_search``, ``dspy_search``, ``synalinks_search`` run in the peers' environments,
where nothing of ours is installed: they use the standard library, the peer, and ``benchmarks.task``.
"""
