"""Messages: on the site at once, by mail only after the commit."""

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from core.models import Notification
from core.notifications import notify


def test_mail_leaves_only_after_the_commit(town, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        notify([town.head], subject="请签订协议")
    assert mail.outbox == []

    for callback in callbacks:
        callback()
    assert [(sent.subject, sent.to) for sent in mail.outbox] == [("请签订协议", ["head@example.org"])]


def test_a_verb_that_fails_tells_nobody(town, django_capture_on_commit_callbacks):
    @transaction.atomic
    def verb():
        notify([town.head], subject="请签订协议")
        raise ValueError("nothing is stored")

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ValueError, match="nothing"):
        verb()

    assert mail.outbox == []
    assert not Notification.objects.exists()


def test_a_person_is_told_once(town):
    notify([town.head, town.head], subject="请签订协议")

    assert Notification.objects.count() == 1


def test_opening_a_message_marks_it_as_read_and_leads_to_its_page(town, browse):
    notify([town.head], subject="请签订协议", url="/calls/")
    message = Notification.objects.get()
    page = reverse("core:notification_open", args=[message.pk])

    assert browse(town.volunteer).get(page).status_code == 404
    assert browse(town.head).get(page).url == "/calls/"
    assert Notification.objects.get().read_at is not None


def test_a_message_never_leads_off_the_site(town, browse):
    notify([town.head], subject="x", url="https://evil.example/")

    response = browse(town.head).get(reverse("core:notification_open", args=[Notification.objects.get().pk]))

    assert response.url == reverse("core:notification_list")
