"""A real Chromium (Debian's) against a live server; skipped only where no Chromium is installed."""

import os
import shutil
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect, sync_playwright

from core import clock
from tests import town as towns

# The first is made for nothing but this, and asks a third less of the machine.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"

# While it runs, Playwright keeps an event loop in this thread; the ORM calls of the tests are made between its steps.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# How long `expect` waits for what a press leads to: long, since the whole suite may share two cores.
expect.set_options(timeout=20_000)


# Ended with the last of these tests in a row: whatever a worker runs after them finds no event loop running.
@pytest.fixture(scope="package")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def town(transactional_db):
    """The town, today: the live server runs in a thread of its own and asks the real clock."""
    town = towns.build()
    now = clock.now()
    town.call = towns.make_call(
        town,
        code="LIVE",
        opens_at=now - timedelta(days=3),
        closes_at=now + timedelta(days=10),
        starts_on=clock.today() + timedelta(days=30),
        ends_on=clock.today() + timedelta(days=300),
    )
    return town


@pytest.fixture
def open_page(chromium, live_server):
    """`open_page(user, path, width=1280)`: a page of a browser in which the person is signed in."""
    contexts = []

    def start(user, path: str, width: int = 1280, javascript: bool = True):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", java_script_enabled=javascript
        )
        contexts.append(context)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}]
        )
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
        page.goto(live_server.url + path)
        return page

    yield start
    for context in contexts:
        context.close()
