"""One box over everything: who finds what, in which order, and what never gets in."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from grants.actions import needs
from people.models import Organization
from projects.actions import proposals
from projects.models import Project
from reports.models import Paper, SearchEntry
from reports.search import tables, upkeep
from reports.search.finding import MOST_COUNTED, PAGE, Finder
from reports.search.sources import BY_KIND, SOURCES, keys_of
from reports.search.words import read
from tests.life import draft
from tests.sweep.things import things

__all__ = ["things"]  # the fixture with one of everything


def found(user, line: str, group: str = "", after: int | None = None):
    return Finder(user or AnonymousUser()).find(read(line), group=group, after=after)


def titles(user, line: str, group: str = "") -> list[str]:
    return [hit.title.replace("<mark>", "").replace("</mark>", "") for hit in found(user, line, group).hits]


@pytest.fixture
def saved(django_capture_on_commit_callbacks):
    """`with saved():` what is saved inside is committed, so that the index hears of it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


# -- Who finds what --------------------------------------------------------------------------------


@pytest.fixture
def indexed(things):
    upkeep.rebuild()
    return things


BROAD = ["柳溪", "2026", "夕阳", "陪伴", "公益", "需求", "社区", "项目"]


@pytest.mark.one_database
def test_everybody_finds_only_pages_that_open(indexed, town, browse, without_layout, without_pages):
    closed = {}
    for user in [*town.people.values(), None]:
        client = browse(user)
        urls = {hit.url.partition("#")[0] for line in BROAD for hit in found(user, line).hits}
        closed |= {(str(user), url): status for url in urls if (status := client.get(url).status_code) != 200}

    assert closed == {}


def test_everybody_finds_what_the_rules_of_the_pages_say_and_counts_no_more(indexed, town):
    wrong = {}
    for user in [*town.people.values(), None]:
        finder = Finder(user or AnonymousUser())
        for source in SOURCES:
            found = source.all().order_by().filter(pk__in=source.seen(finder.user))
            if source.unless:
                found = found.exclude(pk__in=BY_KIND[source.unless].seen(finder.user))
            may = set(found.values_list("pk", flat=True))
            entries = SearchEntry.objects.filter(kind=source.kind)
            for entry in entries:
                asked = read(entry.number or entry.title)
                if (entry.pk in {place.key for place in finder.page(asked)}) != (entry.object_id in may):
                    wrong[str(user), source.kind, str(entry)] = entry.object_id in may
        answer = finder.find(read("柳溪"))
        if sum(tab.count for tab in answer.tabs) != len(answer.hits):
            wrong[str(user), "count"] = answer.tabs

    assert wrong == {}


@pytest.mark.one_database
def test_each_kind_is_among_one_of_everything(indexed):
    """So that the two tests above speak of each of them."""
    kinds = set(SearchEntry.objects.values_list("kind", flat=True))

    assert set(BY_KIND) - kinds == set()


def test_without_an_account_only_what_is_public_is_found(indexed, town):
    kinds = {str(hit.kind) for line in BROAD for hit in found(None, line).hits}

    public = {"award", "star", "honour", "listed", "need_list", "call", "notice", "workshop"}
    assert kinds - {str(BY_KIND[kind].label) for kind in public} == set()
    assert {str(BY_KIND[kind].label) for kind in ("award", "call", "notice")} <= kinds


def test_the_platforms_keeper_finds_no_more_than_a_stranger(indexed, town):
    assert titles(town.admin, "柳溪") == titles(town.stranger, "柳溪")


def test_a_draft_is_found_by_its_group_and_by_nobody_else(town, saved):
    with saved():
        draft(town, title="没有交的草稿")

    assert titles(town.head, "草稿") == ["没有交的草稿"]
    for name in ("clerk", "approver", "singer", "mentor", "stranger"):
        answer = found(town.people[name], "草稿")
        assert (answer.hits, sum(tab.count for tab in answer.tabs)) == ([], 0)


def test_whoever_left_finds_nothing_any_more(town, saved):
    with saved():
        draft(town, title="没有交的草稿")
    town.head.memberships.update(until="2026-03-09")

    assert titles(type(town.head).objects.get(pk=town.head.pk), "草稿") == []


SECRET = ["6222000011112222", "010-65000000", "13800138000", "林教授", "郑会计"]


def test_what_is_confidential_is_not_in_the_index(indexed, town):
    for line in SECRET:
        assert titles(town.clerk, line) == [], line
    whole = "\n".join("\n".join((e.title, e.names, e.text)) for e in SearchEntry.objects.all())
    assert [line for line in SECRET if line in whole] == []


def test_a_group_finds_its_paper_by_number_on_its_projects_page(indexed, town):
    paper = Paper.objects.filter(kind="award").get()

    (first, *_rest) = found(town.head, paper.number).hits
    (register, *_rest) = found(town.clerk, paper.number.replace("〔", "(").replace("〕", ")")).hits

    assert (first.url, first.is_exact) == (f"/documents/projects/{paper.project_id}/papers/", True)
    assert (register.url, register.is_exact) == (paper.get_absolute_url(), True)
    assert found(town.singer, paper.number).hits == []


