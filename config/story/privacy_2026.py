"""What people agree to and ask about their data: everybody has read the notice, one request is answered, one waits."""

from datetime import date, timedelta

from config.story.clockwork import on
from config.story.people import Cast
from people import actions
from people.models import User


def play(cast: Cast, today: date) -> None:
    bureau, clerk = cast.groups["bureau"], cast["minzheng"]
    with on(today, 8):
        for person in User.objects.filter(is_active=True):
            actions.agree_to_notice(by=person)
    with on(today - timedelta(days=40)):
        actions.assess_impact(
            bureau,
            by=clerk,
            values={
                "title": "服务对象名册和签到（含未满14周岁的孩子）",
                "lawful": "为联系参加活动、统计服务人数，只收姓名、性别、出生年、人群类别、社区、电话，不收证件号。名册凭本人或监护人同意登记，敏感类别另行单独同意；统计只需要人数，名字到期去掉。",
                "risks": "名册泄露会暴露残障、低保等情况，孩子的信息可能被用来接近孩子；导出的表格离开平台后难以收回。",
                "measures": "承接单位以外的人只看到遮盖后的姓名和电话；导出须写明用途并留记录；评估员抽查只看到抽中的人，评估期满自动看不到；项目结束后到期自动去掉姓名。",
                "conclusion": "措施与风险相当，可以开展；每年复查一次导出记录。",
            },
        )
    with on(today - timedelta(days=30)):
        asked = actions.receive_data_request(
            bureau,
            by=clerk,
            values={
                "kind": "copy", "relation": "guardian", "name": "周小梅", "phone": "13500001111", "email": "",
                "subject_name": "周乐乐", "text": "孩子参加过周末画画班，想知道平台上留了孩子什么信息。",
            },
        )  # fmt: skip
    with on(today - timedelta(days=27)):
        actions.identify_asker(asked, by=clerk, note="窗口查看了户口簿，未复印、未抄号码。")
        actions.answer_data_request(
            asked, by=clerk, granted=True, words="已当面打印交给您。名册里没有孩子的登记，签到只有称呼，年底自动去掉。"
        )
    with on(today - timedelta(days=3)):
        actions.receive_data_request(
            bureau,
            by=None,
            values={
                "kind": "erase", "relation": "self", "name": "钱多多", "phone": "", "email": "jumin@example.org",
                "subject_name": "", "text": "去年对公示提过意见，事情早就办完了，请把我的姓名和邮箱删掉。",
            },
        )  # fmt: skip
