"""Views and exports of personal data are events: one line a page and day, each file; read by the auditor alone."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from core.models import Event
from core.workflow import disclosed
from projects.actions import roster
from tests.life import draft
from tests.town import administrator

PAGE = "/documents/disclosures/"


@pytest.fixture
def project(town, life):
    project = life.walk(draft(town), "running")
    project.leader_phone = "13800138077"
    project.save(update_fields=["leader_phone"])
    return project


def seen(**asked) -> list[tuple[str, str, str]]:
    found = Event.objects.disclosures().filter(**asked).order_by("pk")
    return [(event.actor.username, event.name, event.data.get("what", "")) for event in found]


def test_page_that_shows_phones_is_kept_once_a_day(town, project, browse, time):
    """For the clerk, to whom it is somebody else's; not for the group, whose own it is."""
    page = reverse("projects:project_detail", args=[project.pk])
    for person in (town.head, town.clerk, town.clerk):
        assert "13800138077" in browse(person).get(page).content.decode()
    assert seen() == [("clerk", "view", "contact")]
    event = Event.objects.disclosures().get()
    assert (event.target, event.data["project"], event.data["number"]) == (town.clerk, project.pk, 1)

    time.go(event.at + timedelta(days=1))
    browse(town.clerk).get(page)

    assert seen() == [("clerk", "view", "contact")] * 2


def test_page_with_masked_phones_is_no_event(town, project, browse):
    browse(town.stranger).get(reverse("projects:project_detail", args=[project.pk]))
    browse(town.auditor).get(reverse("projects:roster", args=[project.pk]))

    assert seen() == []


def test_file_is_kept_each_time(town, project, browse, without_layout):
    for _n in range(2):
        browse(town.clerk).get(reverse("reports:proposal", args=[project.pk]))

    assert seen() == [("clerk", "export", "contact")] * 2


def test_names_of_the_roster_are_kept_for_the_group_too(town, project, browse):
    values = {"name": "李桂英", "birth_year": 1950, "category": "elder", "phone": "13800138055"}
    person = roster.enter(project, by=town.head, values=values, agreed=True)

    browse(town.head).get(reverse("projects:roster", args=[project.pk]))  # numbers and stars
    browse(town.auditor).get(person.get_absolute_url())  # stars
    browse(town.head).get(person.get_absolute_url())
    browse(town.head).get(reverse("projects:beneficiary_copy", args=[person.pk]))

    assert seen() == [("head", "view", "roster"), ("head", "export", "roster")]
    assert "李桂英" not in "".join(Event.objects.disclosures().values_list("label", flat=True))


def test_auditor_reads_them_by_person_project_kind_and_day(town, project, browse, time):
    other = project.pk + 1000
    where = {"project": project.pk, "funder": town.bureau.pk}
    disclosed("contact", by=town.clerk, label="甲页", **where)
    disclosed("contact", by=town.mentor, label="乙文件", taken=True, **where)
    time.go(datetime(2026, 8, 1, 9, 0))
    disclosed("contact", by=town.clerk, label="丙页", number=7, project=other, funder=town.bureau.pk)
    auditor = browse(town.auditor)

    def shown(query: str) -> list[str]:
        page = auditor.get(f"{PAGE}?{query}").content.decode()
        return [label for label in ("甲页", "乙文件", "丙页") if label in page]

    assert shown("") == ["甲页", "乙文件", "丙页"]
    assert shown(f"q={town.clerk.name}") == ["甲页", "丙页"]
    assert shown(f"project={project.number}") == ["甲页", "乙文件"]
    assert shown("project=无") == []
    assert shown("kind=taken") == ["乙文件"]
    assert shown("since=2026-08-01") == ["丙页"]
    assert shown("until=2026-07-31&kind=seen") == ["甲页"]
    assert shown("since=昨天") == ["甲页", "乙文件", "丙页"]


def test_auditor_reads_nothing_of_another_funder(town, project, browse):
    disclosed("contact", by=town.stranger, label="别处的页", project=project.pk, funder=town.bureau.pk + 1000)
    disclosed("contact", by=town.stranger, label="这里的页", project=project.pk, funder=town.bureau.pk)

    page = browse(town.auditor).get(PAGE).content.decode()

    assert ("这里的页" in page, "别处的页" in page) == (True, False)


def test_auditor_reads_by_name_whose_record_was_seen(town, project, browse):
    """In the list and in the entry of the log; the sealed words stay. A number of the roster is no account."""
    keeper, where = browse(administrator("audit")), {"project": project.pk, "funder": town.bureau.pk}
    disclosed("accounts", by=town.clerk, label="看过一个账号", person=town.head.pk)
    disclosed("roster", by=town.clerk, label="看过名册", person=town.stranger.pk, **where)
    account, entry = Event.objects.disclosures().order_by("pk")

    page = keeper.get(PAGE).content.decode()
    addresses = [reverse("admin:core_event_change", args=[event.pk]) for event in (account, entry)]
    entries = [keeper.get(address).content.decode() for address in addresses]

    assert f"看过一个账号：人员 {town.head.name}" in page
    assert f"看过一个账号：人员 {town.head.name}" in entries[0]
    assert "accounts" in entries[0]
    assert f"看过名册：项目 {project.title}" in entries[1]
    assert town.stranger.name not in page + entries[1]


def test_list_costs_the_same_for_one_and_for_thirty(town, project, browse, django_assert_max_num_queries):
    auditor = browse(town.auditor)
    auditor.get(PAGE)
    counted = []
    for rows in (1, 29):
        for n in range(rows):
            where = {"project": project.pk, "funder": town.bureau.pk, "day": f"{date(2026, 1, 1)} {rows} {n}"}
            disclosed("contact", by=town.clerk, label="页", **where)
        with django_assert_max_num_queries(30) as queries:
            auditor.get(PAGE)
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_audit_administrator_reads_which_table_was_taken_along_and_how_many_rows(town, browse):
    clerk, keeper = browse(town.clerk), browse(administrator("audit"))
    table = clerk.get(reverse("reports:table_export", args=["organizations", "csv"]))
    rows = len(b"".join(table.streaming_content).decode().splitlines()) - 1
    clerk.get(reverse("ledgers:ledger_file", args=["projects", "csv"]) + "?q=无")

    page = keeper.get(PAGE)

    assert [(taken, number) for _event, taken, _about, _project, number in page.context["rows"]] == [
        ("项目台账", 0),
        ("机构", rows),
    ]
    assert "下载表格 “机构”" in page.content.decode()
    assert browse(town.clerk).get(PAGE).status_code == 403
