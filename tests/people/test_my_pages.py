"""What everybody does with their own data: details, certificates, messages."""

import pytest

from core.models import Event, Notification
from people.actions import add_certificate
from people.models import Certificate, User

CERTIFICATE = {"level": "assistant", "number": " 2019xyz001 ", "issued_on": "2019-10-01", "registered_until": ""}


def test_profile_shows_roles_and_the_way_to_password_and_two_step(town, browse):
    response = browse(town.evaluator).get("/me/")

    assert [membership.role for membership in response.context["memberships"]] == ["evaluator", "manager"]
    assert [link in response.content.decode() for link in ("/accounts/password/change/", "/accounts/2fa/")] == [
        True,
        True,
    ]


def test_profile_is_changed_and_the_new_address_signs_in(town, browse):
    data = {"name": "王桂兰", "phone": "139 1111 2222", "email": "Wang@Example.org"}

    browse(town.singer).post("/me/edit/", data)

    person = User.objects.get(pk=town.singer.pk)
    assert (person.phone, person.email) == ("13911112222", "wang@example.org")
    event = Event.objects.about(person).get()  # both sign in; what they are stands in no log
    assert (event.name, event.data) == ("address_changed", {"fields": ["email", "phone"]})
    for login, works in (("wang@example.org", True), ("13911112222", True), ("singer@example.org", False)):
        client = browse()
        client.post("/accounts/login/", {"login": login, "password": "test"})
        assert ("_auth_user_id" in client.session) == works


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"phone": "13800138000"}, "phone"),  # the mentor's
        ({"phone": "123"}, "phone"),
        ({"email": "Mentor@example.org"}, "email"),
        ({"email": "a" * 300 + "@example.org"}, "email"),
        ({"name": ""}, "name"),
    ],
)
def test_profile_with_a_mistake_is_refused_at_the_field(town, browse, wrong, field):
    User.objects.filter(pk=town.mentor.pk).update(phone="13800138000")
    data = {"name": "王桂兰", "phone": "", "email": "singer@example.org"}

    response = browse(town.singer).post("/me/edit/", data | wrong)

    assert list(response.context["form"].errors) == [field]
    assert User.objects.get(pk=town.singer.pk).phone is None


def test_two_people_may_have_no_phone(town, browse):
    for user in (town.singer, town.head):
        browse(user).post("/me/edit/", {"name": user.name, "phone": "", "email": ""})

    assert User.objects.filter(phone=None, email="").count() == 2


def test_certificate_is_entered_for_oneself(town, browse):
    browse(town.mentor).post("/me/certificates/new/", CERTIFICATE)

    certificate = Certificate.objects.get()
    assert (certificate.user, certificate.number) == (town.mentor, "2019XYZ001")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "2018abc"}, "number"),  # the evaluator's
        ({"issued_on": "2099-01-01"}, "issued_on"),
        ({"registered_until": "2019-09-30"}, "registered_until"),
    ],
)
def test_certificate_with_a_mistake_is_refused_at_the_field(town, browse, wrong, field):
    issued = town.call.starts_on.replace(year=2018)
    add_certificate(by=town.evaluator, values={"level": "senior", "number": "2018abc", "issued_on": issued})

    response = browse(town.mentor).post("/me/certificates/new/", CERTIFICATE | wrong)

    assert list(response.context["form"].errors) == [field]
    assert Certificate.objects.filter(user=town.mentor).count() == 0


def test_messages_are_listed_newest_first_and_opened_once(town, browse):
    for subject in ("先来", "后到"):
        Notification.objects.create(recipient=town.head, subject=subject, url="/me/")
    client = browse(town.head)

    response = client.get("/notifications/")
    opened = client.get(f"/notifications/{response.context['page_obj'][0].pk}/")

    assert [message.subject for message in response.context["page_obj"]] == ["后到", "先来"]
    assert opened["Location"] == "/me/"
    assert list(town.head.notifications.filter(read_at=None).values_list("subject", flat=True)) == ["先来"]


def test_messages_of_others_are_not_found(town, browse):
    message = Notification.objects.create(recipient=town.head, subject="私信")

    assert browse(town.volunteer).get(f"/notifications/{message.pk}/").status_code == 404
