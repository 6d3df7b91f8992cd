//! Rich Text Format 1.9: paragraphs, tables, text boxes and notes, in the code pages of its fonts.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};
use rtf_grimoire::tokenizer::{Token, read_token};

use super::LONGEST_TEXT;

/// Groups within each other; word processors need a few dozen.
const DEEPEST: usize = 1_000;

/// The text of a file; one that was cut gives what is there.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut reader = Reader::default();
    let mut rest = bytes;
    // White space is tidied later, so allow for some.
    while !rest.is_empty() && reader.text.len() <= LONGEST_TEXT * 8 {
        match read_token(rest) {
            Ok((behind, token)) => {
                reader.take(token);
                rest = behind;
            }
            // A stray backslash, or one before a byte that is none.
            Err(_) => rest = &rest[if rest.starts_with(b"\\'") { 2 } else { 1 }..],
        }
    }
    reader.flush();
    reader.text
}

/// Destinations that hold no text of the document.
const NOT_TEXT: [&str; 30] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "themedata",
    "colorschememapping",
    "latentstyles",
    "datastore",
    "xmlnstbl",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "fldinst",
    "shprslt",
    "nonshppict",
    "nonesttables",
    "sn",
    "sv",
    "filetbl",
    "revtbl",
    "pgptbl",
    "mmathPr",
    "userprops",
    "bkmkstart",
    "bkmkend",
    "annotation",
    "template",
];
/// Destinations behind `\*` that do.
const STARRED_TEXT: [&str; 4] = ["shpinst", "shptxt", "shppict", "footnote"];

/// Where the words of a group go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Destination {
    Document,
    Fonts,
    Nowhere,
}

#[derive(Clone)]
struct Group {
    destination: Destination,
    hidden: bool,
    deleted: bool,
    /// Characters that stand behind each `\u` for older readers.
    fallback: usize,
    encoding: &'static Encoding,
}

impl Group {
    fn is_read(&self) -> bool {
        self.destination == Destination::Document && !self.hidden && !self.deleted
    }
}

struct Reader {
    text: String,
    groups: Vec<Group>,
    group: Group,
    fonts: HashMap<i32, &'static Encoding>,
    /// The font whose entry in the table is being read.
    font: i32,
    /// The document's own encoding.
    default: &'static Encoding,
    /// `\*` was read: an unknown word behind it begins a group to skip.
    starred: bool,
    /// Characters of a fallback that are still to come.
    to_skip: usize,
    bytes: Vec<u8>,
    utf16: Vec<u16>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            text: String::new(),
            groups: Vec::new(),
            group: Group {
                destination: Destination::Document,
                hidden: false,
                deleted: false,
                fallback: 1,
                encoding: WINDOWS_1252,
            },
            fonts: HashMap::new(),
            font: 0,
            default: WINDOWS_1252,
            starred: false,
            to_skip: 0,
            bytes: Vec::new(),
            utf16: Vec::new(),
        }
    }
}

impl Reader {
    fn take(&mut self, token: Token) {
        match token {
            Token::StartGroup => {
                self.to_skip = 0;
                if self.groups.len() < DEEPEST {
                    self.groups.push(self.group.clone());
                }
            }
            Token::EndGroup => {
                self.flush();
                self.to_skip = 0;
                if let Some(outer) = self.groups.pop() {
                    self.group = outer;
                }
            }
            Token::ControlSymbol('*') => self.starred = true,
            Token::ControlSymbol(symbol) => self.symbol(symbol),
            Token::ControlWord { name, arg } if name == "'" => {
                let byte = arg.and_then(|byte| u8::try_from(byte).ok());
                self.raw(byte.as_slice());
            }
            Token::ControlWord { name, arg } => self.word(&name, arg),
            Token::Text(bytes) => self.raw(&bytes),
            Token::ControlBin(_) | Token::Newline(_) => {}
        }
    }

    fn symbol(&mut self, symbol: char) {
        match symbol {
            '~' => self.push("\u{a0}"),
            '_' => self.push("\u{2011}"),
            '{' | '}' | '\\' => self.raw(&[symbol as u8]),
            // An escaped line end is a paragraph's.
            '\n' | '\r' => self.push("\n"),
            _ => {}
        }
    }

    fn word(&mut self, name: &str, argument: Option<i32>) {
        let starred = std::mem::take(&mut self.starred);
        if NOT_TEXT.contains(&name) || (starred && !STARRED_TEXT.contains(&name)) {
            self.flush();
            self.group.destination = match name {
                "fonttbl" => Destination::Fonts,
                _ => Destination::Nowhere,
            };
            return;
        }
        let in_fonts = self.group.destination == Destination::Fonts;
        match (name, argument) {
            ("ansicpg", Some(page)) => {
                self.default = code_page(page).unwrap_or(WINDOWS_1252);
                self.group.encoding = self.default;
            }
            ("mac", None) => self.group.encoding = encoding_rs::MACINTOSH,
            ("f", Some(font)) if in_fonts => self.font = font,
            ("fcharset", Some(charset)) if in_fonts => {
                if let Some(encoding) = charset_page(charset).and_then(code_page) {
                    self.fonts.insert(self.font, encoding);
                }
            }
            ("f", Some(font)) => {
                self.flush();
                self.group.encoding = self.fonts.get(&font).copied().unwrap_or(self.default);
            }
            ("plain", _) => {
                self.flush();
                self.group.encoding = self.default;
                self.group.hidden = false;
                self.group.deleted = false;
            }
            ("uc", Some(count)) => self.group.fallback = usize::try_from(count).unwrap_or(1),
            ("u", Some(unit)) => self.unit(unit),
            ("v", on) => {
                self.flush();
                self.group.hidden = on != Some(0);
            }
            ("deleted", on) => {
                self.flush();
                self.group.deleted = on != Some(0);
            }
            _ => {
                if let Some(text) = written(name) {
                    self.push(text);
                }
            }
        }
    }

