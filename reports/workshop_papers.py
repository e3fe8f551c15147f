"""What is printed for a workshop: the list on which people sign in. In Chinese like every paper: see `documents`."""

from grants.models import TrainingCertificate, Workshop
from reports.documents import Document, file_name

SPARE_LINES = range(10)
"""Empty lines for who comes without a seat."""


def sign_in_sheet(workshop: Workshop) -> Document:
    """Where the people of a workshop sign (签到表); a call that is not published yet is not named on it."""
    call = workshop.call if workshop.call and workshop.call.is_published else None
    return Document(
        file_name("工作坊签到表", workshop.title),
        "pdf/workshop_sign_in.html",
        {
            "title": "工作坊签到表",
            "author": workshop.organizer.name,
            "workshop": workshop,
            "call": call,
            "seats": workshop.attendances.select_related("person", "organization"),
            "spare": SPARE_LINES,
        },
    )


def training_certificate(certificate: TrainingCertificate) -> Document:
    """That somebody took part in a workshop (培训证书); a withdrawn one says so across its face."""
    attendance = certificate.attendance
    return Document(
        file_name("培训证书", certificate.number, attendance.who),
        "pdf/training_certificate.html",
        {
            "title": "培训证书",
            "number": certificate.number,
            "author": attendance.workshop.organizer.name,
            "certificate": certificate,
            "attendance": attendance,
            "workshop": attendance.workshop,
        },
    )
