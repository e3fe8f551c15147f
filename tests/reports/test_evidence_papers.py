"""证据清单 and 现场评估记录表: what stands on them, and that the appendix is part of the report."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.mentoring_2026 import picture
from core import clock
from core.models import Attachment
from evaluations.actions import evidence, sampling, site_forms
from evaluations.records import records_of
from projects.models import Expense
from reports import evaluation_papers, evidence_papers
from tests import evaluated
from tests.records import entered
from tests.spending import handed_in, running

pytestmark = pytest.mark.one_database


@pytest.fixture
def evaluation(town, life):
    project = running(town, life)
    handed_in(project, town.head, amount=Decimal("321.50"), voucher="记-07")
    entered(town, project, name="王秀英", call_agreed=True)
    life.time.go(datetime(2026, 10, 12, 10))
    return evaluated.checked(town, evaluated.self_evaluated(town, evaluated.sent(town, project)))


def tied(town, evaluation):
    assignment = evaluation.panel.select_related("evaluation__rubric", "project", "person").get()
    first, second, _third = assignment.rubric.criteria.all()
    voucher = next(one.name for one in records_of(evaluation) if one.kind == "expense")
    evidence.tie(assignment, first, by=town.evaluator, names=[voucher], why="发票抬头不全")
    evidence.say(assignment, second, by=town.evaluator, text="现场没有看到签到表")


def test_the_list_says_what_each_line_rests_on_and_what_was_drawn(town, evaluation, draw):
    tied(town, evaluation)
    sample = sampling.draw(evaluation, by=town.evaluator, kind="vouchers", size=5)
    sampling.note_result(
        sample.items.get(), by=town.evaluator, result="not_ok", words="抬头不符", in_question=Decimal("321.50")
    )
    Expense.objects.update(amount=Decimal("32.15"))

    text = draw(evidence_papers.evidence_list(evaluated.fresh(evaluation))).text
    whole = "".join(text.split())

    for words in ("证据清单", "记-07彩纸和笔（晨光文具店）", "321.50", "引用后有更正", "发票抬头不全", sample.seed):
        assert words in whole, words
    assert "现场没有看到签到表" in whole
    assert "1/1（20.7%—100.0%）" in whole
    assert town.evaluator.name not in text


def test_the_list_is_an_appendix_of_the_report(town, evaluation, draw):
    tied(town, evaluation)

    text = draw(evaluation_papers.evaluation_report(evaluated.fresh(evaluation))).text

    assert "附：证据清单" in text
    assert "发票抬头不全" in text


def test_a_sample_by_phone_stands_as_sums_without_a_name(town, evaluation, draw):
    sample = sampling.draw(evaluation, by=town.evaluator, kind="people", size=5)
    item = sample.items.get()
    sampling.look_up(item, by=town.evaluator)
    sampling.note_result(item, by=town.evaluator, result="not_ok", words="说没有参加过")

    text = draw(evidence_papers.evidence_list(evaluated.fresh(evaluation))).text

    assert "服务对象电话核实" in text
    assert "王秀英" not in text
    assert "说没有参加过" not in text


def test_the_site_record_prints_checklist_photos_and_who_signed(town, evaluation, draw):
    values = {
        "visited_at": clock.now(), "place": "活动室", "present": "刘芳，项目负责人\n王大爷，居民", "objection": "",
        "findings": "账本在", "interviews": "", "photos_agreed": True, "checklist": 1,
        "answers": {"books": {"answer": "partly", "note": "缺两张发票"}},
    }  # fmt: skip
    photos = [
        SimpleUploadedFile("现场.png", picture((10, 90, 80)), "image/png"),
        SimpleUploadedFile("坏的.png", picture((90, 10, 80)), "image/png"),
    ]
    form = site_forms.record_form(evaluation, by=town.evaluator, values=values, photos=photos).form
    with open(Attachment.objects.get(name="坏的.png").file.path, "wb") as damaged:  # on a disk that fails
        damaged.write(b"rubbish")

    text = draw(evidence_papers.site_record(form)).text

    for words in ("现场评估记录表", "部分符合", "缺两张发票", "王大爷，居民", "无不同意见", "现场.png", "另有1张照片"):
        assert words in text, words
