"""Sessions of coaching, and what follows from advice: the group answers, and what was agreed on is done."""

from collections.abc import Collection
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.numbering import next_number
from core.workflow import Refused, permit, record
from people.models import User
from projects.actions.messages import tell_group
from projects.models import MentoringNote, Project, SiteVisit

Given = MentoringNote | SiteVisit
"""What advice is given in."""


@transaction.atomic
def add_session(
    project: Project, *, by: User, values: dict[str, Any], others: Collection[Project] = ()
) -> MentoringNote:
    """A mentor writes down a session; the group reads the advice, and is asked to answer.

    `others`: groups that took part in the same session. Each gets a line of its own; the mentor's hours count once.
    Refused when the same words stand there for that day already: somebody went back in the browser and sent it again.
    """
    projects = [project, *(other for other in others if other != project)]
    for each in projects:
        permit("projects.mentor", by, each)
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    same = MentoringNote.objects.filter(project=project, mentor=by, held_on=values["held_on"], advice=values["advice"])
    if earlier := same.first():
        raise Refused(_("You have written this session down already: %(number)s.") % {"number": earlier.number})
    together = uuid4() if len(projects) > 1 else None
    notes = []
    for each in projects:
        note = MentoringNote(project=each, mentor=by, together=together, **values)
        note.number = f"FD{note.held_on.year}-{next_number(f'session-{note.held_on.year}'):04d}"
        note.save()
        record(each, "mentor", by=by, label=_("Coached: %(topic)s") % {"topic": note.get_topic_display()})
        tell_group(each, _("your mentor has written advice"), body=note.advice, url=note.get_absolute_url())
        notes.append(note)
    return notes[0]


@transaction.atomic
def amend_session(note: MentoringNote, *, by: User, values: dict[str, Any]) -> MentoringNote:
    """The mentor mends what they wrote, as long as the group has not answered it: an answer is to what was read."""
    permit("projects.amend_advice", by, note)
    note = _locked(note)
    if note.is_answered:
        raise Refused(_("The group has answered this. Please write down a new session."))
    before = {name: str(getattr(note, name)) for name, value in values.items() if getattr(note, name) != value}
    if before:
        for name, value in values.items():
            setattr(note, name, value)
        note.save()
        record(note.project, "amend_session", by=by, label=_("Session %(number)s changed") % {"number": note.number},
               before=before)  # fmt: skip
        tell_group(note.project, _("your mentor has changed the advice"), body=note.advice, url=note.get_absolute_url())
    return note


@transaction.atomic
def answer_advice(given: Given, *, by: User, answer: str = "") -> Given:
    """The group says that it has read the advice, with or without words of its own; who gave it is told."""
    permit("projects.answer_advice", by, given)
    given = _locked(given)
    if given.is_answered:
        raise Refused(_("This has been answered already."))
    given.answered_at, given.answered_by, given.answer = clock.now(), by, answer.strip()
    given.save(update_fields=["answered_at", "answered_by", "answer"])
    label = _("Answered: %(what)s") if given.answer else _("Read: %(what)s")
    record(given.project, "answer_advice", by=by, label=label % {"what": given.number}, note=given.answer)
    said = _("the group has answered your advice") if given.answer else _("the group has read your advice")
    _tell_author(given, said, given.answer)
    return given


@transaction.atomic
def finish_follow_up(given: Given, *, by: User, note: str = "") -> Given:
    """What was agreed on is done: said by the group, or by who agreed on it; the other side is told."""
    permit("projects.finish_follow_up", by, given)
    given = _locked(given)
    if not given.follow_up:
        raise Refused(_("Nothing was agreed on here."))
    if given.is_done:
        raise Refused(_("This has been done already."))
    given.done_at, given.done_by, given.done_note = clock.now(), by, note.strip()
    given.save(update_fields=["done_at", "done_by", "done_note"])
    record(given.project, "finish_follow_up", by=by, label=_("Done: %(what)s") % {"what": given.number}, note=note)
    _tell_other_side(given, by, _("done: %(what)s") % {"what": given.follow_up}, given.done_note)
    return given


@transaction.atomic
def reopen_follow_up(given: Given, *, by: User, reason: str) -> Given:
    """Who agreed on it has looked, and it is not done; the group reads why."""
    permit("projects.amend_advice", by, given)
    given = _locked(given)
    if not given.is_done:
        raise Refused(_("This is not marked as done."))
    if not reason.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    given.done_at = given.done_by = None
    given.done_note = ""
    given.save(update_fields=["done_at", "done_by", "done_note"])
    label = _("Not done yet: %(what)s") % {"what": given.number}
    record(given.project, "reopen_follow_up", by=by, label=label, note=reason.strip())
    tell_group(given.project, label, body=reason.strip(), url=given.get_absolute_url())
    return given


def _locked(given: Any) -> Any:
    related = type(given).objects.select_related("project__call")
    return related.select_for_update(of=("self",)).get(pk=given.pk)


def _tell_author(given: Given, subject: str, body: str) -> None:
    subject = _("“%(project)s”: %(subject)s") % {"project": given.project.title, "subject": subject}
    notify([given.author], subject=subject, body=body, url=given.get_absolute_url())


def _tell_other_side(given: Given, by: User, subject: str, body: str) -> None:
    if by == given.author:
        tell_group(given.project, subject, body=body, url=given.get_absolute_url())
    else:
        _tell_author(given, subject, body)
