//! What the service can do and who works for it, before there is a session.

use actix_web::HttpResponse;
use actix_web::web;
use interview::offline;
use serde::Serialize;
use upstream::meter::{self, Resource};
use url::Url;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::state::AppState;

#[derive(Serialize, ToSchema)]
pub(crate) struct Capabilities {
    /// `offline`, or provider/model: who works for the caller.
    pub interviewer: String,
    pub coach: String,
    /// Languages that interviews can be held in, as BCP 47 tags; empty: whichever the model speaks.
    pub languages: Vec<&'static str>,
    pub text_to_speech: bool,
    /// Voices that text to speech may be asked for, the default first; empty: only the default.
    pub voices: Vec<String>,
    /// Of whole recordings.
    pub transcription: bool,
    pub live_transcription: bool,
    /// What callers without an account may use.
    pub guests: Guests,
    /// Who else gets something of an interview.
    pub processors: Vec<Processor>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Guests {
    /// Otherwise the built-in interviewer and coach work for them.
    pub models: bool,
    pub speech: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Processor {
    /// `interview`: job ad, CV and answers; `text_to_speech`: the interviewer's words; `speech_to_text`: sound;
    /// `web_search`: role and topics to work on.
    pub purpose: &'static str,
    /// The provider's host; null when it belongs to whoever runs the service.
    pub host: Option<String>,
}

/// What the service can do for the caller: interviewer and coach, languages, speech, and who gets what of an interview.
#[utoipa::path(get, path = "/capabilities", tag = "operations", 
    responses((status = 200, body = Capabilities)), security((), ("bearer" = [])))]
pub(super) async fn capabilities(state: web::Data<AppState>, _caller: Caller) -> HttpResponse {
    let (config, names) = (&state.config, &state.agents);
    let speech = &config.speech;
    let llm = config
        .llm
        .as_ref()
        .filter(|_| meter::allows(Resource::ModelCalls));
    let name = |name: &String| llm.map_or(offline::NAME.to_owned(), |_| name.clone());
    let heard = meter::allows(Resource::Seconds);
    let tts = speech
        .tts
        .as_ref()
        .filter(|_| meter::allows(Resource::Characters));
    let stt = speech.stt.as_ref().filter(|_| heard);
    let live = speech.deepgram.as_ref().filter(|_| heard);
    let live = live.map(|deepgram| &deepgram.base_url);
    let has_speech = speech.tts.is_some() || speech.stt.is_some() || speech.deepgram.is_some();
    let processors = [
        ("interview", llm.map(|llm| &llm.base_url)),
        ("text_to_speech", tts.map(|api| &api.base_url)),
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
        interviewer: name(&names.interviewer),
        coach: name(&names.coach),
        languages: if llm.is_none() {
            vec!["en"]
        } else {
            Vec::new()
        },
        text_to_speech: tts.is_some(),
        voices: tts.map(|_| speech.voices.clone()).unwrap_or_default(),
        transcription: stt.is_some(),
        live_transcription: live.is_some() || stt.is_some(),
        // What there is for nobody is not kept from guests: an account would not help.
        guests: Guests {
            models: config.budgets.guest_models || config.llm.is_none(),
            speech: config.budgets.guest_speech || !has_speech,
        },
        processors: processors.collect(),
    })
}

fn host(url: &Url) -> Option<String> {
    (!llm::is_local(url)).then(|| url.host_str().unwrap_or_default().to_owned())
}
