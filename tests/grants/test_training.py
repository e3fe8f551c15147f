"""Trainings: who came gets a certificate, and a call may ask for people who have one."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from core.workflow import Refused
from grants.actions import workshops
from grants.models import EligibilityRule, TrainingCertificate, Workshop
from people.models import Membership
from projects.facts import check_applicant, facts_about
from tests.town import aware


@pytest.fixture
def training(town, time):
    """Held: head and volunteer of the centre have signed up, the head came."""
    hours = {"starts_at": aware(2026, 3, 20, 9), "ends_at": aware(2026, 3, 20, 16), "hours": Decimal("6.0")}
    made = workshops.hold_workshop(
        Workshop(organizer=town.support, title="岗前培训", place="会议室", **hours), by=town.mentor
    )
    for person in (town.head, town.volunteer):
        workshops.sign_up(made, town.centre, by=person)
    time.go(datetime(2026, 3, 20, 17, 0))
    seats = {seat.pk: seat.person == town.head for seat in made.attendances.all()}
    workshops.record_attendance(made, by=town.mentor, came=seats)
    return made


def trained(town) -> int:
    return facts_about(town.centre, town.call).trained_people


def test_whoever_came_gets_a_numbered_certificate_once(town, training):
    [certificate] = workshops.issue_certificates(training, by=town.mentor)

    assert (certificate.number, certificate.hours, certificate.attendance.who) == ("PX2026-0001", 6, "刘芳")
    assert "证书" in town.head.notifications.first().subject
    with pytest.raises(Refused):
        workshops.issue_certificates(training, by=town.mentor)


@pytest.mark.parametrize("person", ["clerk", "head", "stranger"])
def test_only_the_organiser_gives_certificates(town, training, person):
    with pytest.raises(PermissionDenied):
        workshops.issue_certificates(training, by=town.people[person])


def test_no_certificate_before_the_end_or_without_hours(town, training, time):
    Workshop.objects.filter(pk=training.pk).update(hours=None)
    with pytest.raises(Refused):
        workshops.issue_certificates(training, by=town.mentor)
    Workshop.objects.filter(pk=training.pk).update(hours=6, ends_at=aware(2026, 3, 21, 16))
    with pytest.raises(Refused):
        workshops.issue_certificates(training, by=town.mentor)

    assert not TrainingCertificate.objects.exists()


def test_a_certificate_is_withdrawn_with_a_reason_and_counts_no_longer(town, training):
    [certificate] = workshops.issue_certificates(training, by=town.mentor)
    seat = certificate.attendance
    with pytest.raises(Refused):
        workshops.record_attendance(training, by=town.mentor, came={seat.pk: False})
    with pytest.raises(PermissionDenied):
        workshops.withdraw_certificate(certificate, by=town.head, reason="x")
    with pytest.raises(Refused):
        workshops.withdraw_certificate(certificate, by=town.mentor, reason=" ")
    assert trained(town) == 1

    workshops.withdraw_certificate(certificate, by=town.mentor, reason="代签到")

    workshops.record_attendance(training, by=town.mentor, came={seat.pk: False})
    assert trained(town) == 0
    assert town.head.notifications.first().body == "代签到"


def test_the_call_counts_people_of_today_whose_training_is_not_too_old(town, training, time):
    workshops.add_walk_in(training, town.centre, by=town.mentor, name="张小红")
    workshops.issue_certificates(training, by=town.mentor)
    assert trained(town) == 2

    Membership.objects.filter(user=town.head, organization=town.centre).update(until="2026-03-20")
    assert trained(town) == 1
    time.go(datetime(2028, 3, 21, 10, 0))
    assert trained(town) == 0


def test_a_call_may_ask_for_trained_people_and_the_self_check_says_why(town, training):
    EligibilityRule.objects.create(call=town.call, kind="trained_people", value=2, legal_basis="本批次规定")
    workshops.issue_certificates(training, by=town.mentor)

    [finding] = check_applicant(town.centre, town.call)
    assert (finding.blocks, finding.reason) == (True, "贵组织有1人持有培训证书，要求至少2人。")
    assert finding.advice

    workshops.add_walk_in(training, town.centre, by=town.mentor, name="张小红")
    workshops.issue_certificates(training, by=town.mentor)
    assert check_applicant(town.centre, town.call)[0].is_met
