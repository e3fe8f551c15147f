"""Messages: on the site at once, by mail only after the commit, once a day if wanted, and again when it failed."""

from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from core import clock
from core.channels import Undeliverable
from core.models import Dispatch, Notification
from core.notifications import PAUSES, choose_rhythm, deliver_due, next_digest, notify, try_again, write_to
from tests.town import aware


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


# -- How often -------------------------------------------------------------------------------------


def tell(person, *subjects, **values) -> None:
    for subject in subjects:
        notify([person], subject=subject, **values)


def test_who_wants_a_summary_gets_one_mail_at_eight(town, time, django_capture_on_commit_callbacks):
    choose_rhythm(town.head, "daily")
    time.go(aware(2026, 3, 10, 17))
    with django_capture_on_commit_callbacks(execute=True):
        tell(town.head, "请签订协议", "补正通知", body="请在三天内办好。")
    assert mail.outbox == []

    time.go(aware(2026, 3, 11, 7, 59))
    assert deliver_due() == 0
    time.go(aware(2026, 3, 11, 8))
    assert deliver_due() == 2

    [letter] = mail.outbox
    assert letter.subject == "您有2条消息"
    assert ("1. 请签订协议" in letter.body, "2. 补正通知" in letter.body) == (True, True)
    assert deliver_due() == 0


def test_what_was_read_on_the_site_is_not_in_the_summary(town, time):
    choose_rhythm(town.head, "daily")
    tell(town.head, "读过的", "没读的")
    Notification.objects.filter(subject="读过的").update(read_at=clock.now())

    time.go(clock.now() + timedelta(days=1))
    deliver_due()

    [letter] = mail.outbox
    assert ("读过的" in letter.body, "没读的" in letter.body) == (False, True)
    assert Dispatch.objects.get(notification__subject="读过的").state == Dispatch.State.READ


def test_who_wants_nothing_gets_no_mail(town, django_capture_on_commit_callbacks):
    choose_rhythm(town.head, "never")

    with django_capture_on_commit_callbacks(execute=True):
        tell(town.head, "请签订协议")

    assert (mail.outbox, Notification.objects.count(), Dispatch.objects.count()) == ([], 1, 0)


def test_a_new_wish_holds_for_what_is_waiting(town):
    choose_rhythm(town.head, "daily")
    tell(town.head, "请签订协议")

    choose_rhythm(town.head, "at_once")

    assert deliver_due() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("now", "digest"),
    [
        (datetime(2026, 3, 10, 7, 59), datetime(2026, 3, 10, 8)),
        (datetime(2026, 3, 10, 8, 0), datetime(2026, 3, 11, 8)),
        (datetime(2026, 12, 31, 23, 0), datetime(2027, 1, 1, 8)),
    ],
)
def test_the_summary_is_due_at_the_next_eight_o_clock(now, digest):
    assert next_digest(aware(*now.timetuple()[:5])) == aware(*digest.timetuple()[:5])


def test_the_wish_is_chosen_on_the_page_of_messages(town, browse):
    client, page = browse(town.head), reverse("core:notification_list")

    client.post(reverse("core:rhythm_choose"), {"rhythm": "daily"})

    assert town.head.message_preference.rhythm == "daily"
    assert 'value="daily" required id="id_rhythm_1" checked' in client.get(page).content.decode().replace("\n", " ")
    client.post(reverse("core:rhythm_choose"), {"rhythm": "hourly"})
    town.head.message_preference.refresh_from_db()
    assert town.head.message_preference.rhythm == "daily"


def test_all_messages_are_read_by_one_button_and_nobody_elses(town, browse):
    notify([town.head, town.clerk], subject="请签订协议")

    browse(town.head).post(reverse("core:notifications_read"))

    assert list(Notification.objects.filter(read_at=None).values_list("recipient", flat=True)) == [town.clerk.pk]


# -- When it fails ---------------------------------------------------------------------------------


class Broken:
    """A way out that answers as the test wants: `Broken.answer` is raised, None lets everything through."""

    key = "broken"
    answer: Exception | None = None
    sent: list[str] = []

    def address_of(self, person):
        return "13900139000" if person.username == "head" else ""

    def send(self, address, subject, text):
        if self.answer:
            raise self.answer
        self.sent.append(subject)


@pytest.fixture
def broken(settings):
    settings.NOTIFICATION_CHANNELS = ["tests.core.test_notifications.Broken"]
    Broken.answer, Broken.sent = ConnectionRefusedError("no route"), []
    return Broken


