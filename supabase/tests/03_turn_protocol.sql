-- accept → renew | release → complete: every outcome of every function, as the session's owner.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(86);

insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000000', 'a@turns.test');
insert into interview_sessions (session_id, user_id, session_config) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', '{"style": "casual", "kept": 1}'),
  ('b1000000-0000-4000-8000-000000000000', null, '{}');

create function pg_temp.sid() returns uuid language sql as $$ select 'a1000000-0000-4000-8000-000000000000'::uuid $$;
-- A lease of 0 seconds is one that has run out.
create function pg_temp.accept(p_key text, p_message text, p_owner text, p_seconds int default 60,
  p_known bigint default null, p_join boolean default false) returns jsonb language sql as $$
  select public.accept_turn(pg_temp.sid(), p_key, p_message, p_owner, p_seconds, p_known, p_join) $$;
create function pg_temp.complete(p_key text, p_owner text, p_text text, p_known bigint default null) returns jsonb
language sql as $$
  select public.complete_turn(pg_temp.sid(), p_key, p_owner,
    jsonb_build_object('role', 'assistant', 'content', p_text), null, jsonb_build_object('last', p_text), p_known) $$;
-- The parts of an answer that its outcome adds, and the numbers of the turns it carries.
create function pg_temp.gist(a jsonb) returns jsonb language sql as $$
  select (a - 'session' - 'turns' - 'full' - 'lease_remaining_ms')
    || case when a ? 'turns' then jsonb_build_object('turns', (select coalesce(jsonb_agg(t -> 'turn_no'), '[]')
         from jsonb_array_elements(a -> 'turns') t)) else '{}' end $$;
create function pg_temp.version() returns bigint language sql as $$
  select version from public.interview_sessions where session_id = pg_temp.sid() $$;
create temp table answer (a jsonb);
grant all on answer to public;

select set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000000", "role": "authenticated"}', true);
set local role authenticated;

-- Sessions out of reach, existing or not.
select is(load_session('b1000000-0000-4000-8000-000000000000', null), '{"outcome": "not_found"}', 'load: hidden');
select is(load_session(gen_random_uuid(), null), '{"outcome": "not_found"}', 'load: absent');
select is(start_interview('b1000000-0000-4000-8000-000000000000', 'k', null, 'p', 60, null), '{"outcome": "not_found"}', 'start: hidden');
select is(accept_turn('b1000000-0000-4000-8000-000000000000', 'k', 'm', 'p', 60, null, false), '{"outcome": "not_found"}', 'accept: hidden');
select is(renew_lease('b1000000-0000-4000-8000-000000000000', 'k', 'p', 60), '{"outcome": "not_found"}', 'renew: hidden');
select is(release_lease('b1000000-0000-4000-8000-000000000000', 'k', 'p'), '{"outcome": "not_found"}', 'release: hidden');
select is(complete_turn('b1000000-0000-4000-8000-000000000000', 'k', 'p', '{}', null, null, null), '{"outcome": "not_found"}', 'complete: hidden');
select is(record_feedback('b1000000-0000-4000-8000-000000000000', 'k', '{}', null), '{"outcome": "not_found"}', 'feedback: hidden');

-- load_session
insert into answer select load_session(pg_temp.sid(), null);
select is(a ->> 'outcome', 'ok', 'load: ok') from answer;
select is(a -> 'full', 'true', 'load: full without a known version') from answer;
select is(
  (select array_agg(k order by k) from jsonb_object_keys(a -> 'session') k),
  array['base_version', 'created_at', 'final_summary', 'practice_of', 'practice_question', 'session_config', 'session_id',
    'session_stats', 'status', 'updated_at', 'user_id', 'version'],
  'load: a full session has these keys') from answer;
select is(
  (select array_agg(k order by k) from jsonb_object_keys(load_session(pg_temp.sid(), 0) -> 'session') k),
  array['base_version', 'created_at', 'session_id', 'session_stats', 'status', 'updated_at', 'user_id', 'version'],
  'load: a known session comes without configuration and report');
select is(load_session(pg_temp.sid(), 99) -> 'full', 'true', 'load: a version of the future is not trusted');

