"""The demo tells the story of the seed, and leaves work for every role."""

import re
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO
from itertools import groupby

import pytest
from django.core.management import call_command
from django.db import transaction

from config.story.people import LOGINS
from core import clock
from core.models import Event
from core.sealing import seal_events
from evaluations import inbox as evaluation_inbox
from evaluations.consistency import consistency
from evaluations.models import Alternative, Assignment, Decision, Feedback, Purpose
from evaluations.standings import standings
from grants import inbox as grant_inbox
from grants.models import Call
from grants.presets import preset
from people.models import Organization, User
from projects import inbox as project_inbox
from projects.blinding import veiled
from projects.facts import check_applicant
from projects.gates import gates_of
from projects.invariants import breaches
from projects.lasting import lasting
from projects.models import Activity, BankList, FollowUp, Notice, Project, Reversal, State
from projects.prices import peer_prices
from reports.models import Paper

pytestmark = pytest.mark.one_database
NO_WORK = {"jumin", "shenji", "shiji"}
"""A resident has no role, an auditor only reads, and the city above decides nothing."""


def load() -> None:
    call_command("demo", "--quiet")


@pytest.fixture
def demo(db, settings):
    """The demo as it is loaded on a day that is hard for it: the story goes across years, and of the new one the
    calendar does not know the holidays yet."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    with clock.at(datetime(2027, 1, 4, 9)):
        load()
        yield


def test_the_demo_tells_its_story_and_every_link_in_it_opens(demo, browse):
    """One test, because loading the demo takes longer than everything else in this file."""
    tells_the_story_of_the_seed_and_of_today()
    numbers_rise_with_the_days()
    keeps_its_log_in_order()
    has_no_link_to_a_refusal_and_no_english_page(browse)


def numbers_rise_with_the_days():
    """An office gives its numbers in the order in which its papers go out."""
    papers = Paper.objects.exclude(series="").order_by("issuer", "series", "year", "serial")
    for _series, of_series in groupby(papers, key=lambda paper: (paper.issuer_id, paper.series, paper.year)):
        days = [paper.issued_at for paper in of_series]
        assert days == sorted(days)
    assert set(papers.values_list("kind", flat=True)) >= {"award", "correction", "rectification", "return", "minutes"}


def keeps_its_log_in_order():
    """Its past days are no error, since they stand before its first root; one that is written in behind it is."""
    for since in (None, clock.today()):
        call_command("verify_events", strict=True, since=since, stdout=StringIO())

    with transaction.atomic():
        Event.objects.create(target=User.objects.first(), name="said", at=clock.now() - timedelta(days=3))
        seal_events()
        for since in (None, clock.today()):
            with pytest.raises(SystemExit):
                call_command("verify_events", strict=True, since=since, stdout=StringIO())
        transaction.set_rollback(True)


def tells_the_story_of_the_seed_and_of_today():
    of_2013 = Project.objects.filter(call__code="DF2013")

    assert of_2013.filter(assignments__purpose=Purpose.REVIEW).distinct().count() == 14
    assert of_2013.funded().count() == 8
    assert FollowUp.objects.filter(project__in=of_2013, still_active=True).count() == 5
    assert Counter(of_2013.funded().values_list("state", flat=True)) == {State.COMPLETED: 6, State.TERMINATED: 2}
    [line] = lasting(Call.objects.filter(code="DF2013"))
    assert (line.figures.active, line.figures.ended, line.figures.rate) == (5, 8, Decimal("62.5"))
    alive = of_2013.filter(follow_ups__still_active=True).values_list("applicant__name", flat=True)
    assert {"紫韵艺术团", "东风舞彩墨社区社会组织"} <= set(alive)

    plan = Activity.objects.get(theme="中泰文化大交流")
    assert (plan.items.count(), plan.cost, plan.place) == (5, Decimal("175.00"), "")

    states = set(Project.objects.exclude(call__code="DF2013").values_list("state", flat=True))
    assert {"draft", "submitted", "returned", "in_review", "in_notice", "approved", "running", "midterm"} <= states
    full, micro = Call.objects.open().order_by("code")
    assert {track.form for track in full.tracks.all()} == {"full"}
    assert {track.form for track in micro.tracks.all()} == {"short"}
    assert dict(micro.projects.values_list("applicant__name", "state")) == {
        "紫韵艺术团": "draft",
        "青年文化社": "submitted",
    }

    for username, _name, _what in LOGINS:
        user = User.objects.get(username=username)
        tasks = [task for source in (grant_inbox, project_inbox, evaluation_inbox) for task in source.waiting_for(user)]
        assert bool(tasks) is (username not in NO_WORK), username

    checked = Project.objects.filter(state="submitted")
    assert any(price.is_far for p in checked for price in peer_prices(p, p.budget_lines.all()).values())
    assert {"draft", "proposed", "approved", "announced"} >= set(Decision.objects.values_list("state", flat=True))
    assert Decision.objects.filter(state="proposed").count() == Decision.objects.filter(state="approved").count() == 1
    assert {True, False} == {one.is_sent for one in Feedback.objects.filter(project__call__code__startswith="DFC")}
    assert Notice.objects.filter(kind=Notice.Kind.CORRECTION).count() == 1
    chosen = [frozenset(one.chosen) for one in Alternative.objects.filter(call__code__startswith="DFD")]
    assert len(set(chosen)) == 3
    [registered, _filed] = consistency(standings(Call.objects.get(code__startswith="DFD")))
    assert (registered.verdict, registered.icc.projects, registered.icc.judges) == ("good", 3, 3)
    blind = Assignment.objects.filter(project__call=Call.objects.get(is_blind=True)).select_related("project__call")
    assert Counter(one.is_submitted for one in blind) == {True: 3, False: 6}
    hidden = next(one.project for one in blind if one.project.applicant.name == "绿色阳台种植社")
    assert "绿色阳台种植社" in hidden.method
    assert "绿色阳台种植社" not in str(veiled(hidden))
    nuanyang, lvlin = (Organization.objects.get(name__startswith=name) for name in ("暖阳", "绿邻"))
    social_work = Call.objects.get(title__endswith="年社工服务项目")
    assert [f.rule.kind for f in check_applicant(nuanyang, social_work) if f.blocks] == ["certified"]
    open_call = Call.objects.get(code__startswith="DFE")
    assert [f.rule.kind for f in check_applicant(lvlin, open_call) if f.blocks] == ["not_abnormal"]
    assert {rule.kind for rule in social_work.eligibility_rules.all()} == {
        item["kind"] for item in preset("social_work").conditions
    }

    assert [str(breach) for breach in breaches()] == []
    qingnian = Project.objects.get(call__code__startswith="DFA", applicant__name="青年文化社")
    assert Reversal.objects.get().tranche.project == qingnian
    shut = [check.kind for check in gates_of(qingnian.tranches.get(ordinal=2)) if not check.is_open]
    assert shut == ["midterm"]
    assert Counter(BankList.objects.get().lines.values_list("outcome", flat=True)) == {"": 1, "paid": 1, "failed": 1}

    for project in Project.objects.all():
        moves = list(Event.objects.about(project).exclude(target_state="").values_list("source_state", "target_state"))
        assert [source for source, _target in moves] == ["draft", *(target for _source, target in moves[:-1])][
            : len(moves)
        ]
        assert project.state == (moves[-1][1] if moves else "draft")

    before = (Project.objects.count(), Event.objects.count())
    load()
    assert (Project.objects.count(), Event.objects.count()) == before


UNREAD = ("script", "style", "template", "code", "pre")
"""What is no text for a person, and what is written for a machine: names of files, fields and commands."""


class Page(HTMLParser):
    """The links and the words of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.words: list[str] = []
        self.hidden = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in UNREAD
        href = dict(attrs).get("href") or ""
        if (
            tag == "a"
            and href.startswith("/")
            and not href.startswith(("/static/", "/documents/", "/files/", "/admin/"))
        ):
            self.links.append(href.split("#")[0])

    def handle_endtag(self, tag):
        self.hidden -= tag in UNREAD

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


