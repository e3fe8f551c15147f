"""All settings in one file; what differs between machines is read from the environment.

| variable            | meaning                                             | default                    |
|---------------------|-----------------------------------------------------|----------------------------|
| DATABASE_URL        | `postgres://…` in production                        | SQLite in `var/db.sqlite3` |
| SECRET_KEY          | signs sessions and links                            | development key            |
| IDENTITY_HMAC_KEY   | fingerprints of resident ID numbers, kept apart     | development key            |
| DEBUG               | `1` shows tracebacks                                | `0`                        |
| ALLOWED_HOSTS       | comma separated                                     | localhost, 127.0.0.1       |
| CSRF_TRUSTED_ORIGINS| comma separated, with scheme                        | empty                      |
| HTTPS               | `1`: secure cookies, HSTS, redirect                 | `0`                        |
| VAR_DIR             | database, uploads, mail files                       | `var/`                     |
| FONTS_DIR           | a bureau's own 小标宋, 仿宋, 楷体, 黑体, 宋体         | `VAR_DIR/fonts`            |
| EMAIL_URL_HOST      | SMTP host; without one, mail is written to files    | empty                      |
| SITE_URL            | the site's own address, for links in mail           | empty: mail has no links   |
| NOTIFICATION_CHANNELS | ways out of the site, classes separated by commas  | `core.channels.Mail`       |
| TRUSTED_PROXIES     | how many proxies stand before us (nginx: 1)         | 0                          |
| SIGNING_DIR         | `<credit code>.p12`: offices that sign their papers | empty: nothing is signed   |
| SIGNING_PASSPHRASE  | opens them                                          | empty                      |
| SIGNING_TIMESTAMP_URL | who confirms the hour of a signature (RFC 3161)   | empty: PAdES B-B           |
| TASKS_BACKEND       | `database` (needs ./run worker) or `immediate`       | database                   |
| PRINT_PROCESSES     | so many processes lay out a print job at once        | one a core, at most 4      |
| OPEN_DATA_PUBLISHER | who publishes the open data                          | the site's name            |
| OPEN_DATA_PREFIX    | begins the identifiers in it; never change it later  | venture-grants             |
| OPEN_DATA_LICENCE   | address of the licence of the open data              | CC BY 4.0                  |
| OPEN_DATA_LICENCE_NAME | and its name                                      | CC BY 4.0                  |
| OPEN_DATA_LIMIT     | requests for data an address may send a minute       | 60                         |
"""

import os
from pathlib import Path
from tempfile import gettempdir

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)
# Where matplotlib (reports/canvas.py) remembers which fonts there are: it would write into the home directory.
os.environ.setdefault("MPLCONFIGDIR", str(VAR_DIR / "matplotlib"))


def flag(name: str) -> bool:
    """True when the environment variable says 1, true, yes or on."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated environment variable as a list without blanks."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


DEBUG = flag("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY", "development-only-key-never-use-it-where-it-matters")
IDENTITY_HMAC_KEY = os.environ.get("IDENTITY_HMAC_KEY", "development-only-identity-key")
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
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.buttons_are_no_pages",
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

# SQLite must take its write lock at BEGIN: in deferred mode two readers that both want to write
# lose one of the updates or fail with "database is locked".
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}", conn_max_age=60)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # A file, not memory: threads on one shared memory database do not wait for each other's locks.
    DATABASES["default"]["TEST"] = {"NAME": Path(gettempdir()) / f"venture-test-{os.getpid()}.sqlite3"}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Who may come in ---------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "inbox"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
# A required phone would shut out everybody who has none on record: sign-in aborts for them.
ACCOUNT_SIGNUP_FIELDS = ["username*", "phone", "email", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "people.forms.SignupDetailsForm"
ACCOUNT_PHONE_VERIFICATION_ENABLED = False  # needs an SMS gateway, which a bureau plugs in
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))  # else all sign-ins share the proxy's limit
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are not verified here (see above), and must not bar the second factor
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "公益创投"

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
PRIVATE_ROOT = VAR_DIR / "private"  # never served by the web server: every download asks `visible_to`
UPLOAD_MAX_BYTES = 20 * 1024 * 1024  # field guide 2.6: 20 MB a document or photo
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "media"}},
    "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": PRIVATE_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# -- Security ----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
if flag("HTTPS"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- Mail and background work ------------------------------------------------------------------

EMAIL_HOST = os.environ.get("EMAIL_URL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "noreply@localhost")
TASKS_BACKEND = os.environ.get("TASKS_BACKEND", "database")
TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"
        if TASKS_BACKEND == "immediate"
        else "django_tasks_db.DatabaseBackend"
    }
}

PRINT_PROCESSES = int(os.environ.get("PRINT_PROCESSES", "0")) or min(os.cpu_count() or 1, 4)

NOTIFICATION_CHANNELS = os.environ.get("NOTIFICATION_CHANNELS", "core.channels.Mail").split(",")

SITE_NAME = _("Venture Grants")
FIGURES_KEPT_FROM = 0.5  # seconds: figures that take longer are kept for ten minutes (core.lately)
FILED_GROUPS_TARGET = int(os.environ.get("FILED_GROUPS_TARGET", "10"))  # filed groups that a community should have
SITE_URL = os.environ.get("SITE_URL", "").rstrip("/")

OPEN_DATA_PUBLISHER = os.environ.get("OPEN_DATA_PUBLISHER", "") or "公益创投平台"
OPEN_DATA_PREFIX = os.environ.get("OPEN_DATA_PREFIX", "venture-grants")  # 360Giving gives "360G-…" to its publishers
OPEN_DATA_LICENCE = os.environ.get("OPEN_DATA_LICENCE", "https://creativecommons.org/licenses/by/4.0/")
OPEN_DATA_LICENCE_NAME = os.environ.get("OPEN_DATA_LICENCE_NAME", "CC BY 4.0")
OPEN_DATA_LIMIT = int(os.environ.get("OPEN_DATA_LIMIT", "60"))
# -- Signing issued papers (docs/operations.md) --------------------------------------------------

SIGNING_DIR = os.environ.get("SIGNING_DIR", "")
SIGNING_PASSPHRASE = os.environ.get("SIGNING_PASSPHRASE", "")
SIGNING_TIMESTAMP_URL = os.environ.get("SIGNING_TIMESTAMP_URL", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
