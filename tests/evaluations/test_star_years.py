"""A year of stars: announced, calculated, in notice, appealed, confirmed, published; and who may do what."""

from datetime import date, datetime
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import stars
from evaluations.forms import StarYearForm
from evaluations.inbox import waiting_for
from evaluations.models import CautionProposal, Star, StarYear
from evaluations.star_words import explain
from people.models import Membership, Organization, Role
from projects.actions import trouble
from tests.starry import RULES, announced, calculated, final, in_notice, published, say, star_of, worked
from tests.town import member, person


@pytest.fixture
def second(town):
    """Another clerk of the bureau, who calculates nothing."""
    made = person("second", "吴思远")
    member(made, town.bureau, Role.STAFF)
    return made


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def tasks(user) -> list[str]:
    return [task.what for task in waiting_for(fresh(user))]


# -- The rules ---------------------------------------------------------------------------------------


def test_rules_are_announced_before_they_begin_to_count(town, time):
    year = stars.draft(town.bureau, by=town.clerk, values=RULES)
    time.go(datetime(2026, 4, 2, 9))

    with pytest.raises(Refused, match="计分开始之前"):
        stars.announce(year, by=town.clerk)


def test_rules_are_not_drafted_for_days_that_have_passed(town):
    with pytest.raises(Refused):
        stars.draft(town.bureau, by=town.clerk, values=RULES | {"counts_from": date(2026, 1, 1)})


def test_announced_rules_no_longer_change(town):
    year = announced(town)

    with pytest.raises(Refused):
        stars.change_rules(year, by=town.clerk, values={"five_from": 50})

    assert StarYear.objects.get().five_from == 90


def test_drafted_rules_change(town):
    year = stars.draft(town.bureau, by=town.clerk, values=RULES)

    stars.change_rules(year, by=town.clerk, values={"five_from": 92})

    assert StarYear.objects.get().five_from == 92


def test_weights_that_do_not_add_up_are_not_announced(town):
    year = stars.draft(town.bureau, by=town.clerk, values=RULES | {"weight_finals": 50})

    with pytest.raises(Refused, match="100"):
        stars.announce(year, by=town.clerk)


@pytest.mark.parametrize("who", ["approver", "finance", "auditor", "head", "stranger"])
def test_only_a_clerk_of_the_funder_drafts(town, who):
    with pytest.raises(PermissionDenied):
        stars.draft(town.bureau, by=town.people[who], values=RULES)


def test_who_belongs_to_a_rated_organisation_does_not_keep_the_year(town, life):
    year = announced(town)
    worked(town, life)
    member(town.clerk, town.centre, Role.STAFF)

    with pytest.raises(PermissionDenied):
        stars.calculate(year, by=fresh(town.clerk))


# -- The calculation ---------------------------------------------------------------------------------


def test_nothing_is_calculated_before_the_year_is_over(town, life):
    year = announced(town)
    worked(town, life)
    life.time.go(datetime(2026, 12, 31, 10))

    with pytest.raises(Refused, match="年度已经结束"):
        stars.calculate(year, by=town.clerk)


def test_the_records_give_the_parts_as_calculated_by_hand(town, life):
    year = calculated(town, life)

    centre, choir = star_of(year, town.centre), star_of(year, town.choir)
    # the centre: finals 88; voices alone in its group 24 / 30 = 80.
    # compliance: no report was due, nothing was paid, no warning, no record: 20 + 15 of 20 + 15 + 10, as the inspection
    # of 2025 is not entered: 35 / 45 = 77.78; openness: the profile says 1 of 6 (a text, a community): 2 / 6 = 33.33
    assert (centre.finals, centre.voices) == (D("88.00"), D("80.00"))
    assert centre.compliance == D("77.78")
    assert centre.openness == D("33.33")
    # 0.4 × 88 + 0.3 × 80 + 0.2 × 77.777… + 0.1 × 33.333… = 35.2 + 24 + 15.5555… + 3.3333… = 78.0888…
    assert (centre.score, centre.stars) == (D("78.09"), 3)
    # the choir: three voices are too few; a filed group has no inspection: 100; profile 1 of 6 (the community): 16.67
    # (40 × 72 + 20 × 100 + 10 × 16.666…) / 70 = 72.0952…
    assert (choir.voices, choir.compliance, choir.openness) == (None, D("100.00"), D("16.67"))
    assert (choir.score, choir.stars) == (D("72.10"), 3)
    assert year.means == {"registered:social_organization": [30, 24], "filed:community_group": [3, 2]}