    /// A UTF-16 code unit, written as a signed number.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as RTF writes it"
    )]
    fn unit(&mut self, unit: i32) {
        self.flush_bytes();
        if self.group.is_read() {
            self.utf16.push(unit as u16);
        }
        self.to_skip = self.group.fallback;
    }

    /// Bytes in the encoding of the font.
    fn raw(&mut self, bytes: &[u8]) {
        self.starred = false;
        let skipped = self.to_skip.min(bytes.len());
        self.to_skip -= skipped;
        let bytes = &bytes[skipped..];
        if self.group.is_read() && !bytes.is_empty() {
            self.flush_utf16();
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn push(&mut self, text: &str) {
        self.flush();
        if self.group.is_read() {
            self.text.push_str(text);
        }
    }

    fn flush(&mut self) {
        self.flush_bytes();
        self.flush_utf16();
    }

    fn flush_bytes(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        let (text, _) = self.group.encoding.decode_without_bom_handling(&bytes);
        self.text.push_str(&text);
    }

    fn flush_utf16(&mut self) {
        let units = std::mem::take(&mut self.utf16);
        self.text.push_str(&String::from_utf16_lossy(&units));
    }
}

fn written(name: &str) -> Option<&'static str> {
    Some(match name {
        "par" | "line" | "sect" | "page" | "row" | "nestrow" | "footnote" | "shptxt" => "\n",
        "tab" | "cell" | "nestcell" => "\t",
        "emdash" => "\u{2014}",
        "endash" => "\u{2013}",
        "bullet" => "\u{2022}",
        "lquote" => "\u{2018}",
        "rquote" => "\u{2019}",
        "ldblquote" => "\u{201c}",
        "rdblquote" => "\u{201d}",
        "emspace" | "enspace" | "qmspace" => " ",
        _ => return None,
    })
}

/// The code page of a font's character set.
fn charset_page(charset: i32) -> Option<i32> {
    Some(match charset {
        0 => 1252,
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

fn code_page(page: i32) -> Option<&'static Encoding> {
    let label = match page {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10_000 => "macintosh".to_owned(),
        65_001 => "utf-8".to_owned(),
        page => format!("windows-{page}"),
    };
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rtf: &[u8]) -> String {
        crate::tidied(&text(rtf))
    }

    #[test]
    fn paragraphs_tables_and_notes_are_read_and_tables_of_fonts_are_not() {
        let rtf = br"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\*\generator Riched20;}
{\info{\title T}}\pard\b Ada\b0  Lovelace\par Caf\'e9 \endash  \u8364?\uc0\u8364 5\par
\trowd\cellx1 2020\cell Engineer\cell\row{\field{\*\fldinst HYPERLINK x}{\fldrslt ada@example.com}}
{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt Box}}\par {\pict\wmetafile8 0100ff}\{end\}{\v hidden}{\footnote Note}}";
        assert_eq!(
            read(rtf),
            "Ada Lovelace\nCafé – €€5\n2020 Engineer\nada@example.com\nBox\n{end}\nNote"
        );
    }

    #[test]
    fn a_font_decides_what_bytes_mean() {
        let rtf = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}
\f1\'cf\'f0\'e8\'e2\'e5\'f2 {\f2\'93\'fa\'96\'7b}\f0 caf\'e9}";
        assert_eq!(read(rtf), "Привет 日本café");
        let rtf = br"{\rtf1\ansi\ansicpg1251\uc1\'cf\'f0 \u1080\'e8 \u-10179?\u-8704?}";
        assert_eq!(read(rtf), "Пр и 😀");
    }

    #[test]
    fn hidden_text_ends_where_its_format_ends_and_tables_stay_tables() {
        for (rtf, wanted) in [
            (
                &br"{\rtf1{\stylesheet{\v0 Heading 1;}{\plain Normal;}{\deleted0 Title;}}Ada}"[..],
                "Ada",
            ),
            (
                br"{\rtf1{\fonttbl{\f0\v0 Arial;}}{\*\unknown\plain x}Ada}",
                "Ada",
            ),
            (br"{\rtf1 Ada{\v gone\plain  Lovelace}}", "Ada Lovelace"),
            (
                br"{\rtf1 Ada\v gone{\v0  Love}gone\v0 lace}",
                "Ada Lovelace",
            ),
            (
                br"{\rtf1 Ada{\deleted gone\v0 gone}{\v\deleted0 gone}}",
                "Ada",
            ),
            (br"{\rtf1 Ada\deleted gone\plain  Lovelace}", "Ada Lovelace"),
        ] {
            assert_eq!(read(rtf), wanted, "{}", String::from_utf8_lossy(rtf));
        }
    }

    #[test]
    fn the_source_of_a_page_is_no_text() {
        let rtf = br"{\rtf1\fromhtml1{\*\htmltag64 <p class=a>}\htmlrtf{\htmlrtf0 Ada{\*\htmltag72 </p>}}";
        assert_eq!(read(rtf), "Ada");
    }

    #[test]
    fn a_file_that_was_cut_gives_what_is_there() {
        assert_eq!(read(br"{\rtf1 Ada \b Love\'"), "Ada Love");
    }
}
