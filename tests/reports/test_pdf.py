"""The press itself: what a document may load, and what it says of what it could not print."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from reports import pdf

pytestmark = pytest.mark.one_database

STATIC = settings.BASE_DIR / "static"


@pytest.fixture
def template(settings, tmp_path):
    """`template(body)` writes a template of that body and gives its name."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]

    def write(body: str) -> str:
        (tmp_path / "one.html").write_text(f"<html lang='zh-CN'><title>题</title><body>{body}</body></html>")
        return "one.html"

    return write


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x.css",
        "https://example.org/x.css",
        "ftp://example.org/x.css",
        "data:text/css,p{}",
        "file:///etc/passwd",
        "file://example.org/etc/passwd",
        f"{STATIC.as_uri()}/../config/settings.py",
        f"{STATIC.as_uri()}/%2e%2e/config/settings.py",
        f"{STATIC.as_uri()}/css/none.css",
        f"{STATIC.as_uri()}-other/x.css",
        STATIC.as_uri(),
    ],
)
def test_document_may_not_load(url):
    assert not pdf.is_ours(url)


def test_document_may_load_our_static_files():
    assert pdf.is_ours(f"{STATIC.as_uri()}/css/pdf.css")


def test_link_out_of_static_is_not_followed(settings, tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "static" / "link.css").symlink_to(tmp_path / "secret")
    settings.STATICFILES_DIRS = [tmp_path / "static"]

    assert not pdf.is_ours((tmp_path / "static" / "link.css").as_uri())


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x.png", "file:///etc/hostname", "../config/settings.py"])
def test_document_that_wants_another_file_is_refused(template, url):
    with pytest.raises(FatalURLFetchingError):
        pdf.render(template(f'<img src="{url}">'), {})


def test_document_with_a_picture_of_ours_is_made(template):
    assert pdf.render(template('<img src="img/logo.svg" alt="标志">'), {}).startswith(b"%PDF-")


def test_character_without_glyph_is_logged(template, caplog):
    pdf.render(template("缺字\U0010abcd"), {})  # some fonts have signs of their own at U+E000 and further

    assert [record.name for record in caplog.records] == ["weasyprint"]
    assert "U+10ABCD" in caplog.text
    caplog.clear()


def test_many_threads_print_the_same(template):
    name = template("<p>公益创投</p>")
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: pdf.render(name, {}), range(12)))

    assert set(made) == {made[0]}


def test_page_is_a4(template, tmp_path):
    (tmp_path / "a4.pdf").write_bytes(pdf.render(template("<p>公益创投</p>"), {}))
    box = PdfReader(tmp_path / "a4.pdf").pages[0].mediabox

    assert (round(box.width / 72 * 25.4), round(box.height / 72 * 25.4)) == (210, 297)
