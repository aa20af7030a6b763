"""Who is kept: the population, the laws of survival, the distance they use, and the choice of parents.

* ``population``         members, their rewards, merging of clones, the rank, banned candidates
* ``dominated_novelty``  who survives: "dns" (radius), "dns-rank" (paper), "ga"; plain functions
* ``distance``           how far two candidates are apart
* ``selection``          which member becomes a parent
"""
