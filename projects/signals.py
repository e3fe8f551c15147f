"""What an app further right may listen to: `projects` says what happened and asks nobody anything."""

from django.dispatch import Signal

reopened = Signal()
"""Projects whose results are to be judged or calculated again: `projects`, `by` whom, and `why`. Sent inside the
transaction, after they went back into review."""
dropped_out = Signal()
"""A project that had a place has lost it, so that its money is free. Sent inside the transaction, at its end, with
`project` and `why` (a few words for people)."""
