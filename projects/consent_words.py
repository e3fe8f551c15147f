"""What people are told before their data is kept, as long as a funder has no words of its own.

Chinese like every paper that is signed, whatever language the pages are in. Sources: 《个人信息保护法》 articles 14 to
17 (notice and consent), 28 to 31 (sensitive data, children under 14), 44 to 50 (the person's rights).
"""

WORDS = {
    "roster": (
        "一、收集什么：姓名、性别、出生年份、人群类别、所在社区、联系电话，以及参加本项目活动和服务的记录。不收集身份证号。\n"
        "二、用来做什么：联系您参加活动、提供服务、统计服务人数。除法律规定外，不提供给本项目以外的人，不公开。\n"
        "三、谁能看到：本项目承接单位的工作人员；项目导师、资助方经办人和审计人员只能看到遮盖后的姓名和电话。\n"
        "四、保存多久：项目结束后保存到约定期限，到期自动去掉姓名、电话等，只留下人数统计。\n"
        "五、您的权利：可以随时查阅、更正、要一份自己的信息，也可以随时撤回同意；撤回后姓名、电话立即去掉，不影响继续参加活动。\n"
        "六、敏感信息：残障、低保、健康等情况，须您单独同意才登记。\n"
        "七、未满14周岁的，须由父母或其他监护人同意。"
    ),
    "sign_in": (
        "您填写的称呼、手机尾号和所在社区，只用来统计这次活动来了多少人，由主办单位保管，不公开，不作其他用途；"
        "项目结束后到期自动去掉，只留下人数。手机尾号可以不填。未满14周岁的孩子请由监护人代为签到。想更正或撤回，请告诉现场工作人员。"
    ),
}
KEPT_MONTHS = {"roster": 24, "sign_in": 12}
"""Months after the project's end."""
