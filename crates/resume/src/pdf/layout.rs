//! Where the characters of a page stand, as lines of text: in the order in which a person reads them.

use super::bidi;
use super::columns;

/// A character, or a run of them from left to right, on an upright page; lengths in points, upwards and to the
/// right.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Glyph {
    pub text: String,
    pub x: f32,
    /// Of the baseline.
    pub y: f32,
    pub width: f32,
    pub size: f32,
}

impl Glyph {
    fn end(&self) -> f32 {
        self.x + self.width
    }

    /// Drawn again a little beside, as some programs do to make a letter bold.
    fn is_twice(&self, again: &Self) -> bool {
        self.text == again.text
            && again.x - self.x < 0.2 * self.size
            && again.x - self.x < 0.5 * self.width
    }

    fn single(&self) -> Option<char> {
        let mut chars = self.text.chars();
        chars.next().filter(|_| chars.next().is_none())
    }
}

/// Characters of one baseline without a wide gap between them.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub x: f32,
    pub end: f32,
    pub y: f32,
    pub size: f32,
    /// From left to right, with the spaces between words.
    pub text: String,
}

/// Segments on one baseline, from left to right.
pub(super) type Row = Vec<Segment>;

/// How far a character may stand above or below the baseline of its line, in parts of its size.
const BASELINE: f32 = 0.4;
/// Gaps between words, in parts of the size.
#[derive(Clone, Copy)]
struct Gaps {
    /// Without a space.
    bare: f32,
    /// With one: fonts of joined letters draw some that have no width.
    spaced: f32,
}

const USUAL: Gaps = Gaps {
    bare: 0.17,
    spaced: f32::MIN,
};
const RIGHT_TO_LEFT: Gaps = Gaps {
    bare: 0.25,
    spaced: 0.15,
};
/// A gap between what does not belong together.
const SEGMENT_GAP: f32 = 1.6;
/// Distance of lines, in parts of their size, that separates paragraphs.
const PARAGRAPH: f32 = 1.75;

/// The text of a page.
pub(super) fn text(glyphs: Vec<Glyph>) -> String {
    let right_to_left = bidi::is_right_to_left(glyphs.iter().map(|glyph| &*glyph.text));
    let gaps = if right_to_left { RIGHT_TO_LEFT } else { USUAL };
    let rows = rows(glyphs, gaps);
    let mut text = String::new();
    let mut above: Option<Segment> = None;
    for line in columns::ordered(rows, right_to_left) {
        let (Some(first), Some(_)) = (line.first(), line.last()) else {
            continue;
        };
        if let Some(above) = &above {
            let distance = above.y - first.y;
            let apart = distance < 0.0 || distance > PARAGRAPH * first.size.max(above.size);
            text.push_str(if apart { "\n\n" } else { "\n" });
        }
        above = Some(first.clone());
        let words: Vec<&str> = line.iter().map(|segment| &*segment.text).collect();
        text.push_str(&bidi::logical(&words.join(" "), right_to_left));
    }
    text
}

fn rows(mut glyphs: Vec<Glyph>, gaps: Gaps) -> Vec<Row> {
    glyphs.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut lines: Vec<Vec<Glyph>> = Vec::new();
    for glyph in glyphs {
        let joins = lines
            .last()
            .and_then(|line| line.first())
            .is_some_and(|first| first.y - glyph.y <= BASELINE * first.size.min(glyph.size));
        match lines.last_mut() {
            Some(line) if joins => line.push(glyph),
            _ => lines.push(vec![glyph]),
        }
    }
    lines
        .into_iter()
        .map(|line| segments(line, gaps))
        .filter(|row| !row.is_empty())
        .collect()
}

fn segments(mut line: Vec<Glyph>, gaps: Gaps) -> Row {
    line.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut row: Row = Vec::new();
    let mut space = false;
    let mut last: Option<Glyph> = None;
    for glyph in accented(widened(line)) {
        let word = glyph.text.trim();
        if word.is_empty() {
            space = true;
            continue;
        }
        space |= glyph.text.starts_with(char::is_whitespace);
        let last_size = last.as_ref().map_or(0.0, |last| last.size);
        if last.as_ref().is_some_and(|last| last.is_twice(&glyph)) {
            continue;
        }
        let gap = last
            .as_ref()
            .map_or(f32::INFINITY, |last| glyph.x - last.end());
        let size = glyph.size.max(last_size);
        match row.last_mut() {
            Some(segment) if gap < SEGMENT_GAP * size => {
                if gap > size * if space { gaps.spaced } else { gaps.bare } {
                    segment.text.push(' ');
                }
                segment.text.push_str(word);
                segment.end = segment.end.max(glyph.end());
                segment.size = segment.size.max(glyph.size);
            }
            _ => row.push(Segment {
                x: glyph.x,
                end: glyph.end(),
                y: glyph.y,
                size: glyph.size,
                text: word.to_owned(),
            }),
        }
        space = glyph.text.ends_with(char::is_whitespace);
        last = Some(glyph);
    }
    row
}

