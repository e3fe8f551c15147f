"""Many PDFs bound into one, a piece at a time: what is written is not kept, so that 500 papers need no more memory than
a few.

pypdf reads each part and writes its objects; `PdfWriter` itself would hold all of them until the end. Only pages and
what they show are taken over. What belongs to the document as a whole (tags, metadata, a signature) does not survive
being bound: the bound file is a print copy.
"""

import hashlib
from io import BytesIO
from typing import IO, Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    StreamObject,
    TextStringObject,
    read_object,
)

LEFT_BEHIND = {"/Parent", "/StructParents", "/StructParent", "/Tabs", "/Metadata"}
"""What points from a page into the rest of its document."""
ELSEWHERE = {"/Catalog", "/Pages", "/StructTreeRoot", "/StructElem", "/Page"}


class _Sparing(PdfReader):
    """Reads of objects packed together only those that are asked for.

    pypdf reads all of them at once, and most are tags of the structure, which a bound file leaves behind: two thirds of
    the time of binding. The parts are our own papers.
    """

    def __init__(self, part: IO[bytes]) -> None:
        self._packed: dict[int, tuple[BytesIO, dict[int, int]]] = {}
        super().__init__(part)

    def _get_object_from_stream(self, indirect_reference: IndirectObject) -> Any:
        number = indirect_reference.idnum
        holder, _place = self.xref_objStm[number]
        if holder not in self._packed:
            stream: Any = IndirectObject(holder, 0, self).get_object()
            data, first = stream.get_data(), int(stream["/First"])
            said = [int(word) for word in data[:first].split()]
            places = {each: first + offset for each, offset in zip(said[::2], said[1::2], strict=True)}
            self._packed[holder] = BytesIO(data), places
        data, places = self._packed[holder]
        data.seek(places[number])
        return self.cache_indirect_object(0, number, read_object(data, self))


