"""What the archive package of a project holds for one reader: issued papers as stored, what the platform prints, what
was frozen as data, the originals (`files`), and the whole log."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from typing import IO, Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone, translation

from core import clock
from core.masking import mask_text
from core.models import Event
from core.spreadsheets import Heading
from evaluations.models import Assignment, Evaluation, Feedback, Purpose
from projects.models import ArchiveFile, ChangeRequest, Expense, Project, Report, Tranche
from reports import activity_papers, closing_papers, evaluation_papers, judging, pdf, progress_papers, proposal_papers
from reports import mentoring as mentoring_papers
from reports.actions.papers import printed
from reports.archive import bag
from reports.archive.entries import (
    AGREEMENT,
    CLOSING,
    EVALUATION,
    FOLDERS,
    LOG,
    MONEY,
    PROPOSAL,
    REVIEW,
    WORK,
    Edition,
    Entry,
    Head,
    Reason,
    Unavailable,
    Withheld,
    as_json,
)
from reports.archive.files import Reader, gathered, not_taken
from reports.documents import Document
from reports.ledgers import spending as spending_papers
from reports.models import Paper
from reports.paper_kinds import ROWS
from reports.signing import CannotSign

K = Paper.Kind
PLACES = {
    K.AWARD: PROPOSAL, K.CORRECTION: PROPOSAL, K.NOTICE: REVIEW, K.MINUTES: REVIEW, K.AGREEMENT: AGREEMENT,
    K.PAYMENT: MONEY, K.RETURN: MONEY, K.ACCOUNTS: MONEY, K.EVALUATION: EVALUATION, K.RECTIFICATION: EVALUATION,
    K.CLOSING: CLOSING, K.COMPLETION: CLOSING,
}  # fmt: skip
"""In which folder an issued paper lies; one of a newer kind lies with the closing papers."""
STANDING = {Paper.State.ISSUED: "", Paper.State.SUPERSEDED: "已被新文替代", Paper.State.VOID: "已作废"}

Item = Entry | Withheld


def edition_of(project: Project) -> Edition:
    """Whether its file is closed: completed, or ended early with a confirmed file (`closing_rules.is_archived`)."""
    has_file = hasattr(project, "archive_file")
    is_closed = project.state == Project.State.COMPLETED or (project.state == Project.State.TERMINATED and has_file)
    return Edition.FULL if is_closed and has_file else Edition.INTERIM


def head_of(project: Project, edition: Edition) -> Head:
    made: ArchiveFile | None = getattr(project, "archive_file", None)
    last = Event.objects.about(project).order_by("-at", "-pk").first()
    moment = timezone.localtime(last.at if last else project.created_at)
    return Head(
        edition=edition,
        number=made.number if made else project.number or f"P{project.pk}",
        title=project.title,
        project=project.number,
        applicant=project.applicant.name,
        funder=project.call.funder.name,
        call=project.call.title,
        retention=made.retention if made else None,
        moment=f"{moment:%Y-%m-%d %H:%M}",
        missing=tuple(made.missing) if made else (),
        note=made.note if made else "",
    )


def contents(project: Project, edition: Edition, user: Any = None) -> tuple[list[Entry], list[Withheld]]:
    """The items in the order of the folders, and what is left out. Nothing is laid out or read yet: each item is when
    it is written."""
    reader = Reader(None if edition == Edition.PUBLIC else user)  # the public one is the same, whoever makes it
    with translation.override(pdf.LANGUAGE):
        found = [*_issued(project, reader), *_printed(project, reader), *_data(project, reader)]
        found += [*gathered(project, reader), *not_taken(project)]
    entries = [one for one in found if isinstance(one, Entry)]
    withheld = [one for one in found if isinstance(one, Withheld)]
    if edition == Edition.PUBLIC:
        closed = [one for one in entries if not one.is_public]
        entries = [one for one in entries if one.is_public]
        kinds = dict.fromkeys((one.folder, one.kind) for one in closed)
        withheld += [
            Withheld(*key, Reason.NOT_PUBLIC, sum((one.folder, one.kind) == key for one in closed)) for key in kinds
        ]
    entries.sort(key=lambda one: FOLDERS.index(one.folder))  # stable: within a folder as they were found
    withheld.sort(key=lambda one: FOLDERS.index(one.folder))
    return entries, withheld


# -- Issued papers -------------------------------------------------------------------------------------


def papers_of(project: Project) -> list[Paper]:
    """Of the project, and the notices and minutes in which it stands among others."""
    found = list(Paper.objects.filter(project=project).select_related("issuer"))
    for entry in project.notice_entries.select_related("notice"):
        found += Paper.objects.about(entry.notice)
    for line in project.decision_lines.select_related("decision"):
        found += Paper.objects.about(line.decision)
    unique = {paper.pk: paper for paper in found}
    return sorted(unique.values(), key=lambda paper: (paper.issued_at, paper.pk))


class _Stored:
    """The file of an issued paper, laid out now when nobody has asked for it yet."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    def opens(self) -> IO[bytes]:
        try:
            self.paper = printed(self.paper)
        except CannotSign as failure:
            raise Unavailable(Reason.UNSIGNED) from failure
        return self.paper.file.storage.open(str(self.paper.file.name), "rb")

    def sha256(self) -> str:
        return self.paper.sha256


