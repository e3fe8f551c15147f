"""Checking a paper without an account: by its code, by its file, and what nobody learns from it."""

import hashlib
import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from core import clock
from projects.actions import checking
from projects.models import Comment, Project
from reports import verification
from reports.actions import papers
from reports.models import FileCheck, Paper
from reports.models.paper import LENGTH
from reports.paper_layout import MARKER
from reports.verification import Outcome, code_in, of_code
from tests.life import draft
from tests.pdfs import pdf_with

PAGE = "/verify/"


@pytest.fixture
def paper(town, life) -> Paper:
    """An award letter."""
    life.walk(draft(town), "approved")
    return Paper.objects.select_related("issuer").get(kind=Paper.Kind.AWARD)


@pytest.fixture
def file(paper) -> bytes:
    return papers.printed(paper).file.open("rb").read()


def send(client, content: bytes, name: str = "letter.pdf", **more):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content, "application/pdf")} | more)


def outcome(response) -> str:
    return str(response.context["outcome"])


# -- By its code ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        str,
        str.lower,
        lambda code: code.replace("-", " "),
        lambda code: code.replace("-", ""),
        lambda code: f" {code}　",
        lambda code: f"核验码 {code}　内容摘要 fed1 2107 f042 94de",
        lambda code: f"https://gongyi.example.org/verify/{code.lower()}/",
        lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in f"核验码：{code}" if ord(sign) < 0x80),
    ],
)
def test_code_is_found_however_it_is_typed(paper, browse, change):
    response = browse().get(PAGE, {"code": change(paper.shown_code)}, follow=True)

    assert response.redirect_chain == [(reverse("verify_code", args=[paper.shown_code]), 302)]
    assert outcome(response) == "genuine"


def test_page_says_what_was_issued_by_whom_and_when(town, paper, browse):
    body = browse().get(reverse("verify_code", args=[paper.shown_code])).content.decode()

    for words in (paper.number, town.bureau.name, "2026-04-20", "夕阳红暖心陪伴", "10,000.00元"):
        assert words in body


@pytest.mark.parametrize("code", ["2222-2222-2222", "公益创投", "x" * 90, "%00", "0"])
def test_unknown_code_is_said_and_comes_back(paper, browse, code):
    response = browse().get(PAGE, {"code": code})

    assert response.status_code == 200
    assert "我们没有发出过带有这个核验码的文件" in response.content.decode()
    assert browse().get(reverse("verify_code", args=["2222-2222-2222"])).status_code == 404


def test_void_paper_is_said_to_be_void_without_the_reason(town, paper, browse):
    papers.void(paper, by=town.approver, reason="把王某的金额写错了")

    response = browse().get(reverse("verify_code", args=[paper.shown_code]))

    assert outcome(response) == "void"
    assert "王某" not in response.content.decode()


def test_superseded_paper_names_the_newer_one(town, paper, browse):
    newer = papers.issue(Paper.Kind.AWARD, paper.target, event=paper.event)

    response = browse().get(reverse("verify_code", args=[paper.shown_code]))

    assert (outcome(response), newer.number in response.content.decode()) == ("superseded", True)
    assert newer.number.endswith("〔2026〕2号")
    assert of_code(newer.code).outcome == Outcome.GENUINE


def test_letter_between_two_parties_shows_a_number_and_no_more(town, life, browse):
    project = life.walk(draft(town), "submitted")
    Comment.objects.create(project=project, kind="correction", text="请补", by=town.clerk)
    checking.check(project, "return_for_correction", by=town.clerk, note="请补正")
    paper = Paper.objects.get(kind=Paper.Kind.CORRECTION)

    body = browse().get(reverse("verify_code", args=[paper.shown_code])).content.decode()

    assert [words in body for words in (project.number, project.title, town.centre.name)] == [True, False, False]


def test_digest_is_that_of_the_facts_as_they_are_downloaded(paper, browse):
    content = browse().get(reverse("verify_facts", args=[paper.shown_code])).content

    assert hashlib.sha256(content).hexdigest() == paper.digest
    assert json.loads(content)["number"] == paper.number


def test_words_that_were_changed_in_the_database_no_longer_fit_the_digest(paper, browse):
    Paper.objects.filter(pk=paper.pk).update(facts=[["资助金额", "99,999.00元"]])

    body = browse().get(reverse("verify_code", args=[paper.shown_code])).content.decode()

    assert "与上面的内容不符" in body


# -- By its file ---------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_file_that_was_issued_is_genuine(paper, file, browse):
    response = send(browse(), file)

    assert (outcome(response), response.context["is_file"]) == ("genuine", True)
    assert "真：这就是发出的那份文件" in response.content.decode()


@pytest.mark.one_database
def test_file_with_one_byte_more_is_altered(paper, file, browse):
    response = send(browse(), file + b"\n")

    assert (outcome(response), response.context["paper"]) == ("altered", paper)


@pytest.mark.one_database
def test_file_saved_anew_by_another_program_is_altered(paper, file, browse):
    writer, saved = PdfWriter(clone_from=BytesIO(file)), BytesIO()
    writer.metadata = {}
    writer.xmp_metadata = None
    writer.compress_identical_objects()
    writer.write(saved)
    assert b"venture-paper" not in saved.getvalue()

    assert outcome(send(browse(), saved.getvalue())) == "altered"


