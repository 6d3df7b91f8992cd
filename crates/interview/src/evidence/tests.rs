use proptest::prelude::*;

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

const ANSWER: &str = "Well, I didn't sleep: our “billing” queue – the old one — lost 1,200 of 40 000 jobs, i.e. 3.5\u{a0}%. \
    So we rebuilt it in six weeks, and I wrote the consumer. The team's failures fell from ten to none; \
    we did not lose another job, and we can't go back.";

#[test]
fn quotes_are_verbatim_as_a_reader_takes_the_word() {
    for quote in [
        "I didn't sleep",
        "I didn’t sleep:",
        "our \"billing\" queue",
        "our 'billing' queue - the old one",
        "the old one—lost 1,200 of 40\u{202f}000 jobs",
        "the old one -- lost",
        "Lost 1,200 of 40 000 jobs, i.e. 3.5 %.",
        "3.5%",
        "so we rebuilt it\nin  six weeks",
        "“So we rebuilt it in six weeks, and I wrote the consumer.”",
        "… and I wrote the consumer …",
        "we re\u{ad}built\u{200b} it",
        "So we rebuilt it … failures fell from ten to none",
        "we rebuilt it in six weeks [...] fell from ten to none",
        "*failures fell from ten to none*",
        "The team's failures",
        "the team",
    ] {
        assert!(is_verbatim(ANSWER, quote), "{quote}");
    }
    for (answer, quote) in [
        ("Caf\u{e9} ou the\u{301}", "cafe\u{301} ou th\u{e9}"),
        (
            "我们把故障率降低了四成，然后重写了队列。",
            "我们把故障率降低了四成,然后重写了队列",
        ),
        (
            "我们把故障率降低了40％。然后重写了队列！",
            "故障率降低了40%。 然后重写了队列",
        ),
        ("我们 把 故障率 降低了", "我们把故障率降低了"),
        (
            "我们把故障率降低了四成，大家都很高兴，然后重写了队列。",
            "我们把故障率降低了四成……然后重写了队列",
        ),
        ("ＡＰＩを書きました。", "APIを書きました"),
        (
            "Ich sagte: „Das geht nicht“, und ging.",
            "Ich sagte: \"Das geht nicht\", und ging",
        ),
        ("Élaborer un plan", "élaborer un plan"),
        ("قلتُ: نعم، سأفعل.", "نعم، سأفعل"),
        ("It was -5 degrees.", "-5 degrees"),
        ("A share of .5 percent", ".5 percent"),
        ("I wrote C++ for years.", "I wrote C++"),
        ("no now now", "now now"),
        ("a ab a a", "a a"),
    ] {
        assert!(is_verbatim(answer, quote), "{quote} in {answer}");
    }
}

#[test]
fn invented_quotes_are_none() {
    for quote in [
        "",
        " \n",
        "…",
        "\"\"",
        "I did sleep",
        "I didn't weep",
        "So we rebuilt them in six weeks",
        "So we rebuilt it in five weeks",
        "in six weeks we rebuilt it",
        "lost 200 of 40 000 jobs",
        "5 %",
        "we did lose another job",
        "we can",
        "built it in six weeks",
        "failures fell from ten to none … so we rebuilt it",
        "So … none",
        "I … wrote … consumer",
        "failures fell from ten to none we did not lose another job and",
        "so We rebuilt it",
    ] {
        assert!(!is_verbatim(ANSWER, quote), "{quote}");
    }
    for (answer, quote) in [
        ("It took 3-5 days.", "5 days"),
        ("It was -5 degrees.", "5 degrees"),
        ("I cut 140 ms.", "I cut 14"),
        ("I cut 140 ms.", "40 ms"),
        ("It grew by 1.5 percent.", "It grew by 1"),
        ("It grew by .5 percent.", "5 percent"),
        ("增长了3万用户", "增长了3"),
        ("这不可能做到", "可能做到"),
        ("我没有完成这个任务", "我完成这个任务"),
        (
            "I really did not, as planned, ship the new release.",
            "I really did … ship the new release",
        ),
        (
            "We really didn't, as planned, ship the new release.",
            "We really … ship the new release",
        ),
        (
            "We have always been honest and never shipped it late.",
            "We have always been … shipped it late",
        ),
        ("", "cut"),
    ] {
        assert!(!is_verbatim(answer, quote), "{quote} in {answer}");
    }
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

#[test]
fn quotations_are_found_in_any_marks() {
    let text = "You said “a b c” and \"d e f\", „g h“, «i j», »k l«, ‹m›, ‘it’s n’, 'don't o', 「我们」 and 『p』. It's the teams' own.";
    let found = [
        "a b c", "d e f", "g h", "i j", "k l", "m", "it’s n", "don't o", "我们", "p",
    ];
    assert_eq!(quotations(text), found);
    assert_eq!(quotations("Nobody's “open"), Vec::<&str>::new());
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-zäé]{1,7}|[1-9][0-9]{0,3}", 8..30)
}

