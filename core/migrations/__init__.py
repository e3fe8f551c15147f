"""How the first migration of an app makes its tables."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class Tables(migrations.Migration):
    """All tables of an app at once, then what ties two of them in a circle. One by one, Django would set up every
    model anew that is tied to the last: with two hundred of them that is nearly all of the time a new database takes.
    """

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        tables = [one for one in self.operations if isinstance(one, migrations.CreateModel)]
        vars(project_state).pop("apps", None)
        for table in tables:
            table.state_forwards(self.app_label, project_state)
        for table in tables:
            table.database_forwards(self.app_label, schema_editor, project_state, project_state)
        for tie in [one for one in self.operations if one not in tables]:
            before = project_state.clone()
            tie.state_forwards(self.app_label, project_state)
            tie.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state