def _issued(project: Project, reader: Reader) -> Iterator[Item]:
    for paper in papers_of(project):
        row, folder = ROWS[paper.kind], PLACES.get(K(paper.kind), CLOSING)
        kind = str(K(paper.kind).label)
        if row.permission and not reader.may(row.permission, row.asked(paper.target)):
            yield Withheld(folder, f"{kind} {paper.number}", Reason.READER)
            continue
        stored = _Stored(paper)
        yield Entry(
            folder,
            f"{kind}-{paper.number}",
            ".pdf",
            kind,
            stored.opens,
            number=paper.number,
            day=paper.issued_on.isoformat(),
            responsible=paper.issuer.name,
            is_public=not row.permission,
            sha256=stored.sha256,
            code=paper.code,
            note=STANDING[Paper.State(paper.state)] + (f"：{paper.void_reason}" if paper.void_reason else ""),
        )


# -- What the platform prints --------------------------------------------------------------------------


def _laid_out(make: Callable[[], Document]) -> Callable[[], IO[bytes]]:
    def opens() -> IO[bytes]:
        with translation.override(pdf.LANGUAGE):
            document = make()
        return BytesIO(pdf.render(document.template, document.context))

    return opens


def _print(folder: str, title: str, kind: str, make: Callable[[], Document], **said: Any) -> Entry:
    return Entry(folder, title, ".pdf", kind, _laid_out(make), **said)


def _day(moment: Any) -> str:
    if moment is None:
        return ""
    return (clock.localdate(moment) if hasattr(moment, "hour") else moment).isoformat()


def _printed(project: Project, reader: Reader) -> Iterator[Item]:
    group = project.applicant.name
    if project.submitted_at:
        contact = reader.may("projects.see_contact", project)
        make = partial(
            proposal_papers.proposal, project, contact=contact, cuts=reader.may("projects.see_cuts", project)
        )
        day = _day(project.submitted_at)
        yield _print(PROPOSAL, "项目申报书（现行）", "申报书", make, number=project.number, day=day, responsible=group)
    if Feedback.objects.filter(project=project).exists():
        if reader.may("evaluations.read_feedback", project):
            yield _print(REVIEW, "评审反馈意见", "反馈意见", partial(judging.feedback, project))
        else:
            yield Withheld(REVIEW, "评审反馈意见", Reason.READER)
    for activity in project.activities.recorded().order_by("starts_at", "pk"):
        day = _day(activity.starts_at)
        make = partial(activity_papers.record, activity)
        yield _print(WORK, f"活动记录-{day}-{activity.theme}", "活动记录表", make, day=day, responsible=group)
    for report in project.monthly_reports.exclude(handed_in_at=None).order_by("month"):
        make = partial(progress_papers.monthly, report)
        day = _day(report.handed_in_at)
        yield _print(WORK, f"月报-{report.month:%Y-%m}", "月度报告", make, day=day, responsible=group)
    for reached in project.reports.filter(kind=Report.Kind.MILESTONE):
        make, day = partial(progress_papers.milestone_report, reached), _day(reached.submitted_at)
        yield _print(WORK, f"进度报告-{day}", "进度报告", make, day=day, responsible=group)
    for note in project.mentoring_notes.select_related("mentor", "project").order_by("held_on", "pk"):
        make = partial(mentoring_papers.session_sheet, note)
        said = {"number": note.number, "day": _day(note.held_on), "responsible": note.mentor.name}
        yield _print(WORK, f"辅导单-{note.number}", "辅导单", make, **said)
    yield from _judged(project, reader)
    if hasattr(project, "archive_file"):
        made = project.archive_file
        make = partial(closing_papers.archive_list, made)
        said = {"number": made.number, "day": _day(made.confirmed_at), "responsible": project.call.funder.name}
        yield _print(CLOSING, f"档案目录-{made.number}", "档案目录", make, **said)


