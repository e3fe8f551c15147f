"""Between award and agreement, and what groups wish to change while they run: one of each, somewhere on its way."""

from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import on
from config.story.company import LINE, SCAN
from config.story.proposal import Proposal
from config.story.stage import Stage
from grants.actions import agreement_templates
from grants.agreement_text import default_clauses
from projects.actions import agreements, award, changing
from projects.actions import people as parts
from projects.changes import as_wish
from projects.models import ChangeRequest, Project

FINISHING = [
    Proposal("nuanyang", "认知症家庭支持小组", "为老服务", 40, "为认知症老人的家属开互助小组，教护理，让他们喘口气。", "社区卫生站登记的认知症老人61位，家属多为独自照护。", "家属40人参加小组，护理技能测验合格。", "社工带组，每两周一次，卫生站护士授课。", [("training", "护士授课", 400, "次", 20), ("materials", "小组材料", 60, "套", 40), ("printing", "照护手册", 15, "册", 100)], 90),
    Proposal("lvlin", "社区堆肥带头人", "环境治理", 60, "培养六十位堆肥带头人，把厨余变成花土。", "厨余垃圾每月约40吨，居民问卷七成愿意试堆肥。", "带头人60名，减量12吨。", "四期培训，每栋楼一个堆肥点。", [("training", "培训讲师", 300, "次", 16), ("materials", "堆肥桶", 90, "个", 60)], 88),
]  # fmt: skip


def play_signing(present) -> None:
    """A call whose notice is over: one group finishes its plan with its mentor, one agreement waits for its scan."""
    stage, day = present.stage, present.day
    template = three_parties(stage, day(-80))
    call = present.call(
        "DFN", "第六批公益创投（签约中）", opens=-78, closes=-48, fund=present.lottery, budget=Decimal("38000.00"),
        agreement_template=template, asks_for_signed_copy=True, signing_workdays=15,
        shift_basis="本批次规定：同一类别百分之十以内备案自调",
    )  # fmt: skip
    projects = present.reviewed(call, FINISHING, -30, notice=-26, money="25000.00")
    for project in projects.values():
        stage.approve(project, day(-9))
        with on(day(-9), 11):
            parts.assign_mentor(project, stage.mentor, stage.cast.groups["support"], by=stage.clerk)
    first, second = (Project.objects.get(pk=project.pk) for project in projects.values())
    _being_finished(stage, first, day(-3))
    _waits_for_its_scan(stage, second, day)


def three_parties(stage: Stage, day: date):
    """The bureau's own clauses: three parties, and one sentence more about the mark."""
    clauses = default_clauses()
    for clause in clauses:
        if clause["heading"] == "知识产权与宣传":
            clause["text"] += "\n（三）项目的宣传材料发布前，乙方应当抄送甲方和丙方。"
    with on(day, 9):
        made = agreement_templates.create_template(
            stage.cast.groups["bureau"], by=stage.clerk, name="三方协议（社区参与）", parties=3,
            clauses=default_clauses(),
        )  # fmt: skip
    with on(day, 15):
        agreement_templates.change_template(made, by=stage.clerk, clauses=clauses, seen=1)
    return made


def _being_finished(stage: Stage, project: Project, day: date) -> None:
    """The group has raised a target and spread its money anew; it has not handed it in yet."""
    change = project.change_requests.get(kind=ChangeRequest.Kind.OPTIMISATION)
    targets = rows(project, "targets", ("key", "goal", "indicator", "value", "unit", "proof"))
    targets[0]["value"] += 10
    with on(day, 20):
        wish = as_wish(
            {"emergency_plan": "停电改室外；居民不适立即联系社区卫生站，由骨干陪同就医，当天报社区。"},
            {"targets": targets, "budget_lines": stage.within_award(project)},
        )
        said = "按评委建议把人数目标写实，应急预案具体到人；预算按立项金额核对。"
        changing.write_change(change, by=stage.cast.head(project.applicant), reason=said, wish=wish)


def rows(project: Project, table: str, columns: tuple[str, ...]) -> list[dict]:
    return [{name: getattr(row, name) for name in columns} for row in getattr(project, table).all()]


