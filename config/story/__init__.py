"""The demo is a story, not rows: everything after the master data goes through the verbs, on its own day.

`people` and `programme` found the place; `proposals_2013` and `proposals_2026` hold what the groups wrote;
`stage` plays the verbs; `competition_2013`, `needs_2026`, `calls_2026` and `open_call` tell what happened.
"""