def test_what_is_frozen_does_not_follow_the_records(town, life):
    year = calculated(town, life)
    before = star_of(year, town.centre)

    town.centre.phone = "010-1"
    town.centre.save()

    after = star_of(year, town.centre)
    assert (after.score, after.is_unaltered, year.is_unaltered) == (before.score, True, True)


def test_a_figure_changed_behind_the_back_shows(town, life):
    year = calculated(town, life)
    Star.objects.filter(organization=town.choir).update(score=D("99.00"))

    assert not star_of(year, town.choir).is_unaltered


def test_a_warning_costs_half_of_its_points_and_two_cost_all(town, life):
    year = announced(town)
    centre, _choir = worked(town, life)
    life.time.go(datetime(2026, 12, 21, 10))
    trouble.warn(centre, by=town.clerk, ground="late", words="月报未交", answer_until=date(2027, 1, 5))
    life.time.go(datetime(2027, 1, 5, 11))

    stars.calculate(year, by=town.clerk)

    # 10 + 15 of 45
    assert star_of(year, town.centre).compliance == D("55.56")
    [line] = [line for line in explain(star_of(year, town.centre))[2].lines if line.key == "unwarned"]
    assert (line.points, line.full, line.notes[0].url) == (D("10.00"), D(20), centre.warnings.get().get_absolute_url())


def test_a_second_look_takes_the_place_of_the_first(town, life):
    year = announced(town)
    centre, _choir = worked(town, life)
    life.time.go(datetime(2026, 12, 28, 10))
    final(town, centre, "60", round=2)
    life.time.go(datetime(2027, 1, 5, 11))

    stars.calculate(year, by=town.clerk)

    assert star_of(year, town.centre).finals == D("60.00")


def test_what_was_concluded_outside_the_year_does_not_count(town, life):
    year = announced(town, counts_until=date(2026, 12, 10))
    worked(town, life)

    stars.calculate(year, by=town.clerk)

    centre = star_of(year, town.centre)
    assert (centre.stars, centre.why_not) == (None, "no_finals")


def test_everybody_reads_their_explanation_line_by_line(town, life):
    year = calculated(town, life)

    parts = explain(star_of(year, town.centre))

    assert [part.key for part in parts] == ["finals", "voices", "compliance", "openness"]
    assert sum(part.brings for part in parts) == D("78.09")
    lines = {line.key: line for part in parts for line in part.lines}
    assert lines["final"].figure == "88.00"
    assert lines["shrunk"].figure == "(24 + 30 × 24/30) ÷ (30 + 30)"
    assert lines["inspection"].points == D("0.00")
    assert not lines["on_time"].applies
    assert lines["profile"].notes


# -- Notice and appeal -------------------------------------------------------------------------------


def test_the_notice_is_counted_in_workdays_and_everybody_is_told(town, life):
    year = in_notice(town, life)

    assert (year.notice_from, year.notice_until) == (date(2027, 1, 6), date(2027, 1, 13))
    assert town.singer.notifications.filter(url=star_of(year, town.choir).get_absolute_url()).count() == 1
    assert "查看星级是怎么算的，可以申诉" in tasks(town.head)


def test_an_explanation_that_was_read_asks_for_nothing_more(town, life):
    year = in_notice(town, life)

    stars.acknowledge(star_of(year, town.centre), by=town.volunteer)

    assert "查看星级是怎么算的，可以申诉" not in tasks(town.head)


def test_the_head_appeals_while_the_notice_runs(town, life, second):
    year = in_notice(town, life)

    made = stars.appeal(star_of(year, town.centre), by=town.head, text="年检已合格，只是没录入。")

    assert made.due_on == date(2027, 1, 20)
    assert "对星级申诉作出裁决" in tasks(second)
    assert "对星级申诉作出裁决" not in tasks(town.clerk)


@pytest.mark.parametrize("who", ["volunteer", "singer", "clerk"])
def test_nobody_else_appeals_for_an_organisation(town, life, who):
    year = in_notice(town, life)

    with pytest.raises(PermissionDenied):
        stars.appeal(star_of(year, town.centre), by=town.people[who], text="不公")


def test_after_the_notice_nobody_appeals(town, life):
    year = in_notice(town, life)
    life.time.go(datetime(2027, 1, 14, 9))

    with pytest.raises(Refused, match="公示期"):
        stars.appeal(star_of(year, town.centre), by=town.head, text="晚了")


def test_one_appeal_is_enough(town, life):
    year = in_notice(town, life)
    stars.appeal(star_of(year, town.centre), by=town.head, text="年检已合格。")

    with pytest.raises(Refused):
        stars.appeal(star_of(year, town.centre), by=town.head, text="再说一遍。")


