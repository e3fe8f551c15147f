"""Files that would do something to whoever opens them, or to us: each is refused, and its harmless twin is taken."""

import socket
import struct
import threading
import zipfile
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfWriter
from pypdf.actions import JavaScript

from core.files import ALLOWED, validate_upload
from core.safety import names, packages, pictures
from tests.pdfs import pdf_with
from tests.spending import jpeg

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/x" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def code_of(name: str, content: bytes) -> str:
    """Why a file is refused; "" when it is taken."""
    try:
        validate_upload(SimpleUploadedFile(name, content))
    except ValidationError as error:
        return error.code or "" if error.messages[0] else "without words"
    return ""


def package(*more: tuple[str, str | bytes], types: str = TYPES, main: str = "word/document.xml") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(main, "<?xml version='1.0'?><w/>")
        for name, content in more:
            archive.writestr(name, content)
    return file.getvalue()


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def written(**said) -> bytes:
    """A PDF as pypdf writes it: with a script, a file inside, or a password."""
    writer = PdfWriter()
    writer.add_blank_page(99, 99)
    if "script" in said:
        writer.add_open_action(JavaScript(said["script"]))
    for name, content in said.get("files", {}).items():
        writer.add_attachment(name, content)
    if "password" in said:
        writer.encrypt(said["password"], owner_password="office")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


# -- PDF -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf_with(), ""),
        (written(), ""),
        (written(password=""), ""),  # may not be printed, say, but anybody may read it
        (written(files={"invoice.xml": b"<xbrl/>"}), ""),  # an electronic invoice
        (pdf_with(catalog=b"/OpenAction[3 0 R/Fit]"), ""),
        (written(script="app.alert(1)"), "active"),
        (pdf_with(catalog=b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "active"),
        (pdf_with(catalog=b"/OpenAction<</S/J#61vaScript/JS(1)>>"), "active"),
        (pdf_with(catalog=b"/OpenAction<</S/Launch/F(cmd.exe)>>"), "active"),
        (pdf_with(b"<</S/GoToR/F(\\\\\\\\evil\\\\share)>>"), "active"),
        (pdf_with(catalog=b"/AcroForm<</XFA 4 0 R>>"), "active"),
        (written(files={"pay.exe": b"MZ"}), "carries"),
        (written(files={"pay.xml": b"MZ\x90"}), "carries"),
        (written(files={"a.xml": b"<a/>", "portfolio.pdf": b"%PDF-"}), "carries"),
        (pdf_with(b"<</Type/Filespec/F(x.xml)/EF<</F 5 0 R>>>>"), "carries"),  # named nowhere
        (written(password="secret"), "locked"),
        (b"%PDF-1.7\n1 0 obj\n", "damaged"),
        (pdf_with()[:60], "damaged"),
    ],
)
def test_a_pdf_is_taken_unless_it_acts_by_itself(content, code):
    assert code_of("证明.pdf", content) == code


@pytest.mark.parametrize(
    ("action", "code"), [(b"<</S/GoTo/D[3 0 R/Fit]>>", ""), (b"<</S/Java#53cript/JS(1)>>", "active")]
)
def test_a_script_in_a_packed_part_of_a_pdf_is_found(action, code):
    content = packed(
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        action,
    )
    assert action not in content

    assert code_of("证明.pdf", content) == code


def packed(*objects: bytes) -> bytes:
    """A PDF whose dictionaries stand in a packed object stream, as most programs write them today."""
    head, body = b"", b""
    for number, content in enumerate(objects, start=1):
        head += b"%d %d " % (number, len(body))
        body += content + b" "
    inside, last = zlib.compress(head + body), len(objects) + 1
    stream = b"%d 0 obj<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n"
    file = b"%PDF-1.7\n" + stream % (last, len(objects), len(head), len(inside)) + inside + b"\nendstream endobj\n"
    rows = [struct.pack("!BIB", 0, 0, 0), *(struct.pack("!BIB", 2, last, place) for place in range(len(objects)))]
    rows += [struct.pack("!BIB", 1, 9, 0), struct.pack("!BIB", 1, len(file), 0)]
    table = b"%d 0 obj<</Type/XRef/Size %d/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % (
        last + 1,
        last + 2,
        6 * len(rows),
    )
    return file + table + b"".join(rows) + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % len(file)


# -- Office ----------------------------------------------------------------------------------------

