"""Letters of a funder to one group: 立项通知书, 补正通知书, 追缴通知书. In Chinese: see `documents`."""

from django.utils import translation

from core import clock
from core.models import Event
from core.workdays import add_workdays
from grants.models import Fund
from people.models import Community
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
            "copies": [committee(place) for place in _places(project)],
        },
    )


def _places(project: Project) -> list[Community]:
    """Where the project takes place: whose committees have to know of the award (抄送)."""
    first = [project.community] if project.community else []
    return [*first, *project.other_communities.all()]


def committee(place: Community) -> str:
    """The committee of a community by its full name: 紫萝园 → 紫萝园社区居民委员会, 辛庄村 → 辛庄村村民委员会."""
    if place.name.endswith("村"):
        return f"{place.name}村民委员会"
    return f"{place.name}{'' if place.name.endswith('社区') else '社区'}居民委员会"


def _authorities(project: Project) -> list[str]:
    """Who registered or filed those that have to pay back, and has to know of it; the funder itself needs no copy."""
    found = dict.fromkeys(one.authority for one in (project.payee, project.applicant))
    return [name for name in found if name and name != project.call.funder.name]


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
            "copies": _authorities(project) if notice.is_clawback else [],
        },
    )
