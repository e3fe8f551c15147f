"""What holds for every page: headers, how much a stranger may send, where one is sent on to, what is depended on."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.checks import Error
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from config import checks
from config.management.commands.audit_packages import Command
from core import clock
from core.models import Knock
from core.strangers import forget_knocks
from grants.models import Need
from people.models import Organization
from tests.nodes import database_url

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.one_database


# -- Headers ---------------------------------------------------------------------------------------


def test_every_page_forbids_what_it_does_not_need(town, browse):
    for client, page in [(browse(), "/"), (browse(), "/nowhere/"), (browse(town.clerk), reverse("inbox"))]:
        response = client.get(page)

        policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
        assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
        assert (policy["object-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'",) * 3
        assert not any(word in response["Content-Security-Policy"] for word in ("unsafe", "http:", "https:", "*"))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in response["Permissions-Policy"]
        assert response["Cache-Control"].startswith("private")


def test_open_data_may_be_read_by_other_sites_and_nothing_else_may(db, client):
    assert client.get("/api/openapi.json")["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Origin" not in client.get("/")


IN_EARNEST = {
    "HTTPS": "1",
    "SECRET_KEY": "the-key-of-a-test-of-some-length-0123456789-abcdefgh",
    "IDENTITY_HMAC_KEY": "h7" * 40,
    "ALLOWED_HOSTS": "grants.example.org",
    "SITE_URL": "https://grants.example.org",
}
ASKED = """
import django, json
django.setup()
from django.conf import settings
from django.core.checks import run_checks
from django.test import Client
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # none collected
names = ["DEBUG", "SECURITY_LEVEL", "MFA_REQUIRED_ROLES", "IDLE_MINUTES", "IDLE_MINUTES_PRIVILEGED", "ONE_SESSION"]
client = Client(headers={"host": "grants.example.org"})
page, plain = client.get("/accounts/login/", secure=True), client.get("/accounts/login/")
print(json.dumps({
    "warned": [one.id for one in run_checks(include_deployment_checks=True) if one.level >= 30],
    "settings": [getattr(settings, name) for name in names],
    "status": [page.status_code, plain.status_code, plain["Location"]],
    "hsts": page.get("Strict-Transport-Security"),
    "cookies": page.cookies.output(header="").split("\\r\\n"),
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
                settings.SESSION_COOKIE_SAMESITE],
}))
"""
FONTS = {"reports.W001", "reports.W002", "reports.W003"}
"""What this machine has for printing is no matter of the site."""


@pytest.fixture(scope="module")
def in_earnest(django_db_setup, tmp_path_factory) -> dict:
    """What a process of its own says of a new site, whose tables are made and empty; of this machine's environment it
    has nothing but where programs lie."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"DATABASE_URL": database_url(), "VAR_DIR": str(tmp_path_factory.mktemp("earnest"))}
    words = inherited | IN_EARNEST | own | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, env=words, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def test_a_site_in_earnest_passes_the_check_and_its_cookies_are_safe(db, in_earnest):
    """`check --deploy` asks for the three administrators and a backup, and for nothing else."""
    warned = [name for name in in_earnest["warned"] if name not in FONTS]
    [token] = [cookie for cookie in in_earnest["cookies"] if "csrf" in cookie]

    assert sorted(warned) == ["config.W001", *["people.W002"] * 3]
    assert in_earnest["status"] == [200, 301, "https://grants.example.org/accounts/login/"]
    assert in_earnest["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert token.strip().startswith("__Host-csrftoken=")
    assert [word in token for word in ("; Secure", "; HttpOnly", "; SameSite=Lax", "Domain=")] == [True] * 3 + [False]
    assert in_earnest["session"] == ["__Host-sessionid", True, True, "Lax"]


def test_without_a_word_about_it_the_privileged_need_a_second_factor_and_the_level_says_the_rest(db, in_earnest):
    asked = ["administrator", "manager", "staff", "approver", "finance", "auditor"]
    no_debugging, level = False, 2

    assert in_earnest["settings"] == [no_debugging, level, asked, None, None, None]


def test_the_keys_of_the_source_code_do_not_pass_the_check(settings):
    settings.SECRET_KEY, settings.IDENTITY_HMAC_KEY = "development-only-key-of-fifty-characters-and-more-than", "short"
    assert [one.id for one in checks.keys_are_ones_own(None) if isinstance(one, Error)] == [
        "config.E001",
        "config.E002",
    ]

    settings.SECRET_KEY = settings.IDENTITY_HMAC_KEY = "x7" * 30
    assert checks.keys_are_ones_own(None) == []


def test_a_word_that_looks_misspelt_is_named_by_the_check_and_one_that_is_read_is_not(monkeypatch):
    for name in ("DATABASE_ULR", "DATABASE_URL", "EMAIL_PASSWORT", "S3_ACCESS_KEY_ID", "EDITOR"):
        monkeypatch.setenv(name, "x")

    assert [(one.msg.split()[0], one.hint.split()[0]) for one in checks.words_are_spelled_right(None)] == [
        ("DATABASE_ULR", "DATABASE_URL"),
        ("EMAIL_PASSWORT", "EMAIL_PASSWORD"),
    ]


def test_a_press_from_another_site_does_nothing(town):
    client = Client(enforce_csrf_checks=True)
    client.force_login(town.head, backend="django.contrib.auth.backends.ModelBackend")

    refused = client.post(reverse("people:profile_edit"), {"name": "别人"}, headers={"origin": "https://evil.example"})

    town.head.refresh_from_db()
    assert (refused.status_code, town.head.name) == (403, "刘芳")


@pytest.mark.parametrize("method", ["TRACE", "PUT", "PATCH", "DELETE", "x"])
def test_a_method_that_no_page_uses_is_refused(db, client, method):
    assert client.generic(method, "/").status_code == 405
    assert client.options("/").status_code == 200


# -- Strangers -------------------------------------------------------------------------------------


def report_need(client, town, **more):
    values = {"title": "没人送医", "text": "独居老人看病没人陪。", "community": town.community.pk, "website": ""}
    return client.post(reverse("grants:need_create"), values | more)


def test_a_stranger_who_sends_too_much_is_stopped_for_an_hour_on_every_page(town, browse, settings, time):
    settings.STRANGERS_MOST_AN_HOUR = {"": 2}
    client = browse()
    for _time in range(2):
        assert client.post(reverse("verify"), {}).status_code == 200

    refused = report_need(client, town)

    assert (refused.status_code, refused["Retry-After"], Need.objects.count()) == (429, "3600", 0)
    assert 'name="text" value="独居老人看病没人陪。"' in refused.content.decode()  # and can be sent again
    assert client.get(reverse("grants:need_create")).status_code == 200  # to read is not to send
    assert report_need(browse(town.head), town).status_code != 429
    assert report_need(client, town, REMOTE_ADDR="10.0.0.9").status_code == 429  # a field is no address
    assert client.post(reverse("verify"), {}, REMOTE_ADDR="10.0.0.9").status_code == 200
    assert Knock.objects.count() == 3  # what is refused fills no table

    time.go(clock.now() + timedelta(hours=1, minutes=1))
    assert client.post(reverse("verify"), {}).status_code == 200


def test_one_page_may_have_a_narrower_limit(db, client, settings):
    settings.STRANGERS_MOST_AN_HOUR = {"": 9, "account_signup": 1}
    assert client.post(reverse("account_signup"), {}).status_code == 200

    refused = client.post(reverse("account_signup"), {"username": "wang", "password1": "never shown again"})
    assert (refused.status_code, b"wang" in refused.content, b"never shown" in refused.content) == (429, True, False)
    assert client.post(reverse("verify"), {}).status_code == 200


def test_who_has_sent_something_is_forgotten_a_day_later(db, client, time):
    client.post(reverse("verify"), {})
    assert "127.0.0.1" not in Knock.objects.get().sender

    assert forget_knocks() == 0
    time.go(clock.now() + timedelta(days=1, minutes=1))
    assert (forget_knocks(), Knock.objects.count()) == (1, 0)


# -- Being sent on ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x()", "\thttps://evil.example"],
)
def test_nobody_is_sent_on_to_another_site(town, browse, elsewhere):
    values = {"name": "新书店", "kind": "enterprise", "status": "registered", "credit_code": "91110105MA01KXYT0B"}
    values |= {"contact": "李四", "phone": "010-65000000", "profile": "书店", "legal_representative": "李四"}
    answers = [
        browse(town.stranger).post(
            f"{reverse('people:organization_create')}?status=registered&next={elsewhere}", values
        ),
        browse().post(
            f"{reverse('account_login')}?next={elsewhere}", {"login": "head", "password": "test", "next": elsewhere}
        ),
        browse().post(reverse("set_language"), {"language": "en", "next": elsewhere}, headers={"referer": elsewhere}),
    ]

    assert Organization.objects.filter(name="新书店").exists()
    assert not any(
        "evil" in answer.get("Location", "") or "javascript" in answer.get("Location", "") for answer in answers
    )


