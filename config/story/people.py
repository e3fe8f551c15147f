"""Who lives in the demo: 东风地区 of seed part 3, with every detail it does not give invented.

Groups and the two leaders 吴修中 and 姚胜云 are named in the seed. Phones, codes and all other people are made up.
"""

from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.hashers import make_password

from people.models import (
    Administrator,
    Certificate,
    Community,
    CouncilMember,
    Expert,
    Kind,
    Membership,
    Office,
    Organization,
    Role,
    Skill,
    User,
)

PASSWORD = "demo-2026"
SINCE = date(2012, 1, 1)

COMMUNITIES = [
    ("石佛营西里", 6820, "石佛营西里12号"),
    ("石佛营东里", 7410, "石佛营东里128号"),
    ("紫萝园", 4350, "紫萝园小区9号楼"),
    ("东风苑", 5120, "东风苑3号"),
    ("南十里居", 6030, "南十里居41号"),
    ("泛海国际南", 8250, "东风南路8号"),
    ("辛庄", 3980, "辛庄村88号"),
    ("豆各庄", 4470, "豆各庄路6号"),
]

# user name, name, what they are (shown with the logins); each gets a mobile number in this order
LOGINS = [
    ("minzheng", "周敏", "经办人 · 东风地区办事处"),
    ("lingdao", "郑海峰", "审批人 · 东风地区办事处"),
    ("caiwu", "孙会芳", "财务 · 东风地区办事处"),
    ("shenji", "何正", "审计员 · 东风地区办事处"),
    ("yaoshengyun", "姚胜云", "备案组织负责人 · 紫韵艺术团"),
    ("wuxiuzhong", "吴修中", "备案组织负责人 · 东风舞彩墨"),
    ("nuanyang", "林晓燕", "登记组织负责人（自检有一项不符合）· 暖阳社会工作事务所"),
    ("zhiyuan", "何小雨", "志愿者（可写不可交）· 青年文化社"),
    ("qingnian", "全永雄", "备案组织负责人 · 青年文化社"),
    ("daiguan", "马丽华", "代管主体负责人 · 东风地区社会组织服务中心"),
    ("daoshi", "王立宏", "导师 · 协作者社会工作发展中心"),
    ("zhuanjia1", "林教授", "评审专家 · 社会工作"),
    ("zhuanjia2", "郑会计", "评审专家 · 财务"),
    ("zhuanjia3", "许主任", "评审专家 · 社区治理"),
    ("zhuanjia4", "高老师", "评审专家 · 公益项目管理"),
    ("zhuanjia5", "沈理事", "评审专家 · 行业组织"),
    ("pinggu", "唐静", "评估员 · 明鉴公益评估中心"),
    ("jumin", "钱多多", "居民（没有任何职务）"),
    ("jingban", "吴思远", "经办人（第二人录入）· 东风地区办事处"),
    ("qiye", "罗明远", "爱心企业 · 泛海物业服务有限公司"),
    ("jijinhui", "苏婉", "爱心基金会 · 邻里公益基金会"),
    ("fuhe", "李国栋", "审批人（复核）· 东风地区办事处"),
    ("shiji", "赵立平", "负责人 · 北京市民政局（上级：看辖区汇总、开通单位、下发模板）"),
    ("linqu", "韩雪", "经办人 · 丰台区民政局（邻区）"),
]

ADMINISTRATORS = [
    ("admin", "平台管理员", Office.SYSTEM, "系统管理员：基础数据和日历 /admin/"),
    ("anquan", "郭安", Office.SECURITY, "安全管理员：账号、任职、解锁 /safety/ 和 /admin/"),
    ("shenjiyuan", "田明", Office.AUDIT, "审计管理员：只看日志 /admin/"),
]
"""The three administrators (三员); they have no mobile number and no role in any organisation."""

EXPERTS = [
    # login, fields, employer, title
    ("zhuanjia1", ("social_work", "academic"), "首都社会工作学院", "教授"),
    ("zhuanjia2", ("finance",), "京信会计师事务所", "高级会计师"),
    ("zhuanjia3", ("community",), "区社区治理研究会", "主任"),
    ("zhuanjia4", ("social_work", "management"), "公益项目管理咨询中心", "高级社会工作师"),
    ("zhuanjia5", ("management",), "区社会组织联合会", "理事"),
]

