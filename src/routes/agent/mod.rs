//! Interview sessions over HTTP.

mod configuration;
mod deltas;
pub(crate) mod events;
pub(crate) mod interview;
pub(crate) mod listing;
pub(crate) mod reading;
pub(crate) mod retry;
mod turn_stream;

use actix_web::web::{self, ServiceConfig};

use super::mount;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    mount(cfg, "/agent/create_session", |r| {
        r.route(web::post().to(interview::create_session))
    });
    mount(cfg, "/agent/start_interview", |r| {
        r.route(web::post().to(interview::start_interview))
    });
    mount(cfg, "/agent/send_message", |r| {
        r.route(web::post().to(interview::send_message))
    });
    mount(cfg, "/agent/stop_turn", |r| {
        r.route(web::post().to(interview::stop_turn))
    });
    mount(cfg, "/agent/retry_feedback", |r| {
        r.route(web::post().to(retry::retry_feedback))
    });
    mount(cfg, "/agent/retry_report", |r| {
        r.route(web::post().to(retry::retry_report))
    });
    mount(cfg, "/agent/end_interview", |r| {
        r.route(web::post().to(interview::end_interview))
    });
    mount(cfg, "/agent/reset_interview", |r| {
        r.route(web::post().to(interview::reset_interview))
    });
    mount(cfg, "/agent/claim_session", |r| {
        r.route(web::post().to(interview::claim_session))
    });
    mount(cfg, "/agent/session", |r| {
        r.route(web::get().to(reading::session))
            .route(web::delete().to(interview::delete_session))
    });
    mount(cfg, "/agent/sessions", |r| {
        r.route(web::get().to(listing::sessions))
    });
    mount(cfg, "/agent/history", |r| {
        r.route(web::get().to(reading::history))
    });
    mount(cfg, "/agent/stats", |r| {
        r.route(web::get().to(reading::stats))
    });
    mount(cfg, "/agent/per_turn_feedback", |r| {
        r.route(web::get().to(reading::per_turn_feedback))
    });
    mount(cfg, "/agent/final_summary_status", |r| {
        r.route(web::get().to(reading::final_summary_status))
    });
    mount(cfg, "/agent/time_remaining", |r| {
        r.route(web::get().to(reading::time_remaining))
    });
    mount(cfg, "/agent/ping", |r| {
        r.route(web::post().to(reading::ping))
    });
    mount(cfg, "/agent/cleanup", |r| {
        r.route(web::post().to(reading::cleanup))
    });
    mount(cfg, "/agent/events", |r| {
        r.route(web::get().to(events::events))
    });
}
