"""The archive package of a project: what is in it for whom, what stays out by rule, who may have it, the commands."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from core import clock
from core.files import attach
from core.models import Attachment, Event, Notification
from core.workflow import Refused
from people.models import Membership
from projects.actions import photos, roster
from projects.models import ActivityPhoto, Project
from reports.actions import made_files, packaging
from reports.archive.checking import check
from reports.archive.contents import contents, edition_of
from reports.archive.entries import FOLDERS, LOG, Edition, Reason
from reports.archive.files import OWNERS, Reader
from reports.models import ArchivePackage, Paper
from tests.life import draft
from tests.memory import remembered
from tests.records import NOBODY_ON_IT, begun, entered, png, recorded
from tests.test_files import pdf

pytestmark = pytest.mark.one_database

RESIDENT, PHONE = "李四光", "13900001234"


@remembered
def archived(town, life, time) -> Project:
    """A project with an activity, somebody in the roster, three photos and a file, up to its archive."""
    project = life.walk(draft(town), "running")
    entered(town, project, name=RESIDENT, phone=PHONE)
    activity = begun(town, project, time, theme="陪伴日")
    seen = NOBODY_ON_IT | {"shows_people": True, "is_public": False}
    photos.add_photos(activity, by=town.head, files=[png("认得出.png")], values=seen | {"caption": "合影"})
    agreed = seen | {"has_consent": True, "shows_children": True, "caption": "孩子"}
    photos.add_photos(activity, by=town.head, files=[png("孩子.png")], values=agreed)
    recorded(town, activity, time, heads=12)
    attach(project, pdf("备案证明.pdf"), by=town.head, kind="registration")
    return life.walk(Project.objects.get(pk=project.pk), "completed")


_written: dict[str, bytes] = {}


def package(project: Project, folder: Path, user=None, edition: Edition = Edition.FULL) -> Path:
    """The zip; laid out once for the tests of this file that ask for the same."""
    key = f"{user} {edition}"
    path = folder / "package.zip"
    if key not in _written:
        packaging.write_package(project, edition, path, user=user)
        _written[key] = path.read_bytes()
    path.write_bytes(_written[key])
    return path


def read(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        [found] = [one for one in archive.namelist() if one.endswith(name)]
        return archive.read(found)


def index(path: Path) -> dict:
    return json.loads(read(path, "/index.json"))


def reasons(withheld) -> dict[str, str]:
    return {one.title: one.reason for one in withheld}


# -- What is in it ----------------------------------------------------------------------------------


def test_package_of_an_archived_project_holds_its_papers_as_stored(town, life, time, tmp_path):
    project = archived(town, life, time)
    path = package(project, tmp_path)
    papers = {one["code"]: one for one in index(path)["items"] if one["code"]}
    stored = Paper.objects.filter(project=project)
    assert stored.count() > 3
    for paper in stored:
        with paper.file.open("rb") as file:
            assert read(path, papers[paper.code]["path"]) == file.read()
        assert papers[paper.code]["matches_register"] is True
        assert papers[paper.code]["number"] == paper.number
    assert {Paper.Kind.NOTICE} == {
        paper.kind for paper in Paper.objects.filter(code__in=papers) if paper.project_id is None
    }


def test_package_has_something_in_every_folder_of_a_life(town, life, time, tmp_path):
    project = archived(town, life, time)
    found = {one["path"].split("/")[1] for one in index(package(project, tmp_path))["items"]}
    assert found == set(FOLDERS) - {"06评估"}  # this life passed its evaluations without an evaluator


def test_every_file_of_the_project_is_in_it_or_listed_as_left_out(town, life, time, tmp_path):
    project = archived(town, life, time)
    entries, withheld = contents(project, Edition.FULL)
    owners = {ContentType.objects.get_for_model(model): way for model, (way, _f, _k) in OWNERS.items()}
    assert set(Attachment.objects.values_list("content_type", flat=True)) <= {
        *(kind.pk for kind in owners), ContentType.objects.get_for_model(ActivityPhoto).pk,
    }  # fmt: skip
    taken = {one.sha256() for one in entries}
    left = [one for one in Attachment.objects.all() if one.sha256 not in taken]
    assert {one.name for one in left} <= {"认得出.png", "孩子.png", "签到表.pdf"}
    assert sum(one.count for one in withheld if one.title in ("活动照片", "签到表")) == 3


def test_log_of_a_package_is_json_and_a_table_of_the_same_events(town, life, time, tmp_path):
    project = archived(town, life, time)
    path = package(project, tmp_path)
    said = json.loads(read(path, "全程记录.json"))
    rows = list(load_workbook(BytesIO(read(path, "全程记录.xlsx"))).active.iter_rows(min_row=2, values_only=True))
    own = Event.objects.about(project)
    assert [one["name"] for one in said if one["what"] == "项目"] == [event.name for event in own]
    assert len(rows) == len(said) > own.count()


def test_same_data_gives_the_same_package_on_another_day(town, life, time, tmp_path):
    project = archived(town, life, time)
    first = package(project, tmp_path).read_bytes()
    time.go(clock.now() + timedelta(days=40))
    other = tmp_path / "other.zip"
    packaging.write_package(Project.objects.get(pk=project.pk), Edition.FULL, other)
    assert other.read_bytes() == first


def test_project_that_is_not_archived_gives_an_interim_copy(town, life, time):
    assert edition_of(life.walk(draft(town), "running")) == Edition.INTERIM


def test_project_with_a_confirmed_file_that_is_not_closed_is_interim_too(town, life, time):
    project = archived(town, life, time)
    assert edition_of(project) == Edition.FULL
    project.__dict__["state"] = Project.State.SETTLING  # an hour before
    assert edition_of(project) == Edition.INTERIM


def text_of(path: Path) -> str:
    """Every word in the package, also of PDFs and workbooks."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith(".pdf") and len(content) > 2000:  # not a stub of the tests
                found += [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
            elif name.endswith(".xlsx"):
                sheets = load_workbook(BytesIO(content)).worksheets
                found += [str(row) for sheet in sheets for row in sheet.iter_rows(values_only=True)]
            elif name.endswith((".json", ".txt")):
                found.append(content.decode())
    return "".join("\n".join(found).split())


# -- What stays out ---------------------------------------------------------------------------------


def test_residents_are_in_no_package_and_named_as_left_out(town, life, time, tmp_path):
    project = archived(town, life, time)
    path = package(project, tmp_path)
    said = text_of(path)
    assert "陪伴日" in said  # what can be read is read
    assert RESIDENT not in said
    assert PHONE not in said
    left_out = {one["title"]: (one["count"], one["reason"]) for one in index(path)["withheld"]}
    assert left_out["服务对象名册"] == (1, str(Reason.ROSTER))
    assert left_out["签到表"] == (1, str(Reason.SIGN_IN))


def test_photos_stay_out_without_consent_or_with_children_on_them(town, life, time):
    project = archived(town, life, time)
    entries, withheld = contents(project, Edition.FULL)
    assert [one.title for one in entries if one.kind == "活动照片"] == ["活动照片-粽子", "活动照片-粽子（公开）"]
    assert {one.reason for one in withheld if one.title == "活动照片"} == {Reason.PORTRAIT, Reason.CHILDREN}


def test_names_that_are_gone_change_no_package(town, life, time, tmp_path):
    project = archived(town, life, time)
    before = contents(project, Edition.FULL)[0]
    time.go(clock.now() + timedelta(days=800))
    assert roster.anonymise_expired() > 0
    after = contents(project, Edition.FULL)[0]
    assert [(one.title, one.sha256()) for one in after] == [(one.title, one.sha256()) for one in before]


def test_phone_in_a_note_is_masked_in_the_log(town, life, time, tmp_path):
    project = archived(town, life, time)
    kind = ContentType.objects.get_for_model(project)
    Event.objects.create(content_type=kind, object_id=project.pk, name="said", note=f"居民来电{PHONE}")
    entries, _left = contents(project, Edition.FULL)
    for one in entries:
        if one.folder == LOG and one.suffix == ".json":
            note = json.loads(one.opens().read())[-1]["note"]
    assert note == "居民来电139****1234"


def test_public_edition_holds_only_what_everybody_may_read(town, life, time):
    project = archived(town, life, time)
    entries, withheld = contents(project, Edition.PUBLIC)
    assert {one.kind for one in entries} == {"公示", "活动照片", "公开事项"}
    assert all(one.is_public for one in entries)
    assert reasons(withheld)["立项通知书"] == Reason.NOT_PUBLIC
    _entries, of_expert = contents(project, Edition.PUBLIC, town.expert2)
    assert of_expert == withheld  # whoever makes it


def test_reader_gets_no_more_than_he_may_read_one_by_one(town, life, time):
    project = archived(town, life, time)
    whole, _left = contents(project, Edition.FULL)
    of_clerk, _left = contents(project, Edition.FULL, town.clerk)
    assert [one.title for one in of_clerk] == [one.title for one in whole]
    of_stranger, withheld = contents(project, Edition.FULL, town.expert2)
    assert {one.kind for one in of_stranger if one.code} == {"公示"}
    assert not [one for one in of_stranger if one.folder in (LOG, "05资金凭证")]
    assert reasons(withheld)["全程记录"] == Reason.READER


@pytest.mark.parametrize("model", OWNERS)
def test_every_owner_of_files_can_be_asked_who_may_see_them(town, model):
    assert Reader(town.stranger).files_of(model).count() == 0


# -- Who may have one -------------------------------------------------------------------------------


def page(project: Project) -> str:
    return reverse("reports:archive_packages", args=[project.pk])


def test_package_is_made_in_the_background_and_fetched(town, life, browse, django_capture_on_commit_callbacks):
    project = life.walk(draft(town), "running")
    person = town.clerk
    client = browse(person)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page(project), {"edition": "full"})
    made = ArchivePackage.objects.get()
    assert (made.status, made.edition, made.by) == ("done", "interim", person)
    assert Notification.objects.filter(recipient=person, url=page(project)).count() == 1
    file = reverse("reports:archive_package_file", args=[made.pk])
    assert file in client.get(page(project)).text
    response = client.get(file)
    content = b"".join(response.streaming_content)
    assert len(content) == made.size
    assert "中间稿" in made.filename
    names = [event.name for event in Event.objects.about(made)]
    assert names == ["ask_for_package", "make_package", "export"]
    assert Event.objects.about(made).last().actor == person


