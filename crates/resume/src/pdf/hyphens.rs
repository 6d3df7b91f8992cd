//! Words that a line's end divides.

const SOFT: [char; 2] = ['\u{ad}', '\u{2010}'];

/// The text with divided words whole, each on the line where it begins.
pub(super) fn joined(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let Some(above) = lines.last_mut().filter(|above| is_divided(above, line)) else {
            lines.push(line.to_owned());
            continue;
        };
        let (rest, behind) = line.split_once(' ').unwrap_or((line, ""));
        above.pop();
        above.push_str(rest);
        if !behind.is_empty() {
            lines.push(behind.to_owned());
        }
    }
    lines.join("\n").replace('\u{ad}', "")
}

/// A hyphen of a word that has others stays: it is the word's own.
fn is_divided(above: &str, below: &str) -> bool {
    let word = above.rsplit(' ').next().unwrap_or_default();
    let Some(part) = word.strip_suffix(['-', SOFT[0], SOFT[1]]) else {
        return false;
    };
    part.chars().next_back().is_some_and(char::is_alphabetic)
        && !part.contains('-')
        && below.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divided_words_are_joined_and_others_are_not() {
        assert_eq!(joined("soft-\nware works"), "software\nworks");
        assert_eq!(joined("Entwick\u{ad}\nlung"), "Entwicklung");
        assert_eq!(joined("state-of-the-\nart"), "state-of-the-\nart");
        assert_eq!(joined("2010 -\npresent"), "2010 -\npresent");
        assert_eq!(joined("Rust -\n\nSQL"), "Rust -\n\nSQL");
        assert_eq!(joined("Hewlett-\nPackard"), "Hewlett-\nPackard");
    }
}
