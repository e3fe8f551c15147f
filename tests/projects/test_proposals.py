"""Applying, writing and handing in files, through the browser client: bad input is said, nothing is lost."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from core.models import Attachment
from core.workflow import Refused
from grants.actions import need_lists, needs
from people.models import Community
from projects.actions import checking, drafts, proposals
from projects.completeness import problems
from projects.models import Project
from tests.life import LINES, STEPS, TARGETS, TEAM, VALUES, draft
from tests.pages import Offered
from tests.pdfs import pdf_with

LATE = datetime(2026, 4, 1, 0, 0)


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


def proposal_data(project: Project, **changes) -> dict:
    """What the proposal form sends for a complete proposal of 10,000 yuan."""
    tables = {"budget_lines": [{"source": "grant"} | line for line in LINES], "partners": []}
    tables |= {"targets": TARGETS, "plan_steps": STEPS, "team": TEAM}
    rows = {
        f"{table}-{number}-{name}": str(value)
        for table, each in tables.items()
        for number, row in enumerate(each)
        for name, value in ({"key": f"{table[:3]}{number}"} | row).items()
    }
    rows |= {f"{table}-TOTAL_FORMS": str(len(each)) for table, each in tables.items()}
    rows |= {f"{table}-INITIAL_FORMS": "0" for table in tables}
    texts = {name: str(value) for name, value in VALUES.items()}
    figures = {
        "version": str(project.version),
        "field": str(project.field_id or project.call.service_fields.first().pk),
        "community": str(project.applicant.community_id),
        "amount_requested": "10000.00",
        "nature": "service",
        "pledge": "on",
    }
    return texts | figures | rows | changes


@pytest.fixture
def empty(town):
    """A draft just opened."""
    return drafts.create_draft(town.call, town.centre, by=town.head, title="新项目")


# -- applying --------------------------------------------------------------------------------------


def test_applying_opens_a_draft_in_the_track_of_the_group(town, browse):
    response = browse(town.head).post(url("apply", town.call.pk), {"applicant": town.centre.pk, "title": "暖心陪伴"})

    project = Project.objects.get()
    assert response.url == url("proposal_edit", project.pk)
    assert (project.track.name, project.state, project.community) == ("登记组织", "draft", town.community)


def test_an_earlier_proposal_and_a_need_are_chosen_on_the_page(town, browse):
    old = draft(town)
    elsewhere = Community.objects.create(
        region_code="110105030002", name="桃园社区", street="柳溪镇", district="朝阳区"
    )
    values = {"title": "没人陪诊", "text": "没人陪。", "community": elsewhere, "field": town.youth}
    need = needs.decide(needs.report_need(by=town.clerk, values=values), "accept", by=town.clerk)
    listed = need_lists.publish_list(
        town.bureau, [need], by=town.clerk, title="指引表", notice_workdays=5, answer_until=date(2026, 12, 31),
        contact="陈静", contact_phone="1",
    )  # fmt: skip
    entry, client = listed.entries.get(), browse(town.head)
    page = Offered(client.get(url("apply", town.call.pk)).content.decode())

    client.post(
        url("apply", town.call.pk),
        page.filled(applicant=town.centre.pk, title="陪诊", answers=entry.pk, copy_of=old.pk),
    )

    new = Project.objects.exclude(pk=old.pk).get()
    assert (new.answers, new.community, new.field) == (entry, elsewhere, town.youth)  # the need decides
    assert (new.needs, [line.item for line in new.budget_lines.all()]) == (old.needs, [r["item"] for r in LINES])


def test_without_a_need_the_earlier_proposal_gives_the_place_and_the_field(town):
    elsewhere = Community.objects.create(
        region_code="110105030002", name="桃园社区", street="柳溪镇", district="朝阳区"
    )
    old = draft(town, community=elsewhere)

    new = drafts.create_draft(town.call, town.centre, by=town.head, title="第二年", copy_of=old)

    assert (new.community, new.field) == (elsewhere, town.elderly)


def test_applying_for_a_group_of_others_is_refused_at_the_field(town, browse):
    response = browse(town.head).post(url("apply", town.call.pk), {"applicant": town.choir.pk, "title": "暖心陪伴"})

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["applicant"]
    assert not Project.objects.exists()


def test_applying_after_the_deadline_keeps_the_title_and_says_why(town, browse, time):
    time.go(LATE)

    response = browse(town.head).post(url("apply", town.call.pk), {"applicant": town.centre.pk, "title": "暖心陪伴"})

    assert response.context["form"].non_field_errors()
    assert 'value="暖心陪伴"' in response.content.decode()


# -- writing ---------------------------------------------------------------------------------------


def test_a_draft_may_be_incomplete(town, browse, empty):
    response = browse(town.head).post(
        url("proposal_edit", empty.pk),
        proposal_data(empty, title="半成品", needs="", method="", save=""),
    )

    assert response.status_code == 302
    assert Project.objects.get().title == "半成品"


def test_submitting_a_complete_proposal_gives_it_its_number(town, browse, empty):
    response = browse(town.head).post(url("proposal_edit", empty.pk), proposal_data(empty, submit=""))

    project = Project.objects.get()
    assert response.url == project.get_absolute_url()
    assert (project.state, project.number, project.total_budget) == ("submitted", "LX2026-001", Decimal("10000.00"))


def test_the_pledge_is_kept_with_the_submission(town, browse, empty):
    browse(town.head).post(url("proposal_edit", empty.pk), proposal_data(empty, submit=""))

    handed_in = Project.objects.get().submissions.get()
    assert handed_in.pledge.startswith("我们承诺：所填内容真实")
    assert (handed_in.by, handed_in.at) == (town.head, clock.now())


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_neither_the_form_nor_the_step_nor_the_verb_takes_a_proposal_without_the_pledge(town, browse, life, state):
    project = draft(town)
    if state == "returned":
        life.walk(project, "submitted")
        checking.check(project, "return_for_correction", by=town.clerk, note="补章")
    client, step = browse(town.head), "submit" if state == "draft" else "resubmit"
    data = proposal_data(project, submit="")
    del data["pledge"]

    form = client.post(url("proposal_edit", project.pk), data).context["form"]
    asked = client.post(url("project_step", project.pk, step), {"seen": state, "note": ""}).context["form"]
    with pytest.raises(Refused):
        proposals.submit(Project.objects.get(), by=town.head, pledged=False)

    assert (list(form.errors), list(asked.errors)) == (["pledge"], ["pledge"])
    assert Project.objects.get().state == state


def test_the_step_on_the_projects_page_asks_for_the_pledge_and_submits(town, browse):
    project, client = draft(town), browse(town.head)
    page = Offered(client.get(url("project_step", project.pk, "submit")).content.decode())

    client.post(url("project_step", project.pk, "submit"), page.filled(pledge="on"))

    assert Project.objects.get().submissions.get().pledge


def test_a_volunteer_writes_but_does_not_submit(town, browse, empty):
    data = proposal_data(empty)
    assert browse(town.volunteer).post(url("proposal_edit", empty.pk), data | {"save": ""}).status_code == 302

    data = proposal_data(Project.objects.get(), submit="")
    assert browse(town.volunteer).post(url("proposal_edit", empty.pk), data).status_code == 403
    assert Project.objects.get().state == "draft"


BAD = {
    "missing field": ({"needs": ""}, "needs"),
    "lines do not sum to the request": ({"amount_requested": "9999.00"}, "amount_requested"),
    "three decimals": ({"amount_requested": "10000.005"}, "amount_requested"),
    "minus sign": ({"amount_requested": "-10000"}, "amount_requested"),
    "no number": ({"amount_requested": "一万"}, "amount_requested"),
    "one fen over the cap": (
        {"amount_requested": "50000.01", "budget_lines-0-unit_price": "48000.01", "budget_lines-0-quantity": "1"},
        "amount_requested",
    ),
    "before the call's period": ({"starts_on": "2026-04-30"}, "starts_on"),
    "after the call's period": ({"ends_on": "2027-04-01"}, "ends_on"),
    "ends before it starts": ({"starts_on": "2026-06-01", "ends_on": "2026-05-31"}, "ends_on"),
    "no date": ({"starts_on": "明天"}, "starts_on"),
    "nobody served": ({"beneficiaries": "0"}, "beneficiaries"),
    "text too long": ({"summary": "字" * 201}, "summary"),
    "field of another call": ({"field": "999"}, "field"),
}


@pytest.mark.parametrize(("changes", "field"), BAD.values(), ids=BAD)
def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(town, browse, empty, changes, field):
    data = proposal_data(empty, submit="", **changes)

    response = browse(town.head).post(url("proposal_edit", empty.pk), data)

    assert response.status_code == 200
    assert field in response.context["form"].errors
    page = response.content.decode()
    assert VALUES["method"] in page
    assert 'value="慰问活动物资"' in page
    stored = Project.objects.get()
    assert (stored.state, stored.title, stored.version) == ("draft", "新项目", 0)
    assert not stored.budget_lines.exists()


def test_every_problem_of_the_amount_is_said_at_once(town, browse, empty):
    data = proposal_data(empty, submit="", amount_requested="60000.00")

    errors = browse(town.head).post(url("proposal_edit", empty.pk), data).context["form"].errors

    assert len(errors["amount_requested"]) == 3  # over the cap, not the sum of the lines, over the whole budget


def test_what_is_missing_is_listed_from_the_top_of_the_form_down_with_its_place(town, browse):
    project = draft(town, leader="", needs="", emergency_plan="", audience="", tables={"targets": []})

    assert [problem.field for problem in problems(project)] == [
        "leader", "audience", "needs", "targets", "emergency_plan",
    ]  # fmt: skip
    links = Offered(browse(town.head).get(url("proposal_edit", project.pk)).content.decode()).links
    wanted = ["#id_leader", "#id_audience", "#id_needs", "#table_targets", "#id_emergency_plan"]
    assert [link for link in links if link in wanted] == wanted


def test_a_row_that_breaks_a_rule_is_named_and_linked(town, browse):
    town.call.budget_rules.create(metric="forbidden", words="物资", legal_basis="负面清单")
    project = draft(town)
    line = project.budget_lines.first()

    page = browse(town.head).get(url("proposal_edit", project.pk)).content.decode()

    assert f'<a href="#row_budget_lines_{line.key}">预算明细第1行：{line}</a>' in page
    assert f'id="row_budget_lines_{line.key}"' in page


def test_a_table_without_rows_says_so_at_the_table(town, browse, empty):
    data = proposal_data(empty, submit="") | {"targets-TOTAL_FORMS": "0"}

    response = browse(town.head).post(url("proposal_edit", empty.pk), data)

    assert list(response.context["tables"]["targets"].non_form_errors()) == ["请至少填写一个可衡量的目标。"]
    assert "#table_targets" in Offered(response.content.decode()).links


def test_more_rows_than_the_table_takes_are_counted_in_rows(town, browse, empty):
    rows = {f"targets-{n}-{name}": str(value) for n in range(21) for name, value in TARGETS[0].items()}
    data = proposal_data(empty, save="") | rows | {"targets-TOTAL_FORMS": "21"}

    response = browse(town.head).post(url("proposal_edit", empty.pk), data)

    assert list(response.context["tables"]["targets"].non_form_errors()) == ["最多20行。"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("unit_price", "-1"), ("unit_price", "1.005"), ("quantity", "0"), ("quantity", "三"), ("category", "bribes")],
)
def test_a_bad_budget_cell_is_said_at_the_cell(town, browse, empty, cell, value):
    data = proposal_data(empty, save="", **{f"budget_lines-0-{cell}": value})

    response = browse(town.head).post(url("proposal_edit", empty.pk), data)

    assert cell in response.context["tables"]["budget_lines"].forms[0].errors
    assert not Project.objects.get().budget_lines.exists()


def test_full_width_digits_and_separators_are_understood(town, browse, empty):
    data = proposal_data(empty, submit="", amount_requested="１０，０００.００元")

    assert browse(town.head).post(url("proposal_edit", empty.pk), data).status_code == 302
    assert Project.objects.get().amount_requested == Decimal("10000.00")


def test_two_hundred_characters_with_line_breaks_fit(town, browse, empty):
    data = proposal_data(empty, save="", summary="字" * 99 + "\r\n" + "字" * 100)

    assert browse(town.head).post(url("proposal_edit", empty.pk), data).status_code == 302


def test_a_late_submission_is_refused_and_the_draft_kept(town, browse, empty, time):
    time.go(LATE)

    response = browse(town.head).post(url("proposal_edit", empty.pk), proposal_data(empty, submit=""))

    assert response.context["form"].non_field_errors()
    assert VALUES["method"] in response.content.decode()
    assert Project.objects.get().state == "draft"


def test_a_second_tab_is_warned_before_it_overwrites(town, browse, empty):
    client = browse(town.head)
    first = proposal_data(empty, save="", title="甲的标题")
    second = proposal_data(empty, save="", title="乙的标题")
    client.post(url("proposal_edit", empty.pk), first)

    warned = client.post(url("proposal_edit", empty.pk), second)

    assert warned.context["form"].non_field_errors()
    assert Project.objects.get().title == "甲的标题"
    assert 'value="乙的标题"' in warned.content.decode()
    version = warned.context["form"]["version"].value()
    client.post(url("proposal_edit", empty.pk), second | {"version": version})
    assert Project.objects.get().title == "乙的标题"


def test_a_submitted_proposal_cannot_be_edited(town, browse, life):
    project = life.walk(draft(town), "submitted")
    page = url("proposal_edit", project.pk)

    response = browse(town.head).post(page, proposal_data(project, needs="后来改的", save=""))

    assert response.url == url("proposal_detail", project.pk)
    assert Project.objects.get().needs == VALUES["needs"]
    assert browse(town.clerk).get(page).status_code == 403


def test_a_returned_proposal_shows_what_to_correct_and_is_submitted_again(town, browse, life):
    project = life.walk(draft(town), "submitted")
    browse(town.clerk).post(url("project_step", project.pk, "return_for_correction"), {"note": "请补充备案证明"})
    project.refresh_from_db()

    client = browse(town.head)
    assert "请补充备案证明" in client.get(url("proposal_edit", project.pk)).content.decode()
    client.post(url("proposal_edit", project.pk), proposal_data(project, submit=""))
    assert Project.objects.get().state == "submitted"
    assert Project.objects.get().number == "LX2026-001"


@pytest.fixture
def returned(town, life) -> Project:
    """Handed in, and returned for correction."""
    project = life.walk(draft(town), "submitted")
    checking.check(project, "return_for_correction", by=town.clerk, note="请补充备案证明")
    return Project.objects.get()


def test_a_returned_proposal_that_was_not_changed_goes_in_again_only_when_that_is_meant(town, browse, returned):
    client, page = browse(town.head), url("proposal_edit", returned.pk)
    assert "内容未改，仍要提交" not in client.get(page).content.decode()
    same = Offered(client.get(page).content.decode()).filled(pledge="on") | {"submit": ""}

    asked = client.post(page, same)

    assert list(asked.context["form"].errors) == ["unchanged"]
    assert "退回后内容没有修改" in asked.content.decode()
    assert Project.objects.get().state == "returned"
    again = Offered(asked.content.decode()).filled(pledge="on", unchanged="on") | {"submit": ""}
    done = client.post(page, again, follow=True).content.decode()
    assert "已重新提交，项目编号仍为LX2026-001。" in done
    assert "提交成功" not in done


def test_a_returned_proposal_that_was_corrected_is_not_asked_about(town, browse, returned):
    client, page = browse(town.head), url("proposal_edit", returned.pk)
    corrected = Offered(client.get(page).content.decode()).filled(needs="补充说明。", pledge="on") | {"submit": ""}

    assert "已重新提交" in client.post(page, corrected, follow=True).content.decode()


def test_a_paper_that_was_added_is_a_correction_and_the_step_on_the_projects_page_asks_as_well(town, browse, returned):
    client, page = browse(town.head), url("project_step", returned.pk, "resubmit")
    sent = Offered(client.get(page).content.decode()).filled(pledge="on")
    assert "unchanged" not in sent

    assert list(client.post(page, sent).context["form"].errors) == ["unchanged"]
    upload(client, returned, "备案证明.pdf", PDF)
    client.post(page, sent)

    assert Project.objects.get().state == "submitted"


# -- files -----------------------------------------------------------------------------------------

PDF = pdf_with()


def upload(client, project, name: str, content: bytes):
    data = {"kind": "other", "file": SimpleUploadedFile(name, content)}
    return client.post(url("proposal_attach", project.pk), data)


def test_a_pdf_is_attached_and_downloaded_by_whoever_sees_the_project(town, browse, empty):
    assert upload(browse(town.head), empty, "备案证明.pdf", PDF).status_code == 302

    attachment = Attachment.objects.get()
    response = browse(town.volunteer).get(reverse("core:attachment", args=[attachment.pk]))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert browse(town.stranger).get(reverse("core:attachment", args=[attachment.pk])).status_code == 404
    assert browse().get(reverse("core:attachment", args=[attachment.pk])).status_code == 302


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.pdf", b"MZ\x90\x00" + b"\0" * 100),
        ("大文件.pdf", PDF + b"\0" * (30 * 1024 * 1024)),
        ("空.pdf", b""),
        ("脚本.exe", b"MZ"),
        ("没有后缀", PDF),
        ("网页.html", b"<script>alert(1)</script>"),
    ],
    ids=["executable named pdf", "30 MB", "empty", "exe", "no suffix", "html"],
)
def test_a_bad_file_is_refused_at_the_field(town, browse, empty, name, content):
    response = upload(browse(town.head), empty, name, content)

    assert response.status_code == 200
    assert "file" in response.context["attachment_form"].errors
    assert not Attachment.objects.exists()
