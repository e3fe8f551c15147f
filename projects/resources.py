"""Proposals in a table: drafts that reached a clerk on paper go in, and everything there is comes out.

A table makes drafts only: the group's head looks through it, adds the budget and submits. Nobody's own draft is
changed by a table, only one that the same clerk has entered before.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from core.identifiers import half_width
from core.masking import mask_phone
from grants.models import Call, ServiceField
from people.models import Community, Organization, Role
from people.resources.base import Row, TableResource
from people.resources.widgets import ReferenceWidget
from projects.models import Project, State


class ProposalResource(TableResource):
    """Proposals, known by call, applicant and title."""

    call = Field("call", "call", ReferenceWidget("code"))
    applicant = Field("applicant", "applicant", ReferenceWidget("number"))
    field = Field("field", "field", ReferenceWidget("name"))
    community = Field("community", "community", ReferenceWidget("region_code"))

    required = ("call", "applicant", "title")
    masked = {"leader_phone": mask_phone}
    logged = True
    hints = {
        "call": gettext_lazy("The call's code, for example DF2013"),
        "applicant": gettext_lazy("Credit code, filing number or full name of the applicant"),
        "field": gettext_lazy("One of the service fields of the call, or empty"),
        "community": gettext_lazy("12-digit region code of the community"),
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
            *("call", "applicant", "title", "field", "community", "leader", "leader_phone", "starts_on", "ends_on"),
            *("beneficiaries", "summary", "needs", "goals", "method", "risks", "emergency_plan", "amount_requested"),
        )
        export_order = fields
        import_id_fields = ("title",)

    def key_of(self, row: Row) -> Any:
        call, applicant, title = self._found(row, "call"), self._found(row, "applicant"), row.values.get("title")
        return (call.pk, applicant.pk, title) if call and applicant and title else None

    def _found(self, row: Row, name: str) -> Any:
        typed = row.cells.get(f"_{name}") or ""
        return {"call": self.calls, "applicant": self.applicants}[name].get(typed)

    def clean(self, row: Row) -> None:
        super().clean(row)
        for name in ("call", "applicant"):
            row.cells[f"_{name}"] = half_width(str(row.values.get(name) or ""))

    def look_up(self, rows: list[Row]) -> None:
        codes = {row.cells["_call"].upper() for row in rows} | {row.cells["_call"] for row in rows}
        funders = self.by.organizations_as(Role.STAFF) if self.by else []
        mine = Call.objects.filter(code__in=codes, funder__in=funders).prefetch_related("tracks", "service_fields")
        self.calls = {code: call for call in mine for code in (call.code, call.code.lower())}
        named = {row.cells["_applicant"] for row in rows} - {""}
        known = Q(credit_code__in=named) | Q(filing_number__in=named) | Q(name__in=named)
        found = Organization.objects.applicants().filter(known).select_related("host", "community")
        self.applicants = {key: obj for obj in found for key in (obj.number, obj.name)}
        places = {row.values.get("community") for row in rows} - {"", None}
        self.communities = {obj.region_code: obj for obj in Community.objects.filter(region_code__in=places)}
        self.service_fields = {obj.name: obj for obj in ServiceField.objects.all()}
        projects = Project.objects.filter(call__in=self.calls.values(), applicant__in=self.applicants.values())
        related = ("call", "applicant", "field", "community", "track")
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
        super().settle(row)

    def _resolve(self, row: Row, name: str, known: dict[str, Any], missing: str) -> None:
        typed = row.values.pop(name, None)
        if typed and typed not in known:
            row.blame(name, missing % {"value": typed[:40]})
        elif name in row.cells:
            row.values[name] = known.get(typed) if typed else None

    def check(self, row: Row, *, new: bool) -> None:
        project = row.instance
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
        project.host = project.applicant.host if project.applicant.is_filed else None
        project.created_by = self.by

    def exported(self) -> models.QuerySet[Any]:
        related = ("call", "applicant", "field", "community")
        return Project.objects.visible_to(self.by).select_related(*related).order_by("pk")
