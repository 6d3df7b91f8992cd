//! Long texts in pieces that a provider takes, cut where a speaker would breathe.

use unicode_segmentation::UnicodeSegmentation as _;

/// Pieces of at most `longest` characters (at least 1) whose words are the text's: whole sentences as far
/// as they fit, else whole words, else whatever fits.
pub fn split(text: &str, longest: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    let mut length = 0;
    for sentence in text.split_sentence_bounds() {
        for part in fitting(sentence, longest) {
            let part_length = part.chars().count();
            if length + part_length > longest {
                push(&mut pieces, &piece);
                piece.clear();
                length = 0;
            }
            piece.push_str(part);
            length += part_length;
        }
    }
    push(&mut pieces, &piece);
    pieces
}

fn push(pieces: &mut Vec<String>, piece: &str) {
    let piece = piece.trim();
    if !piece.is_empty() {
        pieces.push(piece.to_owned());
    }
}

/// A sentence that fits as it is, its words where it does not, runs of characters where a word does not.
fn fitting(sentence: &str, longest: usize) -> Vec<&str> {
    if sentence.chars().count() <= longest {
        return vec![sentence];
    }
    sentence
        .split_word_bounds()
        .flat_map(|word| chopped(word, longest))
        .collect()
}

fn chopped(word: &str, longest: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = word;
    while let Some((end, _)) = rest.char_indices().nth(longest.max(1)) {
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sentences_stay_whole_where_they_fit() {
        let text = "Tell me about yourself. What did you build? It need not be big.";
        assert_eq!(split(text, 100), [text]);
        assert_eq!(
            split(text, 45),
            [
                "Tell me about yourself. What did you build?",
                "It need not be big."
            ]
        );
        assert_eq!(split("One two three four", 9), ["One two", "three", "four"]);
        assert_eq!(split("aaaaaaa", 3), ["aaa", "aaa", "a"]);
        assert!(split(" \n ", 10).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_long(text in "\\PC{0,300}", longest in 1_usize..60) {
            let pieces = split(&text, longest);
            prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= longest));
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&pieces.concat()), bare(&text));
        }
    }
}
