"""Private files in a bucket, on an S3 server of our own: everything that works with a folder works with it."""

import hashlib
import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse
from moto.server import ThreadedMotoServer

from config import engines
from core.files import attach
from reports.actions import print_run
from tests.life import draft
from tests.test_files import pdf

pytestmark = pytest.mark.one_database
MANY = b"0123456789abcdef" * 65_536  # 1 MB


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bucket(server, settings, monkeypatch, tmp_path):
    """As the environment would name it."""
    words = {"BUCKET": "grants", "ENDPOINT_URL": server, "REGION": "us-east-1", "ACCESS_KEY_ID": "x", "PREFIX": "site"}
    for name, word in (words | {"SECRET_ACCESS_KEY": "y"}).items():
        monkeypatch.setenv(f"S3_{name}", word)
    settings.STORAGES = settings.STORAGES | {"private": engines.private_files(tmp_path)}
    bucket = storages["private"]
    bucket.connection.create_bucket(Bucket="grants")
    yield bucket
    bucket.bucket.objects.delete()


def test_a_file_is_handed_in_and_given_out_to_whoever_may_read_it(town, browse, bucket):
    kept = attach(draft(town), pdf(), by=town.head)
    page = reverse("core:attachment", args=[kept.pk])
    answer = browse(town.head).get(page)

    assert [thing.key for thing in bucket.bucket.objects.all()] == [f"site/{kept.file.name}"]
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == kept.sha256
    assert answer["Content-Length"] == str(kept.size)
    assert browse(town.stranger).get(page).status_code == 404


def test_nobody_gets_an_address_or_a_path_of_a_file(bucket):
    name = bucket.save("2026/11/x", ContentFile(b"x"))

    with pytest.raises(NotImplementedError):
        bucket.url(name)
    with pytest.raises(NotImplementedError):
        bucket.path(name)


def test_a_name_is_never_given_twice(bucket):
    first, second = (bucket.save("2026/11/same", ContentFile(word)) for word in (b"one", b"two"))

    assert first != second
    assert bucket.open(first).read() == b"one"


def test_a_large_file_flows_through_in_pieces_and_is_read_from_anywhere(bucket):
    name = bucket.save("large", ContentFile(MANY))

    with bucket.open(name) as file:
        assert file.read(16) == MANY[:16]
        file.seek(-5, 2)
        assert file.read() == MANY[-5:]
        file.seek(500_001)
        assert file.read(10) == MANY[500_001:500_011]
        file.seek(0)
        assert hashlib.sha256(b"".join(file.chunks())).digest() == hashlib.sha256(MANY).digest()
    assert bucket.size(name) == len(MANY)


def test_an_archive_is_read_from_its_end(bucket):
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "words")
    name = bucket.save("package.zip", ContentFile(content.getvalue()))

    with bucket.open(name) as file:
        assert zipfile.ZipFile(file).read("a.txt") == b"words"


def test_an_empty_file_and_one_that_is_not_there(bucket):
    assert bucket.open(bucket.save("empty", ContentFile(b""))).read() == b""
    with pytest.raises(FileNotFoundError):
        bucket.open("nowhere")
    assert not bucket.exists("nowhere")


def test_a_folder_of_a_print_job_is_removed_with_all_in_it(bucket):
    class Job:
        folder = "7-abc"

    for name in ("1", "2", "result"):
        bucket.save(f"prints/7-abc/{name}", ContentFile(b"x"))

    print_run.remove(Job, keep="prints/7-abc/result")
    assert bucket.listdir("prints/7-abc")[1] == ["result"]

    print_run.remove(Job)
    assert list(bucket.bucket.objects.all()) == []


def test_a_file_that_is_broken_off_on_the_way_is_no_whole_file(bucket):
    name = bucket.save("large", ContentFile(MANY))
    file = bucket.open(name)
    file.file.raw.size += 1

    with pytest.raises(OSError, match="ended at"):
        file.read()
