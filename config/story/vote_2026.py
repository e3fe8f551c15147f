"""Residents vote on micro grants: in one call they are voting now, in another the vote is counted and waits for the clerk."""

import random
from datetime import date, timedelta
from decimal import Decimal

from config.story.clockwork import moment, on
from config.story.proposal import Proposal
from config.story.stage import Stage
from core import clock
from evaluations.actions import balloting, panel, vote_codes, votes
from evaluations.models import Vote
from grants.models import Call
from people.models import Community
from projects.models import Project

NOW = [
    Proposal("ziyun", "傍晚的楼前广场", "社区文化", 180, "每周五傍晚在楼前广场放一小时音乐，会跳的教不会跳的，孩子们在旁边玩。", "议事会上二十多户提出，晚饭后没有地方坐、没有事做。", "活动24次，参加居民180人。", "艺术团轮流带，七点开始八点收，不扰民。", [("materials", "便携音响", 860, "台", 1), ("materials", "长凳", 240, "条", 6)], 84),
    Proposal("qingnian", "楼道里的借书架", "儿童青少年", 120, "在六个楼道放小书架，谁都可以借，谁都可以放，青年志愿者每周整理。", "家长群里三十多位家长说家里的书看完没处放。", "书架6个，流动图书600册。", "每周六整理，丢了就补。", [("materials", "书架", 320, "个", 6), ("materials", "图书", 10, "册", 120)], 86),
    Proposal("kuaiban", "电话里的快板：每天叫一声老邻居", "为老服务", 40, "快板队员每天给独居老人打个电话，说一段新词，问一声平安。", "社区独居老人41位，去年两位摔倒后第二天才被发现。", "结对40位，全年每天一个电话。", "两人一组，打不通就上门。", [("volunteers", "话费和误餐补贴", 20, "人次", 120)], 88),
    Proposal("taiji", "树荫下的太极", "为老服务", 60, "早晨在小树林教太极，给膝盖不好的老人备了凳子，坐着也能练。", "早锻炼的老人里一半膝盖不好，跟不上大队伍。", "学员60人，每周五次。", "老队员带新队员，卫生站每季讲一次。", [("materials", "折叠凳", 45, "把", 30), ("training", "健康讲座", 300, "次", 4)], 80),
]  # fmt: skip
BEFORE = [
    Proposal("siwang", "旧衣变拖布", "环境治理", 90, "丝网花班教邻居把旧衣服做成拖布和坐垫，做好的送给楼里的老人。", "旧衣回收箱每周都满，大多还能用。", "活动12次，做拖布200把。", "每月一次，在活动室。", [("materials", "工具和线", 60, "套", 20)], 83),
    Proposal("yangtai", "窗台上的香草", "环境治理", 100, "给愿意的住户每家两盆香草，种植社教养护，入秋办一次香草茶会。", "居民投票里“楼里添点绿”排第一。", "100户领养，茶会1次。", "春天发苗，每月指导。", [("materials", "花盆和苗", 18, "份", 100)], 85),
    Proposal("sheying", "一家一张全家福", "社区文化", 80, "重阳节前给每家老人拍一张全家福，装好相框送到家。", "问起来，一半老人最近十年没有拍过全家福。", "拍照80户。", "按楼预约，上门拍。", [("printing", "冲印装框", 30, "幅", 80)], 81),
]  # fmt: skip


def play_votes(stage: Stage, now: Call, before: Call, day) -> None:
    """What the residents of the two calls did so far; the ballots are fixed, so that every demo has the same result."""
    chance = random.Random(2026)
    counted = _announced(stage, before, BEFORE, day(-14), day(-2), "5000.00", "equal_shares", "窗台与楼道：居民投票")
    _cast(stage, counted, day(-9), 46, chance)
    with on(day(-2), 18):
        votes.close_ended()
    open_now = _announced(stage, now, NOW, day(-4), day(5), "7000.00", "greedy", "邻里微项目居民投票")
    _cast(stage, open_now, day(-1), 31, chance)


def _announced(
    stage: Stage, call: Call, written: list[Proposal], opens: date, closes: date, money: str, method: str, title: str
) -> Vote:
    """Handed in, checked, judged by two experts and put to the vote."""
    closed = clock.localdate(call.closes_at)
    projects = {stage.submit(call, one, closed - timedelta(days=2)): one.merit for one in written}
    for project in projects:
        stage.check(project, closed + timedelta(days=1))
    stage.assign(list(projects), closed + timedelta(days=1), call.panel_size, closed + timedelta(days=5))
    with on(closed + timedelta(days=1), 15):
        panel.open_review(call, by=stage.clerk)
    stage.judge({project.pk: merit for project, merit in projects.items()}, closed + timedelta(days=2))
    values = {
        "title": title, "opens_at": moment(opens, 8), "closes_at": moment(closes, 18), "budget": Decimal(money),
        "method": method, "max_approvals": 2, "note": "不会用手机的邻居，请到社区服务站，有人帮忙，也可以投纸质选票。",
    }  # fmt: skip
    with on(opens - timedelta(days=2), 10):
        vote = Vote(call=call, made_by=stage.clerk)
        fresh = Project.objects.filter(pk__in=[project.pk for project in projects])
        vote = votes.prepare(vote, by=stage.clerk, projects=fresh, communities=_communities(), **values)
        return votes.announce(vote, by=stage.clerk)


def _communities() -> list[Community]:
    return list(Community.objects.filter(pk__in=Project.objects.values("community")).order_by("region_code")[:3])


def _cast(stage: Stage, vote: Vote, day: date, ballots: int, chance: random.Random) -> None:
    """Sixty slips a community; so many households have voted, each for one or two."""
    with on(clock.localdate(vote.opens_at) - timedelta(days=1), 9):
        codes = [
            slip.code
            for community in vote.communities.all()
            for slip in vote_codes.issue(vote, community, by=stage.clerk, number=60)
        ]
    stands = list(vote.entries.values_list("project", flat=True))
    with on(day, 19):
        for code in codes[::3][:ballots]:
            weights = range(len(stands) + 1, 1, -1)
            wanted = set(chance.choices(stands, weights, k=2))
            slip = balloting.slip_of(code, sender="demo")
            assert slip is not None  # printed just now
            balloting.cast_with_code(slip, code, approved=wanted)
