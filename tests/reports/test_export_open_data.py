"""`manage.py export_open_data`: everything at once, whole or not at all, the same data as the same bytes."""

import hashlib
import io
import json
import resource
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.open_data import datasets, sources
from tests.reports.opened import against, body, two_awards

FILES = {
    "360giving.json", "awards.csv", "calls.csv", "common-grants/awards.json", "common-grants/opportunities.json",
    "statistics.json", "statistics.csv", "openapi.json", "index.json",
}  # fmt: skip


def files_in(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def exported(folder) -> dict[str, bytes]:
    call_command("export_open_data", str(folder), stdout=io.StringIO())
    return files_in(folder)


def test_everything_is_written_with_its_size_and_digest(town, life, tmp_path):
    two_awards(town, life)

    files = exported(tmp_path / "open")

    index = json.loads(files["index.json"])
    assert set(files) == FILES
    assert {one["name"]: (one["bytes"], one["sha256"]) for one in index["files"]} == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items() if name != "index.json"
    }
    assert {one["name"]: one.get("records") for one in index["files"]}["360giving.json"] == 2
    assert index["modified"] == "2027-03-10T10:00:00+08:00"


def test_the_files_say_what_the_addresses_say(town, life, tmp_path, browse, settings):
    settings.SITE_URL = "https://gyct.example.cn"
    two_awards(town, life)

    files = exported(tmp_path)

    for name in ("360giving.json", "awards.csv", "calls.csv", "statistics.json", "statistics.csv"):
        assert files[name] == body(browse().get(f"/open-data/{name}")), name
    assert files["openapi.json"] == body(browse().get("/api/openapi.json"))
    awards = json.loads(files["common-grants/awards.json"])["items"]
    listed = browse().get("/common-grants/awards").json()["items"]
    assert sorted(awards, key=lambda one: one["id"]) == sorted(listed, key=lambda one: one["id"])
    assert against(json.loads(files["360giving.json"]), "GrantPackage") == []


def test_without_an_address_of_the_site_nothing_has_a_link(town, life, tmp_path, settings):
    settings.SITE_URL = ""
    two_awards(town, life)

    files = exported(tmp_path)

    assert b'"url"' not in files["360giving.json"]
    assert against(json.loads(files["360giving.json"]), "GrantPackage") == []


def test_the_same_data_are_the_same_bytes_on_another_day(town, life, tmp_path, time):
    two_awards(town, life)
    first = exported(tmp_path / "a")
    time.go(datetime(2028, 1, 1, 12, 0))

    assert exported(tmp_path / "b") == first


def test_a_full_disk_leaves_everything_as_it_was(town, life, tmp_path):
    two_awards(town, life)
    before = exported(tmp_path)
    town.centre.name = "新名称"
    town.centre.save()

    with files_of_at_most(1000), pytest.raises(CommandError, match="File too large"):
        call_command("export_open_data", str(tmp_path))

    assert files_in(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert exported(tmp_path) != before


@contextmanager
def files_of_at_most(size: int):
    """No file of this process may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_other_files_in_the_directory_stay(town, tmp_path):
    (tmp_path / "README.txt").write_text("ours")

    assert exported(tmp_path)["README.txt"] == b"ours"


def test_a_directory_that_is_a_file_is_said(town, tmp_path):
    (tmp_path / "x").write_text("")

    with pytest.raises(CommandError):
        call_command("export_open_data", str(tmp_path / "x"))


def test_no_more_than_one_piece_of_records_is_in_memory(town, life, monkeypatch):
    """The awards come from the database piece by piece: the second is read only when the first has been taken."""
    two_awards(town, life)
    monkeypatch.setattr(sources, "PIECE", 1)
    pieces = datasets.find("360giving.json").pieces(sources.publisher())

    with CaptureQueriesContext(connection) as first:
        next(pieces), next(pieces)
    with CaptureQueriesContext(connection) as rest:
        list(pieces)

    of_teams = ["projects_teammember" in query["sql"] for query in first.captured_queries]
    assert (of_teams.count(True), len(rest)) == (1, 2)
