"""The originals in a package: what was handed in as a file, and photos; by the rules on personal data, and for a
reader as far as the files may be downloaded one by one (`core.views.attachment`)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePath
from typing import Any

import rules
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from core import clock
from core.models import Attachment
from evaluations.models import Evaluation, EvaluationVisit, PaperLine, RectificationReport, SiteForm
from projects.models import (
    Activity,
    ActivityPhoto,
    Agreement,
    Audit,
    Beneficiary,
    ChangeRequest,
    Expense,
    Gift,
    MatchingProof,
    Milestone,
    Objection,
    Project,
    Report,
    ReturnNotice,
    SiteVisit,
    WarningLetter,
)
from reports.archive.entries import (
    AGREEMENT,
    CLOSING,
    EVALUATION,
    MONEY,
    PROPOSAL,
    REVIEW,
    WORK,
    Entry,
    Reason,
    Withheld,
)

OWNERS: dict[type[models.Model], tuple[str, str, str]] = {
    Project: ("pk", PROPOSAL, "申报附件"),
    Agreement: ("project", AGREEMENT, "协议签字扫描件"),
    ChangeRequest: ("project", AGREEMENT, "变更附件"),
    Activity: ("project", WORK, "活动附件"),
    Milestone: ("project", WORK, "里程碑证明"),
    SiteVisit: ("project", WORK, "走访附件"),
    WarningLetter: ("project", WORK, "预警附件"),
    Expense: ("project", MONEY, "支出凭证"),
    MatchingProof: ("project", MONEY, "配套资金证明"),
    Gift: ("pledge__project", MONEY, "捐赠凭证"),
    ReturnNotice: ("project", MONEY, "退款附件"),
    Evaluation: ("project", EVALUATION, "评估答复附件"),
    EvaluationVisit: ("evaluation__project", EVALUATION, "现场查看照片"),
    PaperLine: ("evaluation__project", EVALUATION, "查档材料"),
    SiteForm: ("evaluation__project", EVALUATION, "现场评估附件"),
    RectificationReport: ("item__evaluation__project", EVALUATION, "整改证明"),
    Report: ("project", CLOSING, "报告附件"),
    Audit: ("project", CLOSING, "审计报告"),
    # never in a package; here so that they are listed as left out
    Beneficiary: ("project", WORK, "知情同意书"),
    Objection: ("project", REVIEW, "异议材料"),
}
"""Whose files belong to a project: by which way from it, in which folder, as what."""


class Reader:
    """For whom a package is made; nobody: whoever keeps the platform, at its keyboard, gets all of it."""

    def __init__(self, user: Any = None) -> None:
        self.user = user

    def may(self, permission: str, thing: Any) -> bool:
        return self.user is None or rules.has_perm(permission, self.user, thing)

    def files_of(self, model: type[models.Model]) -> models.QuerySet[Any]:
        """The owners whose files this reader may download."""
        manager: Any = model._default_manager
        if self.user is None:
            return manager.all()
        return getattr(manager, "files_visible_to", manager.visible_to)(self.user)


def gathered(project: Project, reader: Reader) -> Iterator[Entry | Withheld]:
    """Every original in the order of the folders, then the photos; what is left out is said once a reason."""
    left_out: Counter[tuple[str, str, Reason]] = Counter()
    for model, (way, folder, kind) in OWNERS.items():
        owners = model._default_manager.filter(**{way: project.pk})
        allowed = set(reader.files_of(model).filter(pk__in=owners.values("pk")).values_list("pk", flat=True))
        found = Attachment.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=owners.values("pk")
        )
        agreed = dict(owners.values_list("pk", "photos_agreed")) if model is SiteForm else {}
        for file in found.select_related("uploaded_by").order_by("at", "pk"):
            reason = _kept_back(model, file, file.object_id in allowed, agreed.get(file.object_id, True))
            if reason:
                left_out[folder, "签到表" if reason == Reason.SIGN_IN else kind, reason] += 1
            else:
                yield original(file, folder, kind)
    yield from _photos(project, left_out)
    yield from (Withheld(folder, kind, reason, n) for (folder, kind, reason), n in left_out.items())


def _kept_back(model: type[models.Model], file: Attachment, is_allowed: bool, has_agreed: bool) -> Reason | None:
    if model is Beneficiary:
        return Reason.CONSENT
    if model is Objection:
        return Reason.OBJECTION
    if model is Activity and file.kind == Activity.SIGN_IN_SHEET:
        return Reason.SIGN_IN
    if not has_agreed and file.kind == "photo":
        return Reason.SITE
    return None if is_allowed else Reason.READER


def original(file: Attachment, folder: str, kind: str, **said: Any) -> Entry:
    """A file as it was handed in, under its own name."""
    name = PurePath(file.name)
    given: dict[str, Any] = {
        "title": f"{kind}-{name.stem}",
        "kind": kind,
        "day": clock.localdate(file.at).isoformat(),
        "responsible": str(file.uploaded_by or ""),
    }
    return Entry(
        folder=folder,
        suffix=name.suffix.lower(),
        opens=partial(file.file.storage.open, str(file.file.name), "rb"),
        sha256=partial(str, file.sha256),
        **(given | said),
    )


def _photos(project: Project, left_out: Counter[tuple[str, str, Reason]]) -> Iterator[Entry]:
    """Originals of photos for which there is consent; of public ones the small picture as well, which says nothing of
    where it was taken."""
    photos: Iterable[ActivityPhoto] = (
        ActivityPhoto.objects.filter(activity__project=project)
        .select_related("activity")
        .order_by("activity__starts_at", "activity", "pk")
    )
    public = set(ActivityPhoto.objects.public().filter(activity__project=project).values_list("pk", flat=True))
    files: dict[int, list[Attachment]] = {}
    kind = ContentType.objects.get_for_model(ActivityPhoto)
    mine = ActivityPhoto.objects.filter(activity__project=project).values("pk")
    for file in Attachment.objects.filter(content_type=kind, object_id__in=mine).select_related("uploaded_by"):
        files.setdefault(file.object_id, []).append(file)
    for photo in photos:
        if photo.shows_people and not photo.has_consent:
            left_out[WORK, "活动照片", Reason.PORTRAIT] += 1
            continue
        if photo.shows_children and not photo.faces_hidden:
            left_out[WORK, "活动照片", Reason.CHILDREN] += 1
            continue
        title = f"活动照片-{photo.caption or photo.activity.theme}"
        day = clock.localdate(photo.activity.starts_at).isoformat()
        for file in files.get(photo.pk, ()):
            yield original(file, WORK, "活动照片", title=title, day=day)
        if photo.pk in public:
            yield Entry(
                WORK,
                f"{title}（公开）",
                ".jpg",
                "活动照片",
                partial(photo.preview.storage.open, str(photo.preview.name), "rb"),
                day=day,
                responsible=project.applicant.name,
                is_public=True,
                note="缩小并去除拍摄信息",
            )


def not_taken(project: Project) -> Iterator[Withheld]:
    """What has no file and stays out by rule: people, what was written about them, what residents reported."""
    people = project.roster.count()
    if people:
        yield Withheld(WORK, "服务对象名册", Reason.ROSTER, people)
    signed = Activity.objects.filter(project=project).aggregate(n=models.Count("sign_ins"))["n"]
    if signed:
        yield Withheld(WORK, "扫码签到记录", Reason.SIGN_IN, signed)
    written = project.services.filter(Q(method="case") | Q(method="group")).count()
    if written:
        yield Withheld(WORK, "个案、小组记录", Reason.CASE, written)
    yield Withheld(REVIEW, "异议与居民反映（如有）", Reason.OBJECTION, 0)
