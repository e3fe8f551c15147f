"""What residents say, by the real verbs: codes, answers on phones, answers written down."""

from typing import Any

from core import clock
from core.strangers import new_device
from evaluations.actions import voice_codes, voices
from evaluations.models import Channel, Voice, VoiceCode
from evaluations.questions import OVERALL
from projects.models import Project
from tests.memory import remembered
from tests.town import Town

GOOD = {"face": "good", "text": "", "inside": False}
WORDS = {"face": "bad", "text": "活动室太小，后排看不见。", "inside": False}


@remembered
def code(town: Town, project: Project, **about: Any) -> VoiceCode:
    """The code of the project's poster, made by its head."""
    return voice_codes.issue_code(project, by=town.head, **about)


def say(code: VoiceCode, face: str = "good", text: str = "", *, sender: str = "", device: str = "", **more) -> Voice:
    """One more phone answers."""
    values = {"face": face, "text": text, "inside": False} | more
    return voices.say(code, device=device or new_device(), sender=sender, values=values)


def entered(town: Town, project: Project, level: int = 4, *, channel: str = Channel.PHONE, by=None, **more) -> Voice:
    """Written down by the clerk, or by whom it is said to be."""
    values = {"answers": {OVERALL: level}, "text": "", "day": clock.today()} | more
    return voices.enter(project, by=by or town.clerk, channel=channel, values=values)
