"""Proposals in a table: drafts that reached a clerk on paper go in, and everything there is comes out.

A table makes drafts only: the group's head looks through it, adds the budget and submits. Nobody's own draft is
changed by a table, only one that the same clerk has entered before.
"""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from core.identifiers import half_width
from core.masking import mask_phone
from grants.models import Call, ServiceField
from people.models import Community, Organization, Role
from people.resources.base import TableResource
from people.resources.rows import Outcome, Row
from people.resources.widgets import AmountWidget, ReferenceWidget, TextWidget
from projects.actions.messages import tell_group
from projects.models import BudgetLine, Project, State


class ProposalResource(TableResource):
    """Proposals, known by call, applicant and title."""

    call = Field("call", "call", ReferenceWidget("code"))
    applicant = Field("applicant", "applicant", ReferenceWidget("number"))
    field = Field("field", "field", ReferenceWidget("name"))
    community = Field("community", "community", ReferenceWidget("region_code"))
    host = Field("host", "host", ReferenceWidget("number"))
    number = Field("number", "number", TextWidget())
    state = Field("get_state_display", "state", TextWidget())
    track = Field("track", "track", TextWidget())
    amount_awarded = Field("amount_awarded", "amount_awarded", AmountWidget())

    required = ("call", "applicant", "title")
    masked = {"leader_phone": mask_phone}
    only_out = ("number", "state", "track", "amount_awarded")
    logged = True
    hints = {
        "call": gettext_lazy("The call's code, for example DF2013"),
        "applicant": gettext_lazy("Credit code, filing number or full name of the applicant"),
        "field": gettext_lazy("One of the service fields of the call, or empty"),
        "community": gettext_lazy("12-digit region code of the community"),
        "host": gettext_lazy("Of a filed group: credit code or full name; empty takes the one of its profile"),
    }
    example = {
        "call": "DF2013",
        "applicant": "52110105MJ0100027T",
        "title": gettext_lazy("Example project"),
        "beneficiaries": 60,
    }

    class Meta:
        model = Project
        fields = (
            *("call", "applicant", "title", "field", "community", "host", "leader", "leader_phone"),
            *("starts_on", "ends_on", "audience", "beneficiaries", "summary", "needs", "goals", "method", "risks"),
            *("emergency_plan", "amount_requested", "number", "state", "track", "amount_awarded"),
        )
        export_order = fields
        import_id_fields = ("title",)

    def key_of(self, row: Row) -> Any:
        call, applicant, title = self._found(row, "call"), self._found(row, "applicant"), row.values.get("title")
        return (call.pk, applicant.pk, title) if call and applicant and title else None

    def _found(self, row: Row, name: str) -> Any:
        typed = row.cells.get(f"_{name}") or ""
        return self.calls.get(typed.upper()) if name == "call" else self.applicants.get(typed)

    def clean(self, row: Row) -> None:
        super().clean(row)
        for name in ("call", "applicant", "host"):
            row.cells[f"_{name}"] = half_width(str(row.values.get(name) or ""))

    def look_up(self, rows: list[Row]) -> None:
        codes = {row.cells["_call"].upper() for row in rows}
        funders = self.by.organizations_as(Role.STAFF) if self.by else []
        mine = Call.objects.annotate(spelled=Upper("code")).filter(spelled__in=codes, funder__in=funders)
        self.calls = {call.code.upper(): call for call in mine.prefetch_related("tracks", "service_fields")}
        named = {row.cells[name] for row in rows for name in ("_applicant", "_host")} - {""}
        known = Q(credit_code__in=named) | Q(filing_number__in=named) | Q(name__in=named)
        found = Organization.objects.applicants().filter(known).select_related("host", "community")
        self.applicants = {key: obj for obj in found for key in (obj.number, obj.name)}
        places = {row.values.get("community") for row in rows} - {"", None}
        self.communities = {obj.region_code: obj for obj in Community.objects.filter(region_code__in=places)}
        self.service_fields = {obj.name: obj for obj in ServiceField.objects.all()}
        projects = Project.objects.filter(call__in=self.calls.values(), applicant__in=self.applicants.values())
        related = ("call", "applicant", "field", "community", "track", "host")
        self.known = {(p.call_id, p.applicant_id, p.title): p for p in projects.select_related(*related)}

    def settle(self, row: Row) -> None:
        for name, missing in (
            ("call", _("None of your calls has the code “%(value)s”.")),
            ("applicant", _("No applicant has the number or name “%(value)s”.")),
        ):
            if found := self._found(row, name):
                row.values[name] = found
            elif typed := row.cells[f"_{name}"]:
                row.values.pop(name, None)
                row.blame(name, missing % {"value": typed[:40]})
        self._resolve(row, "field", self.service_fields, _("There is no service field “%(value)s”."))
        self._resolve(row, "community", self.communities, _("No community has the region code “%(value)s”."))
        row.values.pop("host", None)
        typed = row.cells["_host"]
        if host := self.applicants.get(typed):
            row.values["host"] = host
        elif typed:
            row.blame("host", _("No organisation has the number or name “%(value)s”.") % {"value": typed[:40]})
        super().settle(row)

    def _resolve(self, row: Row, name: str, known: dict[str, Any], missing: str) -> None:
        typed = row.values.pop(name, None)
        if typed and typed not in known:
            row.blame(name, missing % {"value": typed[:40]})
        elif name in row.cells:
            row.values[name] = known.get(typed) if typed else None

    def check(self, row: Row, *, new: bool) -> None:
        project = row.instance
        if project.starts_on and project.ends_on and project.starts_on > project.ends_on:
            row.blame("ends_on", _("The project must end after it starts."))
        if not new:
            if project.state != State.DRAFT or project.created_by_id != self.by.pk:
                row.blame("", _("This proposal is in other hands already: it cannot be changed by a table."))
            return
        if project.call_id is None or project.applicant_id is None:
            return
        track = project.call.track_for(project.applicant)
        if not project.call.is_open:
            row.blame("call", _("This call is not open for proposals now."))
        if track is None:
            status = project.applicant.get_status_display()
            row.blame("applicant", _("This call has no track for %(status)s.") % {"status": status})
        project.track = track
        if project.applicant.is_filed:
            project.host = project.host or project.applicant.host
        elif project.host:
            row.blame("host", _("Only a filed group has a host."))
        project.created_by = self.by

    def write(self, rows: list[Row]) -> None:
        """The group's head and staff are told of a draft that was entered for them: only they can see and submit it."""
        super().write(rows)
        for row in rows:
            if row.outcome == Outcome.NEW:
                edit = reverse("projects:proposal_edit", args=[row.instance.pk])
                tell_group(row.instance, _("entered for you from a table, please complete and submit it"), url=edit)

    def options(self, name: str) -> list[str]:
        if name == "field":
            return list(ServiceField.objects.values_list("name", flat=True))
        if name == "call" and self.by:
            mine = Call.objects.open().filter(funder__in=self.by.organizations_as(Role.STAFF))
            return list(mine.values_list("code", flat=True))
        return super().options(name)

    def exported(self) -> models.QuerySet[Any]:
        related = ("call", "applicant", "field", "community", "host", "track")
        return Project.objects.visible_to(self.by).select_related(*related).order_by("pk")


