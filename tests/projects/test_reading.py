"""The proposal as it is read: all that was entered, and a way to remark on each place of it."""

from django.urls import reverse

from people.models import Community
from projects.actions import checking, coaching, proposals
from projects.models import Project
from tests.life import TEAM, choir_draft, draft
from tests.pages import Offered


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


def read(client, project) -> str:
    return client.get(url("proposal_detail", project.pk)).content.decode()


def remarks(page: str) -> list[str]:
    """The places that a page offers to remark on."""
    return [link.partition("?place=")[2].partition("#")[0] for link in Offered(page).links if "?place=" in link]


def coached(town) -> Project:
    project = draft(town)
    asked = coaching.ask_for_coaching(project, town.support, by=town.head)
    coaching.answer_request(asked, by=town.mentor, accepted=True)
    return project


def test_all_that_was_entered_is_shown(town, browse):
    partners = [{"name": "柳溪小学", "duty": "出场地", "contact": "周老师 010-65001111"}]
    project = draft(
        town,
        nature="governance",
        indirect_beneficiaries=345,
        tables={"partners": partners, "team": [TEAM[0] | {"insured": True, "phone": "13811112222"}]},
    )
    other = Community.objects.create(region_code="110105030002", name="桃园社区", street="柳溪镇", district="朝阳区")
    project.other_communities.add(other)

    page = read(browse(town.head), project)

    said = ("桃园社区", "自治", "345", "周老师 010-65001111", "13811112222", "已缴")
    assert [word for word in said if word not in page] == []


def test_who_has_no_need_of_a_contact_does_not_read_it(town, browse):
    partners = [{"name": "柳溪小学", "duty": "出场地", "contact": "周老师 010-65001111"}]
    project = draft(town, tables={"partners": partners, "team": [TEAM[0] | {"phone": "13811112222"}]})
    asked = coaching.ask_for_coaching(project, town.support, by=town.head)
    coaching.answer_request(asked, by=town.mentor, accepted=True)

    page = read(browse(town.mentor), project)

    assert "柳溪小学" in page
    assert "周老师" not in page
    assert "13811112222" not in page


def test_a_coach_remarks_on_each_field_and_row_where_it_is_read(town, browse):
    project = coached(town)
    line, target = project.budget_lines.first(), project.targets.get()
    client = browse(town.mentor)
    found = remarks(read(client, project))

    wanted = {"needs", "experience", "leader", "amount_requested", "targets", f"targets%3A{target.key}"}
    assert wanted | {f"budget_lines%3A{line.key}"} <= set(found)
    page = client.get(url("comment_list", project.pk) + f"?place=budget_lines%3A{line.key}").content.decode()
    assert Offered(page).values["anchor"] == f"budget_lines:{line.key}"


def test_every_place_that_is_offered_can_be_remarked_on(town, browse):
    for project, judge in ((coached(town), town.mentor), (submitted(choir_draft(town), town.singer), town.clerk)):
        client = browse(judge)
        pages = [read(client, project)]
        if judge == town.clerk:
            pages.append(client.get(url("check_page", project.pk)).content.decode())
        for page in pages:
            link = next(link for link in Offered(page).links if "?place=" in link)
            address = link.partition("?")[0]
            choices = Offered(client.get(address).content.decode()).choices["anchor"]

            assert {place.replace("%3A", ":") for place in remarks(page)} <= set(choices)


def submitted(project: Project, head) -> Project:
    return proposals.submit(project, by=head, pledged=True)


def test_the_clerk_remarks_only_during_the_formal_check(town, browse):
    project = submitted(draft(town), town.head)
    line = project.budget_lines.first()
    client = browse(town.clerk)

    assert "method" in remarks(read(client, project))
    assert f"budget_lines%3A{line.key}" in remarks(client.get(url("check_page", project.pk)).content.decode())
    checking.check(project, "accept", by=town.clerk)
    assert remarks(read(client, project)) == []


def test_the_group_and_other_readers_are_offered_no_remark(town, browse):
    project = submitted(draft(town), town.head)

    for person in (town.head, town.approver, town.auditor):
        assert remarks(read(browse(person), project)) == []