# -- Tables ----------------------------------------------------------------------------------------


def test_tables_are_read_and_written_in_one_place_only():
    """There a text that a spreadsheet would calculate is guarded, and a bomb is refused. (The CSV of a backup is
    written by a database for a database.)"""
    tools = "csv|openpyxl|python_calamine|xlsxwriter|pandas|odf|xlrd|xlwt"
    reader = re.compile(rf"^\s*(?:import|from) (?:{tools})\b", re.MULTILINE)
    apps = ("core", "people", "grants", "projects", "evaluations", "reports", "config")
    paths = [path for app in apps for path in (ROOT / app).rglob("*.py")]

    found = [str(path.relative_to(ROOT)) for path in paths if reader.search(path.read_text())]

    assert sorted(found) == ["config/backup/engines.py", "core/spreadsheets.py", "core/workbooks.py"]


# -- What we depend on -----------------------------------------------------------------------------


def test_a_known_weakness_of_a_package_is_said_and_fails_the_check():
    weakness = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.20"], "description": ""}
    sound = {"name": "rules", "version": "3.5", "vulns": []}
    out = StringIO()

    Command(stdout=out).report([sound, {"name": "ours", "skip_reason": "not found"}])
    assert out.getvalue() == (
        "Packages: the database of weaknesses was reached, 1 audited, 0 weak, not known there: ours.\n"
    )

    with pytest.raises(CommandError, match=r"django 5.2.19: PYSEC-2026-1 \(mended in 5.2.20\)"):
        Command(stdout=out).report([sound, {"name": "django", "version": "5.2.19", "vulns": [weakness]}])


def test_without_a_network_nothing_is_audited_and_nothing_fails(monkeypatch):
    monkeypatch.setattr("config.management.commands.audit_packages.PATIENCE", 0.01)
    out = StringIO()

    call_command("audit_packages", stdout=out)

    assert out.getvalue() == "Packages: NOT AUDITED, the database of weaknesses was not reached (offline).\n"


def test_where_a_mirror_without_weaknesses_answers_it_is_said_that_nothing_is_audited():
    out = StringIO()

    Command(stdout=out).report([{"name": "rules", "skip_reason": "not found"}])

    assert out.getvalue() == "Packages: NOT AUDITED, what answers as the database of weaknesses knows none of 1.\n"
