"""Private files: who may read one, and that a download is only ever a download."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path, PurePath
from uuid import UUID

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import FileField
from django.urls import reverse
from PIL import Image

from core import clock
from core.files import attach
from core.forms import FilesField
from core.models import Attachment
from core.workflow import Refused
from projects.actions import activities, people
from tests.life import draft
from tests.pdfs import pdf_with
from tests.spending import jpeg

CONTENT = pdf_with()


def pdf(name: str = "备案证明.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, CONTENT)


def test_a_file_keeps_its_name_size_and_digest(town):
    attachment = attach(draft(town), pdf(), by=town.head, kind="registration")

    assert (attachment.name, attachment.size) == ("备案证明.pdf", len(CONTENT))
    assert attachment.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_where_a_file_lies_is_a_random_number_and_nothing_of_what_was_sent(town):
    """The same file sent twice by the same person lies in two places, and neither says anything of the other."""
    project = draft(town)
    names = [PurePath(attach(project, pdf(), by=town.head).file.name) for _time in range(2)]

    numbers = {UUID(name.name) for name in names}
    assert ({number.version for number in numbers}, len(numbers)) == ({4}, 2)  # 122 random bits
    assert {str(name.parent) for name in names} == {f"{clock.now():%Y/%m}"}


def test_tests_keep_their_files_to_themselves(tmp_path):
    """Every field of a file asks the settings of the moment, not those of when its module was read."""
    fields = [
        field for model in apps.get_models() for field in model._meta.local_fields if isinstance(field, FileField)
    ]

    assert {Path(field.storage.path("file")) for field in fields} == {tmp_path / "private" / "file"}


def test_a_path_in_the_name_is_dropped(town):
    assert attach(draft(town), pdf("../../etc/证明.pdf"), by=town.head).name == "证明.pdf"


def test_an_attachment_has_twenty_megabytes_and_not_a_byte_more(town, browse):
    page = reverse("projects:proposal_attach", args=[draft(town).pk])
    most = CONTENT.ljust(20 * 1024**2, b"\n")

    over = browse(town.head).post(page, {"kind": "other", "file": SimpleUploadedFile("计划.pdf", most + b"\n")})
    assert [error.code for error in over.context["attachment_form"].errors.as_data()["file"]] == ["too_large"]
    assert not Attachment.objects.exists()

    browse(town.head).post(page, {"kind": "other", "file": SimpleUploadedFile("计划.pdf", most)})
    assert Attachment.objects.get().size == 20 * 1024**2


def test_the_files_of_an_activity_are_closed_to_the_experts(town, life, browse):
    project = life.walk(draft(town), "running")
    values = {"theme": "义诊", "starts_at": town.call.opens_at}
    activity = activities.plan_activity(project, by=town.head, values=values, items=[])
    people.add_participant(project, town.expert1, "judge", by=town.clerk)
    page = reverse("core:attachment", args=[attach(activity, pdf("签到表.pdf"), by=town.head).pk])

    assert browse(town.clerk).get(page).status_code == 200
    assert browse(town.expert1).get(page).status_code == 404


def test_a_download_is_never_shown_inside_the_site(town, browse):
    attachment = attach(draft(town), pdf(), by=town.head)

    response = browse(town.head).get(reverse("core:attachment", args=[attachment.pk]))

    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_downloaded_file_can_do_nothing_and_lies_in_no_shared_cache(town, browse):
    attachment = attach(draft(town), pdf(), by=town.head)

    response = browse(town.head).get(reverse("core:attachment", args=[attachment.pk]))

    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-cache"


def test_a_photographed_receipt_is_kept_without_where_it_was_taken(town):
    exif = Image.Exif()
    exif[0x010F], exif.get_ifd(0x8825)[1] = "Maker", "N"
    sent = jpeg(exif=exif)

    kept = attach(draft(town), SimpleUploadedFile("发票.jpg", sent), by=town.head)

    content = kept.file.read()
    assert b"Maker" in sent
    assert b"Maker" not in content
    assert (kept.size, kept.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_one_project_takes_so_many_files_and_no_more(town, settings, browse):
    settings.UPLOAD_MOST_WITHIN = 1
    project = draft(town)
    attach(project, pdf(), by=town.head)

    page = reverse("projects:proposal_attach", args=[project.pk])
    response = browse(town.volunteer).post(page, {"kind": "other", "file": pdf("第二个.pdf")})

    assert "最多1个文件" in response.content.decode()
    assert Attachment.objects.count() == 1
    assert attach(town.choir, pdf(), by=town.head)  # another thing has room of its own


@pytest.mark.parametrize("limit", [{"UPLOAD_MOST_A_DAY": 1}, {"UPLOAD_BYTES_A_DAY": 2 * len(CONTENT) - 1}])
def test_one_person_sends_so_much_a_day_and_no_more(town, time, settings, limit):
    [(name, value)] = limit.items()
    setattr(settings, name, value)
    attach(draft(town), pdf(), by=town.head)

    with pytest.raises(Refused, match="明天"):
        attach(town.centre, pdf(), by=town.head)
    attach(town.centre, pdf(), by=town.volunteer)

    time.go(clock.now() + timedelta(days=1, minutes=1))
    assert attach(town.centre, pdf(), by=town.head)


def test_the_files_of_an_activity_count_with_its_project(town, life, settings):
    project = life.walk(draft(town), "running")
    values = {"theme": "义诊", "starts_at": town.call.opens_at}
    activity = activities.plan_activity(project, by=town.head, values=values, items=[])
    settings.UPLOAD_MOST_WITHIN = Attachment.objects.count() + 1
    attach(activity, pdf(), by=town.head)

    with pytest.raises(Refused):
        attach(project, pdf(), by=town.head)


def test_one_form_takes_so_many_files_at_once(settings):
    settings.UPLOAD_MOST_AT_ONCE = 2

    assert len(FilesField().clean([pdf("1.pdf"), pdf("2.pdf")])) == 2
    with pytest.raises(ValidationError, match="最多2个"):
        FilesField().clean([pdf("1.pdf"), pdf("2.pdf"), pdf("3.pdf")])

    settings.UPLOAD_BYTES_AT_ONCE = 2 * len(CONTENT) - 1
    with pytest.raises(ValidationError, match="分两次"):
        FilesField().clean([pdf("1.pdf"), pdf("2.pdf")])


def test_only_the_floor_keeps_what_is_sent():
    """A form field that is not ours would take anything under any name."""
    root = Path(__file__).parent.parent
    found = [
        str(path.relative_to(root))
        for app in ("people", "grants", "projects", "evaluations", "reports", "config")
        for path in (root / app).rglob("*.py")
        if re.search(r"forms\.(?:File|Image)Field|models\.ImageField", path.read_text())
    ]

    assert found == []
