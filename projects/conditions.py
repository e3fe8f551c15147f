"""What must hold before a step: questions to one project, each with the sentence a person reads when it does not."""

from django.utils.translation import gettext_lazy as _

from core.workflow import requires
from projects.completeness import problems, waits_for_a_call


@requires(_("The call is open for proposals."))
def call_is_open(project) -> bool:
    return project.call.is_open


@requires(_("The call is closed, so that every proposal in it is known."))
def call_is_closed(project) -> bool:
    return project.call.is_closed


@requires(_("The proposal is complete and its budget adds up."))
def proposal_is_complete(project) -> bool:
    return not problems(project)


@requires(_("The community has confirmed its recommendation when called back."))
def recommendation_is_confirmed(project) -> bool:
    return not waits_for_a_call(project)


@requires(_("More time from the funder's clerk: the last day to correct is over."))
def correction_is_in_time(project) -> bool:
    return not project.is_too_late_to_correct


@requires(_("The applicant's time to correct has run out."))
def correction_is_over(project) -> bool:
    return project.state != "returned" or project.is_too_late_to_correct


@requires(_("There is an objection to examine."))
def has_open_objection(project) -> bool:
    return project.objections.open().exists()


@requires(_("No objection is open."))
def has_no_open_objection(project) -> bool:
    """Neither to the project nor to the whole of a notice of its call."""
    return not has_open_objection(project) and not _to_whole_notices(project).open().exists()


@requires(_("No objection waits to be confirmed (by its link within three days, or by a call of the clerk)."))
def no_objection_waits_to_be_confirmed(project) -> bool:
    return not project.objections.unconfirmed().exists() and not _to_whole_notices(project).unconfirmed().exists()


def _to_whole_notices(project):
    """Objections that are about no single project of its call."""
    return type(project).objections.rel.related_model.objects.filter(project=None, notice__call=project.call_id)


@requires(_("The public notice has run its full time."))
def notice_is_over(project) -> bool:
    entry = project.notice_entries.order_by("-pk").first()
    return entry is not None and entry.notice.is_over


@requires(_("All parties have signed the agreement."))
def agreement_is_signed(project) -> bool:
    return hasattr(project, "agreement") and project.agreement.is_signed


@requires(_("The midterm evaluation has not been passed yet."))
def midterm_is_due(project) -> bool:
    return project.midterm_passed_on is None


@requires(_("The midterm evaluation is passed."))
def midterm_is_passed(project) -> bool:
    return project.midterm_passed_on is not None


@requires(_("A closing report has been submitted."))
def closing_report_is_there(project) -> bool:
    return project.reports.filter(kind="closing").exists()


@requires(_("Every instalment is receipted, and what was not spent has been returned."))
def is_settled(project) -> bool:
    return (
        hasattr(project, "settlement") and project.settlement.is_balanced and not project.tranches.unsettled().exists()
    )


@requires(_("The account rests on the confirmed audit, and no audit waits to be confirmed."))
def account_follows_audit(project) -> bool:
    """An audit that is confirmed after the account was settled changes it: it is settled anew first."""
    if project.audits.waiting().exists():
        return False
    audit = project.audits.accepted().first()
    settlement = getattr(project, "settlement", None)
    return settlement is not None and settlement.audit_id == (audit.pk if audit else None)


@requires(_("Everything that came back is confirmed by a second person."))
def refunds_are_confirmed(project) -> bool:
    return not project.refunds.filter(confirmed_at__isnull=True).exists()


@requires(_("A clerk has confirmed that the project's file is whole."))
def file_is_confirmed(project) -> bool:
    return hasattr(project, "archive_file")
