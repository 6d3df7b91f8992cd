//! Résumés: text comes out of honest files, and hostile ones get a clean refusal.

use std::io::Write as _;
use std::process::{Command, Stdio};

use lopdf::{Object, Stream, dictionary};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use reqwest::Method;
use serde_json::json;

use crate::support::documents::{DOCUMENT, docx, paragraph, pdf, relation, relations, saved};
use crate::support::{Answer, Client, TestApp};

const BOUNDARY: &str = "----a-boundary";

fn form(name: &str, file: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn upload(client: &Client, name: &str, file: &[u8]) -> Answer {
    let request = client
        .request(Method::POST, "/files/upload_resume")
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(form(name, file));
    Answer::of(request).await
}

#[tokio::test]
async fn the_parts_of_a_docx_are_found_by_its_relationships() {
    let app = TestApp::start();
    let body = r#"<w:document xmlns:w="x" xmlns:r="y"><w:body>
<w:p><w:moveFrom><w:r><w:t>Engineer</w:t></w:r></w:moveFrom></w:p>
<w:p><w:moveTo><w:r><w:t>Engineer</w:t></w:r></w:moveTo><w:r><w:footnoteReference w:id="2"/></w:r></w:p>
<w:sectPr><w:headerReference w:type="default" r:id="h1"/><w:headerReference w:type="first" r:id="h2"/></w:sectPr>
</w:body></w:document>"#;
    let notes = r#"<w:footnotes xmlns:w="x"><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>LINE</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>Since 1842</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    let file = docx(&[
        (
            "_rels/.rels",
            &relations(&[relation("r", "officeDocument", "/word/document2.xml")]),
        ),
        ("word/document.xml", &paragraph("document", "Stale")),
        ("word/document2.xml", body.as_bytes()),
        (
            "word/_rels/document2.xml.rels",
            &relations(&[
                relation("h1", "header", "header1.xml"),
                relation("h2", "header", "header2.xml"),
                relation("h3", "header", "header3.xml"),
                relation("n1", "footnotes", "notes.xml"),
                relation("n2", "endnotes", "ends.xml"),
            ]),
        ),
        ("word/header1.xml", &paragraph("hdr", "Ada Lovelace")),
        ("word/header2.xml", &paragraph("hdr", "First page")),
        ("word/header3.xml", &paragraph("hdr", "Unused")),
        ("word/notes.xml", notes.as_bytes()),
        (
            "word/ends.xml",
            &paragraph("endnotes", "References on request"),
        ),
    ]);
    let answer = upload(&app.guest(), "cv.docx", &file).await;
    assert_eq!(
        answer.body["resume_text"],
        "Ada Lovelace\n\nEngineer\n\nSince 1842\n\nReferences on request",
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_long_document_is_cut_and_says_so() {
    let app = TestApp::start();
    let book = "many words of a long life ".repeat(6_000);
    let answer = upload(&app.guest(), "cv.txt", book.as_bytes()).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["truncated"]),
        (200, &json!(true))
    );
    let text = answer.body["resume_text"].as_str().expect("text");
    assert_eq!(text.chars().count(), 100_000);
}

#[tokio::test]
async fn a_document_with_a_page_that_cannot_be_read_says_so() {
    let app = TestApp::start();
    let mut document = pdf(&["Ada Lovelace"]);
    let lost = document.add_object(Object::Null);
    let pages = document
        .catalog()
        .and_then(|catalog| catalog.get(b"Pages"))
        .and_then(Object::as_reference)
        .expect("pages");
    let pages = document.get_dictionary_mut(pages).expect("pages");
    pages.set("Count", 2);
    pages
        .get_mut(b"Kids")
        .and_then(Object::as_array_mut)
        .expect("kids")
        .push(lost.into());
    let answer = upload(&app.guest(), "cv.pdf", &saved(document)).await;
    assert_eq!(
        (&answer.body["resume_text"], &answer.body["truncated"]),
        (&json!("Ada Lovelace"), &json!(true)),
        "{answer:?}"
    );
    let message = answer.body["message"].as_str().expect("a message");
    assert!(message.contains("pages"), "{message}");
}

