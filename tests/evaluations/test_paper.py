"""Paper score sheets: keyed by two people apart from each other, compared, settled by the paper."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models import Event
from core.workflow import Refused
from evaluations.actions import panel, paper, scoring
from evaluations.double_keying import differing, same
from evaluations.models import Assignment, PaperEntry, Sheet
from people.models import Role
from projects.models import Participant, Project
from tests.pitching import begun, first, in_review, points_of, taken_to
from tests.town import member, person

SAID = {"strengths": "需求真实", "weaknesses": ""}


@pytest.fixture
def second(town):
    """The bureau's other clerk, who keys the second time."""
    town.people["clerk2"] = person("clerk2", "李敏")
    member(town.clerk2, town.bureau, Role.STAFF)
    return town.clerk2


@pytest.fixture
def assignment(town, life, second):
    """A sheet of the first expert in an ordinary review."""
    project = in_review(town, life, 1)[0]
    return project.assignments.select_related("project__call", "person").get(person=town.expert1)


def keyed(assignment, by, *points, **said):
    return paper.key(assignment, by=by, points=points_of(assignment, *points), **SAID | said)


def wire(assignment, *points, **said):
    """What a form sends."""
    names = [f"points-{criterion.pk}" for criterion in assignment.rubric.criteria.all()]
    return dict(zip(names, points, strict=True)) | SAID | said


# -- comparing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_keyed", "second_keyed", "alike"),
    [
        ("12", "12.00", True),
        ("12.5", "12.05", False),
        ("", "0", False),
        ("需求 真实，", "需求真实,", True),
        ("需求真实", "需求不真实", False),
    ],
)
def test_points_are_compared_as_numbers_and_texts_without_blanks_and_widths(first_keyed, second_keyed, alike):
    assert same(first_keyed, second_keyed) is alike


def test_a_cell_that_only_one_keyed_differs():
    assert differing({"1": "10", "2": "20"}, {"1": "10", "2": "21", "3": "5"}) == ["2", "3"]


# -- keying ----------------------------------------------------------------------------------------


def test_two_equal_keyings_hand_the_sheet_in(town, assignment, second):
    assert keyed(assignment, town.clerk, 25, "35.5", 28) is None

    sheet = keyed(assignment, second, "25.00", "35.50", 28, strengths=" 需求真实 ")

    assert (str(sheet.total), sheet.strengths, sheet.is_submitted) == ("88.50", "需求真实", True)
    event = Event.objects.about(assignment.project).get(name="paper_sheet")
    assert "陈静" in event.note
    assert "李敏" in event.note
    assert town.expert1.notifications.filter(subject__contains=assignment.project.title).exists()


def test_a_blind_judges_message_about_the_paper_names_nobody(town, assignment, second):
    Project.objects.filter(pk=assignment.project_id).update(title=f"{town.centre.name}进楼院")
    Participant.objects.filter(project=assignment.project_id).update(is_blind=True)
    found = Assignment.objects.select_related("project__call", "person").get(pk=assignment.pk)

    keyed(found, town.clerk, 25, 35, 28)
    keyed(found, second, 25, 35, 28)

    said = town.expert1.notifications.get(subject__contains="纸质评分表").subject
    assert (town.centre.name in said, "〔隐名〕进楼院" in said) == (False, True)


def test_one_person_alone_hands_nothing_in(town, assignment):
    keyed(assignment, town.clerk, 25, 35, 28)
    keyed(assignment, town.clerk, 25, 35, 28)

    assert not Sheet.objects.filter(assignment=assignment, submitted_at__isnull=False).exists()
    assert PaperEntry.objects.count() == 1


def test_a_third_person_is_refused(town, assignment, second):
    third = person("clerk3", "吴军")
    member(third, town.bureau, Role.STAFF)
    keyed(assignment, town.clerk, 25, 35, 28)
    keyed(assignment, second, 25, 36, 28)

    with pytest.raises(Refused):
        keyed(assignment, third, 25, 36, 28)
    assert PaperEntry.objects.count() == 2


@pytest.mark.parametrize("username", ["approver", "auditor", "expert1", "expert2", "head", "admin"])
def test_only_a_clerk_keys(town, assignment, username):
    with pytest.raises(PermissionDenied):
        keyed(assignment, town.people[username], 25, 35, 28)


def test_a_clerk_who_judges_does_not_key_the_own_sheet(town, assignment):
    member(town.expert1, town.bureau, Role.STAFF)

    with pytest.raises(Refused):
        keyed(assignment, town.expert1, 25, 35, 28)


@pytest.mark.parametrize(("points", "said"), [((25, 35, 31), {}), ((25, 35, 28), {"strengths": " "})])
def test_too_many_points_or_no_word_is_not_keyed(town, assignment, points, said):
    with pytest.raises(Refused):
        keyed(assignment, town.clerk, *points, **said)
    assert not PaperEntry.objects.exists()


