"""Papers of giving: the receipt, a meeting's schedule, the letter of intent.

In Chinese like every paper: see `documents`.
"""

from collections.abc import Iterable
from itertools import groupby

from people.models import Kind
from projects.models import Gift, IntentLetter, Meeting, MeetingTalk, Pledge
from reports.documents import Document, file_name
from reports.wording import BASES, GIVEN, KINDS


def gift_receipt(gift: Gift) -> Document:
    """The receipt for the giver (捐赠确认单): who received what, valued how, confirmed by whom."""
    pledge, project = gift.pledge, gift.project
    payee = project.payee
    return Document(
        file_name("捐赠确认单", gift.number, pledge.giver.name),
        "pdf/gift_receipt.html",
        {
            "title": "捐赠确认单",
            "number": gift.number,
            "author": project.applicant.name,
            "gift": gift,
            "pledge": pledge,
            "project": project,
            "payee": payee if payee != project.applicant else None,
            "kind": GIVEN[Pledge.Kind(pledge.kind)],
            "basis": BASES[pledge.basis],
            "giver_kind": KINDS[Kind(pledge.giver.kind)],
        },
    )


def meeting_schedule(meeting: Meeting, talks: Iterable[MeetingTalk]) -> Document:
    """Who talks with whom, round by round, to be put up and handed out (洽谈日程表)."""
    rounds = [
        {"number": number + 1, "begins": meeting.begins(number), "talks": list(found)}
        for number, found in groupby(talks, key=lambda talk: talk.round)
    ]
    return Document(
        file_name("社洽会洽谈日程", meeting.title),
        "pdf/meeting_schedule.html",
        {"title": "洽谈日程表", "author": meeting.organizer.name, "meeting": meeting, "rounds": rounds},
    )


def intent_letter(letter: IntentLetter) -> Document:
    """The letter of intent (意向书), with room for both to sign."""
    return Document(
        file_name("意向书", letter.number, letter.giver.name),
        "pdf/intent_letter.html",
        {
            "title": "合作意向书",
            "number": letter.number,
            "author": letter.giver.name,
            "letter": letter,
            "meeting": letter.talk.meeting,
            "giver": letter.giver,
            "project": letter.project,
        },
    )
