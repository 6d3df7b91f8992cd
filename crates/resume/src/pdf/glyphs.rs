//! What stands on a page as [`pdf_oxide`] decodes it, turned upright.

use pdf_oxide::layout::{TextChar, TextSpan};
use pdf_oxide::{Error, PdfDocument};
use unicode_normalization::UnicodeNormalization as _;

use super::bidi;
use super::layout::Glyph;

/// Groups of what is turned alike, the largest group first.
///
/// # Errors
/// A page that can't be read.
pub(super) fn of_page(document: &PdfDocument, page: usize) -> Result<Vec<Vec<Glyph>>, Error> {
    let spans = document.extract_spans(page)?;
    let has_rtl = bidi::has_right_to_left(spans.iter().map(|span| &*span.text));
    let turned = spans
        .iter()
        .filter(|span| quarters(span.rotation_degrees) != 0)
        .count();
    // Runs are in the order of drawing, which says nothing of scripts from right to left, and are made for
    // upright text; single characters know nothing of ligatures.
    let glyphs: Vec<(f32, Glyph)> = if has_rtl || turned * 2 > spans.len() {
        let chars = document.extract_chars(page)?;
        chars
            .iter()
            .map(|char| (char.rotation_degrees, of_char(char)))
            .collect()
    } else {
        spans
            .iter()
            .map(|span| (span.rotation_degrees, of_span(span)))
            .collect()
    };
    Ok(upright(glyphs))
}

fn of_char(char: &TextChar) -> Glyph {
    Glyph {
        text: written(&char.char.to_string()),
        x: char.origin_x,
        y: char.origin_y,
        width: char.rendered_advance.abs(),
        size: char.font_size.abs().max(1.0),
    }
}

fn of_span(span: &TextSpan) -> Glyph {
    Glyph {
        text: written(&span.text),
        x: span.bbox.x,
        y: span.bbox.y,
        width: span.bbox.width,
        size: span.font_size.abs().max(1.0),
    }
}

fn upright(glyphs: Vec<(f32, Glyph)>) -> Vec<Vec<Glyph>> {
    let mut turned: [Vec<Glyph>; 4] = Default::default();
    for (degrees, mut glyph) in glyphs {
        if ![glyph.x, glyph.y, glyph.width, glyph.size]
            .iter()
            .all(|n| n.is_finite())
        {
            continue;
        }
        let quarter = quarters(degrees);
        (glyph.x, glyph.y) = match quarter {
            0 => (glyph.x, glyph.y),
            1 => (glyph.y, -glyph.x),
            2 => (-glyph.x, -glyph.y),
            _ => (-glyph.y, glyph.x),
        };
        turned[quarter].push(glyph);
    }
    let mut groups: Vec<Vec<Glyph>> = turned
        .into_iter()
        .filter(|group| !group.is_empty())
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 3"
)]
fn quarters(degrees: f32) -> usize {
    (degrees / 90.0).round().rem_euclid(4.0) as usize % 4
}

/// Letters for the forms that only fonts tell apart, and no control characters.
fn written(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || c.is_whitespace())
        .flat_map(|c| {
            let letters: Vec<char> = if is_form(c) {
                std::iter::once(c).nfkc().collect()
            } else {
                vec![c]
            };
            letters
        })
        .collect()
}

/// Ligatures, forms of Arabic letters, radicals of Chinese ones.
fn is_form(c: char) -> bool {
    matches!(c, '\u{fb00}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{2e80}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}')
}
