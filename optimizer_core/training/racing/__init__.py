"""The racing search: several proposals under way, each child dropped as soon as it cannot win.

:mod:`.proposals`  what is to be tried, decided in order
:mod:`.lane`       one proposal carried out, from its evidence to the end of its race
:mod:`.pace`       in which order lanes spend the budget
:mod:`.race`       the law of the race
:mod:`.landing`    what came of a proposal is folded into the state, in order
:mod:`.search`     the loop that keeps the lanes busy
"""
