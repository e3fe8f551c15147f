"""The sign-in list of a workshop, read back from the PDF."""

from decimal import Decimal

import pytest
from django.urls import reverse

from core import clock
from grants.actions import workshops
from grants.models import TrainingCertificate, Workshop
from reports import workshop_papers
from tests.town import aware, make_call

pytestmark = pytest.mark.one_database


@pytest.fixture
def workshop(town):
    made = Workshop(
        organizer=town.support, call=town.call, title="项目书工作坊", place="会议室", seats=40,
        starts_at=aware(2026, 3, 20, 9), ends_at=aware(2026, 3, 20, 12),
    )  # fmt: skip
    workshops.hold_workshop(made, by=town.mentor)
    workshops.sign_up(made, town.centre, by=town.head)
    workshops.sign_up(made, town.choir, by=town.singer)
    return made


def test_the_list_names_everybody_with_a_seat_and_leaves_room_for_others(town, workshop, draw):
    paper = draw(workshop_papers.sign_in_sheet(workshop))

    for said in ("项目书工作坊", "2026年3月20日09:00", "会议室", town.head.name, town.centre.name, town.singer.name):
        assert said in paper.text
    assert town.call.title in paper.text
    assert "现场登记" in paper.text
    assert all(paper.fonts.values())
    assert [f"—{number}—" in page for number, page in enumerate(paper.pages, start=1)] == [True] * len(paper.pages)


def test_the_list_does_not_name_a_call_that_is_not_published(town, workshop, draw):
    workshop.call = make_call(town, code="SOON", title="保密的批次", publish=False)

    assert "保密的批次" not in draw(workshop_papers.sign_in_sheet(workshop)).text


def test_only_the_organiser_prints_the_list(town, workshop, browse):
    page = reverse("reports:workshop_sign_in", args=[workshop.pk])

    assert browse(town.mentor).get(page)["Content-Type"] == "application/pdf"
    assert browse(town.head).get(page).status_code == 403


@pytest.fixture
def certificate(town, workshop):
    seat = workshop.attendances.get(person=town.head)
    values = {"number": "PX2026-0007", "hours": Decimal("6.0"), "issued_by": town.mentor}
    return TrainingCertificate.objects.create(attendance=seat, **values)


def test_a_certificate_says_who_what_how_long_and_its_number(town, certificate, draw):
    text = draw(workshop_papers.training_certificate(certificate)).text

    for words in ("PX2026-0007", "柳溪社会工作服务中心刘芳同志", certificate.attendance.workshop.title, "6学时"):
        assert words in text


def test_a_withdrawn_certificate_says_so_on_its_face(town, certificate, draw):
    certificate.withdrawn_at, certificate.withdrawn_by, certificate.withdraw_reason = clock.now(), town.mentor, "代签到"
    certificate.save()

    assert "已撤销：代签到" in draw(workshop_papers.training_certificate(certificate)).text