#[tokio::test]
async fn the_text_of_each_kind_is_read_whatever_the_file_is_called() {
    let app = TestApp::start();
    let guest = app.guest();
    let word = docx(&[("word/document.xml", DOCUMENT.as_bytes())]);
    let odt = docx(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", b"<office:document-content><office:body><text:p>Ada Lovelace</text:p></office:body></office:document-content>"),
    ]);
    for (name, file, expected) in [
        (
            "cv.pdf",
            saved(pdf(&["Ada Lovelace", "Engineer since 1842"])),
            vec!["Ada Lovelace", "Engineer since 1842"],
        ),
        (
            "cv.docx",
            word.clone(),
            vec!["Engineer & teacher", "2020", "Analytical engines"],
        ),
        ("cv.pdf", word, vec!["Engineer & teacher"]),
        ("cv.odt", odt, vec!["Ada Lovelace"]),
        (
            "cv.rtf",
            br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}Ada \b Lovelace\b0\par Caf\'e9}".to_vec(),
            vec!["Ada Lovelace\nCafé"],
        ),
        (
            "cv.html",
            b"<html><style>p { color: red }</style><p>Ada <b>Lovelace</b></p></html>".to_vec(),
            vec!["Ada Lovelace"],
        ),
        (
            "cv.txt",
            "Ada Lovelace\n\tLondon – Café".as_bytes().to_vec(),
            vec!["Ada Lovelace\nLondon – Café"],
        ),
        ("", b"Ada Lovelace".to_vec(), vec!["Ada Lovelace"]),
    ] {
        let answer = upload(&guest, name, &file).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(answer.body["filename"], name);
        let text = answer.body["resume_text"].as_str().expect("text");
        for words in expected {
            assert!(text.contains(words), "{name}: {words} in {text:?}");
        }
    }
    let alias = guest
        .request(Method::POST, "/files/upload-resume")
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(form("cv.txt", b"Ada"));
    assert_eq!(Answer::of(alias).await.status, 200);
}

#[tokio::test]
async fn a_pdf_as_browsers_print_it_is_read() {
    let app = TestApp::start();
    // Subset fonts with a map to characters, as every modern program writes them.
    let answer = upload(
        &app.guest(),
        "cv.pdf",
        include_bytes!("../files/printed.pdf"),
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let text = answer.body["resume_text"].as_str().expect("text");
    for words in [
        "Ada Lovelace",
        "Résumé",
        "Backend engineer",
        "PostgreSQL",
        "2020",
    ] {
        assert!(text.contains(words), "{words} in {text:?}");
    }
}

#[tokio::test]
async fn each_file_that_gives_no_text_has_its_own_refusal() {
    let app = TestApp::start();
    let guest = app.guest();
    let mut locked = pdf(&["Secret"]);
    locked.trailer.set(
        "ID",
        vec![
            Object::string_literal("0123456789abcdef"),
            Object::string_literal("0123456789abcdef"),
        ],
    );
    let encryption = lopdf::EncryptionVersion::V2 {
        document: &locked,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let encryption = lopdf::EncryptionState::try_from(encryption).expect("a state");
    locked.encrypt(&encryption).expect("encrypted");
    let mut old = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    old.extend([0; 600]);
    let mut protected = old.clone();
    protected.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let cut = {
        let whole = docx(&[("word/document.xml", DOCUMENT.as_bytes())]);
        whole[..whole.len() / 2].to_vec()
    };
    // Each letter moved by as much as glyphs are numbered apart.
    let garbled: String = "built reliable engines and taught their use to others since the year"
        .chars()
        .map(|c| {
            if c == ' ' {
                c
            } else {
                char::from(c as u8 - 29)
            }
        })
        .collect();
    for (what, file, status, code) in [
        ("nothing", Vec::new(), 422, "file_empty"),
        ("a scan", saved(pdf(&[])), 422, "file_without_text"),
        ("a locked PDF", saved(locked), 422, "file_encrypted"),
        ("a locked DOCX", protected, 422, "file_encrypted"),
        ("an old DOC", old, 415, "file_type_unsupported"),
        (
            "a picture",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\0\0\0".to_vec(),
            415,
            "file_type_unsupported",
        ),
        (
            "another archive",
            docx(&[("readme.txt", b"hello")]),
            415,
            "file_type_unsupported",
        ),
        ("half a DOCX", cut, 422, "file_damaged"),
        (
            "the head of a PDF",
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<".to_vec(),
            422,
            "file_damaged",
        ),
        (
            "a Pages document",
            docx(&[("Index/Document.iwa", b"x")]),
            415,
            "file_type_unsupported",
        ),
        (
            "letters that no font names",
            saved(pdf(&[&garbled])),
            422,
            "file_text_garbled",
        ),
        (
            "too much",
            vec![b'a'; 10 * 1024 * 1024 + 1],
            413,
            "file_too_large",
        ),
    ] {
        let answer = upload(&guest, "cv", &file).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{what}: {answer:?}"
        );
        answer.is_problem(status, code);
    }
}

#[tokio::test]
async fn bombs_are_defused() {
    let app = TestApp::start();
    let guest = app.guest();
    let spaces = vec![b' '; 200 * 1024 * 1024];
    let zip_bomb = docx(&[("word/document.xml", &spaces)]);
    let mut document = pdf(&["small"]);
    let mut huge = Stream::new(dictionary! {}, spaces);
    huge.compress().expect("compressed");
    let page = *document.get_pages().get(&1).expect("a page");
    let huge = document.add_object(huge);
    document
        .get_object_mut(page)
        .and_then(Object::as_dict_mut)
        .expect("a page")
        .set("Contents", huge);
    let deep = format!("<a>{}", "<b>".repeat(1_000_000));
    let laughs = "<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;&l;\">]><w:p xmlns:w=\"x\"><w:t>&m;&m;</w:t></w:p>";
    for (what, file, code) in [
        ("a DOCX of spaces", zip_bomb, "file_too_complex"),
        ("a PDF of spaces", saved(document), "file_too_complex"),
        (
            "a DOCX of depths",
            docx(&[("word/document.xml", deep.as_bytes())]),
            "file_too_complex",
        ),
        (
            "entities within entities",
            docx(&[("word/document.xml", laughs.as_bytes())]),
            "file_without_text",
        ),
    ] {
        assert!(
            file.len() < 10 * 1024 * 1024,
            "{what}: {} bytes",
            file.len()
        );
        upload(&guest, "cv", &file).await.is_problem(422, code);
    }
}

#[tokio::test]
async fn broken_forms_are_refused() {
    let app = TestApp::start();
    let guest = app.guest();
    let post = async |content_type: &str, body: Vec<u8>| {
        let request = guest.request(Method::POST, "/files/upload_resume");
        Answer::of(request.header("content-type", content_type).body(body)).await
    };
    let multipart = format!("multipart/form-data; boundary={BOUNDARY}");
    post("application/json", b"{}".to_vec())
        .await
        .is_problem(400, "multipart_invalid");
    post("multipart/form-data", form("cv", b"Ada"))
        .await
        .is_problem(400, "multipart_invalid");
    let half = form("cv", b"Ada Lovelace");
    post(&multipart, half[..half.len() - 20].to_vec())
        .await
        .is_problem(400, "multipart_invalid");
    let field = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nAda\r\n--{BOUNDARY}--\r\n"
    );
    post(&multipart, field.into_bytes())
        .await
        .is_problem(422, "file_missing");
    let mut stranger = guest.clone();
    stranger.token = Some("not.a.token".to_owned());
    upload(&stranger, "cv", b"Ada")
        .await
        .is_problem(401, "token_invalid");
}

