from django.db import migrations, models


def fill(apps, schema_editor):
    """Of each paper of a project: its call's funder."""
    paper = apps.get_model("reports", "Paper")
    call = apps.get_model("grants", "Call").objects.filter(projects__papers=models.OuterRef("pk"))
    papers = paper.objects.using(schema_editor.connection.alias).filter(project__isnull=False, funder__isnull=True)
    papers.update(funder=models.Subquery(call.values("funder")[:1]))


class Migration(migrations.Migration):
    """By itself: PostgreSQL changes no table with rows that were changed in the same transaction."""

    dependencies = [
        ('reports', '0003_register_of_a_funder'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
