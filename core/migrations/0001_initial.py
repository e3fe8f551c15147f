import core.clock
import core.models.attachment
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from core.migrations._together import CreateTogether


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('people', '0001_initial'),
    ]

    operations = [
        CreateTogether([
            migrations.CreateModel(
                name='CalendarDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('date', models.DateField(unique=True, verbose_name='date')),
                    ('kind', models.CharField(choices=[('holiday', 'Holiday'), ('makeup', 'Make-up workday')], max_length=10, verbose_name='kind')),
                    ('source', models.CharField(help_text='The notice that says so', max_length=200, verbose_name='source')),
                ],
                options={
                    'verbose_name': 'calendar day',
                    'verbose_name_plural': 'calendar days',
                    'ordering': ['date'],
                },
            ),
            migrations.CreateModel(
                name='MessagePreference',
                fields=[
                    ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='message_preference', serialize=False, to=settings.AUTH_USER_MODEL)),
                    ('rhythm', models.CharField(choices=[('at_once', 'Each message at once'), ('daily', 'One summary a day, at eight in the morning'), ('never', 'Nothing: I read my messages here')], default='at_once', max_length=8, verbose_name='messages by e-mail')),
                ],
                options={
                    'verbose_name': 'preference for messages',
                    'verbose_name_plural': 'preferences for messages',
                },
            ),
            migrations.CreateModel(
                name='Duty',
                fields=[
                    ('name', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='name')),
                    ('done_on', models.DateField(null=True, verbose_name='done on')),
                ],
                options={
                    'verbose_name': 'daily duty',
                    'verbose_name_plural': 'daily duties',
                },
            ),
            migrations.CreateModel(
                name='Notification',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
                    ('subject', models.CharField(max_length=200, verbose_name='subject')),
                    ('body', models.TextField(blank=True, verbose_name='text')),
                    ('url', models.CharField(blank=True, max_length=300, verbose_name='link')),
                    ('at', models.DateTimeField(default=core.clock.now, verbose_name='when')),
                    ('key', models.CharField(blank=True, editable=False, help_text='Said once to each person', max_length=60)),
                    ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read at')),
                ],
                options={
                    'verbose_name': 'notification',
                    'verbose_name_plural': 'notifications',
                    'ordering': ['-at', '-pk'],
                    'indexes': [models.Index(fields=['recipient', 'read_at'], name='notification_unread'), models.Index(fields=['recipient', 'at', 'id'], name='notification_by_time')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('recipient', 'key'), name='notification_key_once')],
                },
            ),
            migrations.CreateModel(
                name='Dispatch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('notification', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='dispatches', to='core.notification', verbose_name='notification')),
                    ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                    ('text', models.TextField(blank=True, verbose_name='text')),
                    ('channel', models.CharField(max_length=20, verbose_name='way')),
                    ('address', models.CharField(max_length=254, verbose_name='address')),
                    ('in_digest', models.BooleanField(default=False, verbose_name="in the day's summary")),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('read', 'Read on the site before it was sent'), ('failed', 'Given up')], default='waiting', max_length=8, verbose_name='state')),
                    ('due_at', models.DateTimeField(default=core.clock.now, verbose_name='next try')),
                    ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                    ('error', models.CharField(blank=True, max_length=300, verbose_name='why it failed')),
                    ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ],
                options={
                    'verbose_name': 'message on its way',
                    'verbose_name_plural': 'messages on their way',
                    'ordering': ['-pk'],
                    'indexes': [models.Index(fields=['state', 'due_at'], name='dispatch_due')],
                    'constraints': [models.UniqueConstraint(fields=('notification', 'channel'), name='dispatch_once_a_channel'), models.CheckConstraint(condition=models.Q(models.Q(('notification__isnull', False), ('subject', ''), ('text', '')), models.Q(('in_digest', False), ('notification__isnull', True), models.Q(('subject', ''), _negated=True)), _connector='OR'), name='dispatch_carries_one_message'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='dispatch_sent_when')],
                },
            ),
            migrations.CreateModel(
                name='Series',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=100, unique=True, verbose_name='key')),
                    ('last', models.PositiveIntegerField(default=0, verbose_name='last number given')),
                ],
                options={
                    'verbose_name': 'number series',
                    'verbose_name_plural': 'number series',
                    'ordering': ['key'],
                },
            ),
            migrations.CreateModel(
                name='DailyRoot',
                fields=[
                    ('day', models.DateField(primary_key=True, serialize=False, verbose_name='day')),
                    ('number', models.BigIntegerField(verbose_name='events sealed')),
                    ('hash', models.CharField(max_length=64, verbose_name='root')),
                    ('taken_at', models.DateTimeField(default=core.clock.now, verbose_name='taken at')),
                ],
                options={
                    'verbose_name': 'daily root',
                    'verbose_name_plural': 'daily roots',
                    'ordering': ['-day'],
                },
            ),
            migrations.CreateModel(
                name='Event',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contenttypes.contenttype', verbose_name='kind of record')),
                    ('object_id', models.BigIntegerField()),
                    ('name', models.CharField(max_length=60, verbose_name='what')),
                    ('label', models.CharField(blank=True, max_length=120, verbose_name='in words')),
                    ('source_state', models.CharField(blank=True, max_length=30, verbose_name='from')),
                    ('target_state', models.CharField(blank=True, max_length=30, verbose_name='to')),
                    ('note', models.TextField(blank=True, verbose_name='note')),
                    ('data', models.JSONField(blank=True, default=dict, verbose_name='details')),
                    ('actor', models.ForeignKey(help_text='Empty: the system itself, or a resident without an account', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                    ('at', models.DateTimeField(default=core.clock.now, verbose_name='when')),
                ],
                options={
                    'verbose_name': 'event',
                    'verbose_name_plural': 'events',
                    'ordering': ['at', 'pk'],
                    'indexes': [models.Index(fields=['content_type', 'object_id', 'at'], name='event_of_object'), models.Index(condition=models.Q(('name__in', ('view', 'export', 'download', 'look_up'))), fields=['id'], name='event_of_disclosure'), models.Index(django.db.models.fields.json.KeyTransform('funder', 'data'), condition=models.Q(('name__in', ('view', 'export', 'download', 'look_up'))), name='disclosure_by_funder'), models.Index(condition=models.Q(('name__in', ('view', 'export', 'download', 'look_up'))), fields=['actor'], name='disclosure_by_actor')],
                },
            ),
            migrations.CreateModel(
                name='Seal',
                fields=[
                    ('number', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='number')),
                    ('label_key', models.CharField(max_length=64, verbose_name='salt of the words')),
                    ('note_key', models.CharField(blank=True, max_length=64, verbose_name='salt of the note')),
                    ('data_key', models.CharField(blank=True, max_length=64, verbose_name='salt of the details')),
                    ('digest', models.CharField(max_length=64, verbose_name='digest')),
                    ('hash', models.CharField(max_length=64, verbose_name='hash')),
                    ('sealed_at', models.DateTimeField(verbose_name='sealed at')),
                    ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='core.event', verbose_name='event')),
                ],
                options={
                    'verbose_name': 'seal',
                    'verbose_name_plural': 'seals',
                    'ordering': ['number'],
                },
            ),
            migrations.CreateModel(
                name='Attachment',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contenttypes.contenttype')),
                    ('object_id', models.BigIntegerField()),
                    ('kind', models.SlugField(blank=True, max_length=40, verbose_name='kind')),
                    ('file', models.FileField(storage=core.models.attachment.private_storage, upload_to=core.models.attachment.private_path, verbose_name='file')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                    ('media_type', models.CharField(max_length=100, verbose_name='media type')),
                    ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                    ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
                    ('at', models.DateTimeField(default=core.clock.now, verbose_name='uploaded at')),
                    ('within', models.CharField(blank=True, db_index=True, editable=False, max_length=80)),
                ],
                options={
                    'verbose_name': 'attachment',
                    'verbose_name_plural': 'attachments',
                    'ordering': ['at', 'pk'],
                    'indexes': [models.Index(fields=['content_type', 'object_id'], name='attachment_of_object')],
                },
            ),
            migrations.CreateModel(
                name='Worker',
                fields=[
                    ('name', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='name')),
                    ('machine', models.CharField(max_length=120, verbose_name='machine')),
                    ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='since')),
                    ('beat_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='last sign of life')),
                    ('missed_at', models.DateTimeField(null=True, verbose_name='missed since')),
                ],
                options={
                    'verbose_name': 'worker',
                    'verbose_name_plural': 'workers',
                },
            ),
            migrations.CreateModel(
                name='Knock',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('sender', models.CharField(max_length=64, verbose_name='fingerprint of the sender')),
                    ('page', models.CharField(max_length=100)),
                    ('at', models.DateTimeField(default=core.clock.now)),
                ],
                options={
                    'verbose_name': 'sending of a stranger',
                    'verbose_name_plural': 'sendings of strangers',
                    'indexes': [models.Index(fields=['sender', 'at'], name='knock_of_sender')],
                },
            ),
        ]),
    ]
