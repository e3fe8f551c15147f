"""What people decide about what residents said: show the words or not, look at what seems odd, answer once."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.masking import mask_text
from core.numbering import next_number
from core.workflow import Refused, advance, permit, record
from evaluations.models import Grievance, Voice
from people.models import User
from projects.actions.messages import tell_funder, tell_group
from projects.models import Project


@transaction.atomic
def show(voice: Voice, *, by: User, names: Sequence[str] = ()) -> Voice:
    """The words are shown in public, with phones, numbers, addresses and the given names masked; the group is told and
    can answer once."""
    permit("evaluations.moderate_voice", by, voice)
    voice = advance(voice, "show", by=by, shown_text=mask_text(voice.text, names))
    tell_group(voice.project, _("a resident's words are shown; you can answer them once"), url=voice.get_absolute_url())
    return voice


@transaction.atomic
def hide(voice: Voice, *, by: User, why: str, note: str) -> Voice:
    """The words are not shown, for a kind of reason and in words. Nothing is deleted, and the answer counts.

    What accuses somebody goes to the funder's clerks as a report, once.
    """
    permit("evaluations.moderate_voice", by, voice)
    voice = advance(voice, "hide", by=by, note=note, hidden_for=why)
    if why == Voice.Why.CHARGE:
        take_up(voice)
    return voice


def take_up(voice: Voice) -> Grievance:
    """What was written as a comment is looked into like a report; one that was taken up already stays one. `voice` is
    locked by the step before."""
    if found := Grievance.objects.filter(voice=voice).first():
        return found
    year = clock.today().year
    made = Grievance.objects.create(
        project=voice.project,
        activity=voice.activity,
        voice=voice,
        number=f"JB{year}-{next_number(f'grievance:{year}'):04d}",
        kind=Grievance.Kind.OTHER,
        text=voice.text,
    )
    tell_funder(voice.project, _("a resident reports a problem"))
    return made


@transaction.atomic
def answer(voice: Voice, *, by: User, text: str) -> Voice:
    """The group answers in public, once; personal data in it is masked as well."""
    permit("evaluations.answer_voice", by, voice)
    locked = Voice.objects.select_for_update(of=("self",)).select_related("project").get(pk=voice.pk)
    if locked.reply or locked.state != Voice.State.SHOWN:
        raise Refused(_("This was answered already, or is no longer shown."))
    if not text.strip():
        raise Refused(_("Please write an answer."))
    locked.reply, locked.replied_by, locked.replied_at = mask_text(text.strip()), by, clock.now()
    locked.save(update_fields=["reply", "replied_by", "replied_at"])
    record(locked, "answer_voice", by=by, label=_("Answered by the group"))
    return locked


@transaction.atomic
def look(project: Project, *, by: User, voices: Iterable[Voice]) -> int:
    """Somebody has looked at what seemed odd, and it counts."""
    return _look(project, by, voices, reason="")


@transaction.atomic
def leave_out(project: Project, *, by: User, voices: Iterable[Voice], reason: str) -> int:
    """Answers are left out of the figures, by a person and for a reason; both figures stay to be seen."""
    if not reason.strip():
        raise Refused(_("Please say why these answers are left out."))
    return _look(project, by, voices, reason=reason.strip())


def _look(project: Project, by: User, voices: Iterable[Voice], reason: str) -> int:
    permit("evaluations.exclude_voice", by, project)
    chosen = [voice.pk for voice in voices]
    found = Voice.objects.standing().filter(pk__in=chosen, project=project).select_for_update(of=("self",))
    now, done = clock.now(), 0
    for voice in found:
        voice.looked_at, voice.looked_by = now, by
        if reason and voice.excluded_at is None:
            voice.excluded_at, voice.excluded_by, voice.exclusion = now, by, reason
            record(voice, "leave_out", by=by, label=_("Left out of the figures"), note=reason)
        voice.save(update_fields=["looked_at", "looked_by", "excluded_at", "excluded_by", "exclusion"])
        done += 1
    if not done:
        raise Refused(_("Please choose at least one answer."))
    label = _("Residents' answers left out of the figures") if reason else _("Odd answers looked at: they count")
    record(project, "look_at_voices", by=by, label=label, note=reason, number=done)
    return done


@transaction.atomic
def take_in(voice: Voice, *, by: User, reason: str) -> Voice:
    """An answer that was left out counts again, for a reason."""
    permit("evaluations.exclude_voice", by, voice)
    if not reason.strip():
        raise Refused(_("Please say why it counts again."))
    locked = Voice.objects.select_for_update(of=("self",)).get(pk=voice.pk)
    if locked.excluded_at is None:
        raise Refused(_("This answer counts already."))
    locked.excluded_at, locked.excluded_by, locked.exclusion = None, None, ""
    locked.save(update_fields=["excluded_at", "excluded_by", "exclusion"])
    record(locked, "take_in", by=by, label=_("Counts again"), note=reason.strip())
    return locked