# -- The order, and page after page ----------------------------------------------------------------


def test_the_exact_name_stands_above_and_the_newest_follow(town, saved):
    for title in ("陪伴", "陪伴老人", "入户陪伴", "陪伴到家"):
        with saved():
            draft(town, title=title)

    assert titles(town.head, "陪伴", "projects") == ["陪伴", "陪伴到家", "入户陪伴", "陪伴老人"]


def test_pages_follow_each_other_without_a_gap_or_a_repetition(town):
    for number in range(PAGE + 12):
        draft(town, title="陪伴" if number == 5 else f"陪伴第{number}组")
    upkeep.rebuild()

    first = found(town.head, "陪伴", "projects")
    second = found(town.head, "陪伴", "projects", first.after)
    urls = [hit.url for hit in (*first.hits, *second.hits)]

    assert (len(urls), len(set(urls)), second.after) == (PAGE + 12, PAGE + 12, None)
    assert first.hits[0].is_exact


def test_counters_stop_at_a_hundred(town):
    for number in range(MOST_COUNTED + 3):
        draft(town, title=f"陪伴第{number}组")
    upkeep.rebuild()

    tab = found(town.head, "陪伴").tabs[0]

    assert (tab.count, tab.shown) == (MOST_COUNTED + 1, f"{MOST_COUNTED}+")


def test_what_lies_far_apart_is_found_from_the_newest_down(town):
    """On PostgreSQL span after span of keys, each eight times as wide."""
    for number in range(5):
        draft(town, title=f"陪伴第{number}组")
    upkeep.rebuild()
    entries = SearchEntry.objects.filter(kind="project").order_by("pk")
    for entry, key in zip(entries, (1_500, 2_700, 70_000, 600_000, 9_000_000), strict=True):
        tokens = upkeep._tokens(entry)
        tables.remove([(entry.pk, tokens)])
        SearchEntry.objects.filter(pk=entry.pk).update(id=key)
        tables.write([(key, tokens)])

    places = Finder(town.head).page(read("陪伴"))
    further = Finder(town.head).page(read("陪伴"), "projects", 70_000)

    assert [place.key for place in places] == [9_000_000, 600_000, 70_000, 2_700, 1_500]
    assert [place.key for place in further] == [2_700, 1_500]


def test_a_walk_goes_on_until_enough_may_be_seen(town):
    """However little is read at once, and however much of it belongs to others."""
    mine = [draft(town, title=f"陪伴第{number}组") for number in range(4)]
    others = [draft(town, title=f"陪伴第{number}队", number=f"X{number}") for number in range(4, 12)]
    Project.objects.filter(pk__in=[one.pk for one in others]).update(applicant=town.bureau)
    upkeep.rebuild()
    finder = Finder(town.head)
    finder.keys += [f"_o{town.bureau.pk}"]  # as if a role of hers in the bureau had just ended
    walk = finder.walk(read("陪伴"), ["projects"], 3)
    walk.piece = 2

    finder.go([walk])

    assert [place.object_id for place in walk.seen] == [one.pk for one in reversed(mine)][:3]


# -- Keeping it up to date -------------------------------------------------------------------------


def test_what_is_renamed_is_found_by_its_new_name_alone(town, saved):
    with saved():
        project = draft(town, title="合唱排练")
    with saved():
        Project.objects.get(pk=project.pk).save()
        project.title = "广场舞排练"
        project.save()

    assert (titles(town.head, "合唱"), titles(town.head, "广场舞")) == ([], ["广场舞排练"])


def test_projects_are_found_by_the_new_name_of_their_group(town, saved):
    with saved():
        draft(town, title="排练")
        town.centre.name = "向阳花开服务社"
        town.centre.save()

    assert "排练" in titles(town.head, "向阳花开")
    assert titles(town.head, "柳溪社会工作服务中心") == []


def test_what_is_deleted_is_gone(town, saved):
    with saved():
        project = draft(town, title="合唱排练")
    with saved():
        project.delete()

    assert SearchEntry.objects.filter(kind="project", title="合唱排练").count() == 0


def test_what_is_undone_is_never_in_the_index(town, saved):
    with saved():
        try:
            with transaction.atomic():
                draft(town, title="合唱排练")
                raise RuntimeError
        except RuntimeError:
            pass

    assert titles(town.head, "合唱") == []


def test_an_entry_that_somebody_has_just_made_is_found_and_filled(town):
    """Of two who index the same at once the later waits for the other's entry, and writes it anew."""
    source = BY_KIND["organization"]
    upkeep.index(Organization, [town.centre.pk])
    Organization.objects.filter(pk=town.centre.pk).update(name="新名")

    assert upkeep._enter(source, [town.centre]) is False
    upkeep.index(Organization, [town.centre.pk])

    assert SearchEntry.objects.get(kind=source.kind, object_id=town.centre.pk).title == "新名"