def test_auditor_may_have_one_too(town, life, browse):
    project = life.walk(draft(town), "running")
    assert browse(town.auditor).post(page(project), {"edition": "public"}).status_code == 302
    assert ArchivePackage.objects.get().edition == "public"


@pytest.mark.parametrize("who", ["approver", "finance", "head", "mentor"])
def test_package_is_refused_to_others(town, life, browse, who):
    project = life.walk(draft(town), "running")
    client = browse(getattr(town, who))
    assert client.post(page(project), {"edition": "full"}).status_code in (403, 404)
    assert ArchivePackage.objects.count() == 0


def test_clerk_who_belongs_to_the_group_gets_none(town, life):
    project = life.walk(draft(town), "running")
    Membership.objects.create(user=town.clerk, organization=town.centre, role="staff", since=clock.today())
    with pytest.raises(PermissionDenied):
        packaging.ask(project, by=type(town.clerk).objects.get(pk=town.clerk.pk))
    assert ArchivePackage.objects.count() == 0


def test_package_is_for_who_asked_for_it(town, life, browse):
    project = life.walk(draft(town), "running")
    made = ArchivePackage.objects.create(project=project, edition="interim", by=town.clerk)
    made.file.save("x.zip", BytesIO(b"zip"))
    file = reverse("reports:archive_package_file", args=[made.pk])
    assert browse(town.auditor).get(file).status_code == 404
    assert browse(town.clerk).get(file).status_code == 200


