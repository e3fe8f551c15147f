"""Printing in bulk: who may have what printed, what comes out, and what becomes of a job on its way."""

import hashlib
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import load_workbook
from pypdf import PdfReader

from core import clock
from core.models import Event, Notification
from core.workflow import Refused, Stale
from projects.actions import checking, payments, proposals
from projects.models import Part, Participant, Project
from reports import pdf
from reports.actions import papers, print_run, printing
from reports.models import Paper, PrintItem, PrintJob
from reports.print_result import name_in_zip
from tests.evaluated import commissioned, evaluated, items_of
from tests.life import choir_draft, draft
from tests.memory import remembered
from tests.printing import ask, awarded
from tests.projects.test_returns import asked_back, settled

pytestmark = pytest.mark.one_database


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """Do something with its background work, as the worker would after the commit."""

    def do(verb):
        with django_capture_on_commit_callbacks(execute=True):
            return verb()

    return do


@pytest.fixture
def laid_out_quickly(monkeypatch):
    """A page of a few letters in place of each document: for tests of what becomes of the job."""
    plain = pdf.lay_out("<html lang='zh-CN'><title>题</title><p>通知书</p></html>")
    monkeypatch.setattr("weasyprint.HTML.write_pdf", lambda *_args, **_options: plain)


@remembered
def three(town, life):
    return awarded(town, life, 3)


def result(job: PrintJob) -> bytes:
    job.refresh_from_db()
    with job.result.open("rb") as file:
        return file.read()


def leave(person) -> None:
    """From now on this person works nowhere; as the next request finds it."""
    person.memberships.update(since=clock.today() - timedelta(days=9), until=clock.today())
    person.__dict__.pop("roles", None)


def stored(job: PrintJob) -> list[str]:
    try:
        return PrintJob._meta.get_field("result").storage.listdir(f"prints/{job.folder}")[1]
    except FileNotFoundError:
        return []


# -- What comes out ------------------------------------------------------------------------------------


def test_zip_holds_every_issued_paper_byte_for_byte_with_an_index(town, life, at_once):
    three(town, life)
    before = list(Paper.objects.order_by("pk").values_list("number", flat=True))

    job = at_once(lambda: ask(town.clerk))

    archive = zipfile.ZipFile(BytesIO(result(job)))
    names = archive.namelist()
    rows = list(load_workbook(BytesIO(archive.read("0000-目录.xlsx"))).active.iter_rows(min_row=2, values_only=True))
    letters = list(Paper.objects.filter(kind="award").order_by("serial"))
    assert list(Paper.objects.order_by("pk").values_list("number", flat=True)) == before
    assert [paper.serial for paper in letters] == [1, 2, 3]
    assert [row[3] for row in rows] == [paper.number for paper in letters]
    assert [row[1] for row in rows] + ["0000-目录.xlsx"] == names
    for paper, row in zip(letters, rows, strict=True):
        with paper.file.open("rb") as file:
            assert archive.read(row[1]) == file.read()
        assert hashlib.sha256(archive.read(row[1])).hexdigest() == row[5] == paper.sha256
    assert names[0].startswith("0001-立项通知书-")
    assert job.state == "done"
    assert stored(job) == ["result"]


def test_merged_file_has_a_bookmark_and_the_pages_of_each_paper(town, life, at_once):
    three(town, life)

    job = at_once(lambda: ask(town.clerk, form="merged"))

    reader = PdfReader(BytesIO(result(job)))
    letters = list(Paper.objects.filter(kind="award").order_by("serial"))
    assert [mark.title for mark in reader.outline] == [item.name for item in job.items.all()]
    pages = [reader.get_destination_page_number(mark) for mark in reader.outline]
    for paper, page in zip(letters, pages, strict=True):
        with paper.file.open("rb") as file:
            single = [each.extract_text() for each in PdfReader(file).pages]
        assert [reader.pages[page + n].extract_text() for n in range(len(single))] == single


def test_for_both_sides_every_paper_begins_on_a_new_sheet(town, life, at_once, laid_out_quickly):
    three(town, life)

    job = at_once(
        lambda: printing.start(
            by=town.clerk, kind="award", asked={}, form="merged", both_sides=True, origin="https://example.org/"
        )
    )

    reader = PdfReader(BytesIO(result(job)))
    assert [reader.get_destination_page_number(mark) for mark in reader.outline] == [0, 2, 4]
    assert [page.extract_text() for page in reader.pages][1::2] == ["", ""]


