"""What an app further right may listen to: `grants` says what is about to happen and asks nobody anything."""

from django.dispatch import Signal

correcting = Signal()
"""A ledger `entry` is to be corrected. Sent before anything is written; whoever must not let it happen (its
project is archived) raises `Refused`."""
