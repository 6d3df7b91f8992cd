#!/usr/bin/env python3
"""Prints the résumés in text/ by the programs that people use, into pdf/LANGUAGE-PROGRAM.pdf.

Wants chromium, libreoffice-writer-nogui, pdflatex (texlive-latex-recommended, texlive-lang-cyrillic, cm-super-minimal),
groff and the fonts Liberation, Carlito, Noto, David CLM, Amiri and WenQuanYi from Debian; fpdf2, reportlab, typst and
weasyprint from PyPI. A program that is not there is left out, and so is a file that is there already.
"""

import html
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
LANGUAGES = ["en", "fr", "ru", "de", "pl", "el", "he", "ar", "zh", "ja"]
FONTS = {"he": "David CLM", "ar": "Amiri", "zh": "WenQuanYi Zen Hei", "ja": "IPAGothic"}
FILES = {
    "ar": "/usr/share/fonts/opentype/fonts-hosny-amiri/Amiri-Regular.ttf",
    "zh": "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "ja": "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
}
DEFAULT_FILE = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def lines(language):
    return (HERE / "text" / f"{language}.txt").read_text().splitlines()


def page(language, style=""):
    font = FONTS.get(language, "Liberation Serif")
    direction = "rtl" if language in ("he", "ar") else "ltr"
    rows = [
        f"<h2>{html.escape(line)}</h2>" if len(line) < 25 else f"<p>{html.escape(line)}</p>"
        for line in lines(language)
    ]
    return f"""<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><style>
        @page {{ size: A4; margin: 2cm }} body {{ font: 10pt "{font}" }} h2 {{ font-size: 13pt; margin: 8pt 0 2pt }}
        p {{ margin: 0 }} {style}</style></head><body>{"".join(rows)}</body></html>"""


def run(*command, folder=None):
    subprocess.run([str(part) for part in command], cwd=folder, check=True, capture_output=True, timeout=180)


def chromium(language, target, style=""):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "page.html")
        source.write_text(page(language, style))
        run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--print-to-pdf={target}", source.as_uri())


def type3(language, target):
    # Chromium makes a Type 3 font of each whose outlines are in CFF.
    if language not in ("ar", "zh", "ja"):
        chromium(language, target, "body { font-family: 'David CLM', 'Linux Libertine O' }" if language == "he" else
                 "body { font-family: 'Linux Libertine O' }")


def libreoffice(language, target):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "page.html")
        # It drops what stands first.
        source.write_text(page(language).replace("<body>", "<body><p><br></p>"))
        run("soffice", "--headless", f"-env:UserInstallation=file://{folder}/user", "--convert-to",
            "pdf:writer_web_pdf_Export", "--outdir", folder, source)
        shutil.copy(pathlib.Path(folder, "page.pdf"), target)


def weasyprint(language, target):
    from weasyprint import HTML

    HTML(string=page(language)).write_pdf(target)


def typst(language, target):
    import typst

    text = " \\\n".join(f"#{quoted(line)}" for line in lines(language))
    font = FONTS.get(language, "Libertinus Serif")
    source = f'#set page(paper: "a4")\n#set text(font: "{font}", size: 9pt, lang: "{language}")\n{text}\n'
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "page.typ")
        path.write_text(source)
        typst.compile(str(path), output=str(target))


def quoted(line):
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'


def fpdf2(language, target):
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.add_font("face", fname=FILES.get(language, DEFAULT_FILE))
    pdf.set_font("face", size=9)
    pdf.set_text_shaping(True)
    for line in lines(language):
        pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT", align="R" if language in ("he", "ar") else "L")
    pdf.output(str(target))


def reportlab(language, target):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if language in ("he", "ar"):
        return
    if language in ("zh", "ja"):
        # Not embedded: the reader has to know the character collection.
        font = {"zh": "STSong-Light", "ja": "HeiseiMin-W3"}[language]
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    elif language in ("ru", "pl", "el"):
        font = "face"
        pdfmetrics.registerFont(TTFont(font, DEFAULT_FILE))
    else:
        font = "Times-Roman"
    canvas = Canvas(str(target))
    text = canvas.beginText(60, 780)
    text.setFont(font, 9, leading=13)
    for line in lines(language):
        text.textLine(line)
    canvas.drawText(text)
    canvas.save()


TEX = {
    "en": ("OT1", "english"),
    "fr": ("T1", "french"),
    "de": ("T1", "ngerman"),
    "pl": ("T1", "polish"),
    "ru": ("T2A", "russian"),
}
SPECIAL = {"%": r"\%", "&": r"\&", "|": r"\textbar{}", "#": r"\#", "_": r"\_"}


def pdftex(language, target):
    if language not in TEX:
        return
    encoding, name = TEX[language]
    body = "\\\\\n".join("".join(SPECIAL.get(c, c) for c in line) for line in lines(language))
    babel = "" if name in ("english", "french", "polish", "ngerman") else f"\\usepackage[{name}]{{babel}}"
    source = rf"""\documentclass[a4paper,10pt]{{article}}\usepackage[margin=2cm]{{geometry}}
        \usepackage[{encoding}]{{fontenc}}\usepackage[utf8]{{inputenc}}{babel}\pagestyle{{empty}}\parindent0pt
        \begin{{document}}{body}
        \end{{document}}"""
    latex(source, target)


def latex(source, target):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "page.tex").write_text(source)
        run("pdflatex", "-interaction=nonstopmode", "page.tex", folder=folder)
        shutil.copy(pathlib.Path(folder, "page.pdf"), target)


def groff(language, target):
    if language not in ("en", "fr", "de"):
        return
    source = ".nf\n" + "\n".join(lines(language)) + "\n"
    made = subprocess.run(["groff", "-Kutf8", "-Tpdf"], input=source.encode(), check=True, capture_output=True)
    target.write_bytes(made.stdout)


PROGRAMS = [chromium, type3, libreoffice, weasyprint, typst, fpdf2, reportlab, pdftex, groff]

if __name__ == "__main__":
    for language in LANGUAGES:
        for program in PROGRAMS:
            target = HERE / "pdf" / f"{language}-{program.__name__}.pdf"
            if target.exists():
                continue
            try:
                program(language, target)
            except (OSError, ImportError, subprocess.SubprocessError, RuntimeError) as error:
                print(f"{target.name}: {error}")
