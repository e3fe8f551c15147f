"""What an app further right may listen to: `people` says what is about to happen and asks nobody anything."""

from django.dispatch import Signal

changing_account = Signal()
"""The head of an `organization` enters another bank account than the one that was known, or a clerk's table brings the
first. Sent before anything is written; whoever must not let it happen (money is on its way to it) raises `Refused`."""
