import core.clock
import core.models.attachment
import django.db.models.deletion
import reports.models.import_job
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.SlugField(max_length=40, verbose_name='table')),
                ('file', models.FileField(storage=core.models.attachment.private_storage, upload_to=reports.models.import_job.import_path, verbose_name='file')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='sent by')),
                ('at', models.DateTimeField(default=core.clock.now, verbose_name='sent at')),
                ('language', models.CharField(help_text='In which the findings are written', max_length=10, verbose_name='language')),
                ('mode', models.CharField(choices=[('good_rows', 'Import the good rows and leave out the wrong ones'), ('all_or_nothing', 'All or nothing: with a single wrong row, import none')], default='good_rows', max_length=20, verbose_name='what to import')),
                ('status', models.CharField(choices=[('checking', 'Being checked'), ('ready', 'Waiting for your decision'), ('running', 'Being imported'), ('done', 'Imported'), ('refused', 'Not imported'), ('discarded', 'Discarded'), ('failed', 'Stopped')], default='checking', max_length=20, verbose_name='status')),
                ('is_confirmed', models.BooleanField(default=False, editable=False)),
                ('attempt', models.PositiveSmallIntegerField(default=1, editable=False)),
                ('total', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='rows done')),
                ('new', models.PositiveIntegerField(default=0, verbose_name='new')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('unchanged', models.PositiveIntegerField(default=0, verbose_name='unchanged')),
                ('wrong', models.PositiveIntegerField(default=0, verbose_name='wrong')),
                ('samples', models.JSONField(blank=True, default=dict, verbose_name='first rows of each kind')),
                ('errors', models.JSONField(blank=True, default=list, verbose_name='wrong rows')),
                ('wrong_rows', models.FileField(blank=True, storage=core.models.attachment.private_storage, upload_to=reports.models.import_job.import_path, verbose_name='workbook of the wrong rows')),
                ('problem', models.TextField(blank=True, verbose_name='what stopped it')),
                ('moved_at', models.DateTimeField(default=core.clock.now, verbose_name='last progress')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['by', '-at'], name='import_jobs_of_person')],
            },
        ),
    ]