def _judged(project: Project, reader: Reader) -> Iterator[Item]:
    """Score sheets, each as far as this reader may print it; self-evaluations."""
    asked = Assignment.objects.filter(project=project, sheet__submitted_at__isnull=False)
    related = ("person", "sheet", "project__call__funder", "project__applicant", "evaluation__commission__organization")
    review = asked.filter(purpose=Purpose.REVIEW)
    if review.exists():
        if reader.may("evaluations.see_sheets", project):
            yield Entry(
                REVIEW, "专家评分明细", ".xlsx", "评分表", partial(_scores, list(review.select_related("person")))
            )
        else:
            yield Withheld(REVIEW, "专家评分明细", Reason.READER, review.count())
    closed = 0
    for one in asked.exclude(purpose=Purpose.REVIEW).select_related(*related).order_by("purpose", "round", "pk"):
        name = f"评估评分表-{evaluation_papers.PURPOSES[one.purpose]}-第{one.round}次-{one.person.name}"
        if reader.may("evaluations.print_sheet", one):
            said = {"day": _day(one.sheet.submitted_at), "responsible": one.person.name}
            yield _print(EVALUATION, name, "评分表", partial(evaluation_papers.evaluation_sheet, one), **said)
        else:
            closed += 1
    if closed:
        yield Withheld(EVALUATION, "评估评分表", Reason.READER, closed)
    for evaluation in Evaluation.objects.filter(project=project, self_evaluation__isnull=False):
        if not reader.may("evaluations.read_self_evaluation", evaluation):
            yield Withheld(EVALUATION, "自评报告", Reason.READER)
            continue
        make = partial(evaluation_papers.self_evaluation, evaluation)
        name = f"自评报告-{evaluation_papers.PURPOSES[evaluation.purpose]}-第{evaluation.round}次"
        yield _print(EVALUATION, name, "自评报告", make, responsible=project.applicant.name)


_SCORES = [Heading("专家", 12), Heading("指标", 30), Heading("分数", 10), Heading("理由", 50)]
_WORDS = [
    Heading("专家", 12),
    Heading("总分", 10),
    Heading("提交时间", 20),
    Heading("优点", 60),
    Heading("不足与建议", 60),
]


def _scores(asked: Iterable[Assignment]) -> IO[bytes]:
    points: list[list[Any]] = []
    words: list[list[Any]] = []
    for one in asked:
        sheet, name = one.sheet, one.person.name
        scores = sheet.scores.select_related("criterion")
        points += [[name, score.criterion.name, score.points, score.reason] for score in scores]
        words.append([name, sheet.total, sheet.submitted_at, sheet.strengths, sheet.weaknesses])
    return BytesIO(bag.workbook([("分项得分", _SCORES, points), ("意见", _WORDS, words)]))


# -- What was frozen as data, and tables ---------------------------------------------------------------


def _table(write: Callable[[IO[bytes]], None]) -> Callable[[], IO[bytes]]:
    def opens() -> IO[bytes]:
        target = BytesIO()
        with translation.override(pdf.LANGUAGE):
            write(target)
        return BytesIO(bag.timeless(target.getvalue()))

    return opens