proptest! {
    /// Whatever a keyboard or model does to marks, spaces and edges, the words stay those of the answer.
    #[test]
    fn any_run_of_words_is_verbatim(words in words(), from in 0_usize..20, count in 1_usize..10, edge in "[ .,…“”'\"!]{0,3}", gap in "[ \n\u{a0}]{1,3}") {
        let from = from.min(words.len() - 1);
        let to = (from + count).min(words.len());
        let answer = words.join(" ");
        let quote = format!("{edge}{}{edge}", words[from..to].join(&gap));
        prop_assert!(is_verbatim(&answer, &quote), "{} in {}", quote, answer);
        let decomposed: String = quote.nfd().collect();
        prop_assert!(is_verbatim(&answer, &decomposed));
        let capital = with_first_letter_turned(&words[from..to].join(" "));
        prop_assert!(capital.is_none_or(|quote| is_verbatim(&answer, &quote)));
    }

    /// One word changed, dropped or moved, and it is a quote no more.
    #[test]
    fn a_changed_quote_is_never_verbatim(words in words(), at in 1_usize..6) {
        prop_assume!(!words.iter().any(|word| word == "zzz"));
        let answer = words.join(" ");
        let mut changed = words[..8].to_vec();
        changed[at] = "zzz".into();
        prop_assert!(!is_verbatim(&answer, &changed.join(" ")));
        let mut dropped = words[..8].to_vec();
        dropped.remove(at);
        let dropped = dropped.join(" ");
        prop_assert_eq!(is_verbatim(&answer, &dropped), format!(" {answer} ").contains(&format!(" {dropped} ")));
    }

    #[test]
    fn passages_are_joined_in_order_only(words in prop::collection::vec("[b-z]{4,7}", 12..20)) {
        let mut unique = words.clone();
        unique.sort();
        unique.dedup();
        prop_assume!(unique.len() == words.len());
        prop_assume!(!words.iter().any(|word| NEGATIONS.contains(&word.as_str())));
        let answer = words.join(" ");
        let (first, last) = (words[..3].join(" "), words[8..11].join(" "));
        let joined = format!("{first} … {last}");
        let turned = format!("{last} … {first}");
        prop_assert!(is_verbatim(&answer, &joined));
        prop_assert!(!is_verbatim(&answer, &turned));
    }

    #[test]
    fn no_text_panics(answer in "\\PC{0,60}", quote in "\\PC{0,20}") {
        is_verbatim(&answer, &quote);
        quotations(&answer);
    }
}

#[test]
fn quotes_of_any_script_are_verbatim_or_not() {
    let french = "C’était « tout de suite » l’idée de l’équipe : on a gagné 12 000 €.";
    let chinese = "我没有负责迁移，也不会写报告，但是我写了测试。";
    let code = "We used C++ and .NET for 3+ years.";
    for (answer, quote, stands) in [
        (french, "C'était \"tout de suite\" l'idée", true),
        (
            french,
            "l'idée de l'équipe: on a gagné 12\u{202f}000 €",
            true,
        ),
        (french, "on a gagné 2 000 €", false),
        (
            "Er sagte »gut gemacht« und ging.",
            "sagte \"gut gemacht\" und ging",
            true,
        ),
        (chinese, "我写了测试", true),
        (chinese, "负责迁移", false),
        (chinese, "写报告", false),
        (code, "We used C++", true),
        (code, "We used C", false),
        (code, "for 3", false),
    ] {
        assert_eq!(is_verbatim(answer, quote), stands, "{quote} in {answer}");
    }
}
