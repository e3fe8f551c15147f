"""How papers name what the data knows by a code: written once, in Chinese, in the words of the field's forms."""

from grants.models import EligibilityRule, PaperKind, Rank
from people.models import Inspection, Kind
from projects.models import BudgetLine, Notice, Pledge, TeamMember

KINDS = {
    Kind.COMMUNITY_GROUP: "社区社会组织",
    Kind.SOCIAL_ORGANIZATION: "社会服务机构",
    Kind.SUPPORT_ORGANIZATION: "支持型社会组织",
    Kind.FUNDER: "主办单位",
    Kind.EVALUATOR: "第三方评估机构",
    Kind.ENTERPRISE: "企业",
    Kind.FOUNDATION: "基金会",
}
CATEGORIES = {
    BudgetLine.Category.PUBLICITY: "宣传费用",
    BudgetLine.Category.MATERIALS: "活动物资",
    BudgetLine.Category.TRAINING: "培训及专家费",
    BudgetLine.Category.VENUE: "场地费",
    BudgetLine.Category.TRANSPORT: "交通费",
    BudgetLine.Category.MEALS: "餐费",
    BudgetLine.Category.PRINTING: "印刷费",
    BudgetLine.Category.INSURANCE: "保险费",
    BudgetLine.Category.STAFF: "项目人员补贴",
    BudgetLine.Category.VOLUNTEERS: "志愿者补贴",
    BudgetLine.Category.ADMINISTRATION: "管理费用",
    BudgetLine.Category.TAX: "税费",
}
GIVEN = {
    Pledge.Kind.MONEY: "资金",
    Pledge.Kind.GOODS: "物资",
    Pledge.Kind.VENUE: "场地",
    Pledge.Kind.HOURS: "服务工时",
}
BASES = {
    "": "",
    Pledge.Basis.MARKET: "市场价",
    Pledge.Basis.INVOICE: "发票",
    Pledge.Basis.APPRAISAL: "评估",
    Pledge.Basis.WAGE: "小时最低工资",
    Pledge.Basis.LIST: "捐赠方价目",
}
RANKS = {Rank.ASSOCIATE: "副高级职称", Rank.FULL: "正高级职称", Rank.RENOWNED: "院士或全国知名专家"}
SOURCES = {
    BudgetLine.Source.GRANT: "申请资助",
    BudgetLine.Source.OWN: "单位自筹",
    BudgetLine.Source.DONATED: "社会捐赠",
    BudgetLine.Source.IN_KIND: "实物折价",
}
TEXTS = {
    "summary": "项目概述",
    "features": "项目特色",
    "audience": "受益群体",
    "needs": "需求分析",
    "goals": "项目目标",
    "method": "实施方案",
    "risks": "风险预计与防控",
    "emergency_plan": "应急预案",
    "evaluation": "预期成果与评估方法",
    "experience": "同类项目经验",
    "sustainability": "项目可持续性",
}
CERTIFICATES = {
    TeamMember.Certified.NONE: "无",
    TeamMember.Certified.ASSISTANT: "助理社会工作师",
    TeamMember.Certified.SOCIAL_WORKER: "社会工作师",
    TeamMember.Certified.SENIOR: "高级社会工作师",
}
INSPECTED = {
    Inspection.Result.PASSED: "合格",
    Inspection.Result.BASIC: "基本合格",
    Inspection.Result.FAILED: "不合格",
    Inspection.Result.MISSED: "未参检",
}
CONDITIONS = {
    EligibilityRule.Kind.NOT_ABNORMAL: "未列入活动异常名录",
    EligibilityRule.Kind.NOT_SERIOUS: "未列入严重违法失信名单",
    EligibilityRule.Kind.NO_PENALTY: "无行政处罚",
    EligibilityRule.Kind.NO_BREACH: "以往资助协议无违约",
    EligibilityRule.Kind.NOT_DELISTED: "未被清退",
    EligibilityRule.Kind.INSPECTED: "年度检查（年报）合格",
    EligibilityRule.Kind.RATED: "社会组织评估等级",
    EligibilityRule.Kind.ESTABLISHED: "成立时间",
    EligibilityRule.Kind.IN_REGION: "实施地在指定区域",
    EligibilityRule.Kind.HOSTED: "备案组织有代管单位",
    EligibilityRule.Kind.PROPOSALS: "申报项目数量",
    EligibilityRule.Kind.NOT_FUNDED_TWICE: "无重复资助",
    EligibilityRule.Kind.TRAINED: "参加申报培训",
    EligibilityRule.Kind.TRAINED_PEOPLE: "持培训证书人员",
    EligibilityRule.Kind.CERTIFIED: "持证社会工作者",
}
PAPERS = {
    PaperKind.REGISTRATION: "登记证书或备案通知",
    PaperKind.HOST: "代管协议",
    PaperKind.RECOMMENDATION: "社区推荐意见",
    PaperKind.SURVEY: "需求调研材料",
    PaperKind.AUDIT: "上年度审计或年检材料",
    PaperKind.CREDIT: "信用查询截图",
    PaperKind.TEAM: "团队资质证书",
    PaperKind.COOPERATION: "合作协议",
    PaperKind.PLEDGE: "签字盖章的承诺书",
    PaperKind.OTHER: "其他材料",
}
NOTICES = {
    Notice.Kind.FIRST: "拟立项项目公示",
    Notice.Kind.CORRECTION: "拟立项项目更正公示",
    Notice.Kind.MOVED_UP: "递补拟立项项目公示",
    Notice.Kind.BOTH: "拟立项项目更正及递补公示",
}

PURPOSES = {"midterm": "中期评估", "final": "末期评估"}
"""How papers name an evaluation."""
