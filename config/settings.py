"""All settings in one file; what differs between machines is read from the environment.

| variable            | meaning                                             | default                    |
|---------------------|-----------------------------------------------------|----------------------------|
| DATABASE_URL        | `postgres://…` in production                        | SQLite in `var/db.sqlite3` |
| REPLICA_URL         | its streaming standby: pages may be read from there | empty: all from the first  |
| REDIS_URL           | `redis://…`: cache and limits of all machines       | empty: a table, memory     |
| S3_BUCKET           | uploaded files and papers lie in this bucket        | empty: in VAR_DIR/private  |
| S3_ENDPOINT_URL …   | _REGION, _ACCESS_KEY_ID, _SECRET_ACCESS_KEY, _PREFIX, _ADDRESSING | the makers' own |
| SEVERAL_MACHINES    | `1`: `check --deploy` says what is missing for it   | `0`                        |
| METRICS_TOKEN       | who may read `/metrics` (Bearer)                    | empty: nobody              |
| LOG_FORMAT          | `json` (one line each) or `text`                    | text                       |
| LOG_LEVEL           | from which on something is logged                   | WARNING                    |
| WEB_PROCESSES       | processes of one web server; WEB_THREADS in each    | 2; 4                       |
| WORKER_BEAT         | seconds between two signs of life of a worker       | 5                          |
| SECRET_KEY          | signs sessions and links                            | development key            |
| IDENTITY_HMAC_KEY   | fingerprints of resident ID numbers, kept apart     | development key            |
| DEBUG               | `1` shows tracebacks                                | `0`                        |
| ALLOWED_HOSTS       | comma separated                                     | localhost, 127.0.0.1       |
| CSRF_TRUSTED_ORIGINS| comma separated, with scheme                        | empty                      |
| HTTPS               | `1`: secure cookies, HSTS, redirect                 | `0`                        |
| VAR_DIR             | database, uploads, mail files                       | `var/`                     |
| BACKUP_DIR          | where `./run backup` writes                         | `VAR_DIR/backups`          |
| BACKUP_KEEP         | so many of them stay; 0: all                        | 14                         |
| BACKUP_RECIPIENTS   | `age1…`, comma separated: who alone can open them   | empty: everybody           |
| BACKUP_KEY          | the file that opens them, for `./run restore`       | empty                      |
| CLAMD_SOCKET        | ClamAV's socket, a path or `host:port`              | empty: no virus scanner    |
| CLAMD_REQUIRED      | `0`: files go through while it gives no answer      | `1`: they are refused      |
| FONTS_DIR           | a bureau's own 小标宋, 仿宋, 楷体, 黑体, 宋体         | `VAR_DIR/fonts`            |
| EMAIL_HOST          | SMTP server; without one, mail is written to files  | empty                      |
| EMAIL_PORT          | its port                                            | 25; 465 (ssl), 587 (starttls) |
| EMAIL_SECURITY      | `ssl`, `starttls` or empty                          | empty                      |
| EMAIL_USER          | who signs in there, with EMAIL_PASSWORD             | empty: nobody has to       |
| EMAIL_FROM          | the sender of all mail                              | EMAIL_USER                 |
| HELP_DESK           | who helps whoever cannot sign in: a name, a phone   | empty: no line about it    |
| SITE_URL            | the site's own address, for links in mail           | empty: mail has no links   |
| NOTIFICATION_CHANNELS | ways out of the site, classes separated by commas  | `core.channels.Mail`       |
| TRUSTED_PROXIES     | how many proxies stand before us (nginx: 1)         | 0                          |
| PROXY_SAYS_START    | `1`: the proxy overwrites `X-Request-Start`         | empty: it is not read      |
| SECURITY_LEVEL      | level of protection (等保): 2 or 3                  | 2                          |
| MFA_REQUIRED_ROLES  | who must have a second factor (docs/operations.md)  | funders, administrators    |
| IDLE_MINUTES        | after how long without a touch a session ends; IDLE_MINUTES_PRIVILEGED | the level's |
| ONE_SESSION         | `1`: signing in ends a person's other sessions      | the level's                |
| OIDC_SERVER_URL …   | single sign-on (docs/operations.md)                 | empty: off                 |
| SIGNING_DIR         | `<credit code>.p12`: offices that sign their papers | empty: nothing is signed   |
| SIGNING_PASSPHRASE  | opens them                                          | empty                      |
| SIGNING_TIMESTAMP_URL | who confirms the hour of a signature (RFC 3161)   | empty: PAdES B-B           |
| EVENTS_KEPT_MONTHS  | how long the log is kept at least: 6, or 0 for ever  | 0                          |
| TASKS_BACKEND       | `database` (needs ./run worker) or `immediate`       | database                   |
| PRINT_PROCESSES     | so many processes lay out a print job at once        | one a core, at most 4      |
| OPEN_DATA_PUBLISHER | who publishes the open data                          | the site's name            |
| OPEN_DATA_PREFIX    | begins the identifiers in it; never change it later  | venture-grants             |
| OPEN_DATA_LICENCE   | address of the licence of the open data              | CC BY 4.0                  |
| OPEN_DATA_LICENCE_NAME | and its name                                      | CC BY 4.0                  |
| FILED_GROUPS_TARGET | filed groups that a community should have            | 10                         |
| BIND                | where the web server listens                         | 127.0.0.1:8000             |
| WAGE_MOST           | yuan an hour: a minimum wage of more is asked about  | 50                         |
| OPEN_DATA_LIMIT     | requests for data an address may send a minute       | 60                         |
"""

