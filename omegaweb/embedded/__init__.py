"""The built-in models: a small real language model and an embedding model that run on this computer.

They are reached through LiteLLM like every other model, once :func:`omegaweb.embedded.provider.register` was called:
``local/smollm2-135m`` answers questions, ``local/wordllama`` turns texts into vectors.

provider            LiteLLM's custom provider "local"; the only door
language_model      SmolLM2 on xllamacpp, loaded once per process
embedding_model     WordLlama's vectors, loaded once per process
completion          chat messages to a plain completion prompt, field by field
writer              how one field is written, and how one of several values is chosen
grammar             what a field's schema allows, as a grammar the model cannot leave
gbnf                a grammar as a small tree
weights             where the files are and whether they are the right ones
"""
