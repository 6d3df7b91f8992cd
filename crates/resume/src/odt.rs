//! OpenDocument text (ISO/IEC 26300): headers, body and footers. Notes stand where they are called.

use quick_xml::events::BytesStart;

use super::ResumeError;
use super::package::Package;
use super::xml::{self, attribute};

pub(super) const MEDIA_TYPES: [&str; 2] = [
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.text-template",
];

pub(super) fn text(package: &mut Package<'_>) -> Result<String, ResumeError> {
    if let Some(manifest) = package.part("META-INF/manifest.xml")?
        && manifest.contains(":encryption-data")
    {
        return Err(ResumeError::Encrypted);
    }
    let mut text = String::new();
    let styles = package.part("styles.xml")?.unwrap_or_default();
    let content = package.part("content.xml")?.unwrap_or_default();
    for (xml, scope) in [(&styles, "header"), (&content, "body"), (&styles, "footer")] {
        let mut read = Part::new(scope);
        xml::read(xml, &mut read)?;
        text.push_str(&read.text);
        text.push('\n');
    }
    Ok(text)
}

struct Part {
    text: String,
    /// The element whose paragraphs are read.
    scope: &'static str,
    in_scope: usize,
    /// Open paragraphs and headings: text elsewhere is layout.
    in_paragraph: usize,
    /// Open elements whose text is not read.
    skipped: usize,
}

impl Part {
    fn new(scope: &'static str) -> Self {
        Self {
            text: String::new(),
            scope,
            in_scope: 0,
            in_paragraph: 0,
            skipped: 0,
        }
    }
}

impl xml::Handler for Part {
    fn start(&mut self, element: &BytesStart<'_>, name: &str) {
        let is_skipped = matches!(
            name,
            "tracked-changes" | "annotation" | "note-citation" | "sequence-decls" | "forms"
        );
        if self.skipped > 0 || is_skipped {
            self.skipped += 1;
            return;
        }
        if name == self.scope {
            self.in_scope += 1;
        }
        if self.in_scope == 0 {
            return;
        }
        match name {
            "p" | "h" => {
                // A note or a text box within a paragraph.
                if self.in_paragraph > 0 {
                    self.text.push('\n');
                }
                self.in_paragraph += 1;
            }
            "s" => {
                let spaces = attribute(element, "c").and_then(|count| count.parse().ok());
                self.text
                    .push_str(&" ".repeat(spaces.unwrap_or(1_usize).min(100)));
            }
            "tab" => self.text.push('\t'),
            "line-break" => self.text.push('\n'),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        if self.in_scope == 0 {
            return;
        }
        match name {
            "p" | "h" => {
                self.in_paragraph = self.in_paragraph.saturating_sub(1);
                self.text.push('\n');
            }
            "table-cell" => self.text.push('\t'),
            "table-row" => self.text.push('\n'),
            _ => {}
        }
        if name == self.scope {
            self.in_scope -= 1;
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_paragraph > 0 && self.skipped == 0 {
            // A line of the file is no line of the text.
            self.text
                .extend(text.chars().map(|c| if c == '\n' { ' ' } else { c }));
        }
    }

    fn len(&self) -> usize {
        self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_notes_and_spaces_are_read_and_deletions_are_not() {
        let xml = r#"<office:document-content><office:automatic-styles><x>no</x></office:automatic-styles><office:body><office:text>
            <text:tracked-changes><text:deletion><text:p>gone</text:p></text:deletion></text:tracked-changes>
            <text:h>Ada<text:s text:c="2"/>Lovelace</text:h>
            <text:list><text:list-item><text:p>Built<text:line-break/>engines<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>In 1843</text:p></text:note-body></text:note></text:p></text:list-item></text:list>
            </office:text></office:body></office:document-content>"#;
        let mut part = Part::new("body");
        xml::read(xml, &mut part).expect("readable");
        assert_eq!(
            crate::tidied(&part.text),
            "Ada Lovelace\nBuilt\nengines\nIn 1843"
        );
    }
}
