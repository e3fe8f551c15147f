"""Writing a proposal: open a draft, take over what was written before, store it, offer it elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.files import within_of
from core.models import Attachment
from core.money import yuan
from core.workflow import Refused, Stale, continues, permit, record
from grants.models import Call, NeedListEntry
from people.models import Organization, Role, User
from projects.models import BudgetLine, Project, Scratch, State, TeamMember
from projects.models.row import new_key
from projects.models.state import ENDED_WITHOUT_MONEY
from projects.sections import TABLES, fields_of, tables_of

NOT_TAKEN_OVER = {"title", "field", "answers", "host", "starts_on", "ends_on", "amount_requested", "other_communities"}
"""What belongs to one call and is decided anew in the next."""
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


@transaction.atomic
def create_draft(
    call: Call,
    applicant: Organization,
    *,
    by: User,
    title: str,
    copy_of: Project | None = None,
    answers: NeedListEntry | None = None,
) -> Project:
    """Open a draft in the track that fits the applicant; a filed group's host comes from its profile.

    `copy_of`: an earlier proposal of the same applicant, whose words and tables are taken over, the budget lines with
    their prices; the days and the amount asked for are decided anew. `answers`: the published need that it answers,
    whose place and field it serves, whatever the earlier proposal says.

    Raises `Refused` when the call is not open, or has no track for applicants of this legal status.
    """
    if not by.has_role(applicant.pk, Role.MANAGER, Role.STAFF):
        raise PermissionDenied
    if copy_of is not None and copy_of.applicant_id != applicant.pk:
        raise PermissionDenied
    if not call.is_open:
        raise Refused(_("This call is not open for proposals now."))
    track = call.track_for(applicant)
    if track is None:
        raise Refused(_("This call has no track for %(status)s.") % {"status": applicant.get_status_display()})
    project = Project.objects.create(
        call=call,
        track=track,
        applicant=applicant,
        host=applicant.host if applicant.is_filed else None,
        community=answers.community if answers else applicant.community,
        field=answers.field if answers and answers.field in call.service_fields.all() else None,
        answers=answers,
        leader=by.name,
        leader_phone=by.phone or "",
        experience=_experience(applicant) if "experience" in fields_of(track.form) else "",
        title=title,
        created_by=by,
    )
    record(project, "create", by=by, label=_("Draft opened"))
    if copy_of is not None:
        _take_over(copy_of, project)
    elif "team" in tables_of(track.form):
        _name_team(project)
    return project


def _name_team(project: Project) -> None:
    """The people of the profile with their best certificate, to be completed or struck out."""
    ranks = {level: place for place, level in enumerate(TeamMember.Certified.values)}
    held = project.applicant.memberships.current().filter(role__in=[Role.MANAGER, Role.STAFF])
    people = {member.user_id: member for member in held.select_related("user").prefetch_related("user__certificates")}
    for position, member in enumerate(people.values()):
        levels = [certificate.level for certificate in member.user.certificates.all()]
        TeamMember.objects.create(
            project=project,
            position=position,
            name=member.user.name,
            certificate=max(levels, key=lambda level: ranks[level], default=TeamMember.Certified.NONE),
            post=member.get_role_display(),
            part=_("project leader") if member.user_id == project.created_by_id else _("team member"),
            phone=member.user.phone or "",
        )


def _experience(applicant: Organization) -> str:
    """The funded projects of the profile, for the section that asks for experience."""
    done = applicant.projects.completed().order_by("-state_since").values_list("title", "call__title")[:3]
    return "；".join(f"{call}：{title}" for title, call in done)[:200]


def _take_over(old: Project, new: Project) -> None:
    """The words and tables of an earlier proposal, as far as the new form asks for them and no need has decided."""
    form = new.track.form
    kept = NOT_TAKEN_OVER | ({"community"} if new.answers_id else set())
    for name in fields_of(form):
        if name not in kept and getattr(old, name) not in (None, ""):
            setattr(new, name, getattr(old, name))
    if new.answers_id is None and old.field in new.call.service_fields.all():
        new.field = old.field
    new.save()
    if new.answers_id is None:
        new.other_communities.set(old.other_communities.all())
    # Days of the plan belong to the old call; a plan outside the new one would only have to be deleted again.
    within = [s for s in old.plan_steps.all() if new.call.starts_on <= s.starts_on <= s.ends_on <= new.call.ends_on]
    kept = {step.key for step in within}
    for name in tables_of(form):
        rows: Iterable[Any] = within if name == "plan_steps" else getattr(old, name).all()
        for row in rows:
            row.pk, row.project = None, new
            row._state.adding = True
            if name == "budget_lines":
                row.cut, row.cut_reason, row.cut_before = 0, "", 0
                row.step_key = row.step_key if row.step_key in kept else ""
                row.quote_number = ""  # another budget rests on other quotations
            row.save()


@transaction.atomic
def save_proposal(
    project: Project,
    *,
    by: User,
    version: int,
    values: Mapping[str, Any],
    tables: Tables | None = None,
    tab: str = "",
    unstored: Mapping[str, Sequence[str]] | None = None,
    continued: str | None = None,
) -> Project:
    """Store the text and the given tables of a draft, all or nothing; the person's unsaved text is gone with it.

    A row with the key of a stored one changes it, the others are added, and what is not in the table any more is
    removed. `version` is the one the form was opened with: when somebody saved meanwhile, `Stale` is raised and
    nothing is stored, so that nobody's words are overwritten unseen. `tab` is the browser tab that sends, as in
    `core.workflow.continues`. `unstored`: the whole form as it was typed, where a part of it could not be stored;
    it is kept beside the proposal, so that a reload brings every word back. `continued`: the tab whose kept words the
    form was filled in from, perhaps on another device: once all is stored they are kept no longer.
    """
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit("projects.write_proposal", by, locked)
    if locked.version != version and not continues(tab, locked.saved_from):
        if locked.saved_by_id == by.pk:
            raise Stale(_("You saved this proposal in another window meanwhile. Your text is still below."))
        raise Stale(_("Somebody else saved this proposal while you were writing. Your text is still below."))
    several = {}
    for name, value in values.items():
        if Project._meta.get_field(name).many_to_many:
            several[name] = value
        else:
            setattr(locked, name, value)
    locked.version += 1
    locked.saved_by, locked.saved_from = by, tab
    locked.save()
    for name, value in several.items():
        getattr(locked, name).set(value)
    for name, rows in (tables or {}).items():
        store_rows(locked, name, rows, by=by)
    _keep(locked, unstored, by=by, tabs=[tab.partition("-")[0], *([] if continued is None else [continued])])
    project.refresh_from_db()
    return project


def _keep(project: Project, unstored: Mapping[str, Sequence[str]] | None, *, by: User, tabs: Sequence[str]) -> None:
    """Keep what could not be stored, or forget what these tabs had kept: what another keeps is not their business."""
    if unstored is None:
        Scratch.objects.filter(project=project, person=by, tab__in=tabs).delete()
        return
    # PostgreSQL stores no NUL; it is no part of any text somebody typed.
    data = {name: [value.replace("\x00", "") for value in values] for name, values in unstored.items()}
    data["version"] = [str(project.version)]
    values = {"version": project.version, "data": data, "tab": tabs[0], "saved_at": clock.now()}
    Scratch.objects.update_or_create(project=project, person=by, defaults=values)


PRICED = ("unit_price", "quantity", "source")
"""What a cut was measured by: when one of them changes, the cut is decided again."""


def store_rows(project: Project, name: str, rows: Sequence[Mapping[str, Any]], *, by: User) -> None:
    """Let a table of the proposal say what `rows` say: changed by their key, added, or removed. What says the same as
    before is not written: a form is sent whole, and of most tables nothing has changed."""
    if name not in TABLES:
        raise LookupError(name)
    manager = getattr(project, name)
    model: type[Any] = manager.model
    columns = [f.attname for f in model._meta.concrete_fields if f.name not in ("id", "project", "key")]
    stored = {row.key: row for row in manager.all()}
    added: list[Any] = []
    changed: list[Any] = []
    taken: set[str] = set()
    for position, values in enumerate(rows):
        row = stored.pop(values.get("key", ""), None)
        if row is None:
            key = values.get("key") or new_key()
            added.append(model(**{**values, "project": project, "key": new_key() if key in taken else key}))
            added[-1].position = position
            taken.add(added[-1].key)
            continue
        taken.add(row.key)
        before = {column: getattr(row, column) for column in columns}
        for column, value in values.items():
            setattr(row, column, value)
        if name == "budget_lines" and any(before[column] != getattr(row, column) for column in PRICED):
            _drop_cut(project, row, by=by)
        row.position = position
        if any(before[column] != getattr(row, column) for column in columns):
            changed.append(row)
    if stored:
        manager.filter(pk__in=[row.pk for row in stored.values()]).delete()
    model._base_manager.bulk_create(added)
    if changed:
        model._base_manager.bulk_update(changed, columns)


def _drop_cut(project: Project, line: BudgetLine, *, by: User) -> None:
    """A cut of a line that has changed would take money the group has already given up."""
    if line.drop_cut():
        values = {"item": line.item, "amount": yuan(line.cut_before)}
        label = _("“%(item)s” has changed: the cut of %(amount)s yuan is to be decided again") % values
        record(project, "drop_cut", by=by, label=label[:120], line=line.key)


@transaction.atomic
def keep_refused(project: Project, *, by: User, version: int, tab: str, typed: Mapping[str, Sequence[str]]) -> None:
    """Keep a form that could be neither stored nor submitted, as it was typed; nothing of the proposal changes.

    Not that of an old version: it is told of the clash, and what somebody has saved since comes first.
    """
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit("projects.write_proposal", by, locked)
    if locked.version == version or continues(tab, locked.saved_from):
        _keep(locked, typed, by=by, tabs=[tab.partition("-")[0]])


def discard_scratch(project: Project, *, by: User) -> None:
    """Forget what somebody typed and did not store."""
    Scratch.objects.filter(project=project, person=by).delete()


def removable_files(project: Project) -> set[Any]:
    """The files that were added since the proposal was last handed in; what was handed in stays."""
    files = Attachment.objects.of(project)
    if last := project.submissions.order_by("-ordinal").first():
        files = files.filter(at__gt=last.at)
    return set(files.values_list("pk", flat=True))


@transaction.atomic
def remove_file(project: Project, attachment: Attachment, *, by: User) -> None:
    """Take a file back that has not been handed in yet; refused for one that the funder has seen."""
    permit("projects.write_proposal", by, project)
    if attachment.pk not in removable_files(project):
        raise Refused(_("This file has been handed in already: it stays."))
    record(project, "remove_file", by=by, label=_("File removed: %(name)s") % {"name": attachment.name})
    attachment.delete()
    transaction.on_commit(partial(attachment.file.delete, save=False))


def offered(project: Project) -> QuerySet[Project]:
    """Where the proposal has been offered to and is still, so that it is not offered there twice."""
    return project.routed_to.exclude(state=State.WITHDRAWN).select_related("call__funder")


def elsewhere(project: Project) -> QuerySet[Call]:
    """Other published calls with a track for this applicant."""
    others = Call.objects.published().exclude(pk=project.call_id).filter(tracks__open_to=project.applicant.status)
    return others.select_related("fund", "funder").prefetch_related("tracks").distinct()


def open_elsewhere(project: Project) -> QuerySet[Call]:
    """Of these, where it can be offered now: open, and not offered to already."""
    return elsewhere(project).filter(pk__in=Call.objects.open()).exclude(pk__in=offered(project).values("call"))


def steps_left_out(old: Project, new: Project) -> list[str]:
    """The steps of the plan that were not taken over, because their days lie outside the new call."""
    kept = new.plan_steps.values_list("key", flat=True)
    return list(old.plan_steps.exclude(key__in=list(kept)).values_list("name", flat=True))


def _copy_files(old: Project, new: Project, *, by: User) -> None:
    """The papers of a proposal that goes on: copies, because each of the two may lose its own."""
    for file in Attachment.objects.of(old):
        copy = Attachment(object_id=new.pk, content_type=file.content_type, uploaded_by=by, within=within_of(new))
        for name in ("kind", "name", "size", "media_type", "sha256"):
            setattr(copy, name, getattr(file, name))
        with file.file.open("rb") as content:
            copy.file.save(file.name, File(content), save=False)
        copy.save()


@transaction.atomic
def offer_elsewhere(project: Project, call: Call, *, by: User) -> Project:
    """Offer a proposal that was not funded to another open call, with its words, tables, papers and its history.

    (S3: 「区一级的政府购买服务申请不上？还有社区公益金…那就找其他部门基金」) The new draft points back at the old one.
    """
    permit("projects.offer_elsewhere", by, project)
    if project.state not in ENDED_WITHOUT_MONEY:
        raise Refused(_("Only a proposal that has ended without money can be offered to another call."))
    if call.pk == project.call_id:
        raise Refused(_("It has been in this call already."))
    if offered(project).filter(call=call).exists():
        raise Refused(_("It has been offered to this call already."))
    draft = create_draft(call, project.applicant, by=by, title=project.title, copy_of=project)
    draft.routed_from = project
    draft.save(update_fields=["routed_from"])
    _copy_files(project, draft, by=by)
    record(project, "offer", by=by, label=_("Offered to the call “%(call)s”") % {"call": call.title})
    record(draft, "offer", by=by, label=_("Taken over from the call “%(call)s”") % {"call": project.call.title})
    return draft