def appealed(town, life):
    year = in_notice(town, life)
    return stars.appeal(star_of(year, town.centre), by=town.head, text="年检已合格，只是没录入。")


def test_who_calculated_does_not_rule(town, life):
    made = appealed(town, life)

    with pytest.raises(PermissionDenied):
        stars.rule_on_appeal(made, by=town.clerk, ruling="upheld", reason="属实")


def test_an_appeal_that_is_upheld_takes_the_facts_anew(town, life, second):
    made = appealed(town, life)
    town.centre.inspections.create(year=2025, result="passed")

    stars.rule_on_appeal(made, by=second, ruling="upheld", reason="年检结论属实，记录已补。")

    centre = star_of(made.year, town.centre)
    # compliance 45 / 45: 35.2 + 24 + 20 + 3.3333…
    assert (centre.compliance, centre.score, centre.stars) == (D("100.00"), D("82.53"), 4)
    made.refresh_from_db()
    assert made.before == {"score": "78.09", "stars": 3}
    assert StarYear.objects.get().is_unaltered


def test_a_line_can_be_set_otherwise_and_says_so(town, life, second):
    made = appealed(town, life)

    stars.rule_on_appeal(made, by=second, ruling="upheld", reason="属实", item="inspection", percent=D(60))

    # (20 + 15 + 6) of 45
    centre = star_of(made.year, town.centre)
    assert centre.compliance == D("91.11")
    [line] = [line for line in explain(centre)[2].lines if line.key == "inspection"]
    assert (line.points, "60%" in line.correction) == (D("6.00"), True)


def test_nobody_elses_figures_move_by_a_ruling(town, life, second):
    made = appealed(town, life)
    before = star_of(made.year, town.choir).digest

    stars.rule_on_appeal(made, by=second, ruling="upheld", reason="属实", item="inspection", percent=D(100))

    assert star_of(made.year, town.choir).digest == before


def test_an_appeal_that_is_dismissed_changes_nothing(town, life, second):
    made = appealed(town, life)
    town.centre.inspections.create(year=2025, result="passed")

    stars.rule_on_appeal(made, by=second, ruling="dismissed", reason="规则如此。")

    assert star_of(made.year, town.centre).score == D("78.09")


@pytest.mark.parametrize(
    ("ruling", "reason", "item", "percent"),
    [
        ("upheld", " ", "", None),
        ("dismissed", "不成立", "inspection", D(60)),
        ("upheld", "属实", "nonsense", D(60)),
        ("upheld", "属实", "inspection", None),
        ("upheld", "属实", "inspection", D(101)),
    ],
)
def test_a_ruling_that_makes_no_sense_is_refused(town, life, second, ruling, reason, item, percent):
    made = appealed(town, life)

    with pytest.raises(Refused):
        stars.rule_on_appeal(made, by=second, ruling=ruling, reason=reason, item=item, percent=percent)


# -- Confirmed and published -------------------------------------------------------------------------


def test_an_open_appeal_keeps_the_year_from_being_confirmed(town, life):
    year = appealed(town, life).year
    life.time.go(datetime(2027, 1, 20, 9))

    with pytest.raises(Refused, match="申诉"):
        stars.confirm(year, by=town.approver)


def test_nobody_confirms_while_the_notice_runs(town, life):
    year = in_notice(town, life)

    with pytest.raises(Refused, match="公示"):
        stars.confirm(year, by=town.approver)


def test_who_calculated_does_not_confirm(town, life):
    year = in_notice(town, life)
    Membership.objects.create(user=town.clerk, organization=town.bureau, role=Role.APPROVER, since=date(2020, 1, 1))
    life.time.go(datetime(2027, 1, 20, 9))

    with pytest.raises(PermissionDenied):
        stars.confirm(year, by=fresh(town.clerk))


def test_what_was_altered_is_not_confirmed(town, life):
    year = in_notice(town, life)
    Star.objects.filter(organization=town.choir).update(score=D("99.00"))
    life.time.go(datetime(2027, 1, 20, 9))

    with pytest.raises(Refused, match="摘要"):
        stars.confirm(year, by=town.approver)


def test_a_year_that_is_sent_back_keeps_its_rulings(town, life, second):
    made = appealed(town, life)
    stars.rule_on_appeal(made, by=second, ruling="upheld", reason="属实", item="inspection", percent=D(60))

    year = stars.send_back(StarYear.objects.get(), by=town.approver, note="群众评价漏了一批。")
    stars.calculate(year, by=town.clerk)

    assert star_of(year, town.centre).compliance == D("91.11")
    assert "公示星级" in tasks(town.clerk)