FILED = [
    # key, name, community, head (login or a name without one), filed in
    ("ziyun", "紫韵艺术团", "紫萝园", "yaoshengyun", 2013),
    ("caimo", "东风舞彩墨社区社会组织", "石佛营西里", "wuxiuzhong", 2013),
    ("simei", "快乐四姐妹快板队", "石佛营西里", "刘淑琴", 2013),
    ("bianzhi", "巧手编织组", "石佛营东里", "赵桂芝", 2012),
    ("siwang", "丝网花班", "紫萝园", "孟庆兰", 2013),
    ("shuhua", "夕阳红书画班", "东风苑", "韩志远", 2012),
    ("xunluo", "南十里居邻里守望队", "南十里居", "冯建国", 2011),
    ("yangtai", "绿色阳台种植社", "泛海国际南", "叶青", 2013),
    ("sheying", "银龄摄影社", "石佛营东里", "曹振华", 2013),
    ("mama", "新市民妈妈互助会", "辛庄", "李秀梅", 2013),
    ("taiji", "东风苑太极养生队", "东风苑", "鲁长顺", 2012),
    ("yuedu", "童心阅读角志愿队", "豆各庄", "方晓", 2013),
    ("qiyou", "南十里居棋友会", "南十里居", "白振山", 2013),
    ("qingnian", "青年文化社", "泛海国际南", "qingnian", 2024),
    ("yinling", "银龄助老服务队", "石佛营东里", "宋玉兰", 2024),
    ("loudao", "楼道美化互助组", "东风苑", "石磊", 2025),
    ("jiezhen", "南十里居爱心义剪队", "南十里居", "谭美华", 2023),
    ("kuaiban", "辛庄曲艺社", "辛庄", "孙宝成", 2022),
]

REGISTERED = [
    # key, name, kind, code, community, head
    ("support", "北京市协作者社会工作发展中心", Kind.SUPPORT_ORGANIZATION, "52110105MJ020001XG", None, None),
    ("host", "东风地区社会组织服务中心", Kind.SOCIAL_ORGANIZATION, "52110105MJ0200028G", "石佛营西里", "daiguan"),
    ("nuanyang", "暖阳社会工作事务所", Kind.SOCIAL_ORGANIZATION, "52110105MJ0200036B", "南十里居", "nuanyang"),
    ("lvlin", "绿邻环保服务中心", Kind.SOCIAL_ORGANIZATION, "52110105MJ02000446", "泛海国际南", "江帆"),
    ("evaluator", "明鉴公益评估中心", Kind.EVALUATOR, "52110105MJ02000521", None, None),
    ("anxin", "安心社区矫正服务中心", Kind.SOCIAL_ORGANIZATION, "52110105MJ0200060U", "辛庄", "段志强"),
    ("fanhai", "泛海物业服务有限公司", Kind.ENTERPRISE, "91110105MA01AX90XD", "泛海国际南", "qiye"),
    ("linli", "邻里公益基金会", Kind.FOUNDATION, "53110105MJ030007X6", None, "jijinhui"),
    ("wenju", "东风文具商店", Kind.ENTERPRISE, "91110105MA02BX80X2", "石佛营西里", "鲁国庆"),
    ("banban", "伴伴儿童发展中心", Kind.SOCIAL_ORGANIZATION, "52110105MJ0200079Q", "豆各庄", "陈月"),
]

PROFILES = {
    "ziyun": "2011年由紫萝园几位爱唱爱跳的退休居民自发组成，2013年备案，成立了理事会。现有队员60余人，每周排练三次，"
    "逢年过节在社区演出，带动新老邻居一起活动。",
    "qingnian": "由租住和在东风地区工作的年轻人组成，2024年备案。骨干12人，办过读书会、语言角和邻里市集，有志愿者40余人。",
    "nuanyang": "2011年登记的社会服务机构，专做失能老人家庭支持。现有专职社工4人、护理志愿者60余人，"
    "连续多年承接东风地区的为老服务项目，建有项目、财务和志愿者管理制度。",
    "lvlin": "2011年登记的环保服务机构，做垃圾分类、堆肥和旧物循环，在三个社区有固定站点，专职3人、志愿者50余人。",
    "anxin": "2011年登记，为社区矫正对象和戒毒康复人员提供个案、技能培训和家庭修复服务，专职社工5人。",
    "banban": "2011年登记的社会服务机构，在豆各庄和辛庄为双职工、外来家庭的孩子开课后伙伴小组，专职社工3人，大学生志愿者40余人。",
    "support": "2003年起在北京服务流动人口和社区，2010年登记为支持型机构，为草根组织提供培训、督导和孵化。",
    "host": "东风地区的枢纽型社会组织，为备案的社区社会组织代管资金、代签协议，提供场地和财务辅导。",
}


@dataclass
class Cast:
    """Everybody and everything that the story names, by a short key."""

    people: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Organization] = field(default_factory=dict)
    communities: dict[str, Community] = field(default_factory=dict)
    heads: dict[int, User] = field(default_factory=dict)

    def __getitem__(self, username: str) -> User:
        return self.people[username]

    def head(self, organization: Organization) -> User:
        """Who submits and decides for a group."""
        return self.heads[organization.pk]

    def payee_head(self, project) -> User:
        """Who signs and receives: the group's head, or the host's for a filed group."""
        return self.heads[project.host_id or project.applicant_id]


