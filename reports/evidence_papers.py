"""Papers of what an evaluation rests on: the list of evidence (证据清单) and the site record (现场评估记录表).

In Chinese like every paper: see `documents`. The list is an appendix of the report as well.
"""

from typing import Any, NamedTuple

from django.utils import translation

from core import clock
from core.models import Attachment
from evaluations import site_checklists
from evaluations.actions.sampling import tally_of
from evaluations.evidence_lists import evidence_of
from evaluations.models import Evaluation, Sample, SiteForm
from evaluations.samples import Tally
from reports.documents import Document, file_name
from reports.photo_pages import of_files
from reports.wording import PURPOSES

SAMPLES = {
    "vouchers": "凭证抽查",
    "people": "服务对象电话核实",
    "came": "参加者电话核实",
    "held": "已办活动抽查",
    "ahead": "待办活动现场抽查",
}


class Drawn(NamedTuple):
    """One sample, as the appendix sums it up."""

    name: str
    sample: Sample
    tally: Tally
    low: float | None
    high: float | None


def appendix(evaluation: Evaluation) -> dict[str, Any]:
    """Line by line what the points rest on, without who tied it, and the samples with what they say."""
    drawn = []
    for sample in evaluation.samples.prefetch_related("items"):
        tally = tally_of(sample)
        low, high = (round(end * 100, 1) for end in tally.interval) if tally.interval else (None, None)
        drawn.append(Drawn(SAMPLES[sample.kind], sample, tally, low, high))
    with translation.override("zh-hans"):
        lines = [line for line in evidence_of(evaluation, with_names=False) if not line.is_empty]
    return {"evidence": lines, "samples": drawn}


def evidence_list(evaluation: Evaluation) -> Document:
    """The list by itself (证据清单)."""
    title = f"{PURPOSES[evaluation.purpose]}证据清单"
    context = {
        "title": title,
        "number": evaluation.number or evaluation.project.number,
        "author": evaluation.commission.organization.name,
        "evaluation": evaluation,
        "project": evaluation.project,
        "organization": evaluation.commission.organization,
        **appendix(evaluation),
    }
    return Document(file_name(title, evaluation.project.title), "pdf/evidence_list.html", context)


def site_record(form: SiteForm) -> Document:
    """The site record (现场评估记录表) with its checklist, the photos, and who signed by name."""
    evaluation = form.evaluation
    title = "现场评估记录表"
    day = clock.localdate(form.visited_at)
    photos = of_files((file, day, form.place) for file in Attachment.objects.of(form))
    with translation.override("zh-hans"):
        parts = site_checklists.answered(form.checklist, form.answers)
    context = {
        "title": title,
        "number": evaluation.project.number,
        "author": evaluation.commission.organization.name,
        "form": form,
        "evaluation": evaluation,
        "project": evaluation.project,
        "purpose": PURPOSES[evaluation.purpose],
        "organization": evaluation.commission.organization,
        "parts": parts,
        "photos": photos,
    }
    return Document(file_name(title, evaluation.project.title), "pdf/site_record.html", context)
