"""Needs in a table: what a survey found, many at once (S4: 由专业社工进行社区居民的需求调研)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from core.identifiers import half_width, validate_region_code
from core.masking import mask_name, mask_phone
from grants.models import Need, ServiceField
from people.models import Community, ground_of
from people.resources.base import TableResource
from people.resources.rows import Row
from people.resources.widgets import ReferenceWidget


class NeedResource(TableResource):
    """Needs, known by community and title: reading the same table again adds none twice."""

    community = Field("community", "community", ReferenceWidget("region_code"))
    field = Field("field", "field", ReferenceWidget("name"))

    required = ("title", "text", "community")
    masked = {"contact": mask_name, "contact_phone": mask_phone}
    logged = True
    hints = {
        "community": gettext_lazy("12-digit region code of the community"),
        "field": gettext_lazy("One of the service fields of the platform, or empty"),
    }
    example = {
        "title": gettext_lazy("Example: nobody goes to the doctor with the old"),
        "text": gettext_lazy("Who lacks what, and since when."),
        "community": "110105030001",
        "people": 86,
        "method": gettext_lazy("Questionnaire at the door"),
        "sample": 120,
        "source": Need.Source.SURVEY,
        "channel": Need.Channel.VISIT,
    }

    class Meta:
        model = Need
        fields = (
            *("title", "text", "community", "field", "people", "method", "sample", "evidence"),
            *("source", "channel", "contact", "contact_phone"),
        )
        export_order = fields
        import_id_fields = ("title",)

    def options(self, name: str) -> list[str]:
        if name == "field":
            return list(ServiceField.objects.values_list("name", flat=True))
        return super().options(name)

    def key_of(self, row: Row) -> Any:
        """The community's code and the title, which stay what they are while the row is resolved."""
        code, title = row.cells.get("_code"), row.values.get("title")
        return (code, title) if code and title else None

    def clean(self, row: Row) -> None:
        super().clean(row)
        code = row.values.get("community")
        row.cells["_code"] = None
        if code and "community" not in row.errors:
            try:
                row.cells["_code"] = validate_region_code(code)
            except ValidationError as error:
                row.blame("community", *error.messages)

    def look_up(self, rows: list[Row]) -> None:
        codes = {row.cells["_code"] for row in rows if row.cells["_code"]}
        titles = {row.values.get("title") for row in rows}
        found = Need.objects.filter(community__region_code__in=codes, title__in=titles).with_names()
        self.known = {(need.community.region_code, need.title): need for need in found}
        near = ground_of("region_code", self.by.bureaus)
        self.communities = {obj.region_code: obj for obj in Community.objects.filter(near, region_code__in=codes)}
        self.service_fields = {obj.name: obj for obj in ServiceField.objects.all()}

    def settle(self, row: Row) -> None:
        code = row.cells["_code"]
        if code and code in self.communities:
            row.values["community"] = self.communities[code]
        elif code:
            row.values.pop("community")
            row.blame("community", _("No community has the region code “%(value)s”.") % {"value": code})
        name = half_width(row.values.pop("field", "") or "")
        if name and name not in self.service_fields:
            row.blame("field", _("There is no service field “%(value)s”.") % {"value": name[:40]})
        elif "field" in row.cells:
            row.values["field"] = self.service_fields.get(name)
        super().settle(row)

    def check(self, row: Row, *, new: bool) -> None:
        if new:
            row.instance.entered_by = self.by
            if row.instance.source == Need.Source.COMMUNITY:  # only funders' clerks read tables in
                row.instance.vouched_by = self.by
        elif row.instance.state not in (Need.State.RECEIVED, Need.State.ACCEPTED):
            row.blame("", _("This need has been decided on already and cannot be changed by a table."))

    def exported(self) -> models.QuerySet[Any]:
        return Need.objects.on_desk_of(self.by).with_names().order_by("pk")
