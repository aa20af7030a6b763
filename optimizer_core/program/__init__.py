"""A program: modules with trainable variables, an optimizer and a reward.

* ``state``     the root module, and what its variables hold
* ``saved``     the same as a file and back
* ``program``   Program: compile, fit, predict, evaluate
* ``blocking``  async work in a script
"""

from optimizer_core.program.program import Program

__all__ = ["Program"]
