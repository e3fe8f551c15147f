"""How a proposal of the story is written down: short, and complete enough to be submitted."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True)
class Proposal:
    """What one group proposes. `lines`: category, item, unit price, unit, quantity, and who else pays it, with the basis of its value."""

    group: str
    title: str
    field: str
    people: int
    summary: str
    needs: str
    goals: str
    method: str
    lines: list[tuple]
    merit: int = 80
    risks: str = "人手不足：与社区志愿者库对接补位；天气或疫病：改期或改为小组上门；安全：活动前排查场地并购买意外险。"
    sustainability: str = "骨干轮流带头，结束后由社区居委会提供场地继续开展。"
    features: str = "居民自己当主角，社区出场地，社工在旁边帮；做法简单，别的社区学得会。"
    community: str = ""
    emergency_plan: str = "有人不适立即停止活动，联系社区卫生站并拨打120；负责人在场指挥，当天报社区居委会。"
    evaluation: str = "每次活动签到和记录，结束时发问卷不少于30份，前后对照，向居民公开结果。"
    partners: tuple[tuple[str, str, str], ...] = ()

    def budget(self) -> list[dict]:
        """The lines as `save_proposal` takes them."""
        return [
            {
                "category": line[0],
                "item": line[1],
                "unit_price": Decimal(str(line[2])),
                "unit": line[3],
                "quantity": Decimal(str(line[4])),
                "source": line[5] if len(line) > 5 else "grant",
                "basis": line[6] if len(line) > 6 else "",
            }
            for line in self.lines
        ]

    def targets(self) -> list[dict]:
        """What is counted: the people served, and whether they are satisfied."""
        return [
            {
                "goal": self.title,
                "indicator": "服务人数",
                "value": Decimal(self.people),
                "unit": "人",
                "proof": "签到表和服务记录",
            },
            {"goal": "居民满意", "indicator": "满意度", "value": Decimal(90), "unit": "%", "proof": "问卷统计"},
        ]

    def steps(self, first: date, last: date) -> list[dict]:
        """Three steps over the project's time."""
        early, late = first + (last - first) / 6, last - (last - first) / 6
        day = timedelta(days=1)
        return [
            {"name": "筹备动员", "starts_on": first, "ends_on": early, "content": "走访、招募骨干、落实场地"},
            {
                "name": "开展活动",
                "starts_on": early + day,
                "ends_on": late,
                "content": self.method[:120],
                "visits": self.people * 6,
            },
            {"name": "总结展示", "starts_on": late + day, "ends_on": last, "content": "展示成果，公开账目，整理档案"},
        ]

    def requested(self) -> Decimal:
        """What the lines paid from the grant add up to."""
        lines = [line for line in self.budget() if line["source"] == "grant"]
        return sum((line["unit_price"] * line["quantity"] for line in lines), Decimal("0.00"))
