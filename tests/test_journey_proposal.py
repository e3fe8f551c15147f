"""From a need to an accepted proposal, only through the pages, each person in their own browser."""

from django.urls import reverse

from grants.models import Need, NeedListEntry
from projects.models import CoachingRequest, Comment, Project, Recommendation
from tests.pages import Offered
from tests.projects.test_proposals import proposal_data


def test_a_need_becomes_an_accepted_proposal_through_the_pages(town, browse):
    """Reported by a resident, listed, answered, coached, recommended, returned once, corrected, accepted."""
    anybody = browse()
    people = {name: browse(user) for name, user in town.people.items()}
    town.call.papers.create(kind="recommendation", legal_basis="居委会推荐")
    town.call.eligibility_rules.create(kind="inspected", severity="warn", legal_basis="年检合格")

    def post(client, to, /, *args, **data):
        response = client.post(reverse(to, args=args), data, follow=True)
        assert response.status_code == 200, (to, response.status_code)
        form = response.context and response.context.get("form")
        assert not (form and form.is_bound and form.errors), (to, form.errors)
        return response

    # The need
    words = {"title": "独居老人没人陪", "text": "楼上独居老人一周见不到人。", "community": town.community.pk}
    post(anybody, "grants:need_create", **words, field=town.elderly.pk, website="")
    need = Need.objects.get()
    post(people["clerk"], "projects:need_sort_out", need.pk, step="accept", note="", seen="received")
    post(
        people["clerk"], "grants:need_list_create", funder=town.bureau.pk, title="指引表", notice_workdays=5,
        answer_until="2026-12-31", contact="陈静", contact_phone="010-65000000", needs=[need.pk], publish="1",
    )  # fmt: skip
    assert "XQ2026-1-01" in anybody.get(need.entry.list.get_absolute_url()).content.decode()

    # The draft answers it, and a mentor looks at it
    head = people["head"]
    entry = NeedListEntry.objects.get()
    answering = next(
        link for link in Offered(head.get(entry.list.get_absolute_url()).content.decode()).links if "need=" in link
    )
    offered = Offered(head.get(answering).content.decode())
    assert offered.values["answers"] == str(entry.pk)  # what the link promised is chosen already
    post(head, "projects:apply", town.call.pk, **offered.filled(applicant=town.centre.pk, title="暖心陪伴"))
    project = Project.objects.get()
    page = reverse("projects:proposal_edit", args=[project.pk])
    head.post(page, proposal_data(project, answers=entry.pk, save=""))
    post(head, "projects:coaching_ask", project.pk, organization=town.support.pk, message="目标不会写")
    post(people["mentor"], "projects:coaching_answer", CoachingRequest.objects.get().pk, accepted="1", answer="")
    post(people["mentor"], "projects:comment_list", project.pk, anchor="goals", text="写上每月几次")
    advice = Comment.objects.get()
    post(head, "projects:comment_answer", advice.pk, text="每月四次")
    post(head, "projects:comment_resolve", advice.pk)

    # What still stands in the way is said, and mended
    project.refresh_from_db()
    refused = head.post(page, proposal_data(project, answers=entry.pk, submit=""))
    assert len(refused.context["form"].non_field_errors()) == 2  # the paper, and the warning to explain
    post(head, "projects:recommendation_ask", project.pk, community=town.community.pk)
    opinion = {"supports": "1", "text": "同意推荐", "name": "刘桂英", "post": "主任", "website": ""}
    post(anybody, "projects:recommend", Recommendation.objects.get().token, **opinion)
    rule = town.call.eligibility_rules.get()
    post(head, "projects:explanations_edit", project.pk, **{f"rule-{rule.pk}": "年检材料已交。"})
    head.post(page, proposal_data(project, answers=entry.pk, submit=""))
    project.refresh_from_db()
    assert (project.state, project.number, project.answers) == ("submitted", "LX2026-001", entry)

    # The formal check: one remark, one correction, and what changed
    clerk = people["clerk"]
    post(clerk, "projects:check_page", project.pk, anchor="method", text="写明每周几次")
    post(clerk, "projects:project_step", project.pk, "return_for_correction", note="", seen="submitted")
    assert "写明每周几次" in head.get(page).content.decode()
    project.refresh_from_db()
    head.post(page, proposal_data(project, answers=entry.pk, method="每周两次入户，每次一小时。", submit=""))
    changes = clerk.get(reverse("projects:check_page", args=[project.pk])).context["changes"]
    assert [(change.name, change.new) for change in changes.fields] == [("method", "每周两次入户，每次一小时。")]
    assert changes.rows == ()
    refused = clerk.get(reverse("projects:project_step", args=[project.pk, "accept"])).context["choice"]
    assert len(refused.blocked) == 1  # nobody has called the community back
    post(clerk, "projects:recommendation_confirm", Recommendation.objects.get().pk, is_genuine="1", note="刘桂英")
    post(clerk, "projects:project_step", project.pk, "accept", note="", seen="submitted")

    project.refresh_from_db()
    assert project.state == "eligible"