/// Turned characters come without their widths: each reaches to the next.
fn widened(mut line: Vec<Glyph>) -> Vec<Glyph> {
    for at in 0..line.len() {
        let glyph = &line[at];
        if glyph.width == 0.0 {
            let next = line
                .get(at + 1)
                .map_or(f32::INFINITY, |next| next.x - glyph.x);
            line[at].width = if next < 1.1 * glyph.size {
                next
            } else {
                0.5 * glyph.size
            };
        }
    }
    line
}

/// Accents that stand over a letter become part of it, as older TeX fonts want.
fn accented(line: Vec<Glyph>) -> Vec<Glyph> {
    let mut whole: Vec<Glyph> = Vec::with_capacity(line.len());
    let mut accent: Option<(Glyph, char)> = None;
    for glyph in line {
        if let Some(mark) = glyph.single().and_then(combining) {
            let middle = glyph.x + glyph.width / 2.0;
            let below = whole.last_mut().filter(|letter| middle < letter.end());
            if !below.is_some_and(|letter| compose(letter, mark)) {
                whole.extend(accent.take().map(|(accent, _)| accent));
                accent = Some((glyph, mark));
            }
            continue;
        }
        let mut letter = glyph;
        if let Some((accent, mark)) = accent.take()
            && !(letter.x < accent.x + accent.width / 2.0 && compose(&mut letter, mark))
        {
            whole.push(accent);
        }
        whole.push(letter);
    }
    whole.extend(accent.map(|(accent, _)| accent));
    whole
}

fn compose(letter: &mut Glyph, mark: char) -> bool {
    let composed = match letter.single() {
        Some('ı') => unicode_normalization::char::compose('i', mark),
        Some(base) => unicode_normalization::char::compose(base, mark),
        None => None,
    };
    if let Some(composed) = composed {
        letter.text = composed.to_string();
    }
    composed.is_some()
}

/// The combining form of an accent.
fn combining(accent: char) -> Option<char> {
    Some(match accent {
        '`' | '\u{2cb}' => '\u{300}',
        '\u{b4}' | '\u{2ca}' => '\u{301}',
        '^' | '\u{2c6}' => '\u{302}',
        '~' | '\u{2dc}' => '\u{303}',
        '\u{af}' | '\u{2c9}' => '\u{304}',
        '\u{2d8}' => '\u{306}',
        '\u{2d9}' => '\u{307}',
        '\u{a8}' => '\u{308}',
        '\u{2da}' => '\u{30a}',
        '\u{2dd}' => '\u{30b}',
        '\u{2c7}' => '\u{30c}',
        '\u{b8}' => '\u{327}',
        '\u{2db}' => '\u{328}',
        mark @ '\u{300}'..='\u{36f}' => mark,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of glyphs 6 points wide at 10 points.
    fn at(x: f32, y: f32, text: &str) -> Vec<Glyph> {
        let mut x = x;
        text.chars()
            .map(|c| {
                let glyph = Glyph {
                    text: c.to_string(),
                    x,
                    y,
                    width: 6.0,
                    size: 10.0,
                };
                x += 6.0;
                glyph
            })
            .collect()
    }

    #[test]
    fn words_are_told_by_gaps_and_lines_by_baselines() {
        let page = [
            at(50.0, 700.0, "Soft"),
            at(74.0, 700.0, "ware"),
            at(101.0, 700.3, "engineer"),
            at(50.0, 688.0, "London"),
            at(50.0, 660.0, "Skills"),
            at(200.0, 660.0, "Rust"),
        ];
        assert_eq!(
            text(page.concat()),
            "Software engineer\nLondon\n\nSkills Rust"
        );
    }

    #[test]
    fn order_of_drawing_does_not_count_nor_a_letter_drawn_twice() {
        let page = [
            at(80.0, 700.0, "Lovelace"),
            at(50.0, 700.0, "Ada"),
            at(50.4, 700.0, "Ada"),
        ];
        assert_eq!(text(page.concat()), "Ada Lovelace");
    }

    #[test]
    fn accents_over_letters_become_one_with_them() {
        let mut page = at(50.0, 700.0, "Resume");
        page.push(Glyph {
            text: "\u{b4}".to_owned(),
            x: 57.0,
            y: 700.0,
            width: 4.0,
            size: 10.0,
        });
        page.push(Glyph {
            text: "\u{b4}".to_owned(),
            x: 80.5,
            y: 700.0,
            width: 4.0,
            size: 10.0,
        });
        assert_eq!(text(page), "Résumé");
    }
}
