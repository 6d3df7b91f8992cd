//! What operators run to have messages (`supabase/realtime.sql`), and what `doctor` says of it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::database::{fresh_database, sorted_sql};
use crate::doctor::doctor;
use crate::support::realtime::{RealtimeServer, SCHEMA, SETUP, may_read, realtime_stack};
use crate::support::{DevstackProcess, stack};

async fn migrated(stack: &DevstackProcess, name: &str) -> tokio_postgres::Client {
    let (db, ..) = fresh_database(stack, name).await;
    for file in sorted_sql("supabase/migrations") {
        let sql = std::fs::read_to_string(&file).expect("a migration");
        db.batch_execute(&sql).await.expect("the migration applies");
    }
    db
}

fn user(id: &str) -> Value {
    let exp = Timestamp::now().as_second() + 3_600;
    json!({"role": "authenticated", "sub": id, "exp": exp})
}

#[tokio::test]
async fn the_set_up_may_run_again_and_without_realtime_it_does_nothing() {
    let db = migrated(stack(), "realtime_set_up").await;
    let triggers = "select count(*) from pg_trigger where tgname like 'tell_session%'";
    let missing = db
        .batch_execute(SETUP)
        .await
        .expect_err("there is no schema");
    assert!(missing.to_string().contains("db error"), "{missing}");
    let count: i64 = db.query_one(triggers, &[]).await.expect("a count").get(0);
    assert_eq!(count, 0, "all or nothing");
    db.batch_execute(SCHEMA).await.expect("Realtime's schema");
    for _ in 0..2 {
        db.batch_execute(SETUP).await.expect("the set-up applies");
    }
    let count: i64 = db.query_one(triggers, &[]).await.expect("a count").get(0);
    assert_eq!(count, 2);
    let undo: String = SETUP
        .lines()
        .skip_while(|line| !line.starts_with("-- To turn it off:"))
        .skip(1)
        .map(|line| line.trim_start_matches("--"))
        .collect();
    db.batch_execute(&undo).await.expect("it is turned off");
    let count: i64 = db.query_one(triggers, &[]).await.expect("a count").get(0);
    assert_eq!(count, 0);
}

#[tokio::test]
async fn the_policies_let_owners_hear_and_nobody_send() {
    let stack = realtime_stack().await;
    let db = stack.db().await;
    let (alice, bob) = (
        "aa000000-0000-4000-8000-00000000000a",
        "bb000000-0000-4000-8000-00000000000b",
    );
    let session = "a1000000-0000-4000-8000-00000000000a";
    db.batch_execute(&format!(
        "insert into auth.users (id, email) values ('{alice}', 'a@hear.test'), ('{bob}', 'b@hear.test');
         insert into interview_sessions (session_id, user_id) values ('{session}', '{alice}')"
    ))
    .await
    .expect("a session");
    let guests = format!("guest-session:{}", "0f".repeat(32));
    let hers = format!("session:{session}");
    let (anon, service) = (json!({"role": "anon"}), json!({"role": "interview_api"}));
    for (claims, topic, allowed) in [
        (user(alice), hers.as_str(), true),
        (user(bob), hers.as_str(), false),
        (anon.clone(), hers.as_str(), false),
        (service, hers.as_str(), false),
        (user(alice), guests.as_str(), false),
        (anon.clone(), guests.as_str(), true),
        (user(alice), "anything", false),
        (anon.clone(), "anything", false),
        (user(alice), "session:%", false),
    ] {
        let may = may_read(stack.var("DB_URL"), topic, &claims).await;
        assert_eq!(may, allowed, "{claims} {topic}");
    }
    // What was sent to others is not to be read past Realtime, nor can anybody send.
    let as_anon =
        "begin; set local role anon; set local request.jwt.claims = '{\"role\": \"anon\"}'";
    db.batch_execute(as_anon).await.expect("a visitor");
    let rows = db.query("select 1 from realtime.messages", &[]).await;
    assert_eq!(rows.expect("a read").len(), 0);
    let send = "insert into realtime.messages (topic, extension) values ($1, 'broadcast')";
    let refused = db.execute(send, &[&guests]).await.expect_err("no policy");
    assert_eq!(refused.code().map(|code| code.code()), Some("42501"));
    db.batch_execute("rollback").await.expect("the end");
}

#[tokio::test]
async fn clean_up_tells_nobody_and_a_deletion_of_today_does() {
    let stack = realtime_stack().await;
    let db = stack.db().await;
    let query = "with s as (insert into interview_sessions (user_id, updated_at) values
        (null, now() - interval '60 days'), (null, now()) returning session_id, updated_at)
        select private.session_topic(session_id, null) from s order by updated_at";
    let rows = db.query(query, &[]).await.expect("two sessions");
    let topics: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let told = async |topic: &str| -> Vec<String> {
        let query = "select event from realtime.messages where topic = $1 order by inserted_at";
        let rows = db.query(query, &[&topic]).await.expect("messages");
        rows.iter().map(|row| row.get(0)).collect()
    };
    db.batch_execute("select public.cleanup_abandoned_sessions(24, 100000)")
        .await
        .expect("the job runs");
    let delete =
        "delete from interview_sessions where private.session_topic(session_id, user_id) = any($1)";
    // The job made the session young by marking it.
    db.batch_execute("alter table interview_sessions disable trigger update_interview_sessions_updated_at;
        update interview_sessions set updated_at = now() - interval '60 days' where status = 'abandoned';
        alter table interview_sessions enable trigger update_interview_sessions_updated_at")
        .await
        .expect("it is old");
    assert_eq!(db.execute(delete, &[&topics]).await.expect("deleted"), 2);
    assert_eq!(told(&topics[0]).await, Vec::<String>::new());
    assert_eq!(told(&topics[1]).await, ["session_deleted"]);
}

#[tokio::test]
async fn the_doctor_says_whether_realtime_can_be_used() {
    let server = RealtimeServer::start().await;
    let front = server.front();
    let url = front.url.clone();
    let stack = server.stack();
    let says = async |realtime: &'static str| {
        let settings = [
            ("SUPABASE_URL", url.clone()),
            ("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY").to_owned()),
            ("SUPABASE_REALTIME", realtime.to_owned()),
        ];
        // The stand-in reads the database on this test's runtime.
        let report = tokio::task::spawn_blocking(move || {
            let settings: Vec<(&str, &str)> = settings
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            doctor(&settings)
        });
        let (passed, report) = report.await.expect("a report");
        let checks = report["checks"].as_array().expect("checks").clone();
        let check = checks
            .into_iter()
            .find(|check| check["name"] == "Supabase Realtime");
        (passed, check.expect("a check"))
    };
    let (passed, check) = says("false").await;
    assert_eq!(
        (passed, &check["verdict"]),
        (true, &json!("note")),
        "{check}"
    );
    let (passed, check) = says("true").await;
    assert_eq!((passed, &check["verdict"]), (true, &json!("ok")), "{check}");
    server.faults().refuses =
        Some("Unauthorized: You do not have permissions to read from this Channel topic: x");
    let (passed, check) = says("true").await;
    assert_eq!((passed, &check["verdict"]), (false, &json!("failed")));
    assert!(
        check["cure"].to_string().contains("supabase/realtime.sql"),
        "{check}"
    );
    for (status, cure) in [
        (401, "SUPABASE_ANON_KEY"),
        (404, "SUPABASE_REALTIME"),
        (429, "limits"),
    ] {
        server.faults().handshake = Some(status);
        let (passed, check) = says("true").await;
        assert!(!passed);
        assert!(
            check["cure"].to_string().contains(cure),
            "{status}: {check}"
        );
    }
}
