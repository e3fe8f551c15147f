import hashlib
import json

import django.db.models.deletion
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import migrations, models
from django.db.models import F

from projects.models.objection import new_token


def carry_over(apps, schema_editor):
    """Objections so far count as confirmed when they came; what was typed as contact becomes e-mail or phone.

    A notice whose digest still holds gets the text that is now published with it, and the digest of that text;
    one that was altered keeps its old digest, so that it goes on to show as altered.
    """
    Objection = apps.get_model("projects", "Objection")
    for objection in Objection.objects.order_by("pk"):
        contact = objection.phone.strip()
        try:
            validate_email(contact)
        except ValidationError:
            objection.phone = contact[:30]
            objection.call_note = contact if len(contact) > 30 else ""
        else:
            objection.email, objection.phone = contact, ""
        objection.number = f"YY{objection.arrived_at:%Y}-A{objection.pk:04d}"
        objection.token, objection.confirmation = new_token(), new_token()
        objection.confirmed_at = objection.arrived_at
        objection.save()
    for notice in apps.get_model("projects", "Notice").objects.select_related("call"):
        notice.workdays = notice.call.notice_workdays
        notice.counts_first_day = notice.call.notice_counts_first_day
        entries = list(
            notice.entries.select_related("project").order_by("track", F("rank").asc(nulls_last=True), "pk")
        )
        days = [notice.starts_on.isoformat(), notice.ends_on.isoformat()]
        rows = [
            [e.project.number, e.title, e.applicant, str(e.rank), str(e.score), str(e.amount)] for e in entries
        ]
        before = json.dumps([notice.call.code, *days, rows], ensure_ascii=False)
        if hashlib.sha256(before.encode()).hexdigest() == notice.digest:
            said = {
                "call": notice.call.code,
                "from": days[0],
                "until": days[1],
                "workdays": notice.workdays,
                "first_day_counts": notice.counts_first_day,
                "projects": [
                    {
                        "number": e.project.number,
                        "track": e.track,
                        "title": e.title,
                        "applicant": e.applicant,
                        "rank": str(e.rank),
                        "score": str(e.score),
                        "amount": str(e.amount),
                    }
                    for e in entries
                ],
            }
            notice.frozen = json.dumps(said, ensure_ascii=False, indent=1)
            notice.digest = hashlib.sha256(notice.frozen.encode()).hexdigest()
        notice.save()


def user(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **more
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("projects", "0004_blind_experts"),
    ]

    operations = [
        # the notice: which rule, how long, the text itself, what corrects what
        migrations.AddField("notice", "workdays", models.PositiveSmallIntegerField(default=5, verbose_name="workdays")),
        migrations.AddField(
            "notice", "counts_first_day", models.BooleanField(default=True, verbose_name="the first day counts")
        ),
        migrations.AddField(
            "notice",
            "extended_until",
            models.DateField(blank=True, editable=False, null=True, verbose_name="extended until"),
        ),
        migrations.AddField(
            "notice", "frozen", models.TextField(blank=True, editable=False, verbose_name="text as published", default="")
        ),
        migrations.AddField(
            "noticeentry",
            "corrects",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="projects.noticeentry",
                verbose_name="corrects",
            ),
        ),
        # the objection: how to reach its sender, who looked into it
        migrations.RemoveConstraint("objection", "ruling_is_whole"),
        migrations.RenameField("objection", "received_at", "arrived_at"),
        migrations.RenameField("objection", "contact", "phone"),
        migrations.AddField("objection", "number", models.CharField(default="", max_length=20)),
        migrations.AddField("objection", "token", models.CharField(default="", max_length=40)),
        migrations.AddField("objection", "confirmation", models.CharField(default="", max_length=40)),
        migrations.AddField(
            "objection", "email", models.EmailField(blank=True, default="", max_length=254, verbose_name="your e-mail")
        ),
        migrations.AddField(
            "objection", "sender", models.CharField(blank=True, default="", editable=False, max_length=64)
        ),
        migrations.AddField(
            "objection", "confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")
        ),
        migrations.AddField(
            "objection", "lapsed_at", models.DateTimeField(blank=True, null=True, verbose_name="could not be confirmed")
        ),
        migrations.AddField("objection", "called_by", user(blank=True, null=True)),
        migrations.AddField(
            "objection",
            "call_note",
            models.CharField(blank=True, default="", max_length=300, verbose_name="note of the call"),
        ),
        migrations.AddField(
            "objection", "examined_at", models.DateTimeField(blank=True, null=True, verbose_name="examined since")
        ),
        migrations.AddField("objection", "examined_by", user(blank=True, null=True)),
        migrations.AddField(
            "objection",
            "gist",
            models.TextField(blank=True, default="", max_length=2000, verbose_name="what the group reads"),
        ),
        migrations.AddField(
            "objection",
            "answer_until",
            models.DateField(blank=True, null=True, verbose_name="the group answers until"),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
