import core.clock
import core.fields
import core.identifiers
import core.workflow
import django.contrib.auth.models
import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
import people.models.invitation
import people.models.privacy
import people.models.region
from django.conf import settings
from django.db import migrations, models

from core.migrations._together import CreateTogether


from people.privacy_words import NOTICE


def put_down_the_first_notice(apps, schema_editor):
    """From the first day on everybody is told, and asked at the next sign-in."""
    apps.get_model("people", "PrivacyNotice").objects.get_or_create(version=1, defaults={"text": NOTICE})


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateTogether([
            migrations.CreateModel(
                name='Community',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('region_code', models.CharField(max_length=12, unique=True, validators=[core.identifiers.validate_region_code], verbose_name='region code')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('street', models.CharField(max_length=80, verbose_name='street or town')),
                    ('district', models.CharField(max_length=80, verbose_name='district')),
                    ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='population')),
                    ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                    ('phone', models.CharField(blank=True, max_length=30, verbose_name='office phone')),
                    ('email', models.EmailField(blank=True, help_text='Receives the monthly reports of its projects', max_length=254, verbose_name='office e-mail')),
                ],
                options={
                    'verbose_name': 'community',
                    'verbose_name_plural': 'communities',
                    'ordering': ['region_code'],
                },
            ),
            migrations.CreateModel(
                name='Organization',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                    ('kind', models.CharField(choices=[('community_group', 'Community group'), ('social_organization', 'Social work organisation'), ('support_organization', 'Support organisation'), ('funder', 'Funder'), ('evaluator', 'Evaluation organisation'), ('enterprise', 'Enterprise'), ('foundation', 'Foundation')], max_length=30, verbose_name='kind')),
                    ('status', models.CharField(choices=[('registered', 'Registered'), ('filed', 'Filed')], default='registered', help_text='Registered with civil affairs, or only filed with the street office', max_length=12, verbose_name='legal status')),
                    ('credit_code', models.CharField(blank=True, max_length=18, verbose_name='unified social credit code')),
                    ('filing_number', models.CharField(blank=True, max_length=30, verbose_name='filing number')),
                    ('authority', models.CharField(blank=True, max_length=120, verbose_name='registration or filing authority')),
                    ('established_on', models.DateField(blank=True, null=True, verbose_name='established on')),
                    ('host', models.ForeignKey(blank=True, help_text='Signs agreements and receives the money for a group that is only filed', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='guests', to='people.organization', verbose_name='host organisation')),
                    ('community', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='people.community', verbose_name='community')),
                    ('legal_representative', models.CharField(blank=True, max_length=60, verbose_name='person in charge')),
                    ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                    ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                    ('profile', models.TextField(blank=True, max_length=500, verbose_name='about the organisation')),
                    ('bank_name', models.CharField(blank=True, max_length=120, verbose_name='bank')),
                    ('bank_account_name', models.CharField(blank=True, max_length=120, verbose_name='account name')),
                    ('bank_account', models.CharField(blank=True, max_length=40, verbose_name='account number')),
                    ('created_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='created at')),
                    ('region', models.CharField(blank=True, db_index=True, help_text='Of a funder: the region that it is responsible for. Of others it follows from place and number.', max_length=12, validators=[people.models.region.validate_code], verbose_name='region code')),
                ],
                options={
                    'verbose_name': 'organisation',
                    'verbose_name_plural': 'organisations',
                    'ordering': ['name'],
                    'indexes': [models.Index(fields=['credit_code'], name='organization_by_code'), models.Index(fields=['filing_number'], name='organization_by_filing'), models.Index(fields=['kind', 'name', 'id'], name='organization_of_kind_by_name')],
                    'constraints': [models.UniqueConstraint(models.F('credit_code'), condition=models.Q(('credit_code', ''), _negated=True), name='credit_code_once', violation_error_message='Another organisation has this credit code already.'), models.UniqueConstraint(models.F('filing_number'), condition=models.Q(('filing_number', ''), _negated=True), name='filing_number_once', violation_error_message='Another group has this filing number already.'), models.CheckConstraint(condition=models.Q(models.Q(('filing_number', ''), ('status', 'registered'), models.Q(('credit_code', ''), _negated=True)), models.Q(('credit_code', ''), ('status', 'filed'), models.Q(('filing_number', ''), _negated=True)), _connector='OR'), name='registered_has_code_filed_has_number', violation_error_message='A registered organisation has a credit code; a filed one a filing number.'), models.CheckConstraint(condition=models.Q(('status', 'registered'), ('kind', 'community_group'), _connector='OR'), name='only_groups_are_filed', violation_error_message='Only a community group can be filed without being registered.'), models.CheckConstraint(condition=models.Q(('kind__in', ['community_group', 'social_organization', 'support_organization', 'funder', 'evaluator', 'enterprise', 'foundation'])), name='kind_is_known', violation_error_message='Please choose one of the kinds of organisation.')],
                },
            ),
            migrations.CreateModel(
                name='CouncilMember',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='council', to='people.organization', verbose_name='organisation')),
                    ('name', models.CharField(max_length=60, verbose_name='full name')),
                    ('post', models.CharField(help_text='For example: chair, member, supervisor', max_length=30, verbose_name='post')),
                    ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                ],
                options={
                    'verbose_name': 'council member',
                    'verbose_name_plural': 'council members',
                    'ordering': ['pk'],
                },
            ),
            migrations.CreateModel(
                name='Region',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=12, unique=True, validators=[people.models.region.validate_code], verbose_name='region code')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                    ('valid_until', models.DateField(blank=True, help_text='The first day on which it no longer exists', null=True, verbose_name='valid until')),
                    ('successor', models.CharField(blank=True, help_text='The code of the region that came after it', max_length=12, verbose_name='successor')),
                    ('level', models.GeneratedField(choices=[(2, 'Province'), (4, 'City'), (6, 'District or county'), (9, 'Street or town'), (12, 'Community')], db_persist=True, expression=django.db.models.functions.text.Length('code'), output_field=models.IntegerField(), verbose_name='level')),
                    ('parent_code', models.GeneratedField(db_persist=True, expression=models.Case(models.When(django.db.models.lookups.Exact(django.db.models.functions.text.Length('code'), 4), then=django.db.models.functions.text.Left('code', 2)), models.When(django.db.models.lookups.Exact(django.db.models.functions.text.Length('code'), 6), then=django.db.models.functions.text.Left('code', 4)), models.When(django.db.models.lookups.Exact(django.db.models.functions.text.Length('code'), 9), then=django.db.models.functions.text.Left('code', 6)), models.When(django.db.models.lookups.Exact(django.db.models.functions.text.Length('code'), 12), then=django.db.models.functions.text.Left('code', 9)), default=models.Value('')), output_field=models.CharField(max_length=9), verbose_name='parent')),
                ],
                options={
                    'verbose_name': 'region',
                    'verbose_name_plural': 'regions',
                    'ordering': ['code'],
                    'indexes': [models.Index(fields=['parent_code', 'code'], name='region_children')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='region_valid_after_start', violation_error_message='It cannot end before it began.')],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('name', models.CharField(max_length=60, verbose_name='full name')),
                    ('phone', models.CharField(blank=True, max_length=11, null=True, unique=True, verbose_name='mobile phone')),
                    ('identity_fingerprint', models.CharField(blank=True, editable=False, help_text='HMAC of the resident ID number', max_length=64, null=True, unique=True, verbose_name='fingerprint of the ID number')),
                    ('identity_tail', models.CharField(blank=True, editable=False, max_length=4, verbose_name='last four of the resident ID')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ('must_change_password', models.BooleanField(default=False, help_text='As long as the password is one that somebody else has set', verbose_name='must change the password at the next sign-in')),
                    ('password_set_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='password since')),
                ],
                options={
                    'verbose_name': 'person',
                    'verbose_name_plural': 'people',
                    'ordering': ['name', 'pk'],
                },
                managers=[
                    ('objects', django.contrib.auth.models.UserManager()),
                ],
            ),
            migrations.CreateModel(
                name='Certificate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('level', models.CharField(choices=[('assistant', 'Assistant social worker'), ('social_worker', 'Social worker (intermediate)'), ('senior', 'Senior social worker')], max_length=15, verbose_name='level')),
                    ('number', models.CharField(max_length=40, unique=True, verbose_name='certificate number')),
                    ('issued_on', models.DateField(verbose_name='issued on')),
                    ('registered_until', models.DateField(blank=True, null=True, verbose_name='registration valid until')),
                ],
                options={
                    'verbose_name': 'certificate',
                    'verbose_name_plural': 'certificates',
                    'ordering': ['-issued_on'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('registered_until__isnull', True), ('registered_until__gte', models.F('issued_on')), _connector='OR'), name='certificate_valid_after_issue', violation_error_message='Must not be before the day of issue.')],
                },
            ),
            migrations.CreateModel(
                name='Expert',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='expert', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('employer', models.CharField(blank=True, help_text='As it is registered: conflicts are found by it', max_length=120, verbose_name='employer')),
                    ('title', models.CharField(blank=True, max_length=60, verbose_name='professional title')),
                    ('max_load', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='proposals a call at most')),
                    ('is_active', models.BooleanField(default=True, verbose_name='may be asked')),
                    ('added_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('added_at', models.DateTimeField(default=core.clock.now, editable=False)),
                    ('bureau', models.ForeignKey(editable=False, help_text="The bureau on whose roster the line stands; others borrow it with the expert's consent", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='experts', to='people.organization', verbose_name='kept by')),
                ],
                options={
                    'verbose_name': 'expert',
                    'verbose_name_plural': 'experts',
                    'ordering': ['person__name', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('max_load__gte', 1)), name='expert_takes_something', violation_error_message='Please enter at least 1.')],
                },
            ),
            migrations.CreateModel(
                name='Skill',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('expert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skills', to='people.expert')),
                    ('kind', models.CharField(choices=[('social_work', 'Social work'), ('finance', 'Finance'), ('management', 'Management of social organisations'), ('community', 'Community governance'), ('academic', 'Research'), ('law', 'Law'), ('other', 'Other field')], max_length=12, verbose_name='field of expertise')),
                ],
                options={
                    'verbose_name': 'field of expertise',
                    'verbose_name_plural': 'fields of expertise',
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('expert', 'kind'), name='skill_named_once')],
                },
            ),
            migrations.CreateModel(
                name='Inspection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('confirmed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='confirmed at')),
                    ('confirmed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inspections', to='people.organization', verbose_name='organisation')),
                    ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                    ('result', models.CharField(choices=[('passed', 'Passed'), ('basic', 'Basically passed'), ('failed', 'Not passed'), ('missed', 'Not attended')], max_length=8, verbose_name='result')),
                    ('income', core.fields.MoneyField(blank=True, help_text='As in the report for the inspection', null=True, verbose_name='income of the year (yuan)')),
                    ('public_income', core.fields.MoneyField(blank=True, help_text='Grants, purchases, lottery', null=True, verbose_name='of it public money (yuan)')),
                ],
                options={
                    'verbose_name': 'annual inspection',
                    'verbose_name_plural': 'annual inspections',
                    'ordering': ['-year'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='inspection_confirmed_by_somebody'), models.UniqueConstraint(fields=('organization', 'year'), name='one_inspection_a_year', violation_error_message='The inspection of this year is entered already.'), models.CheckConstraint(condition=models.Q(models.Q(('income__isnull', True), ('public_income__isnull', True)), models.Q(('income__gte', 0), ('public_income__gte', 0), ('public_income__lte', models.F('income'))), _connector='OR'), name='public_income_is_a_part_of_all', violation_error_message='Enter both sums; the public money is a part of the income.')],
                },
            ),
            migrations.CreateModel(
                name='Interest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to='people.organization', verbose_name='organisation')),
                    ('kind', models.CharField(choices=[('work', 'An office or a job there'), ('family', 'A close relative works there'), ('money', 'Money or business with it'), ('advice', 'Advised or trained it'), ('dispute', 'A dispute with it'), ('other', 'Another tie')], max_length=10, verbose_name='what ties you')),
                    ('words', models.CharField(blank=True, max_length=300, verbose_name='in your words')),
                    ('declared_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='declared at')),
                    ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ],
                options={
                    'verbose_name': 'declared interest',
                    'verbose_name_plural': 'declared interests',
                    'ordering': ['declared_at', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('person', 'organization', 'kind'), name='interest_declared_once')],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='people.organization', verbose_name='organisation')),
                    ('role', models.CharField(choices=[('manager', 'Head'), ('staff', 'Staff'), ('approver', 'Approver'), ('finance', 'Finance'), ('mentor', 'Mentor'), ('evaluator', 'Evaluator'), ('auditor', 'Auditor')], max_length=12, verbose_name='role')),
                    ('since', models.DateField(default=core.clock.today, verbose_name='since')),
                    ('until', models.DateField(blank=True, help_text='The first day on which it no longer holds', null=True, verbose_name='until')),
                ],
                options={
                    'verbose_name': 'membership',
                    'verbose_name_plural': 'memberships',
                    'ordering': ['organization', 'role', 'user'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('user', 'organization', 'role'), name='role_held_once', violation_error_message='This person holds this role already.'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='membership_ends_after_start', violation_error_message='A role cannot end before it begins.')],
                },
            ),
            migrations.CreateModel(
                name='Rating',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('confirmed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='confirmed at')),
                    ('confirmed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='people.organization', verbose_name='organisation')),
                    ('level', models.PositiveSmallIntegerField(choices=[(5, '5A'), (4, '4A'), (3, '3A'), (2, '2A'), (1, '1A')], validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='level')),
                    ('granted_on', models.DateField(verbose_name='granted on')),
                    ('authority', models.CharField(blank=True, max_length=120, verbose_name='granted by')),
                ],
                options={
                    'verbose_name': 'rating',
                    'verbose_name_plural': 'ratings',
                    'ordering': ['-granted_on', '-pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='rating_confirmed_by_somebody'), models.UniqueConstraint(fields=('organization', 'granted_on'), name='one_rating_a_day', violation_error_message='A rating of this day is entered already.'), models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 5)), name='rating_is_1a_to_5a', violation_error_message='A rating lies between 1 (1A) and 5 (5A).')],
                },
            ),
            migrations.CreateModel(
                name='Administrator',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('office', models.CharField(choices=[('system', 'System administrator'), ('security', 'Security administrator'), ('audit', 'Audit administrator')], max_length=10, verbose_name='office')),
                    ('since', models.DateTimeField(default=core.clock.now, verbose_name='since')),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='administrator', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ],
                options={
                    'verbose_name': 'administrator',
                    'verbose_name_plural': 'administrators',
                    'ordering': ['office', 'user'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('office__in', ['system', 'security', 'audit'])), name='office_is_one_of_three')],
                },
            ),
            migrations.CreateModel(
                name='SignInGuard',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('account', 'Account'), ('name', 'Unknown name'), ('address', 'Network address')], max_length=8, verbose_name='kind')),
                    ('key', models.CharField(max_length=64, verbose_name='which')),
                    ('failures', models.PositiveIntegerField(default=0, verbose_name='failures in a row')),
                    ('last_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last failure')),
                    ('locked_until', models.DateTimeField(blank=True, null=True, verbose_name='locked until')),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ],
                options={
                    'verbose_name': 'failed sign-ins',
                    'verbose_name_plural': 'failed sign-ins',
                    'ordering': ['-last_at'],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='guard_of_one_thing'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'account'), ('user__isnull', False)), models.Q(models.Q(('kind', 'account'), _negated=True), ('user__isnull', True)), _connector='OR'), name='guard_names_the_person')],
                },
            ),
            migrations.CreateModel(
                name='CreditRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_records', to='people.organization', verbose_name='organisation')),
                    ('kind', models.CharField(choices=[('abnormal', 'List of abnormal operation'), ('serious', 'List of seriously dishonest organisations'), ('penalty', 'Administrative penalty'), ('breach', 'Breach of an agreement with a funder'), ('delisted', 'Delisted by a funder')], max_length=10, verbose_name='kind')),
                    ('entered_on', models.DateField(verbose_name='entered on')),
                    ('lifted_on', models.DateField(blank=True, null=True, verbose_name='lifted on')),
                    ('source', models.CharField(help_text='Where it can be read, with the number', max_length=200, verbose_name='source')),
                    ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('bureau', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entered_credit_records', to='people.organization', verbose_name='entered for')),
                ],
                options={
                    'verbose_name': 'credit record',
                    'verbose_name_plural': 'credit records',
                    'ordering': ['-entered_on', '-pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('lifted_on__isnull', True), ('lifted_on__gte', models.F('entered_on')), _connector='OR'), name='credit_record_lifted_after_entry', violation_error_message='It cannot be lifted before it was entered.')],
                },
            ),
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
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='invitation_accepted_by_somebody')],
                },
            ),
            migrations.CreateModel(
                name='ImpactAssessment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=80, verbose_name='what is assessed')),
                    ('lawful', models.TextField(max_length=2000, verbose_name='purpose and manner: lawful, proper, necessary?')),
                    ('risks', models.TextField(max_length=2000, verbose_name='what it means for people, and the risks')),
                    ('measures', models.TextField(max_length=2000, verbose_name='protection: lawful, effective, fitting the risk?')),
                    ('conclusion', models.CharField(max_length=300, verbose_name='conclusion')),
                    ('made_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='written at')),
                    ('funder', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organization', verbose_name='bureau')),
                    ('made_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'impact assessment',
                    'verbose_name_plural': 'impact assessments',
                    'ordering': ['-made_at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='PrivacyNotice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('version', models.PositiveSmallIntegerField(editable=False, unique=True, verbose_name='version')),
                    ('text', models.TextField(max_length=8000, verbose_name='text')),
                    ('changes', models.CharField(blank=True, max_length=300, verbose_name='what is different from before')),
                    ('made_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='in force since')),
                    ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'privacy notice',
                    'verbose_name_plural': 'privacy notices',
                    'ordering': ['-version'],
                },
            ),
            migrations.CreateModel(
                name='Consent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('agreed_at', models.DateTimeField(default=core.clock.now, verbose_name='agreed at')),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='people.privacynotice', verbose_name='privacy notice')),
                ],
                options={
                    'verbose_name': 'consent',
                    'verbose_name_plural': 'consents',
                    'ordering': ['-agreed_at', '-pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('user', 'notice'), name='one_standing_consent')],
                },
            ),
            migrations.CreateModel(
                name='DataRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', core.workflow.StateField(choices=[('received', 'To be answered'), ('granted', 'Done'), ('refused', 'Refused'), ('taken_back', 'Taken back')], default='received', max_length=12, protected=True, verbose_name='state')),
                    ('number', models.CharField(editable=False, max_length=20, unique=True, verbose_name='number')),
                    ('token', models.CharField(default=people.models.privacy.new_token, editable=False, max_length=40, unique=True)),
                    ('kind', models.CharField(choices=[('copy', 'See and copy what is kept about me'), ('correct', 'Correct something'), ('erase', 'Erase what says who I am'), ('withdraw', 'Take my consent back'), ('explain', 'Explain how my data is used, or look at a result again')], max_length=8, verbose_name='what you ask for')),
                    ('relation', models.CharField(choices=[('self', 'It is about me'), ('guardian', 'I am the parent or guardian of a child'), ('kin', 'I am next of kin of somebody who has died'), ('proxy', 'I act for somebody with their written authority')], default='self', max_length=8, verbose_name='for whom')),
                    ('name', models.CharField(max_length=60, verbose_name='your name')),
                    ('phone', models.CharField(blank=True, max_length=30, verbose_name='your phone')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='your e-mail')),
                    ('subject_name', models.CharField(blank=True, help_text='Only when it is not yourself', max_length=60, verbose_name='name of whom it is about')),
                    ('text', models.TextField(help_text='For example: which project or activity, what is wrong', max_length=1000, verbose_name='your request in words')),
                    ('sender', models.CharField(blank=True, editable=False, max_length=64, verbose_name='fingerprint of the sender')),
                    ('received_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='received at')),
                    ('due_on', models.DateField(editable=False, verbose_name='to be answered until')),
                    ('identity_note', models.CharField(blank=True, help_text='For example: called back the number, saw the paper at the desk; never copy the ID number', max_length=200, verbose_name='how it was made sure who asks')),
                    ('answer', models.TextField(blank=True, editable=False, max_length=1000, verbose_name='answer')),
                    ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='answered at')),
                    ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('entered_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('funder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organization', verbose_name='asked of')),
                    ('user', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'request about personal data',
                    'verbose_name_plural': 'requests about personal data',
                    'ordering': ['-received_at', '-pk'],
                    'indexes': [models.Index(fields=['sender', 'received_at'], name='data_request_by_sender')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(models.Q(('answer', ''), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='data_request_answer_is_whole'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('user__isnull', True), models.Q(('decided_by', models.F('user')), _negated=True), _connector='OR'), name='data_request_decided_by_another')],
                },
            ),
            migrations.CreateModel(
                name='FormerPassword',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_passwords', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-at', '-pk'],
                    'verbose_name': 'former password',
                    'verbose_name_plural': 'former passwords',
                },
            ),
            migrations.CreateModel(
                name='KnownPlace',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('network', models.CharField(max_length=45, verbose_name='network')),
                    ('last_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last used')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_places', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('user', 'network'), name='place_known_once')],
                    'verbose_name': 'known network',
                    'verbose_name_plural': 'known networks',
                },
            ),
        ]),
        migrations.RunPython(put_down_the_first_notice, migrations.RunPython.noop),
    ]
