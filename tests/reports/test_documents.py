"""What the documents say, read back from the PDF."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from core import clock
from core.files import attach
from core.models import Event
from grants.models import Call, EligibilityRule, Fund, Gate, PaperKind
from people.models import Community, Kind, Organization
from projects.actions import activities, checking, competition, delivery, drafts, notices, people, proposals
from projects.actions.notices import Place
from projects.agreement_text import FUND_SOURCES, GATES
from projects.models import BudgetLine, Notice, Project
from reports import (
    activity_papers,
    agreement_papers,
    eligibility_papers,
    letters,
    proposal_papers,
    public_papers,
    wording,
)
from reports.documents import Document
from tests.life import LINES, choir_draft, draft
from tests.reports.conftest import Paper
from tests.test_files import pdf as pdf_file
from tests.town import aware

pytestmark = pytest.mark.one_database

AWKWARD = [
    {"category": "training", "item": "培训", "unit_price": Decimal("33333.33"), "unit": "项", "quantity": Decimal(1)},
]
LONG = "为保障老人安全和服务质量，志愿者须先接受培训。" * 20


@pytest.fixture
def choir(town, life):
    return life.walk(choir_draft(town), "running")


def both_in_notice(town, life) -> Notice:
    """The choir and the centre, each first in its track."""
    projects = [choir_draft(town), draft(town, title="四点半课堂")]
    for state in ("eligible", "in_review"):
        for project in projects:
            life.walk(project, state)
            project.refresh_from_db()
    for project in projects:
        competition.shortlist(project, by=town.clerk, amount=project.amount_requested)
    life.day(2026, 4, 13)
    places = {projects[0].pk: Place(1, Decimal("88.67")), projects[1].pk: Place(1, Decimal("91.00"))}
    return notices.publish_notice(town.call, by=town.clerk, places=places)


def plan(town, project, **changes):
    values = {"theme": "端午包粽子", "starts_at": aware(2026, 6, 19, 14), "place": "社区活动室"} | changes
    items = [
        {"name": "糯米", "quantity": "20斤", "amount": Decimal("160.00")},
        {"name": "粽叶", "quantity": "5捆", "amount": Decimal("75.55")},
    ]
    return activities.plan_activity(project, by=town.head, values=values, items=items)


# -- every document ----------------------------------------------------------------------------


def every_document(town, life) -> list[Document]:
    project = life.walk(draft(town), "running")
    return [
        proposal_papers.proposal(project, contact=True),
        agreement_papers.agreement(project),
        letters.award_letter(project),
        activity_papers.activity_plan(plan(town, project), contact=True),
        public_papers.notice(project.notice_entries.get().notice),
    ]


def test_every_page_has_its_number_but_a_cover_and_the_first_of_a_letter(town, life, draw):
    for document in every_document(town, life):
        paper = draw(document)

        numbered = [f"—{number}—" in page for number, page in enumerate(paper.pages, start=1)]
        is_bare = document.template in ("pdf/notice.html", "pdf/proposal.html")
        assert numbered == [not is_bare] + [True] * (len(paper.pages) - 1)


def test_every_font_is_embedded_and_chinese(town, life, draw):
    for document in every_document(town, life):
        fonts = draw(document).fonts

        assert fonts
        assert all(fonts.values()), fonts
        assert all("CJK-SC" in name or "Fandol" in name for name in fonts), fonts


def test_every_document_names_itself_and_its_language(town, life, draw):
    titles = []
    for document in every_document(town, life):
        reader = draw(document).reader
        titles.append(reader.metadata.title)
        assert reader.trailer["/Root"]["/Lang"] == "zh-CN"

    assert titles == [
        "项目申报书：夕阳红暖心陪伴",
        "立项协议书：夕阳红暖心陪伴",
        "立项通知书：夕阳红暖心陪伴",
        "活动方案：端午包粽子",
        "2026年柳溪镇公益创投拟立项项目公示",
    ]


def test_same_input_gives_the_same_bytes(town, draw):
    document = proposal_papers.proposal(draft(town), contact=True)

    assert draw(document).content == draw(document).content


def test_documents_are_chinese_for_an_english_reader(town, draw):
    project = draft(town, lines=AWKWARD, amount_requested=Decimal("33333.33"))

    with translation.override("en"):
        text = draw(proposal_papers.proposal(project, contact=True)).text

    assert "培训及专家费培训33,333.331项33,333.33申请资助" in text


def test_rare_characters_survive(town, draw):
    text = draw(proposal_papers.proposal(draft(town, title="龚䶮喆与𬱖", leader="翟堃玥"), contact=True)).text

    assert "龚䶮喆与𬱖" in text
    assert "翟堃玥" in text


def test_markup_in_a_title_is_printed_and_not_obeyed(town, life, draw):
    hostile = '<img src="http://example.org/x.png"><b>粗</b>'
    project = life.walk(draft(town, title=hostile), "running")

    for document in (proposal_papers.proposal(project, contact=True), agreement_papers.agreement(project)):
        paper = draw(document)
        assert '<imgsrc="http://example.org/x.png"><b>粗</b>' in paper.text
        assert paper.reader.metadata.title.endswith(hostile)


def test_file_name_is_one_that_every_system_takes(town):
    document = proposal_papers.proposal(draft(town, title="老人/儿童:共享\n时光"), contact=True)

    assert document.filename == "项目申报书-老人_儿童_共享_时光.pdf"


def test_every_choice_has_its_chinese_word():
    assert set(wording.KINDS) == set(Kind)
    assert set(wording.CATEGORIES) == set(BudgetLine.Category)
    assert set(wording.SOURCES) == set(BudgetLine.Source)
    assert set(FUND_SOURCES) == set(Fund.Source)
    assert set(GATES) == set(Gate)


# -- the proposal ------------------------------------------------------------------------------


def test_proposal_says_who_what_and_how_much(town, life, draw):
    text = draw(proposal_papers.proposal(life.walk(draft(town), "submitted"), contact=True)).text

    assert "编号：LX2026-0012026年柳溪镇公益创投项目申报书" in text
    assert "项目名称夕阳红暖心陪伴申报单位柳溪社会工作服务中心" in text
    assert "申报日期2026年3月10日" in text
    assert "统一社会信用代码52110105MJ01000190" in text
    assert "申请资助金额（小写）：¥10,000.00" in text
    assert "申请资助金额（大写）：人民币壹万元整" in text
    assert "联系电话13800138000" in text
    assert "代管单位" not in text


def test_proposal_says_who_pledged_what_and_when(town, life, draw):
    project = draft(town)
    before = draw(proposal_papers.proposal(project, contact=True)).text
    after = draw(proposal_papers.proposal(life.walk(project, "submitted"), contact=True)).text

    assert "在线承诺" not in before
    assert "刘芳于2026年3月10日10:00代表申报单位确认：“我们承诺：所填内容真实" in after


def test_proposal_of_a_filed_group_names_its_host(town, draw):
    text = draw(proposal_papers.proposal(choir_draft(town), contact=True)).text

    assert "备案编号BA-110105030001-2025-0001" in text
    assert "代管单位统一社会信用代码91110108551385082Q" in text


def test_proposal_for_a_judge_hides_phones_and_account(town, draw):
    town.centre.phone = "13900139000"
    town.centre.save()
    text = draw(proposal_papers.proposal(draft(town), contact=False)).text

    assert "138****8000" in text
    assert "139****9000" in text
    assert "****2222" in text
    for secret in ("13800138000", "13900139000", "6222000011112222"):
        assert secret not in text


def test_proposal_that_is_a_draft_says_so_on_every_page(town, draw):
    assert all("草稿，未提交" in page for page in draw(proposal_papers.proposal(draft(town), contact=True)).pages)


def test_empty_draft_can_be_printed(town, draw):
    project = drafts.create_draft(town.call, town.centre, by=town.head, title="草稿")

    assert "项目总预算0.00" in draw(proposal_papers.proposal(project, contact=True)).text


def test_milestones_are_printed_when_there_are_any(town, life, draw):
    project = life.walk(draft(town), "running")
    assert "五、申报承诺与签章" in draw(proposal_papers.proposal(project, contact=True)).text
    delivery.add_milestone(
        project, by=town.head, values={"name": "完成招募", "due_on": date(2026, 6, 30), "proof": "签到表"}
    )

    text = draw(proposal_papers.proposal(Project.objects.get(pk=project.pk), contact=True)).text

    assert "五、项目里程碑序号阶段目标完成时间成果证明1完成招募2026年6月30日签到表" in text
    assert "六、申报承诺与签章" in text


def test_budget_adds_up_by_source(town, draw):
    own = {
        "category": "venue",
        "item": "场地",
        "unit_price": Decimal("500.00"),
        "quantity": Decimal("1.5"),
        "source": "own",
    }
    text = draw(proposal_papers.proposal(draft(town, lines=[*LINES, own]), contact=True)).text

    assert "申请资助小计10,000.00单位自筹小计750.00项目总预算10,750.00" in text
    assert "场地500.001.5750.00单位自筹" in text


def test_long_budget_repeats_its_header_on_every_page(town, draw):
    lines = [LINES[1] | {"item": f"第{number}项", "quantity": Decimal(1)} for number in range(1, 61)]
    paper = draw(proposal_papers.proposal(draft(town, lines=lines), contact=True))

    with_lines = [page for page in paper.pages if "志愿者补贴第" in page]
    assert len(with_lines) > 1
    assert all("序号费用类别支出项目及说明" in page for page in with_lines)
    assert all(f"第{number}项" in paper.text for number in range(1, 61))


@pytest.mark.parametrize("n", [16, 18, 20])
def test_sums_of_the_budget_never_stand_alone_on_a_page(town, draw, n):
    lines = [LINES[1] | {"item": f"第{number}项", "quantity": Decimal(1)} for number in range(1, n + 1)]
    paper = draw(proposal_papers.proposal(draft(town, lines=lines), contact=True))

    [page] = [page for page in paper.pages if "项目总预算" in page and "申请资助小计" in page]
    assert f"第{n}项" in page


def test_long_texts_go_on_over_the_page(town, draw):
    texts = {name: LONG[:500] for name in ("needs", "goals", "risks")} | {"method": LONG}
    paper = draw(proposal_papers.proposal(draft(town, **texts), contact=True))

    assert len(paper.pages) > len(draw(proposal_papers.proposal(draft(town), contact=True)).pages)
    assert paper.text.count("志愿者须先接受培训") >= 75


def test_signatures_stand_below_the_promise(town, draw):
    last = draw(proposal_papers.proposal(draft(town), contact=True)).pages[-1]

    assert last.index("本单位郑重承诺") < last.index("申报单位（盖章）") < last.index("主办单位意见（盖章）")


# -- the agreement -----------------------------------------------------------------------------


def test_agreement_states_award_and_instalments_in_figures_and_words(town, life, draw):
    project = life.walk(draft(town, lines=AWKWARD, amount_requested=Decimal("33333.33")), "running")

    text = draw(agreement_papers.agreement(project, account=True)).text

    assert "¥33,333.33（大写：人民币叁万叁仟叁佰叁拾叁元叁角叁分）" in text
    assert "150%16,666.67人民币壹万陆仟陆佰陆拾陆元陆角柒分本协议生效" in text
    assert "240%13,333.33人民币壹万叁仟叁佰叁拾叁元叁角叁分中期评估合格" in text
    assert "310%3,333.33人民币叁仟叁佰叁拾叁元叁角叁分末期评估合格" in text
    assert "合计100%33,333.33人民币叁万叁仟叁佰叁拾叁元叁角叁分" in text


def test_agreement_of_ten_thousand_yuan(town, life, draw):
    text = draw(agreement_papers.agreement(life.walk(draft(town), "running"), account=True)).text

    assert "¥10,000.00（大写：人民币壹万元整）" in text
    assert "乙方（承接方）：柳溪社会工作服务中心统一社会信用代码：52110105MJ01000190" in text
    assert "户名柳溪社会工作服务中心开户银行柳溪农商银行银行账号6222000011112222" in text
    assert "代管单位" not in text


def test_agreement_of_a_filed_group_is_signed_by_its_host_who_is_paid(town, life, draw):
    town.host.bank_account, town.host.bank_account_name = "6222999900008888", "柳溪社区服务中心"
    town.host.save()
    choir = life.walk(choir_draft(town), "running")

    text = draw(agreement_papers.agreement(choir, account=True)).text

    assert "乙方（承接方）：柳溪社区服务中心（代管单位）统一社会信用代码：91110108551385082Q" in text
    assert "项目实施团队：夕阳红合唱队备案编号：BA-110105030001-2025-0001" in text
    assert "乙方（盖章）柳溪社区服务中心" in text
    assert "户名柳溪社区服务中心" in text
    assert "银行账号6222999900008888" in text


def test_agreement_records_who_signed_and_when(town, choir, draw):
    text = draw(agreement_papers.agreement(choir, account=True)).text

    assert "（甲方）：签署人：赵启明签署时间：2026年4月22日10:00" in text
    assert "（乙方）：签署人：马力签署时间：2026年4月22日10:00" in text


def test_agreement_before_signing_says_that_nobody_has_signed(town, life, draw):
    text = draw(agreement_papers.agreement(life.walk(draft(town), "approved"))).text

    assert text.count("尚未签署") == 2


def test_signatures_never_stand_alone_on_a_page(town, choir, draw):
    [page] = [page for page in draw(agreement_papers.agreement(choir)).pages if "甲方（盖章）" in page]

    assert page.index("本协议未尽事宜") < page.index("甲方（盖章）")


def test_agreement_on_lottery_money_asks_for_the_mark(town, life, draw):
    Fund.objects.filter(pk=town.fund.pk).update(source=Fund.Source.LOTTERY)
    project = life.walk(draft(town), "running")

    assert "“彩票公益金资助”标识" in draw(agreement_papers.agreement(project, account=True)).text


def test_agreement_says_what_was_signed_whatever_changes_afterwards(town, life, draw):
    project = life.walk(draft(town), "running")
    town.centre.name, town.centre.bank_account = "改名以后的中心", "6200000000000000"
    town.centre.save()
    Fund.objects.filter(pk=town.fund.pk).update(source=Fund.Source.LOTTERY)

    text = draw(agreement_papers.agreement(Project.objects.get(pk=project.pk), account=True)).text

    assert "乙方（承接方）：柳溪社会工作服务中心" in text
    assert "6222000011112222" in text
    assert "彩票公益金资助" not in text
    assert project.agreement.sha256 in text


def test_agreement_annexes_the_plan_without_telephone_numbers(town, life, draw):
    text = draw(agreement_papers.agreement(life.walk(draft(town), "running"))).text

    assert "附件项目实施方案（第1版" in text
    assert "慰问活动物资200.00次408,000.00" in text
    assert "13800138000" not in text


# -- the letter of award, the notice, the plan -------------------------------------------------


def test_award_letter_says_how_much_and_until_when_to_sign(town, life, draw):
    project = life.walk(draft(town), "approved")

    text = draw(letters.award_letter(project)).text

    assert "立项通知书柳溪社会工作服务中心：" in text
    assert "一、项目名称。夕阳红暖心陪伴。" in text
    assert "核定资助¥10,000.00（大写：人民币壹万元整）" in text
    assert f"于{project.due_on.year}年{project.due_on.month}月{project.due_on.day}日前签订立项协议书" in text
    assert "柳溪镇人民政府2026年4月20日（联系人：柳溪镇社区办陈静，联系电话：010-65000000）" in text
    assert text.endswith("柳溪镇人民政府2026年4月20日印发")


def test_award_letter_stays_as_it_was_sent(town, life, draw):
    project = life.walk(draft(town), "approved")
    sent = draw(letters.award_letter(project)).content

    assert draw(letters.award_letter(life.walk(project, "running"))).content == sent


def returned(town, life) -> Project:
    project = life.walk(draft(town), "submitted")
    checking.remark(project, by=town.clerk, anchor="needs", text="写明调查人数")
    checking.remark(project, by=town.clerk, anchor="budget_lines", text="附三家报价")
    return checking.check(project, "return_for_correction", by=town.clerk, note="材料基本齐全。")


def returns_of(project: Project):
    return Event.objects.about(project).filter(name="return_for_correction")


def test_correction_notice_says_every_place_and_the_last_day(town, life, draw):
    project = returned(town, life)

    text = draw(letters.correction_notice(project, returns_of(project).last())).text

    assert "补正通知书柳溪社会工作服务中心：" in text
    assert "一、需补正的内容材料基本齐全。（一）" in text
    assert "。写明调查人数" in text
    assert "附三家报价二、补正期限" in text
    assert "请于2026年3月17日前（含当日）补正" in text
    assert text.endswith("柳溪镇人民政府2026年3月10日（联系人：柳溪镇社区办陈静，联系电话：010-65000000）")


def test_correction_notice_of_an_earlier_return_has_none_of_the_later_remarks(town, life, time, draw):
    project = returned(town, life)
    time.go(clock.now() + timedelta(hours=1))
    proposals.submit(project, by=town.head, pledged=True)
    checking.remark(project, by=town.clerk, anchor="goals", text="目标写成数字")
    checking.check(project, "return_for_correction", by=town.clerk, note="漏看一处")
    first, second = returns_of(project)

    assert "目标写成数字" not in draw(letters.correction_notice(project, first)).text
    assert "写明调查人数" not in draw(letters.correction_notice(project, second)).text
    assert "目标写成数字" in draw(letters.correction_notice(project, second)).text


def test_there_is_no_correction_notice_before_a_return(town, life, browse):
    project = life.walk(draft(town), "submitted")

    assert browse(town.head).get(reverse("reports:correction_notice", args=[project.pk])).status_code == 404


def test_notice_lists_each_track_with_its_amounts(town, life, draw):
    notice = both_in_notice(town, life)

    text = draw(public_papers.notice(notice)).text

    assert "2026年柳溪镇公益创投拟立项项目公示" in text
    assert "公示期：2026年4月13日至2026年4月17日（5个工作日，首日计入）" in text
    assert "备案组织（1个项目）" in text
    assert "1夕阳红暖心陪伴LX2026-001夕阳红合唱队88.672,000.00小计2,000.00" in text
    assert "1四点半课堂LX2026-002柳溪社会工作服务中心91.0010,000.00小计10,000.00" in text
    assert "合计：2个项目，¥12,000.00（大写：人民币壹万贰仟元整）" in text
    assert "联系人：柳溪镇社区办陈静，联系电话：010-65000000" in text
    assert notice.digest in text
    assert "不一致" not in text


def test_notice_names_where_objections_go_and_who_watches_over_the_funder(town, life, draw):
    notice = both_in_notice(town, life)

    text = draw(public_papers.notice(notice)).text

    assert "电子邮箱：office@bureau.example" in text
    assert "监督电话：010-65000009" in text


def test_notice_without_a_supervision_says_nothing_of_one(town, life, draw):
    Call.objects.filter(pk=town.call.pk).update(supervision_phone="", contact_email="")
    town.call.refresh_from_db()

    text = draw(public_papers.notice(both_in_notice(town, life))).text

    assert "监督电话" not in text
    assert "电子邮箱" not in text


def test_the_digest_never_stands_alone_on_the_last_page(town, life, draw):
    """Line by line past where the list ends with the page: the sum comes over with the digest, and a line with it."""
    notice = both_in_notice(town, life)
    pages = set()
    for number in range(28):
        project = Project.objects.order_by("pk").first()
        project.pk, project.number = None, f"{project.number}-{number:03d}"
        project.save()
        entry = notice.entries.order_by("pk").first()
        entry.pk, entry.project = None, project
        entry.save()
        if number < 18:
            continue
        paper = draw(public_papers.notice(notice))
        pages.add(len(paper.pages))
        assert notice.digest[:20] in paper.pages[-1]
        assert "小计" in paper.pages[-1]
        assert project.title in paper.pages[-1] or "四点半课堂" in paper.pages[-1]

    assert len(pages) > 1  # the end of a page was passed


def test_notice_that_was_altered_says_so(town, life, draw):
    notice = both_in_notice(town, life)
    notice.entries.filter(rank=1).update(amount=Decimal("1.00"))

    assert "现有内容与发布时的校验码不一致" in draw(public_papers.notice(notice)).text


def test_activity_plan_sums_its_materials(town, life, draw):
    project = life.walk(draft(town), "running")
    activity = plan(town, project, programme="签到\n包粽子", ends_at=aware(2026, 6, 19, 16, 30))

    text = draw(activity_papers.activity_plan(activity, contact=True)).text

    assert "端午包粽子活动方案" in text
    assert "活动时间2026年6月19日14:00至2026年6月19日16:30" in text
    assert "1糯米20斤160.00" in text
    assert "2粽叶5捆75.55合计235.55" in text
    assert "合计（大写）：人民币贰佰叁拾伍元伍角伍分" in text


def test_activity_plan_is_named_after_the_day_in_shanghai(town, life):
    project = life.walk(draft(town), "running")
    activity = plan(town, project, starts_at=aware(2026, 6, 19, 6))  # still the 18th in Greenwich
    activity.refresh_from_db()

    assert activity_papers.activity_plan(activity, contact=True).filename == "活动方案-2026-06-19-端午包粽子.pdf"


# -- notice of eligibility ---------------------------------------------------------------------


def test_the_notice_says_of_each_condition_and_paper_how_it_stands(town, draw):
    town.call.eligibility_rules.create(kind="rated", value=3, severity="warn", legal_basis="民政部令第39号")
    town.call.eligibility_rules.create(kind="not_abnormal", value=1, legal_basis="管理办法")
    town.call.papers.create(kind="registration", legal_basis="通知")
    town.call.papers.create(kind="audit", is_required=False, legal_basis="通知")
    town.call.papers.create(kind="host", track=town.call.tracks.get(open_to="filed"), legal_basis="通知")

    text = draw(eligibility_papers.eligibility_notice(town.centre, town.call)).text

    assert "可以申报；有1项需要说明。" in text
    assert "不符合" not in text
    assert "社会组织评估等级（3A）需说明" in text
    assert "未列入活动异常名录（1年）符合" in text
    assert "登记证书或备案通知必须需准备" in text
    assert "上年度审计或年检材料如有—" in text
    assert "代管协议" not in text
    assert "自检打印件，不编号。由平台按2026年3月10日10:00登记" in text
    assert "编号：" not in text


def test_what_blocks_reads_like_it_and_is_what_the_conclusion_speaks_of(town, draw):
    town.call.eligibility_rules.create(kind="hosted", legal_basis="依据")
    Organization.objects.filter(pk=town.choir.pk).update(host=None)

    text = draw(eligibility_papers.eligibility_notice(Organization.objects.get(pk=town.choir.pk), town.call)).text

    assert "暂不符合申报条件，请先办理下列“不符合”“缺材料”事项。" in text
    assert "备案组织有代管单位不符合" in text


def test_the_notice_counts_the_files_of_the_proposal_being_written(town, draw):
    town.call.papers.create(kind="registration", legal_basis="通知")
    town.call.papers.create(kind="credit", legal_basis="通知")
    project = draft(town)
    attach(project, pdf_file(), by=town.head, kind="registration")

    text = draw(eligibility_papers.eligibility_notice(town.centre, town.call, project)).text

    assert "按正在填写的申报书“夕阳红暖心陪伴”的附件核对" in text
    assert "登记证书或备案通知必须已有" in text
    assert "信用查询截图必须缺" in text


def test_the_notice_stays_one_sheet_with_everything_a_call_can_ask(town, draw):
    long = "《某某市社会组织公益创投项目管理办法》第十二条第三款" * 8
    for kind in EligibilityRule.Kind:
        values = {"region": "110106030"} if kind == "in_region" else {"value": 5}
        town.call.eligibility_rules.create(kind=kind, legal_basis=long[:200], **values)
    for kind in PaperKind:
        town.call.papers.create(kind=kind, hint=long[:200], legal_basis=long[:200])
    for kind in ("abnormal", "serious", "penalty"):
        town.host.credit_records.create(
            kind=kind, entered_on=date(2026, 1, 1), source=long[:200], recorded_by=town.clerk
        )
    Organization.objects.filter(pk=town.choir.pk).update(name="柳溪镇夕阳红" * 20)
    Call.objects.filter(pk=town.call.pk).update(title="公益创投" * 30)

    paper = draw(eligibility_papers.eligibility_notice(Organization.objects.get(pk=town.choir.pk), Call.objects.get()))

    assert len(paper.pages) <= 2
    assert "自检打印件" in paper.text
    assert [f"{name}" in paper.text for name in wording.CONDITIONS.values()] == [True] * len(EligibilityRule.Kind)
    assert [f"{name}" in paper.text for name in wording.PAPERS.values()] == [True] * 10


# -- the proposal: who applies, where, with whom, and what each line is for -------------------------


def test_proposal_says_how_the_applicant_stands(town, life, draw):
    town.centre.ratings.create(level=4, granted_on=date(2024, 6, 1))
    town.centre.inspections.create(year=2025, result="basic", confirmed_at=clock.now(), confirmed_by=town.clerk)
    project = draft(town)
    life.walk(draft(town, title="去年的陪伴"), "approved")

    text = draw(proposal_papers.proposal(project, contact=True)).text

    assert "社会组织评估等级4A（2024年6月1日获评，有效期至2029年6月1日）（单位自填，待核）" in text
    assert "年度检查（年报）2025年度基本合格曾获资助的项目" in text
    assert "2026年柳溪镇公益创投：去年的陪伴" in text
    assert "单位简介2012年登记，在柳溪镇做为老和青少年服务，专职社工5人。" in text


def test_proposal_of_a_filed_group_is_not_asked_for_a_rating(town, draw):
    text = draw(proposal_papers.proposal(choir_draft(town), contact=True)).text

    assert "评估等级" not in text
    assert "年度检查" not in text
    assert "曾获资助的项目本平台上暂无" in text


def test_proposal_says_where_else_with_whom_and_for_which_step(town, draw):
    other = Community.objects.create(region_code="110105030002", name="桃园社区", street="柳溪镇", district="朝阳区")
    partners = [{"name": "柳溪小学", "duty": "出场地", "brings": "教室两间", "contact": "周老师 010-65001111"}]
    lines = [LINES[0] | {"step_key": "a1", "basis": "三家报价取中"}, LINES[1]]
    steps = [{"key": "a1", "name": "入户陪伴", "starts_on": date(2026, 5, 1), "ends_on": date(2027, 1, 31)}]
    project = draft(town, lines=lines, tables={"partners": partners, "plan_steps": steps})
    project.other_communities.add(other)

    known = draw(proposal_papers.proposal(project, contact=True)).text
    masked = draw(proposal_papers.proposal(project, contact=False)).text

    assert "同时实施的社区柳溪镇桃园社区" in known
    assert "柳溪小学周老师010-65001111出场地教室两间" in known
    assert "慰问活动物资对应活动：入户陪伴依据：三家报价取中" in known
    assert known.count("对应活动") == 1
    assert "柳溪小学出场地教室两间" in masked
    assert "65001111" not in masked


def test_who_neither_pays_nor_is_paid_reads_no_account_number_on_paper(town, life, draw):
    project = life.walk(draft(town), "running")

    for document in (agreement_papers.agreement(project), proposal_papers.proposal(project, contact=True)):
        text = draw(document).text
        assert "****2222" in text
        assert "6222000011112222" not in text


def test_the_papers_that_a_mentor_opens_mask_the_account_and_the_clerks_do_not(town, life, browse):
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)

    for name in ("reports:agreement", "reports:proposal"):
        for person, sees in ((town.mentor, False), (town.clerk, True), (town.head, True)):
            paper = Paper(browse(person).get(reverse(name, args=[project.pk])).content)
            assert ("6222000011112222" in paper.text) is sees, (name, person)