def test_what_is_not_issued_is_laid_out_as_things_stand(town, life, at_once):
    life.walk(draft(town), "submitted")
    life.walk(choir_draft(town), "submitted")

    job = at_once(lambda: ask(town.clerk, "eligibility"))

    archive = zipfile.ZipFile(BytesIO(result(job)))
    texts = [PdfReader(BytesIO(archive.read(name))).pages[0].extract_text() for name in archive.namelist()[:-1]]
    assert len(texts) == 2
    assert all("告知单" in text for text in texts)
    assert Paper.objects.count() == 0


def test_names_in_the_zip_are_safe_and_unique():
    items = [PrintItem(ordinal=n, filename=f"立项/通知书:{'长' * 200}\n.pdf") for n in (1, 2)]

    names = [name_in_zip(item) for item in items]

    assert names[0].startswith("0001-立项_通知书_长长")
    assert len(set(names)) == 2
    assert max(len(name.encode()) for name in names) < 256


# -- Who may -------------------------------------------------------------------------------------------


def test_a_forbidden_paper_refuses_the_job_and_is_named(town, life):
    project = life.walk(draft(town), "approved")
    Participant.objects.create(project=project, person=town.expert1, part=Part.JUDGE)
    seen = project in Project.objects.visible_to(town.expert1)

    with pytest.raises(Refused) as refused:
        ask(town.expert1)

    assert seen
    assert project.number in str(refused.value)
    assert PrintJob.objects.count() == 0


def test_what_one_does_not_see_is_not_in_the_choice(town, life, at_once, laid_out_quickly):
    three(town, life)

    with pytest.raises(Refused):
        ask(town.singer)
    job = at_once(lambda: ask(town.head))

    assert job.items.count() == 3


def test_a_job_is_its_owners_alone(town, life, browse, at_once, laid_out_quickly):
    three(town, life)
    job = at_once(lambda: ask(town.clerk))
    address = f"/documents/print-jobs/{job.pk}/"

    codes = [browse(town.approver).get(address + part).status_code for part in ("", "progress/", "result/")]

    assert codes == [404, 404, 404]
    assert [browse(town.clerk).get(address + part).status_code for part in ("", "progress/", "result/")] == [200] * 3
    job.refresh_from_db()
    with pytest.raises(PermissionDenied):
        printing.clear(job, by=town.approver)


def test_who_may_no_longer_see_the_papers_cannot_fetch_them(town, life, browse, at_once, laid_out_quickly):
    three(town, life)
    job = at_once(lambda: ask(town.clerk))
    leave(town.clerk)

    response = browse(town.clerk).get(f"/documents/print-jobs/{job.pk}/result/")

    assert response.status_code == 403


def test_a_role_that_is_lost_on_the_way_ends_in_no_paper(town, life, at_once, laid_out_quickly):
    three(town, life)
    job = ask(town.clerk)
    leave(town.clerk)

    at_once(lambda: print_run.run.call(job.pk, 1))

    job.refresh_from_db()
    assert job.state == "stopped"
    assert set(job.items.values_list("status", flat=True)) == {"failed"}


# -- On its way ----------------------------------------------------------------------------------------


def test_a_paused_job_prints_nothing_until_it_is_continued(town, life, at_once, laid_out_quickly):
    three(town, life)
    job = ask(town.clerk)
    printing.pause(job, by=town.clerk)

    print_run.run.call(job.pk, 1)
    paused = (job.state, job.items.filter(status="done").count())
    at_once(lambda: printing.go_on(job, by=town.clerk))

    job.refresh_from_db()
    assert paused == ("paused", 0)
    assert (job.state, job.items.filter(status="done").count()) == ("done", 3)


def test_a_worker_that_was_overtaken_settles_nothing(town, life, laid_out_quickly):
    three(town, life)
    job = ask(town.clerk)
    made = print_run.make(job.items.first().pk)
    stale = PrintJob.objects.get(pk=job.pk)
    printing.pause(job, by=town.clerk)
    printing.go_on(job, by=town.clerk)

    with pytest.raises(print_run.Superseded):
        print_run._settle(stale, made)

    assert set(job.items.values_list("status", flat=True)) == {"waiting"}


