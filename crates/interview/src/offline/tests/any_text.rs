use proptest::prelude::*;

use super::{STYLES, Session, config};
use crate::{Difficulty, Style};

/// What people and tools put into text fields: sentences, scripts, marks, emoji.
fn anything() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        ".{0,40}",
        "[a-zA-Z' ,.!?\n]{0,60}",
        "[\u{300}-\u{36f}\u{5d0}-\u{5ea}\u{600}-\u{6ff}\u{4e00}-\u{4fff}🙂👩‍👩‍👧\u{200d}\u{200f}\t ]{0,40}",
        Just("I led 3 people because we had to ship, and as a result sales grew. ".to_owned()),
        Just("x".repeat(400)),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_is_judged_without_panic_and_quoted_verbatim(
        text in anything(), resume in anything(), description in anything(), seed in any::<u64>(), style in 0_usize..4,
    ) {
        let mut config = config(5, STYLES[style]);
        config.resume_content = Some(resume);
        config.job_role = Some(description.chars().take(30).collect());
        config.job_description = Some(description);
        config.difficulty = Some(Difficulty::Hard);
        let mut session = Session::start(config, seed);
        for _ in 0..3 {
            let line = session.answer(&text);
            prop_assert!(!line.content.trim().is_empty());
        }
        let feedback = session.feedback(1);
        prop_assert_eq!(feedback.checklist.len(), 9);
        for check in &feedback.checklist {
            for evidence in &check.evidence {
                prop_assert!(text.contains(&evidence.quote));
                prop_assert!(evidence.quote.chars().count() <= 160);
            }
        }
        let report = session.report();
        prop_assert!((3..=6).contains(&report.resources.recommended_resources.len()));
    }
}

#[test]
fn very_long_answers_are_judged() {
    for piece in [
        "word ",
        "🙂",
        "e\u{301}",
        "a",
        "I did it. ",
        "文",
        "\u{300}",
        "ש ",
    ] {
        let text: String = piece.chars().cycle().take(20_000).collect();
        let mut session = Session::start(config(5, Style::Aggressive), 1);
        session.answer(&text);
        assert_eq!(session.feedback(1).checklist.len(), 9);
    }
}
