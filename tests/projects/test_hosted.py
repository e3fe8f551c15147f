"""The money of a hosted group goes to its host: who hears of another account, and who is asked for a receipt."""

import pytest
import rules
from django.urls import reverse

from core import clock
from core.models import Notification
from core.workflow import Refused
from people.models import Membership, Role, User
from projects.actions import changing
from projects.models import Project
from tests.life import choir_draft, draft
from tests.projects.test_changing import NEW, begun
from tests.town import member


@pytest.fixture
def books(town) -> User:
    """Keeps the books of the host."""
    person = User.objects.create(username="hostbooks", name="何会计")
    member(person, town.host, Role.FINANCE)
    return person


def about(user) -> list[str]:
    return list(Notification.objects.filter(recipient=user, subject__contains="收款账户").values_list("url", flat=True))


def test_the_host_hears_when_its_group_asks_for_another_account_and_who_decides_reads_so(town, life, books, browse):
    choir = life.walk(choir_draft(town), "running")
    change = begun(choir, "account", town.singer, **NEW)

    assert about(town.hosthead) == []
    changing.hand_in(change, by=town.singer)

    assert about(town.hosthead) == about(books) == [change.get_absolute_url()]
    assert NEW["bank_account"] in browse(town.hosthead).get(change.get_absolute_url()).content.decode()
    for page in (change.get_absolute_url(), reverse("projects:change_step", args=[change.pk, "look"])):
        shown = browse(town.finance).get(page).content.decode()
        assert f"这是代管主体“{town.host}”的账户" in shown
        assert f"{clock.today()}已通知代管主体" in shown
        assert "何会计" in shown


def test_a_host_that_asks_itself_is_not_told_and_one_without_people_is_said_not_to_know(town, life, browse):
    choir = life.walk(choir_draft(town), "running")
    change = begun(choir, "account", town.hosthead, **NEW)
    changing.hand_in(change, by=town.hosthead)

    assert about(town.hosthead) == []
    assert "由代管主体" in browse(town.approver).get(change.get_absolute_url()).content.decode()

    changing.return_to_group(change, by=town.approver, note="请本组负责人提交。")
    Membership.objects.filter(organization=town.host).delete()
    changing.hand_in(change, by=town.singer)

    assert "尚未通知代管主体" in browse(town.approver).get(change.get_absolute_url()).content.decode()


def test_whoever_helps_at_the_host_and_writes_for_the_group_does_not_speak_for_the_host(town, life, books, browse):
    choir = life.walk(choir_draft(town), "running")
    member(town.singer, town.host, Role.STAFF)
    change = begun(choir, "account", town.singer, **NEW)
    changing.hand_in(change, by=User.objects.get(pk=town.singer.pk))

    shown = browse(town.approver).get(change.get_absolute_url()).content.decode()
    assert "自行提出" not in shown
    assert "已通知代管主体" in shown


@pytest.mark.parametrize("end", ["withdraw", "reject", "return_to_group"])
def test_a_host_that_was_asked_to_look_hears_once_that_nothing_comes_of_it(town, life, books, end):
    change = begun(life.walk(choir_draft(town), "running"), "account", town.singer, **NEW)
    changing.hand_in(change, by=town.singer)
    Notification.objects.all().delete()

    getattr(changing, end)(change, by=town.singer if end == "withdraw" else town.approver, note="账号有误")

    for person in (town.hosthead, books):
        assert len(messages_to(person)) == 1, person
    assert len(messages_to(town.singer)) == (0 if end == "withdraw" else 1)


def test_an_approved_account_is_told_to_each_person_once(town, life, books):
    change = begun(life.walk(choir_draft(town), "running"), "account", town.singer, **NEW)
    changing.hand_in(change, by=town.singer)
    changing.look_at_account(change, by=town.finance, note="与开户证明一致")
    Notification.objects.all().delete()

    changing.approve(change, by=town.approver)

    assert [len(messages_to(person)) for person in (town.hosthead, books, town.singer)] == [1, 1, 1]


def test_a_host_that_ends_its_groups_request_says_why_and_the_group_hears_it(town, life):
    change = begun(life.walk(choir_draft(town), "running"), "account", town.singer, **NEW)
    changing.hand_in(change, by=town.singer)
    Notification.objects.all().delete()

    with pytest.raises(Refused, match="请说明原因"):
        changing.withdraw(change, by=town.hosthead)
    changing.withdraw(change, by=town.hosthead, note="账户没有变")

    [message] = Notification.objects.filter(recipient=town.singer)
    assert (message.body, message.url) == ("账户没有变", change.get_absolute_url())


def test_the_account_of_a_group_without_a_host_speaks_of_none(town, life, browse):
    change = begun(life.walk(draft(town), "running"), "account", town.head, **NEW)
    changing.hand_in(change, by=town.head)

    assert "代管主体" not in browse(town.finance).get(change.get_absolute_url()).content.decode()


def messages_to(user) -> list[str]:
    return [message.subject for message in Notification.objects.filter(recipient=user)]


def pay_first(town, life, project: Project):
    """The first instalment is paid; nothing said before counts."""
    tranche = project.tranches.get(ordinal=1)
    Notification.objects.all().delete()
    life.pay(tranche)
    return tranche


def test_a_receipt_is_asked_of_the_host_that_can_give_it_and_its_group_learns_where_the_money_is(town, life, books):
    tranche = pay_first(town, life, life.walk(choir_draft(town), "running"))

    asked, told = "第1期款已拨付，请确认收款并开具收据", f"第1期款已拨付至{town.host}"
    for person in (town.hosthead, books):
        assert [words.partition("：")[2] for words in messages_to(person)] == [asked]
    assert [words.partition("：")[2] for words in messages_to(town.singer)] == [told]
    may = [rules.has_perm("projects.receipt", person, tranche) for person in (town.hosthead, books, town.singer)]
    assert may == [True, True, False]


def test_a_group_with_its_own_account_is_asked_itself(town, life):
    pay_first(town, life, life.walk(draft(town), "running"))

    assert "请确认收款" in messages_to(town.head)[0]
    assert "请确认收款" not in messages_to(town.volunteer)[0]