def test_a_paper_that_cannot_be_laid_out_is_named_and_tried_again(town, life, at_once, monkeypatch):
    three(town, life)
    unlucky = Paper.objects.get(kind="award", serial=2)
    real = papers.lay_out

    def broken(paper):
        if paper.pk == unlucky.pk:
            raise ValueError("no such font")
        return real(paper)

    monkeypatch.setattr("reports.actions.papers.lay_out", broken)
    job = at_once(lambda: ask(town.clerk))
    job.refresh_from_db()
    stopped = (job.state, [item.ordinal for item in job.items.filter(status="failed")])
    monkeypatch.setattr("reports.actions.papers.lay_out", real)
    at_once(lambda: printing.try_again(job, by=town.clerk))

    job.refresh_from_db()
    assert stopped == ("stopped", [2])
    assert job.state == "done"
    assert len(zipfile.ZipFile(BytesIO(result(job))).namelist()) == 4


def test_without_a_paper_that_fails_the_index_says_what_is_missing(town, life, at_once, monkeypatch, laid_out_quickly):
    three(town, life)
    unlucky, real = Paper.objects.get(kind="award", serial=2), papers.lay_out

    def broken(paper):
        if paper.pk == unlucky.pk:
            raise ValueError("no such font")
        return real(paper)

    monkeypatch.setattr("reports.actions.papers.lay_out", broken)
    job = at_once(lambda: ask(town.clerk))
    job.refresh_from_db()

    at_once(lambda: printing.leave_out(job, by=town.clerk))

    archive = zipfile.ZipFile(BytesIO(result(job)))
    rows = list(load_workbook(BytesIO(archive.read("0000-目录.xlsx"))).active.iter_rows(min_row=2, values_only=True))
    assert [row[4] for row in rows] == ["有效", "未打印", "有效"]
    assert len(archive.namelist()) == 3


def test_an_altered_file_of_the_register_is_not_given_out(town, life, at_once, laid_out_quickly):
    three(town, life)
    job = at_once(lambda: ask(town.clerk))
    paper = Paper.objects.get(kind="award", serial=2)
    with open(paper.file.path, "ab") as file:
        file.write(b"%")

    again = at_once(lambda: ask(town.clerk))

    again.refresh_from_db()
    assert (job.items.count(), again.state) == (3, "stopped")
    assert "2" in again.problem


def test_a_cancelled_job_leaves_no_file_and_takes_no_paper_away(town, life, at_once, laid_out_quickly):
    three(town, life)
    job = ask(town.clerk, "proposal")
    made = print_run.make(job.items.first().pk)

    at_once(lambda: printing.cancel(job, by=town.clerk))

    assert made.file
    assert stored(job) == []
    assert Paper.objects.in_force().filter(kind="award").count() == 3
    with pytest.raises(Stale):
        printing.pause(PrintJob(pk=job.pk, state="printing"), by=town.clerk)


def test_the_owner_is_told_when_it_is_done(town, life, at_once, laid_out_quickly):
    three(town, life)

    job = at_once(lambda: ask(town.clerk))

    last = Notification.objects.filter(recipient=town.clerk).latest("pk")
    assert last.url == job.get_absolute_url()


def test_files_go_after_their_time_and_the_row_stays(town, life, time, at_once, laid_out_quickly):
    three(town, life)
    job = at_once(lambda: ask(town.clerk))
    now = clock.now()
    time.go(now + timedelta(days=13))
    early = printing.remove_printed()
    time.go(now + timedelta(days=14, minutes=1))

    removed = at_once(printing.remove_printed)

    job.refresh_from_db()
    assert (early, removed, job.state, stored(job)) == (0, 1, "cleared", [])
    assert Paper.objects.get(kind="award", serial=1).file.size > 0


def test_the_clock_goes_on_with_a_job_whose_worker_died(town, life, time, at_once, laid_out_quickly):
    three(town, life)
    job = ask(town.clerk)
    PrintJob.objects.filter(pk=job.pk).update(taken=1)
    quiet = printing.go_on_with_killed()
    with pytest.raises(Refused):
        printing.restart(job, by=town.clerk)
    time.go(clock.now() + timedelta(minutes=3))

    went_on = at_once(printing.go_on_with_killed)

    job.refresh_from_db()
    assert (quiet, went_on, job.state) == (0, 1, "done")


def test_the_clock_gives_up_after_three_times_without_progress(town, life, time, laid_out_quickly):
    three(town, life)
    job = ask(town.clerk)
    tries = []
    for _time in range(5):
        job.refresh_from_db()
        PrintJob.objects.filter(pk=job.pk).update(taken=job.attempt)
        time.go(clock.now() + timedelta(minutes=3))
        tries.append(printing.go_on_with_killed())

    assert tries == [1, 1, 1, 0, 0]


# -- Letters and reports that follow a deed --------------------------------------------------------------