-- start_interview
select is(pg_temp.gist(pg_temp.accept('k1', 'early', 'p')), '{"outcome": "not_started", "turns": []}', 'accept: not started');
delete from answer;
insert into answer select start_interview(pg_temp.sid(), 'k0', '{"style": "formal", "new": 2}', 'p', 60, 0);
select is(pg_temp.gist(a), '{"outcome": "accepted", "turn_no": 0, "turn_id": "k0", "lease_remaining_ms": null, "turns": [0]}'::jsonb - 'lease_remaining_ms', 'start: accepted') from answer;
select is(a -> 'session' -> 'session_config', '{"style": "formal", "kept": 1, "new": 2}', 'start: the configuration is merged, and sent') from answer;
select is(a #> '{session,version}', a #> '{session,base_version}', 'start: a new configuration raises base_version') from answer;
select is(pg_temp.gist(pg_temp.accept('k1', 'early', 'p')), '{"outcome": "not_started", "turns": [0]}', 'accept: not before the introduction is there');
delete from answer;
insert into answer select start_interview(pg_temp.sid(), 'other', '{"style": "ignored"}', 'q', 60, pg_temp.version());
select is(pg_temp.gist(a), '{"outcome": "in_flight", "turn_no": 0, "turn_id": "k0", "turns": []}', 'start: in flight elsewhere, under any key') from answer;
select ok((a ->> 'lease_remaining_ms')::int between 1 and 60000, 'start: in flight tells how long the lease lasts') from answer;
select is(renew_lease(pg_temp.sid(), 'k0', 'p', 0), '{"outcome": "renewed"}', 'renew: by the owner');
select is(start_interview(pg_temp.sid(), 'other', '{"style": "ignored"}', 'q', 60, pg_temp.version()) ->> 'outcome', 'resumed', 'start: resumed when the lease ran out');
select is((select session_config ->> 'style' from interview_sessions), 'formal', 'start: only the first start configures');
select is(renew_lease(pg_temp.sid(), 'k0', 'p', 60), '{"outcome": "lost"}', 'renew: lost to another');
select is(release_lease(pg_temp.sid(), 'k0', 'p'), '{"outcome": "lost"}', 'release: lost to another');
select is(pg_temp.gist(pg_temp.complete('k0', 'p', 'late', pg_temp.version())), '{"outcome": "lost", "turn_no": 0, "turns": []}', 'complete: lost to another');
select is(pg_temp.gist(pg_temp.complete('k0', 'q', 'Q0', pg_temp.version())), '{"outcome": "completed", "turn_no": 0, "turns": [0]}', 'complete: by the new owner');
select is(pg_temp.gist(pg_temp.complete('k0', 'q', 'again', pg_temp.version())), '{"outcome": "already", "turn_no": 0, "turns": []}', 'complete: once');
select is((select reply ->> 'content' from interview_turns where turn_no = 0), 'Q0', 'complete: the first reply stands');
select is(start_interview(pg_temp.sid(), 'k0', null, 'p', 60, null) ->> 'outcome', 'replay', 'start: replay');

-- accept_turn, a new message
delete from answer;
insert into answer select pg_temp.accept('k1', 'A1', 'p', 60, pg_temp.version());
select is(pg_temp.gist(a), '{"outcome": "accepted", "turn_no": 1, "turn_id": "k1", "turns": [1]}', 'accept: accepted, and only the new row is sent') from answer;
select is(a #>> '{turns,0,question_no}', '0', 'accept: the message answers the introduction') from answer;
select is(a #> '{turns,0,version}', a #> '{session,version}', 'accept: the row carries the new version') from answer;
select is((select user_id from interview_turns where turn_no = 1), 'a0000000-0000-4000-8000-000000000000', 'accept: the row belongs to the owner');
-- the same key
select is(pg_temp.gist(pg_temp.accept('k1', 'A1', 'q', 60, pg_temp.version())), '{"outcome": "in_flight", "turn_no": 1, "turn_id": "k1", "turns": []}', 'accept: in flight elsewhere');
select is(pg_temp.accept('k1', 'A1', 'p') ->> 'outcome', 'resumed', 'accept: the owner itself resumes');
select is(pg_temp.gist(pg_temp.accept('k1', 'another text', 'p', 60, pg_temp.version())), '{"outcome": "key_reused", "turn_no": 1, "turn_id": "k1", "turns": []}', 'accept: key reused with another message');
select is(pg_temp.accept('k0', 'x', 'p') ->> 'outcome', 'key_reused', 'accept: the introduction''s key is taken');
-- another key
delete from answer;
insert into answer select pg_temp.accept('k2', 'A2', 'q', 60, pg_temp.version(), true);
select is(pg_temp.gist(a), '{"outcome": "busy", "turn_no": 1, "turn_id": "k1", "turns": []}', 'accept: busy with another message') from answer;
select ok((a ->> 'lease_remaining_ms')::int between 1 and 60000, 'accept: busy tells how long the lease lasts') from answer;
select is(pg_temp.accept('k2', 'A1', 'q', 60, null, false) ->> 'outcome', 'busy', 'accept: the same text does not join unless asked');
select is(pg_temp.gist(pg_temp.accept('k2', 'A1', 'q', 60, pg_temp.version(), true)), '{"outcome": "in_flight", "turn_no": 1, "turn_id": "k1", "turns": []}', 'accept: the same text joins when asked');
select is(release_lease(pg_temp.sid(), 'k1', 'p'), '{"outcome": "released"}', 'release: by the owner');
delete from answer;
insert into answer values (to_jsonb(pg_temp.version()));
select is(pg_temp.gist(pg_temp.accept('k2', 'A1', 'q', 0, pg_temp.version(), true)), '{"outcome": "resumed", "turn_no": 1, "turn_id": "k1", "turns": []}', 'accept: the same text takes an abandoned turn over');
select is(to_jsonb(pg_temp.version()), a, 'accept: taking over raises no version') from answer;
select is(pg_temp.complete('k1', 'p', 'late') ->> 'outcome', 'lost', 'complete: a late owner does not overwrite its successor');
select is((select reply from interview_turns where turn_no = 1), null, 'complete: nothing was written');
-- the open turn is left behind
delete from answer;
insert into answer select pg_temp.accept('k3', 'A3', 'q', 60, pg_temp.version(), true);
select is(pg_temp.gist(a), '{"outcome": "accepted", "turn_no": 2, "turn_id": "k3", "turns": [1, 2]}', 'accept: a different message leaves an expired turn behind') from answer;
select isnt(a #>> '{turns,0,unanswered_at}', null, 'accept: the old one is marked unanswered') from answer;
select is(a #>> '{turns,1,question_no}', '0', 'accept: the new one answers the same question') from answer;
select is(pg_temp.accept('k1', 'A1', 'q') ->> 'outcome', 'unanswered', 'accept: the key of a turn left behind');
select is(pg_temp.gist(pg_temp.complete('k1', 'q', 'late', pg_temp.version())), '{"outcome": "lost", "turn_no": 1, "turns": []}', 'complete: a turn left behind gets no reply');
select is(renew_lease(pg_temp.sid(), 'k1', 'q', 60), '{"outcome": "lost"}', 'renew: a turn left behind');
-- completion after the lease ran out, with nobody taking over
select is(renew_lease(pg_temp.sid(), 'k3', 'q', 0), '{"outcome": "renewed"}', 'renew: to nothing');
select is(pg_temp.complete('k3', 'q', 'Q2') #> '{session,session_stats}', '{"last": "Q2"}', 'complete: an expired lease still completes; stats are merged');
select is(pg_temp.gist(pg_temp.accept('k3', 'A3', 'p', 60, pg_temp.version())), '{"outcome": "replay", "turn_no": 2, "turn_id": "k3", "turns": []}', 'accept: replay');
select is(renew_lease(pg_temp.sid(), 'k3', 'q', 60), '{"outcome": "lost"}', 'renew: nothing to renew once answered');
select is(pg_temp.gist(pg_temp.complete('unknown', 'q', 'x', pg_temp.version())), '{"outcome": "lost", "turn_no": null, "turns": []}', 'complete: a turn that is gone');
select is(pg_temp.accept('k4', 'A4', 'p') #>> '{turns,3,question_no}', '2', 'accept: the next message answers the latest reply');
-- What a reader of an older version lacks, and no more.
select is(pg_temp.gist(load_session(pg_temp.sid(), pg_temp.version() - 1)), '{"outcome": "ok", "turns": [3]}', 'load: one version behind');
select is(pg_temp.gist(load_session(pg_temp.sid(), pg_temp.version() - 2)), '{"outcome": "ok", "turns": [2, 3]}', 'load: two versions behind');
select is(pg_temp.gist(load_session(pg_temp.sid(), pg_temp.version())), '{"outcome": "ok", "turns": []}', 'load: up to date');
select is(pg_temp.gist(load_session(pg_temp.sid(), 0)), '{"outcome": "ok", "turns": [0, 1, 2, 3]}', 'load: older than the base');

-- record_feedback
select is(record_feedback(pg_temp.sid(), 'k3', '{"status": "failed"}', null) ->> 'outcome', 'recorded', 'feedback: a failure is recorded');
select is(pg_temp.gist(record_feedback(pg_temp.sid(), 'k3', '{"status": "ready", "feedback": "Good.", "scores": [1]}', pg_temp.version())), '{"outcome": "recorded", "turns": [2]}', 'feedback: and may be replaced');
select is(pg_temp.gist(record_feedback(pg_temp.sid(), 'k3', '{"status": "ready", "feedback": "Worse."}', pg_temp.version())), '{"outcome": "already", "turns": []}', 'feedback: the first ready one stays');
select is(pg_temp.gist(record_feedback(pg_temp.sid(), 'unknown', '{"status": "ready"}', pg_temp.version())), '{"outcome": "not_found", "turns": []}', 'feedback: no such turn');

-- Computed fields.
select is(
  (select jsonb_agg((e - 'timestamp') order by i) from interview_sessions s,
    jsonb_array_elements(conversation_history(s)) with ordinality x (e, i)),
  '[{"role": "assistant", "content": "Q0", "turn_no": 0},
    {"role": "user", "content": "A1", "turn_id": "k1", "turn_no": 1, "unanswered": true},
    {"role": "user", "content": "A3", "turn_id": "k3", "turn_no": 2},
    {"role": "assistant", "content": "Q2", "turn_no": 2},
    {"role": "user", "content": "A4", "turn_id": "k4", "turn_no": 3}]',
  'conversation_history: in order, with its marks');
select is(
  (select per_turn_feedback_log(s) from interview_sessions s),
  '[{"turn_id": "k1", "turn_no": 1, "question": "Q0", "answer": "A1", "feedback": null, "status": "pending"},
    {"turn_id": "k3", "turn_no": 2, "question": "Q0", "answer": "A3", "feedback": "Good.", "status": "ready", "scores": [1]},
    {"turn_id": "k4", "turn_no": 3, "question": "Q2", "answer": "A4", "feedback": null, "status": "pending"}]',
  'per_turn_feedback_log: one item for each message, with the question it answers');

-- Invalid data is refused.
select throws_ok($$select complete_turn(pg_temp.sid(), 'k4', 'p', null, null, null, null)$$, '22004', null, 'complete: a reply must be there');
select throws_ok($$select complete_turn(pg_temp.sid(), 'k4', 'p', '[]', null, null, null)$$, '23514', null, 'complete: a reply is an object');
select throws_ok($$select record_feedback(pg_temp.sid(), 'k4', null, null)$$, '22004', null, 'feedback: must be there');
reset role;
select throws_ok($$update interview_sessions set session_config = '[]'$$, '23514', null, 'the configuration is an object');
select throws_ok($$update interview_sessions set session_config = jsonb_build_object('x', repeat('x', 262144))$$, '23514', null, 'the configuration has a limit');
update interview_turns set lease_until = now() - interval '1 s' where session_id = pg_temp.sid() and turn_no = 3;
set local role authenticated;
select throws_ok($$select pg_temp.accept('k5', repeat('x', 20001), 'p')$$, '23514', null, 'accept: a message has a limit');
select throws_ok($$select pg_temp.accept('', 'A5', 'p')$$, '23514', null, 'accept: a key has at least one character');
select throws_ok($$select pg_temp.accept('k5', null, 'p')$$, '23514', null, 'accept: a message must be there');
-- how it was spoken
create function pg_temp.accept_spoken(p_timing jsonb) returns jsonb language sql as $$
  select public.accept_turn(pg_temp.sid(), 'k5', 'A5', 'p', 60, null, false, p_timing) $$;
select throws_ok($$select pg_temp.accept_spoken('{"seconds": 7201, "pauses": 0, "longest_pause_seconds": 0}')$$, '23514', null, 'accept: two hours at most are spoken');
select throws_ok($$select pg_temp.accept_spoken('{"seconds": "NaN", "pauses": 0, "longest_pause_seconds": 0}')$$, '23514', null, 'accept: time is a number');
select throws_ok($$select pg_temp.accept_spoken('{"seconds": 9, "pauses": 1001, "longest_pause_seconds": 0}')$$, '23514', null, 'accept: pauses are bounded');
select throws_ok($$select pg_temp.accept_spoken('{"seconds": 9, "pauses": 1, "longest_pause_seconds": 10}')$$, '23514', null, 'accept: no pause is longer than the speech');
select throws_ok($$select pg_temp.accept_spoken('{"seconds": 9}')$$, '23514', null, 'accept: a timing is whole');
select is(pg_temp.accept_spoken('{"seconds": 41.5, "pauses": 2, "longest_pause_seconds": 3.2, "x": "y"}') #> '{turns,-1,speech_timing}',
  '{"seconds": 41.5, "pauses": 2, "longest_pause_seconds": 3.2}', 'accept: a timing is told');
select is(pg_temp.accept_spoken(null) ->> 'outcome', 'resumed', 'accept: a repeat without it is the same turn');
select is(load_session(pg_temp.sid(), null) #> '{turns,1,speech_timing}', 'null', 'a message that was typed has no timing');
reset role;
select throws_ok(
  $$insert into interview_turns (session_id, turn_no, turn_id, message) values (pg_temp.sid(), 9, 'k9', 'm')$$,
  '23505', null, 'at most one turn is open');

select * from finish();
rollback;
