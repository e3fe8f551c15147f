"""The code on the screen with which a judge signs in: signed, and good for a few minutes only.

`core.clock` says how old a code is, not the time stamp of `django.core.signing`, which asks the machine.
"""

from datetime import timedelta

from django.core import signing

from core import clock
from evaluations.models import PitchDay

SALT = "evaluations.pitch_day.sign_in"
GOOD_FOR = timedelta(minutes=5)
RENEWED_EVERY = timedelta(seconds=20)
"""The screen shows a new code that often, so whoever scans has nearly the whole time to sign in on the phone."""


def new_code(day: PitchDay) -> str:
    return signing.dumps([day.pk, int(clock.now().timestamp())], salt=SALT, compress=True)


def day_of(code: str) -> int | None:
    """The pitch day that this code opens; None when it is not ours or too old."""
    try:
        pk, made_at = signing.loads(code, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    age = clock.now().timestamp() - made_at
    return pk if -60 <= age <= GOOD_FOR.total_seconds() else None
