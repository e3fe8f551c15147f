"""Handing a proposal in, and taking it back."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core.numbering import next_number
from core.workflow import Refused, advance
from grants.actions import ledger
from people.models import Organization, User
from projects.actions.coaching import close_coaching
from projects.actions.likeness import keep_keys, look_for_likenesses
from projects.actions.messages import tell_funder
from projects.comparison import Version, compare
from projects.completeness import budget_breaches
from projects.facts import check_applicant
from projects.models import Project, State, Submission
from projects.models.submission import PLEDGE
from projects.signals import dropped_out
from projects.snapshots import kept


@transaction.atomic
def submit(project: Project, *, by: User, pledged: bool, note: str = "", unchanged: bool = True) -> Project:
    """Hand the proposal in: it gets its number, the clerks are told. A corrected one keeps its number.

    What was handed in is written down as a `Submission`, with the pledge of whoever handed it in and the warnings of
    the rules as they were on that day; the clerk's remarks stay open until the clerk has looked at the correction; in
    the background it is compared with all other proposals. Refused without the pledge, each time: what was corrected
    is a new statement. `unchanged`: whether a returned one may go in again as it was; else that is refused, since
    somebody may have forgotten what was to be corrected, or to save it.

    The applicant is locked first: of two proposals that one group hands in at the same moment, the second sees the
    first when the conditions of the call count them (限报). The call's running number happens to make them wait too;
    this does not depend on it.
    """
    if not pledged:
        raise Refused(_("Please confirm the pledge before you submit."))
    Organization.objects.select_for_update(of=("self",)).get(pk=project.applicant_id)
    if project.state == State.RETURNED:
        if not unchanged and not differs(project):
            raise Refused(
                _("Nothing was changed since it was returned. Please correct it, or tick below."), at="unchanged"
            )
        advance(project, "resubmit", by=by, note=note)
    else:
        number = f"{project.call.code}-{next_number(f'project:{project.call_id}'):03d}"
        advance(project, "submit", by=by, note=note, number=number)
    Submission.objects.create(
        project=project,
        ordinal=project.submissions.count() + 1,
        by=by,
        content=kept(project),
        notes=_warnings(project),
        pledge=_pledge(),
    )
    keep_keys(project)
    tell_funder(project, _("submitted, please check the papers"))
    look_for_likenesses.enqueue(project.pk)
    return project


def differs(project: Project) -> bool:
    """Whether the proposal, with its papers and what goes with it, says anything else than when handed in last."""
    last = project.submissions.last()
    return last is None or bool(compare(_its_own(last.content), _its_own(kept(project))))


def _its_own(version: Version) -> Version:
    """Without a rating that was given meanwhile and the profile of the organisation: they correct nothing of it."""
    rows = [
        {name: said for name, said in row.items() if name not in ("rating", "profile")}
        for row in version["tables"].get("applicant", [])
    ]
    return {"fields": version["fields"], "tables": {**version["tables"], "applicant": rows}}


def _pledge() -> str:
    """The words of the pledge, as papers have them: in Chinese, whatever language the screen was in."""
    with translation.override("zh-hans"):
        return str(PLEDGE)


def _warnings(project: Project) -> list[str]:
    """What the rules found that does not block: for whoever checks."""
    unmet = check_applicant(project.applicant, project.call, host=project.host, project=project)
    found = [finding.reason for finding in unmet if not finding.is_met]
    return found + [b.sentence for b in budget_breaches(project, list(project.budget_lines.all())) if not b.blocks]


@transaction.atomic
def withdraw(project: Project, *, by: User, note: str) -> Project:
    """The applicant takes the proposal back; the funder is told unless it never saw it. Its coaching ends. One that had
    a place frees its money for the waitlist."""
    was_draft = project.state == State.DRAFT
    in_notice = project.state in (State.IN_NOTICE, State.OBJECTED)
    had_a_place = in_notice or project.state == State.SHORTLISTED
    if in_notice:
        release_reservation(project, by=by, memo=_("Withdrawn"))
    advance(project, "withdraw", by=by, note=note)
    close_coaching(project, by=by)
    if not was_draft:
        tell_funder(project, _("withdrawn"), body=note)
    if had_a_place:
        dropped_out.send(Project, project=project, why=_("withdrawn"))
    return project


def release_reservation(project: Project, *, by: User, memo: str) -> None:
    """Give the reserved money of a project back to its fund."""
    if project.amount_proposed:
        ledger.release(project.call.fund, project.amount_proposed, by=by, reference=project.number, memo=memo)
