"""The file of an issued paper: PDF/A by a validator, the same bytes from the same data, and its code on the page."""

from io import BytesIO

import pydyf
import pytest
from django.urls import reverse
from pypdf import PdfReader

from projects.models import Notice, Project
from reports import pdf
from reports.actions import papers
from reports.letters import award_letter
from reports.models import Paper
from reports.paper_layout import lay_out
from reports.verification import code_in
from tests.life import draft
from tests.memory import remembered
from tests.pdfs import pdf_a_failures

pytestmark = pytest.mark.one_database


@remembered
def completed(town, life) -> Project:
    """One project to its archive: all papers of an ordinary life are issued."""
    return life.walk(draft(town), "completed")


@pytest.fixture
def address(settings):
    settings.SITE_URL = "https://grants.example.org"


def test_validator_finds_what_is_no_pdf_a():
    plain = pdf.lay_out("<html lang='zh-CN'><title>题</title><p>公益创投</p></html>")

    assert [name.split(":")[0] for name in pdf_a_failures(plain)] != []


@pytest.mark.parametrize("end", [b"x", b"\r", b"\n", b"\r\n"])
def test_stream_ends_where_it_says_whatever_its_last_byte_is(end):
    pdf._press()
    pdf._press.cache_clear()  # fonts were put there: the press is set up again
    pdf._press()

    written = pydyf.Stream([b"data" + end]).data

    assert written.endswith(b"/Length %d>>\nstream\ndata%b\r\nendstream" % (4 + len(end), end))


def test_every_paper_of_a_life_is_pdf_a_with_its_code_on_the_page(town, life, address):
    project = completed(town, life)
    found = list(Paper.objects.select_related("issuer"))
    kinds = {paper.kind for paper in found if paper.project_id == project.pk}

    laid = {paper: lay_out(paper).content for paper in found}

    assert kinds == {"award", "agreement", "payment", "accounts", "completion"}
    assert {paper.number: pdf_a_failures(content) for paper, content in laid.items()} == {
        paper.number: [] for paper in found
    }
    for paper, content in laid.items():
        reader = PdfReader(BytesIO(content))
        first = reader.pages[0].extract_text()
        assert paper.shown_code in first, paper.number
        assert "grants.example.org/verify" in first
        assert code_in(content) == paper.code
        assert not reader.is_encrypted


def test_same_data_gives_the_same_bytes(town, life, address):
    life.walk(draft(town), "approved")
    paper = Paper.objects.select_related("issuer").get(kind="award")
    first = lay_out(paper).content
    life.time.go(paper.issued_at.replace(year=2031))

    again = lay_out(Paper.objects.select_related("issuer").get(pk=paper.pk)).content

    assert again == first
    assert PdfReader(BytesIO(first)).metadata.creation_date == paper.issued_at
    assert PdfReader(BytesIO(first)).trailer["/ID"][0] == f"venture-paper-{paper.code}"


def test_letter_stays_on_its_pages_with_the_block(town, life, address):
    project = life.walk(draft(town), "approved")
    paper = Paper.objects.get(kind="award")
    document = award_letter(project)
    without = PdfReader(BytesIO(pdf.render(document.template, document.context)))

    assert len(PdfReader(BytesIO(lay_out(paper).content)).pages) == len(without.pages)


def test_without_an_address_there_is_no_code_that_leads_nowhere(town, life, settings):
    settings.SITE_URL = ""
    life.walk(draft(town), "approved")

    text = PdfReader(BytesIO(lay_out(Paper.objects.get(kind="award")).content)).pages[0].extract_text()

    assert "“文件核验”页" in text
    assert "扫码" not in text


def test_void_paper_is_given_out_with_its_end_on_it(town, life, browse):
    project = life.walk(draft(town), "approved")
    paper = papers.printed(Paper.objects.get(kind="award"))
    papers.void(paper, by=town.approver, reason="写错")

    content = browse(town.head).get(reverse("reports:award_letter", args=[project.pk])).content

    assert "已作废" in PdfReader(BytesIO(content)).pages[0].extract_text()


def test_changed_notice_is_shown_as_it_stands_and_kept_as_it_was(town, life, browse):
    life.walk(draft(town), "in_notice")
    notice, client = Notice.objects.get(), browse()
    issued = client.get(reverse("reports:notice", args=[notice.pk])).content
    Notice.objects.filter(pk=notice.pk).update(extended_until="2026-05-20")

    now = client.get(reverse("reports:notice", args=[notice.pk])).content

    paper = Paper.objects.get(kind="notice")
    assert now != issued
    assert browse(town.clerk).get(reverse("reports:paper_file", args=[paper.pk])).content == issued


def test_notice_laid_out_late_says_what_it_said_when_it_was_published(town, life):
    life.walk(draft(town), "in_notice")
    Notice.objects.update(extended_until="2026-05-20")

    paper = papers.printed(Paper.objects.get(kind="notice"))

    with paper.file.open() as file:
        words = "".join(page.extract_text() for page in PdfReader(file).pages)
    assert "公示期" in words
    assert "顺延" not in words
