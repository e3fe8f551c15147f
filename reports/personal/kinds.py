"""Every kind of personal data on the platform, in the order in which a person meets them; the words of the record of
processing and of the line beside each field."""

from reports.personal.nouns import CONSENT, CONTRACT, DUTY, SAFETY, SENSITIVE, Held, Kind

PROJECT = "project__call__funder"
NETWORK = "限制同一来源反复提交；只存加密指纹"
PHONE_BACK = "有不清楚的地方时联系您"
ARCHIVE = "随项目档案保存（档案法；民政、财政档案管理规定）"
OF_PROJECT = "本项目承接单位、主办单位经办人、审批人、审计人员"

KINDS: tuple[Kind, ...] = (
    Kind(
        "account", "账号", "有账号的人", "登录平台，办理申报、评审、付款等事项，分清各人的责任", CONTRACT,
        "本人；安全管理员；所在单位负责人", "使用期间；注销时去掉姓名、号码，只留账号序号",
        (
            Held(
                "people.User",
                {
                    "name": "写在您办理的事项上，分清责任", "username": "登录用", "phone": "登录用；有事时通知您",
                    "email": "接收通知；忘记密码时找回", "identity_fingerprint": "核对是不是同一个人；只存加密指纹，不存号码",
                    "identity_tail": "让您认得出核对过的是哪个号码", "password": "登录用；只存加密结果",
                    "last_login": "发现账号被别人用", "date_joined": "账号从何时开始使用",
                },
                of_user=("pk",),
            ),
            Held("people.Membership", {"organization": "在哪个单位", "role": "决定您能办什么", "since": "何时开始", "until": "何时结束"}, of_user=("user",)),
            Held("people.Administrator", {"office": "三员分设，互相监督", "since": "何时开始"}, of_user=("user",)),
            Held("people.Consent", {"notice": "证明您看过哪一版", "agreed_at": "何时同意", "withdrawn_at": "何时撤回"},
                 of_user=("user",)),
        ),
    ),
    Kind(
        "sign_in_safety", "登录安全", "有账号的人", "防止账号被盗用", SAFETY, "本人；安全管理员；审计管理员",
        "常用网络：一年未用即删；失败记录：解锁后清零",
        (
            Held("people.KnownPlace", {"network": "在陌生网络登录时提醒您", "last_at": "多久没用就删掉"}, of_user=("user",)),
            Held("people.SignInGuard", {"key": "数错误次数，防止别人猜密码"}, of_user=("user",)),
            Held("people.FormerPassword", {"password": "防止重复使用旧密码；只存加密结果"}, of_user=("user",)),
        ),
    ),
    Kind(
        "log", "操作记录", "办理事项的人", "分清谁在何时做了什么；谁看过未遮盖的个人信息", SAFETY, "审计管理员；各主办单位审计人员",
        "至少六个月（网络安全法），随档案长期保存；其中涉及个人的文字可以依法删去",
        (Held("core.Event", {"note": "写明理由", "label": "做了什么", "data": "细节"}, of_user=("actor",)),),
    ),
    Kind(
        "messages", "通知和邮件", "有账号的人、留下邮箱的人", "告诉您事情办到哪一步", CONTRACT, "本人；系统管理员（只看去向）",
        "寄出六个月后去掉邮箱和正文",
        (
            Held("core.Notification", {"subject": "告诉您什么事", "body": "告诉您什么事"}, of_user=("recipient",)),
            Held("core.Dispatch", {"address": "寄到哪里", "subject": "告诉您什么事", "text": "告诉您什么事"}, emails=("address",)),
        ),
    ),
    Kind(
        "qualification", "社工证书和评审专家", "社会工作者、评审专家", "核对专业资格；抽取专家、排除利益关系", DUTY,
        "本人；主办单位经办人", "任职期间；退出后随评审档案保存",
        (
            Held("people.Certificate", {"number": "核对证书真假", "level": "核对专业等级", "issued_on": "核对证书真假",
                                        "registered_until": "证书是否有效"}, of_user=("user",)),
            Held("people.Expert", {"employer": "排除与申报单位有关系的评审", "title": "按专业分配评审"}, of_user=("person",)),
            Held("people.Interest", {"words": "排除有利益关系的评审"}, of_user=("person",)),
            Held("projects.Participant", {"project": "哪个项目", "part": "参与这个项目的身份", "since": "从何时可以看", "until": "到何时为止"},
                 of_user=("person",), funder=PROJECT),
            Held("evaluations.Assignment", {"recusal_reason": "为什么回避", "absence_reason": "为什么缺席"},
                 of_user=("person",), funder=PROJECT),
            Held("evaluations.Declaration", {"words": "声明与申报单位的关系"}, of_user=("assignment__person",)),
        ),
    ),
    Kind(
        "organization", "单位联系人和账户", "单位负责人、联系人、理事", "核对主体资格，联系单位，把资助款付到正确的账户", CONTRACT,
        "本单位；主办单位经办人、财务", "单位使用平台期间；付款凭证按会计档案保存（30年）",
        (
            Held(
                "people.Organization",
                {
                    "legal_representative": "签订协议的负责人", "phone": "联系单位", "email": "联系单位", "address": "寄送文书",
                    "bank_account": "把资助款付到单位账户；看全号的都有记录", "bank_account_name": "核对收款户名",
                    "bank_name": "把资助款付到正确的开户行",
                },
            ),
            Held("people.CouncilMember", {"name": "备案组织的理事，核对主体资格", "post": "在组织里的职务", "phone": "核对时联系"},
                 names=("name",), phones=("phone",), gone=("phone",), masked=("name",)),
        ),
        given_to="付款银行（户名、账号、金额）",
    ),
    Kind(
        "proposal_people", "项目团队和合作方", "项目负责人、团队成员、合作方联系人", "评审团队能力，实施中联系", CONTRACT,
        f"{OF_PROJECT}；评审专家（盲审时隐去）", ARCHIVE,
        (
            Held("projects.Project", {"leader": "项目由谁负责", "leader_phone": "实施中联系负责人", "wanted_by": "谁提出的需求"},
                 names=("leader",), phones=("leader_phone",), funder="call__funder"),
            Held("projects.TeamMember", {"name": "评审团队能力", "education": "评审团队能力", "post": "评审团队能力",
                                         "part": "在项目里做什么", "phone": "实施中联系"},
                 names=("name",), phones=("phone",), funder=PROJECT, gone=("phone",)),
            Held("projects.Partner", {"contact": "核对合作是否属实"}, names=("contact",), funder=PROJECT),
            Held("projects.PlanStep", {"responsible": "这一步由谁负责"}, names=("responsible",), funder=PROJECT),
            Held("projects.Submission", {"content": "申报时的原样，作为评审依据"}, funder=PROJECT),
            Held("projects.PlanVersion", {"content": "方案各版本对照"}, funder=PROJECT),
            Held("projects.Scratch", {"data": "没写完的申报书替您留着"}, of_user=("person",)),
        ),
        published="公示只写单位和项目，不写团队成员姓名",
    ),
    Kind(
        "recommendation", "社区推荐意见", "填写意见的社区工作人员", "证明社区支持这个项目，并打电话核实", DUTY, OF_PROJECT, ARCHIVE,
        (Held("projects.Recommendation", {"name": "意见由谁出具", "post": "出具人的职务", "phone": "打社区办公电话核实"},
              names=("name",), phones=("phone",), funder=PROJECT, gone=("phone",)),),
    ),
    Kind(
        "need", "居民反映的需求", "反映需求的居民", "了解情况、回复您", CONSENT, "主办单位经办人；每次查看联系方式都有记录",
        "需求办结后12个月，系统自动去掉称呼和电话",
        (
            Held("grants.Need", {"contact": "回复时怎么称呼您", "contact_phone": PHONE_BACK, "sender": NETWORK},
                 names=("contact",), phones=("contact_phone",), gone=("contact", "contact_phone", "sender")),
            Held("grants.NeedRemark", {"name": "公示意见需要知道是谁提的", "phone": PHONE_BACK, "sender": NETWORK},
                 names=("name",), phones=("phone",), funder="list__funder", gone=("phone", "sender"), masked=("name",)),
        ),
        published="需求公示时不写反映人",
    ),
    Kind(
        "objection", "公示异议", "提出异议的人", "核实异议并答复；匿名的无法核实", DUTY,
        "主办单位经办人、审批人、审计人员；被异议单位只看到摘要，看不到是谁",
        "作出处理决定后36个月去掉联系方式、姓名遮盖；未确认的30天后整条删除",
        (Held("projects.Objection", {"name": "异议须实名，对被异议单位保密", "email": "确认异议、把结果告诉您",
                                     "phone": "没有邮箱时打电话确认", "text": "核实所需的事实", "sender": NETWORK},
              names=("name",), phones=("phone",), emails=("email",), funder="notice__call__funder",
              gone=("sender",), masked=("name", "email", "phone")),
         Held("projects.ObjectionNote", {"people": "找谁了解过情况"}, funder="objection__notice__call__funder")),
    ),
    Kind(
        "grievance", "居民举报", "举报问题的人（可以不留姓名）", "核实问题并把结果告诉您", DUTY, "主办单位经办人、审批人、审计人员",
        "答复后满期自动去掉联系方式和附件",
        (Held("evaluations.Grievance", {"contact": "打电话时怎么称呼您", "phone": "把结果告诉您；可以不留",
                                        "email": "把结果告诉您；可以不留", "text": "核实所需的事实", "sender": NETWORK},
              names=("contact",), phones=("phone",), emails=("email",), funder=PROJECT,
              gone=("contact", "phone", "email", "sender")),),
    ),
    Kind(
        "roster", "服务对象名册", "服务对象；未满14周岁的孩子及其监护人", "联系参加活动、提供服务、统计服务人数", SENSITIVE,
        "本项目承接单位；导师、主办单位和审计人员只看到遮盖后的；抽查时评估员凭同意打电话",
        "项目结束后到约定月数（缺省24个月），系统自动去掉姓名、电话、监护人，只留人数",
        (
            Held(
                "projects.Beneficiary",
                {
                    "name": "叫得出您，联系参加活动", "gender": "统计服务对象构成", "birth_year": "统计年龄；判断是否须监护人同意",
                    "category": "按人群提供服务；残障、低保、健康属敏感信息，须单独同意", "community": "统计服务覆盖哪些社区",
                    "phone": "通知活动；同意的，评估时回访", "source": "了解服务对象从哪里来", "recommended_by": "谁推荐来的，便于核实",
                    "guardian": "未满14周岁须监护人同意",
                },
                names=("name", "guardian"), phones=("phone",), funder=PROJECT,
            ),
            Held("projects.Service", {"situation": "个案服务需要了解的情况", "purpose": "服务目标", "plan": "服务计划",
                                      "content": "做了什么、效果怎样"}, funder=PROJECT),
        ),
        sensitive=True,
    ),
    Kind(
        "attendance", "活动签到", "参加活动的居民", "统计来了多少人，不重复计算", CONSENT, "本项目承接单位；其他人只看人数",
        "项目结束后到约定月数（缺省12个月），系统自动去掉称呼、手机尾号",
        (
            Held("projects.SignIn", {"name": "统计人数；写称呼就行", "phone_tail": "同名的人分得开；可以不填", "household": "统计户数；可以不填",
                                     "person_key": "同一人只算一次；加密指纹", "device": "一部手机不重复签到；加密指纹",
                                     "sender": NETWORK},
                 names=("name",), funder="activity__project__call__funder"),
        ),
    ),
    Kind(
        "photos", "活动照片", "照片里的人", "证明活动真实开展", CONSENT, "本项目承接单位、主办单位、审计人员", ARCHIVE,
        (Held("projects.ActivityPhoto", {"caption": "照片说明；不写姓名"}, funder="activity__project__call__funder"),),
        published="须有肖像同意；孩子的照片先遮住脸",
    ),
    Kind(
        "volunteers", "志愿者", "志愿者", "记录服务时间，出具证明", "志愿服务条例第19条（第13条第3项）", "本项目承接单位；其他人看到遮盖后的姓名",
        ARCHIVE,
        (Held("projects.Volunteer", {"name": "记录您的服务时间"}, of_user=("person",), names=("name",), funder=PROJECT),
         Held("projects.VolunteerTime", {"task": "做了什么"}, of_user=("volunteer__person",), funder="activity__project__call__funder")),
    ),
    Kind(
        "training", "培训报名", "参加培训的人", "签到、发结业证书；有的批次以参训为申报条件", CONTRACT, "培训主办方；主办单位经办人",
        "证书长期可查，其余随批次档案",
        (Held("grants.Attendance", {"name": "签到和证书上的姓名"}, of_user=("person",), names=("name",)),),
    ),
    Kind(
        "giving", "捐赠和洽谈联系人", "企业、基金会联系人", "约定交付、出具收据", CONTRACT, "受赠项目承接单位；主办单位经办人", ARCHIVE,
        (
            Held("projects.Pledge", {"contact": "约定交付时找谁", "contact_phone": "约定交付时联系"},
                 names=("contact",), phones=("contact_phone",), funder=PROJECT, gone=("contact_phone",)),
            Held("projects.MeetingGuest", {"person": "洽谈会上谁来"}, names=("person",)),
            Held("projects.MeetingEntry", {"person": "洽谈会上谁来"}, names=("person",), funder=PROJECT),
        ),
    ),
    Kind(
        "money", "支出收款人", "收到劳务费等款项的个人", "证明钱付给了谁，防止虚报", DUTY, "本项目承接单位；主办单位经办人、财务；审计人员",
        "会计档案30年（会计档案管理办法）",
        (
            Held("projects.Expense", {"payee": "钱付给了谁，查账用"}, names=("payee",), funder=PROJECT),
            Held("projects.Tranche", {"paid_to": "付到哪个账户"}, funder=PROJECT),
            Held("projects.BankListLine", {"account_name": "付给谁", "account": "付到哪个账户"}, funder="bank_list__fund__funder"),
        ),
        given_to="付款银行；审计机构",
    ),
    Kind(
        "judging", "评审和评估现场人员", "列席、到场、接受访谈的人", "证明程序合法", DUTY, OF_PROJECT, ARCHIVE,
        (
            Held("evaluations.Decision", {"chair": "会议由谁主持", "present": "谁参加表决", "attending": "谁列席", "absent": "谁缺席"},
                 funder="call__funder"),
            Held("evaluations.Representative", {"name": "路演时谁代表申报单位"}, names=("name",)),
            Held("evaluations.EvaluationVisit", {"present": "实地评估时谁在场", "visitors": "谁去评估", "interviews": "访谈内容，不写居民姓名"}),
            Held("evaluations.SiteForm", {"present": "现场检查时谁在场", "interviews": "访谈内容，不写居民姓名"}),
            Held("evaluations.RectificationItem", {"who": "整改由谁负责"}),
            Held("evaluations.CautionTalk", {"present": "约谈时谁在场"}),
            Held("projects.Talk", {"present": "约谈时谁在场"}, funder=PROJECT),
            Held("projects.SiteVisit", {"met": "走访见到谁"}, funder=PROJECT),
            Held("projects.FollowUp", {"answered_by": "回访由谁回答"}, names=("answered_by",), funder=PROJECT),
            Held("projects.MonthlyRemark", {"name": "意见是谁写的"}, of_user=("by",), names=("name",),
                 funder="report__project__call__funder"),
        ),
    ),
    Kind(
        "voices", "满意度、投票和抽查", "评价、投票、受访的居民（不问姓名）", "了解居民是否满意，防止一人多投", CONSENT,
        "评价原文：主办单位；投票：任何人都查不出是谁投的",
        "指纹到期自动去掉；文字满期后遮住其中的号码",
        (
            Held("evaluations.Voice", {"device": "一部手机不重复评价；加密指纹", "sender": NETWORK, "text": "您想说的话；请不要写姓名电话",
                                       "entered_name": "代填的人是谁，只在内部"}, funder=PROJECT),
            Held("evaluations.VoteCode", {"fingerprint": "一码一票；加密指纹"}),
            Held("evaluations.VoteAttempt", {"sender": "防止猜码；加密指纹"}),
            Held("evaluations.Ballot", {"voter": "一人一票；加密指纹，查不回个人"}),
            Held("evaluations.SampleItem", {"label": "抽到的记录", "answers": "回访的回答，不写姓名", "words": "回访的回答，不写姓名"}),
        ),
    ),
    Kind(
        "contacts", "公告上的联系人", "主办单位联系人", "让人问得到、投诉得到", DUTY, "所有人", "公告存续期间",
        (
            Held("grants.Call", {"contact": "公告上写明找谁咨询，对外公开", "contact_phone": "公告上的咨询电话，对外公开",
                                 "contact_email": "公告上的邮箱，对外公开", "supervision_phone": "公告上的监督电话，对外公开"}),
            Held("grants.Fund", {"contact": "转荐时找谁", "contact_phone": "转荐时联系"}),
            Held("grants.NeedList", {"contact": "公示上写明找谁，对外公开", "contact_phone": "公示上的电话，对外公开"}),
            Held("projects.Notice", {"contact": "公示上写明找谁，对外公开", "contact_phone": "公示上的电话，对外公开",
                                     "contact_email": "公示上的邮箱，对外公开"}),
            Held("projects.Meeting", {"contact": "洽谈会找谁报名，对外公开"}),
            Held("evaluations.StarYear", {"contact": "公示上写明找谁，对外公开", "contact_phone": "公示上的电话，对外公开"}),
            Held("evaluations.Honour", {"contact_phone": "公示上的电话，对外公开"}),
            Held("people.Community", {"phone": "社区办公电话", "email": "接收本社区项目的月报", "address": "社区办公地址"}),
        ),
        published="办公联系方式依法公开",
    ),
    Kind(
        "requests", "个人信息权利申请", "提出申请的人", "核实身份、答复申请", DUTY, "主办单位经办人、审批人、审计人员；本人",
        "答复后36个月去掉姓名和联系方式，只留编号、种类和日期",
        (Held("people.DataRequest", {"name": "核实是不是您本人", "phone": "核实身份、告诉您结果", "email": "把结果告诉您",
                                     "subject_name": "替谁申请", "text": "知道要查什么、改什么", "identity_note": "怎样核实了身份；不抄证件号",
                                     "answer": "给您的答复", "sender": NETWORK},
              of_user=("user",), names=("name", "subject_name"), phones=("phone",), emails=("email",), funder="funder"),),
    ),
    Kind(
        "technical", "网络来源", "不登录提交的人", "防止有人用程序大量提交", SAFETY, "无人查看", "一天",
        (Held("core.Knock", {"sender": NETWORK}), Held("reports.FileCheck", {"sender": NETWORK})),
    ),
)  # fmt: skip
