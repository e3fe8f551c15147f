"""What is written of many objects at once stands in the log as if it had been written of each."""

from core.models import Event
from core.workflow import record, record_each
from people.models import Organization


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