LATIN = re.compile(r"[A-Za-z]{3,}")
KNOWN = {"English", "WPS", "PDF", "pdf", "SHA", "PPT", "Office", "Email", "Word", "Excel", "xlsx", "HiGHS", "ICC"} | {
    *("JSON", "CSV", "OpenAPI", "CommonGrants", "Giving", "ETag", "POST", "Wilson"),
    *("Microsoft", "Authenticator", "FreeOTP"),
}
"""Latin letters that belong on a Chinese page, besides what `NAMES` takes away."""
NAMES = re.compile(
    r"[0-9a-f]{16,64}|DF[A-Z]\d*\S*|\S+@[\w.]+\.(org|example)|https?://\S+|sha256sum|printf|certutil -hashfile"
    r"|manage\.py \w+|\w+\.(csv|json)\b"
)
"""Digests, codes of projects, addresses and the commands that recompute a digest or draw a sample again."""


WANDERERS = [None, "minzheng", "lingdao", "yaoshengyun", "daiguan", "daoshi", "zhuanjia1", "pinggu"]


def has_no_link_to_a_refusal_and_no_english_page(browse):
    refused, foreign = [], set()
    for username in WANDERERS:
        client = browse(User.objects.get(username=username) if username else None)
        waiting, seen = ["/", "/todo/"] if username else ["/"], set()
        while waiting and len(seen) < 40:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            response = client.get(path)
            if response.status_code not in (200, 302):
                refused.append((username, path, response.status_code))
            elif response.status_code == 200 and "text/html" in response["Content-Type"]:
                page = Page(response.content.decode())
                waiting += page.links
                words = NAMES.sub("", " ".join(page.words)).replace(username or " ", " ")
                foreign |= {(word, path) for word in set(LATIN.findall(words)) - KNOWN}

    assert refused == []
    assert foreign == set()
