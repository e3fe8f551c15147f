"""One operation of a migration that creates many tables.

Django builds every model that is joined with a new one again after each `CreateModel`; with 250 models, nearly all
joined with each other, an empty database took a minute for that alone. Here they are built once.
"""

from django.db.migrations.operations.base import Operation


class CreateTogether(Operation):
    """The tables of the `CreateModel` operations in `created`, in this order; for the first migration of an app."""

    reversible = True

    def __init__(self, created):
        self.created = created

    def state_forwards(self, app_label, state):
        vars(state).pop("apps", None)  # what was built so far is built again when it is asked for
        for operation in self.created:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.created:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.created):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Create {len(self.created)} tables"
