"""What an app further right may listen to: `people` says what is about to happen, or asks, and knows nobody."""

from django.dispatch import Signal

changing_account = Signal()
"""The head of an `organization` enters another bank account than the one that was known. Sent before anything is
written; whoever must not let it happen (money is on its way to it) raises `Refused`."""

asked_about_money = Signal()
"""A clerk's table brings the first account of several `organizations` (keys): whoever knows says of which of them money
is on its way already, as a set."""