def test_letters_and_reports_are_printed_from_the_list_of_projects(town, life, at_once, laid_out_quickly):
    returned = life.walk(choir_draft(town), "submitted")
    checking.check(returned, "return_for_correction", by=town.clerk, note="请写明调查人数。")
    proposals.submit(Project.objects.get(pk=returned.pk), by=town.singer, pledged=True)
    checking.check(Project.objects.get(pk=returned.pk), "return_for_correction", by=town.clerk, note="仍未写明。")
    project = ended_and_asked_back(town, life)

    kinds = ("evaluation-report", "rectification", "correction", "return")
    jobs = {kind: at_once(lambda kind=kind: ask(town.clerk, kind)) for kind in kinds}

    printed = {kind: [item.paper for item in job.items.select_related("paper")] for kind, job in jobs.items()}
    assert {kind: [paper.kind for paper in found] for kind, found in printed.items()} == {
        "evaluation-report": ["evaluation"],
        "rectification": ["rectification"],
        "correction": ["correction"],
        "return": ["return"],
    }
    assert printed["correction"][0].is_in_force  # the latest of the two
    assert [item.name for item in jobs["correction"].items.all()] == [f"{returned.number} {returned.title}"]
    assert project.title in jobs["return"].items.get().name
    Participant.objects.create(project=project, person=town.expert1, part=Part.JUDGE)
    with pytest.raises(Refused):  # a judge sees the project, and not what its parties are told
        ask(town.expert1, "return")


def ended_and_asked_back(town, life) -> Project:
    """A project whose evaluation failed, that was ended, and that has to give money back."""
    project = life.walk(draft(town), "running")
    tranche = project.tranches.first()
    payments.request_payment(tranche, by=town.clerk)
    payments.approve_payment(tranche, by=town.approver)
    payments.pay(tranche, by=town.finance, bank_reference="B1")
    life.day(2026, 10, 12)
    commissioned(town)
    evaluated(town, project, 20, 10, 5, items=items_of(20, "补齐票据抬头"))
    payments.terminate(Project.objects.get(pk=project.pk), by=town.approver, note="无法整改")
    return asked_back(town, settled(town, project), due_on=clock.today() + timedelta(days=30)).project


# -- Its pages -----------------------------------------------------------------------------------------


def test_from_the_list_of_projects_to_the_file(town, life, browse, at_once, laid_out_quickly):
    projects = three(town, life)
    clerk = browse(town.clerk)
    listing = clerk.get("/projects/", {"q": projects[1].number}).content.decode()
    there = f"/documents/print-jobs/new/projects/?q={projects[1].number}"

    page = clerk.get(there)
    response = at_once(lambda: clerk.post(there, {"kind": "award", "form": "merged"}))
    shown = clerk.get(response.url).content.decode()
    file = clerk.get(response.url + "result/")

    assert there in listing
    assert "立项通知书：1" in page.content.decode()
    assert "result/" in shown
    assert b"".join(file.streaming_content)[:5] == b"%PDF-"
    assert Event.objects.filter(name="download", actor=town.clerk).count() == 1


@pytest.mark.parametrize("values", [{}, {"kind": "nothing", "form": "zip"}, {"kind": "honour", "form": "zip"}])
def test_what_is_not_offered_comes_back_with_a_word(town, life, browse, values):
    three(town, life)

    response = browse(town.clerk).post("/documents/print-jobs/new/projects/", values)

    assert response.status_code == 200
    assert PrintJob.objects.count() == 0


@pytest.mark.parametrize("address", ["nowhere/", "star-year/", "star-year/?pk=x", "star-year/?pk=99999999999999999999"])
def test_a_source_that_is_none_is_not_found(town, browse, address):
    assert browse(town.clerk).get(f"/documents/print-jobs/new/{address}").status_code == 404


def test_progress_says_how_many_and_loads_the_page_when_it_is_over(town, life, browse, at_once, laid_out_quickly):
    three(town, life)
    job = ask(town.clerk)
    clerk = browse(town.clerk)
    address = f"/documents/print-jobs/{job.pk}/progress/"

    waiting = clerk.get(address)
    page = clerk.get(job.get_absolute_url()).content.decode()
    at_once(lambda: print_run.run.call(job.pk, 1))
    over = clerk.get(address)

    assert 'max="3"' in waiting.content.decode()
    assert waiting.headers.get("HX-Refresh") is None
    assert '<noscript><meta http-equiv="refresh"' in page
    assert over.headers["HX-Refresh"] == "true"
