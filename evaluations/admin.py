"""Judgements can be looked at here, never changed: changes go through the verbs."""

from django.contrib import admin

from core.admin import RecordAdmin
from evaluations.models import Assignment, Commission, Result, Sheet


@admin.register(Assignment)
class AssignmentAdmin(RecordAdmin):
    list_display = ("project", "person", "purpose", "round", "assigned_at", "recused_at")
    list_filter = ("purpose",)


@admin.register(Sheet)
class SheetAdmin(RecordAdmin):
    list_display = ("assignment", "total", "submitted_at")


@admin.register(Result)
class ResultAdmin(RecordAdmin):
    list_display = ("project", "purpose", "round", "score", "rank", "grade")
    list_filter = ("purpose",)


@admin.register(Commission)
class CommissionAdmin(RecordAdmin):
    list_display = ("call", "organization", "since", "until")