def test_a_bureau_can_plug_in_a_way_of_its_own(town, broken, django_capture_on_commit_callbacks):
    broken.answer = None

    with django_capture_on_commit_callbacks(execute=True):
        notify([town.head, town.clerk], subject="请签订协议")

    assert (broken.sent, mail.outbox) == (["请签订协议"], [])


def test_what_fails_is_tried_again_at_growing_intervals_and_then_given_up(town, time, broken):
    time.go(aware(2026, 3, 10, 9))
    tell(town.head, "请签订协议")
    pauses = []
    for _try in range(len(PAUSES)):
        deliver_due()
        dispatch = Dispatch.objects.get()
        pauses.append(dispatch.due_at - clock.now())
        time.go(dispatch.due_at)

    deliver_due()

    dispatch.refresh_from_db()
    assert tuple(pauses) == PAUSES
    assert (dispatch.state, dispatch.tries) == (Dispatch.State.FAILED, len(PAUSES) + 1)
    assert dispatch.error == "ConnectionRefusedError: no route"


def test_what_failed_once_arrives_when_the_way_is_open_again(town, time, broken):
    tell(town.head, "请签订协议")
    deliver_due()
    broken.answer = None

    assert deliver_due() == 0
    time.go(clock.now() + PAUSES[0])
    deliver_due()

    assert (broken.sent, Dispatch.objects.get().state) == (["请签订协议"], Dispatch.State.SENT)


def test_an_address_that_does_not_exist_is_given_up_at_once_and_said_to_its_owner(town, broken, browse):
    broken.answer = Undeliverable("no such number")
    tell(town.head, "请签订协议")

    deliver_due()

    assert Dispatch.objects.get().state == Dispatch.State.FAILED
    page = browse(town.head).get(reverse("core:notification_list")).content.decode()
    assert "13900139000收不到邮件" in page.replace(" ", "")


def test_what_was_given_up_is_sent_again_by_hand(town, broken, django_capture_on_commit_callbacks):
    broken.answer = Undeliverable("no such number")
    tell(town.head, "请签订协议")
    deliver_due()
    broken.answer = None

    with django_capture_on_commit_callbacks(execute=True):
        try_again(Dispatch.objects.get())
        try_again(Dispatch.objects.get())

    assert broken.sent == ["请签订协议"]


def test_a_message_that_somebody_else_is_sending_is_left_to_them(town, broken, time):
    broken.answer = None
    tell(town.head, "请签订协议")
    Dispatch.objects.update(due_at=clock.now() + timedelta(minutes=15))  # claimed, and the process died

    assert deliver_due() == 0
    time.go(clock.now() + timedelta(minutes=15))
    assert deliver_due() == 1
    assert broken.sent == ["请签订协议"]


@pytest.mark.parametrize(("code", "state"), [(550, "failed"), (450, "waiting")])
def test_a_mail_server_says_whether_trying_again_helps(town, monkeypatch, code, state):
    def refuse(*_args, **_values):
        raise SMTPRecipientsRefused({"head@example.org": (code, b"no")})

    monkeypatch.setattr("core.channels.send_mail", refuse)
    tell(town.head, "请签订协议")

    deliver_due()

    assert Dispatch.objects.get().state == state


def test_who_has_no_account_is_written_to_after_the_commit(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        write_to("lisi@example.org", subject="请确认\n异议", text="请点链接。")

    assert [(letter.to, letter.subject, letter.body) for letter in mail.outbox] == [
        (["lisi@example.org"], "请确认 异议", "请点链接。")
    ]


def test_a_mail_leads_to_its_page_where_the_site_knows_its_address(town, settings):
    settings.SITE_URL = "https://grants.example.org"
    tell(town.head, "请签订协议", url="/projects/1/")

    deliver_due()

    assert mail.outbox[0].body.endswith("https://grants.example.org/projects/1/")


def test_the_clock_delivers_what_is_due_and_goes_on_after_a_failure(town, capsys):
    tell(town.head, "请签订协议")

    call_command("tick")
    call_command("tick")

    assert len(mail.outbox) == 1
    assert [line for line in capsys.readouterr().out.splitlines() if "deliver" in line] == ["deliver_due: 1"]


def test_how_to_hear_of_messages_stands_before_the_messages(town, browse):
    town.head.email = "head@example.org"
    town.head.save()
    notify([town.head], subject="第1期款已拨付")

    page = browse(town.head).get(reverse("core:notification_list")).content.decode()

    main = page[page.index("<main") :]
    assert main.index('id="rhythm"') < main.index("第1期款已拨付")
