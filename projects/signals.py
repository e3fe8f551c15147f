"""What an app further right may listen to: `projects` says what happened and asks nobody anything."""

from django.dispatch import Signal

dropped_out = Signal()
"""A project that had a place has lost it, so that its money is free. Sent inside the transaction, at its end, with
`project` and `why` (a few words for people)."""