LINK = (
    '<Relationships xmlns="x"><Relationship Type="http://x/relationships/{}" Target="http://evil/a"{}/></Relationships>'
)
AWAY = ' TargetMode="External"'
BOMB = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (package(), ""),
        (package(("word/media/image1.png", b"x"), ("word/embeddings/oleObject1.bin", utf16("Equation Native"))), ""),
        (package(("word/_rels/document.xml.rels", LINK.format("hyperlink", AWAY))), ""),
        (package(("word/vbaProject.bin", b"x")), "macro"),
        (package(types=TYPES.replace("wordprocessingml.document.main", "word.document.macroEnabled.main")), "macro"),
        (package(("xl/macrosheets/sheet1.xml", "<x/>")), "macro"),
        (package(("word/activeX/activeX1.xml", "<x/>")), "macro"),
        (package(("word/embeddings/oleObject1.bin", OLD + utf16("\x01Ole10Native"))), "carries"),
        (package(("word/anything.dat", OLD + utf16("\x01Ole10Native"))), "carries"),
        (package(("word/anything.dat", OLD + utf16("_VBA_PROJECT"))), "macro"),
        (package(("word/anything.dat", OLD + utf16("Equation Native"))), ""),
        (package(("word/embeddings/pay.exe", b"MZ")), "carries"),
        (
            package(("word/_rels/settings.xml.rels", LINK.format("attachedTemplate", AWAY))),
            "carries",
        ),
        (package(("word/_rels/settings.xml.RELS", LINK.format("attachedTemplate", AWAY))), "carries"),
        (package(("word/_rels/settings.xml.rels", LINK.format("attachedTemplate", AWAY).encode("utf-16"))), "carries"),
        (package(("word/_rels/settings.xml.rels", LINK.format("attachedTemplate", ""))), ""),
        (package(("word/_rels/settings.xml.rels", "<" * 1_000_000)), "damaged"),  # at once: it used to take a day
        (package(("word/styles.xml", BOMB)), "bomb"),
        (package(("word/styles.xml", BOMB.encode("utf-16"))), "bomb"),
        (package(("word/styles.xml", "<!-- " + "x" * 2_000_000 + " -->" + BOMB)), "bomb"),
        (package(("word/media/zeros.bin", b"\0" * 30_000_000)), "bomb"),
        (package(main="xl/workbook.xml"), "damaged"),  # a workbook that calls itself a document
        (package()[:200], "damaged"),
    ],
)
def test_an_office_file_is_taken_unless_it_carries_a_program_or_a_bomb(content, code):
    assert code_of("总结.docx", content) == code


def test_one_part_named_many_times_is_a_bomb():
    content = package(("word/media/a.bin", b"x" * 1000))
    file = BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        [twin] = [part for part in archive.infolist() if part.filename.endswith("a.bin")]
        again = zipfile.ZipInfo("word/media/b.bin")
        for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
            setattr(again, name, getattr(twin, name))
        archive.filelist.append(again)
        archive._didModify = True

    assert code_of("总结.docx", file.getvalue()) == "bomb"


@pytest.mark.parametrize(
    ("name", "inside", "code"),
    [
        ("a.doc", utf16("WordDocument"), ""),
        ("a.xls", utf16("Workbook") + b"\x85\x00\x10\x00\x00\x01\x00\x00\x00\x00\x06\x00Sheet1", ""),
        ("a.doc", utf16("WordDocument") + utf16("_VBA_PROJECT"), "macro"),
        ("a.xls", utf16("Workbook") + b"\x85\x00\x10\x00\x00\x01\x00\x00\x01\x01\x06\x00Macro1", "macro"),
        ("a.doc", utf16("WordDocument") + utf16("\x01Ole10Native"), "carries"),
        ("a.xls", utf16("EncryptedPackage"), "locked"),
        ("a.doc", utf16("Workbook"), "damaged"),
    ],
)
def test_an_old_office_file_is_taken_unless_it_carries_a_program(name, inside, code):
    assert code_of(name, OLD + inside) == code


# -- Pictures --------------------------------------------------------------------------------------


def test_a_picture_is_made_again_without_place_time_and_words():
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6  # held upright: turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    content = (
        jpeg(exif=exif, comment=b"secret", xmp=b"<x:xmpmeta>where</x:xmpmeta>") + b"<script>hidden behind it</script>"
    )

    made = pictures.plain(BytesIO(content))

    with Image.open(BytesIO(made)) as shown:
        assert (shown.size, dict(shown.getexif()), shown.info.get("comment")) == ((12, 16), {}, None)
    assert not any(words in made for words in (b"Maker", b"secret", b"where", b"script"))
    assert pictures.plain(BytesIO(content)) == made  # the same photo sent twice is one


def test_a_png_keeps_what_is_transparent_and_loses_its_words():
    said, file = PngInfo(), BytesIO()
    said.add_text("Author", "王大爷")
    Image.new("RGBA", (4, 4), (1, 2, 3, 0)).save(file, "PNG", pnginfo=said)

    with Image.open(BytesIO(pictures.plain(file))) as shown:
        assert (shown.getpixel((0, 0)), shown.info) == ((1, 2, 3, 0), {})


