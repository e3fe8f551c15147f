"""Whom the story's verbs are played by, and what several of them say or show."""

from functools import cache
from io import BytesIO

from PIL import Image

from config.story.people import Cast
from config.story.programme import Programme

SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
"""What stands for a scanned paper in the story."""
LINE = (
    "key",
    "category",
    "item",
    "rank",
    "unit_price",
    "unit",
    "quantity",
    "source",
    "step_key",
    "basis",
    "quote_number",
)
PRAISE = "需求来自居民，做法落地，团队在社区有口碑。"
ADVICE = "建议把服务人数与频次写得更可衡量，票据按月整理。"


GOAL = "让邻居互相认识，居民自己动手。"
EMERGENCY = "停电改为室外；老人不适立即联系社区卫生站。"


@cache
def picture(colour: str) -> bytes:
    """A small picture in one colour with a lighter band, as PNG."""
    made = Image.new("RGB", (64, 48), colour)
    made.paste(Image.new("RGB", (64, 16), "#f3eee3"), (0, 16))
    file = BytesIO()
    made.save(file, "PNG")
    return file.getvalue()


class Company:
    """Knows the cast and the programme."""

    def __init__(self, cast: Cast, programme: Programme):
        self.cast, self.programme = cast, programme
        self.clerk, self.approver, self.finance = cast["minzheng"], cast["lingdao"], cast["caiwu"]
        self.mentor, self.evaluator = cast["daoshi"], cast["pinggu"]
        self.experts = [cast[f"zhuanjia{number}"] for number in range(1, 6)]
