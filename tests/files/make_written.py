#!/usr/bin/env python3
"""Writes the résumés in text/ as PDFs of kinds that printing at home does not make: pdf/LANGUAGE-KIND.pdf.

Wants fonttools, pikepdf and python-bidi from PyPI, and DejaVu Sans from Debian.
"""

import io
import pathlib

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

HERE = pathlib.Path(__file__).parent
SANS = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE, LEADING, LEFT, TOP = 9, 16, 50, 780


def lines(language):
    return (HERE / "text" / f"{language}.txt").read_text().splitlines()


class Face:
    """A subset of a TrueType font: its file, its glyphs by character, their widths in thousandths."""

    def __init__(self, text):
        options = subset.Options(layout_features=[], drop_tables=["FFTM"], hinting=False, notdef_outline=True, glyph_names=True)
        font = TTFont(SANS)
        cutter = subset.Subsetter(options)
        cutter.populate(text=text)
        cutter.subset(font)
        scale = 1000 / font["head"].unitsPerEm
        self.names = font.getBestCmap()
        self.glyphs = {chr(c): font.getGlyphID(name) for c, name in self.names.items()}
        self.widths = {chr(c): round(font["hmtx"][name][0] * scale) for c, name in self.names.items()}
        file = io.BytesIO()
        font.save(file)
        self.file = file.getvalue()

    def width(self, text):
        return sum(self.widths[c] for c in text) * SIZE / 1000


