//! What is configured, asked of servers that take it or refuse it: effort, addresses, one request at a time; and
//! what failures cost that concern nobody but the operator.

use llm::LlmProvider::{Anthropic, OpenAi};
use llm::{Effort, Lane, Llm, LlmConfig, Prompt, Role, Structured, Unread};
use serde_json::json;

use crate::model_servers::{ANSWER, behind, refused_unless};
use crate::support::model_modes::*;
use crate::support::{TestApp, app, eventually};

/// An interview of two questions to its end; how many requests for an answer it took.
async fn held(app: &TestApp, server: &ModeServer) -> usize {
    let guest = app.guest();
    let session = guest.started(&json!({"target_question_count": 2})).await;
    for expected in ["question", "closing"] {
        let line = guest.send(session, ANSWER).await;
        assert_eq!(line.body["response_type"], expected, "{line:?}");
    }
    server.asked()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anthropic_thinks_as_much_as_it_is_told_beside_its_answer() {
    let play = |a: &Asked| {
        let budget = a.body["thinking"]["budget_tokens"].as_u64().unwrap_or(0);
        let has_room = budget >= 1_024 && budget + 500 <= a.limit();
        if has_room && !a.has("temperature") && !a.has("reasoning_effort") {
            events(&anthropic("", &a.answer, "end_turn"))
        } else {
            anthropic_error(
                403,
                "permission_error",
                &format!("{budget} of {}", a.limit()),
            )
        }
    };
    for effort in [Effort::Minimal, Effort::Low, Effort::Medium, Effort::High] {
        let server = ModeServer::start(play).await;
        let app = behind(&server, |llm| {
            llm.provider = Anthropic;
            (llm.interviewer.effort, llm.coach.effort) = (Some(effort), Some(effort));
        });
        held(&app, &server).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thinking_that_is_refused_is_done_without() {
    let refusals: [fn(&Asked) -> Played; 2] = [
        |a| match a.has("thinking") {
            true => anthropic_error(
                400,
                "invalid_request_error",
                "thinking: Extra inputs are not permitted",
            ),
            false => events(&anthropic("", &a.answer, "end_turn")),
        },
        |a| match a.has("thinking") {
            true => anthropic_error(
                400,
                "invalid_request_error",
                "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.",
            ),
            false => events(&anthropic("", &a.answer, "end_turn")),
        },
    ];
    for play in refusals {
        let server = ModeServer::start(play).await;
        let app = behind(&server, |llm| {
            llm.provider = Anthropic;
            llm.interviewer.effort = Some(Effort::Low);
        });
        held(&app, &server).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anthropics_newer_models_think_as_they_see_fit() {
    // (Opus 4.7: a budget is refused, as is a temperature; Haiku 4.5 knows no effort.)
    let server = ModeServer::start(|a| {
        let thinking = &a.body["thinking"];
        let effort = if a.for_coach { "low" } else { "medium" };
        let message = if thinking["type"] == "enabled" {
            "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior."
        } else if a.has("temperature") {
            "`temperature` is deprecated for this model."
        } else if thinking["type"] != "adaptive" || a.body["output_config"]["effort"] != effort {
            "thinking: it is told otherwise"
        } else {
            return events(&anthropic("", &a.answer, "end_turn"));
        };
        anthropic_error(400, "invalid_request_error", message)
    })
    .await;
    let app = behind(&server, |llm| {
        llm.provider = Anthropic;
        llm.interviewer.effort = Some(Effort::Medium);
        llm.coach.effort = Some(Effort::Minimal);
    });
    held(&app, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_leaves_less_is_learnt() {
    let server = ModeServer::start(|a| {
        if 3_900 + a.limit() <= 4_096 {
            return events(&openai(&a.answer));
        }
        let message = format!(
            "This model's maximum context length is 4096 tokens. However, you requested {} tokens (3900 in the messages, {} in the completion).",
            3_900 + a.limit(),
            a.limit()
        );
        error(400, "context_length_exceeded", &message)
    })
    .await;
    let (interviewer, _) = Llm::pair(&app::llm(&server.url, OpenAi), &[]).expect("a client");
    let prompt = Prompt {
        system: String::new(),
        messages: vec![(Role::User, "Open the interview".to_owned())],
        schema: None,
        max_tokens: 500,
        temperature: None,
    };
    let room = interviewer.room(500);
    interviewer
        .ask(
            Lane::Interviewer,
            &prompt,
            &mut Unread,
            interviewer.deadline(),
        )
        .await
        .expect("an answer in what is left");
    assert_eq!(server.asked(), 2, "one refusal, which costs nothing");
    assert_eq!(
        (room, interviewer.room(500)),
        (15_500, 3_596),
        "the next prompt is made for it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_that_is_too_long_is_made_anew_for_the_window_that_is_told() {
    let server = ModeServer::start(|a| {
        let prompt = a.text().len() as u64 / 4;
        if prompt + a.limit() <= 4_000 {
            return events(&openai(&a.answer));
        }
        let message = format!("This model's maximum context length is 4000 tokens. However, your messages resulted in {prompt} tokens.");
        error(400, "context_length_exceeded", &message)
    })
    .await;
    let app = behind(&server, |_| {});
    let guest = app.guest();
    let long = "You will build reliable systems with a small team. ".repeat(320);
    let session = guest
        .started(&json!({"target_question_count": 2, "job_description": long}))
        .await;
    assert_eq!(server.asked(), 2, "one refusal, and the introduction");
    let line = guest.send(session, ANSWER).await;
    assert_eq!(line.body["response_type"], "question", "{line:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_effort_that_is_refused_in_any_words_is_done_without() {
    let refusals: [fn(&Asked) -> Played; 5] = [
        |a| {
            refused_unless(
                !a.has("reasoning_effort"),
                "\"llama3.2\" does not support thinking",
                &a.answer,
            )
        },
        |a| {
            refused_unless(
                !a.has("reasoning_effort"),
                "Model grok-4 does not support parameter reasoningEffort.",
                &a.answer,
            )
        },
        |a| {
            refused_unless(
                !a.has("reasoning_effort"),
                "think value \"medium\" is not supported for this model",
                &a.answer,
            )
        },
        |a| {
            refused_unless(
                !a.has("reasoning_effort"),
                "property 'reasoning_effort' is unsupported",
                &a.answer,
            )
        },
        |a| {
            let fine = matches!(
                a.body["reasoning_effort"].as_str(),
                None | Some("none" | "default")
            );
            refused_unless(
                fine,
                "`reasoning_effort` must be one of `none` or `default`",
                &a.answer,
            )
        },
    ];
    for play in refusals {
        let server = ModeServer::start(play).await;
        let app = behind(&server, |llm| llm.interviewer.effort = Some(Effort::Medium));
        held(&app, &server).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_without_its_version_is_completed() {
    let versioned: fn(&Asked) -> Played = |a| match a.path.split('?').next() {
        Some("/v1/chat/completions") => events(&openai(&a.answer)),
        _ => at_once(response(
            "1.1",
            404,
            "content-type: text/plain\r\n",
            b"404 page not found",
        )),
    };
    let bare: fn(&Asked) -> Played = |a| match a.path.as_str() {
        "/chat/completions" => events(&openai(&a.answer)),
        _ => refusal(404, &json!({"detail": "Not Found"})),
    };
    for (play, path) in [
        (versioned, ""),
        (versioned, "/"),
        (versioned, "/v1"),
        (versioned, "/v1/"),
        (versioned, "/?team=7"),
        (versioned, "/v1/chat/completions"),
        (bare, "/"),
    ] {
        let server = ModeServer::start(play).await;
        let base = format!("{}{path}", server.url);
        let app = behind(&server, |llm| llm.base_url = base.parse().expect("a URL"));
        held(&app, &server).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_is_told_and_not_slept() {
    let server = ModeServer::start(|_| {
        let headers = "content-type: application/json\r\nretry-after: 3600\r\n";
        let body =
            json!({"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}});
        at_once(response("1.1", 429, headers, body.to_string().as_bytes()))
    })
    .await;
    let app = behind(&server, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let refused = guest
        .act("/agent/start_interview", session, &json!({}))
        .await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(server.asked(), 1);
    assert_eq!(refused.headers["retry-after"], "3600");
}

fn one_at_a_time(llm: &mut LlmConfig) {
    llm.max_concurrency = 1;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coach_that_is_refused_for_good_is_asked_once() {
    let server = ModeServer::start(|a| match a.for_coach {
        true => error(402, "insufficient_quota", "Insufficient Balance"),
        false => events(&openai(&a.answer)),
    })
    .await;
    let app = behind(&server, one_at_a_time);
    let guest = app.guest();
    let session = guest.started(&json!({"target_question_count": 2})).await;
    for _ in 0..2 {
        guest.send(session, ANSWER).await;
    }
    guest.act("/agent/end_interview", session, &json!({})).await;
    let status = async || {
        guest
            .read("/agent/final_summary_status", session)
            .await
            .body["status"]
            .clone()
    };
    eventually("the report failed", async || status().await == "error").await;
    let asked = server.asked();
    // Three lines and the first answer's feedback.
    assert_eq!(asked, 3 + 1);
    for _ in 0..5 {
        status().await;
    }
    assert_eq!(server.asked(), asked, "looking asks nobody");
    let retry = json!({"turn_no": 1});
    guest.act("/agent/retry_feedback", session, &retry).await;
    eventually("the candidate's own request goes out", async || {
        server.asked() == asked + 1
    })
    .await;
}

const PROSE: &str = "I would say that this was a good answer.";

/// The answer as the argument of a tool.
fn by_tool(a: &Asked) -> Played {
    let start = json!({"type": "content_block_start", "index": 0,
        "content_block": {"type": "tool_use", "id": "t", "name": "answer", "input": {}}});
    let piece = json!({"type": "content_block_delta", "index": 0,
        "delta": {"type": "input_json_delta", "partial_json": a.answer}});
    let before = format!(
        "event: content_block_start\ndata: {start}\n\nevent: content_block_delta\ndata: {piece}\n\n"
    );
    events(&anthropic(&before, "", "tool_use"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn structure_that_is_ignored_is_asked_for_in_another_way() {
    // (llama.cpp's Anthropic API)
    let server = ModeServer::start(|a| match a.answer.as_str() {
        "{}" if a.has("tool_choice") => by_tool(a),
        "{}" => events(&anthropic("", PROSE, "end_turn")),
        answer => events(&anthropic("", answer, "end_turn")),
    })
    .await;
    let mut config = app::llm(&server.url, Anthropic);
    config.max_retries = 0;
    let (_, coach) = Llm::pair(&config, &[]).expect("a client");
    let prompt = Prompt {
        system: String::new(),
        messages: vec![(Role::User, "Judge it.".to_owned())],
        schema: Some(("feedback", json!({"type": "object"}))),
        max_tokens: 100,
        temperature: None,
    };
    for expected in [PROSE, "{}", "{}"] {
        let answer = coach
            .ask(Lane::Coach, &prompt, &mut Unread, coach.deadline())
            .await;
        assert_eq!(answer.expect("an answer").text, expected);
    }
    assert_eq!(coach.capabilities().structured, Structured::Tool);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_made_by_a_server_that_answers_one_at_a_time() {
    let model = crate::support::ModelServer::start();
    let app = TestApp::with_model(&model, OpenAi, |config| {
        config.llm.iter_mut().for_each(one_at_a_time);
    });
    let guest = app.guest();
    let session = guest.started(&json!({"target_question_count": 2})).await;
    for _ in 0..2 {
        guest.send(session, ANSWER).await;
    }
    guest.act("/agent/end_interview", session, &json!({})).await;
    eventually("the report is ready", async || {
        let results = guest.read("/agent/final_summary_status", session).await;
        results.body["status"] == "completed"
    })
    .await;
}