class _Founder:
    def __init__(self) -> None:
        self.cast = Cast()
        self.hash = make_password(PASSWORD)  # once: hashing is slow on purpose
        self.phones = iter(range(13800138001, 13800139000))

    def person(self, username: str, name: str) -> User:
        user = User.objects.create(username=username, name=name, phone=str(next(self.phones)), password=self.hash)
        self.cast.people[username] = user
        return user

    def head_of(self, organization: Organization, head: str, number: int) -> None:
        user = self.cast.people.get(head) or self.person(f"tuandui{number:02d}", head)
        self.join(user, organization, Role.MANAGER)
        self.cast.heads[organization.pk] = user
        organization.legal_representative = user.name
        organization.phone = user.phone or ""
        organization.save()

    def join(self, user: User, organization: Organization, *roles: str) -> None:
        for role in roles:
            Membership.objects.create(user=user, organization=organization, role=role, since=SINCE)


def found() -> Cast:
    """Communities, people, organisations, memberships, certificates, councils."""
    founder = _Founder()
    cast = founder.cast
    for username, name, _what in LOGINS:
        founder.person(username, name)
    for username, name, office, _what in ADMINISTRATORS:
        cast.people[username] = User.objects.create(username=username, name=name, password=founder.hash, is_staff=True)
        Administrator.objects.create(user=cast[username], office=office)
    for number, (name, population, address) in enumerate(COMMUNITIES, start=1):
        cast.communities[name] = Community.objects.create(
            region_code=f"110105030{number:03d}",
            name=f"{name}社区",
            street="东风地区",
            district="北京市朝阳区",
            population=population,
            address=f"东风地区{address}",
            phone=f"010-6500{number:04d}",
        )
    bureau = Organization.objects.create(
        name="东风地区办事处",
        kind=Kind.FUNDER,
        credit_code="11110105000053030K",
        region="110105030",
        authority="北京市朝阳区",
        phone="010-65001234",
        address="北京市朝阳区东风地区石佛营路1号",
    )
    cast.groups["bureau"] = bureau
    for username, fields, employer, title in EXPERTS:
        expert = Expert.objects.create(
            person=cast[username], employer=employer, title=title, added_by=cast["minzheng"], bureau=bureau
        )
        Skill.objects.bulk_create([Skill(expert=expert, kind=kind) for kind in fields])
    for username, role in (
        ("minzheng", Role.STAFF),
        ("jingban", Role.STAFF),
        ("lingdao", Role.APPROVER),
        ("fuhe", Role.APPROVER),
        ("caiwu", Role.FINANCE),
        ("shenji", Role.AUDITOR),
    ):
        founder.join(cast[username], bureau, role)
    _registered(founder)
    _filed(founder)
    founder.join(cast["daoshi"], cast.groups["support"], Role.MENTOR, Role.MANAGER)
    founder.join(cast["pinggu"], cast.groups["evaluator"], Role.EVALUATOR, Role.MANAGER)
    founder.join(cast["zhiyuan"], cast.groups["qingnian"], Role.STAFF)
    Certificate.objects.create(
        user=cast["daoshi"], level="social_worker", number="SW-2011-10086", issued_on=date(2011, 11, 20)
    )
    Certificate.objects.create(
        user=cast["nuanyang"], level="senior", number="SW-2019-20031", issued_on=date(2019, 12, 1)
    )
    Certificate.objects.create(
        user=cast["zhiyuan"], level="assistant", number="SW-2023-30077", issued_on=date(2023, 9, 8)
    )
    return cast


def _registered(founder: _Founder) -> None:
    for number, (key, name, kind, code, community, head) in enumerate(REGISTERED, start=1):
        organization = Organization.objects.create(
            name=name,
            kind=kind,
            credit_code=code,
            authority="北京市朝阳区民政局",
            established_on=date(2011, 3, number),
            community=founder.cast.communities.get(community),
            address=f"北京市朝阳区东风地区社会组织孵化楼{number:02d}室",
            profile=PROFILES.get(key, ""),
            bank_name="北京农商银行东风支行",
            bank_account_name=name,
            bank_account=f"6228000110105{number:06d}",
        )
        founder.cast.groups[key] = organization
        if head:
            founder.head_of(organization, head, 80 + number)


def _filed(founder: _Founder) -> None:
    serial: dict[tuple[str, int], int] = {}
    for number, (key, name, community, head, year) in enumerate(FILED, start=1):
        place = founder.cast.communities[community]
        serial[place.region_code, year] = serial.get((place.region_code, year), 0) + 1
        organization = Organization.objects.create(
            name=name,
            kind=Kind.COMMUNITY_GROUP,
            status=Organization.Status.FILED,
            filing_number=f"BA-{place.region_code}-{year}-{serial[place.region_code, year]:04d}",
            authority="东风地区办事处",
            established_on=date(year, 4, 1),
            host=founder.cast.groups["host"],
            community=place,
            address=place.address,
            profile=PROFILES.get(key, f"由{place}居民自发组成，{year}年备案，成员都是志愿者，平时在社区里开展活动。"),
        )
        founder.cast.groups[key] = organization
        founder.head_of(organization, head, number)
        for member, post in ((founder.cast.head(organization).name, "理事长"), ("张桂荣", "理事"), ("李国强", "监事")):
            CouncilMember.objects.create(organization=organization, name=member, post=post)
