"""What judges a running project: evaluations, pitches, votes, stars."""

from datetime import date, time, timedelta

from core import clock
from evaluations import sign_in
from evaluations.actions import vote_codes
from evaluations.actions.site_forms import values_of
from evaluations.models import (
    Assignment,
    Caution,
    CautionProposal,
    CautionTalk,
    CommissionTie,
    Delisting,
    Evaluation,
    Honour,
    PitchDay,
    ReportTemplate,
    Sample,
    SelfEvaluation,
    Sheet,
    SiteForm,
    Slot,
    Star,
    StarAppeal,
    StarYear,
    TerminationProposal,
    Unlocking,
    Vote,
)
from tests.evaluated import commissioned
from tests.town import aware


def starred(town) -> dict[str, object]:
    """A year in notice with an appeal of the centre, what it proposes, a warning with its talk, and an honour."""
    days = {"counts_from": date(2025, 1, 1), "counts_until": date(2025, 12, 31), "expires_on": date(2027, 12, 31)}
    by = {"drafted_by": town.clerk, "funder": town.bureau, "contact": "陈静", "contact_phone": "1"}
    notice = {"notice_from": clock.today(), "notice_until": clock.today() + timedelta(days=9)}
    calculated = {"calculated_by": town.auditor, "calculated_at": clock.now(), "announced_at": clock.now()}
    year = StarYear.objects.create(year=2025, title="星级", state="notice", **days, **by, **notice, **calculated)
    described = {"name": "中心", "kind": "social_organization", "status": "registered", "digest": "0" * 64}
    star = Star.objects.create(year=year, organization=town.centre, score=80, stars=4, **described)
    due = {"text": "不服", "made_by": town.head, "due_on": clock.today(), "made_at": clock.now() - timedelta(days=30)}
    words = {"organization": town.centre, "funder": town.bureau}
    caution = Caution.objects.create(
        **words, ground="other", words="迟交", answer_until=clock.today(), issued_by=town.clerk
    )
    talk = CautionTalk.objects.create(
        **words, caution=caution, reason="迟交", planned_at=clock.now(), place="会议室", called_by=town.clerk
    )
    ends = {"until_on": date(2028, 1, 1), "hear_until": clock.today()}
    bad = {"ground": "bad_voices", "facts": {"n": 9, "bad": 5, "limit": 30}}
    granted = {"state": "granted", "granted_by": town.approver, "granted_at": clock.now(), "number": "RY2026-9999"}
    return {
        "star_year": year,
        "drafted_year": StarYear.objects.create(year=2030, title="草稿", **days, **by),
        "star": star,
        "star_appeal": StarAppeal.objects.create(star=star, year=year, **due),
        "caution_proposal": CautionProposal.objects.create(star=star, **bad),
        "caution": caution,
        "caution_talk": talk,
        "delisting": Delisting.objects.create(**words, talk=talk, reasons="x", proposed_by=town.clerk, **ends),
        "honour": Honour.objects.create(
            **words,
            **notice,
            **granted,
            year=2025,
            title="优秀",
            reason="好",
            proposed_by=town.clerk,
            contact_phone="1",
        ),
    }


def evaluated(town, project) -> dict[str, object]:
    """An evaluation whose draft is being written, and everything that can come of one."""
    commission = commissioned(town)
    shared = [{"key": "shared", "ground": "own-shared-phone", "party": "applicant", "name": "中心"}]
    said = {"decision": "keeps", "reason": "总机号码", "decided_by": town.clerk, "decided_at": clock.now()}
    evaluation = Evaluation.objects.create(
        project=project, purpose="midterm", commission=commission, rubric=town.evaluation_rubric, state="draft",
        lead=town.evaluator, scheduled_by=town.clerk,
    )  # fmt: skip
    SelfEvaluation.objects.create(evaluation=evaluation)
    mine = Assignment.objects.create(
        project=project, person=town.evaluator, purpose="midterm", evaluation=evaluation, assigned_by=town.clerk
    )
    item = {"what": "补票据", "basis": "协议", "due_on": date(2026, 12, 31), "state": "open"}
    text = {"kind": "advice", "title": "按月归档", "text": "按月归档。", "written_by": town.evaluator}
    sample = Sample.objects.create(
        evaluation=evaluation, kind="held", size=1, seed="00", frame=[], drawn_by=town.evaluator
    )
    seen = {"visited_at": clock.now(), "place": "活动室", "present": "刘芳", "checklist": 1, "findings": "好"}
    form = SiteForm.objects.create(evaluation=evaluation, writer=town.evaluator, **seen)
    version = {"number": 1, "by": town.evaluator, "standing": "applied", "values": values_of(form)}
    return {
        "sample": sample,
        "drawn": sample.items.create(position=1, key="1", label="包粽子"),
        "site_form": form,
        "site_version": form.versions.create(**version),
        "criterion_of_evaluation": town.evaluation_rubric.criteria.first(),
        "commission": commission,
        "commission_tie": CommissionTie.objects.create(commission=commission, project=project, reasons=shared, **said),
        "evaluation": evaluation,
        "evaluators_assignment": mine,
        "paper_line": evaluation.papers.create(name="专账", asked_at=clock.now(), asked_until=date(2026, 12, 31)),
        "item": evaluation.items.create(**item),
        "report_template": ReportTemplate.objects.create(organization=town.evaluators, **text),
        "termination": TerminationProposal.objects.create(
            evaluation=evaluation, reason="复评不合格", asked_by=town.clerk, paid=2, recognised=1
        ),
    }


def pitched(town, project) -> dict[str, object]:
    """A session on which this project has its place."""
    day = PitchDay.objects.create(
        call=town.call,
        name="上午场",
        held_on=date(2026, 4, 8),
        starts_at=time(9),
        place="会议室",
        planned_by=town.clerk,
    )
    return {
        "pitch_day": day,
        "slot": Slot.objects.create(day=day, project=project),
        "judge_id": town.expert1,
        "screen_token": day.screen_token,
        "sign_in_code": sign_in.new_code(day),
    }


def voted_on(town, project) -> dict[str, object]:
    """A residents' vote that is announced, with one slip."""
    vote = Vote.objects.create(
        call=town.call, title="居民投票", opens_at=aware(2027, 12, 1, 8), closes_at=aware(2027, 12, 8, 8), budget=1,
        seed="x", made_by=town.clerk, state="announced", announced_at=clock.now(),
    )  # fmt: skip
    vote.communities.add(town.community)
    [slip] = vote_codes.issue(vote, town.community, by=town.clerk, number=1)
    entry = vote.entries.create(project=project, amount=1)
    return {"vote": vote, "vote_entry": entry, "vote_slip": slip.row, "vote_code": slip.shown}


def unlocking(assignment, clerk) -> Unlocking:
    sheet = Sheet.objects.create(assignment=assignment)
    return Unlocking.objects.create(sheet=sheet, reason="写错了", asked_by=clerk)
