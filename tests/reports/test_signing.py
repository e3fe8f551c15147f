"""Papers that an office signs: PAdES, read back by pyHanko's validator with a throw-away authority made here."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reports import checks, signing
from reports.actions import papers
from reports.models import Paper
from tests.life import draft
from tests.pdfs import pdf_a_failures

pytestmark = pytest.mark.one_database

PASSPHRASE = b"throw-away"


class Authority:
    """A certificate authority that lives as long as one test."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        self.certificate = self.certify("试验根证书", self.key, ca=True)

    def certify(self, name: str, key, *, ca: bool = False, days: int = 30, stamps: bool = False):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = subject if ca else self.certificate.subject
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca,
                    key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
        )  # fmt: skip
        if stamps:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return made.sign(self.key, hashes.SHA256())

    def pkcs12(self, name: str, **options) -> bytes:
        key = rsa.generate_private_key(65537, 2048)
        certificate = self.certify(name, key, **options)
        encryption = serialization.BestAvailableEncryption(PASSPHRASE)
        return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, [self.certificate], encryption)

    @property
    def trust(self) -> ValidationContext:
        return ValidationContext(trust_roots=[der(self.certificate)], allow_fetching=False)


def der(certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def keys_of(settings, tmp_path):
    """Where the offices' keys lie."""
    folder = tmp_path / "keys"
    folder.mkdir()
    settings.SIGNING_DIR, settings.SIGNING_PASSPHRASE = str(folder), PASSPHRASE.decode()
    return folder


@pytest.fixture
def signs(town, authority, keys_of):
    """The bureau signs."""
    (keys_of / f"{town.bureau.credit_code}.p12").write_bytes(authority.pkcs12("柳溪镇人民政府"))


@pytest.fixture
def paper(town, life) -> Paper:
    life.walk(draft(town), "approved")
    return Paper.objects.select_related("issuer").get(kind=Paper.Kind.AWARD)


def signature(content: bytes, authority: Authority):
    [embedded] = PdfFileReader(BytesIO(content)).embedded_signatures
    return embedded, validate_pdf_signature(embedded, authority.trust, authority.trust)


def test_file_is_signed_by_the_office_and_stays_pdf_a(paper, signs, authority):
    done = papers.printed(paper)
    content = done.file.open("rb").read()

    embedded, status = signature(content, authority)

    assert (done.signed_by, status.bottom_line) == ("柳溪镇人民政府", True)
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert pdf_a_failures(content) == []


def test_signed_file_is_genuine_and_the_page_says_by_whom(paper, signs, browse):
    papers.printed(paper)

    body = browse().get(reverse("verify_code", args=[paper.shown_code])).content.decode()

    assert "数字签名" in body


def test_changed_file_breaks_the_signature(paper, signs, authority):
    content = papers.printed(paper).file.open("rb").read()
    place = content.index(b"venture-paper-")

    _embedded, status = signature(content[:place] + b"V" + content[place + 1 :], authority)

    assert (status.intact, status.bottom_line) == (False, False)


def test_signature_of_another_authority_is_not_trusted(paper, signs):
    _embedded, status = signature(papers.printed(paper).file.open("rb").read(), Authority())

    assert (status.intact, status.trusted) == (True, False)


def test_hour_is_confirmed_where_somebody_confirms_it(paper, signs, authority, monkeypatch):
    key = rsa.generate_private_key(65537, 2048)
    certificate = der(authority.certify("试验时间戳", key, stamps=True))
    private = keys.PrivateKeyInfo.load(
        key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    store = SimpleCertificateStore.from_certs([der(authority.certificate)])
    monkeypatch.setattr(signing, "timestamper", lambda: DummyTimeStamper(certificate, private, certs_to_embed=store))

    _embedded, status = signature(papers.printed(paper).file.open("rb").read(), authority)

    assert (status.bottom_line, status.timestamp_validity.valid) == (True, True)


def test_office_without_a_key_signs_nothing(paper, keys_of):
    done = papers.printed(paper)

    assert done.signed_by == ""
    assert not PdfFileReader(BytesIO(done.file.open("rb").read())).embedded_signatures


def test_key_of_another_office_is_not_used(town, paper, keys_of, authority):
    (keys_of / f"{town.centre.credit_code}.p12").write_bytes(authority.pkcs12("别的单位"))

    assert papers.printed(paper).signed_by == ""


@pytest.mark.parametrize("trouble", ["expired", "passphrase", "rubbish"])
def test_paper_waits_while_its_key_cannot_be_used(town, paper, keys_of, authority, settings, browse, trouble):
    content = authority.pkcs12("柳溪镇人民政府", days=-1 if trouble == "expired" else 30)
    (keys_of / f"{town.bureau.credit_code}.p12").write_bytes(b"x" if trouble == "rubbish" else content)
    if trouble == "passphrase":
        settings.SIGNING_PASSPHRASE = "wrong"

    response = browse(town.head).get(reverse("reports:award_letter", args=[paper.object_id]))

    assert (response.status_code, Paper.objects.get(pk=paper.pk).file.name) == (503, "")
    assert "等待数字签名" in response.content.decode()
    assert papers.print_waiting() == Paper.objects.exclude(file="").count()


def test_hour_that_nobody_confirms_makes_the_paper_wait(paper, signs, settings):
    settings.SIGNING_TIMESTAMP_URL = "http://127.0.0.1:9/"

    with pytest.raises(signing.CannotSign):
        papers.printed(paper)


# -- Said at start -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "said"),
    [(-1, ["reports.W008"]), (29, ["reports.W009"]), (31, [])],
    ids=["expired", "within a month", "later"],
)
def test_certificate_that_ends_is_a_warning_with_its_file_and_day(authority, keys_of, days, said):
    (keys_of / "office.p12").write_bytes(authority.pkcs12("柳溪镇人民政府", days=days))

    found = checks.check_certificates()

    until = timezone.localdate(timezone.now() + timedelta(days=days))
    assert [message.id for message in found] == said
    assert all("office.p12" in message.msg and f"{until:%Y-%m-%d}" in message.msg for message in found)


def test_certificate_that_cannot_be_opened_is_a_warning(authority, keys_of, settings):
    (keys_of / "a.p12").write_bytes(b"rubbish")
    (keys_of / "b.p12").write_bytes(authority.pkcs12("柳溪镇人民政府", days=300))
    settings.SIGNING_PASSPHRASE = "wrong"

    assert [message.id for message in checks.check_certificates()] == ["reports.W007", "reports.W007"]


def test_folder_of_certificates_that_is_not_there_is_a_warning_and_none_is_fine(settings, tmp_path):
    settings.SIGNING_DIR = str(tmp_path / "nowhere")
    assert [message.id for message in checks.check_certificates()] == ["reports.W006"]

    settings.SIGNING_DIR = ""
    assert checks.check_certificates() == []
