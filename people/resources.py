"""Tables that the administrator brings in: the communities, from the list of civil affairs."""

from typing import Any

from import_export import resources
from import_export.fields import Field
from import_export.widgets import CharWidget
from tablib import Dataset

from core.identifiers import validate_region_code
from people.models import Community


class RegionCodeWidget(CharWidget):
    """A region code, also where the spreadsheet has made a number of it (110105030001.0)."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return validate_region_code(str(value or ""))


class CommunityResource(resources.ModelResource):
    """Communities by region code: a known code is changed, a new one is added, nothing is deleted.

    A column may be headed by the field's name or by its label in the reader's language.
    """

    region_code = Field(attribute="region_code", column_name="region_code", widget=RegionCodeWidget())

    class Meta:
        model = Community
        fields = ("region_code", "name", "street", "district", "population", "address", "phone")
        export_order = fields
        import_id_fields = ("region_code",)
        clean_model_instances = True
        skip_unchanged = True

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        names = {str(Community._meta.get_field(name).verbose_name): name for name in self._meta.fields}
        dataset.headers = [names.get(header, header) for header in dataset.headers or []]
