"""Organisations get the region in which they are at home, bureaus the one they are responsible for; experts and credit
records the bureau that keeps them.

A bureau that is alone in its deployment keeps what it saw: the smallest region that holds all communities. Several are
told apart by the region in their credit code; the administrator corrects what that does not say (a street office has
the code of its district).
"""

import os

import core.clock
import django.db.models.deletion
import people.models.invitation
import people.models.region
from django.conf import settings
from django.db import migrations, models

from people import territory


def common_region(codes):
    shared = os.path.commonprefix(list(codes))
    return next((shared[:length] for length in reversed(territory.LENGTHS) if length <= len(shared)), "")


def fill(apps, schema_editor):
    Organization = apps.get_model("people", "Organization")
    changed = []
    funders = list(Organization.objects.filter(kind="funder"))
    communities = apps.get_model("people", "Community").objects.values_list("region_code", flat=True)
    alone = common_region(communities)[:9] if len(funders) == 1 else ""
    for one in Organization.objects.select_related("community").iterator(chunk_size=2000):
        number = one.filing_number if one.status == "filed" else one.credit_code
        if one.kind == "funder":
            one.region = alone or territory.home_of(number)
        else:
            one.region = one.community.region_code if one.community else territory.home_of(number)
        changed.append(one)
        if len(changed) == 2000:
            Organization.objects.bulk_update(changed, ["region"])
            changed = []
    Organization.objects.bulk_update(changed, ["region"])
    worked = dict(
        apps.get_model("people", "Membership").objects.filter(organization__kind="funder").order_by("-since")
        .values_list("user", "organization")
    )  # fmt: skip
    for model, person in (("Expert", "added_by_id"), ("CreditRecord", "recorded_by_id")):
        rows = list(apps.get_model("people", model).objects.all())
        for row in rows:
            row.bureau_id = worked.get(getattr(row, person))
        apps.get_model("people", model).objects.bulk_update(rows, ["bureau"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='creditrecord',
            name='bureau',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entered_credit_records', to='people.organization', verbose_name='entered for'),
        ),
        migrations.AddField(
            model_name='expert',
            name='bureau',
            field=models.ForeignKey(editable=False, help_text="The bureau on whose roster the line stands; others borrow it with the expert's consent", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='experts', to='people.organization', verbose_name='kept by'),
        ),
        migrations.AddField(
            model_name='organization',
            name='region',
            field=models.CharField(blank=True, db_index=True, help_text='Of a funder: the region that it is responsible for. Of others it follows from place and number.', max_length=12, validators=[people.models.region.validate_code], verbose_name='region code'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.CreateModel(
            name='ExpertLoan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(default=core.clock.now, verbose_name='asked at')),
                ('agreed_at', models.DateTimeField(null=True, verbose_name='agreed at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('bureau', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='borrowed_experts', to='people.organization')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='loans', to='people.expert')),
            ],
            options={
                'verbose_name': 'loan of an expert',
                'verbose_name_plural': 'loans of experts',
                'ordering': ['asked_at', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('expert', 'bureau'), name='expert_lent_once')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('manager', 'Head'), ('staff', 'Staff'), ('approver', 'Approver'), ('finance', 'Finance'), ('mentor', 'Mentor'), ('evaluator', 'Evaluator'), ('auditor', 'Auditor')], max_length=12, verbose_name='role')),
                ('name', models.CharField(max_length=60, verbose_name='full name')),
                ('token', models.CharField(default=people.models.invitation.new_token, editable=False, max_length=30, unique=True)),
                ('invited_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='invited at')),
                ('accepted_at', models.DateTimeField(editable=False, null=True, verbose_name='accepted at')),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True, verbose_name='withdrawn at')),
                ('accepted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='people.organization', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False), ('withdrawn_at__isnull', True)), _connector='OR'), name='invitation_accepted_by_somebody')],
            },
        ),
    ]
