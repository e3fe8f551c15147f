"""Letters of a funder to one group: 立项通知书, 补正通知书, 追缴通知书. In Chinese: see `documents`."""

from django.utils import translation

from core import clock
from core.models import Event
from core.workdays import add_workdays
from grants.models import Fund
from projects.agreement_text import FUND_SOURCES
from projects.models import Comment, Project, ReturnNotice
from projects.places import name_places
from reports.documents import Document, file_name


def award_letter(project: Project) -> Document:
    """The letter that tells the group of its award (立项通知书), as it stood on the day of the approval."""
    assert project.approved_at is not None, "an award letter follows an approval"
    approved_on = clock.localdate(project.approved_at)
    return Document(
        file_name("立项通知书", project.number, project.title),
        "pdf/award_letter.html",
        {
            "title": "立项通知书",
            "number": project.number,
            "author": project.call.funder.name,
            "project": project,
            "funder": project.call.funder,
            "source": FUND_SOURCES[Fund.Source(project.call.fund.source)],
            "approved_on": approved_on,
            "printed_on": approved_on,
            "sign_by": add_workdays(approved_on, project.call.signing_workdays),
        },
    )


def correction_notice(project: Project, returned: Event) -> Document:
    """The letter that says what must be corrected (补正通知书), all at once, and until when."""
    with translation.override("zh-hans"):  # the places are named by the labels of the form
        sent = project.comments.roots().filter(kind=Comment.Kind.CORRECTION, sent_at__gte=returned.at)
        later = Event.objects.about(project).filter(name="return_for_correction", at__gt=returned.at).first()
        remarks = name_places(project, list(sent.filter(sent_at__lt=later.at) if later else sent))
    returned_on = clock.localdate(returned.at)
    is_current = project.state == Project.State.RETURNED and later is None
    last_day = project.due_on if is_current else add_workdays(returned_on, project.call.correction_workdays)
    return Document(
        file_name("补正通知书", project.number, project.title),
        "pdf/correction_notice.html",
        {
            "title": "补正通知书",
            "number": project.number,
            "author": project.call.funder.name,
            "project": project,
            "funder": project.call.funder,
            "returned_on": returned_on,
            "last_day": last_day,
            "remarks": remarks,
            "reason": returned.note,
        },
    )


def return_notice(notice: ReturnNotice) -> Document:
    """The letter that asks for money back: 追缴通知书 after a termination, 结余资金退回通知书 after the end."""
    project = notice.project
    title = "追缴通知书" if notice.is_clawback else "结余资金退回通知书"
    return Document(
        file_name(title, notice.number, project.title),
        "pdf/return_notice.html",
        {
            "title": title,
            "number": notice.number,
            "author": project.call.funder.name,
            "notice": notice,
            "project": project,
            "payee": project.payee,
            "funder": project.call.funder,
            "issued_on": clock.localdate(notice.issued_at),
        },
    )
