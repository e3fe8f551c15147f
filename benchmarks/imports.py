"""How long 10,000 organisations from a workbook take, against the bare statement that stores them.

Two thirds are registered, one third filed by hosts of the same file; 16 columns. Looked through, imported, brought
again unchanged and with each row changed, and once with each row wrong. Then 100,000 of them as a workbook. On each
database, in a process of its own; what is counted as memory is the highest of a process that does only this.
"""

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from time import perf_counter
from typing import Any

from benchmarks import apart

COUNT, OUT = 10_000, 100_000
NOBODY = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
HEADS = (
    *("name", "kind", "credit_code", "filing_number", "host", "authority", "established_on", "community"),
    *("legal_representative", "phone", "email", "address", "profile", "bank_account_name", "bank_name", "bank_account"),
)


def measure(count: int = COUNT) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure), on each database."""
    yield from apart.on_each_database(__name__, count)


def run(count: int) -> None:
    """One line a figure on the standard output."""
    from core import clock  # noqa: PLC0415  the environment is set by who starts the process
    from tests import town as towns  # noqa: PLC0415

    apart.make_database()
    with clock.at(towns.MARCH):
        town = towns.build()
        gc.freeze()  # as a worker does
        for label, figure in (*_in(town, count), *_out(town)):
            print(f"{label}\t{figure}", flush=True)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = perf_counter()
    return work(), perf_counter() - start


# -- In --------------------------------------------------------------------------------------------


def _in(town: Any, count: int) -> Iterator[tuple[str, str]]:
    from django.db import connection  # noqa: PLC0415
    from django.db.models import Q  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from core import spreadsheets  # noqa: PLC0415
    from people.models import Organization  # noqa: PLC0415
    from reports.models import SearchEntry  # noqa: PLC0415
    from reports.search.upkeep import index  # noqa: PLC0415

    reverse("home")  # the first address of a process loads every page

    file = workbook(count)
    yield f"{connection.vendor}: {count} organisations of {len(HEADS)} columns", f"{len(file) / 1e6:.1f} MB as xlsx"
    _rows, seconds = timed(lambda: list(spreadsheets.read(BytesIO(file)).rows))
    yield "  read the file, nothing else", f"{seconds:.2f} s"
    check, write = brought(town, file)
    things = list(Organization.objects.filter(Q(credit_code__gt="") | Q(filing_number__gt="")))
    _done, raw = timed(lambda: stored(things))
    yield "  the bare upsert of the same", f"{raw:.2f} s"
    changed = workbook(count, phone="010-6500{:04d}")
    for label, (checking, writing) in {
        "new": (check, write),
        "again, unchanged": brought(town, file),
        "again, each changed": brought(town, changed),
    }.items():
        times = f"looked through in {checking:.2f} s, imported in {writing:.2f} s"
        yield f"  {label}", f"{times} ({checking / raw:.1f} and {writing / raw:.1f} × the bare upsert)"
    wrong, _none = brought(town, workbook(count, email="nobody {}"))
    yield "  each row wrong", f"looked through in {wrong:.2f} s"
    SearchEntry.objects.filter(kind="organization").delete()
    _done, seconds = timed(lambda: index(Organization, [thing.pk for thing in things]))
    yield "  afterwards, in the background: let all be found", f"{seconds:.2f} s"


def workbook(count: int, **other: str) -> bytes:
    """So many rows; `other` columns are that text with the row's number in it."""
    import xlsxwriter  # noqa: PLC0415

    from tests.reports.tables import centre, group  # noqa: PLC0415

    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADS)
    for number in range(1, count + 1):
        common = {
            "authority": "朝阳区民政局", "established_on": f"20{number % 20:02d}-03-{number % 28 + 1:02d}",
            "community": "110105030001", "legal_representative": "张建国", "phone": f"010-6400{number % 10000:04d}",
            "email": f"office{number}@example.org", "address": f"柳溪镇团结路{number}号",
            "profile": "为社区老年人提供助餐、陪诊与日间照料，组织邻里互助。",
        }  # fmt: skip
        account = {
            "bank_name": "中国银行柳溪支行", "bank_account": f"62220000{number:08d}",
            "bank_account_name": f"第{number}服务中心",
        }  # fmt: skip
        row = (
            group(number, host=centre(number // 30 * 30 + 1)["credit_code"])
            if number % 3 == 0
            else centre(number) | account
        )
        row |= common | {name: text.format(number) for name, text in other.items()}
        sheet.write_row(number, 0, [row.get(name, "") for name in HEADS])
    book.close()
    return target.getvalue()


def brought(town: Any, file: bytes) -> tuple[float, float]:
    """Seconds of looking through it, and of importing it, as a worker does both."""
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415
    from django.test import override_settings  # noqa: PLC0415

    from reports.actions import background, imports  # noqa: PLC0415

    upload = SimpleUploadedFile("organizations.xlsx", file)
    with override_settings(TASKS=NOBODY):  # else it would be done before anybody looks at a clock
        job, sending = timed(lambda: imports.send(by=town.clerk, table="organizations", upload=upload))
        checking = 0.0 if len(file) <= imports.AT_ONCE else timed(lambda: background.check_now(job.pk, job.attempt))[1]
        job.refresh_from_db()
        assert job.status == job.Status.READY, job.problem
        if not job.importable:
            return sending + checking, timed(lambda: background.run.call(job.pk, job.attempt))[1]
        job = imports.confirm(job, by=town.clerk, mode=job.Mode.GOOD_ROWS)
        _done, writing = timed(lambda: background.run.call(job.pk, job.attempt))
        job.refresh_from_db()
        assert job.status == job.Status.DONE, job.problem
    return sending + checking, writing


def stored(things: list[Any]) -> None:
    """What no import can do without: one upsert of everything, in one transaction."""
    from django.db import transaction  # noqa: PLC0415

    from people.models import Organization  # noqa: PLC0415

    names = [field.name for field in Organization._meta.concrete_fields if not field.primary_key]
    with transaction.atomic():
        Organization.objects.bulk_create(
            things, batch_size=1000, update_conflicts=True, unique_fields=["pk"], update_fields=names
        )


# -- Out -------------------------------------------------------------------------------------------

WRITE = """
import sys, time
import django
django.setup()
from people.models import User
from reports import exchange
clerk = User.objects.get(username="clerk")
started, begun = time.perf_counter(), time.process_time()
with open(sys.argv[1], "wb") as target:
    exchange.write_xlsx(exchange.TABLES["organizations"], target, by=clerk)
seconds, work = time.perf_counter() - started, time.process_time() - begun
with open("/proc/self/status") as status:  # what getrusage says begins with the memory of whoever started us
    most = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
print(f"{seconds:.1f} s ({work:.1f} s of the processor), {most:.0f} MB at most")
"""


def _out(town: Any) -> Iterator[tuple[str, str]]:
    """The table of organisations as it is downloaded: 10,000 and 100,000 rows, time and memory."""
    from people.models import Organization  # noqa: PLC0415
    from tests.reports.tables import credit_code  # noqa: PLC0415

    there = Organization.objects.count()
    pattern = Organization.objects.get(credit_code=credit_code(1))
    for rows in (OUT // 10, OUT):
        for start in range(there, rows, 5000):
            numbers = range(start, min(start + 5000, rows))
            same = {field.attname: getattr(pattern, field.attname) for field in pattern._meta.concrete_fields}
            Organization.objects.bulk_create(
                Organization(**same | {"id": None, "name": f"第{n}服务站", "credit_code": credit_code(200_000 + n)})
                for n in numbers
            )
        there = max(there, rows)
        with tempfile.TemporaryDirectory() as folder:
            done = apart.run(WRITE, f"{folder}/table.xlsx", within=dict(os.environ) | _same_database())
            size = os.path.getsize(f"{folder}/table.xlsx") / 1e6
        yield f"  {there} organisations as xlsx", f"{done.strip()}, a file of {size:.0f} MB"


def _same_database() -> dict[str, str]:
    """That of this process: on PostgreSQL it lies beside the one of DATABASE_URL."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor != "postgresql":
        return {}
    said = connection.settings_dict
    return {"DATABASE_URL": f"postgres://{said['USER']}@{said['HOST']}:{said['PORT']}/{said['NAME']}"}
