//! The rule that a judgement cites the candidate's own words, verbatim, or is no judgement.

use crate::Score;

/// What a score without usable evidence says instead.
pub const INSUFFICIENT: &str = "Insufficient evidence";

/// Whether `quote` stands in `transcript_answer`, letter for letter; runs of whitespace count as one
/// space. An empty quote proves nothing and is never verbatim.
pub fn is_verbatim(transcript_answer: &str, quote: &str) -> bool {
    let quote = folded(quote);
    !quote.is_empty() && folded(transcript_answer).contains(&quote)
}

/// Drops evidence that is not in the answer of its turn, takes the score from those left without
/// evidence or out of range, and marks them as insufficient.
///
/// `answer_of` gives the candidate's message of a turn. Judgements of language models go through
/// here as well: a citation is checked, never believed.
pub fn keep_proven<'a>(scores: &mut [Score], answer_of: impl Fn(u32) -> Option<&'a str>) {
    for score in scores {
        score.evidence.retain(|evidence| {
            answer_of(evidence.turn_no).is_some_and(|answer| is_verbatim(answer, &evidence.quote))
        });
        let in_range = score.score.is_some_and(|value| (1..=5).contains(&value));
        if !in_range || score.evidence.is_empty() {
            score.score = None;
            if !score.reason.starts_with(INSUFFICIENT) {
                score.reason = format!("{INSUFFICIENT}: {}", score.reason);
            }
        }
    }
}

fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evidence;

    fn score(value: Option<u8>, quotes: &[(u32, &str)]) -> Score {
        Score {
            dimension: "depth".into(),
            score: value,
            reason: "Two reasons are given.".into(),
            evidence: quotes
                .iter()
                .map(|(turn_no, quote)| Evidence {
                    turn_no: *turn_no,
                    quote: (*quote).into(),
                })
                .collect(),
        }
    }

    #[test]
    fn whitespace_folds_and_nothing_else_does() {
        let answer = "I  cut\nlatency by 40 %";
        assert!(is_verbatim(answer, "cut latency"));
        assert!(is_verbatim(answer, " I cut "));
        assert!(!is_verbatim(answer, "i cut"));
        assert!(!is_verbatim(answer, "cut the latency"));
        assert!(!is_verbatim(answer, " \n"));
        assert!(!is_verbatim("", "cut"));
    }

    #[test]
    fn invented_quotes_take_the_score_with_them() {
        let mut scores = [
            score(Some(5), &[(1, "I invented TCP"), (1, "because")]),
            score(Some(5), &[(1, "I invented TCP")]),
            score(Some(4), &[(2, "because")]),
            score(Some(9), &[(1, "because")]),
        ];
        keep_proven(&mut scores, |turn| (turn == 1).then_some("Well, because."));
        assert_eq!(scores[0].score, Some(5));
        assert_eq!(scores[0].evidence.len(), 1);
        for dropped in &scores[1..] {
            assert_eq!(dropped.score, None);
            assert!(dropped.reason.starts_with(INSUFFICIENT));
        }
    }
}
