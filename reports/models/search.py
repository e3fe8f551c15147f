from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class TokensField(models.TextField):
    """The tokens of one entry: a full-text table of SQLite, a `tsvector` on PostgreSQL (`reports.search.tables`)."""


@TokensField.register_lookup
class Has(models.Lookup):
    """Whether the tokens meet an expression, already in the language of the database."""

    lookup_name = "has"

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        if connection.vendor == "postgresql":
            column, params = self.process_lhs(compiler, connection)
            return f"{column} @@ %s::tsquery", [*params, self.rhs]
        table = connection.ops.quote_name(SearchWords._meta.db_table)
        alias = connection.ops.quote_name(self.lhs.alias)
        return f"{alias}.{table} MATCH %s", [self.rhs]


class SearchEntry(models.Model):
    """What can be found of one record: its number, title and words. Entries are numbered in the order in which records
    came about, so that "newest first" is the order of the key.

    Who may see the record is not kept here: it is asked of the record itself whenever somebody searches. `audience` only
    narrows down whom it could concern, so that a word which everything has costs nobody much.
    """

    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.BigIntegerField()
    at = models.DateTimeField(_("of"))
    number = models.CharField(_("number"), max_length=170, blank=True)
    title = models.CharField(_("title"), max_length=300)
    names = models.TextField(_("names"), blank=True)
    text = models.TextField(_("text"), blank=True)
    audience = models.TextField(blank=True)
    number_key = models.CharField(max_length=170, blank=True)
    title_key = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="found_once")]
        indexes = [
            models.Index(fields=["number_key"], name="found_by_number", condition=~models.Q(number_key="")),
            models.Index(fields=["title_key"], name="found_by_title"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class SearchWords(models.Model):
    """The tokens of an entry, in a table that `reports.search.tables` makes for the database in use."""

    entry = models.OneToOneField(
        SearchEntry, primary_key=True, db_column="rowid", db_constraint=False, on_delete=models.DO_NOTHING
    )
    tokens = TokensField()

    class Meta:
        managed = False
        db_table = "reports_search_words"

    def __str__(self) -> str:
        return str(self.entry)