class Binder:
    """Writes to `target` as parts are added; `close` writes the outline and the table of where everything stands."""

    def __init__(self, target: IO[bytes], *, title: str, both_sides: bool = False) -> None:
        self.target, self.title, self.both_sides = target, title, both_sides
        self.places: dict[int, int] = {}
        self.next, self.position = 1, 0
        self.written: dict[bytes, int] = {}
        self.pages: list[int] = []
        self.marks: list[tuple[str, int]] = []
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self.catalog, self.root, self.outline = self._number(), self._number(), self._number()

    def add(self, part: IO[bytes], bookmark: str) -> int:
        """Bind in the pages of one part under its bookmark; returns how many they are."""
        reader = _Sparing(part)
        if self.both_sides and len(self.pages) % 2:
            self._blank()
        known: dict[tuple[int, int], int] = {}
        count = 0
        for page in reader.pages:
            number = self._number()
            if not count:
                self.marks.append((bookmark, number))
            known[page.indirect_reference.idnum, page.indirect_reference.generation] = number  # type: ignore[union-attr]
            taken = DictionaryObject({key: value for key, value in page.items() if key not in LEFT_BEHIND})
            if "/Annots" in taken:
                taken[NameObject("/Annots")] = _links(page)
            self._page(number, self._renumbered(taken, reader, known))
            count += 1
        return count

    def close(self) -> None:
        kids = ArrayObject([self._to(number) for number in self.pages])
        root = {"/Type": NameObject("/Pages"), "/Kids": kids, "/Count": NumberObject(len(self.pages))}
        self._write(self.root, _dictionary(root))
        self._write_outline()
        info = self._number()
        self._write(info, _dictionary({"/Title": TextStringObject(self.title)}))
        catalog = {
            "/Type": NameObject("/Catalog"),
            "/Pages": self._to(self.root),
            "/Outlines": self._to(self.outline),
            "/PageMode": NameObject("/UseOutlines"),
            "/Lang": TextStringObject("zh-CN"),
        }
        self._write(self.catalog, _dictionary(catalog))
        start = self.position
        lines = [f"xref\n0 {self.next}\n0000000000 65535 f \n"]
        lines += [f"{self.places[number]:010d} 00000 n \n" for number in range(1, self.next)]
        self._put("".join(lines).encode())
        trailer = {"/Size": NumberObject(self.next), "/Root": self._to(self.catalog), "/Info": self._to(info)}
        self._put(b"trailer\n")
        self._put_object(_dictionary(trailer))
        self._put(f"\nstartxref\n{start}\n%%EOF\n".encode())

    # -- Objects -----------------------------------------------------------------------------------------

    def _renumbered(self, thing: Any, reader: PdfReader, known: dict[tuple[int, int], int]) -> Any:
        """The same with the numbers that things have here; what it refers to is written first."""
        if isinstance(thing, IndirectObject):
            key = (thing.idnum, thing.generation)
            if key not in known:
                found = reader.get_object(thing)
                if found is None or (isinstance(found, DictionaryObject) and found.get("/Type") in ELSEWHERE):
                    return NullObject()
                known[key] = self._take(found, reader, known)
            return self._to(known[key])
        if isinstance(thing, StreamObject):
            copy: Any = DecodedStreamObject()
            copy.update(self._entries(thing, reader, known))
            copy._data = thing._data  # packed as it is
            return copy
        if isinstance(thing, DictionaryObject):
            return DictionaryObject(self._entries(thing, reader, known))
        if isinstance(thing, ArrayObject):
            return ArrayObject([self._renumbered(each, reader, known) for each in thing])
        return thing

    def _entries(self, thing: DictionaryObject, reader: PdfReader, known: dict[tuple[int, int], int]) -> dict[Any, Any]:
        entries = {key: value for key, value in dict.items(thing) if key not in LEFT_BEHIND}
        return {key: self._renumbered(value, reader, known) for key, value in entries.items()}

    def _take(self, found: Any, reader: PdfReader, known: dict[tuple[int, int], int]) -> int:
        """Write an object, or find the same one written for an earlier part: a font with the same characters."""
        thing = self._renumbered(found, reader, known)
        if not isinstance(thing, StreamObject):
            return self._write(self._number(), thing)
        said = repr(sorted((str(key), repr(value)) for key, value in dict.items(thing))).encode()
        digest = hashlib.sha256(said + b"\0" + thing._data).digest()
        if digest not in self.written:
            self.written[digest] = self._write(self._number(), thing)
        return self.written[digest]

    def _page(self, number: int, page: DictionaryObject) -> None:
        page[NameObject("/Parent")] = self._to(self.root)
        self._write(number, page)
        self.pages.append(number)

    def _blank(self) -> None:
        """The back of a sheet, so that the next paper begins on a new one."""
        a4 = ArrayObject([FloatObject(side) for side in (0, 0, 595.28, 841.89)])
        blank = {"/Type": NameObject("/Page"), "/MediaBox": a4, "/Resources": DictionaryObject()}
        self._page(self._number(), _dictionary(blank))

    def _write_outline(self) -> None:
        numbers = [self._number() for _mark in self.marks]
        for place, (title, page) in enumerate(self.marks):
            item = {
                "/Title": TextStringObject(title),
                "/Parent": self._to(self.outline),
                "/Dest": ArrayObject([self._to(page), NameObject("/Fit")]),
            }
            if place:
                item["/Prev"] = self._to(numbers[place - 1])
            if place + 1 < len(numbers):
                item["/Next"] = self._to(numbers[place + 1])
            self._write(numbers[place], _dictionary(item))
        top: dict[str, Any] = {"/Type": NameObject("/Outlines"), "/Count": NumberObject(len(numbers))}
        if numbers:
            top |= {"/First": self._to(numbers[0]), "/Last": self._to(numbers[-1])}
        self._write(self.outline, _dictionary(top))

    # -- Bytes -------------------------------------------------------------------------------------------

    def _number(self) -> int:
        self.next += 1
        return self.next - 1

    def _to(self, number: int) -> IndirectObject:
        return IndirectObject(number, 0, self)

    def _write(self, number: int, thing: Any) -> int:
        self.places[number] = self.position
        self._put(f"{number} 0 obj\n".encode())
        self._put_object(thing)
        self._put(b"\nendobj\n")
        return number

    def _put_object(self, thing: Any) -> None:
        counting = _Counting(self.target)
        thing.write_to_stream(counting)
        self.position += counting.count

    def _put(self, data: bytes) -> None:
        self.target.write(data)
        self.position += len(data)


class _Counting:
    """A file that says how much was written to it."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target, self.count = target, 0

    def write(self, data: bytes) -> int:
        self.count += len(data)
        return self.target.write(data)


def _dictionary(entries: dict[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in entries.items()})


def _links(page: Any) -> ArrayObject:
    """The links of a page to the web; the field of a signature, or a link within the part, leads nowhere here."""
    found = [each.get_object() for each in page["/Annots"].get_object()]
    return ArrayObject(
        [each for each in found if each.get("/Subtype") == "/Link" and "/A" in each and "/Dest" not in each]
    )
