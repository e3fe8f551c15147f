"""Making the files that clerks send, and reading those they get."""

import csv
from io import BytesIO, StringIO

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import identifiers
from reports.models import ImportJob

HEADS = ["name", "kind", "credit_code", "filing_number", "host", "established_on", "phone"]


def credit_code(number: int, region: str = "110105") -> str:
    """A valid credit code of a social service organisation (of Chaoyang), always the same for a number."""
    body = f"MJ{number:06d}"
    body = f"52{region}" + body + identifiers._organization_check_character(body)
    return body + identifiers._credit_check_character(body)


def centre(number: int, **changes: object) -> dict[str, object]:
    """A row of a registered organisation."""
    row = {"name": f"第{number}服务中心", "kind": "social_organization", "credit_code": credit_code(number)}
    return row | changes


def group(number: int, **changes: object) -> dict[str, object]:
    """A row of a filed group."""
    row = {
        "name": f"第{number}合唱队",
        "kind": "community_group",
        "filing_number": f"BA-110105030001-2024-{number:04d}",
    }
    return row | changes


def workbook(*rows: dict, heads: list[str] | None = None) -> bytes:
    heads = heads or list(dict.fromkeys(name for row in rows for name in row))
    book = openpyxl.Workbook()
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(name) for name in heads])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def csv_file(*rows: dict, encoding: str = "utf-8-sig", separator: str = ",") -> bytes:
    target = StringIO()
    heads = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(target, heads, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode(encoding)


def content_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def cells_of(response) -> list[list]:
    """The rows of a workbook's first sheet."""
    return [list(row) for row in openpyxl.load_workbook(BytesIO(content_of(response))).active.values]


class Desk:
    """A clerk at the tables, in English: sends a file, looks at what would change, decides."""

    def __init__(self, client, committed):
        self.client = client
        self.committed = committed
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    def try_to_send(self, content: bytes, table: str = "organizations", name: str = "table.xlsx"):
        with self.committed(execute=True):
            upload = SimpleUploadedFile(name, content)
            return self.client.post(reverse("reports:import_create", args=[table]), {"file": upload})

    def send(self, content: bytes, table: str = "organizations") -> ImportJob:
        """The checked table."""
        response = self.try_to_send(content, table)
        assert response.status_code == 302, response.context["form"].errors
        return ImportJob.objects.latest("pk")

    def complaints(self, content: bytes, table: str = "organizations") -> list[str]:
        """Why a file is not even checked."""
        response = self.try_to_send(content, table)
        assert response.status_code == 200
        return response.context["form"].errors["file"]

    def press(self, job: ImportJob, button: str, **data: str) -> ImportJob:
        with self.committed(execute=True):
            self.client.post(reverse(f"reports:import_{button}", args=[job.pk]), data)
        return ImportJob.objects.get(pk=job.pk)

    def confirm(self, job: ImportJob, mode: str = "good_rows") -> ImportJob:
        return self.press(job, "confirm", mode=mode)

    def bring(self, content: bytes, table: str = "organizations") -> ImportJob:
        """Send, look and confirm."""
        return self.confirm(self.send(content, table))

    def export(self, table: str = "organizations", kind: str = "xlsx"):
        return self.client.get(reverse("reports:table_export", args=[table, kind]))


def counts(job: ImportJob) -> dict[str, int]:
    """What became of the rows, without what there is none of."""
    found = {name: getattr(job, name) for name in ("new", "changed", "unchanged", "wrong")}
    return {name: count for name, count in found.items() if count}


def wrong(job: ImportJob) -> list[tuple[int, str, str]]:
    """Row, column and sentence of everything that is wrong."""
    return [(found["row"], column, message) for found in job.errors for column, message in found["errors"]]