def test_a_sheet_the_judge_has_handed_in_is_not_keyed_over(town, assignment, second):
    keyed(assignment, town.clerk, 25, 35, 28)
    scoring.submit_sheet(assignment, by=town.expert1, points=points_of(assignment, 20, 20, 20), strengths="好")

    with pytest.raises(Refused):
        keyed(assignment, second, 25, 35, 28)
    assert str(Sheet.objects.get(assignment=assignment).total) == "60.00"


def test_a_recused_judges_paper_does_not_count(town, assignment):
    panel.recuse(assignment, by=town.expert1, reason="亲属在该机构工作")

    with pytest.raises(PermissionDenied):
        keyed(assignment, town.clerk, 25, 35, 28)


def test_on_a_pitch_day_paper_comes_from_scoring_to_the_reveal(town, life, second):
    slot = taken_to(first(begun(town, life, 1)), "answering", town)
    assignment = slot.project.assignments.select_related("project__call", "person").get(person=town.expert1)
    with pytest.raises(PermissionDenied):
        keyed(assignment, town.clerk, 25, 35, 28)

    taken_to(slot, "locked", town)
    assignment = type(assignment).objects.select_related("project__call", "person").get(pk=assignment.pk)
    keyed(assignment, town.clerk, 25, 35, 28)

    assert keyed(assignment, second, 25, 35, 28).is_submitted


# -- settling --------------------------------------------------------------------------------------


def test_the_paper_decides_where_the_keyings_differ(town, assignment, second):
    keyed(assignment, town.clerk, 25, 35, 28)
    assert keyed(assignment, second, 25, 33, 28, strengths="需求真切") is None
    wrong = str(list(points_of(assignment, 0, 0, 0))[1])

    with pytest.raises(Refused):
        paper.settle(assignment, by=town.clerk, chosen={wrong: 1})
    sheet = paper.settle(assignment, by=town.clerk, chosen={wrong: 1, "strengths": 2})

    assert (str(sheet.total), sheet.strengths) == ("88.00", "需求真切")


def test_nothing_is_settled_before_the_second_keying(town, assignment):
    keyed(assignment, town.clerk, 25, 35, 28)

    with pytest.raises(Refused):
        paper.settle(assignment, by=town.clerk, chosen={})


def test_who_keys_again_can_make_both_the_same(town, assignment, second):
    keyed(assignment, town.clerk, 25, 35, 28)
    keyed(assignment, second, 25, 36, 28)

    sheet = keyed(assignment, town.clerk, 25, 36, 28)

    assert str(sheet.total) == "89.00"


# -- pages -----------------------------------------------------------------------------------------


def test_the_second_person_never_sees_what_the_first_keyed(town, assignment, second, browse):
    keyed(assignment, town.clerk, 17, 35, 28, strengths="第一人所录")
    response = browse(second).get(reverse("evaluations:paper_entry", args=[assignment.pk]))

    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)  # a random one may have any figure
    page = re.sub(r'\b(name|id|for|aria-[a-z]+)="[^"]*"', "", page)  # and so may the key of a criterion
    assert "17" not in page.split("<main")[1].replace(f"{assignment.pk:06d}", "")
    assert "第一人所录" not in page


def test_a_paper_is_keyed_compared_and_settled_on_its_pages(town, assignment, second, browse):
    url = reverse("evaluations:paper_entry", args=[assignment.pk])
    one, two = browse(town.clerk), browse(second)

    found = one.get(reverse("evaluations:paper_list", args=[town.call.pk]), {"number": f"{assignment.pk:06d}"})
    assert found.url == url
    one.post(url, wire(assignment, "25", "35", "28"))
    assert two.post(url, wire(assignment, "25", "33", "28")).url == url
    middle = str(list(points_of(assignment, 0, 0, 0))[1])
    assert "请选纸上写的是哪一个" in two.post(url, {"sent": "1"}).content.decode()
    two.post(url, {middle: "1"}, follow=True)

    assert str(Sheet.objects.get(assignment=assignment).total) == "88.00"


def test_wrong_points_stand_at_their_field_and_come_back(town, assignment, browse):
    url = reverse("evaluations:paper_entry", args=[assignment.pk])

    page = browse(town.clerk).post(url, wire(assignment, "25", "三十", "31")).content.decode()

    assert 'value="三十"' in page
    assert 'value="31"' in page
    assert page.count('aria-invalid="true"') == 2
    assert not PaperEntry.objects.exists()


@pytest.mark.parametrize("number", ["999999", "abc", "9" * 30, "²", "-1", "1\x00"])
def test_a_number_that_is_no_sheet_says_so(town, assignment, browse, number):
    response = browse(town.clerk).get(reverse("evaluations:paper_list", args=[town.call.pk]), {"number": number})

    assert response.status_code == 200
    assert "没有这个编号" in response.content.decode()


@pytest.mark.parametrize(("username", "status"), [("approver", 404), ("expert2", 404), ("head", 404), ("expert1", 403)])
def test_others_do_not_find_the_page(town, assignment, browse, username, status):
    url = reverse("evaluations:paper_entry", args=[assignment.pk])

    assert browse(town.people[username]).get(url).status_code == status
