"""What residents say: on their phones, or written down by somebody; taken back, and without a trace after a month."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.masking import mask_text
from core.strangers import fingerprint_device, has_sent_enough, keyed
from core.workflow import Refused, advance, permit
from evaluations.actions.grievances import forget_contacts
from evaluations.models import Audience, Channel, Questionnaire, Voice, VoiceCode
from evaluations.models.voice import LEVEL_OF, Face
from evaluations.oddities import Said, oddities
from evaluations.questions import OVERALL
from people.models import User
from projects.models import Activity, Project
from projects.models.state import FUNDED

MOST_FROM_ONE_NETWORK = 60
"""Answers an hour from one connection about one project: a whole room may share one router."""
TRACES_KEPT = timedelta(days=30)
"""How long the fingerprints of phone and connection are kept, so that somebody can look at what seemed odd."""
WORDS_KEPT = timedelta(days=730)
"""After this phones, numbers and addresses are masked in the words as they were written, too."""
LOOKED_BACK_AT = 1000
"""So many answers are compared with a new one."""


def why_closed(code: VoiceCode) -> str:
    """Why nobody can answer behind this code, in a sentence; empty while people can."""
    if code.revoked_at:
        return str(_("This code was replaced or taken down. Please scan the newest poster."))
    if code.is_over:
        return str(_("The time to answer is over since %(day)s.") % {"day": code.expires_on})
    return "" if code.project.state in FUNDED else str(_("This project does not take place."))


def phone_key(code: VoiceCode, device: str) -> str:
    """A phone as it is known for one project, and nowhere else: not where somebody signed in with a name."""
    return fingerprint_device(device, "voice", str(code.project_id))


def mine(code: VoiceCode, device: str) -> Voice | None:
    """What this phone has said of the project today."""
    found = Voice.objects.of_phone(phone_key(code, device)).filter(project=code.project_id)
    return found.select_related("project", "activity", "questionnaire").first()


@transaction.atomic
def say(code: VoiceCode, *, device: str, sender: str, values: Mapping[str, Any]) -> Voice:
    """Somebody answers on a phone: a face, perhaps a line of text. One answer a phone, project and day.

    `values`: face, text, and `inside`: not meant for the public. Words wait until a person has looked at them.
    """
    code = _lock(code)
    if code.is_desk:
        raise Refused(_("Behind this code a residents' committee writes down what people say."))
    sender = keyed("voice", str(code.project_id), sender) if sender else ""
    twice = _("Somebody has answered on this phone today already. Tomorrow you can answer again.")
    if mine(code, device):
        raise Refused(twice)
    _refuse_flood(sender)
    voice = Voice(
        project=code.project,
        activity=code.activity,
        code=code,
        questionnaire=Questionnaire.objects.in_force(code.project.call.funder, code.audience),
        audience=code.audience,
        face=values["face"],
        level=LEVEL_OF[Face(values["face"])],
        device=phone_key(code, device),
        sender=sender,
        **_words(values),
    )
    try:
        with transaction.atomic():
            voice.save()
    except IntegrityError:  # behind another poster of the project, at the same moment
        raise Refused(twice) from None
    watch(code.project)
    return voice


@transaction.atomic
def say_more(voice: Voice, *, answers: Mapping[str, int]) -> Voice:
    """The longer form, once: what is said of the whole in five steps is more exact than the face, and replaces it."""
    locked = Voice.objects.select_for_update(of=("self",)).select_related("project", "questionnaire").get(pk=voice.pk)
    if not locked.can_say_more:
        raise Refused(_("These questions are answered already, or the day is over."))
    _answer(locked, answers)
    locked.save(update_fields=["answers", "level"])
    watch(locked.project)
    return locked


@transaction.atomic
def withdraw(voice: Voice) -> Voice:
    """Take back what was said, from the same phone within ten minutes: words and answers are gone."""
    if not voice.can_be_withdrawn:
        raise Refused(_("This can be taken back for ten minutes; now please call the funder and name your number."))
    return advance(voice, "take_back", by=None)


@transaction.atomic
def withdraw_on_request(voice: Voice, *, by: User, note: str) -> Voice:
    """Later: somebody called and named the number on their phone. A clerk takes it back and notes how it was asked."""
    if not note.strip():
        raise Refused(_("Please note who asked for it and how, without a name."))
    return advance(voice, "take_back", by=by, note=note)


@transaction.atomic
def enter(
    project: Project,
    *,
    by: User,
    channel: str,
    values: Mapping[str, Any],
    activity: Activity | None = None,
    audience: str = Audience.RESIDENT,
) -> Voice:
    """Write down what somebody said by phone, at the door, or on paper.

    By phone and at the door only who is not of the group: mentor, evaluator, clerk. The group itself enters nothing but
    paper questionnaires, which stand apart from every figure.
    """
    permit("evaluations.enter_paper" if channel == Channel.PAPER else "evaluations.enter_voice", by, project)
    return _write_down(project, activity, audience, channel, values, entered_by=by)


@transaction.atomic
def enter_at_desk(code: VoiceCode, *, sender: str, name: str, channel: str, values: Mapping[str, Any]) -> Voice:
    """A residents' committee writes down, by its own link and without an account, under the name of who does it."""
    code = _lock(code)
    if not code.is_desk or channel not in (Channel.PHONE, Channel.DOOR):
        raise Refused(_("Behind this code people answer themselves."))
    sender = keyed("voice", str(code.project_id), sender) if sender else ""
    _refuse_flood(sender)
    who = {"entered_name": name.strip(), "code": code, "sender": sender}
    return _write_down(code.project, code.activity, code.audience, channel, values, **who)