def to_unicode(pdf, codes, digits):
    """A CMap from codes to characters."""
    rows = [f"<{code:0{digits}x}> <{text.encode('utf-16-be').hex()}>" for code, text in sorted(codes.items())]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    space = f"<{'00' * (digits // 2)}> <{'ff' * (digits // 2)}>"
    return Stream(pdf, f"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def
1 begincodespacerange {space} endcodespacerange
{body}
endcmap end end""".encode())


def descriptor(pdf, face, flags):
    return Dictionary(Type=Name.FontDescriptor, FontName=Name("/AAAAAA+Sans"), Flags=flags, ItalicAngle=0, Ascent=900,
                      Descent=-200, CapHeight=700, StemV=80, FontBBox=[-500, -300, 1500, 1000],
                      FontFile2=pdf.make_stream(face.file, Length1=len(face.file)))


class Composite:
    """A font whose codes are glyphs (Identity-H)."""

    def __init__(self, pdf, face, mapped=True):
        self.face = face
        widths = Array([value for c, glyph in face.glyphs.items() for value in (glyph, [face.widths[c]])])
        below = Dictionary(Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name("/AAAAAA+Sans"), W=widths, DW=600,
                           CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
                           FontDescriptor=pdf.make_indirect(descriptor(pdf, face, 4)), CIDToGIDMap=Name.Identity)
        self.font = Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/AAAAAA+Sans"),
                               Encoding=Name("/Identity-H"), DescendantFonts=[pdf.make_indirect(below)])
        if mapped:
            codes = {glyph: c for c, glyph in face.glyphs.items()}
            self.font.ToUnicode = pdf.make_indirect(to_unicode(pdf, codes, 4))

    def show(self, text):
        return "<" + "".join(f"{self.face.glyphs[c]:04x}" for c in text) + ">"


class Simple:
    """A font of one byte a character: codes from 33 in the order of the characters, or `codes`."""

    def __init__(self, pdf, face, text, encoding=None, mapped=False, type3=False, codes=None):
        self.face = face
        used = sorted(set(text))
        self.codes = codes or {c: 33 + at for at, c in enumerate(used)}
        last = max(self.codes.values())
        by_code = {code: c for c, code in self.codes.items()}
        widths = [face.widths[by_code[code]] if code in by_code else 0 for code in range(last + 1)]
        self.font = Dictionary(Type=Name.Font, FirstChar=0, LastChar=last, Widths=widths)
        if type3:
            procedures = Dictionary()
            for c, code in self.codes.items():
                body = f"{face.widths[c]} 0 0 0 500 700 d1 0 0 400 700 re f".encode()
                procedures[f"/g{code}"] = pdf.make_stream(body)
            self.extend(Dictionary(Subtype=Name.Type3, FontBBox=[0, 0, 1000, 1000], FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
                                  CharProcs=procedures, Resources=Dictionary()))
            names = {code: f"/g{code}" for code in by_code}
        else:
            self.extend(Dictionary(Subtype=Name.TrueType, BaseFont=Name("/AAAAAA+Sans"),
                                  FontDescriptor=pdf.make_indirect(descriptor(pdf, face, 32 if encoding else 4))))
            names = {code: encoding(c) for code, c in by_code.items()} if callable(encoding) else {}
        if names:
            differences = Array()
            for code, name in sorted(names.items()):
                differences.extend([code, Name(name)])
            self.font.Encoding = Dictionary(Type=Name.Encoding, Differences=differences)
        elif encoding:
            self.font.Encoding = encoding
        if mapped:
            self.font.ToUnicode = pdf.make_indirect(to_unicode(pdf, by_code, 2))

    def extend(self, entries):
        for key, value in entries.items():
            self.font[key] = value

    def show(self, text):
        return "<" + "".join(f"{self.codes[c]:02x}" for c in text) + ">"


def document(language):
    pdf = pikepdf.new()
    text = "".join(lines(language))
    return pdf, text, Face(text + " ")


def page(pdf, content, font, **more):
    resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)), **more.pop("resources", {}))
    made = Dictionary(Type=Name.Page, MediaBox=[0, 0, 595, 842], Resources=resources, **more)
    made.Contents = content if isinstance(content, Array) else pdf.make_stream(content.encode())
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(made)))


def pieces(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


def visual(line, language):
    """Characters from left to right, as they are drawn."""
    if language != "he":
        return line
    from bidi.algorithm import get_display

    return get_display(line, base_dir="R")


def runs(font, language, cut):
    """Each piece of a line is a text object of its own, put where it belongs: as Word does."""
    out = []
    for at, line in enumerate(lines(language)):
        line, x, y = visual(line, language), LEFT, TOP - at * LEADING
        for piece in cut(line):
            if piece.strip():
                out.append(f"/P <</MCID 0>> BDC q BT /F1 {SIZE} Tf 1 0 0 1 {x:.2f} {y} Tm 0 g 0 G [{font.show(piece)}] TJ ET Q EMC")
            x += font.face.width(piece)
    return "\n".join(out)


def words(line):
    out, word = [], ""
    for c in line:
        if c == " ":
            out += [word, " "]
            word = ""
        else:
            word += c
    return [*out, word]


def in_one_object(font, language, newline):
    rows = lines(language)
    return f"BT /F1 {SIZE} Tf {LEFT} {TOP} Td {LEADING} TL " + "\n".join(newline(font, row) for row in rows) + " ET"


def word_halves(language):
    pdf, _, face = document(language)
    font = Composite(pdf, face)
    page(pdf, runs(font, language, lambda line: pieces(line, 4)), font.font)
    return pdf


def word_words(language):
    """No space is drawn: there are gaps."""
    pdf, _, face = document(language)
    font = Composite(pdf, face)
    page(pdf, runs(font, language, words), font.font)
    return pdf


def leading(language):
    pdf, _, face = document(language)
    font = Composite(pdf, face)
    page(pdf, in_one_object(font, language, lambda font, row: f"{font.show(row)} Tj T*"), font.font)
    return pdf


def quotes(language):
    pdf, text, face = document(language)
    font = Simple(pdf, face, text, encoding=lambda c: f"/uni{ord(c):04X}")
    page(pdf, in_one_object(font, language, lambda font, row: f"{font.show(row)} '"), font.font)
    return pdf


def gaps(language):
    """Spaces are kerning."""
    pdf, _, face = document(language)
    font = Composite(pdf, face)

    def row(font, row):
        return "[" + " -300 ".join(font.show(word) for word in row.split(" ")) + f"] TJ 0 -{LEADING} TD"

    page(pdf, in_one_object(font, language, row), font.font)
    return pdf


def type3_mapped(language):
    """A Type 3 font with an Encoding whose names say nothing, and with ToUnicode."""
    pdf, text, face = document(language)
    font = Simple(pdf, face, text, mapped=True, type3=True)
    page(pdf, in_one_object(font, language, lambda font, row: f"{font.show(row)} Tj 0 -{LEADING} Td"), font.font)
    return pdf


def encoded_and_mapped(language):
    """WinAnsiEncoding is written and ToUnicode says otherwise: it counts."""
    pdf, text, face = document(language)
    font = Simple(pdf, face, text, encoding=Name.WinAnsiEncoding, mapped=True)
    page(pdf, in_one_object(font, language, lambda font, row: f"{font.show(row)} Tj 0 -{LEADING} Td"), font.font)
    return pdf


def winansi(language):
    pdf, text, face = document(language)
    codes = {c: c.encode("cp1252")[0] for c in set(text)}
    font = Simple(pdf, face, text, encoding=Name.WinAnsiEncoding, codes=codes)
    page(pdf, runs(font, language, lambda line: pieces(line, 7)), font.font)
    return pdf


def form(language):
    """The text stands in a form within a form."""
    pdf, _, face = document(language)
    font = Composite(pdf, face)
    resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font.font)))
    content = in_one_object(font, language, lambda font, row: f"{font.show(row)} Tj T*").encode()
    inner = pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842], Resources=resources)
    outer = pdf.make_stream(b"q /X Do Q", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842],
                            Matrix=[1, 0, 0, 1, 0, 0], Resources=Dictionary(XObject=Dictionary(X=inner)))
    page(pdf, "q /X Do Q", font.font, resources={"XObject": Dictionary(X=outer)})
    return pdf


def flipped(language):
    """The page is drawn from its top, as browsers and macOS do, in several content streams."""
    pdf, _, face = document(language)
    font = Composite(pdf, face)
    rows = [f"BT /F1 {SIZE} Tf 1 0 0 -1 {LEFT} {62 + at * LEADING} Tm {font.show(row)} Tj ET"
            for at, row in enumerate(lines(language))]
    parts = ["q 1 0 0 -1 0 842 cm", *rows, "Q"]
    page(pdf, Array([pdf.make_stream(part.encode()) for part in parts]), font.font)
    return pdf


def turned(language):
    pdf, _, face = document(language)
    font = Composite(pdf, face)
    rows = [f"BT /F1 {SIZE} Tf 0 1 -1 0 {60 + at * LEADING} 40 Tm {font.show(row)} Tj ET"
            for at, row in enumerate(lines(language))]
    page(pdf, "\n".join(rows), font.font, Rotate=90)
    return pdf


def below_a_scan(language):
    """The invisible text of a scan that was read by a machine."""
    pdf, _, face = document(language)
    font = Composite(pdf, face)
    image = pdf.make_stream(bytes(64), Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8,
                            ColorSpace=Name.DeviceGray, BitsPerComponent=8)
    content = "q 595 0 0 842 0 0 cm /X Do Q " + in_one_object(font, language, lambda f, row: f"3 Tr {f.show(row)} Tj T*")
    page(pdf, content, font.font, resources={"XObject": Dictionary(X=image)})
    return pdf


KINDS = {
    word_halves: ["en", "fr", "ru", "de", "pl", "el", "he"],
    word_words: ["en", "fr", "ru", "he"],
    leading: ["en", "ru"],
    quotes: ["en", "ru", "el"],
    gaps: ["en", "pl"],
    type3_mapped: ["en", "fr", "ru", "pl"],
    encoded_and_mapped: ["en", "ru"],
    winansi: ["en", "fr", "de"],
    form: ["en", "ru"],
    flipped: ["en", "fr"],
    turned: ["en"],
    below_a_scan: ["en"],
}

if __name__ == "__main__":
    for kind, languages in KINDS.items():
        for language in languages:
            name = f"{language}-{kind.__name__.replace('_', '-')}.pdf"
            kind(language).save(HERE / "pdf" / name, compress_streams=True, deterministic_id=True)
    leading("en").save(HERE / "pdf" / "en-object-streams.pdf", deterministic_id=True,
                       object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
    for name, revision in [("rc4", 3), ("aes", 6)]:
        # Anyone may open it; the owner's password only guards printing.
        locked = pikepdf.Encryption(owner="owner", user="", R=revision, aes=revision == 6, metadata=revision == 6)
        leading("en").save(HERE / "pdf" / f"en-owner-{name}.pdf", encryption=locked)
    broken = (HERE / "pdf" / "en-leading.pdf").read_bytes()
    at = broken.rindex(b"startxref")
    (HERE / "pdf" / "en-broken-xref.pdf").write_bytes(broken[:at] + b"startxref\n7\n%%EOF\n")