def test_second_package_is_not_begun_while_one_is_being_made(town, life, time):
    project = life.walk(draft(town), "running")
    packaging.ask(project, by=town.clerk)
    with pytest.raises(Refused, match=r"One is being made|正在制作"):
        packaging.ask(project, by=town.clerk)
    time.go(clock.now() + timedelta(hours=1))  # its worker is gone
    packaging.ask(project, by=town.clerk)
    assert ArchivePackage.objects.count() == 2


def test_proposal_without_an_award_has_no_package(town, life, browse):
    project = life.walk(draft(town), "eligible")
    assert browse(town.clerk).get(page(project)).status_code == 404
    with pytest.raises(Refused):
        packaging.ask(project, by=town.clerk)


def test_package_that_cannot_be_made_says_so(town, life, monkeypatch, browse):
    project = life.walk(draft(town), "running")
    made = ArchivePackage.objects.create(project=project, edition="unknown", by=town.clerk)
    packaging.make.func(made.pk)
    made.refresh_from_db()
    assert (made.status, made.is_stuck) == ("failed", True)
    assert browse(town.clerk).get(page(project)).status_code == 200


def test_files_of_packages_go_after_two_weeks_and_their_hashes_stay(town, life, time):
    project = life.walk(draft(town), "running")
    made = ArchivePackage.objects.create(project=project, edition="interim", by=town.clerk, digest="d" * 64)
    made.file.save("x.zip", BytesIO(b"zip"))
    time.go(clock.now() + timedelta(days=13))
    assert made_files.forget_made() == 0
    time.go(clock.now() + timedelta(days=2))
    assert made_files.forget_made() == 1
    made.refresh_from_db()
    assert (bool(made.file), made.digest) == (False, "d" * 64)


# -- Commands ---------------------------------------------------------------------------------------


