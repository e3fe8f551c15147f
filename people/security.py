"""What signing in asks for, by the level of protection (等保, GB/T 22239-2019) at which the platform is registered.

`SECURITY_LEVEL=2` is the default, 3 is one setting away. The standard says what must be there and gives no numbers; the
numbers are those that assessors of GB/T 28448-2019 usually accept, and ours where they leave room. Level 2 / level 3:

| what                                   | clause, level 2 / level 3                                          |
|----------------------------------------|--------------------------------------------------------------------|
| one account, one person                | 7.1.4.1 a) / 8.1.4.1 a) 身份标识具有唯一性                         |
| length, classes of characters, history | 7.1.4.1 a) / 8.1.4.1 a) 身份鉴别信息具有复杂度要求                 |
| age of a password                      | 7.1.4.1 a) / 8.1.4.1 a) 并定期更换; level 2: of the privileged     |
| lock-out                               | 7.1.4.1 b) / 8.1.4.1 b) 限制非法登录次数                           |
| idle time-out, end of a session        | 7.1.4.1 b) / 8.1.4.1 b) 结束会话、登录连接超时自动退出             |
| second factor                          | – / 8.1.4.1 d) 两种或两种以上组合的鉴别技术, one of them cryptographic |
| the first password is changed          | 7.1.4.2 b) / 8.1.4.2 b) 修改默认账户的默认口令                     |
| accounts that nobody needs are closed  | 7.1.4.2 c) / 8.1.4.2 c) 及时删除或停用多余的、过期的账户           |
| three administrators                   | 7.1.4.2 d), 7.1.5.1–2 / 8.1.4.2 d), 8.1.5.1–3 管理用户的权限分离,  |
|                                        | 8.1.7.2 b) 专职安全管理员，不可兼任                                |
| sign-ins in the log                    | 7.1.4.3 a), b) / 8.1.4.3 a), b) 安全审计, every user and result    |

How long somebody may do nothing: half an hour for whoever decides over others' money or others' accounts, because an
office has visitors; eight hours for groups, who write a proposal over a day on a phone of their own, where the phone is
locked anyway. Level 3 halves the first and cuts the second to an hour.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings


@dataclass(frozen=True)
class Policy:
    """The numbers of one level. `privileged`: administrators, and everybody of a funder."""

    password_length: int
    password_classes: int  # of small letters, capitals, digits, signs
    password_history: int  # so many earlier ones do not come back
    password_days: int | None  # for everybody
    password_days_privileged: int | None
    failures_account: int
    failures_address: int  # more: a whole office, or a village on a mobile network, shares one
    lock_minutes: int
    idle_minutes: int
    idle_minutes_privileged: int
    session_hours: int
    one_session: bool
    second_factor_for_privileged: bool


LEVELS = {
    2: Policy(
        password_length=8,
        password_classes=3,
        password_history=3,
        password_days=None,
        password_days_privileged=180,
        failures_account=5,
        failures_address=30,
        lock_minutes=15,
        idle_minutes=480,
        idle_minutes_privileged=30,
        session_hours=12,
        one_session=False,
        second_factor_for_privileged=False,
    ),
    3: Policy(
        password_length=10,
        password_classes=3,
        password_history=5,
        password_days=90,
        password_days_privileged=90,
        failures_account=5,
        failures_address=30,
        lock_minutes=30,
        idle_minutes=60,
        idle_minutes_privileged=15,
        session_hours=8,
        one_session=True,
        second_factor_for_privileged=True,
    ),
}


def policy() -> Policy:
    """What holds here: the level's numbers, and those of them that this deployment has set itself."""
    own = {
        name: value
        for name, value in (
            ("idle_minutes", settings.IDLE_MINUTES),
            ("idle_minutes_privileged", settings.IDLE_MINUTES_PRIVILEGED),
            ("one_session", settings.ONE_SESSION),
        )
        if value is not None
    }
    return replace(LEVELS[settings.SECURITY_LEVEL], **own)


def idle_limit(is_privileged: bool) -> timedelta:
    rules = policy()
    return timedelta(minutes=rules.idle_minutes_privileged if is_privileged else rules.idle_minutes)


def longest_password_age(is_privileged: bool) -> timedelta | None:
    rules = policy()
    days = rules.password_days_privileged if is_privileged else rules.password_days
    return None if days is None else timedelta(days=days)
