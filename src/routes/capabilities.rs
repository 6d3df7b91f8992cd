//! What the service can do and who works for it, before there is a session.

use actix_web::HttpResponse;
use actix_web::web;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use crate::state::AppState;

#[derive(Serialize, ToSchema)]
pub(crate) struct Capabilities {
    /// `offline`, or provider/model.
    pub interviewer: String,
    pub coach: String,
    /// Languages that interviews can be held in, as BCP 47 tags; empty: whichever the model speaks.
    pub languages: Vec<&'static str>,
    pub text_to_speech: bool,
    /// Of whole recordings.
    pub transcription: bool,
    pub live_transcription: bool,
    /// Who else gets something of an interview.
    pub processors: Vec<Processor>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Processor {
    /// `interview`: job ad, CV and answers; `text_to_speech`: the interviewer's words; `speech_to_text`: sound;
    /// `web_search`: role and topics to work on.
    pub purpose: &'static str,
    /// The provider's host; null when it belongs to whoever runs the service.
    pub host: Option<String>,
}

/// What the service can do: interviewer and coach, languages, speech, and who gets what of an interview.
#[utoipa::path(get, path = "/capabilities", tag = "operations", responses((status = 200, body = Capabilities)))]
pub(super) async fn capabilities(state: web::Data<AppState>) -> HttpResponse {
    let (config, names) = (&state.config, &state.agents);
    let speech = &config.speech;
    let is_offline = config.llm.is_none();
    let stt = speech.stt.as_ref();
    let live = speech.deepgram.as_ref().map(|deepgram| &deepgram.base_url);
    let processors = [
        ("interview", config.llm.as_ref().map(|llm| &llm.base_url)),
        (
            "text_to_speech",
            speech.tts.as_ref().map(|api| &api.base_url),
        ),
        ("speech_to_text", live.or(stt.map(|api| &api.base_url))),
        (
            "web_search",
            config
                .search
                .api_key
                .as_ref()
                .map(|_| &config.search.base_url),
        ),
    ];
    let processors = processors.into_iter().filter_map(|(purpose, url)| {
        Some(Processor {
            purpose,
            host: host(url?),
        })
    });
    HttpResponse::Ok().json(Capabilities {
        interviewer: names.interviewer.clone(),
        coach: names.coach.clone(),
        languages: if is_offline { vec!["en"] } else { Vec::new() },
        text_to_speech: speech.tts.is_some(),
        transcription: stt.is_some(),
        live_transcription: live.is_some() || stt.is_some(),
        processors: processors.collect(),
    })
}

fn host(url: &Url) -> Option<String> {
    (!llm::is_local(url)).then(|| url.host_str().unwrap_or_default().to_owned())
}