def test_however_often_something_is_saved_it_is_read_once(town, saved):
    with saved():
        project = draft(town, title="合唱排练")
    with saved() as callbacks, CaptureQueriesContext(connection) as queries:
        for _time in range(5):
            project.save()

    assert len(callbacks) >= 5
    assert sum('SELECT "reports_searchentry"' in query["sql"] for query in queries) <= 2


def test_once_a_day_what_was_missed_is_caught_up_with(town):
    upkeep.rebuild()
    project = draft(town, title="合唱排练")
    SearchEntry.objects.create(kind="project", object_id=999_999, at=project.created_at, title="没有了")

    assert (upkeep.catch_up(), upkeep.catch_up()) == (2, 0)
    assert titles(town.head, "合唱") == ["合唱排练"]
    assert not SearchEntry.objects.filter(object_id=999_999).exists()


def test_a_site_that_has_just_got_its_search_fills_it(town):
    draft(town, title="合唱排练")

    upkeep.catch_up()

    assert titles(town.head, "合唱") == ["合唱排练"]


def test_the_index_made_anew_says_the_same(town, saved, capsys):
    upkeep.index(Organization, Organization.objects.order_by("pk").values_list("pk", flat=True))
    values = {"title": "没人陪", "text": "合唱", "community": town.community, "field": town.elderly}
    with saved():
        draft(town, title="合唱排练")
        needs.report_need(by=town.clerk, values=values)
    before = titles(town.clerk, "合唱"), titles(town.head, "合唱")

    call_command("rebuild_search")

    assert (titles(town.clerk, "合唱"), titles(town.head, "合唱")) == before
    assert "records in" in capsys.readouterr().out


def test_the_table_is_made_again_and_emptied_with_its_entries(town, saved):
    with saved():
        draft(town, title="合唱排练")
    SearchEntry.objects.all().delete()

    tables.prepare()

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {tables.TABLE} WHERE {tables.match()}", [tables.expression([["_gprojects"]])]
        )
        assert cursor.fetchone()[0] == 0


# -- The page --------------------------------------------------------------------------------------


def test_the_page_shows_what_was_found_with_the_words_marked(town, browse, saved):
    with saved():
        draft(town, title='<b>合唱"排练')

    page = browse(town.head).get("/search/", {"q": "合唱"}).content.decode()

    assert "&lt;b&gt;<mark>合唱</mark>&quot;排练" in page
    assert "<b>合唱" not in page


@pytest.mark.every_case
@pytest.mark.parametrize(
    "line",
    ["", " ", "\x00", "字" * 101, "字" * 100, "😀" * 50, '"', "'", "*", "a AND b", "NEAR(a b)", "-x", "^a", "a:b", "%",
     "_", "(", "\\", "陪\u200b伴", "\u202e合唱", "') OR 1=1 --", "陪 " * 50, "1" * 100, "𬱖", "İß"],
)  # fmt: skip
def test_whatever_is_typed_comes_back_and_breaks_nothing(line, town, browse):
    response = browse(town.head).get("/search/", {"q": line})

    assert response.status_code == 200
    assert f'value="{escape(line.replace(chr(0), ""))}"' in response.content.decode()


@pytest.mark.every_case
@pytest.mark.parametrize(
    "query", ["in=zz", "after=x", "after=-1", "after=" + "9" * 30, "after=٣", "in=projects&after=0"]
)
def test_any_address_is_a_page(query, town, browse):
    assert browse(town.head).get(f"/search/?q=陪伴&{query}").status_code == 200


def test_a_page_is_kept_by_nobody(browse):
    assert browse().get("/search/", {"q": "养老"})["Cache-Control"] == "private, no-store"


def test_the_header_has_a_box_on_every_page(browse):
    assert 'action="/search/"' in browse().get("/").content.decode()


def test_a_search_costs_the_same_for_1_and_for_8(town, browse, django_assert_num_queries):
    client = browse(town.clerk)
    proposals.submit(draft(town, title="陪伴"), by=town.head, pledged=True)
    upkeep.rebuild()
    client.get("/search/", {"q": "夕阳 陪伴"})
    with CaptureQueriesContext(connection) as one:
        client.get("/search/", {"q": "陪伴"})
    for _number in range(7):
        proposals.submit(draft(town, title="陪伴"), by=town.head, pledged=True)
    upkeep.rebuild()

    with django_assert_num_queries(len(one)):
        client.get("/search/", {"q": "陪伴"})


def test_what_a_person_could_be_concerned_by_is_little(town):
    draft(town)

    assert keys_of(AnonymousUser()) == ["_any"]
    assert "_funders" in keys_of(town.clerk)
    assert "_funders" not in keys_of(town.head)