def test_published_stars_hold_until_their_day(town, life):
    year = published(town, life)

    assert Star.objects.standing().filter(organization=town.centre).count() == 1
    life.time.go(datetime(2028, 1, 1, 9))
    assert Star.objects.standing().filter(organization=town.centre).count() == 0
    assert year.is_published


# -- What the stars propose --------------------------------------------------------------------------


def test_many_bad_answers_propose_a_warning_and_warn_nobody(town, life):
    year = announced(town)
    centre, _choir = worked(town, life)
    life.time.go(datetime(2026, 12, 22, 9))
    say(town, centre, *[1] * 13)  # 15 of 43 are bad: 34.9 %
    life.time.go(datetime(2027, 1, 5, 11))
    stars.calculate(year, by=town.clerk)
    stars.open_notice(year, by=town.clerk)
    life.time.go(datetime(2027, 1, 20, 9))
    stars.confirm(year, by=town.approver)

    stars.publish(year, by=town.clerk)

    proposal = CautionProposal.objects.get()
    assert (proposal.ground, proposal.facts) == ("bad_voices", {"n": 43, "bad": 15, "limit": 30})
    assert not town.centre.cautions.exists()
    assert "决定是否预警：群众不满意较多" in tasks(town.clerk)


def test_few_bad_answers_propose_nothing(town, life):
    published(town, life)

    assert not CautionProposal.objects.exists()


def test_who_is_last_two_years_running_is_proposed(town, life):
    year = in_notice(town, life)
    _group_of_three(town, year, last=town.centre)
    before = StarYear.objects.create(
        **(RULES | {"year": 2025, "counts_from": date(2025, 1, 1), "counts_until": date(2025, 12, 31)}),
        funder=town.bureau, drafted_by=town.clerk, state="published",
    )  # fmt: skip
    _group_of_three(town, before, last=town.centre)
    life.time.go(datetime(2027, 1, 20, 9))
    StarYear.objects.filter(pk=year.pk).update(digest=year.whole_digest)
    stars.confirm(StarYear.objects.get(pk=year.pk), by=town.approver)

    stars.publish(StarYear.objects.get(pk=year.pk), by=town.clerk)

    proposal = CautionProposal.objects.get()
    assert (proposal.star.organization, proposal.ground) == (town.centre, "last_twice")


def _group_of_three(town, year, last) -> None:
    """Registered social organisations of the year, the given one behind the two others."""
    for organization, score in ((last, D(50)), (town.host, D(80)), (_other(town), D(90))):
        star = Star.objects.filter(year=year, organization=organization).first() or Star(
            year=year, organization=organization, facts={}
        )
        star.name, star.kind, star.status = organization.name, "social_organization", "registered"
        star.score, star.stars, star.why_not = score, 3, ""
        star.digest = star.true_digest
        star.save()


def _other(town):
    made, _new = Organization.objects.get_or_create(
        name="邻家社工", kind="social_organization", credit_code="52110105MJ0200079Q"
    )
    return made


# -- The pages ---------------------------------------------------------------------------------------


