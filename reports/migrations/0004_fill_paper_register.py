from django.db import migrations, models
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """Of a paper of a project: its call's funder; of any other: its issuer."""
    paper = apps.get_model("reports", "Paper")
    call = apps.get_model("grants", "Call").objects.filter(projects__papers=models.OuterRef("pk"))
    papers = paper.objects.using(schema_editor.connection.alias).filter(register__isnull=True)
    papers.update(register=Coalesce(models.Subquery(call.values("funder")[:1]), models.F("issuer")))


class Migration(migrations.Migration):
    """By itself: PostgreSQL changes no table with rows that were changed in the same transaction."""

    dependencies = [
        ('reports', '0003_paper_register'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
