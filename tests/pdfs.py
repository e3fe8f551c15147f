"""Small PDF files that open: an empty page, with whatever else somebody puts into one."""


def pdf_with(*objects: bytes, catalog: bytes = b"", words: str = "") -> bytes:
    """A PDF of one empty page; `objects` from number 4 on, `catalog` into its first dictionary, `words` a comment."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        *objects,
    ]
    content, places = f"%PDF-1.7\n%{words}\n".encode(), []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj" % number + part + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n" % size + table + b"trailer<</Size %d/Root 1 0 R>>\n" % size
    return content + end + b"startxref\n%d\n%%%%EOF\n" % len(content)
