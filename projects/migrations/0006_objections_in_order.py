# Apart from 0004: PostgreSQL does not alter a table whose rows were changed in the same transaction.

import core.clock
import django.db.models.deletion
import projects.models.objection
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0005_objections_by_anybody'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ObjectionNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('inquiry', 'Inquiry'), ('answer', 'Answer of the group'), ('hearing', 'Hearing')], max_length=8, verbose_name='kind')),
                ('held_on', models.DateField(blank=True, null=True, verbose_name='held on')),
                ('people', models.CharField(blank=True, max_length=300, verbose_name='who was asked or present')),
                ('text', models.TextField(max_length=2000, verbose_name='text')),
                ('at', models.DateTimeField(default=core.clock.now, verbose_name='when')),
            ],
            options={
                'verbose_name': 'note on an objection',
                'verbose_name_plural': 'notes on objections',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='objection',
            options={'ordering': ['arrived_at', 'pk'], 'verbose_name': 'objection', 'verbose_name_plural': 'objections'},
        ),
        migrations.AlterField(
            model_name='notice',
            name='frozen',
            field=models.TextField(blank=True, editable=False, verbose_name='text as published'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='arrived_at',
            field=models.DateTimeField(default=core.clock.now, verbose_name='arrived at'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='call_note',
            field=models.CharField(blank=True, max_length=300, verbose_name='note of the call'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='confirmation',
            field=models.CharField(default=projects.models.objection.new_token, editable=False, max_length=40, unique=True),
        ),
        migrations.AlterField(
            model_name='objection',
            name='email',
            field=models.EmailField(blank=True, max_length=254, verbose_name='your e-mail'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='gist',
            field=models.TextField(blank=True, max_length=2000, verbose_name='what the group reads'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='name',
            field=models.CharField(max_length=60, verbose_name='your real name'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='number',
            field=models.CharField(editable=False, max_length=20, unique=True, verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='phone',
            field=models.CharField(blank=True, max_length=30, verbose_name='your phone'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='ruling',
            field=models.CharField(blank=True, choices=[('dismissed', 'Dismissed: the result is upheld'), ('corrected', 'Corrected: what the notice says is corrected and published again'), ('upheld', 'Upheld: the project loses its place')], max_length=10, verbose_name='ruling'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='sender',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name='objection',
            name='token',
            field=models.CharField(default=projects.models.objection.new_token, editable=False, max_length=40, unique=True),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['sender', 'arrived_at'], name='objection_by_sender'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('extended_until__isnull', True), ('extended_until__gt', models.F('ends_on')), _connector='OR'), name='notice_is_only_extended'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('email', ''), ('phone', ''), _negated=True), name='objector_can_be_reached'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('lapsed_at__isnull', True), ('confirmed_at__isnull', True), _connector='OR'), name='objection_lapsed_or_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('examined_at__isnull', True), ('examined_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('examined_at__isnull', False), ('examined_by__isnull', False)), _connector='OR'), name='examination_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('ruled_at__isnull', True), ('ruled_by__isnull', True), ('ruling', '')), models.Q(models.Q(('ruling', ''), _negated=True), models.Q(('reason', ''), _negated=True), ('confirmed_at__isnull', False), ('ruled_at__isnull', False), ('ruled_by__isnull', False)), _connector='OR'), name='ruling_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('ruled_by__isnull', True), ('examined_by__isnull', True), models.Q(('ruled_by', models.F('examined_by')), _negated=True), _connector='OR'), name='ruled_by_another_than_examined'),
        ),
        migrations.AddField(
            model_name='objectionnote',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='objectionnote',
            name='objection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='projects.objection'),
        ),
        migrations.AddConstraint(
            model_name='objectionnote',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'answer')), fields=('objection',), name='group_answers_once'),
        ),
        migrations.AddConstraint(
            model_name='objectionnote',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'hearing'), _negated=True), models.Q(('held_on__isnull', False), models.Q(('people', ''), _negated=True)), _connector='OR'), name='hearing_says_when_and_who'),
        ),
    ]
