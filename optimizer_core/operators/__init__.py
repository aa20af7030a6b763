"""What proposes: operators turn a parent and evidence into a new content of one variable.

* ``evidence``   scored predictions, recurring hard examples, rejected proposals
* ``mutation``   one parent, rewritten by a language model
* ``crossover``  two parents, combined by a language model
* ``few_shot``   examples drawn from the epoch's own predictions; asks no model
* ``prompts``    the only prompts of the optimizer
* ``rewriting``  the call that mutation and crossover share, and the checks of its answer
"""
