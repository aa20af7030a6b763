"""A fast OpenAI-compatible server for the simulated models, in a process of its own.

``http`` reads requests and writes answers · ``faults`` what goes wrong on purpose · ``counts`` what was asked ·
``app`` the addresses · ``__main__`` the process · ``process`` starts, asks and stops it.
"""
