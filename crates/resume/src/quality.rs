//! Whether a text is made of words: fonts may draw letters without saying which they are.

use unicode_normalization::UnicodeNormalization as _;

/// Letters below which nothing is said.
const FEWEST_LETTERS: usize = 40;
/// Share of vowels among Latin letters, in hundredths: of languages, at least 30.
const FEWEST_VOWELS: usize = 24;

/// `false` for a text most of which no one can read.
pub(super) fn is_words(text: &str) -> bool {
    let (mut words, mut noise) = (0_usize, 0_usize);
    let (mut latin, mut vowels) = (0_usize, 0_usize);
    for token in text.split_whitespace() {
        // Addresses, versions, figures.
        if token.contains(['@', '/', '\\'])
            || token.chars().any(char::is_numeric) && token.is_ascii()
        {
            continue;
        }
        let length = token.chars().count();
        if token.chars().any(is_odd) || is_mixed(token) {
            noise += length;
        } else if token.chars().any(char::is_alphabetic) {
            words += length;
        }
        for c in token.nfd().filter(char::is_ascii_alphabetic) {
            latin += 1;
            vowels += usize::from(matches!(
                c.to_ascii_lowercase(),
                'a' | 'e' | 'i' | 'o' | 'u' | 'y'
            ));
        }
    }
    let is_noise = words + noise >= FEWEST_LETTERS && noise * 3 > words * 2;
    let is_shifted =
        latin >= FEWEST_LETTERS && latin * 2 > words && vowels * 100 < latin * FEWEST_VOWELS;
    !is_noise && !is_shifted
}

/// What no word has: characters of private use, accents on their own, replacements.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. | '\u{fffd}' | '\u{2b0}'..='\u{2ff}'
        | '\u{a4}' | '\u{a5}' | '\u{a6}' | '\u{a8}' | '\u{ac}' | '\u{b4}' | '\u{b8}')
        && c != '\u{2bc}'
        || c.is_control()
}

/// Letters of several scripts in one word.
fn is_mixed(token: &str) -> bool {
    let mut first = None;
    token.chars().filter(|c| c.is_alphabetic()).any(|c| {
        let script = match c {
            'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' => 0,
            '\u{370}'..='\u{3ff}' => 1,
            '\u{400}'..='\u{52f}' => 2,
            _ => return false,
        };
        *first.get_or_insert(script) != script
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/files/text");

    #[test]
    fn resumes_in_any_language_are_words() {
        for file in std::fs::read_dir(FILES).expect("résumés") {
            let path = file.expect("a file").path();
            assert!(
                is_words(&std::fs::read_to_string(&path).expect("text")),
                "{path:?}"
            );
        }
        // Names of techniques within a text.
        assert!(is_words(
            "Backend engineer since 2015: built payment services in Rust on AWS. SQL HTML CSS PHP XML JSON HTTP TCP DNS"
        ));
        assert!(is_words(
            "Gülşah Yıldırım, mühendis; çalışkan, Türkçe, İngilizce, Almanca"
        ));
    }

    #[test]
    fn what_fonts_without_a_map_give_is_none() {
        assert!(!is_words(&"ı˝- ’w¥z ˛˚ˇl ¸˙¨ ".repeat(20)));
        assert!(!is_words(
            &"\u{e012}\u{e034}\u{e056} \u{f0a1}\u{f0b2} ".repeat(20)
        ));
        // Each letter moved by as much as glyphs are numbered apart.
        let english = std::fs::read_to_string(format!("{FILES}/en.txt")).expect("text");
        let moved: String = english
            .chars()
            .map(|c| {
                if c.is_ascii_lowercase() {
                    char::from(c as u8 - 29)
                } else {
                    c
                }
            })
            .collect();
        assert!(!is_words(&moved), "{moved}");
    }
}
