"""What somebody gets who uses their rights: the whole copy on paper, a record that is right, figures that stay."""

import pytest
from django.urls import reverse

from core.sealing import seal_events
from core.verifying import Verification
from people import actions
from people.models import User
from projects import figures
from projects.actions import services
from projects.models import Beneficiary
from reports.actions.personal import erase
from reports.figures import people
from reports.figures.board import PUBLIC, Board
from reports.personal import finding
from tests.records import WANG, entered, held
from tests.reports.conftest import Paper
from tests.reports.test_privacy import ASKED, found, known, request_, url

__all__ = ["known", "request_"]  # fixtures
pytestmark = pytest.mark.one_database
NEW, CASE = "13900139001", {"method": "case", "purpose": "探望", "situation": "一人在家", "plan": "下月再来"}


def test_my_data_as_paper_is_all_that_is_kept_of_me_and_names_nobody_else(town, known, browse):
    """Neither a colleague of the same group, nor whoever is in the roster that I keep."""
    User.objects.filter(pk=town.head.pk).update(phone="13812340000")
    User.objects.filter(pk=town.volunteer.pk).update(phone="13800138001", email="volunteer@example.org")

    text = Paper(browse(town.head).get(url("my_data_pdf")).content).text

    own = ["刘芳", "head@example.org", "13812340000", town.centre.name, "登录平台，办理申报", "没有别人查看过您的账号"]
    assert [word for word in own if word not in text] == []
    others = User.objects.exclude(pk__in=[town.head.pk, town.admin.pk])  # whose name is a word of every paper
    rows = [(known.name, known.phone), *others.values_list("name", "email", "phone", "username")]
    assert [word for row in rows for word in row if word and word in text] == []


def sent(person: Beneficiary, **changes) -> dict:
    return WANG | {"community": person.community_id or ""} | changes


def test_a_correction_is_made_in_the_record_and_whoever_asked_is_told(town, known, browse):
    asked = actions.receive_data_request(
        town.bureau, by=None, values=ASKED | {"kind": "correct", "text": f"电话写错了，应为{NEW}"}, sender="a"
    )
    actions.identify_asker(asked, by=town.clerk, note="看过身份证件")
    clerk, edit = browse(town.clerk), reverse("projects:beneficiary_edit", args=[known.pk])

    seen = clerk.get(asked.get_absolute_url()).content.decode()
    not_hers = clerk.post(edit, sent(known, phone=NEW)).status_code
    untouched = Beneficiary.objects.get(pk=known.pk).phone
    browse(town.head).post(edit, sent(known, phone=NEW))  # the group keeps the roster, the bureau answers
    clerk.post(asked.get_absolute_url(), {"grant": "", "answer-answer": "已更正"})

    asked.refresh_from_db()
    assert (f"projects.Beneficiary:{known.pk}" in seen, 'name="erase"' in seen) == (True, False)
    assert (not_hers, untouched) == (403, WANG["phone"])
    assert (asked.state, asked.answer) == ("granted", "已更正")
    assert Beneficiary.objects.get(pk=known.pk).phone == NEW
    sections = finding.of_person(town.bureau, name=known.name, phone=NEW)
    assert [one.is_sure for each in sections for one in each.records if one.row == known] == [True]


def test_no_figure_is_another_after_somebody_in_it_was_erased(town, known, request_, time):
    project, other = known.project, entered(town, known.project, name="赵四", phone="13700137000")
    held(town, project, time, heads=12)
    for person in (known, known, other):
        services.write_service(project, "case", by=town.head, values=CASE | {"beneficiary": person})

    def published() -> tuple:
        picture, total, _url = people.attendance(Board(PUBLIC))
        return figures.so_far(project), figures.persons_by_project([project]), picture.rows, total

    before = published()
    actions.identify_asker(request_, by=town.clerk, note="看过身份证件")
    erase(request_, [one for one in found(request_) if isinstance(one.row, Beneficiary)], by=town.clerk)

    known.refresh_from_db()
    assert (known.is_anonymous, before[0].persons, before[0].service_visits, before[3]) == (True, 2, 3, 15)
    assert published() == before
    seal_events(whole=True)
    assert list(Verification().problems()) == []
