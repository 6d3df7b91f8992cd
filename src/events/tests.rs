use super::*;

const POLL: Duration = Duration::from_millis(1);

fn listening(events: &Arc<Events>) -> (Uuid, Subscription) {
    let session = Uuid::new_v4();
    (session, events.subscribe(session))
}

fn looks(events: &Events, session: Uuid) -> Looks {
    *events.looks(session).expect("a listener").borrow()
}

#[tokio::test]
async fn a_listener_hears_its_own_session_only() {
    let events = Arc::new(Events::new(None));
    let (mine, mut subscription) = listening(&events);
    events.changed(Uuid::new_v4(), 7);
    assert!(!subscription.receiver.has_changed().expect("open"));
    events.changed(mine, 1);
    assert_eq!(subscription.changed().await.look, Look::Fresh);
}

#[test]
fn a_channel_lives_as_long_as_its_last_listener() {
    let (events, mut wishes) = Events::with_messages(Some(POLL));
    let events = Arc::new(events);
    let (session, first) = listening(&events);
    let second = events.subscribe(session);
    drop(first);
    assert_eq!(events.lock().len(), 1);
    assert!(wishes.try_recv().is_err());
    drop(second);
    assert!(events.lock().is_empty());
    let left = wishes.try_recv().expect("a wish");
    assert!(matches!(left, Wish::Leave { session_id } if session_id == session));
}

#[tokio::test]
async fn one_listener_looks_and_ever_more_rarely_until_something_changes() {
    let events = Arc::new(Events::new(Some(POLL)));
    let (session, _listening) = listening(&events);
    let mut pauses = Vec::new();
    for _ in 0..5 {
        assert_eq!(events.look_due(session).await, Look::Fresh);
        pauses.push(looks(&events, session).pause.as_millis());
    }
    assert_eq!(pauses, [2, 4, 8, 8, 8]);
    let seen = looks(&events, session);
    assert!(!events.claim(session, Looks::polling(Instant::now(), POLL), POLL));
    tokio::time::sleep_until(seen.due).await;
    assert!(events.claim(session, seen, POLL));
    assert!(!events.claim(session, seen, POLL), "one looks");
    events.changed(session, 1);
    assert_eq!(looks(&events, session).pause, POLL);
}

#[tokio::test]
async fn an_instance_alone_looks_for_nothing() {
    let events = Arc::new(Events::new(None));
    let (session, _listening) = listening(&events);
    let look = std::pin::pin!(events.look_due(session));
    assert!(futures_util::poll!(look).is_pending());
    assert_eq!(looks(&events, session).pause, Duration::ZERO);
}

#[tokio::test]
async fn while_messages_come_nobody_polls_and_each_is_read_once() {
    let events = Arc::new(Events::new(Some(POLL)));
    let (session, mut subscription) = listening(&events);
    events.live(session);
    let wake = subscription.changed().await;
    assert_eq!(wake.look, Look::Ask, "what no message told of");
    subscription.has_read(wake, 3);
    assert_eq!(looks(&events, session).look, Look::Check);
    assert!(looks(&events, session).pause > POLL * 1_000);

    events.hear(session, 3);
    assert!(!subscription.receiver.has_changed().expect("open"), "known");
    events.hear(session, 5);
    events.hear(session, 4);
    let wake = subscription.changed().await;
    assert_eq!(wake.look, Look::AtLeast(5));
    events.changed(session, 5);
    subscription.has_read(wake, 5);
    assert_eq!(looks(&events, session).look, Look::Check);
    // Its own write wakes it to read from memory.
    assert_eq!(subscription.changed().await.look, Look::Fresh);
}

#[tokio::test]
async fn what_a_message_told_of_is_looked_at_until_it_was_read() {
    let events = Arc::new(Events::new(Some(POLL)));
    let (session, mut subscription) = listening(&events);
    events.live(session);
    let wake = subscription.changed().await;
    subscription.has_read(wake, 1);
    events.hear(session, 2);
    assert_eq!(subscription.changed().await.look, Look::AtLeast(2));
    // That reader failed, and the next one as well.
    assert_eq!(subscription.changed().await.look, Look::Ask);
    let wake = subscription.changed().await;
    assert_eq!(wake.look, Look::Ask);
    subscription.has_read(wake, 2);
    assert_eq!(looks(&events, session).look, Look::Check);
}

#[tokio::test]
async fn a_message_of_a_version_that_is_not_there_hides_no_later_one() {
    let events = Arc::new(Events::new(Some(POLL)));
    let (session, mut subscription) = listening(&events);
    events.hear(session, i64::MAX);
    let wake = subscription.changed().await;
    assert_eq!(wake.look, Look::AtLeast(i64::MAX));
    subscription.has_read(wake, 6);
    events.hear(session, 7);
    assert_eq!(subscription.changed().await.look, Look::AtLeast(7));
}

#[tokio::test]
async fn a_message_that_comes_while_another_is_read_is_read_as_well() {
    let events = Arc::new(Events::new(Some(POLL)));
    let (session, mut subscription) = listening(&events);
    events.hear(session, 2);
    let wake = subscription.changed().await;
    events.hear(session, 3);
    subscription.has_read(wake, 2);
    assert_eq!(subscription.changed().await.look, Look::AtLeast(3));
}

#[tokio::test]
async fn silence_brings_the_polls_back_and_so_does_a_message_that_was_lost() {
    let events = Arc::new(Events::new(Some(POLL)));
    let (session, mut subscription) = listening(&events);
    let quiet = |events: &Events| looks(events, session).look == Look::Check;
    events.live(session);
    let wake = subscription.changed().await;
    subscription.has_read(wake, 1);
    assert!(quiet(&events));
    events.silent(session);
    let wake = subscription.changed().await;
    assert_eq!(wake.look, Look::Ask);
    subscription.has_read(wake, 1);
    assert_eq!(subscription.changed().await.look, Look::Fresh);

    events.live(session);
    let wake = subscription.changed().await;
    subscription.has_read(wake, 1);
    assert!(quiet(&events));
    let check = Wake {
        look: Look::Check,
        held: 1,
    };
    subscription.has_read(check, 1);
    assert!(quiet(&events), "nothing was missed");
    subscription.has_read(check, 2);
    assert!(!quiet(&events), "a change that no message told of");
    events.hear(session, 3);
    let wake = subscription.changed().await;
    subscription.has_read(wake, 3);
    assert!(quiet(&events), "messages come after all");
}
