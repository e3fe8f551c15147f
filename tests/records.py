"""What a project's work is made of, by the real verbs: plans, activities held, people, photos."""

from datetime import timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core import clock
from projects.actions import activities, photos, roster
from projects.models import Activity, Beneficiary, Project
from tests.memory import remembered
from tests.test_files import pdf
from tests.town import Town, aware

WHOLE = {
    "theme": "端午包粽子",
    "goal": "让独居老人认识邻居。",
    "starts_at": aware(2026, 6, 19, 14),
    "ends_at": aware(2026, 6, 19, 16),
    "place": "社区活动室",
    "audience": "独居老人",
    "programme": "签到\n包粽子",
    "emergency_plan": "有人不适，立即联系社区卫生站。",
}
RECORD = {
    "team": "刘芳、何小燕",
    "outcome": "来了46位老人，气氛热烈。",
    "reflection": "下次分两批。",
    "keeps_theme": "yes",
    "goal_reached": "partly",
    "right_people": "yes",
}
NOBODY_ON_IT = {
    "caption": "粽子",
    "shows_people": False,
    "has_consent": False,
    "shows_children": False,
    "faces_hidden": False,
    "is_public": True,
}
WANG = {
    "name": "王秀英",
    "gender": "f",
    "birth_year": 1948,
    "category": "elder",
    "phone": "13800138000",
    "source": "recommended",
    "guardian": "",
}


def png(name: str = "照片.png", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", size, "#a33").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


@remembered
def planned(town: Town, project: Project, **changes) -> Activity:
    """A plan that is whole and handed in."""
    made = activities.plan_activity(project, by=town.head, values=WHOLE | changes)
    return activities.hand_in(made, by=town.head)


@remembered
def begun(town: Town, project: Project, time, **changes) -> Activity:
    """The same, and the clock stands ten minutes after its beginning."""
    activity = planned(town, project, **changes)
    time.go(activity.starts_at + timedelta(minutes=10))
    return activity


@remembered
def held(town: Town, project: Project, time, *, heads: int = 0, **changes) -> Activity:
    """An activity recorded on the day after it, with whoever signed in before."""
    return recorded(town, begun(town, project, time, **changes), time, heads=heads)


@remembered
def recorded(town: Town, activity: Activity, time, *, heads: int = 0, achieved=None, **changes) -> Activity:
    if activity.starts_at + timedelta(days=1) > clock.now():
        time.go(activity.starts_at + timedelta(days=1))
    photos.add_photos(activity, by=town.head, files=[png()], values=NOBODY_ON_IT)
    values = RECORD | {"head_count": heads} | changes
    return activities.record_activity(
        activity, by=town.head, values=values, achieved=achieved, sheets=[pdf("签到表.pdf")]
    )


@remembered
def entered(town: Town, project: Project, **changes) -> Beneficiary:
    """Somebody in the roster; consents as the category asks for."""
    consents = {name: changes.pop(name, True) for name in ("agreed", "sensitive_agreed", "guardian_agreed")}
    consents["call_agreed"] = changes.pop("call_agreed", False)
    values = WANG | {"community": town.community} | changes
    return roster.enter(project, by=town.head, values=values, **consents)
