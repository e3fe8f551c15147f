"""The interface tried by its own description: whatever a program sends, the answer is one that stands there."""

from contextlib import suppress

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from tests.life import draft

pytestmark = pytest.mark.one_database
TRIED = 6
"""Examples of each operation and manner: the schemas have few fields."""


class Served:
    """With the address of whoever asks, as a web server adds it."""

    def __init__(self):
        self.answer = get_wsgi_application()

    def __call__(self, environ, start_response):
        return self.answer(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)


def attack(operation, mode: GenerationMode) -> None:
    """Some examples of what the description allows (or does not), each answer held against the description."""

    @hypothesis_settings(max_examples=TRIED, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def each(case):
        case.call_and_validate()

    each()


@pytest.fixture
def served():
    """The site as a web server calls it; as with Django's own client, requests leave the connection open."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield Served()
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_it_is_described(town, life, served, mode):
    life.walk(draft(town), "approved")
    found = schemathesis.openapi.from_wsgi("/api/openapi.json", served).get_all_operations()
    operations = [one.ok() for one in found]

    for operation in operations:
        with suppress(Unsatisfiable):  # where nothing can be said, nothing can be said wrongly
            attack(operation, mode)

    assert len(operations) > 5