def _waits_for_its_scan(stage: Stage, project: Project, day) -> None:
    """Finished, confirmed and signed by all three; the scan was one page short, and the next is awaited."""
    change = project.change_requests.get(kind=ChangeRequest.Kind.OPTIMISATION)
    head = stage.cast.head(project.applicant)
    with on(day(-7), 10):
        wish = as_wish({}, {"budget_lines": stage.within_award(project)})
        changing.write_change(change, by=head, reason="方案不变，预算按立项金额核对。", wish=wish)
        changing.hand_in(change, by=head)
    with on(day(-6), 10):
        changing.advise(change, by=stage.mentor, supports=True, opinion="方案可行，分工清楚，建议签约。")
    with on(day(-6), 16):
        changing.approve(change, by=stage.clerk, note="与立项决定一致。")
    payee = stage.cast.payee_head(project)
    with on(day(-5), 10):
        award.sign_for_group(project, by=payee)
    with on(day(-4), 10):
        agreements.note_community(project, by=stage.clerk, signed_on=day(-5))
    with on(day(-4), 15):
        award.sign_for_funder(project, by=stage.approver)
    with on(day(-3), 9):
        scan = SimpleUploadedFile("三方协议签章版.pdf", SCAN, "application/pdf")
        agreements.upload_copy(project, scan, by=payee)
    with on(day(-2), 9):
        agreements.refuse_copy(project, by=stage.clerk, note="第3页没有扫到，骑缝章看不全。")
    with on(day(-1), 9):
        scan = SimpleUploadedFile("三方协议签章版（补全）.pdf", SCAN + b"\n%2", "application/pdf")
        agreements.upload_copy(project, scan, by=payee)


def play_changes(stage: Stage, project: Project, day) -> None:
    """The running project: a change of persons was approved, a small shift filed, an extension waits for the mentor."""
    head = stage.cast.head(project.applicant)

    def wish(kind: str, reason: str, **what) -> ChangeRequest:
        change = changing.begin_change(project, kind, by=head)
        return changing.write_change(
            change, by=head, reason=reason, wish=as_wish(what.get("fields", {}), what.get("tables", {}))
        )

    team = rows(project, "team", ("key", "name", "education", "certificate", "post", "part", "phone", "insured"))
    team.append({"key": "xinren01", "name": "陶小雨", "part": "活动执行", "certificate": "assistant", "insured": True})
    with on(day(-70), 10):
        persons = wish("persons", "原活动执行返校，由助理社工师陶小雨接任。", tables={"team": team})
        changing.hand_in(persons, by=head)
    with on(day(-69), 10):
        changing.advise(persons, by=stage.mentor, supports=True, opinion="接任者有证，已交接，建议同意。")
    with on(day(-67), 10):
        changing.approve(persons, by=stage.approver, note="同意。请在下月月报中说明交接情况。")
    project = Project.objects.get(pk=project.pk)
    if lines := _small_shift(project):
        with on(day(-40), 10):
            changing.hand_in(
                wish("budget", "海报改为自己印，省下的买活动物资。", tables={"budget_lines": lines}), by=head
            )
    project = Project.objects.get(pk=project.pk)
    with on(day(-2), 10):
        longer = wish(
            "extension", "暑期场地检修停了三周，请求顺延一个月完成年终展示。",
            fields={"ends_on": day(130)},
        )  # fmt: skip
        changing.hand_in(longer, by=head)


def _small_shift(project: Project) -> list[dict]:
    """Twenty yuan from one line of the grant to one of another category, if both can bear it."""
    found = [{name: getattr(line, name) for name in LINE} for line in project.budget_lines.all()]
    paid = [row for row in found if row["source"] == "grant" and row["category"] not in ("staff", "administration")]
    big = sorted(paid, key=lambda row: -row["unit_price"] * row["quantity"])
    other = next((row for row in big[1:] if row["category"] != big[0]["category"]), None)
    if other is None:
        return []
    for row, change in ((big[0], -20), (other, 20)):
        amount = (row["unit_price"] * row["quantity"]).quantize(Decimal("0.01")) + change
        row |= {"unit_price": amount, "quantity": Decimal(1), "unit": "项"}
    return found
