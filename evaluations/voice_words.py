"""What looks odd about an answer, in words: with the harmless explanation beside the other one."""

from django.utils.translation import gettext as _

from evaluations.models import Voice
from evaluations.oddities import BURST, SAME_ANSWERS, SAME_SENDER, SAME_WORDS


def flag_words(voice: Voice) -> list[str]:
    words = {
        SAME_SENDER: _("many from one connection within a day (perhaps a shared router)"),
        BURST: _("many within five minutes (perhaps everybody scanned at once)"),
        SAME_WORDS: _("the same words several times"),
        SAME_ANSWERS: _("the same answers to every question several times within half an hour"),
    }
    return [str(words[sign]) for sign in voice.flags if sign in words]
