"""One small town that every test knows: 柳溪镇, its bureau, two groups, their helpers and one call.

    bureau (funder)     clerk 陈静 · approver 赵启明 · finance 孙会芳 · auditor 周正
    centre (group)      head 刘芳 · volunteer 何小燕           a registered social organisation
    choir  (group)      head 王桂兰                            only filed; its host is the centre's neighbour
    host                head 马力                              registered, signs for the choir
    support             mentor 高明
    evaluator           evaluator 唐欣
    shop (enterprise)   giver 罗掌柜                       gives to projects, never applies
    experts             林教授 · 郑会计 · 许主任                belong to nobody
    stranger 钱多多      a resident with an account and no role
    admin               keeps the platform running, decides nothing

The call takes proposals from 1 to 31 March 2026; projects run from 1 May 2026 to 31 March 2027.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from core import clock
from core.workflow import record
from grants.actions import calls, ledger
from grants.models import Call, Criterion, Fund, Gate, Level, Rubric, ServiceField, Track, TranchePlan, TrancheRule
from people.models import Administrator, Community, Expert, Kind, Membership, Organization, Role, User
from tests.memory import remembered

MARCH = datetime(2026, 3, 10, 10, 0)
"""When every test begins: the call is open."""


@dataclass
class Town:
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str):
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


def person(username: str, name: str, phone: str | None = None) -> User:
    """A person with the password "test" (hashed cheaply in tests)."""
    user = User(username=username, name=name, phone=phone, email=f"{username}@example.org")
    user.set_password("test")
    user.save()
    return user


def member(user: User, organization: Organization, *roles: str) -> None:
    for role in roles:
        Membership.objects.create(user=user, organization=organization, role=role, since=date(2020, 1, 1))


def rubric(name: str, *criteria: tuple[str, int], funder: Organization | None = None) -> Rubric:
    """A score sheet with two levels for each criterion; shared by all funders unless it is somebody's."""
    made = Rubric.objects.create(name=name, funder=funder)
    for position, (label, weight) in enumerate(criteria):
        criterion = Criterion.objects.create(rubric=made, name=label, weight=weight, position=position)
        Level.objects.create(criterion=criterion, name="好", lowest=80, highest=100, descriptor="证据充分")
        Level.objects.create(criterion=criterion, name="差", lowest=0, highest=79, descriptor="证据不足")
    return made


def administrator(office: str, name: str = "章安") -> User:
    """One of the three administrators, who has to do with nothing else."""
    found = person(f"keeper-{office}", name)
    found.is_staff = True
    found.save()
    Administrator.objects.create(user=found, office=office)
    return found


@remembered
def build() -> Town:
    """Found the town; takes place on 1 March 2026."""
    town = Town()
    with clock.at(datetime(2026, 3, 1, 8, 0)):
        _people(town)
        _organizations(town)
        _programme(town)
    return town


def _people(town: Town) -> None:
    for username, name in {
        "clerk": "陈静",
        "approver": "赵启明",
        "finance": "孙会芳",
        "auditor": "周正",
        "head": "刘芳",
        "volunteer": "何小燕",
        "singer": "王桂兰",
        "hosthead": "马力",
        "mentor": "高明",
        "evaluator": "唐欣",
        "expert1": "林教授",
        "expert2": "郑会计",
        "expert3": "许主任",
        "stranger": "钱多多",
        "giver": "罗掌柜",
    }.items():
        town.people[username] = person(username, name)
    town.people["admin"] = User.objects.create_superuser("admin", "admin@example.org", "test", name="管理员")


