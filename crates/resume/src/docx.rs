//! Word documents (ECMA-376): headers, body, notes and footers, in reading order.

use quick_xml::events::BytesStart;

use super::ResumeError;
use super::package::Package;
use super::xml::{self, attribute};

/// Headers, footers and notes that are read.
const MOST_PARTS: usize = 20;
/// Where nearly every program puts the text; a package says so itself.
const USUAL_MAIN_PART: &str = "word/document.xml";
const SETTINGS: &str = "settings";

/// Whether a package is one, and of which name its text is.
///
/// # Errors
/// See [`Package::part`].
pub(super) fn main_part(package: &mut Package<'_>) -> Result<Option<String>, ResumeError> {
    let named = relationships(package, "")?
        .into_iter()
        .find(|relationship| relationship.kind == "officeDocument")
        .map(|relationship| relationship.target);
    let main = named.unwrap_or_else(|| USUAL_MAIN_PART.to_owned());
    // A workbook or a presentation has a main part, too.
    let word = !main.starts_with("xl/") && !main.starts_with("ppt/");
    Ok((word && package.has(|name| name == main)).then_some(main))
}

pub(super) fn text(package: &mut Package<'_>, main: &str) -> Result<String, ResumeError> {
    let parts = relationships(package, main)?;
    let mut body = Part::default();
    body.read(package, main)?;
    let alternates = match parts.iter().find(|part| part.kind == SETTINGS) {
        Some(settings) => {
            let xml = package.part(&settings.target)?;
            xml.is_some_and(|xml| xml.contains("evenAndOddHeaders"))
        }
        None => false,
    };
    let used: Vec<&str> = body
        .margins
        .iter()
        .filter(|margin| match margin.pages.as_str() {
            "first" => body.has_title_page,
            "even" => alternates,
            _ => true,
        })
        .map(|margin| margin.id.as_str())
        .collect();
    let used = &used;
    let of_kind = |kind: &'static str| {
        let needs_reference = matches!(kind, "header" | "footer");
        parts
            .iter()
            .filter(move |part| part.kind == kind)
            .filter(move |part| !needs_reference || used.contains(&part.id.as_str()))
            .take(MOST_PARTS)
    };
    // A name and address usually stand in the header.
    let mut text = String::new();
    for header in of_kind("header") {
        text.push_str(&read(package, &header.target)?);
    }
    text.push_str(&body.text);
    text.push('\n');
    for kind in ["footnotes", "endnotes", "footer"] {
        for part in of_kind(kind) {
            text.push_str(&read(package, &part.target)?);
        }
    }
    Ok(text)
}

fn read(package: &mut Package<'_>, name: &str) -> Result<String, ResumeError> {
    let mut part = Part::default();
    part.read(package, name)?;
    part.text.push('\n');
    Ok(part.text)
}

#[derive(Debug)]
struct Relationship {
    id: String,
    /// The last part of its type's address.
    kind: String,
    /// Name of a part.
    target: String,
}

/// The relationships of a part, or of the package: its name is empty.
fn relationships(package: &mut Package<'_>, part: &str) -> Result<Vec<Relationship>, ResumeError> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let mut found = Relationships {
        folder,
        found: Vec::new(),
    };
    let path = joined(folder, &format!("_rels/{name}.rels"));
    if let Some(xml) = package.part(&path)? {
        xml::read(&xml, &mut found)?;
    }
    Ok(found.found)
}

struct Relationships<'a> {
    folder: &'a str,
    found: Vec<Relationship>,
}

impl xml::Handler for Relationships<'_> {
    fn start(&mut self, element: &BytesStart<'_>, name: &str) {
        if name != "Relationship"
            || attribute(element, "TargetMode").is_some_and(|m| m == "External")
        {
            return;
        }
        let values = ["Id", "Type", "Target"].map(|name| attribute(element, name));
        if let [Some(id), Some(kind), Some(target)] = values {
            self.found.push(Relationship {
                id,
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                target: joined(self.folder, &target),
            });
        }
    }

    fn end(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}

    fn len(&self) -> usize {
        self.found.len()
    }
}