def _data(project: Project, reader: Reader) -> Iterator[Item]:
    group = project.applicant.name
    for one in project.submissions.order_by("ordinal"):
        said = {"content": one.content, "notes": one.notes, "pledge": one.pledge, "at": one.at}
        yield Entry(
            PROPOSAL, f"申报书-第{one.ordinal}次提交", ".json", "申报书", as_json(said), number=project.number,
            day=_day(one.at), responsible=group, note="提交时的原样",
        )  # fmt: skip
    for version in project.plan_versions.order_by("ordinal"):
        said = {"content": version.content, "figures": version.figures, "why": version.why}
        name = f"实施方案-第{version.ordinal}版（{version.get_kind_display()}）"
        yield Entry(
            AGREEMENT, name, ".json", "实施方案", as_json(said), day=_day(version.valid_from), responsible=group
        )
    if project.is_funded and reader.may("projects.see_spending", project):
        yield Entry(MONEY, "拨款明细", ".xlsx", "资金表", partial(_tranches, project))
        write = partial(spending_papers.write_spending, project)
        yield Entry(MONEY, "支出明细与预算执行", ".xlsx", "资金表", _table(write), responsible=project.payee.name)
        if hasattr(project, "settlement"):
            accounts = partial(closing_papers.write_final_accounts, project)
            yield Entry(MONEY, "收支决算表", ".xlsx", "资金表", _table(accounts), responsible=project.payee.name)
    elif project.is_funded:
        yield Withheld(MONEY, "拨款与支出明细", Reason.READER)
    facts = [
        {"paper": paper.number, "code": paper.code, "digest": paper.digest, "facts": paper.facts}
        for paper in papers_of(project)
    ]
    yield Entry(CLOSING, "发文公开事项", ".json", "公开事项", as_json(facts), is_public=True,
                note="核验页面向所有人显示的内容")  # fmt: skip
    if reader.may("projects.see_log", project):
        yield Entry(LOG, "全程记录", ".json", "全程记录", partial(_log_as_json, project))
        yield Entry(LOG, "全程记录", ".xlsx", "全程记录", partial(_log_as_table, project))
    else:
        yield Withheld(LOG, "全程记录", Reason.READER)


_PAID = [
    *(Heading("期次", 8), Heading("比例（%）", 10), Heading("金额（元）", 14), Heading("状态", 12)),
    *(Heading("拨付日期", 12), Heading("银行流水号", 24), Heading("收据号", 24)),
]


def _tranches(project: Project) -> IO[bytes]:
    rows = [
        [one.ordinal, one.percentage, one.amount, str(one.get_state_display()), one.paid_on, one.bank_reference,
         one.receipt_number]
        for one in project.tranches.order_by("ordinal")
    ]  # fmt: skip
    return BytesIO(bag.workbook([("拨款", _PAID, rows)]))


# -- The log -------------------------------------------------------------------------------------------

LOGGED: tuple[tuple[type[models.Model], str], ...] = (
    *((Project, "pk"), (ChangeRequest, "project"), (Tranche, "project"), (Expense, "project")),
    *((Evaluation, "project"), (Paper, "project")),
)


def events_of(project: Project) -> list[tuple[Event, str]]:
    """Everything that happened to the project and its parts, the oldest first, each with what it happened to.

    Phones, ID numbers and accounts that somebody wrote into a note are masked where the log leaves the house."""
    found: list[tuple[Event, str]] = []
    for model, way in LOGGED:
        manager: Any = model._default_manager
        things = {thing.pk: str(thing) for thing in manager.filter(**{way: project.pk})}
        kind = ContentType.objects.get_for_model(model)
        events = Event.objects.filter(content_type=kind, object_id__in=things).select_related("actor")
        name = str(model._meta.verbose_name)
        found += [(event, name if model is Project else f"{name}：{things[event.object_id]}") for event in events]
    return sorted(found, key=lambda one: (one[0].at, one[0].pk))


def _log_as_json(project: Project) -> IO[bytes]:
    with translation.override(pdf.LANGUAGE):
        said = [
            {
                "at": timezone.localtime(event.at).isoformat(),
                "who": event.actor.name if event.actor else "",
                "what": thing,
                "name": event.name,
                "label": mask_text(event.label),
                "from": event.source_state,
                "to": event.target_state,
                "note": mask_text(event.note),
                "data": event.data,
            }
            for event, thing in events_of(project)
        ]
    return as_json(said)()


_EVENTS = [
    *(Heading("时间", 20), Heading("操作人", 14), Heading("对象", 40), Heading("事项", 40)),
    *(Heading("原状态", 14), Heading("新状态", 14), Heading("说明", 80)),
]


def _log_as_table(project: Project) -> IO[bytes]:
    with translation.override(pdf.LANGUAGE):
        states = {str(value): str(label) for value, label in Project.State.choices}
        rows = [
            [
                event.at,
                event.actor.name if event.actor else "系统或居民",
                thing,
                mask_text(event.label or event.name),
                states.get(event.source_state, event.source_state),
                states.get(event.target_state, event.target_state),
                mask_text(event.note),
            ]
            for event, thing in events_of(project)
        ]
    return BytesIO(bag.workbook([("全程记录", _EVENTS, rows)]))
