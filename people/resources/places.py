"""Places: the communities, from the list of civil affairs, and the regions, from the national code tables."""

from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from core.identifiers import validate_region_code
from people.models import Community, Region
from people.models.region import validate_code
from people.resources.base import TableResource
from people.resources.rows import Row
from people.resources.widgets import CodeWidget
from people.territory import inside, lies_in


class CommunityResource(TableResource):
    """Communities by region code."""

    region_code = Field(attribute="region_code", column_name="region_code", widget=CodeWidget(validate_region_code))

    required = ("region_code", "name", "street", "district")
    hints = {"region_code": gettext_lazy("12 digits"), "population": gettext_lazy("A whole number")}
    example = {
        "region_code": "110105030001",
        "name": gettext_lazy("Example community"),
        "street": gettext_lazy("Example street"),
        "district": gettext_lazy("Example district"),
        "population": 5200,
    }

    class Meta:
        model = Community
        fields = ("region_code", "name", "street", "district", "population", "address", "phone", "email")
        export_order = fields
        import_id_fields = ("region_code",)
        clean_model_instances = True
        skip_unchanged = True

    def check(self, row: Row, *, new: bool) -> None:
        """A bureau keeps the communities of its region; the administrator all."""
        regions = self.by.bureaus.values() if self.by is not None else ()
        if regions and not any(lies_in(row.instance.region_code, region) for region in regions):
            row.blame("region_code", _("This community lies outside the region of your bureau."))

    def options(self, name: str) -> list[str]:
        """The districts of the bureau's region (the administrator: all), as its communities write them; one that has
        none yet is called as in the table of regions."""
        if name != "district":
            return super().options(name)
        regions = [region for region in self.by.bureaus.values() if region] if self.by is not None else []
        counties = Region.objects.valid_on().filter(level=Region.Level.COUNTY)
        written = Community.objects.order_by("district")
        if regions:
            counties = counties.filter(inside("code", *(region[: Region.Level.COUNTY] for region in regions)))
            written = written.filter(inside("region_code", *regions))
        county = Left("region_code", int(Region.Level.COUNTY))
        known = set(written.order_by().annotate(county=county).values_list("county", flat=True).distinct())
        names = [name for code, name in counties.values_list("code", "name") if code not in known]
        return [*dict.fromkeys([*written.values_list("district", flat=True).distinct(), *names])]


class RegionResource(TableResource):
    """Regions by code, as the national tables come: their columns of the codes above are not needed."""

    code = Field(attribute="code", column_name="code", widget=CodeWidget(validate_code))
    successor = Field(attribute="successor", column_name="successor", widget=CodeWidget(validate_code))

    required = ("code", "name")
    ignored = ("provinceCode", "cityCode", "areaCode", "streetCode")
    hints = {
        "code": gettext_lazy("2 digits for a province, 4 city, 6 district or county, 9 street or town, 12 community"),
    }
    example = {"code": "110105030", "name": gettext_lazy("Example street")}

    class Meta:
        model = Region
        fields = ("code", "name", "valid_from", "valid_until", "successor")
        export_order = fields
        import_id_fields = ("code",)

    def check(self, row: Row, *, new: bool) -> None:
        region = row.instance
        if region.valid_from and region.valid_until and region.valid_until <= region.valid_from:
            row.blame("valid_until", _("It cannot end before it began."))
        if region.successor and region.successor == region.code:
            row.blame("successor", _("A region cannot come after itself."))
