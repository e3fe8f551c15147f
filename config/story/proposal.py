"""How a proposal of the story is written down: short, and complete enough to be submitted."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Proposal:
    """What one group proposes. `lines`: category, item, unit price, unit, quantity, and "own" for its own money."""

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
            }
            for line in self.lines
        ]

    def requested(self) -> Decimal:
        """What the lines paid from the grant add up to."""
        lines = [line for line in self.budget() if line["source"] == "grant"]
        return sum((line["unit_price"] * line["quantity"] for line in lines), Decimal("0.00"))
