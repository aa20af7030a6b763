"""A simulated task with hidden rules, and the simulated models that answer it and rewrite its prompt.

``words`` what tickets speak of · ``world`` the hidden rules and the tickets · ``statements`` rules as sentences ·
``evidence`` tickets with answers, read off a prompt · ``task_model`` answers a ticket · ``proposer`` writes a better
prompt · ``answering`` the form the answer is wanted in. The standard library only: every peer's environment loads it.
"""
