import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Left, Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from core import clock
from core.identifiers import half_width, validate_region_code
from people.models.community import Community

LENGTHS = (2, 4, 6, 9, 12)


def validate_code(code: str) -> str:
    """A region's code: 2 digits for a province, 4, 6, 9 for those below, 12 for a community."""
    code = half_width(code).strip()
    if not re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", code):
        raise ValidationError(
            _("The code of a region has 2, 4, 6, 9 or 12 digits; this is “%(value)s”."),
            code="region_length",
            params={"value": code[:40]},
        )
    validate_region_code(code.ljust(12, "0"))  # knows the provinces
    return code


class RegionQuerySet(models.QuerySet["Region"]):
    def valid_on(self, day: date | None = None) -> "RegionQuerySet":
        """The regions that exist on a day (today): codes change by a few hundred a year."""
        day = day or clock.today()
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(begun, Q(valid_until__isnull=True) | Q(valid_until__gt=day))

    def within(self, code: str) -> "RegionQuerySet":
        """The region and everything below it."""
        return self.filter(code__startswith=code)

    def knows(self, code: str) -> bool:
        """Whether a code names a region of today, or a community in one; anything does while no regions are loaded."""
        if not self.exists():
            return True
        return self.valid_on().filter(code=code[:9] if len(code) == 12 else code).exists()

    def path(self, code: str) -> list["Region"]:
        """The regions that a code lies in, from the province down to itself; a level that is not known is left out."""
        return list(self.filter(code__in=[code[:length] for length in LENGTHS if length <= len(code)]).order_by("code"))


def place_name(code: str) -> str:
    """What the region of a code is called; from the communities in it when the regions are not loaded, else empty."""
    return place_names([code])[code]


def place_names(codes: Iterable[str]) -> dict[str, str]:
    """`place_name` of each of them, asked for at once."""
    names = dict.fromkeys(codes, "")
    names |= dict(Region.objects.filter(code__in=list(names)).values_list("code", "name"))
    columns = {6: "district", 9: "street", 12: "name"}
    for code in (code for code, name in names.items() if not name and len(code) in columns):
        inside = Community.objects.filter(region_code__startswith=code).first()
        names[code] = str(getattr(inside, columns[len(code)])) if inside else ""
    return names


class Region(models.Model):
    """An administrative division by its code (GB/T 2260 and 10114), which holds the codes of those above it.

    The level and the parent follow from the code, so the database derives them. A region that was renamed
    or merged stays, with the day of its end and the code that came after: papers keep the old one.
    """

    class Level(models.IntegerChoices):
        PROVINCE = 2, _("Province")
        CITY = 4, _("City")
        COUNTY = 6, _("District or county")
        STREET = 9, _("Street or town")
        COMMUNITY = 12, _("Community")

    code = models.CharField(_("region code"), max_length=12, unique=True, validators=[validate_code])
    name = models.CharField(_("name"), max_length=80)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The first day on which it no longer exists")
    )
    successor = models.CharField(
        _("successor"), max_length=12, blank=True, help_text=_("The code of the region that came after it")
    )
    level = models.GeneratedField(
        verbose_name=_("level"),
        expression=Length("code"),
        output_field=models.IntegerField(),
        choices=Level.choices,
        db_persist=True,
    )
    parent_code = models.GeneratedField(
        verbose_name=_("parent"),
        expression=Case(
            *(When(Exact(Length("code"), own), then=Left("code", above)) for above, own in pairwise(LENGTHS)),
            default=Value(""),
        ),
        output_field=models.CharField(max_length=9),
        db_persist=True,
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        indexes = [models.Index(fields=["parent_code", "code"], name="region_children")]
        constraints = [
            models.CheckConstraint(
                name="region_valid_after_start",
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                violation_error_message=_("It cannot end before it began."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def parent(self) -> "Region | None":
        return Region.objects.filter(code=self.parent_code).first() if self.parent_code else None

    @property
    def children(self) -> RegionQuerySet:
        return Region.objects.filter(parent_code=self.code)