/// Whatever bytes come, the reader ends with an answer or a status, never with a word on them.
#[test]
fn damaged_files_never_hang_or_spill() {
    let whole = [
        saved(pdf(&["Ada Lovelace", "Engineer"])),
        docx(&[("word/document.xml", DOCUMENT.as_bytes())]),
    ];
    let config = Config {
        cases: 60,
        rng_seed: RngSeed::Fixed(11),
        failure_persistence: None,
        ..Config::default()
    };
    let cases = (
        0_usize..2,
        proptest::collection::vec((0_usize..4_000, 0_u8..=255), 1..12),
    );
    TestRunner::new(config)
        .run(&cases, |(which, edits)| {
            let mut file = whole[which].clone();
            for (at, byte) in edits {
                let length = file.len();
                file[at % length] = byte;
            }
            let mut child = Command::new(env!("CARGO_BIN_EXE_ai-interviewer"))
                .arg("extract-text")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            child
                .stdin
                .take()
                .expect("piped")
                .write_all(&file)
                .expect("written");
            let output = child.wait_with_output().expect("it ends");
            if output.status.success() {
                let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
                proptest::prop_assert!(
                    said["Ok"]["text"].is_string() || said["Err"].is_string(),
                    "{}",
                    said
                );
            }
            Ok(())
        })
        .expect("every file ends well");
}

#[tokio::test]
async fn nothing_of_a_file_is_stored() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let mark = uuid::Uuid::new_v4().to_string();
    assert_eq!(upload(&alice, "cv.txt", mark.as_bytes()).await.status, 200);
    let sessions = alice.get("/agent/sessions").await;
    assert_eq!(sessions.body["sessions"], json!([]), "{sessions:?}");
    let db = crate::support::stack().db().await;
    for table in ["interview_sessions", "speech_tasks", "users"] {
        let sql =
            format!("select count(*) from public.{table} t where t::text like '%' || $1 || '%'");
        let count: i64 = db.query_one(&sql, &[&mark]).await.expect("a count").get(0);
        assert_eq!(count, 0, "{table}");
    }
}
