"""The money of the running call: a payment that came back, a list that the bank has answered by half, a corrected entry.

The gate that is still shut stands on 青年文化社's page: its midterm evaluation has not been passed.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import on
from config.story.company import SCAN
from config.story.stage import Stage
from grants.actions import ledger
from grants.models import Fund
from projects.actions import bank, matching, payments
from projects.matching import promised
from projects.models import Project, Tranche

Day = Callable[[int], date]


def pay_twice(stage: Stage, project: Project, day: Day) -> None:
    """The first payment went to an account that had been closed; it came back, and was requested and approved anew."""
    stage.pay(project, 1, day(-238), to="paid")
    with on(day(-233), 10):
        tranche = project.tranches.get(ordinal=1)
        reason = "银行退汇：代管单位旧账户已销户。已联系马姐更正开户行和账号。"
        payments.reverse_payment(tranche, by=stage.finance, note=reason)
    stage.pay(project, 1, day(-231))
    if wanted := promised(project):
        with on(day(-150), 10):
            head = stage.cast.head(project.applicant)
            scan = SimpleUploadedFile("配套到账回单.pdf", SCAN, "application/pdf")
            half = (wanted / 2).quantize(Decimal("0.01"))
            words = "居民募集的活动餐食和饮用水，附作价依据"
            proof = matching.prove_matching(project, by=head, kind="donation", amount=half, words=words, files=[scan])
        with on(day(-148), 10):
            matching.decide_matching(proof, by=stage.clerk, accepted=True, answer="与回单、作价依据一致")


def send_to_the_bank(stage: Stage, projects: dict[str, Project], day: Day) -> None:
    """Three approved instalments went to the bank; one is paid, one could not be paid, one is not answered yet."""
    stage.pay(projects["lvlin"], 2, day(-7), to="approved")
    asked = ((projects["caimo"], 1), (projects["kuaiban"], 1), (projects["lvlin"], 2))
    chosen = [Tranche.objects.get(project=project, ordinal=ordinal) for project, ordinal in asked]
    with on(day(-4), 9):
        [made] = bank.make_lists(chosen, by=stage.finance)
    lines = {line.project_number: line.ordinal for line in made.lines.all()}
    paid, failed = lines[projects["caimo"].number], lines[projects["lvlin"].number]
    rows = [
        "序号,项目编号,结果,流水号,日期,失败原因",
        f"{paid},{projects['caimo'].number},成功,DF{day(-3):%Y%m%d}0001,{day(-3)},",
        f"{failed},{projects['lvlin'].number},失败,,{day(-3)},收款人户名与账号不符",
    ]
    with on(day(-2), 15):
        upload = SimpleUploadedFile("银行回单.csv", "\n".join(rows).encode())
        bank.store_return(bank.read_return(made, upload, by=stage.finance), by=stage.finance)


def correct_an_entry(stage: Stage, fund: Fund, day: Day) -> None:
    """A zero too many was typed; the finance office noticed, and the approver agreed."""
    with on(day(-338), 10):
        entry = ledger.allocate(fund, Decimal("50000.00"), by=stage.finance, memo="居民捐款箱年度结算")
    assert entry is not None
    with on(day(-337), 9):
        reason = "多录一个零：收据为5000元整（收据号0012）。"
        asked = ledger.ask_correction(entry, by=stage.finance, right_amount=Decimal("5000.00"), reason=reason)
    with on(day(-337), 16):
        ledger.decide_correction(asked, by=stage.approver, approved=True, answer="已核对收据")
