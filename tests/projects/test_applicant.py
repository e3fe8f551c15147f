"""Section A of the application form: the applicant's own data, from the profile and never typed again."""

from datetime import date

import pytest
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import panel
from evaluations.models import Assignment
from projects.actions import proposals
from projects.comparison import compare
from projects.completeness import problems
from projects.models import Project
from projects.snapshots import snapshot
from tests.life import choir_draft, draft
from tests.pages import Offered

WRITTEN = "2012年登记，在柳溪镇做为老和青少年服务，专职社工5人。"


@pytest.fixture
def known(town):
    """The centre with everything that the form asks for."""
    town.centre.phone, town.centre.authority = "010-65007777", "朝阳区民政局"
    town.centre.legal_representative, town.centre.established_on = "刘芳", date(2012, 5, 1)
    town.centre.save()
    town.centre.ratings.create(level=4, granted_on=date(2024, 6, 1))
    town.centre.inspections.create(year=2025, result="passed")
    return town.centre


def read(client, name: str, project) -> str:
    return client.get(reverse(f"projects:{name}", args=[project.pk])).content.decode()


def in_review(town, life) -> Project:
    """A proposal before three experts who have declared that nothing ties them to it."""
    project = life.walk(draft(town), "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(project, expert, by=town.clerk)
    return life.walk(project, "in_review")


def without_profile(town) -> None:
    type(town.centre).objects.filter(pk=town.centre.pk).update(profile="  \n")


def test_the_form_shows_what_the_profile_says(town, known, browse):
    page = read(browse(town.head), "proposal_edit", draft(town))

    said = (known.name, known.credit_code, "朝阳区民政局", "2012-05-01", "010-65007777", "4A", "至2029-06-01", WRITTEN)
    assert [word for word in (*said, "6222000011112222") if word not in page] == []


def test_only_who_may_change_the_profile_is_led_there(town, known, browse):
    project, profile = draft(town), reverse("people:organization_edit", args=[known.pk])

    assert profile in Offered(read(browse(town.head), "proposal_edit", project)).links
    assert profile not in Offered(read(browse(town.volunteer), "proposal_edit", project)).links


def test_a_filed_group_is_shown_with_its_number_and_host(town, browse):
    page = read(browse(town.singer), "proposal_edit", choir_draft(town))

    assert "备案机关" in page
    assert town.choir.filing_number in page
    assert town.host.credit_code in page


def test_earlier_projects_that_got_money_are_named_and_others_not(town, known, life, browse):
    funded, _unfunded, project = (draft(town, title=title) for title in ("去年的陪伴", "没入选的", "今年的"))
    life.walk(funded, "approved")

    page = read(browse(town.head), "proposal_edit", project)

    assert f"{town.call.title}：去年的陪伴" in page
    assert "没入选的" not in page


def test_an_expert_reads_who_applies_without_phone_or_account(town, known, life, browse):
    project = in_review(town, life)

    page = read(browse(town.expert1), "proposal_detail", project)

    assert known.credit_code in page
    assert WRITTEN in page
    assert "****7777" in page
    assert "65007777" not in page
    assert "2222" not in page


def test_the_funder_reads_the_end_of_the_account_only(town, known, life, browse):
    page = read(browse(town.clerk), "proposal_detail", life.walk(draft(town), "submitted"))

    assert "010-65007777" in page
    assert "****2222" in page
    assert "6222000011112222" not in page


def test_who_judges_blind_learns_nothing_of_the_applicant(town, known, life, browse):
    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    town.call.refresh_from_db()
    project = in_review(town, life)
    mine, judge = Assignment.objects.get(project=project, person=town.expert1), browse(town.expert1)

    assert judge.get(reverse("projects:proposal_detail", args=[project.pk])).status_code == 404
    assert judge.get(reverse("reports:proposal", args=[project.pk])).status_code == 404
    page = judge.get(reverse("evaluations:blind_proposal", args=[mine.pk])).content.decode()
    copy = page.split("<main")[1].split("</main>")[0]  # a random token outside may well hold “4A”
    assert "csrfmiddlewaretoken" not in copy
    told = (known.name, known.credit_code, WRITTEN, "010-65007777", "4A", "朝阳区民政局")
    assert [word for word in told if word in copy] == []


def test_the_full_form_is_not_submitted_without_a_word_about_the_organisation(town, browse):
    project = draft(town)
    assert problems(project) == []
    without_profile(town)
    project = Project.objects.get(pk=project.pk)

    assert [problem.field for problem in problems(project)] == ["profile"]
    with pytest.raises(Refused, match="填写完整"):
        proposals.submit(project, by=town.head, pledged=True)
    page = read(browse(town.head), "proposal_edit", project)
    assert "单位简介还是空的" in page
    assert reverse("people:organization_edit", args=[town.centre.pk]) + "#id_profile" in page
    assert "单位简介还没有写" in page  # also in the list of what is still to be done


def test_the_short_form_does_not_ask_for_it(town, browse):
    project = choir_draft(town)

    assert town.choir.profile == ""
    assert problems(project) == []
    assert "单位简介还是空的" not in read(browse(town.singer), "proposal_edit", project)


def test_what_changed_in_the_profile_since_is_told_to_the_funder_and_not_to_judges(town, known, life, browse):
    project = in_review(town, life)
    assert "提交后" not in read(browse(town.clerk), "proposal_detail", project)

    known.bank_account, known.address = "62220000111122", "柳溪镇新街2号"
    known.save()

    page = read(browse(town.clerk), "proposal_detail", project)
    assert "提交后，单位资料有改动" in page
    assert "<ins>柳溪镇新街2号</ins>" in page
    assert "****1122" in page
    assert "62220000111122" not in page
    assert "提交后，单位资料有改动" not in read(browse(town.expert1), "proposal_detail", project)


def test_a_correction_shows_what_changed_in_the_profile(town, known):
    project = draft(town)
    before = snapshot(project)

    known.legal_representative = "李芳"
    known.save()

    [change] = compare(before, snapshot(Project.objects.get())).rows
    assert (change.table, [(cell.name, cell.old, cell.new) for cell in change.cells]) == (
        "applicant",
        [("legal_representative", "刘芳", "李芳")],
    )
