"""What is written of many objects at once stands in the log as if it had been written of each."""

from django.utils import translation

from core.models import Event
from core.workflow import record, record_each
from people.models import Organization
from projects.actions import checking
from tests.life import draft


def line(event: Event) -> dict:
    return {field.attname: getattr(event, field.attname) for field in Event._meta.concrete_fields if field.name != "id"}


def test_each_line_is_that_of_one_record_by_itself(town, time):
    one = record(town.centre, "import", by=town.clerk, label="导入“一”", changes={"name": ["旧 'x'", None]})

    data = {"changes": {"name": ["旧 'x'", None]}}
    record_each(Organization, [(town.centre.pk, data)], "import", by=town.clerk, label="导入“一”")

    two = Event.objects.about(town.centre).order_by("pk").last()
    assert two.pk != one.pk
    assert line(two) == line(one)


def test_a_thousand_lines_come_in_the_order_of_their_keys_and_an_object_may_have_two(town):
    keys = [*range(1, 1001), 7]

    record_each(Organization, [(key, {"n": key}) for key in reversed(keys)], "import", by=None, label="x")

    found = Event.objects.filter(name="import").order_by("pk").values_list("object_id", "data")
    assert list(found) == [(key, {"n": key}) for key in sorted(keys)]


def test_nothing_to_write_writes_nothing(town):
    before = Event.objects.count()

    record_each(Organization, [], "import", by=town.clerk, label="x")

    assert Event.objects.count() == before


def test_the_log_is_in_one_language_whatever_the_screen_of_who_acts_is_in(town, life):
    project = life.walk(draft(town), "submitted")

    with translation.override("en"):
        record(project, "said", by=town.clerk, label=translation.gettext("Registered on the platform"))
        record_each(Organization, [(town.centre.pk, {})], "said", by=town.clerk, label=translation.gettext("Invited"))
        checking.check(project, "accept", by=town.clerk, note="")
        record(project, "said", by=town.clerk, label="无译文")

    labels = Event.objects.about(project).order_by("pk").values_list("label", flat=True)
    assert list(labels)[-3:] == ["已在平台登记", "予以受理", "无译文"]
    assert Event.objects.about(town.centre).last().label == "发出邀请"
