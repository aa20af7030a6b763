"""The run: what ``fit`` does, from the baseline to the test.

* ``settings``   what ``fit`` is told, checked
* ``run``        what the parts of one run share
* ``loop``       start, epochs, end of an epoch; ``train`` is the way in
* ``start``      baseline and seeds
* ``step``       one batch: predict, reward, propose, score, admit
* ``reviews``    asks people, and applies what they say
* ``finale``     final validation, the winner, the test
* ``scoring``    many samples at once, each (candidate, sample) paid once (``ledger``)
* ``measuring``  scoring, reported and folded into the population
* ``holdback``   the share of the budget that the search may not touch
* ``state``      everything a checkpoint holds (``checkpoints``)
* ``reporting``  events to the callbacks
* ``stopping``   ends what is under way when somebody asks for it
"""
