"""A clerk's pages among so many proposals, and one of these as PDF: `./run bench everyday [projects]`."""

import tempfile
from collections.abc import Iterator
from typing import Any

from benchmarks import apart
from benchmarks.pages import as_visited
from benchmarks.timing import median_ms

COUNT = 1000
ROUNDS = 15


def measure(count: int = COUNT) -> Iterator[tuple[str, str]]:
    """(page, the median of ROUNDS visits and its queries), on a SQLite of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield from apart.measured(__name__, count, within=apart.on_sqlite(folder))


def run(count: int) -> None:
    """One line a figure on the standard output."""
    apart.make_database()
    for label, figure in figures(count):
        print(f"{label}\t{figure}", flush=True)


def figures(count: int, rounds: int = ROUNDS) -> Iterator[tuple[str, str]]:
    """Fill the empty database, and visit."""
    from django.db import transaction  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from core import clock  # noqa: PLC0415
    from people.models import PrivacyNotice  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415
    from reports import pdf, proposal_papers  # noqa: PLC0415
    from tests import town as towns  # noqa: PLC0415
    from tests.life import draft  # noqa: PLC0415

    with clock.at(towns.MARCH), as_visited():
        town = towns.build()
        PrivacyNotice.objects.all().delete()  # or every page is the way to agree to it
        with transaction.atomic():
            projects = [draft(town, title=f"项目{n}") for n in range(count)]
            Project.objects.update(state="submitted", submitted_at=clock.now())
        clerk = Client()
        clerk.force_login(town.clerk, backend="django.contrib.auth.backends.ModelBackend")
        for label, path in (
            ("project list", reverse("projects:project_list")),
            ("search in titles", reverse("projects:project_list") + "?q=项目99"),
            ("project page", reverse("projects:project_detail", args=[projects[0].pk])),
            ("what waits for me", reverse("inbox")),
            ("public home", reverse("home")),
        ):
            yield f"{label}, {count} projects", _page(clerk, path, rounds)
        _name, template, context = proposal_papers.proposal(projects[0], contact=True)
        yield "proposal as PDF", f"{median_ms(lambda: pdf.render(template, context), rounds):.1f} ms"


def _page(client: Any, path: str, rounds: int) -> str:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    answer = client.get(path)
    if answer.status_code != 200:
        raise apart.NotKept(f"{path} answers {answer.status_code}")
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    queries = len(asked)  # before the next visit, which forgets them
    return f"{median_ms(lambda: client.get(path), rounds):.1f} ms, {queries} queries"