def bomb() -> bytes:
    file = BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jpg", jpeg(), ""),
        ("a.jpg", jpeg()[:-200], "picture"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"0" * 64, "picture"),
        ("a.png", jpeg(), "disguised"),
        ("a.png", bomb(), "picture"),  # 60 KB that unpack to 400 million pixels
    ],
)
def test_a_picture_is_taken_when_it_can_be_shown(name, content, code):
    assert code_of(name, content) == code


def test_each_danger_is_said_in_words_of_its_kind_of_file():
    said = {}
    for name, content in [("证明.pdf", b"%PDF-1.7\n1 0 obj\n"), ("总结.docx", package()[:200])]:
        with pytest.raises(ValidationError) as refused:
            validate_upload(SimpleUploadedFile(name, content))
        said[name] = refused.value.messages

    assert said == {
        "证明.pdf": ["“证明.pdf”不能作为PDF打开：文件已损坏或不完整。请重新保存或重新扫描。"],
        "总结.docx": ["“总结.docx”打不开：文件已损坏。请在电脑上打开它，重新保存后再上传。"],
    }


# -- Names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("备案证明.pdf", "备案证明.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\王\证明.pdf", "证明.pdf"),
        ("账目\u202egpj.exe", "账目gpj.exe"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("\u200b\u2066", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("a<b>.pdf", "a_b_.pdf"),
    ],
)
def test_a_name_is_shown_without_what_deceives(sent, shown):
    assert names.cleaned(sent) == shown


@hypothesis_settings(max_examples=50)
@given(st.text(max_size=300))
def test_no_name_ever_breaks_a_line_or_leaves_its_folder(sent):
    name = names.cleaned(sent)

    assert 0 < len(name) <= names.LONGEST
    assert not any(bad in name for bad in "/\\\r\n\x00\u202e")
    assert names.cleaned(name) == name


# -- Whatever is sent ------------------------------------------------------------------------------

SEEDS = {".pdf": pdf_with(), ".docx": package(), ".jpg": jpeg(quality=95), ".doc": OLD + utf16("WordDocument")}


@hypothesis_settings(max_examples=60)
@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_a_broken_file_is_refused_in_words_or_taken_and_never_breaks_us(suffix, data):
    content = bytearray(SEEDS[suffix])
    for place in data.draw(st.lists(st.integers(12, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))

    sent = bytes(content[: cut or None])

    if code_of(f"a{suffix}", sent) == "" and suffix == ".jpg":
        assert pictures.plain(BytesIO(sent))


def test_every_kind_that_is_taken_is_examined():
    assert {code_of(f"a{suffix}", start[0] + b"rubbish") for suffix, (_type, start) in ALLOWED.items()} == {
        "picture",
        "damaged",
    }
    assert packages.check_archive(BytesIO(b"")) == packages.Danger.DAMAGED


# -- The virus scanner -----------------------------------------------------------------------------


@pytest.fixture
def clamd(tmp_path):
    """A daemon that speaks clamd's protocol on a real socket; `answer` is what it says, `heard` what it was sent."""

    class Clamd:
        answer, heard, address = b"stream: OK\0", b"", str(tmp_path / "clamd.ctl")

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(Clamd.address)
        door.listen()

        def serve() -> None:
            while True:
                try:
                    line, _from = door.accept()
                except OSError:
                    return
                with line, line.makefile("rb") as words:
                    assert words.read(10) == b"zINSTREAM\0"
                    Clamd.heard = b""
                    while length := struct.unpack("!L", words.read(4))[0]:
                        Clamd.heard += words.read(length)
                    line.sendall(Clamd.answer)

        threading.Thread(target=serve, daemon=True).start()
        yield Clamd
        door.shutdown(socket.SHUT_RDWR)


def test_the_virus_scanner_sees_every_byte_and_decides(clamd, settings):
    settings.CLAMD_SOCKET = clamd.address
    content = pdf_with(words="x" * 600_000)  # more than one piece

    assert code_of("a.pdf", content) == ""
    assert clamd.heard == content

    clamd.answer = b"stream: Eicar-Test-Signature FOUND\0"
    assert code_of("a.pdf", content) == "infected"


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"\xff\0"])
def test_what_the_scanner_does_not_answer_is_refused_or_let_through_by_setting(clamd, settings, answer):
    settings.CLAMD_SOCKET = clamd.address
    clamd.answer = answer
    assert code_of("a.pdf", pdf_with()) == "unchecked"

    settings.CLAMD_REQUIRED = False
    assert code_of("a.pdf", pdf_with()) == ""


def test_a_scanner_that_is_not_there_is_refused_or_let_through_by_setting(tmp_path, settings):
    for address in (str(tmp_path / "nobody.ctl"), "127.0.0.1:1", "rubbish"):
        settings.CLAMD_SOCKET, settings.CLAMD_REQUIRED = address, True
        assert code_of("a.jpg", jpeg()) == "unchecked"

        settings.CLAMD_REQUIRED = False
        assert code_of("a.jpg", jpeg()) == ""
