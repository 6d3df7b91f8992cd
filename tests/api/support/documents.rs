//! Documents made in memory: a PDF by lopdf, a DOCX by its parts.

use std::io::{Cursor, Write as _};

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, dictionary};
use zip::write::SimpleFileOptions;

/// A PDF with a line of text for each entry; without entries, a page as a scanner makes it.
pub(crate) fn pdf(lines: &[&str]) -> Document {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(
        dictionary! {"Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica"},
    );
    let resources = document.add_object(dictionary! {"Font" => dictionary! {"F1" => font}});
    let mut operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
        Operation::new("Td", vec![50.into(), 800.into()]),
    ];
    for line in lines {
        operations.push(Operation::new("Td", vec![0.into(), (-14).into()]));
        operations.push(Operation::new("Tj", vec![Object::string_literal(*line)]));
    }
    operations.push(Operation::new("ET", vec![]));
    let content = Content { operations }.encode().expect("content");
    let content = document.add_object(Stream::new(dictionary! {}, content));
    let page = document.add_object(dictionary! {"Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()]});
    document.objects.insert(
        pages,
        Object::Dictionary(
            dictionary! {"Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1},
        ),
    );
    let catalog = document.add_object(dictionary! {"Type" => "Catalog", "Pages" => pages});
    document.trailer.set("Root", catalog);
    document.compress();
    document
}

/// The file of a document.
pub(crate) fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a PDF");
    bytes
}

/// An archive of named parts.
pub(crate) fn docx(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .expect("a part");
        archive.write_all(content).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

/// The body of a small résumé in a DOCX.
pub(crate) const DOCUMENT: &str = r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>
<w:p><w:r><w:t>Engineer &amp; teacher</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>2020</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Analytical engines</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body></w:document>"#;

/// A relationship of a part, as Word writes it.
pub(crate) fn relation(id: &str, kind: &str, target: &str) -> String {
    format!(
        r#"<Relationship Id="{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>"#
    )
}

/// A part of relationships.
pub(crate) fn relations(relations: &[String]) -> Vec<u8> {
    format!("<Relationships>{}</Relationships>", relations.concat()).into_bytes()
}

/// A part with one paragraph.
pub(crate) fn paragraph(element: &str, text: &str) -> Vec<u8> {
    format!(r#"<w:{element} xmlns:w="x"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{element}>"#)
        .into_bytes()
}