def text(client, name: str, *args) -> str:
    response = client.get(reverse(f"evaluations:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_everybody_reads_stars_and_places_and_no_explanation(town, life, browse):
    year = published(town, life)
    star = star_of(year, town.centre)

    ranking, page = text(browse(), "star_ranking", year.pk), text(browse(), "star_detail", star.pk)

    assert "柳溪社会工作服务中心" in ranking
    assert "78.09" not in ranking + page
    assert "年度检查" not in page.split('id="rules"')[0]


def test_the_organisation_reads_every_line_and_a_rival_does_not(town, life, browse):
    star = star_of(published(town, life), town.centre)

    assert "78.09" in text(browse(town.volunteer), "star_detail", star.pk)
    assert "78.09" not in text(browse(town.singer), "star_detail", star.pk)


def test_before_the_notice_nobody_outside_reads_anything(town, life, browse):
    year = calculated(town, life)
    star = star_of(year, town.centre)

    assert browse(town.head).get(star.get_absolute_url()).status_code == 404
    assert "柳溪社会工作服务中心" not in text(browse(), "star_ranking", year.pk)
    assert browse(town.clerk).get(star.get_absolute_url()).status_code == 200


def test_a_draft_is_nobodys_business(town, browse):
    year = stars.draft(town.bureau, by=town.clerk, values=RULES)

    assert browse(town.head).get(year.get_absolute_url()).status_code == 404


def test_in_notice_there_are_no_places_yet(town, life, browse):
    page = text(browse(), "star_ranking", in_notice(town, life).pk)

    assert "公示中，仍可能变化" in page
    assert 'class="rank' not in page


def test_a_wrong_filter_shows_everybody(town, life, browse):
    year = published(town, life)

    page = browse().get(reverse("evaluations:star_ranking", args=[year.pk]), {"status": "x", "district": "y" * 999})

    assert "夕阳红合唱队" in page.content.decode()


def test_the_filter_leaves_one_group(town, life, browse):
    year = published(town, life)

    page = browse().get(reverse("evaluations:star_ranking", args=[year.pk]), {"status": "filed"}).content.decode()

    assert ("夕阳红合唱队" in page, "柳溪社会工作服务中心" in page) == (True, False)


def test_a_year_is_walked_through_its_pages(town, life, browse):
    clerk = browse(town.clerk)
    figures = {name: StarYear._meta.get_field(name).default for name in _figures()}
    response = clerk.post(reverse("evaluations:star_year_create"), RULES | figures)
    year = StarYear.objects.get()
    assert response.url == reverse("evaluations:star_year_detail", args=[year.pk])
    step = lambda name, who=clerk: who.post(reverse("evaluations:star_year_step", args=[year.pk, name]))  # noqa: E731

    step("announce")
    worked(town, life)
    step("calculate")
    step("open_notice")
    head = browse(town.head)
    made = head.post(reverse("evaluations:star_appeal", args=[star_of(year, town.centre).pk]), {"text": "年检合格"})
    browse(town.approver).post(made.url, {"ruling": "dismissed", "reason": "未见年检结论。"})
    life.time.go(datetime(2027, 1, 20, 9))
    step("confirm", browse(town.approver))
    step("publish")

    year.refresh_from_db()
    assert year.state == "published"


def _figures() -> list[str]:
    return [name for name in StarYearForm.Meta.fields if name not in RULES and name not in ("region", "legal_basis")]


def test_rules_that_do_not_hold_come_back_as_typed(town, browse):
    typed = RULES | dict.fromkeys(_figures(), 7) | {"title": "我的标题", "counts_from": "2020-01-01"}

    response = browse(town.clerk).post(reverse("evaluations:star_year_create"), typed)

    assert response.status_code == 200
    assert "我的标题" in response.content.decode()
    assert not StarYear.objects.exists()


def test_an_unknown_step_is_no_page(town, browse):
    year = announced(town)

    assert browse(town.clerk).post(f"/star-years/{year.pk}/step/explode/").status_code == 404


def test_the_desk_shows_who_is_rated_and_what_is_in_the_way(town, life, browse):
    year = in_notice(town, life)

    page = text(browse(town.approver), "star_year_detail", year.pk)

    assert "78.09" in page
    assert "公示期已满" in page


# -- Twice ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "region", "taken"),
    [(date(2026, 12, 31), "", False), (date(2027, 1, 1), "", True), (date(2026, 12, 31), "110105", True)],
    ids=["a day of both", "the day after", "of a region"],
)
def test_no_day_counts_in_two_years_of_stars(town, first, region, taken):
    announced(town)
    values = RULES | {"year": 2027, "region": region, "counts_from": first, "counts_until": date(2027, 12, 31),
                      "expires_on": date(2028, 12, 31)}  # fmt: skip

    if taken:
        assert stars.draft(town.bureau, by=town.clerk, values=values).pk
    else:
        with pytest.raises(Refused, match="不能计两次"):
            stars.draft(town.bureau, by=town.clerk, values=values)


def test_the_form_proposes_the_next_year_that_is_not_there(town, browse):
    address = reverse("evaluations:star_year_create")
    assert browse(town.clerk).get(address).context["form"]["year"].value() == 2027

    announced(town, year=2027)

    assert browse(town.clerk).get(address).context["form"]["year"].value() == 2028


def test_who_comes_back_to_the_form_of_an_appeal_finds_the_appeal(town, life, browse):
    star = star_of(in_notice(town, life), town.centre)
    address = reverse("evaluations:star_appeal", args=[star.pk])
    assert browse(town.head).get(address).status_code == 200

    made = stars.appeal(star, by=town.head, text="里程碑已交。")

    assert browse(town.head).get(address).url == made.get_absolute_url()


def test_the_form_of_an_appeal_is_gone_after_the_notice(town, life, browse):
    star = star_of(in_notice(town, life), town.centre)
    life.time.go(datetime(2027, 1, 20, 9))

    assert browse(town.head).get(reverse("evaluations:star_appeal", args=[star.pk])).url == star.get_absolute_url()
