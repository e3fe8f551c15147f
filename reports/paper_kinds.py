"""Which papers are issued: the deed that issues each, whom it comes from, its number, its pages, what the public reads.

One table, so that a new paper is one row. What is in none of its rows is a printout: a proposal, a score sheet, a
sign-in list, and the notice of eligibility (告知单), which follows no deed: whoever it concerns prints it on any day,
and it says how things stand on that day.

The public facts are those that stand on a public page anyway. A letter that only two parties know (a return for
correction, a notice to mend or to pay back) shows the number of the project and no more: whoever holds the paper
compares number, day and sender, or has the file checked.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from core import clock
from core.masking import mask_name
from core.models import Event
from core.money import yuan
from evaluations.models import Decision, DecisionLine, Evaluation, Honour
from grants.models import Call, TrainingCertificate, Workshop
from people.models import Organization
from projects.agreement_text import day_in_words
from projects.models import Agreement, Notice, Project, Tranche
from reports import (
    agreement_papers,
    closing_papers,
    evaluation_papers,
    letters,
    money_papers,
    public_papers,
    star_papers,
    workshop_papers,
)
from reports import minutes as minute_papers
from reports.documents import Document
from reports.models import Paper
from reports.wording import NOTICES, PURPOSES

Kind, Series = Paper.Kind, Paper.Series
Facts = list[tuple[str, str]]


def _own(thing: Any) -> Any:
    return thing


def _none(thing: Any) -> None:
    return None


def _nobody(thing: Any) -> str:
    return ""


def _itself(thing: Any, _event: Event) -> Iterable[Any]:
    return [thing]


class Row(NamedTuple):
    """One kind of issued paper."""

    deed: tuple[type, str]
    """On what, and by which name of an event (`core.workflow`), it is issued."""
    issuer: Callable[[Any], Organization]
    title: Callable[[Any], str]
    facts: Callable[[Any], Facts]
    """Label and words of what everybody may read."""
    document: Callable[[Any], Document]
    about: Callable[[Any, Event], Iterable[Any]] = _itself
    """What the papers are about, from the thing of the deed; every other function here is asked with one of these."""
    project: Callable[[Any], Project | None] = _none
    addressee: Callable[[Any], str] = _nobody
    series: str = ""
    number: Callable[[Any], str] | None = None
    """Where the thing has a number already, it is that of the paper: no series of ours."""
    permission: str = ""
    """Asked of whoever opens the file in the register, on `asked`; empty: everybody may read it."""
    asked: Callable[[Any], Any] = _own
    earlier: Callable[[Any], dict[str, Any]] | None = None
    """Whose place it takes, besides that of a paper of its kind about the same thing: a filter of papers."""
    marked: Callable[[Any], Document] | None = None
    """The document with what was marked on it afterwards (a line of a notice that lost its place), where that happens:
    the address of the document shows how things stand, and the register has the paper as it was issued."""


def _funder(project: Project) -> Organization:
    return project.call.funder


def _groups(project: Project) -> str:
    return "、".join(one.name for one in (project.applicant, project.host) if one)


def _project_facts(project: Project) -> Facts:
    return [("项目名称", project.title), ("项目编号", project.number), ("实施单位", project.applicant.name)]


def _award_facts(project: Project) -> Facts:
    return [
        *_project_facts(project),
        ("批次", project.call.title),
        ("资助金额", f"{yuan(project.amount_awarded)}元"),
        ("实施周期", f"{day_in_words(project.starts_on)}至{day_in_words(project.ends_on)}"),
    ]


def _number_only(project: Project) -> Facts:
    return [("项目编号", project.number)]


def _notice_facts(notice: Notice) -> Facts:
    entries = list(notice.entries.all())
    return [
        ("批次", notice.call_title),
        ("公示期", f"{day_in_words(notice.starts_on)}至{day_in_words(notice.ends_on)}"),
        ("项目数", str(len(entries))),
        ("拟资助金额合计", f"{yuan(sum(entry.amount for entry in entries))}元"),
    ]


def _decision_facts(decision: Decision) -> Facts:
    chosen = decision.lines.filter(outcome=DecisionLine.Outcome.SHORTLIST).count()
    return [
        ("批次", decision.call.title),
        ("会议日期", day_in_words(decision.held_on)),
        ("拟立项项目数", str(chosen)),
        ("拟资助金额合计", f"{yuan(decision.total)}元"),
    ]


def _evaluation_facts(evaluation: Evaluation) -> Facts:
    grade = evaluation_papers.GRADES.get(evaluation.result.grade, "") if evaluation.result else ""
    return [
        *_project_facts(evaluation.project),
        ("评估", f"{PURPOSES[evaluation.purpose]}（第{evaluation.round}次）"),
        ("评估等级", grade),
    ]


def _settled(project: Project, _event: Event) -> Iterable[Project]:
    return [project] if hasattr(project, "archive_file") and hasattr(project, "settlement") else []


def _not_yet_issued(workshop: Workshop, _event: Event) -> Iterable[TrainingCertificate]:
    kept = Paper.objects.filter(kind=Kind.TRAINING, issuer=workshop.organizer_id).values("number")
    found = TrainingCertificate.objects.filter(attendance__workshop=workshop).exclude(number__in=kept)
    return found.select_related("attendance__person", "attendance__organization", "attendance__workshop__organizer")


def _training_facts(certificate: TrainingCertificate) -> Facts:
    attendance = certificate.attendance
    return [
        ("姓名", mask_name(attendance.who)),
        ("单位", attendance.organization.name),
        ("培训", attendance.workshop.title),
        ("培训日期", day_in_words(clock.localdate(attendance.workshop.starts_at))),
        ("学时", f"{certificate.hours.normalize():f}"),
    ]


def _honour_facts(honour: Honour) -> Facts:
    return [("获得单位", honour.organization.name), ("荣誉", f"{honour.year}年度“{honour.title}”")]


def _target(event: Event) -> Any:
    return event.target


def _project_of(thing: Any) -> Project:
    return thing.project


ROWS: dict[str, Row] = {
    Kind.AWARD: Row(
        deed=(Project, "approve"),
        issuer=_funder,
        series=Series.DOCUMENTS,
        project=_own,
        title=lambda project: f"立项通知书：{project.title}",
        addressee=_groups,
        facts=_award_facts,
        document=letters.award_letter,
        permission="projects.see_delivery",
    ),
    Kind.CORRECTION: Row(
        deed=(Project, "return_for_correction"),
        about=lambda _project, event: [event],
        issuer=lambda event: _funder(event.target),
        series=Series.LETTERS,
        project=_target,
        title=lambda event: f"补正通知书：{event.target.title}",
        addressee=lambda event: _groups(event.target),
        facts=lambda event: _number_only(event.target),
        document=lambda event: letters.correction_notice(event.target, event),
        permission="projects.see_log",
        asked=_target,
    ),
    Kind.NOTICE: Row(
        deed=(Call, "publish_notice"),
        about=lambda call, event: call.notices.filter(pk=event.data["notice"]),
        issuer=lambda notice: notice.call.funder,
        series=Series.NOTICES,
        title=lambda notice: f"{notice.call_title}{NOTICES[Notice.Kind(notice.kind)]}",
        facts=_notice_facts,
        document=public_papers.notice_as_issued,
        marked=public_papers.notice,
    ),
    Kind.MINUTES: Row(
        deed=(Decision, "announce"),
        issuer=lambda decision: decision.call.funder,
        series=Series.MINUTES,
        title=lambda decision: f"{decision.call.title}立项评议会议纪要",
        facts=_decision_facts,
        document=minute_papers.minutes,
        permission="evaluations.see_ranking",
        asked=lambda decision: decision.call,
    ),
    Kind.AGREEMENT: Row(
        deed=(Project, "start"),
        about=lambda project, _event: Agreement.objects.filter(project=project),
        issuer=lambda agreement: _funder(agreement.project),
        number=lambda agreement: agreement.number,
        project=_project_of,
        title=lambda agreement: f"立项协议书：{agreement.project.title}",
        addressee=lambda agreement: _groups(agreement.project),
        facts=lambda agreement: _award_facts(agreement.project),
        document=lambda agreement: agreement_papers.agreement(agreement.project, account=True),
        permission="projects.see_payee_account",
        asked=_project_of,
    ),
    Kind.PAYMENT: Row(
        deed=(Tranche, "approve"),
        issuer=lambda tranche: _funder(tranche.project),
        number=money_papers.payment_number,
        project=_project_of,
        title=lambda tranche: f"资金拨付审批单：{tranche.project.title}第{tranche.ordinal}期",
        addressee=lambda tranche: tranche.project.payee.name,
        facts=lambda tranche: _number_only(tranche.project),
        document=lambda tranche: money_papers.payment_approval(tranche, account=True),
        permission="projects.see_payee_account",
        asked=_project_of,
    ),
    Kind.EVALUATION: Row(
        deed=(Evaluation, "publish_report"),
        issuer=lambda evaluation: evaluation.commission.organization,
        number=lambda evaluation: evaluation.number,
        project=_project_of,
        title=lambda evaluation: f"{PURPOSES[evaluation.purpose]}报告：{evaluation.project.title}",
        addressee=lambda evaluation: _funder(evaluation.project).name,
        facts=_evaluation_facts,
        document=evaluation_papers.evaluation_report,
        permission="evaluations.read_report",
    ),
    Kind.RECTIFICATION: Row(
        deed=(Evaluation, "publish_report"),
        about=lambda evaluation, _event: [evaluation] if evaluation.items.exists() else [],
        issuer=lambda evaluation: _funder(evaluation.project),
        series=Series.LETTERS,
        project=_project_of,
        title=lambda evaluation: f"整改通知书：{evaluation.project.title}",
        addressee=lambda evaluation: _groups(evaluation.project),
        facts=lambda evaluation: _number_only(evaluation.project),
        document=evaluation_papers.rectification_notice,
        permission="evaluations.read_report",
    ),
    Kind.RETURN: Row(
        deed=(Project, "ask_back"),
        about=lambda project, _event: project.return_notices.order_by("-pk")[:1],
        issuer=lambda notice: _funder(notice.project),
        series=Series.LETTERS,
        project=_project_of,
        title=lambda notice: f"{'追缴' if notice.is_clawback else '结余资金退回'}通知书：{notice.project.title}",
        addressee=lambda notice: notice.project.payee.name,
        facts=lambda notice: _number_only(notice.project),
        document=letters.return_notice,
        permission="projects.see_delivery",
        asked=_project_of,
        earlier=lambda notice: {"project": notice.project_id},
    ),
    Kind.CLOSING: Row(
        deed=(Project, "complete"),
        about=lambda project, _event: project.closing_reports.handed_in()[:1],
        issuer=lambda closing: closing.project.applicant,
        number=lambda closing: closing.project.number,
        project=_project_of,
        title=lambda closing: f"结项报告：{closing.project.title}",
        addressee=lambda closing: _funder(closing.project).name,
        facts=lambda closing: _project_facts(closing.project),
        document=closing_papers.closing_report_paper,
        permission="projects.see_delivery",
        asked=_project_of,
    ),
    Kind.ACCOUNTS: Row(
        deed=(Project, "complete"),
        about=_settled,
        issuer=lambda project: project.payee,
        number=lambda project: project.number,
        project=_own,
        title=lambda project: f"项目收支决算表：{project.title}",
        addressee=lambda project: _funder(project).name,
        facts=_award_facts,
        document=closing_papers.final_accounts_paper,
        permission="projects.see_spending",
    ),
    Kind.COMPLETION: Row(
        deed=(Project, "complete"),
        about=_settled,
        issuer=_funder,
        number=lambda project: project.archive_file.number,
        project=_own,
        title=lambda project: f"结项证书：{project.title}",
        addressee=lambda project: project.applicant.name,
        facts=_award_facts,
        document=closing_papers.completion_certificate,
        permission="projects.see_delivery",
    ),
    Kind.HONOUR: Row(
        deed=(Honour, "grant"),
        issuer=lambda honour: honour.funder,
        number=lambda honour: honour.number,
        title=lambda honour: f"荣誉证书：{honour.year}年度“{honour.title}”",
        addressee=lambda honour: honour.organization.name,
        facts=_honour_facts,
        document=star_papers.honour_certificate,
    ),
    Kind.TRAINING: Row(
        deed=(Workshop, "certify"),
        about=_not_yet_issued,
        issuer=lambda certificate: certificate.attendance.workshop.organizer,
        number=lambda certificate: certificate.number,
        title=lambda certificate: f"培训证书：{certificate.attendance.workshop.title}",
        addressee=lambda certificate: certificate.attendance.who,
        facts=_training_facts,
        document=workshop_papers.training_certificate,
        permission="grants.see_certificate",
    ),
}


def _withdrawn(workshop: Workshop, _event: Event) -> Iterable[TrainingCertificate]:
    return TrainingCertificate.objects.filter(attendance__workshop=workshop, withdrawn_at__isnull=False)


LAPSES: dict[tuple[type, str], tuple[str, Callable[[Any, Event], Iterable[Any]], str]] = {
    (Project, "forfeit"): (Kind.AWARD, _itself, "放弃立项"),
    (Tranche, "reverse"): (Kind.PAYMENT, _itself, "付款已撤回"),
    (Tranche, "cancel"): (Kind.PAYMENT, _itself, "本期不再拨付"),
    (Honour, "withdraw"): (Kind.HONOUR, _itself, "荣誉已撤销"),
    (Workshop, "withdraw_certificate"): (Kind.TRAINING, _withdrawn, "证书已撤销"),
}
"""The deeds after which a paper certifies what holds no more: which, about what, and the reason that is kept."""

PUBLIC_PAGES = (Kind.NOTICE, Kind.HONOUR)
"""Kinds of which everybody can read on a page how things stand today."""
