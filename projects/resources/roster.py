"""A roster in a table: everybody who agreed on paper, entered at once.

Unlike other tables this one is read, entered and thrown away: a kept file would outlive every consent in it.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from core import clock
from core.forms import PhoneField
from people.models import Community
from people.resources.base import Outcome, Row, TableResource
from people.resources.widgets import ChoiceWidget, DayWidget, TextWidget
from projects.actions.roster import problems
from projects.models import Beneficiary, Project

YES = "yes"
ANSWERS = [(YES, gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
CONSENTS = ("agreed", "sensitive_agreed", "guardian_agreed", "call_agreed")
MOST_ROWS = 1000


class RosterResource(TableResource):
    """The people of one project's roster; only new ones."""

    community = Field("community", "community", TextWidget())
    agreed = Field("agreed", "agreed", ChoiceWidget(ANSWERS))
    agreed_on = Field("agreed_on", "agreed_on", DayWidget())
    sensitive_agreed = Field("sensitive_agreed", "sensitive_agreed", ChoiceWidget(ANSWERS))
    guardian_agreed = Field("guardian_agreed", "guardian_agreed", ChoiceWidget(ANSWERS))
    call_agreed = Field("call_agreed", "call_agreed", ChoiceWidget(ANSWERS))

    required = ("name", "gender", "birth_year", "category", "source", "agreed")
    labels = {
        "agreed": gettext_lazy("Agreed"),
        "agreed_on": gettext_lazy("Agreed on"),
        "sensitive_agreed": gettext_lazy("Agreed to sensitive data"),
        "guardian_agreed": gettext_lazy("Guardian agreed"),
        "call_agreed": gettext_lazy("Agreed to be phoned by an evaluator"),
    }
    hints = {
        "birth_year": gettext_lazy("Only the year. The number of the identity card is not collected."),
        "community": gettext_lazy("Name of a community of the project, or empty"),
        "agreed_on": gettext_lazy("The day on the paper; empty: today"),
        "sensitive_agreed": gettext_lazy("For disability, low income and illness: a consent of its own"),
        "guardian": gettext_lazy("For everybody under 14"),
        "guardian_agreed": gettext_lazy("For everybody under 14"),
    }
    example = {
        "name": gettext_lazy("Example person"),
        "gender": Beneficiary.Gender.FEMALE,
        "birth_year": 1948,
        "category": Beneficiary.Category.ELDER,
        "phone": "13800138000",
        "source": Beneficiary.Source.RECOMMENDED,
        "agreed": YES,
    }

    class Meta:
        model = Beneficiary
        fields = (
            *("name", "gender", "birth_year", "category", "community", "phone", "source", "recommended_by"),
            *("agreed", "agreed_on", "sensitive_agreed", "guardian", "guardian_agreed", "call_agreed"),
        )
        export_order = fields
        import_id_fields = ("name",)

    def __init__(self, *, project: Project | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.project = project

    def key_of(self, row: Row) -> Any:
        name, year = "".join(str(row.values.get("name") or "").split()), row.values.get("birth_year")
        return (name, year, row.values.get("phone") or "") if name and year else None

    def look_up(self, rows: list[Row]) -> None:
        assert self.project is not None
        self.known = {}
        self.there = set(self.project.roster.named().values_list("name", "birth_year", "phone"))
        near = [self.project.community, *self.project.other_communities.all()]
        self.places: dict[str, Community] = {place.name: place for place in near if place is not None}

    def settle(self, row: Row) -> None:
        typed = row.values.pop("community", None)
        if typed and typed not in self.places:
            row.blame("community", _("The project does not take place in “%(value)s”.") % {"value": typed[:40]})
        super().settle(row)
        row.beside = self.places.get(typed) if typed else None

    def validate(self, row: Row, *, new: bool) -> None:
        """What is typed; what follows from a consent is set when it is entered."""
        typed = {name for name in self.column_names() if name in Beneficiary.__dict__}
        left_out = {field.name for field in Beneficiary._meta.fields} - typed | {"community"} | set(row.errors)
        try:
            row.instance.clean_fields(exclude=left_out)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                row.blame(name, *messages)
        self.check(row, new=new)

    def check(self, row: Row, *, new: bool) -> None:
        values, today = row.values, clock.today()
        if self.key_of(row) in self.there:
            row.blame("name", _("This person is in the roster already."))
        if (year := values.get("birth_year")) and not today.year - 120 <= year <= today.year:
            said = {"first": today.year - 120, "last": today.year}
            row.blame("birth_year", _("Between %(first)s and %(last)s.") % said)
        if values.get("agreed") == "no":
            row.blame("agreed", _("Nobody is entered without having agreed."))
        if (day := values.get("agreed_on")) and day > today:
            row.blame("agreed_on", _("This day is in the future."))
        if phone := values.get("phone"):
            try:
                values["phone"] = PhoneField().clean(phone)
            except ValidationError as error:
                row.blame("phone", *error.messages)
        asked = problems(
            birth_year=year,
            category=values.get("category") or "",
            guardian=values.get("guardian") or "",
            sensitive_agreed=values.get("sensitive_agreed") == YES,
            guardian_agreed=values.get("guardian_agreed") == YES,
        )
        for name, message in asked.items():
            row.blame(name, message)

    def options(self, name: str) -> list[str]:
        if name == "community" and self.project is not None:
            near = [self.project.community, *self.project.other_communities.all()]
            return [place.name for place in near if place is not None]
        return super().options(name)


def read_roster(project: Project, upload: UploadedFile) -> list[Row]:
    """The rows of a workbook, each with what is wrong in it; `ValidationError` for what is no such table."""
    return RosterResource(project=project).read(upload, most=MOST_ROWS, if_none=_("There is nobody in this table."))


def to_enter(rows: list[Row]) -> list[dict[str, Any]]:
    """What `roster.enter` takes for each row; asked of rows without mistakes."""
    found = []
    for row in rows:
        assert row.outcome != Outcome.WRONG
        given = {name: value for name, value in row.values.items() if name not in (*CONSENTS, "agreed_on")}
        values = {name: "" if value is None else value for name, value in given.items()}
        values["name"] = "".join(str(values["name"]).split())
        consents = {name: row.values.get(name) == YES for name in CONSENTS}
        found.append(
            {"values": values | {"community": row.beside}, "agreed_on": row.values.get("agreed_on"), **consents}
        )
    return found
