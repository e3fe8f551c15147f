"""Many tables of one migration, built once."""

from django.db import connection, models
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState

from core.migrations._together import CreateTogether

KEY = ("id", models.BigAutoField(primary_key=True))


def test_tables_that_are_joined_with_each_other_come_and_go_together(transactional_db):
    """Also one that points to a table which is created after it."""
    operation = CreateTogether(
        [
            CreateModel("Street", [KEY, ("town", models.ForeignKey("core.Town", models.CASCADE))]),
            CreateModel("Town", [KEY, ("name", models.CharField(max_length=10))]),
        ]
    )
    before, after = ProjectState(), ProjectState()
    operation.state_forwards("core", after)
    names = {"core_street", "core_town"}

    with connection.schema_editor() as editor:
        operation.database_forwards("core", editor, before, after)
    town = after.apps.get_model("core", "Town").objects.create(name="东风街道")
    street = after.apps.get_model("core", "Street").objects.create(town=town)
    street.refresh_from_db()
    assert street.town.name == "东风街道"
    assert names <= set(connection.introspection.table_names())

    with connection.schema_editor() as editor:
        operation.database_backwards("core", editor, after, before)
    assert not names & set(connection.introspection.table_names())
