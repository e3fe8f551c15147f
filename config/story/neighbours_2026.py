"""The city above and a district beside: the demo's office is one of several bureaus of a deployment."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from config.story.clockwork import moment, on
from config.story.people import Cast
from grants.actions import calls, ledger, needs, offers
from grants.models import Fund, TranchePlan
from grants.presets import preset
from people import actions
from people.models import Community, Kind, Membership, Organization, Region, Role, User
from reports.actions import bureaus

DISTRICTS = {
    "11": "北京市", "1101": "市辖区", "110101": "东城区", "110102": "西城区", "110105": "朝阳区", "110106": "丰台区",
    "110107": "石景山区", "110108": "海淀区", "110109": "门头沟区", "110111": "房山区", "110112": "通州区",
    "110113": "顺义区", "110114": "昌平区", "110115": "大兴区", "110116": "怀柔区", "110117": "平谷区",
    "110118": "密云区", "110119": "延庆区", "110105030": "东风地区", "110106001": "右安门街道",
}  # fmt: skip
FENGTAI = {"name": "丰台区民政局", "region": "110106", "credit_code": "11110106000058923H", "phone": "010-63001234"}


def play_neighbours(cast: Cast, day: Callable[[int], date]) -> None:
    """The city sets up 丰台区 and offers a plan; 丰台区 takes it over, gets a need and announces a call."""
    Region.objects.bulk_create(Region(code=code, name=name) for code, name in DISTRICTS.items())
    city = Organization.objects.create(
        name="北京市民政局", kind=Kind.FUNDER, credit_code="11110000000058923M", region="11", phone="010-65395000"
    )
    for role in (Role.MANAGER, Role.STAFF):
        Membership.objects.create(user=cast["shiji"], organization=city, role=role, since=day(-400))
    with on(day(-60)):
        plan = _plan(city)
        offered = offers.offer(plan, by=cast["shiji"], note="全市统一的两期拨付，各区可按本地情况调整")
        bureau = bureaus.set_up(by=cast["shiji"], values=FENGTAI, mark="丰民", people=(), adopted=[offered])
        team = _people(cast, bureau)
    with on(day(-50)):
        _begin(cast, bureau, team, day)


def _plan(city: Organization) -> TranchePlan:
    plan = TranchePlan.objects.create(name="市级两期拨付（70/30）", funder=city, legal_basis="全市参考做法")
    for ordinal, (share, gate) in enumerate(((70, "agreement"), (30, "final")), start=1):
        plan.rules.create(ordinal=ordinal, percentage=share).gates.create(kind=gate)
    return plan


def _people(cast: Cast, bureau: Organization) -> dict[str, User]:
    """By invitation, as they would come: all are invited while nobody works there yet."""
    team = {Role.STAFF: cast["linqu"]}
    for role, username, name in (
        (Role.APPROVER, "fengtai-shenpi", "石涛"), (Role.FINANCE, "fengtai-caiwu", "齐敏"),
        (Role.MANAGER, "fengtai-fuze", "卢伟"),
    ):  # fmt: skip
        team[role] = User.objects.create(username=username, name=name, password=cast["linqu"].password)
    invited = [
        (actions.invite(bureau, by=cast["shiji"], name=user.name, role=role), user) for role, user in team.items()
    ]
    for invitation, user in invited:
        actions.accept(invitation, by=user)
    return team


def _begin(cast: Cast, bureau: Organization, team: dict[str, User], day: Callable[[int], date]) -> None:
    community = Community.objects.create(
        region_code="110106001001", name="翠林社区", street="右安门街道", district="丰台区", population=7200
    )
    values = {"title": "楼里没有人教老人用手机", "text": "很多老人不会在手机上挂号、缴费。", "community": community}
    with on(day(-2)):
        needs.report_need(values=values)
    fund = Fund.objects.create(funder=bureau, name="丰台区公益创投资金", source=Fund.Source.BUDGET, year=day(0).year)
    ledger.allocate(fund, Decimal("300000.00"), by=team[Role.FINANCE])
    call = calls.begin_from_preset(
        preset("micro"), by=team[Role.STAFF], funder=bureau, fund=fund, code=f"FT{day(0).year}",
        title=f"{day(0).year}年丰台区社区微公益", budget=Decimal("100000.00"),
    )  # fmt: skip
    call.opens_at, call.closes_at = moment(day(10), 9), moment(day(41), 0)
    call.starts_on, call.ends_on = day(100), day(100) + timedelta(days=300)
    call.supervision_phone, call.contact_email = "010-63005678", "gongyi@fengtai.example"
    call.save()
    calls.publish(call, by=team[Role.APPROVER])
