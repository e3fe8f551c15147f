"""A file under a wrong name: its sender reads what it really is."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from core.files import validate_upload


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "“合同.pdf”其实是图片（JPEG），不是PDF"),
        (b"\x00\x00\x00\x18ftypheic", "苹果手机的照片（HEIC）"),
        (b"PK\x03\x04", "Word、Excel、PPT文档或压缩包"),
        (b"\x01\x02\x03", "“合同.pdf”其实不是PDF"),
    ],
)
def test_a_file_under_a_wrong_name_is_called_what_it_is(content, words):
    with pytest.raises(ValidationError) as refused:
        validate_upload(SimpleUploadedFile("合同.pdf", content))

    assert words in refused.value.messages[0]
