"""The calendar: public holidays and make-up workdays, from the State Council's yearly notice."""

from datetime import date

from django.utils.translation import gettext_lazy

from core.models import CalendarDay
from people.resources.base import TableResource


class CalendarDayResource(TableResource):
    """Days that are not what their weekday says, by date."""

    required = ("date", "kind", "source")
    hints = {
        "date": gettext_lazy("One day a row, every day of a holiday"),
        "source": gettext_lazy("The notice that says so"),
    }
    example = {
        "date": date(2027, 1, 1),
        "kind": "holiday",
        "source": gettext_lazy("The State Council's notice for 2027"),
    }

    class Meta:
        model = CalendarDay
        fields = ("date", "kind", "source")
        export_order = fields
        import_id_fields = ("date",)
        clean_model_instances = True
        skip_unchanged = True
