"""How long papers take, in how much memory: one page when everything is warm, many at once, a tenth of them at once,
and against WeasyPrint called naively.

Naively is: WeasyPrint as it comes, its own fonts and its own reading of the style sheet for each document, one after
the other. What is laid out is the same award letter as PDF/A in all cases; the bulk is a whole print job, from the
queue to the file.
"""

import multiprocessing
import statistics
import tempfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from time import perf_counter
from typing import Any, NamedTuple

import numpy
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.db.models import Sum
from django.test import override_settings
from PIL import Image
from pypdf import PdfReader
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from benchmarks import apart
from projects.actions import delivery, photos
from projects.models import Project
from reports import pdf, photo_pages, progress_papers
from reports.actions import print_run
from reports.eligibility_papers import eligibility_notice
from reports.models import Paper, PrintJob
from reports.paper_layout import document_of, issued_as, lay_out
from tests.life import Life
from tests.printing import ask, awarded, copies_of
from tests.records import NOBODY_ON_IT, held
from tests.spending import running
from tests.town import Town

DOCUMENTS = 500
ROUNDS = 9
SECONDS_BETWEEN = (0.1, 2.0)
"""Asking how much memory is held takes time of a processor that could lay out: the longer a job takes, the more seldom,
so that it does not count and a short job is asked often enough."""
WORDS = "十二位老人和志愿者一起包粽子，聊起四十年前的端午。孩子们记下了三个故事，念给没有来的邻居听。"
FEW = 10
"""So many times fewer letters are printed first: memory must not depend on how many there are."""
NOBODY = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def measure(town: Town, life: Life, documents: int = DOCUMENTS) -> list[tuple[str, str]]:
    """Label and figure of each measurement."""
    few = max(documents // FEW, 1)
    letter = awarded(town, life, few)[0]
    paper = Paper.objects.select_related("issuer").get(kind="award", object_id=letter.pk)
    document = document_of(paper)
    html = pdf.html_of(document.template, issued_as(document, paper).context)
    naive = median(lambda: naively(html))  # first: what we change in WeasyPrint (reports.subsetting) is not there yet
    warm = median(lambda: lay_out(paper))
    page, size = one_page(letter)
    figures = [
        ("one page, warm", f"{page * 1000:.0f} ms, {size / 1000:.0f} kB"),
        (
            "award letter as PDF/A, from the record, warm",
            f"{warm * 1000:.0f} ms, {len(lay_out(paper).content) / 1000:.0f} kB",
        ),
        ("the same, WeasyPrint called naively", f"{naive * 1000:.0f} ms ({naive / warm:.1f} ×)"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        figures += apart.measured("benchmarks.warm_letter", within=apart.on_sqlite(folder))
    before = {form: whole_job(town, form, few) for form in PrintJob.Form.values}
    copies_of(letter, range(few + 1, documents + 1), by=town.approver)
    for form, job in before.items():
        after = whole_job(town, form, documents)
        figures += [*job.figures(naive), *after.figures(naive)]
        ratio = f"× {after.memory / job.memory:.2f} for × {documents / few:.0f} letters"
        figures.append(("  memory at most, against that of the few", ratio))
    return [*figures, report(town, life, Project.objects.get(pk=letter.pk))]


def median(work: Callable[[], Any]) -> float:
    """Seconds; one run before is not counted."""
    work()
    times = []
    for _round in range(ROUNDS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return statistics.median(times)


def naively(html: str) -> bytes:
    fonts = FontConfiguration()
    css = CSS(filename=str(pdf.SOURCE / pdf.STYLESHEET), font_config=fonts)
    page = HTML(string=html, base_url=pdf.SOURCE.as_uri() + "/")
    return page.write_pdf(stylesheets=[css], font_config=fonts, pdf_variant=pdf.ARCHIVAL, pdf_tags=True)


def one_page(project: Project) -> tuple[float, int]:
    """The notice of eligibility: one sheet, from the facts to the file; seconds and bytes."""

    def work() -> bytes:
        found = eligibility_notice(project.applicant, project.call)
        return pdf.render(found.template, found.context)

    return median(work), len(work())


def report(town: Town, life: Life, awarded: Project) -> tuple[str, str]:
    """The report at a milestone with its tables, two pages of words and 40 photos, four a page."""
    project = running(town, life, awarded)
    activity = held(town, project, life.time, heads=12)
    photos.add_photos(activity, by=town.head, files=list(map(snapshot, range(photos.MOST - 1))), values=NOBODY_ON_IT)
    values = {"kind": "milestone", "done": WORDS * 40, "visits": 12, "persons": 9, "spent": Decimal("300.00")}
    found = progress_papers.milestone_report(delivery.submit_report(project, by=town.head, values=values))

    def work() -> bytes:
        shown = photo_pages.of_activities(activity.photos.all(), most=photos.MOST)
        return pdf.render(found.template, found.context | {"photos": shown})

    seconds, content = median(work), work()
    pages = len(PdfReader(BytesIO(content)).pages)
    label = f"a report of {pages} pages with {photos.MOST} photos, warm"
    return label, f"{seconds * 1000:.0f} ms, {len(content) / 1e6:.1f} MB"


def snapshot(seed: int) -> SimpleUploadedFile:
    """Three megapixels with light, shade and grain, the same for the same seed."""
    random = numpy.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=numpy.uint8)).resize((2048, 1536))
    grain = random.normal(0, 6, (1536, 2048, 1))
    file = BytesIO()
    Image.fromarray((numpy.asarray(coarse) + grain).clip(0, 255).astype(numpy.uint8)).save(file, "JPEG", quality=88)
    return SimpleUploadedFile(f"{seed}.jpg", file.getvalue(), "image/jpeg")


class Job(NamedTuple):
    """What one print job took: seconds, and bytes of memory, of its papers and of its file."""

    form: str
    letters: int
    seconds: float
    memory: int
    papers: int
    file: int
    pages: int

    def figures(self, naive: float) -> list[tuple[str, str]]:
        label = f"{self.letters} award letters, {self.form}, {settings.PRINT_PROCESSES} processes"
        times = f"{self.letters / self.seconds:.1f} letters/s ({naive * self.letters / self.seconds:.1f} × naive)"
        found = [(label, f"{self.seconds:.1f} s, {times}")]
        if self.pages:
            found.append(("  that is", f"{self.pages / self.seconds:.1f} pages/s"))
        held = f"{self.memory / 1e6:.0f} MB, for {self.papers / 1e6:.0f} MB of papers"
        found.append(("  memory at most, all processes", f"{held} and a file of {self.file / 1e6:.0f} MB"))
        return found


def whole_job(town: Town, form: str, documents: int) -> Job:
    """A job from the queue to the file, in a process of its own, as the worker does it; and how much memory it took."""
    Paper.objects.update(file="", filename="", sha256="", source_sha256="", signed_by="", printed_at=None)
    with override_settings(TASKS=NOBODY):  # else it would be printed here, before anybody looks at a clock
        job = ask(town.clerk, form=form)
    connections.close_all()
    start = perf_counter()
    worker = multiprocessing.get_context("fork").Process(target=print_run.run.call, args=(job.pk, job.attempt))
    worker.start()
    (pause, longest), most = SECONDS_BETWEEN, 0
    while worker.is_alive():
        most = max(most, memory_of(worker.pid))
        worker.join(pause)
        pause = min(pause * 1.2, longest)
    seconds = perf_counter() - start
    job.refresh_from_db()
    assert job.state == PrintJob.State.DONE, job.problem
    assert job.items.count() == documents, job.items.count()
    with job.result.open("rb") as file:
        pages = len(PdfReader(file).pages) if form == PrintJob.Form.MERGED else 0
    papers = job.items.aggregate(sum=Sum("size"))["sum"]
    return Job(form, documents, seconds, most, papers, job.result_size, pages)


def memory_of(pid: int) -> int:
    """Bytes that a process and its children hold for themselves alone or share, each counted once (Linux)."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            family = [pid, *map(int, file.read().split())]
        return sum(_proportional(one) for one in family)
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _proportional(pid: int) -> int:
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
