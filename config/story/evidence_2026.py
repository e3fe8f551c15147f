"""The midterm evaluation of 邻里多元文化客厅 at its draft: what was drawn by lot, what was seen on site, and the first
points with the records they rest on. The evaluator can go on from here."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story import evaluating
from config.story.clockwork import moment, on
from config.story.company import picture
from config.story.stage import Stage
from evaluations.actions import evaluation, evidence, inspecting, sampling, scoring, site_forms
from evaluations.actions.self_evaluation import hand_in
from evaluations.models import Assignment, Evaluation, Sample
from evaluations.records import records_of
from projects.models import Project

FINDINGS = {
    "骨干聚餐": ("not_ok", "餐费不在预算内，资助方未认定", "180.00"),
    "中秋展演道具": ("not_ok", "现金支付超过1000元，只有收据", "1012.00"),
    "打印文件": ("missing", "没有附件，现场也没有找到原件", "5.00"),
}
"""What is not in order, if the lot finds it."""
SEEN = {
    "place": "泛海国际南社区活动室",
    "present": "全永雄，项目负责人\n何小雨，社团骨干\n泛海国际南居委会李主任",
    "objection": "餐费一项负责人认为是慰劳骨干，会再说明。",
    "findings": "当天在排练感恩节活动，到场19人，与签到一致。活动一场一档，照片和签到能当场找到。专账建了，有一笔现金超过一千元。",
    "interviews": "三位居民都说是看到楼门海报来的，没有收过钱；一位外籍邻居说第一次知道居委会在哪儿。",
    "photos_agreed": True,
}
ANSWERS = {
    "place": ("yes", ""),
    "people": ("yes", "当天19人"),
    "schedule": ("yes", ""),
    "archive": ("yes", "抽看三场"),
    "changes": ("partly", "增租服装先租后报"),
    "books": ("yes", ""),
    "vouchers": ("partly", "缺一张打印费凭证"),
    "goods": ("yes", "奖品有领用表"),
    "privacy": ("yes", ""),
}


def play_evidence(stage: Stage, project: Project, day: Callable[[int], date]) -> None:
    found = evaluating.send(stage, project, "midterm", day(-14))
    found = _papers(stage, found, day)
    _sample_vouchers(stage, found, day)
    _phone(stage, found, day)
    _go_and_see(stage, found, day)
    _begin_the_sheet(stage, evaluating.fresh(found), day)


def _papers(stage: Stage, found: Evaluation, day) -> Evaluation:
    """The group evaluates itself, and the papers are there."""
    if found.state == "self_evaluation":
        with on(day(-12), 10):
            scores = {one.pk: (one.weight, evaluating.SHOWN) for one in found.scored_lines}
            hand_in(found, by=stage.cast.head(found.project.applicant), scores=scores, **evaluating.WORDS)
        found = evaluating.fresh(found)
    if found.state == "document_check":
        with on(day(-11), 10):
            papers = {line.pk: ("present", "") for line in found.papers.all()}
            inspecting.check_papers(found, by=stage.evaluator, found=papers)
            evaluation.go_on(evaluating.fresh(found), by=stage.evaluator)
    return evaluating.fresh(found)


def _sample_vouchers(stage: Stage, found: Evaluation, day) -> None:
    """Ten vouchers: all from 300 yuan on, the rest by lot; each is looked at."""
    with on(day(-10), 9):
        sample = sampling.draw(
            found, by=stage.evaluator, kind=Sample.Kind.VOUCHERS, size=10, threshold=Decimal("300.00")
        )
    for item in sample.items.all():
        result, words, asked = next(
            (said for summary, said in FINDINGS.items() if summary in item.label), ("ok", "", "")
        )
        with on(day(-10), 10, item.position):
            sampling.note_result(
                item, by=stage.evaluator, result=result, words=words, in_question=Decimal(asked) if asked else None
            )


def _phone(stage: Stage, found: Evaluation, day) -> None:
    """Six people who agreed to it are drawn; four have been phoned, one did not answer."""
    with on(day(-9), 9):
        sample = sampling.draw(found, by=stage.evaluator, kind=Sample.Kind.PEOPLE, size=6)
    said = {"took_part": "yes", "often": "some", "paid": "no", "as_recorded": "yes", "satisfied": "five"}
    for item in list(sample.items.all())[:5]:
        reached = item.position != 3
        with on(day(-9), 14, item.position):
            sampling.look_up(item, by=stage.evaluator)
            sampling.note_result(
                item, by=stage.evaluator, result="ok" if reached else "no_call", answers=said if reached else {}
            )


def _go_and_see(stage: Stage, found: Evaluation, day) -> None:
    """The site form, with a photo; it is the record of the visit as well."""
    answers = {key: {"answer": answer, "note": note} for key, (answer, note) in ANSWERS.items()}
    photo = SimpleUploadedFile("活动室.png", picture("#4f7f77"), "image/png")
    with on(day(-7), 16):
        values = SEEN | {"visited_at": moment(day(-7), 14), "checklist": 1, "answers": answers}
        site_forms.record_form(evaluating.fresh(found), by=stage.evaluator, values=values, photos=[photo])
        found = evaluating.fresh(found)
        if found.state == "site_visit":
            evaluation.go_on(found, by=stage.evaluator)


def _begin_the_sheet(stage: Stage, found: Evaluation, day) -> None:
    """The first two lines have points and evidence; the others are still to be filled in."""
    assignment: Assignment = found.panel.get(person=stage.evaluator)
    first, second, *_others = found.scored_lines
    records = records_of(found)
    with on(day(-3), 10):
        past = [one for one in records if one.day and one.day < day(-20) and "已取消" not in one.label]
        held = [one.name for one in past if one.kind == "activity"][:3]
        held += [one.name for one in past if one.kind == "photo"][:1]
        evidence.tie(assignment, first, by=stage.evaluator, names=held, why="活动与签到、照片相符")
        samples = [one.name for one in records if one.kind in ("sample", "site")]
        evidence.tie(assignment, second, by=stage.evaluator, names=samples, why="抽查和现场查看的结果")
        points = {first.pk: first.weight * Decimal("0.9"), second.pk: second.weight * Decimal("0.8")}
        scoring.save_sheet(assignment, by=stage.evaluator, points=points, strengths="居民自己主持，记录齐全。")
