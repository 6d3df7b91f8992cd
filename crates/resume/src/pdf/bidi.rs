//! From the order in which characters stand on paper to the order in which they are read.

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

/// Whether most letters are of a script that is written from right to left.
pub(super) fn is_right_to_left<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let (mut left, mut right) = (0_usize, 0_usize);
    for c in texts.flat_map(str::chars) {
        match bidi_class(c) {
            BidiClass::L => left += 1,
            BidiClass::R | BidiClass::AL => right += 1,
            _ => {}
        }
    }
    right > left
}

pub(super) fn has_right_to_left<'a>(mut texts: impl Iterator<Item = &'a str>) -> bool {
    texts.any(|text| text.chars().any(is_rtl))
}

fn is_rtl(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL)
}

/// A line that is given from left to right. Reordering is its own inverse, but for brackets, which are drawn
/// mirrored.
pub(super) fn logical(line: &str, right_to_left: bool) -> String {
    if !line.chars().any(is_rtl) {
        return line.to_owned();
    }
    let base = if right_to_left {
        Level::rtl()
    } else {
        Level::ltr()
    };
    let info = BidiInfo::new(line, Some(base));
    let Some(paragraph) = info.paragraphs.first() else {
        return line.to_owned();
    };
    let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
    let mut text = String::with_capacity(line.len());
    for run in runs {
        if levels[run.start].is_rtl() {
            text.extend(line[run].chars().rev().map(mirrored));
        } else {
            text.push_str(&line[run]);
        }
    }
    text
}

fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_foreign_words_are_put_into_their_order() {
        let drawn = "םיפינס 40 רובע (Java) תפשב";
        assert_eq!(logical(drawn, true), "בשפת (Java) עבור 40 סניפים");
        assert_eq!(logical("Ada Lovelace, 1843", false), "Ada Lovelace, 1843");
        assert_eq!(
            logical("Noa ןהכ העונ, London", false),
            "Noa נועה כהן, London"
        );
    }
}
