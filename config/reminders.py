"""Every workday morning: who has something due is reminded, and what others leave undone is told to who can act.

Nothing has to be set up for a reminder: whatever waits for somebody in 等我处理 with a due day is reminded of three
workdays before, on the day, and when it is overdue, all of it in one message a day. What is three workdays overdue is
told to the funder's clerks; what the funder itself leaves undone, to its approvers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, partial

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config import inbox as config_inbox
from core import clock
from core.inbox import Task
from core.models import Duty
from core.notifications import DIGEST_AT, notify
from core.workdays import is_workday, workdays_between
from evaluations import inbox as evaluation_inbox
from grants import inbox as grant_inbox
from people.models import Role, User
from projects import inbox as project_inbox
from projects.actions.messages import holders
from reports import inbox as report_inbox

INBOXES = (grant_inbox, project_inbox, evaluation_inbox, report_inbox, config_inbox)
BEFORE, OVERDUE, ESCALATED = 3, -1, -3
"""Workdays that are left when somebody is reminded, and when others are told."""


def tasks_of(user: User) -> list[Task]:
    """What waits for this person in all apps, the most pressing first."""
    tasks = [task for source in INBOXES for task in source.waiting_for(user)]
    return sorted(tasks, key=lambda task: (task.due_on is None, task.due_on or clock.today(), task.title))


def remind() -> int:
    """Do it once a workday, from eight in the morning on; says how many people were written to."""
    today = clock.today()
    done, _made = Duty.objects.get_or_create(name="reminders")
    if done.done_on == today or timezone.localtime(clock.now()).time() < DIGEST_AT or not is_workday(today):
        return 0
    told = _remind_all(today)
    Duty.objects.filter(name="reminders").update(done_on=today)
    return told


def _remind_all(today: date) -> int:
    told = 0
    workdays_left = cache(partial(_workdays_left, today))  # many things are due on the same day
    left_undone: dict[User, dict[Task, None]] = defaultdict(dict)
    for user in _people():
        tasks = [(task, workdays_left(task.due_on)) for task in tasks_of(user) if task.due_on]
        mine = [(task, left) for task, left in tasks if left in (BEFORE, 0, OVERDUE)]
        if mine:
            _tell(user, mine, today)
            told += 1
        for task, left in tasks:
            if left == ESCALATED and task.funder_id:
                for person in _who_can_act(user, task.funder_id):
                    left_undone[person][task] = None
    for person, undone in left_undone.items():
        notify(
            [person],
            subject=ngettext("%(n)s thing is long overdue", "%(n)s things are long overdue", len(undone))
            % {"n": len(undone)},
            body=_lines(undone),
            url=reverse("projects:project_list"),
            key=f"overdue:{today}",
        )
    return told + len(left_undone)


def _people() -> Iterator[User]:
    """Everybody for whom something could wait."""
    acts = Q(memberships__isnull=False) | Q(assignments__isnull=False) | Q(participations__isnull=False)
    return User.objects.filter(acts, is_active=True).distinct().order_by("pk").iterator(chunk_size=200)


def _workdays_left(today: date, due_on: date) -> int:
    """0 on the last workday up to the due day; below 0 when workdays have passed since."""
    if due_on < today:
        return -workdays_between(due_on, today)
    return workdays_between(today, due_on)


def _who_can_act(user: User, funder_id: int) -> list[User]:
    """The funder's clerks; its approvers, when it is the funder itself that leaves something undone."""
    found = holders(funder_id, Role.APPROVER if user.has_role(funder_id) else Role.STAFF)
    return [person for person in found if person != user]


def _tell(user: User, tasks: list[tuple[Task, int]], today: date) -> None:
    parts = (
        (0, ngettext("%(n)s thing is due today", "%(n)s things are due today", _count(tasks, 0))),
        (BEFORE, ngettext("%(n)s thing is due soon", "%(n)s things are due soon", _count(tasks, BEFORE))),
        (OVERDUE, ngettext("%(n)s thing is overdue", "%(n)s things are overdue", _count(tasks, OVERDUE))),
    )
    said = [text % {"n": _count(tasks, left)} for left, text in parts if _count(tasks, left)]
    notify(
        [user],
        subject=_("Reminder: %(what)s") % {"what": _(", ").join(said)},
        body=_lines(task for task, _left in tasks),
        url=reverse("inbox"),
        key=f"reminder:{today}",
    )


def _count(tasks: list[tuple[Task, int]], wanted: int) -> int:
    return sum(1 for _task, left in tasks if left == wanted)


def _lines(tasks: Iterable[Task]) -> str:
    words = _("%(title)s – %(what)s (until %(day)s)")
    return "\n".join(words % {"title": task.title, "what": task.what, "day": task.due_on} for task in tasks)
