"""The environment: a site in earnest has its own keys; a word that cannot be meant is said in one sentence."""

import os
import subprocess
import sys

import pytest

from tests.nodes import ROOT

pytestmark = pytest.mark.one_database
IN_EARNEST = {"HTTPS": "1", "SECRET_KEY": "s" * 50, "IDENTITY_HMAC_KEY": "i" * 50}
MAIL = "print(s.EMAIL_PORT, s.EMAIL_USE_SSL, s.EMAIL_USE_TLS, s.EMAIL_HOST_USER, s.DEFAULT_FROM_EMAIL)"


def read(folder, said: dict[str, str], what: str = "") -> subprocess.CompletedProcess[str]:
    """The settings as a process reads them that has only these words."""
    words = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder)} | said
    asked = [sys.executable, "-c", f"from config import settings as s; {what}"]
    return subprocess.run(asked, cwd=ROOT, env=words, capture_output=True, text=True, check=False)


def test_a_site_in_earnest_with_its_keys_is_read(tmp_path):
    answer = read(
        tmp_path, IN_EARNEST | {"WAGE_MOST": "35.5", "SECURITY_LEVEL": ""}, "print(s.WAGE_MOST, s.SECURITY_LEVEL)"
    )

    assert (answer.returncode, answer.stdout) == (0, "35.5 2\n"), answer.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "IDENTITY_HMAC_KEY"])
@pytest.mark.parametrize("said", [{}, {"value": ""}])
def test_nothing_of_a_site_in_earnest_starts_without_its_keys(tmp_path, name, said):
    words = {word: value for word, value in IN_EARNEST.items() if word != name}
    words |= {name: said["value"]} if said else {}

    answer = read(tmp_path, words)

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"{name} (environment): it is missing")
    assert read(tmp_path, words | {"HTTPS": "0"}).returncode == 0  # whoever tries it out needs none


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgre://venture@db/venture"),
        ("DATABASE_URL", "postgres://venture:a#b@db/venture"),
        ("DATABASE_URL", "postgres://venture:12#b@db/venture"),
        ("REPLICA_URL", "db"),
        ("EMAIL_URL_HOST", "smtp.x.cn"),
        ("SECURITY_LEVEL", "4"),
        ("IDLE_MINUTES", "ten"),
        ("BACKUP_KEEP", "-1"),
        ("WAGE_MOST", "NaN"),
        ("WORKER_BEAT", "nan"),
        ("WORKER_BEAT", "inf"),
        ("EMAIL_SECURITY", "tls1"),
        ("VAR_DIR", "/dev/null/here"),
    ],
)
def test_a_word_that_cannot_be_meant_is_one_sentence(tmp_path, name, value):
    first = {"DATABASE_URL": "postgres://venture@db/venture"} if name == "REPLICA_URL" else {}

    answer = read(tmp_path, first | {name: value})

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"{name} (environment): ")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"EMAIL_PORT": "25 "}, "25 False False  noreply@localhost"),
        ({"EMAIL_SECURITY": "ssl", "EMAIL_USER": "a@x.cn"}, "465 True False a@x.cn a@x.cn"),
        ({"EMAIL_SECURITY": "STARTTLS", "EMAIL_FROM": "b@x.cn"}, "587 False True  b@x.cn"),
        ({"EMAIL_SECURITY": "ssl", "EMAIL_PORT": "994"}, "994 True False  noreply@localhost"),
    ],
)
def test_mail_goes_out_by_a_server_that_asks_who_sends(tmp_path, said, found):
    assert read(tmp_path, {"EMAIL_HOST": "smtp.x.cn"} | said, MAIL).stdout.strip() == found


def test_the_web_server_says_so_once_and_begins_no_process(tmp_path):
    words = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "HTTPS": "1", "BIND": "127.0.0.1:0"}
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]

    answer = subprocess.run(gunicorn, cwd=ROOT, env=words, capture_output=True, text=True, check=False, timeout=60)

    assert answer.returncode == 1
    assert answer.stderr.count("SECRET_KEY (environment): it is missing") == 1
    assert "Booting worker" not in answer.stderr
