"""Signing an issued paper with the issuer's own key: PAdES (ETSI EN 319 142-1) by pyHanko, without a picture.

Optional. `SIGNING_DIR` holds one PKCS#12 file for each office that signs, named by its unified social credit code
(`91…X.p12`), so that no office ever signs what another one issued. With `SIGNING_TIMESTAMP_URL` (RFC 3161) the
signature is one of level B-T, without of level B-B. The same data gives the same bytes before it is signed, not
afterwards: a signature holds the hour at which it was made.
"""

import logging
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from people.models import Organization

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.timestamps import TimeStamper

FIELD = "Issuer"
log = logging.getLogger(__name__)


class CannotSign(Exception):
    """The office has a key, but it cannot be used now: the paper waits rather than going out without a signature."""


def key_of(issuer: Organization) -> Path | None:
    """The key file of an office that signs."""
    if not settings.SIGNING_DIR or not issuer.credit_code:
        return None
    path = Path(settings.SIGNING_DIR) / f"{issuer.credit_code}.p12"
    return path if path.is_file() else None


def opened(path: Path) -> "SimpleSigner":
    """The key with its certificate, whether it holds or not; `CannotSign` when it cannot be read."""
    # Here, not above: pyHanko costs a quarter of a second at every start, and most offices have no key.
    from pyhanko.sign import signers  # noqa: PLC0415

    passphrase = settings.SIGNING_PASSPHRASE.encode() or None
    try:
        return signers.SimpleSigner.load_pkcs12_data(path.read_bytes(), [], passphrase)
    except (ValueError, OSError) as failure:
        raise CannotSign(f"{path.name}: not a PKCS#12 file that this passphrase opens") from failure


def validity(signer: "SimpleSigner") -> tuple[datetime, datetime]:
    """From when and until when the certificate holds."""
    valid = signer.signing_cert["tbs_certificate"]["validity"]
    return valid["not_before"].native, valid["not_after"].native


def load(path: Path) -> "SimpleSigner":
    """The key with its certificate; `CannotSign` when it cannot be read, or does not hold now."""
    signer = opened(path)
    since, until = validity(signer)
    if not since <= timezone.now() <= until:
        raise CannotSign(f"{path.name}: the certificate is valid from {since} to {until}")
    return signer


def timestamper() -> "TimeStamper | None":
    """Who confirms the hour of a signature."""
    from pyhanko.sign.timestamps import HTTPTimeStamper  # noqa: PLC0415

    return HTTPTimeStamper(settings.SIGNING_TIMESTAMP_URL, timeout=10) if settings.SIGNING_TIMESTAMP_URL else None


def sign(content: bytes, issuer: Organization) -> tuple[bytes, str]:
    """The file with the issuer's signature, and by whom it is signed; the file as it is where the issuer has no key.

    Raises `CannotSign` when there is a key and it cannot be used, or when nobody confirms the hour.
    """
    path = key_of(issuer)
    if path is None:
        return content, ""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import signers  # noqa: PLC0415
    from pyhanko.sign.fields import SigSeedSubFilter  # noqa: PLC0415
    from pyhanko.sign.general import SigningError  # noqa: PLC0415
    from pyhanko.sign.timestamps import TimestampRequestError  # noqa: PLC0415

    signer = load(path)
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, name=issuer.name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    made = BytesIO()
    try:
        signers.PdfSigner(meta, signer, timestamper=timestamper()).sign_pdf(
            IncrementalPdfFileWriter(BytesIO(content)), output=made
        )
    except (SigningError, TimestampRequestError, OSError) as failure:
        raise CannotSign(f"{path.name}: {failure}") from failure
    return made.getvalue(), str(signer.signing_cert.subject.native.get("common_name") or signer.subject_name)
