"""Writing: taking over what was written before, keys that stay, saving by itself, offering elsewhere."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.workflow import Refused, Stale
from grants.actions import need_lists, needs
from people.models import Certificate
from projects.actions import competition, drafts
from projects.models import Project, Scratch
from tests.life import LINES, choir_draft, draft
from tests.pages import Offered
from tests.projects.test_proposals import proposal_data
from tests.town import aware, make_call


@pytest.fixture
def other_call(town):
    """Another call, open in April and May."""
    return make_call(
        town, code="NEXT", opens_at=aware(2026, 4, 1), closes_at=aware(2026, 6, 1), starts_on=date(2026, 7, 1),
        ends_on=date(2027, 6, 30),
    )  # fmt: skip


def items(project) -> list[str]:
    return [line.item for line in project.budget_lines.all()]


# -- A new draft -----------------------------------------------------------------------------------


def test_a_draft_is_filled_in_from_the_profile(town):
    Certificate.objects.create(user=town.head, level="senior", number="SW-1", issued_on=date(2020, 1, 1))

    project = drafts.create_draft(town.call, town.centre, by=town.head, title="新项目")

    assert (project.community, project.leader) == (town.community, "刘芳")
    team = {member.name: member.certificate for member in project.team.all()}
    assert team == {"刘芳": "senior", "何小燕": "none"}


def test_an_earlier_proposal_lends_its_words_and_tables_but_not_its_days_and_money(town, other_call, time):
    old = draft(town)
    time.go(datetime(2026, 4, 2, 9))

    new = drafts.create_draft(other_call, town.centre, by=town.head, title="第二年", copy_of=old)

    assert (new.needs, new.method, new.beneficiaries) == (old.needs, old.method, old.beneficiaries)
    assert items(new) == items(old)
    assert [target.indicator for target in new.targets.all()] == ["服务人数"]
    assert (new.starts_on, new.amount_requested, new.title) == (None, None, "第二年")
    assert new.plan_steps.count() == 0  # its days lie before the new call's projects begin
    assert Project.objects.get(pk=old.pk).budget_lines.count() == 2


def test_the_proposal_of_another_group_is_not_taken_over(town):
    theirs = choir_draft(town)

    with pytest.raises(PermissionDenied):
        drafts.create_draft(town.call, town.centre, by=town.head, title="抄来的", copy_of=theirs)


def test_a_draft_that_answers_a_listed_need_begins_with_its_place_and_field(town):
    values = {"title": "没人陪诊", "text": "没人陪。", "community": town.community, "field": town.elderly}
    need = needs.decide(needs.report_need(by=town.clerk, values=values), "accept", by=town.clerk)
    listed = need_lists.publish_list(
        town.bureau, [need], by=town.clerk, title="指引表", notice_workdays=5, answer_until=date(2026, 12, 31),
        contact="陈静", contact_phone="1",
    )  # fmt: skip

    project = drafts.create_draft(town.call, town.centre, by=town.head, title="陪诊", answers=listed.entries.get())

    assert (project.field, project.community, project.answers.need) == (town.elderly, town.community, need)


# -- Storing ---------------------------------------------------------------------------------------


def test_a_row_keeps_its_key_while_it_is_changed_and_moved(town):
    project = draft(town)
    first, second = project.budget_lines.all()

    rows = [{"key": second.key, "item": "交通"}, {"key": first.key}]
    drafts.save_proposal(project, by=town.head, version=1, values={}, tables={"budget_lines": rows})

    assert [(line.pk, line.item) for line in project.budget_lines.all()] == [
        (second.pk, "交通"),
        (first.pk, "慰问活动物资"),
    ]


def test_a_row_that_is_not_sent_is_gone_and_two_rows_never_share_a_key(town):
    project = draft(town)
    kept = project.budget_lines.first()
    new = {"category": "meals", "item": "午餐", "unit_price": Decimal(20), "quantity": Decimal(1), "key": kept.key}

    rows = [{"key": kept.key}, new]
    drafts.save_proposal(project, by=town.head, version=1, values={}, tables={"budget_lines": rows})

    assert items(project) == ["慰问活动物资", "午餐"]
    assert len(set(project.budget_lines.values_list("key", flat=True))) == 2


def test_an_old_version_stores_nothing(town):
    project = draft(town)

    with pytest.raises(Stale):
        drafts.save_proposal(project, by=town.head, version=0, values={"title": "新"}, tables={"budget_lines": []})

    assert Project.objects.get().title == "夕阳红暖心陪伴"
    assert len(items(project)) == 2


# -- Saving by itself ------------------------------------------------------------------------------


def autosave(client, project, **changes):
    response = client.post(reverse("projects:proposal_autosave", args=[project.pk]), proposal_data(project, **changes))
    return response.status_code, json.loads(response.content)


def test_after_a_clash_the_page_says_what_is_stored_otherwise(town, browse):
    project = draft(town)
    drafts.save_proposal(project, by=town.volunteer, version=1, values={"needs": "又走访了30户"}, tables={})
    data = proposal_data(project, version="1", needs="入户调查120户")

    response = browse(town.head).post(reverse("projects:proposal_edit", args=[project.pk]), data)

    assert ("需求分析", "又走访了30户") in response.context["form"].clashes
    assert Project.objects.get().needs == "又走访了30户"


def test_what_is_valid_is_stored_and_gives_the_next_version(town, browse):
    project = draft(town)

    status, said = autosave(browse(town.head), project, needs="边写边存")

    assert (status, said["state"], said["version"]) == (200, "stored", 2)
    assert said["progress"]["why"] == {"done": 2, "all": 2}
    assert Project.objects.get().needs == "边写边存"


def test_what_is_invalid_is_kept_as_typed_and_comes_back_with_its_error(town, browse):
    project = draft(town)
    client = browse(town.head)

    _status, said = autosave(client, project, needs="新写的", amount_requested="一万元整")
    page = client.get(reverse("projects:proposal_edit", args=[project.pk]))

    assert said["state"] == "kept"
    assert said["errors"] == {"id_amount_requested": page.context["form"].errors["amount_requested"][0]}
    stored = Project.objects.get()
    assert (stored.needs, stored.amount_requested) == ("新写的", project.amount_requested)
    assert list(page.context["form"].errors) == ["amount_requested"]
    assert "一万元整" in page.content.decode()
    assert "新写的" in page.content.decode()


def test_a_row_half_written_keeps_its_table_waiting_and_nothing_else(town, browse):
    project = draft(town)
    half = {"budget_lines-2-item": "讲师费", "budget_lines-TOTAL_FORMS": "3"}

    _status, said = autosave(browse(town.head), project, needs="表还没写完", **half)

    assert said["state"] == "kept"
    assert Project.objects.get().needs == "表还没写完"
    assert items(Project.objects.get()) == items(project)


def test_what_was_kept_carries_the_version_that_was_stored_with_it(town, browse):
    project = draft(town)
    client = browse(town.head)
    autosave(client, project, needs="新写的", amount_requested="一万")

    page = client.get(reverse("projects:proposal_edit", args=[project.pk]))
    version = page.context["form"]["version"].value()
    _status, said = autosave(client, project, needs="接着写", version=version)

    assert said["state"] == "stored"


def test_what_was_kept_before_somebody_saved_is_offered_and_not_put_over_it(town, browse):
    project = draft(town)
    client = browse(town.head)
    autosave(client, project, amount_requested="一万")
    drafts.save_proposal(project, by=town.volunteer, version=2, values={"needs": "同事后来写的"})
    address = reverse("projects:proposal_edit", args=[project.pk])

    page, brought_back = client.get(address), client.get(address, {"scratch": 1})

    assert page.context["form"]["needs"].value() == "同事后来写的"
    assert page.context["older"] is not None
    assert brought_back.context["form"]["amount_requested"].value() == "一万"


def test_an_automatic_save_says_what_is_still_to_do(town, browse):
    project = draft(town)

    _status, said = autosave(browse(town.head), project, emergency_plan="")

    assert "应急预案" in said["todo"]


def test_a_character_no_database_takes_is_no_failure(town, browse):
    project = draft(town)

    status, said = autosave(browse(town.head), project, needs="走访\x00了", amount_requested="一万")

    assert (status, said["state"]) == (200, "kept")
    assert Scratch.objects.get().data["needs"] == ["走访了"]


TAB, OTHER = "0123456789abcdef", "fedcba9876543210"


def test_an_answer_that_was_lost_on_the_way_makes_no_clash(town, browse):
    project = draft(town)
    client = browse(town.head)
    autosave(client, project, needs="第一次", tab=f"{TAB}-1")  # stored, but its answer never arrived

    _status, said = autosave(client, project, needs="第二次", tab=f"{TAB}-2")

    assert (said["state"], Project.objects.get().needs) == ("stored", "第二次")


@pytest.mark.parametrize("tab", [f"{TAB}-1", f"{TAB}-0", f"{OTHER}-9", "", "nonsense"])
def test_a_late_or_foreign_save_of_an_old_version_is_a_clash(town, browse, tab):
    project = draft(town)
    client = browse(town.head)
    autosave(client, project, needs="较新的", tab=f"{TAB}-1")

    _status, said = autosave(client, project, needs="较旧的", tab=tab)

    assert (said["state"], Project.objects.get().needs) == ("stale", "较新的")
    assert "您在另一个窗口" in said["message"]


def test_one_tab_does_not_forget_what_another_has_kept(town, browse):
    project = draft(town)
    client = browse(town.head)
    autosave(client, project, amount_requested="一万", tab=f"{TAB}-1")

    autosave(client, project, needs="另一个标签页", version="2", tab=f"{OTHER}-1")

    assert Scratch.objects.get().data["amount_requested"] == ["一万"]


def test_only_a_stored_form_is_acknowledged_to_the_device(town, browse):
    project = draft(town)
    client = browse(town.head)
    address = reverse("projects:proposal_edit", args=[project.pk])

    refused = client.post(address, proposal_data(project, amount_requested="一万", tab=f"{TAB}-1"))
    stored = client.post(address, proposal_data(project, tab=f"{TAB}-2"))

    assert "stored-from" not in refused.cookies
    assert stored.cookies["stored-from"].value == TAB


def test_a_stored_form_forgets_what_was_kept(town, browse):
    project = draft(town)
    client = browse(town.head)
    autosave(client, project, amount_requested="一万")

    autosave(client, project, amount_requested="10000", version="2")

    assert not Scratch.objects.exists()


def test_words_kept_on_one_device_and_finished_on_another_are_kept_no_longer(town, browse):
    project, client = draft(town), browse(town.head)
    address = reverse("projects:proposal_edit", args=[project.pk])
    autosave(client, project, amount_requested="一万", tab=f"{TAB}-1")
    form = Offered(client.get(address).content.decode())

    client.post(address, form.filled(amount_requested="10000", tab=f"{OTHER}-1") | {"save": ""})

    assert not Scratch.objects.exists()
    assert client.get(address).context["older"] is None


@pytest.mark.parametrize(("button", "changes"), [("save", {"amount_requested": "一万"}), ("submit", {"pledge": ""})])
def test_a_form_that_is_refused_is_kept_as_typed_and_changes_nothing(town, browse, button, changes):
    project, client = draft(town), browse(town.head)
    address = reverse("projects:proposal_edit", args=[project.pk])

    refused = client.post(address, proposal_data(project, needs="刚写的", **changes) | {button: ""})

    stored = Project.objects.get()
    assert (refused.status_code, stored.version, stored.needs) == (200, project.version, project.needs)
    assert client.get(address).context["form"]["needs"].value() == "刚写的"


def test_a_form_that_is_refused_counts_what_stands_in_it(town, browse):
    project = drafts.create_draft(town.call, town.centre, by=town.head, title="新项目")

    page = browse(town.head).post(
        reverse("projects:proposal_edit", args=[project.pk]), proposal_data(project, amount_requested="-1", save="")
    )

    progress = page.context["progress"]
    assert (progress["why"].is_complete, progress["goals"].is_complete) == (True, True)
    assert not progress["budget"].is_complete


def test_a_refused_form_of_an_old_version_does_not_replace_what_is_kept(town, browse):
    project, client = draft(town), browse(town.head)
    autosave(client, project, amount_requested="一万", tab=f"{TAB}-1")

    data = proposal_data(project, amount_requested="两万", tab=f"{OTHER}-1", save="")
    client.post(reverse("projects:proposal_edit", args=[project.pk]), data)

    assert Scratch.objects.get().data["amount_requested"] == ["一万"]


def test_going_back_to_the_stored_version_forgets_what_was_kept(town, browse):
    project = draft(town)
    client = browse(town.head)
    autosave(client, project, amount_requested="一万")

    client.post(reverse("projects:proposal_discard", args=[project.pk]))

    assert not Scratch.objects.exists()
    assert "一万" not in client.get(reverse("projects:proposal_edit", args=[project.pk])).content.decode()


def test_an_older_tab_is_told_and_overwrites_nothing(town, browse):
    project = draft(town)
    autosave(browse(town.volunteer), project, needs="同事写的")

    _status, said = autosave(browse(town.head), project, needs="我写的")

    assert said["state"] == "stale"
    assert Project.objects.get().needs == "同事写的"


def test_nobody_else_saves_into_a_draft(town, browse):
    project = draft(town)
    address = reverse("projects:proposal_autosave", args=[project.pk])

    for person in (town.stranger, town.singer, town.clerk, town.mentor):
        assert browse(person).post(address, proposal_data(project)).status_code == 404
    assert browse().post(address, proposal_data(project)).status_code == 302


# -- Offering elsewhere ----------------------------------------------------------------------------


@pytest.fixture
def refused(town, life, other_call):
    """A proposal of the centre that was not selected, in April."""
    project = life.walk(draft(town), "in_review")

    return competition.decline(project, by=town.clerk, note="资金有限")


def test_what_was_not_selected_goes_on_with_its_words_and_its_history(town, refused, other_call):
    draft_ = drafts.offer_elsewhere(refused, other_call, by=town.head)

    assert (draft_.state, draft_.call, draft_.routed_from) == ("draft", other_call, refused)
    assert (draft_.needs, items(draft_)) == (refused.needs, items(refused))
    assert list(refused.routed_to.all()) == [draft_]


def test_it_goes_to_a_call_once_and_never_back_to_the_same(town, refused, other_call):
    drafts.offer_elsewhere(refused, other_call, by=town.head)

    for call in (other_call, refused.call):
        with pytest.raises(Refused):
            drafts.offer_elsewhere(refused, call, by=town.head)


def test_a_proposal_still_in_the_race_is_not_offered_elsewhere(town, life, other_call):
    project = life.walk(draft(town), "in_review")

    with pytest.raises(Refused):
        drafts.offer_elsewhere(project, other_call, by=town.head)


def test_only_the_group_offers_its_proposal(town, refused, other_call):
    for person in (town.clerk, town.mentor, town.singer):
        with pytest.raises(PermissionDenied):
            drafts.offer_elsewhere(refused, other_call, by=person)


def test_one_press_on_the_page_opens_the_new_draft(town, refused, other_call, browse):
    client = browse(town.head)
    page = reverse("projects:offer", args=[refused.pk])

    assert other_call.title in client.get(page).content.decode()
    response = client.post(page, {"call": other_call.pk})

    assert response.url == reverse("projects:proposal_edit", args=[Project.objects.latest("pk").pk])


def test_saving_by_itself_asks_the_same_for_one_line_and_for_thirty(town, browse):
    def questions(count: int) -> int:
        lines = [LINES[0] | {"item": f"物资{number}", "quantity": Decimal(1)} for number in range(count)]
        days = {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 6, 1)}
        steps = [days | {"name": f"第{number}步"} for number in range(count)]
        project = draft(town, lines=lines, tables={"plan_steps": steps})
        client = browse(town.head)
        page = client.get(reverse("projects:proposal_edit", args=[project.pk])).content.decode()
        sent = Offered(page).filled(summary="改了一句")
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(reverse("projects:proposal_autosave", args=[project.pk]), sent)
        assert answer.json()["state"] == "stored"
        reads = [query["sql"] for query in asked if 'FROM "projects_budgetline"' in query["sql"]]
        assert len(reads) == 2  # once while it is stored, once to say what is still to be done
        # Django asks the database once for each row whether its constraints hold; that reads no table.
        return sum("SAVEPOINT" not in query["sql"] and "_check" not in query["sql"] for query in asked)

    questions(1)  # what is fetched once in the life of a process
    assert questions(1) == questions(30)