def _lock(code: VoiceCode) -> VoiceCode:
    related = ("project__call__funder", "activity")
    code = VoiceCode.objects.select_for_update(of=("self",)).select_related(*related).get(pk=code.pk)
    if closed := why_closed(code):
        raise Refused(closed)
    return code


def _refuse_flood(sender: str) -> None:
    if sender and has_sent_enough(Voice.objects.filter(sender=sender), "said_at", MOST_FROM_ONE_NETWORK):
        raise Refused(
            _("So many have answered from here within an hour that it looks like a program. Try again later.")
        )


def _write_down(
    project: Project,
    activity: Activity | None,
    audience: str,
    channel: str,
    values: Mapping[str, Any],
    **who: Any,
) -> Voice:
    day: date = values.get("day") or clock.today()
    if day > clock.today():
        raise Refused(_("This day is still to come."))
    if activity is not None and activity.project_id != project.pk:
        raise Refused(_("This activity belongs to another project."))
    voice = Voice(
        project=project,
        activity=activity,
        questionnaire=Questionnaire.objects.in_force(project.call.funder, audience),
        audience=audience,
        channel=channel,
        day=day,
        **who,
        **_words(values),
    )
    if OVERALL not in values["answers"]:
        raise Refused(_("Please fill in how satisfied they are on the whole."))
    _answer(voice, values["answers"])
    voice.save()
    return voice


def _words(values: Mapping[str, Any]) -> dict[str, Any]:
    text = " ".join((values.get("text") or "").split())
    state = Voice.State.INSIDE if values.get("inside") else Voice.State.WAITING
    return {"text": text, "state": state if text else Voice.State.SILENT}


def _answer(voice: Voice, answers: Mapping[str, int]) -> None:
    keys = {item["key"] for item in voice.questionnaire.items}
    voice.answers = {key: level for key, level in answers.items() if key in keys and level in range(1, 6)}
    if not voice.answers:
        raise Refused(_("Please answer at least one question."))
    voice.level = voice.answers.get(OVERALL, voice.level)


def watch(project: Project) -> None:
    """Look for what is odd among the answers that came by themselves. A sign stays, whatever is forgotten later."""
    recent = Voice.objects.standing().filter(project=project, channel=Channel.WEB).order_by("-said_at", "-pk")
    voices = list(recent[:LOOKED_BACK_AT])
    signs = oddities(
        Said(one.pk, one.said_at, one.sender, one.text, tuple(sorted(one.answers.items()))) for one in voices
    )
    for voice in voices:
        if new := [sign for sign in signs.get(voice.pk, []) if sign not in voice.flags]:
            Voice.objects.filter(pk=voice.pk).update(flags=[*voice.flags, *new], flagged_at=clock.now())


def forget_traces(but: Collection[int] = ()) -> int:
    """Take away what could lead to a phone, a connection or a person once its time is over; how many. For the timer.
    `but`: projects of which nothing may go now, because something that is open rests on it."""
    now = clock.now()
    done = Voice.objects.traceable(now - TRACES_KEPT).exclude(project__in=but).update(device="", sender="")
    done += forget_contacts(but)
    for voice in Voice.objects.filter(~Q(text=""), said_at__lt=now - WORDS_KEPT).exclude(project__in=but):
        masked = mask_text(voice.text)
        if masked != voice.text:
            done += Voice.objects.filter(pk=voice.pk).update(text=masked)
    return done