def _organizations(town: Town) -> None:
    town.community = Community.objects.create(
        region_code="110105030001", name="柳溪社区", street="柳溪镇", district="朝阳区", population=5200
    )
    make = Organization.objects.create
    town.bureau = make(name="柳溪镇人民政府", kind=Kind.FUNDER, credit_code="11110105000053031Q", phone="010-65000000")
    town.centre = make(
        name="柳溪社会工作服务中心",
        kind=Kind.SOCIAL_ORGANIZATION,
        credit_code="52110105MJ01000190",
        community=town.community,
        profile="2012年登记，在柳溪镇做为老和青少年服务，专职社工5人。",
        bank_name="柳溪农商银行",
        bank_account_name="柳溪社会工作服务中心",
        bank_account="6222000011112222",
    )
    town.host = make(name="柳溪社区服务中心", kind=Kind.SOCIAL_ORGANIZATION, credit_code="91110108551385082Q")
    town.choir = make(
        name="夕阳红合唱队",
        kind=Kind.COMMUNITY_GROUP,
        status=Organization.Status.FILED,
        filing_number="BA-110105030001-2025-0001",
        host=town.host,
        community=town.community,
    )
    town.support = make(name="同行者支持中心", kind=Kind.SUPPORT_ORGANIZATION, credit_code="91110000600037341L")
    town.evaluators = make(name="明镜评估中心", kind=Kind.EVALUATOR, credit_code="91350100M000100Y43")
    town.shop = make(name="柳溪文具商店", kind=Kind.ENTERPRISE, credit_code="91110105MA02BX80X2")
    member(town.giver, town.shop, Role.MANAGER)
    member(town.clerk, town.bureau, Role.STAFF)
    member(town.approver, town.bureau, Role.APPROVER)
    member(town.finance, town.bureau, Role.FINANCE)
    member(town.auditor, town.bureau, Role.AUDITOR)
    member(town.head, town.centre, Role.MANAGER)
    member(town.volunteer, town.centre, Role.STAFF)
    member(town.singer, town.choir, Role.MANAGER)
    member(town.hosthead, town.host, Role.MANAGER)
    member(town.mentor, town.support, Role.MENTOR)
    member(town.evaluator, town.evaluators, Role.EVALUATOR, Role.MANAGER)
    for username, kind in {
        "expert1": "social_work",
        "expert2": "finance",
        "expert3": "community",
        "stranger": "other",
    }.items():
        expert = Expert.objects.create(person=town.people[username], added_by=town.clerk, bureau=town.bureau)
        expert.skills.create(kind=kind)


def _programme(town: Town) -> None:
    town.elderly = ServiceField.objects.create(name="为老服务", position=1)
    town.youth = ServiceField.objects.create(name="青少年服务", position=2)
    town.fund = Fund.objects.create(funder=town.bureau, name="社区公益金", source=Fund.Source.COMMUNITY, year=2026)
    ledger.allocate(town.fund, Decimal("200000.00"), by=town.finance)
    town.plan = TranchePlan.objects.create(name="50/40/10")
    for ordinal, (share, gate) in enumerate([(50, Gate.AGREEMENT), (40, Gate.MIDTERM), (10, Gate.FINAL)], start=1):
        TrancheRule.objects.create(plan=town.plan, ordinal=ordinal, percentage=share).gates.create(kind=gate)
    town.rubric = rubric("评审表", ("需求", 30), ("方案", 40), ("预算", 30))
    town.evaluation_rubric = rubric("评估表", ("产出", 50), ("成效", 30), ("财务", 20))
    # published as it stands: what `publish` asks of a call is tried where it is tested, not before every test
    town.call = make_call(town, publish=False, published_at=clock.now(), published_by=town.approver)
    record(town.call, "publish", by=town.approver, label="发布")


def make_call(town: Town, *, code: str = "LX2026", publish: bool = True, **changes) -> Call:
    """A call of the bureau with a track for each legal status; published unless told otherwise."""
    values = {
        "funder": town.bureau,
        "fund": town.fund,
        "title": "2026年柳溪镇公益创投",
        "code": code,
        "guidelines": "支持社区社会组织开展为老、青少年服务。",
        "budget": Decimal("100000.00"),
        "opens_at": aware(2026, 3, 1, 9),
        "closes_at": aware(2026, 4, 1, 0),
        "starts_on": date(2026, 5, 1),
        "ends_on": date(2027, 3, 31),
        "review_rubric": town.rubric,
        "midterm_rubric": town.evaluation_rubric,
        "final_rubric": town.evaluation_rubric,
        "tranche_plan": town.plan,
        "panel_size": 3,
        "contact": "柳溪镇社区办 陈静",
        "contact_phone": "010-65000000",
        "contact_email": "office@bureau.example",
        "supervision_phone": "010-65000009",
        "asks_for_signed_copy": False,  # the two longer roads to a running project have tests of their own
    }
    call = Call.objects.create(**(values | changes))
    call.service_fields.add(town.elderly, town.youth)
    Track.objects.create(call=call, name="登记组织", open_to="registered", cap=Decimal("50000.00"), optimisation="no")
    Track.objects.create(call=call, name="备案组织", open_to="filed", cap=Decimal("5000.00"), form="short")
    if publish:
        calls.publish(call, by=town.approver)
    return call


def aware(*parts: int) -> datetime:
    """A moment in Asia/Shanghai."""
    return timezone.make_aware(datetime(*parts))
