"""What stands in the way of a change request, what deserves a word, and what is small enough to be filed only."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.models import Event
from core.money import plain, yuan
from projects.changes import (
    ACCOUNT,
    ZERO,
    Kind,
    current,
    difference,
    model_of,
    only,
    parts_of,
    wished_project,
    wished_rows,
)
from projects.comparison import compare
from projects.completeness import budget_breaches, counted, stored_tables
from projects.models import ChangeRequest, PlanVersion, Project
from projects.shifting import Shift, shifts, sums
from projects.snapshots import as_text


def problems(change: ChangeRequest) -> list[str]:
    """Everything that keeps the request from being handed in, in whole sentences; empty when it is complete."""
    found = [] if change.reason.strip() else [_("Please say why.")]
    other = change.wish.get("other", {})
    if change.kind == Kind.ACCOUNT:
        same = all(other.get(name, "") == getattr(change.project.payee, name) for name in ACCOUNT)
        return [*found, *([_("This is the account that is known already.")] if same else [])]
    if change.kind == Kind.TERMINATION:
        return found if other.get("stops_on") else [*found, _("Please say which day is to be the last.")]
    if not change.is_optimisation and not difference(change):
        found.append(_("Nothing is different from the plan as it is."))
    return [*found, *_whole(change), *_days(change), *_money(change)]


def _whole(change: ChangeRequest) -> list[str]:
    """What the form requires is still there."""
    wished, (fields, tables) = wished_project(change), parts_of(change)
    rows = wished_rows(change)
    empty = [name for name in fields if not as_text_or_empty(wished, name) and as_text_or_empty(change.project, name)]
    names = "、".join(str(Project._meta.get_field(name).verbose_name) for name in empty if name != "other_communities")
    found = [_("These are empty now: %(names)s.") % {"names": names}] if names else []
    gone = [t for t in tables if t in rows and not rows[t] and getattr(change.project, t).exists() and t != "partners"]
    return found + [
        _("At least one row is needed under “%(table)s”.") % {"table": model_of(table)._meta.verbose_name_plural}
        for table in gone
    ]


def as_text_or_empty(project: Project, name: str) -> str:
    return "" if Project._meta.get_field(name).many_to_many else as_text(project, name)


def day_problems(change: ChangeRequest, first: date, last: date) -> list[tuple[str, str]]:
    """What is wrong with these first and last days of the project: the field, and a sentence."""
    found = []
    if first > last:
        found.append(("ends_on", _("The project must end after it starts.")))
    if change.is_optimisation:
        call = change.project.call
        if first < call.starts_on:
            said = _("Projects of this call start on %(day)s at the earliest.") % {"day": call.starts_on}
            found.append(("starts_on", said))
        if last > call.ends_on:
            found.append(("ends_on", _("Projects of this call end by %(day)s.") % {"day": call.ends_on}))
    if change.kind == Kind.EXTENSION and last <= change.project.ends_on:
        found.append(("ends_on", _("An extension ends later than %(day)s.") % {"day": change.project.ends_on}))
    return found


def _days(change: ChangeRequest) -> list[str]:
    wished, rows = wished_project(change), wished_rows(change)
    first, last = wished.starts_on, wished.ends_on
    if not first or not last:
        return []
    found = [said for _field, said in day_problems(change, first, last)]
    steps = rows.get("plan_steps", stored_tables(change.project).get("plan_steps", []))
    outside = [step.name for step in steps if not first <= step.starts_on <= step.ends_on <= last]
    if outside:
        found.append(_("These steps lie outside the project's time: %(names)s.") % {"names": "、".join(outside)})
    return found


def _money(change: ChangeRequest) -> list[str]:
    """The amount awarded is fixed: the lines of the grant add up to it, and what the call limits stays limited."""
    project = change.project
    lines = wished_rows(change).get("budget_lines")
    if lines is None:
        if not change.is_optimisation:
            return []
        lines = list(project.budget_lines.all())
    award = project.amount_awarded or ZERO
    grant = sum((line.amount for line in lines if line.source == "grant"), ZERO)
    total = sum((line.amount for line in counted(lines, project.track)), ZERO)
    found = []
    if grant != award:
        found.append(
            _("The lines paid from this grant add up to %(lines)s yuan; the award is %(award)s yuan.")
            % {"lines": yuan(grant), "award": yuan(award)}
        )
    if award * 100 > total * project.track.max_share:
        found.append(
            _("The grant may be at most %(share)s%% of the total budget of %(total)s yuan.")
            % {"share": plain(project.track.max_share), "total": yuan(total)}
        )
    unproved = [line.item for line in lines if line.source == "in_kind" and not line.basis.strip()]
    if unproved:
        found.append(
            _("Say on what basis these contributions in kind are valued: %(items)s.") % {"items": "、".join(unproved)}
        )
    broken = budget_breaches(wished_project(change), lines)
    return found + [breach.sentence for breach in broken if breach.blocks and not _broken_before(change, breach)]


def _broken_before(change: ChangeRequest, breach: Any) -> bool:
    """What the call's rules found in the plan already is no fault of this change."""
    if change.is_optimisation:
        return False
    stored = budget_breaches(change.project, list(change.project.budget_lines.all()))
    return any(old.rule.pk == breach.rule.pk for old in stored)