@pytest.mark.one_database
@pytest.mark.parametrize("content", [b"%PDF-1.7\nrubbish", b"%PDF-1.4 signed", b"%PDF-" + b"\x00" * 5000])
def test_broken_file_is_not_called_forged(paper, browse, content):
    response = send(browse(), content)

    assert outcome(response) == "unreadable"
    assert "没有核验成" in response.content.decode()


@pytest.mark.one_database
def test_file_that_is_locked_by_a_password_is_not_called_forged(paper, file, browse):
    writer, saved = PdfWriter(clone_from=BytesIO(file)), BytesIO()
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(saved)

    assert outcome(send(browse(), saved.getvalue())) == "unreadable"


@pytest.mark.parametrize(("keywords", "expected"), [("", "unmarked"), (MARKER + "A" * LENGTH, "unknown")])
def test_file_without_a_code_is_not_called_forged_and_one_with_a_code_of_nobody_is(paper, browse, keywords, expected):
    writer, saved = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Keywords": keywords})
    writer.write(saved)

    page = send(browse(), saved.getvalue())

    assert outcome(page) == expected
    assert ("没有发出过这份文件" in page.content.decode()) is (expected == "unknown")


@pytest.mark.parametrize(("name", "content"), [("photo.jpg", b"\xff\xd8\xff\xe0"), ("table.xlsx", b"PK\x03\x04")])
def test_only_a_pdf_is_taken(paper, browse, name, content):
    response = send(browse(), content, name)

    suffix = name.partition(".")[2]
    assert response.context["form"].errors["file"] == [f"不接收“.{suffix}”类型的文件，请使用.pdf。"]


@pytest.mark.one_database
def test_file_of_a_void_paper_is_void(town, paper, file, browse):
    papers.void(Paper.objects.get(pk=paper.pk), by=town.approver, reason="写错")

    assert outcome(send(browse(), file)) == "void"


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", b"MZ"), ("x.pdf", b"no pdf"), ("x.pdf", b""), ("x.jpg", b"%PDF-1.7")]
)
def test_file_that_is_no_document_is_refused_in_words(paper, browse, name, content):
    response = send(browse(), content, name)

    assert response.status_code == 200
    assert response.context["form"].errors["file"]


def test_file_that_is_too_large_is_refused(paper, browse, settings):
    settings.UPLOAD_MAX_BYTES = 100

    assert send(browse(), b"%PDF-" + b"x" * 200).context["form"].errors["file"]


def test_nothing_sent_is_asked_for_again(paper, browse):
    assert browse().post(PAGE).context["form"].errors["file"]


def test_nothing_of_a_file_is_kept(paper, browse, tmp_path):
    send(browse(), b"%PDF-1.4 somebody's own")

    kept = [one for one in tmp_path.rglob("*") if one.is_file() and b"somebody's own" in one.read_bytes()]
    assert kept == []
    assert [field.name for field in FileCheck._meta.fields] == ["id", "sender", "at"]


def test_one_sender_has_so_many_files_an_hour_and_then_waits(paper, browse, life):
    client = browse()
    for _each in range(verification.MOST_AN_HOUR):
        assert outcome(send(client, b"%PDF-1.4")) == "unreadable"

    refused = send(client, b"%PDF-1.4")
    life.time.go(clock.now() + timedelta(hours=1, minutes=1))

    assert "稍后再试" in refused.content.decode()
    assert outcome(send(client, b"%PDF-1.4")) == "unreadable"


def test_traces_of_senders_go_after_a_day(paper, browse, life):
    send(browse(), b"%PDF-1.4")
    assert verification.forget_checks() == 0

    life.time.go(clock.now() + timedelta(days=1, minutes=1))

    assert verification.forget_checks() == 1


def test_program_that_fills_in_everything_learns_nothing(paper, browse):
    assert outcome(send(browse(), b"%PDF-1.4", website="x")) == "unknown"
    assert not FileCheck.objects.exists()


@pytest.mark.one_database
def test_code_is_read_from_the_words_of_the_first_page(paper, file):
    assert code_in(file) == paper.code
    assert paper.shown_code in PdfReader(BytesIO(file)).pages[0].extract_text()


def test_forms_drawn_in_forms_cost_little():
    """Forty deep, each drawing the next one twice: read to the end it would take longer than anybody lives."""
    drawn = [
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>/Length 11>>stream\n"
        b"/F Do /F Do\nendstream " % (number + 1)
        for number in range(4, 44)
    ]
    shown = b"]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"

    assert code_in(pdf_with(*drawn).replace(b"]>>endobj", shown + b"endobj", 1)) == ""


def test_check_costs_the_same_however_many_papers_there_are(paper, browse, django_assert_num_queries):
    client, address = browse(), reverse("verify_code", args=[paper.shown_code])
    client.get(address)
    with django_assert_num_queries(1):
        client.get(address)

    assert Project.objects.count() == 1
