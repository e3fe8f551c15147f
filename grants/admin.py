"""What an administrator prepares before a clerk can set up a call: fields, rubrics, instalments.

Funds and calls themselves are made on the pages; the ledger can only be looked at.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import RecordAdmin
from grants.models import Call, Criterion, GateRule, LedgerEntry, Level, Rubric, ServiceField, TranchePlan, TrancheRule


class FixedOnceUsed(admin.ModelAdmin):
    """Terms that a published call has announced are not changed any more: make a new one under another name."""

    view_on_site = False  # the page of a bureau, which is not an administrator's

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_announced)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_announced)


class CriterionInline(admin.TabularInline):
    model = Criterion
    extra = 3


@admin.register(Rubric)
class RubricAdmin(FixedOnceUsed):
    list_display = ("name", "funder", "points", "pass_mark", "legal_basis")
    inlines = (CriterionInline,)

    @admin.display(description=_("points in all"))
    def points(self, rubric: Rubric) -> Any:
        return rubric.total


class LevelInline(admin.TabularInline):
    model = Level
    extra = 4


@admin.register(Criterion)
class CriterionAdmin(admin.ModelAdmin):
    """The anchored levels of one criterion."""

    list_display = ("name", "rubric", "weight")
    list_filter = ("rubric",)
    fields = ("name", "guidance")
    inlines = (LevelInline,)

    def _is_used(self, obj: Criterion | None) -> bool:
        return obj is not None and obj.rubric.is_announced

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # criteria are added on their rubric

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_change_permission(request, obj) and not self._is_used(obj)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class TrancheRuleInline(admin.TabularInline):
    model = TrancheRule
    extra = 3


class GateInline(admin.TabularInline):
    model = GateRule
    extra = 2


@admin.register(TrancheRule)
class TrancheRuleAdmin(admin.ModelAdmin):
    """The gates of one instalment."""

    list_display = ("plan", "ordinal", "percentage", "gates")
    list_filter = ("plan",)
    fields = ("percentage",)
    inlines = (GateInline,)

    @admin.display(description=_("gates"))
    def gates(self, rule: TrancheRule) -> str:
        return rule.gate_words

    def _is_used(self, obj: TrancheRule | None) -> bool:
        return obj is not None and obj.plan.is_announced

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # instalments are added on their plan

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return super().has_change_permission(request, obj) and not self._is_used(obj)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(TranchePlan)
class TranchePlanAdmin(FixedOnceUsed):
    list_display = ("name", "funder", "percent", "legal_basis")
    inlines = (TrancheRuleInline,)

    @admin.display(description=_("percent in all"))
    def percent(self, plan: TranchePlan) -> Any:
        return plan.total


@admin.register(ServiceField)
class ServiceFieldAdmin(admin.ModelAdmin):
    """One that is used stays: calls, needs and projects are told by it."""

    list_display = ("name", "position")
    list_editable = ("position",)

    def has_delete_permission(self, request: HttpRequest, obj: ServiceField | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.calls.exists())


@admin.register(LedgerEntry)
class LedgerEntryAdmin(RecordAdmin):
    list_display = ("at", "fund", "kind", "amount", "reference", "by")
    list_filter = ("kind", "fund")


@admin.register(Call)
class CallAdmin(RecordAdmin):
    list_display = ("code", "title", "funder", "published_at")