def told(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def test_commands_write_a_package_and_find_it_whole(town, life, time, tmp_path):
    project = archived(town, life, time)
    said = told("archive_project", project.number, "--public", "--output", str(tmp_path / "out"))
    [path] = (tmp_path / "out").iterdir()
    assert str(path) in said
    assert path.name.endswith("归档包-公开版.zip")
    assert ArchivePackage.objects.get().sha256 in said
    checked = told("verify_archive", str(path))
    assert "1份已出具文书与登记一致" in checked
    assert "zip文件与当时的完全相同" in checked
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "folder")
    assert "制作人：服务器命令" in told("verify_archive", str(tmp_path / "folder"))


def test_verify_says_when_a_paper_is_unlike_the_register(town, life, time, tmp_path):
    project = archived(town, life, time)
    path = tmp_path / "package.zip"
    packaging.write_package(project, Edition.PUBLIC, path)
    Paper.objects.filter(kind="notice").update(sha256="0" * 64)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_archive", str(path), stdout=out)
    assert "与文书登记不符：data/02评审公示/001-" in out.getvalue()
    assert check(path).is_good  # alone it cannot know
    told("verify_archive", str(path), "--alone")


def verified(folder: Path, *args: str) -> tuple[list[str], str]:
    """What was said of a folder, line by line, and why it ended with 1 (nothing: it ended with 0)."""
    out = StringIO()
    try:
        call_command("verify_archive", str(folder), *args, stdout=out)
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def test_folder_of_packages_is_verified_one_by_one(town, life, time, tmp_path):
    project, folder = archived(town, life, time), tmp_path / "archive"
    told("archive_project", project.number, "--public", "--output", str(folder))
    [first] = folder.iterdir()
    lines, ended = verified(folder)  # the only one is told of in full, as if it had been named itself
    assert (lines[-1], ended) == ("zip文件与当时的完全相同", "")

    with zipfile.ZipFile(first) as archive:
        archive.extractall(folder / "unpacked")
    (folder / "目录.txt").write_text("两个案卷")
    lines, ended = verified(folder)
    assert [line.split("；")[0] for line in lines[:2]] == [f"{first.name}：与制作时一致", "unpacked：与制作时一致"]
    assert lines[2:] == ["不是归档包，未核对：目录.txt", "2个归档包中有2个与制作时一致"]
    assert ended == ""
    assert "1份已出具文书与登记一致；本平台于" in lines[0]
    assert "未与文书登记核对：没有查询数据库" in verified(folder, "--alone")[0]


def test_every_package_in_a_folder_that_is_not_as_it_was_made_is_named(town, life, time, tmp_path):
    project, folder = archived(town, life, time), tmp_path / "archive"
    told("archive_project", project.number, "--public", "--output", str(folder))
    [good] = folder.iterdir()
    for name in ("altered", "robbed"):
        with zipfile.ZipFile(good) as archive:
            archive.extractall(folder / name)
    next(folder.glob("altered/*/说明.txt")).write_text("别的")
    next(folder.glob("robbed/*/bagit.txt")).unlink()
    (folder / "damaged.ZIP").write_bytes(good.read_bytes()[:-100])

    lines, ended = verified(folder)

    said = dict(line.split("：", 1) for line in lines[:-1])
    assert sorted(said) == sorted([good.name, "altered", "robbed", "damaged.ZIP"])
    assert said["altered"].startswith("与制作时不一致；被改动 1；")
    assert said["robbed"].startswith(f"与制作时不一致；不是归档包：{folder}/robbed中没有bagit.txt")
    assert said["damaged.ZIP"].startswith("与制作时不一致；不是归档包：")
    assert said[good.name].startswith("与制作时一致；")
    assert (lines[-1], ended) == ("4个归档包中有1个与制作时一致", "4个归档包中有3个与制作时不一致。")


def test_commands_refuse_what_they_cannot_do(town, life, tmp_path):
    with pytest.raises(CommandError, match=r"^没有编号为nothing的项目。$"):
        call_command("archive_project", "nothing")
    (tmp_path / "notes").mkdir()
    with pytest.raises(CommandError, match=r"中没有归档包：既没有zip文件，也没有含bagit\.txt的文件夹"):
        call_command("verify_archive", str(tmp_path))
    with pytest.raises(CommandError, match=r"不是归档包：.*nowhere"):
        call_command("verify_archive", str(tmp_path / "nowhere"))


def test_list_of_contents_lays_nothing_out(town, life, time):
    project = archived(town, life, time)
    contents(project, Edition.FULL)
    assert set(Paper.objects.filter(project=project).values_list("file", flat=True)) == {""}
