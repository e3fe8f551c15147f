"""Small things that a new user stumbles over."""

import pytest
from django.urls import reverse

from core.files import attach
from core.workflow import lead_in
from grants.models import Track
from projects.models import Likeness, Project
from tests.life import choir_draft, draft
from tests.test_files import pdf


def page(browse, user, name: str, *args) -> str:
    return browse(user).get(reverse(f"projects:{name}", args=args)).content.decode()


def test_a_short_form_neither_mentions_nor_shows_what_it_does_not_ask_for(town, browse):
    Track.objects.filter(open_to="filed").update(form="short")
    project = choir_draft(town)

    form, reading = (page(browse, town.singer, name, project.pk) for name in ("proposal_edit", "proposal_detail"))

    assert "下面的表里。" not in form.partition('name="method"')[0].rpartition('for="id_method"')[2]
    assert "同类项目经验" not in reading
    assert project.experience == ""


def test_the_full_form_says_where_the_days_go(town, browse):
    assert "日期填在下面的表里。" in page(browse, town.head, "proposal_edit", draft(town).pk)


def test_a_group_without_a_track_is_told_before_it_types(town, browse):
    Track.objects.filter(open_to="registered").delete()

    registered, filed = page(browse, town.head, "apply", town.call.pk), page(browse, town.singer, "apply", town.call.pk)

    assert "没有面向你们这类组织的组别" in registered
    assert 'name="title"' not in registered
    assert 'name="title"' in filed


def test_several_likenesses_of_one_proposal_are_one_task(town, browse, life):
    one, two = life.walk(draft(town), "submitted"), life.walk(choir_draft(town), "submitted")
    Likeness.objects.create(project=two, other=one, kind="text", score="0.5")
    Likeness.objects.create(project=one, other=two, kind="paper", score=1)
    Likeness.objects.create(project=two, other=one, kind="budget", score="0.9")

    tasks = [task for task in browse(town.clerk).get("/todo/").context["tasks"] if "相似" in task.what]

    assert sorted((task.title, task.what) for task in tasks) == sorted(
        [(two.title, "有2处与其他申报相似：请判断"), (one.title, "与其他申报相似：请判断")]
    )


def test_who_may_not_submit_is_not_asked_to(town, browse):
    draft(town)

    asked = {
        user: [t.what for t in browse(user).get("/todo/").context["tasks"]] for user in (town.head, town.volunteer)
    }

    assert "完成并提交申报书" in asked[town.head]
    assert "完成申报书，由负责人提交" in asked[town.volunteer]
    assert "完成并提交申报书" not in asked[town.volunteer]


def test_the_same_file_is_named_on_both_sides(town, browse, life):
    one, two = draft(town), choir_draft(town)
    for project, by, name in ((one, town.head, "询价单.pdf"), (two, town.singer, "报价.pdf")):
        attach(project, pdf(name), by=by, kind="other")
        attach(project, pdf("证书.pdf"), by=by, kind="registration")
        life.walk(project, "submitted")
    likeness = Likeness.objects.create(project=Project.objects.get(pk=two.pk), other=one, kind="paper", score=1)

    text = page(browse, town.clerk, "likeness_detail", likeness.pk)

    assert "<mark>报价.pdf</mark>" in text
    assert "<mark>询价单.pdf</mark>" in text
    assert "<mark>证书.pdf</mark>" not in text


@pytest.mark.parametrize(
    ("label", "said"), [("名称", "名称："), ("社区是否支持？", "社区是否支持？"), ("我们承诺。", "我们承诺。")]
)
def test_a_label_leads_in_with_one_mark(label, said):
    assert lead_in(label) == said


def test_a_field_that_a_submission_needs_asks_to_choose(town, browse):
    text = browse(town.head).get(reverse("projects:proposal_edit", args=[draft(town).pk])).content.decode()

    chooser = text.split('<select name="field"')[1].split("</select>")[0]
    assert "请选择" in chooser
    assert "（不选）" not in chooser
    assert " required" not in chooser.split(">")[0]  # a draft may be stored without it
