"""Which tables are in a backup, and how each database reads and spells their values."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DecimalField, Field

LEFT_OUT = {"django_session", "usersessions_usersession", "reports_searchentry"}
MADE_BY_MIGRATE = {
    "django_content_type",
    "auth_permission",
    "django_migrations",
    "people_privacynotice",  # the first is written by a migration; whoever writes the next has an account
    "core_duty",  # when the clock or a backup last ran: it says nothing that anybody did
}
"""What a site has already that nobody has used."""


class Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    """Of each column the expression that spells it."""
    key: str

    def select(self) -> str:
        return f'SELECT {", ".join(self.values)} FROM "{self.name}" ORDER BY "{self.key}"'


def tables(connection: BaseDatabaseWrapper) -> list[Table]:
    """Every table that is kept, by name, as the code knows it."""
    return sorted(_found(connection), key=lambda table: table.name)


def _found(connection: BaseDatabaseWrapper) -> Iterator[Table]:
    spell = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if not meta.managed or meta.proxy or meta.db_table in LEFT_OUT:
            continue
        fields = [one for one in meta.local_concrete_fields if not one.generated]
        names, values = (one.column for one in fields), (spell(one, connection) for one in fields)
        yield Table(meta.db_table, tuple(names), tuple(values), meta.pk.column)


def all_names() -> list[str]:
    """Every table of the platform's models, also those that are left out."""
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy})


_POSTGRESQL = {
    "timestamp with time zone": "replace(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '.000000', '')",
    "time": "replace(to_char({}, 'HH24:MI:SS.US'), '.000000', '')",
    "boolean": "{}::int",
    "uuid": "replace({}::text, '-', '')",
}
_ALIKE = ("integer", "bigint", "smallint", "varchar", "text", "date")
_SQLITE_AS_IT_IS = (*_ALIKE, "char", "time", "datetime", "bool", "real")
_POSTGRESQL_AS_IT_IS = (*_ALIKE, "numeric", "double precision", "jsonb")


def _on_postgresql(field: Field, connection: BaseDatabaseWrapper) -> str:
    kind = _kind(field, connection)
    if kind in _POSTGRESQL:
        return _POSTGRESQL[kind].format(f'"{field.column}"')
    if not kind.startswith(_POSTGRESQL_AS_IT_IS):
        raise NotImplementedError(f"{field}: a backup cannot spell {kind} yet")
    return f'"{field.column}"'


def _on_sqlite(field: Field, connection: BaseDatabaseWrapper) -> str:
    kind, value = _kind(field, connection), f'"{field.column}"'
    if kind == "decimal":  # kept as a floating number, exact within fifteen figures
        target: Any = field.target_field if field.remote_field else field
        assert isinstance(target, DecimalField)
        value = f"CASE WHEN {value} IS NULL THEN NULL ELSE printf('%.{target.decimal_places}f', {value}) END"
    elif not kind.startswith(_SQLITE_AS_IT_IS):
        raise NotImplementedError(f"{field}: a backup cannot spell {kind} yet")
    return f"coalesce({value}, :null)" if field.null else value


def _kind(field: Field, connection: BaseDatabaseWrapper) -> str:
    return (field.db_type(connection) or "").lower()