@dataclass(frozen=True)
class Lowered:
    """A promise that the wish makes smaller: the funder has to agree to it in so many words."""

    what: str
    old: str
    new: str


def lowered(change: ChangeRequest) -> list[Lowered]:
    """People served, targets and money of others that are less than in the plan that was judged or is in force."""
    figures, wished, rows = change.base.figures, wished_project(change), wished_rows(change)
    found = []
    was = figures["beneficiaries"] or 0
    if (wished.beneficiaries or 0) < was:
        found.append(Lowered(_("people served directly"), str(was), str(wished.beneficiaries or 0)))
    if "targets" in rows:
        now = {target.key: target for target in rows["targets"]}
        for target in figures["targets"]:
            old, kept = Decimal(target["value"]), now.get(target["key"])
            if kept is None or kept.value < old or kept.unit != target["unit"]:
                new = f"{plain(kept.value)}{kept.unit}" if kept else _("left out")
                found.append(Lowered(target["indicator"], f"{plain(old)}{target['unit']}", new))
    if "budget_lines" in rows:
        other = sum((line.amount for line in rows["budget_lines"] if line.source != "grant"), ZERO)
        if other < change.base.other_money:
            found.append(Lowered(_("own money and contributions"), yuan(change.base.other_money), yuan(other)))
    return found


def warnings(change: ChangeRequest) -> list[str]:
    """What is allowed and still deserves a word: too late, beyond the call."""
    found = []
    project = change.project
    if change.is_about_hosts_account and change.is_open:
        return _of_host(change)
    if change.kind == Kind.EXTENSION and change.is_open:
        asked_on = clock.localdate(change.handed_in_at) if change.handed_in_at else clock.today()
        limit = project.call.extension_days
        if project.ends_on and project.ends_on - asked_on < timedelta(days=limit):
            found.append(
                _("An extension is asked for at least %(days)s days before the end (%(end)s); this is late.")
                % {"days": limit, "end": project.ends_on}
            )
        wished = wished_project(change).ends_on
        if wished and wished > project.call.ends_on:
            found.append(_("It goes beyond the end of the call, %(day)s.") % {"day": project.call.ends_on})
    return found


def _of_host(change: ChangeRequest) -> list[str]:
    """The account is the host's, and so is its risk: whoever decides reads this, and whether the host knows."""
    names = {"host": change.project.host, "group": change.project.applicant}
    whose = _(
        "The account belongs to the host %(host)s, which receives the money of the hosted group %(group)s: once"
        " approved, the money of every project it hosts goes to the new one."
    )
    return [whose % names, _told_host(change, names)]


def _told_host(change: ChangeRequest, names: dict[str, Any]) -> str:
    if change.is_writable:
        return _("The host %(host)s is told when this is handed in.") % names
    events = Event.objects.about(change)
    handed_in = events.filter(name="hand_in").last()
    since = events.filter(pk__gt=handed_in.pk if handed_in else 0)
    if since.filter(name="host_asks").exists():
        return _("The host %(host)s asks for it itself.") % names
    told = since.filter(name="tell_host").last()
    if told is None:
        words = _("The host %(host)s has not been told: nobody there is known as its head or for its finances. Ask it.")
        return words % names
    words = _("The host %(host)s was told on %(day)s: %(people)s.")
    return words % {**names, "day": clock.localdate(told.at), "people": told.note}


def measured_by(project: Project) -> PlanVersion | None:
    """The last version that somebody decided on."""
    return project.plan_versions.asked_for().order_by("ordinal").last()


def category_shifts(change: ChangeRequest) -> list[Shift]:
    """Every budget category whose sum of this grant changes against the last plan that was decided on."""
    lines, base = wished_rows(change).get("budget_lines"), measured_by(change.project)
    if lines is None or base is None:
        return []
    return shifts(base.by_category(), sums(lines), change.project.call.shift_tolerance)


def is_small(change: ChangeRequest) -> bool:
    """Whether it is filed and not asked: a budget whose every category stays within the call's tolerance, with the same
    total and no less money of others."""
    if change.kind != Kind.BUDGET or "budget_lines" not in change.wish.get("tables", {}):
        return False
    return all(shift.is_small for shift in category_shifts(change)) and not lowered(change)


def overlaps(change: ChangeRequest) -> list[str]:
    """The parts of the plan it touches that somebody else's change has changed since it was written."""
    now = current(change.project)
    if now is None or now.pk == change.base_id or change.is_optimisation:
        return []
    touched = compare(only(change.base.content, *parts_of(change)), only(now.content, *parts_of(change)))
    names = [field.name for field in touched.fields] + [row.table for row in touched.rows]
    labels = [Project._meta.get_field(name) for name in dict.fromkeys(names)]
    return [
        str(getattr(label, "verbose_name", None) or label.related_model._meta.verbose_name_plural) for label in labels
    ]