class BudgetResource(TableResource):
    """The budget lines of drafts that the same clerk has entered; what is in the table is added or changed."""

    call = Field("project__call__code", "call", TextWidget())
    applicant = Field("project__applicant__number", "applicant", TextWidget())
    title = Field("project__title", "title", TextWidget())
    number = Field("project__number", "number", TextWidget())
    amount = Field("amount", "amount", AmountWidget())

    required = ("call", "applicant", "title", "category", "item", "unit_price", "quantity")
    only_out = ("number", "amount", "cut")
    labels = {
        "call": Project._meta.get_field("call").verbose_name,
        "applicant": Project._meta.get_field("applicant").verbose_name,
        "title": Project._meta.get_field("title").verbose_name,
        "number": Project._meta.get_field("number").verbose_name,
        "amount": gettext_lazy("Amount (yuan)"),
    }
    hints = ProposalResource.hints
    example = {
        "call": "DF2013",
        "applicant": "52110105MJ0100027T",
        "title": gettext_lazy("Example project"),
        "category": BudgetLine.Category.MATERIALS,
        "item": gettext_lazy("Example item"),
        "unit_price": Decimal(200),
        "quantity": Decimal(40),
    }

    class Meta:
        model = BudgetLine
        fields = (
            *("call", "applicant", "title", "category", "item", "rank", "unit_price", "unit", "quantity", "source"),
            *("basis", "quote_number", "number", "amount", "cut"),
        )
        export_order = fields
        import_id_fields = ("item",)

    def key_of(self, row: Row) -> Any:
        project = self.projects.get(_draft_key(row))
        category, item = row.values.get("category"), row.values.get("item")
        return (project.pk, category, item) if project and category and item else None

    def look_up(self, rows: list[Row]) -> None:
        titles = {row.values.get("title") for row in rows}
        mine = Project.objects.filter(title__in=titles, created_by=self.by, state=State.DRAFT)
        self.projects = {}
        for project in mine.select_related("call", "applicant"):
            for name in (project.applicant.number, project.applicant.name):
                self.projects[project.call.code.upper(), name, project.title] = project
        lines = BudgetLine.objects.filter(project__in=self.projects.values()).select_related("project")
        self.known = {(line.project_id, line.category, line.item): line for line in lines}

    def settle(self, row: Row) -> None:
        key = _draft_key(row)
        if all(key) and key not in self.projects:
            row.blame("title", _("You have entered no draft of this call, applicant and title that is still a draft."))
        self.target = self.projects.get(key)
        for name in ("call", "applicant", "title"):
            row.values.pop(name, None)
        row.beside = key
        super().settle(row)

    def check(self, row: Row, *, new: bool) -> None:
        if new:
            row.instance.project = self.target
            row.instance.position = len(self.seen)

    def exported(self) -> models.QuerySet[Any]:
        seen = Project.objects.visible_to(self.by)
        lines = BudgetLine.objects.filter(project__in=seen).select_related("project__call", "project__applicant")
        return lines.order_by("project", "position", "pk")


def _draft_key(row: Row) -> tuple[str, str, str]:
    """Call, applicant and title of a budget line's draft, as they were typed."""
    if row.beside:
        return row.beside
    call, applicant, title = (half_width(str(row.values.get(name) or "")) for name in ("call", "applicant", "title"))
    return call.upper(), applicant, str(row.values.get("title") or title)