import os
from decimal import Decimal
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import engines, logs
from config.environment import choice, flag, folder, items, key, number, stop

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = folder("VAR_DIR", BASE_DIR / "var")
# Where matplotlib (reports/canvas.py) remembers which fonts there are: it would write into the home directory.
os.environ.setdefault("MPLCONFIGDIR", str(VAR_DIR / "matplotlib"))

DEBUG = flag("DEBUG")
SECRET_KEY = key("SECRET_KEY", development="development-only-key-never-use-it-where-it-matters")
IDENTITY_HMAC_KEY = key("IDENTITY_HMAC_KEY", development="development-only-identity-key")
ALLOWED_HOSTS = items("ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
CSRF_TRUSTED_ORIGINS = items("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "config",
    "core",
    "people",
    "grants",
    "projects",
    "evaluations",
    "reports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "config.tracing.every_request_has_a_number",
    "config.watching.machines_are_answered",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.a_browser_keeps_to_it",
    "config.middleware.SessionsLetThrough",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.StrangersAreCounted",
    "people.middleware.entrance",
    "config.middleware.buttons_are_no_pages",
    "config.middleware.addresses_are_text",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "core.templatetags.core"],
        },
    }
]

# Widgets are looked for among our templates first: templates/django/forms/widgets says what an empty choice means.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- Databases ---------------------------------------------------------------------------------

