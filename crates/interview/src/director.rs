//! The rules of an interview that no interviewer may bend: when it is over, and what counts.

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;

use super::{Allowed, Conversation, Line};
use crate::{ResponseType, SessionConfig, SessionStats, Style};

/// Topics kept in the stats; the oldest go first, so that a row does not grow with its session.
const MAX_TOPICS: usize = 100;

/// What the reply to the newest message may be.
///
/// - By the clock (`use_time_based_interview`): the interview closes with the first reply after the
///   time is up; the number of questions does not count.
/// - By questions: a target of N means that N questions are asked, the one that ends the
///   introduction included. Follow-ups do not count, and the answer to question N gets the closing
///   line, not a follow-up.
pub fn allowed(conversation: &Conversation, now: Timestamp) -> Allowed {
    let config = &conversation.config;
    let over = match seconds_remaining(config, conversation.started_at, now) {
        Some(seconds) => seconds == 0,
        None => conversation.stats.questions >= config.question_target(),
    };
    if over {
        Allowed::MustClose
    } else {
        Allowed::Continue
    }
}

/// How many follow-ups one question may have.
pub fn follow_up_limit(style: Style) -> usize {
    match style {
        Style::Aggressive => 2,
        Style::Formal | Style::Casual | Style::Technical => 1,
    }
}

/// Whether the last question may be followed up once more.
pub fn may_follow_up(conversation: &Conversation) -> bool {
    let limit = follow_up_limit(conversation.config.style.unwrap_or_default());
    let replies = conversation
        .turns
        .iter()
        .rev()
        .filter_map(|turn| turn.reply.as_ref())
        .filter(|reply| reply.response_type != ResponseType::Clarification);
    let in_a_row = replies
        .take(limit)
        .take_while(|reply| reply.response_type == ResponseType::FollowUp)
        .count();
    in_a_row < limit
}

/// Whole seconds left on the clock, never negative; the whole limit before the start; `None` when
/// the interview has no clock.
pub fn seconds_remaining(
    config: &SessionConfig,
    started_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<i64> {
    let limit = config.time_limit_seconds()?;
    let elapsed = started_at.map_or(0, |start| now.as_second().saturating_sub(start.as_second()));
    Some((limit - elapsed).clamp(0, limit))
}

/// The stats once `line` has replied to `message` (`None`: the introduction).
pub fn stats_after(
    stats: &SessionStats,
    line: &Line,
    message: Option<&str>,
    processing_seconds: f64,
) -> SessionStats {
    let mut after = stats.clone();
    if let Some(message) = message {
        if line.response_type != ResponseType::Clarification {
            after.answers = after.answers.saturating_add(1);
        }
        after.candidate_words = after
            .candidate_words
            .saturating_add(message.unicode_words().count() as u64);
    }
    if line.response_type.begins_question() {
        after.questions = after.questions.saturating_add(1);
    } else if line.response_type == ResponseType::FollowUp {
        after.follow_ups = after.follow_ups.saturating_add(1);
    }
    if let Some(topic) = &line.topic
        && !after.topics.contains(topic)
    {
        if after.topics.len() >= MAX_TOPICS {
            after.topics.remove(0);
        }
        after.topics.push(topic.clone());
    }
    after.input_tokens = after.input_tokens.saturating_add(line.usage.input_tokens);
    after.cached_input_tokens = after
        .cached_input_tokens
        .saturating_add(line.usage.cached_input_tokens);
    after.output_tokens = after.output_tokens.saturating_add(line.usage.output_tokens);
    if processing_seconds.is_finite() && processing_seconds > 0.0 {
        after.processing_seconds += processing_seconds;
    }
    after
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a second of this era")
    }

    fn conversation(config: SessionConfig, questions: u32) -> Conversation {
        Conversation {
            config: Arc::new(config),
            turns: Arc::default(),
            stats: SessionStats {
                questions,
                ..Default::default()
            },
            started_at: Some(at(1_000)),
            seed: 1,
        }
    }

    fn line(response_type: ResponseType, topic: Option<&str>) -> Line {
        Line {
            content: "…".into(),
            response_type,
            topic: topic.map(str::to_owned),
            question_kind: None,
            interviewer: "offline".into(),
            prompt_version: "1".into(),
            usage: crate::Usage {
                input_tokens: 30,
                output_tokens: 4,
                ..crate::Usage::default()
            },
            stopped: false,
            repairs: 0,
        }
    }

    #[test]
    fn closes_at_the_question_target_only() {
        let config = SessionConfig {
            target_question_count: Some(3),
            ..Default::default()
        };
        let verdict = |asked| allowed(&conversation(config.clone(), asked), at(1_001));
        assert_eq!(verdict(0), Allowed::Continue);
        assert_eq!(verdict(2), Allowed::Continue);
        assert_eq!(verdict(3), Allowed::MustClose);
        assert_eq!(verdict(9), Allowed::MustClose);
    }

    #[test]
    fn the_clock_replaces_the_question_target() {
        let config = SessionConfig {
            target_question_count: Some(1),
            use_time_based_interview: Some(true),
            interview_duration_minutes: Some(1),
            ..Default::default()
        };
        let talk = conversation(config, 50);
        assert_eq!(allowed(&talk, at(1_059)), Allowed::Continue);
        assert_eq!(allowed(&talk, at(1_060)), Allowed::MustClose);
    }

    #[test]
    fn the_clock_stays_within_its_limits() {
        let config = SessionConfig {
            use_time_based_interview: Some(true),
            interview_duration_minutes: Some(2),
            ..Default::default()
        };
        let left = |start: Option<i64>, now| seconds_remaining(&config, start.map(at), at(now));
        assert_eq!(left(None, 5_000), Some(120));
        assert_eq!(left(Some(1_000), 1_030), Some(90));
        assert_eq!(left(Some(1_000), 9_000), Some(0));
        assert_eq!(left(Some(1_000), 500), Some(120), "a clock set back");
        assert_eq!(
            seconds_remaining(&SessionConfig::default(), None, at(0)),
            None
        );
    }

    #[test]
    fn stats_count_questions_follow_ups_words_and_topics() {
        let start = SessionStats::default();
        let intro = line(ResponseType::Introduction, Some("motivation"));
        let one = stats_after(&start, &intro, None, 0.5);
        assert_eq!((one.answers, one.questions), (0, 1));
        let follow = line(ResponseType::FollowUp, Some("motivation"));
        let two = stats_after(&one, &follow, Some("I like it"), f64::NAN);
        assert_eq!((two.answers, two.questions, two.follow_ups), (1, 1, 1));
        assert_eq!((two.input_tokens, two.output_tokens), (60, 8));
        assert_eq!(two.candidate_words, 3);
        assert_eq!(two.topics, ["motivation"]);
        assert!((two.processing_seconds - 0.5).abs() < 1e-9);
        let three = stats_after(&two, &line(ResponseType::Closing, None), Some("Bye"), 0.1);
        assert_eq!((three.answers, three.questions), (2, 1));
    }

    #[test]
    fn topics_stay_bounded() {
        let mut stats = SessionStats::default();
        for n in 0..500 {
            let asked = line(ResponseType::Question, Some(&format!("topic {n}")));
            stats = stats_after(&stats, &asked, Some("x"), 0.0);
        }
        assert_eq!(stats.topics.len(), MAX_TOPICS);
        assert_eq!(stats.topics.last().map(String::as_str), Some("topic 499"));
    }
}
