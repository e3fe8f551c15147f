"""Private files: who may read one, and that a download is only ever a download."""

import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.files import attach
from projects.actions import activities, people
from tests.life import draft

CONTENT = b"%PDF-1.7\n1 0 obj\n"


def pdf(name: str = "备案证明.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, CONTENT)


def test_a_file_keeps_its_name_size_and_digest(town):
    attachment = attach(draft(town), pdf(), by=town.head, kind="registration")

    assert (attachment.name, attachment.size) == ("备案证明.pdf", len(CONTENT))
    assert attachment.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert "备案" not in attachment.file.name  # the stored name says nothing


def test_a_path_in_the_name_is_dropped(town):
    assert attach(draft(town), pdf("../../etc/证明.pdf"), by=town.head).name == "证明.pdf"


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
