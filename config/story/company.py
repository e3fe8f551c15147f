"""Whom the story's verbs are played by, and what several of them say or show."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from config.story.people import Cast
from config.story.programme import Programme

SCAN = (
    b"%PDF-1.4\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n"
    b"0 4\n"
    b"0000000000 65535 f \n"
    b"0000000009 00000 n \n"
    b"0000000052 00000 n \n"
    b"0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\n"
    b"startxref\n"
    b"164\n"
    b"%%EOF"
)
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
    """What stands for a photo of an activity: a room of that colour, a table, and people without faces; as PNG."""
    made = Image.new("RGB", (480, 360), "#f3eee3")
    drawn = ImageDraw.Draw(made)
    drawn.rectangle((0, 0, 480, 170), fill=colour)
    drawn.rectangle((40, 30, 160, 110), fill="#dfe9f1")
    drawn.rectangle((320, 40, 440, 100), fill="#b4331f")
    for place, coat in enumerate(("#37719f", "#8a5a36", "#4f7f77", "#d99a2b", "#6b5b7b")):
        x = 60 + place * 90
        drawn.ellipse((x - 22, 108, x + 22, 152), fill="#e8c9a8")
        drawn.rounded_rectangle((x - 36, 150, x + 36, 280), radius=26, fill=coat)
    drawn.rectangle((0, 250, 480, 300), fill="#a98257")
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
