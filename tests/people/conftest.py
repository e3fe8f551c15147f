import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    """Tries are counted in the cache, across tests; each test begins at nought."""
    cache.clear()
