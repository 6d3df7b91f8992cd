-- Tokens of the coach in session_stats, and the stop of an open turn, as the session's owner.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(19);

insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000000', 'a@stop.test');
insert into interview_sessions (session_id, user_id, session_config) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', '{}'),
  ('b1000000-0000-4000-8000-000000000000', null, '{}');
create function pg_temp.sid() returns uuid language sql as $$ select 'a1000000-0000-4000-8000-000000000000'::uuid $$;
create function pg_temp.stats() returns jsonb language sql as $$
  select session_stats from public.interview_sessions where session_id = pg_temp.sid() $$;

select set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000000", "role": "authenticated"}', true);
set local role authenticated;

select is(stop_turn('b1000000-0000-4000-8000-000000000000', null), '{"outcome": "not_found"}', 'stop: hidden');
select is(stop_turn(pg_temp.sid(), null) ->> 'outcome', 'idle', 'stop: nothing is open');

-- The introduction is stopped, and resumed under any key.
select start_interview(pg_temp.sid(), 'k0', null, 'p', 60, null);
select is(stop_turn(pg_temp.sid(), null) ->> 'turn_id', 'k0', 'stop: the introduction');
select is(renew_lease(pg_temp.sid(), 'k0', 'p', 60) ->> 'outcome', 'stopped', 'stop: its maker learns it');
select is(complete_turn(pg_temp.sid(), 'k0', 'p', '{"content": "late"}', null, '{}', null) ->> 'outcome', 'stopped', 'stop: nor can it complete');
select is(start_interview(pg_temp.sid(), 'kx', null, 'q', 60, null) ->> 'outcome', 'resumed', 'stop: the introduction is resumed');
select is(renew_lease(pg_temp.sid(), 'k0', 'p', 60) ->> 'outcome', 'lost', 'stop: a lease that another holds was taken over');
select is(complete_turn(pg_temp.sid(), 'k0', 'p', '{"content": "late"}', null, '{}', null) ->> 'outcome', 'lost', 'stop: and completes as lost');
select complete_turn(pg_temp.sid(), 'k0', 'q', '{"content": "Q0"}', null, '{"questions": 1, "input_tokens": 10}', null);

-- A message is stopped: it stays, is resumed under its key, and another message takes its place.
select accept_turn(pg_temp.sid(), 'k1', 'A1', 'p', 60, null, false);
select is(stop_turn(pg_temp.sid(), null) ->> 'outcome', 'stopped', 'stop: a turn');
select is(stop_turn(pg_temp.sid(), null) ->> 'outcome', 'stopped', 'stop: again');
select is(accept_turn(pg_temp.sid(), 'k1', 'A1', 'q', 60, null, false) ->> 'outcome', 'resumed', 'stop: its key resumes it');
select stop_turn(pg_temp.sid(), null);
select is(accept_turn(pg_temp.sid(), 'k2', 'A2', 'q', 60, null, false) ->> 'outcome', 'accepted', 'stop: another message is accepted');
select isnt((select unanswered_at from interview_turns where session_id = pg_temp.sid() and turn_no = 1), null, 'stop: the first is marked unanswered');

-- Usage: feedback within the turn, after it, and of the report; each counted once.
select complete_turn(pg_temp.sid(), 'k2', 'q', '{"content": "Q2"}',
  '{"status": "failed", "usage": {"input_tokens": 5, "output_tokens": 2}}', '{"questions": 2, "input_tokens": 30}', null);
select is(pg_temp.stats(), '{"questions": 2, "input_tokens": 30, "coach_input_tokens": 5, "coach_output_tokens": 2}', 'usage: of feedback that comes with the reply');
select record_feedback(pg_temp.sid(), 'k2', '{"status": "ready", "usage": {"input_tokens": 7, "output_tokens": 1}}', null);
select record_feedback(pg_temp.sid(), 'k2', '{"status": "ready", "usage": {"input_tokens": 9, "output_tokens": 9}}', null);
select is(pg_temp.stats() -> 'coach_input_tokens', '12', 'usage: of feedback that comes later, once');
select is(record_feedback(pg_temp.sid(), 'k1', '{"status": "ready"}', null) #> '{session,session_stats,coach_input_tokens}', '12', 'usage: none is nothing, and the stats travel');
select end_interview(pg_temp.sid(), false, null);
select begin_report(pg_temp.sid(), 'p', 60, null);
select record_report(pg_temp.sid(), 'p', '{"status": "completed", "usage": {"input_tokens": 1, "output_tokens": 1}}', null);
select is(pg_temp.stats() -> 'coach_output_tokens', '4', 'usage: of the report');
select is((select final_summary from interview_sessions where session_id = pg_temp.sid()), '{"status": "completed"}', 'usage: is no part of the report');
select is(record_report(pg_temp.sid(), 'p', '{"usage": null}', null) ->> 'outcome', 'recorded', 'usage: null is nothing');

select * from finish();
rollback;