/// The name of a part that is given relative to a folder.
fn joined(folder: &str, target: &str) -> String {
    let whole = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut steps = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// A reference to a header or a footer.
#[derive(Debug)]
struct Margin {
    id: String,
    /// `default`, `first` or `even`.
    pages: String,
}

#[derive(Debug, Default)]
struct Part {
    text: String,
    margins: Vec<Margin>,
    /// A section says that its first page has margins of its own.
    has_title_page: bool,
    in_text: bool,
    /// Open elements whose text is not read.
    skipped: usize,
}

impl Part {
    fn read(&mut self, package: &mut Package<'_>, name: &str) -> Result<(), ResumeError> {
        match package.part(name)? {
            Some(xml) => xml::read(&xml, self),
            None => Ok(()),
        }
    }

    /// Text that is also elsewhere: a shape written again for older readers, what was moved away, and the
    /// lines that separate notes.
    fn is_skipped(element: &BytesStart<'_>, name: &str) -> bool {
        match name {
            "Fallback" | "moveFrom" => true,
            "footnote" | "endnote" => {
                attribute(element, "type").is_some_and(|kind| kind != "normal")
            }
            _ => false,
        }
    }
}

impl xml::Handler for Part {
    fn start(&mut self, element: &BytesStart<'_>, name: &str) {
        if self.skipped > 0 || Self::is_skipped(element, name) {
            self.skipped += 1;
            return;
        }
        match name {
            "t" => self.in_text = true,
            "tab" => self.text.push('\t'),
            "br" | "cr" | "txbxContent" => self.text.push('\n'),
            "noBreakHyphen" => self.text.push('-'),
            "titlePg" => {
                let off = attribute(element, "val").is_some_and(|v| v == "0" || v == "false");
                self.has_title_page |= !off;
            }
            "headerReference" | "footerReference" => {
                if let Some(id) = attribute(element, "id") {
                    let pages = attribute(element, "type").unwrap_or_default();
                    self.margins.push(Margin { id, pages });
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match name {
            "t" => self.in_text = false,
            "p" | "tr" => self.text.push('\n'),
            "tc" => self.text.push('\t'),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text && self.skipped == 0 {
            self.text.push_str(text);
        }
    }

    fn len(&self) -> usize {
        self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> String {
        let mut part = Part::default();
        xml::read(body, &mut part).expect("readable");
        super::super::tidied(&part.text)
    }

    #[test]
    fn paragraphs_tables_and_entities_are_read_in_order() {
        let body = r#"<w:document xmlns:w="x"><w:body>
            <w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>Ada</w:t></w:r><w:r><w:tab/><w:t xml:space="preserve"> &amp; Co&#8209;op</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>2020</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Engineer</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            <w:p><w:r><w:delText>deleted</w:delText><w:instrText>PAGE</w:instrText><w:t>End</w:t></w:r></w:p>
            </w:body></w:document>"#;
        assert_eq!(read(body), "Ada & Co‑op\n2020\nEngineer\n\nEnd");
    }

    #[test]
    fn what_is_written_twice_is_read_once() {
        let body = "<d><mc:AlternateContent><mc:Choice><w:t>Box</w:t></mc:Choice><mc:Fallback><w:t>Box</w:t></mc:Fallback></mc:AlternateContent><w:p/><w:t>After</w:t></d>";
        assert_eq!(read(body), "Box\nAfter");
        let body = "<d><w:p><w:moveFrom><w:r><w:t>Moved</w:t></w:r></w:moveFrom><w:r><w:t>Stays</w:t></w:r></w:p><w:p><w:moveTo><w:r><w:t>Moved</w:t></w:r></w:moveTo></w:p></d>";
        assert_eq!(read(body), "Stays\nMoved");
        let body = r#"<d><w:footnote w:type="separator"><w:p><w:r><w:t>line</w:t></w:r></w:p></w:footnote><w:footnote w:id="1"><w:p><w:r><w:t>Note</w:t></w:r></w:p></w:footnote></d>"#;
        assert_eq!(read(body), "Note");
    }

    #[test]
    fn nesting_and_broken_xml_have_their_errors() {
        let mut part = Part::default();
        assert_eq!(
            xml::read(&"<a>".repeat(300), &mut part),
            Err(ResumeError::TooComplex)
        );
        assert_eq!(xml::read("<a></b>", &mut part), Err(ResumeError::Damaged));
    }

    #[test]
    fn parts_are_found_from_where_they_are_named() {
        assert_eq!(joined("word", "header1.xml"), "word/header1.xml");
        assert_eq!(joined("word", "/word/notes.xml"), "word/notes.xml");
        assert_eq!(joined("a/b", "../c.xml"), "a/c.xml");
        assert_eq!(joined("", "./word/document2.xml"), "word/document2.xml");
    }
}