DATABASES = engines.databases(VAR_DIR)
if engines.REPLICA in DATABASES:
    DATABASE_ROUTERS = ["config.routing.PagesMayReadTheReplica"]
    MIDDLEWARE.insert(2, "config.routing.WhoWroteReadsIt")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Who may come in ---------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "people.offices.OfficeBackend",  # first: what the three administrators may in /admin/
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone", "email")},
    },
    {"NAME": "people.passwords.LongEnough"},
    {"NAME": "people.passwords.EnoughClasses"},
    {"NAME": "people.passwords.NotCommon"},
    {"NAME": "people.passwords.NotUsedBefore"},
]
SECURITY_LEVEL = number("SECURITY_LEVEL", 2, among=(2, 3))  # the numbers of each are in people/security.py
IDLE_MINUTES = number("IDLE_MINUTES", 0) or None
IDLE_MINUTES_PRIVILEGED = number("IDLE_MINUTES_PRIVILEGED", 0) or None
ONE_SESSION = flag("ONE_SESSION") if os.environ.get("ONE_SESSION") else None
LOGIN_REDIRECT_URL = "inbox"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
# A required phone would shut out everybody who has none on record: sign-in aborts for them.
ACCOUNT_SIGNUP_FIELDS = ["username*", "phone", "email", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "people.forms.SignupDetailsForm"
ACCOUNT_FORMS = {
    "signup": "people.account_forms.NewAccountForm",
    "change_password": "people.account_forms.AnotherPasswordForm",
}
ACCOUNT_PHONE_VERIFICATION_ENABLED = False  # needs an SMS gateway, which a bureau plugs in
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a mail to whatever address a stranger types would be spam in our name
ACCOUNT_SESSION_REMEMBER = True  # how long a session lasts is the level's business (people/sessions.py)
ACCOUNT_RATE_LIMITS = {  # passwords are counted by people.actions.signing_in; this one is for codes
    "login_failed": "30/m/ip,5/300s/key",
    "signup": "10/m/ip,40/h/ip",
    "reset_password": "10/m/ip,30/h/ip,3/h/key",
    "change_password": "20/m/user",  # a new one has five rules to meet: tries are no attack
}
ALLAUTH_TRUSTED_PROXY_COUNT = number("TRUSTED_PROXIES", 0)  # else all sign-ins share the proxy's limit
PROXY_SAYS_START = os.environ.get("PROXY_SAYS_START", "") == "1"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are not verified here (see above), and must not bar the second factor
MFA_ADAPTER = "people.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "people.factor_forms.CodeForm",
    "reauthenticate": "people.factor_forms.CodeAgainForm",
    "authenticate_webauthn": "people.factor_forms.KeyForm",
    "activate_totp": "people.factor_forms.FirstCodeForm",
    "add_webauthn": "people.factor_forms.AddKeyForm",
    "edit_webauthn": "people.factor_forms.RenameKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "公益创投"
MFA_TOTP_TOLERANCE = 1  # phones of volunteers are some seconds off
MFA_REQUIRED_ROLES = items("MFA_REQUIRED_ROLES", "administrator,manager,staff,approver,finance,auditor")

# Single sign-on (people/sso, docs/operations.md): off unless the address of the service is set.
OIDC_SERVER_URL = os.environ.get("OIDC_SERVER_URL", "").rstrip("/")
OIDC_CLAIM = os.environ.get("OIDC_CLAIM", "preferred_username")  # which claim of the service says who somebody is …
OIDC_FIELD = os.environ.get("OIDC_FIELD", "username")  # … and what it is here: username, email or phone
OIDC_NAME = os.environ.get("OIDC_NAME", "") or "单位统一账号"
SOCIALACCOUNT_ADAPTER = "people.sso.adapter.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {}
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["sso"] = {
        "APPS": [
            {
                "name": OIDC_NAME,
                "client_id": os.environ.get("OIDC_CLIENT_ID", ""),
                "secret": os.environ.get("OIDC_SECRET", ""),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
    }

CACHES = engines.caches()

# -- Words and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- Files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
FONTS_DIR = Path(os.environ.get("FONTS_DIR") or VAR_DIR / "fonts")
BACKUP_DIR = Path(os.environ.get("BACKUP_DIR") or VAR_DIR / "backups")
BACKUP_KEEP = number("BACKUP_KEEP", 14)
BACKUP_RECIPIENTS = items("BACKUP_RECIPIENTS")
BACKUP_KEY = Path(os.environ["BACKUP_KEY"]) if os.environ.get("BACKUP_KEY") else None
PRIVATE_ROOT = VAR_DIR / "private"  # never served by the web server: every download asks `visible_to`
UPLOAD_MAX_BYTES = 20 * 1024 * 1024  # field guide 2.6: 20 MB a document or photo
UPLOAD_MOST_AT_ONCE, UPLOAD_BYTES_AT_ONCE = 40, 200 * 1024**2  # in one form
UPLOAD_MOST_WITHIN, UPLOAD_BYTES_WITHIN = 3000, 6 * 1024**3  # of one project
UPLOAD_MOST_A_DAY, UPLOAD_BYTES_A_DAY = 600, 3 * 1024**3  # of one person
CLAMD_SOCKET = os.environ.get("CLAMD_SOCKET", "")
CLAMD_REQUIRED = os.environ.get("CLAMD_REQUIRED", "1").strip() != "0"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "media"}},
    "private": engines.private_files(PRIVATE_ROOT),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.storage.KnownFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# -- Security ----------------------------------------------------------------------------------

# Nothing inline and nothing from elsewhere. All are named, because some do not fall back on default-src.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "script-src-attr": [NONE],
        "style-src": [SELF],
        "style-src-attr": [NONE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}
if OIDC_SERVER_URL:  # the button of single sign-on leads there
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append("/".join(OIDC_SERVER_URL.split("/")[:3]))
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"  # not Strict: links in messages lead to one's own desk
# How much may be sent without an account from one network within an hour: to all pages, and to some of them. A whole
# community can sit behind one address on the day of an activity, so the narrow limits are those of the forms.
STRANGERS_MOST_AN_HOUR = {
    "": 600,
    "account_signup": 20,
    "projects:recommend": 60,
    "projects:follow_up_answer": 60,
    "projects:monthly_read": 30,
}
# Longer than any session lasts (people/security.py): of one that is over we still know whose it was, so that what they
# had typed the evening before is kept for them and nobody else (people/held.py).
SESSION_COOKIE_AGE = ACCOUNT_SESSION_COOKIE_AGE = 72 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts send the token that stands in the form
if flag("HTTPS"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # By this beginning a browser takes them from this very host only, never from a neighbour with the same ending.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    # Of this host's own subdomains, and only said: a list of browsers takes a host in when its owner asks for it.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The law asks for six months (网络安全法 21 条), and `manage.py check` refuses less. Nothing deletes an event today,
# and the database refuses it: whoever moves old ones to an archive one day has to ask this.
EVENTS_KEPT_MONTHS = number("EVENTS_KEPT_MONTHS", 0)

# -- Mail and background work ------------------------------------------------------------------

for before, now in (("EMAIL_URL_HOST", "EMAIL_HOST"), ("DEFAULT_FROM_EMAIL", "EMAIL_FROM")):
    if os.environ.get(before):  # passed over, mail would go into files and nobody would hear of it
        stop(before, f"it is called {now} now.")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_PORTS = {"": 25, "starttls": 587, "ssl": 465}
EMAIL_SECURITY = choice("EMAIL_SECURITY", EMAIL_PORTS)
EMAIL_PORT = number("EMAIL_PORT", EMAIL_PORTS[EMAIL_SECURITY])
EMAIL_USE_SSL, EMAIL_USE_TLS = EMAIL_SECURITY == "ssl", EMAIL_SECURITY == "starttls"
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_USER", ""), os.environ.get("EMAIL_PASSWORD", "")
EMAIL_TIMEOUT = 20  # seconds: a server that gives no answer would keep a worker for ever
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("EMAIL_FROM", "") or EMAIL_HOST_USER or "noreply@localhost"
TASKS_BACKEND = os.environ.get("TASKS_BACKEND", "database")
TASKS = {
    "default": {"BACKEND": "config.queues.NoQueue" if TASKS_BACKEND == "immediate" else "config.queues.TracedQueue"}
}

PRINT_PROCESSES = number("PRINT_PROCESSES", 0) or min(os.cpu_count() or 1, 4)

NOTIFICATION_CHANNELS = os.environ.get("NOTIFICATION_CHANNELS", "core.channels.Mail").split(",")

SITE_NAME = _("Venture Grants")
HOME_KEPT_FOR = 30  # seconds: what the home page shows everybody is made once in so long (templates/config/home.html)
FIGURES_KEPT_FROM = 0.005  # seconds: figures that take longer are kept for a while (core.lately)
CHOICES_KEPT_FROM = 0.002  # seconds: what a filter offers is kept for a minute when asking took longer
FIGURES_KNOWN_FROM = 1.0  # seconds: figures that take longer are shown as last counted, and counted again behind
FIGURES_KEPT_TIMES = 100  # so many times as long as they took: counting takes one percent of a process at most
WAGE_MOST = number("WAGE_MOST", Decimal(50))  # no place in the country has a minimum wage near it
FILED_GROUPS_TARGET = number("FILED_GROUPS_TARGET", 10)  # filed groups that a community should have
HELP_DESK = os.environ.get("HELP_DESK", "").strip()[:100]
SITE_URL = os.environ.get("SITE_URL", "").rstrip("/")

OPEN_DATA_PUBLISHER = os.environ.get("OPEN_DATA_PUBLISHER", "") or "公益创投平台"
OPEN_DATA_PREFIX = os.environ.get("OPEN_DATA_PREFIX", "venture-grants")  # 360Giving gives "360G-…" to its publishers
OPEN_DATA_LICENCE = os.environ.get("OPEN_DATA_LICENCE", "https://creativecommons.org/licenses/by/4.0/")
OPEN_DATA_LICENCE_NAME = os.environ.get("OPEN_DATA_LICENCE_NAME", "CC BY 4.0")
OPEN_DATA_LIMIT = number("OPEN_DATA_LIMIT", 60)
# -- Signing issued papers (docs/operations.md) --------------------------------------------------

SIGNING_DIR = os.environ.get("SIGNING_DIR", "")
SIGNING_PASSPHRASE = os.environ.get("SIGNING_PASSPHRASE", "")
SIGNING_TIMESTAMP_URL = os.environ.get("SIGNING_TIMESTAMP_URL", "")

# -- Who watches the site (docs/deployment/) -----------------------------------------------------

SEVERAL_MACHINES = flag("SEVERAL_MACHINES")
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
WORKER_BEAT = number("WORKER_BEAT", 5.0)
LOGGING = logs.settings(os.environ.get("LOG_FORMAT", "text"), os.environ.get("LOG_LEVEL", "WARNING"))
