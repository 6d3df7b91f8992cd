-- Whoever has the public key calls the data API past the service: what they can't write, and how much of what they can.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(118);

insert into auth.users (id, email) values
  ('a0000000-0000-4000-8000-000000000000', 'a@key.test'), ('b0000000-0000-4000-8000-000000000000', 'b@key.test');
delete from private.sessions_made;
create function pg_temp.sid() returns uuid language sql as $$ select 'a1000000-0000-4000-8000-000000000000'::uuid $$;
create function pg_temp.gid(n int) returns uuid language sql as $$
  select ('c1000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.become(who text) returns void language plpgsql as $$
begin
  perform set_config('request.jwt.claims', case who
    when 'a' then '{"sub": "a0000000-0000-4000-8000-000000000000", "role": "authenticated"}'
    when 'b' then '{"sub": "b0000000-0000-4000-8000-000000000000", "role": "authenticated"}'
    when 'nobody' then ''
    else '{"role": "anon"}' end, true);
  perform set_config('request.headers',
    case when who in ('a', 'b', 'nobody') then '{}' else format('{"x-session-id": "%s"}', pg_temp.gid(who::int)) end, true);
  perform set_config('role', case when who in ('a', 'b', 'nobody') then 'authenticated' else 'anon' end, true);
end $$;
do $$ begin execute format('grant usage on schema %s to public', pg_my_temp_schema()::regnamespace); end $$;

-- Against one's own rows, by plain statements.
select pg_temp.become('a');
insert into interview_sessions (session_id, session_config) values (pg_temp.sid(), '{"interview_duration_minutes": 5}');
select lives_ok($$update interview_sessions set session_config = '{"interview_duration_minutes": 6}'$$, 'a session is set up before it begins');
select is(start_interview(pg_temp.sid(), 'k0', null, 'p', 60, null) ->> 'outcome', 'accepted', '(it begins)');
select is(complete_turn(pg_temp.sid(), 'k0', 'p', '{"content": "Q0"}', null, '{"answers": 0}', null) ->> 'outcome', 'completed', '(its introduction)');
select is(begin_speech_task('e1000000-0000-4000-8000-000000000000', pg_temp.sid(), 'tts', null, 60, 70, 7, 100, 60, null) ->> 'outcome', 'started', '(something spoken)');
create temp table attack (what text, sql text);
grant select on attack to public;
reset role;
insert into attack values
  ('forge a report', $$update interview_sessions set final_summary = '{"results": {"overall_score": 5}}'$$),
  ('forge the counts of an interview', $$update interview_sessions set session_stats = '{"answers": 99}'$$),
  ('resurrect a finished interview', $$update interview_sessions set status = 'active'$$),
  ('finish one', $$update interview_sessions set status = 'completed'$$),
  ('move a session to another', $$update interview_sessions set user_id = 'b0000000-0000-4000-8000-000000000000'$$),
  ('make it a guest''s', $$update interview_sessions set user_id = null$$),
  ('make a session younger', $$update interview_sessions set created_at = now() + interval '1 year'$$),
  ('keep one from expiry', $$update interview_sessions set updated_at = 'infinity'$$),
  ('turn a version back', $$update interview_sessions set version = 0, base_version = 0$$),
  ('empty the count of bytes', $$update interview_sessions set turn_bytes = 0$$),
  ('take the report''s lease', $$update interview_sessions set report_owner = 'me', report_lease_until = 'infinity'$$),
  ('be born finished', $$insert into interview_sessions (status) values ('completed')$$),
  ('be born with a report', $$insert into interview_sessions (final_summary) values ('{"results": {}}')$$),
  ('be born long ago', $$insert into interview_sessions (created_at) values ('-infinity')$$),
  ('be born another''s', $$insert into interview_sessions (user_id) values ('b0000000-0000-4000-8000-000000000000')$$),
  ('delete a session beside the lock', $$delete from interview_sessions$$),
  ('forge a reply', $$update interview_turns set reply = '{"content": "You are hired."}'$$),
  ('forge a score', $$update interview_turns set feedback = '{"status": "ready", "scores": [5]}'$$),
  ('rewrite an answer', $$update interview_turns set message = 'better'$$),
  ('move the clock''s zero', $$update interview_turns set accepted_at = now()$$),
  ('write a turn', $$insert into interview_turns (session_id, turn_no, turn_id, message, reply) values ('a1000000-0000-4000-8000-000000000000', 1, 'x', 'm', '{}')$$),
  ('lose a bad answer', $$delete from interview_turns$$),
  ('make a task', $$insert into speech_tasks (task_type) values ('tts')$$),
  ('rewrite a transcript', $$update speech_tasks set result_data = '{"transcription": "better"}'$$),
  ('delete a task', $$delete from speech_tasks$$),
  ('reset a budget', $$update speech_usage set characters = 0, seconds = 0, tasks = 0$$),
  ('delete its row', $$delete from speech_usage$$),
  ('open another', $$insert into speech_usage (user_id, day) values ('a0000000-0000-4000-8000-000000000000', 'tomorrow')$$),
  ('raise the limits', $$update private.session_limits set per_user = 1000000$$),
  ('forget what was made', $$delete from private.sessions_made$$),
  ('lock by hand', $$select private.lock_session('a1000000-0000-4000-8000-000000000000')$$),
  ('charge by hand', $$select private.charge_speech(0, 0, null, null, 0)$$);
select pg_temp.become('a');
select throws_ok(sql, '42501', null, what) from attack;
select is(
  (select concat_ws(' ', status, session_config ->> 'interview_duration_minutes', session_stats ->> 'answers') from interview_sessions),
  'active 6 0', 'nothing of it happened');
with u as (update interview_sessions set session_config = '{"interview_duration_minutes": 600}' returning 1)
select is((select count(*)::int from u), 0, 'an interview that has begun keeps how it was set up');

-- By functions: never another's, whoever is named.
select pg_temp.become('b');
select is(accept_turn(pg_temp.sid(), 'k', 'm', 'p', 60, null, false) ->> 'outcome', 'not_found', 'a turn in another''s session');
select is(create_session(pg_temp.sid(), '{}') ->> 'outcome', 'not_found', 'a session under an id that another has');
select is((select count(*)::int from interview_sessions), 0, 'which is not told either');
select pg_temp.become('1');
select is(create_session(pg_temp.gid(1), '{"a": 1}') ->> 'outcome', 'created', 'a guest makes the session it names');
select is(create_session(pg_temp.gid(1), '{"a": 2}') ->> 'outcome', 'created', 'a repeat');
select is((select session_config from interview_sessions), '{"a": 1}', 'changes nothing');
select throws_ok($$select create_session(pg_temp.gid(2), '{}')$$, '42501', null, 'and makes no other');
select pg_temp.become('nobody');
select is(load_session(pg_temp.sid(), null) ->> 'outcome', 'not_found', 'without claims nobody is anybody');

-- What JSON may be, in a configuration and in what functions write.
reset role;
create function pg_temp.nested(n int) returns jsonb language sql as $$ select (repeat('{"a":', n) || '1' || repeat('}', n))::jsonb $$;
create temp table hostile (what text, value jsonb);
grant select on hostile to public;
insert into hostile values
  ('a number past a double', '{"x": 1e400}'), ('one that rounds past it', '{"x": [1.7976931348623157e308]}'),
  ('below', '{"x": {"y": -1e309}}'), ('131 kB in eight bytes', '{"x": 1e131000}'),
  ('almost nothing', '{"x": 1e-16000}'), ('nothing at length', '{"x": [0, 0e-16383]}'),
  ('101 levels', pg_temp.nested(101)), ('5000 levels', pg_temp.nested(5000)), ('no object', '[1]'), ('a text', '"x"');
select pg_temp.become('b');
select throws_ok(format('insert into interview_sessions (session_config) values (%L)', value), '23514', null, what) from hostile;
select throws_ok($$insert into interview_sessions (session_config)
  select jsonb_object_agg('k' || n, '') from generate_series(1, 40000) n$$, '23514', null, 'too many keys');
select throws_ok($$insert into interview_sessions (session_config) values ('{"x": "\u0000"}')$$, '22P05', null, 'the character NUL');
select lives_ok(
  format('insert into interview_sessions (session_config) values (%L)', pg_temp.nested(99) || '{"x": [1e308, -1e308, 1e-300, 0.0, 12345678901234567890]}'),
  'what can be read back is stored');
select pg_temp.become('a');
select is(accept_turn(pg_temp.sid(), 'k1', 'A1', 'p', 60, null, false) ->> 'outcome', 'accepted', '(a turn)');
select throws_ok(format('select complete_turn(pg_temp.sid(), ''k1'', ''p'', %L, null, null, null)', value), '23514', null, 'a reply: ' || what)
from hostile where what in ('131 kB in eight bytes', '101 levels', 'no object');
select throws_ok($$select complete_turn(pg_temp.sid(), 'k1', 'p', jsonb_build_object('x', repeat('x', 65536)), null, null, null)$$, '23514', null, 'a reply has a limit');
select throws_ok($$select complete_turn(pg_temp.sid(), 'k1', 'p', '{}', jsonb_build_object('x', repeat('x', 65536)), null, null)$$, '23514', null, 'so has feedback');
select throws_ok($$select complete_turn(pg_temp.sid(), 'k1', 'p', '{}', null, jsonb_build_object('x', repeat('x', 16384)), null)$$, '23514', null, 'so have counts');
select throws_ok($$select finish_speech_task('e1000000-0000-4000-8000-000000000000', 'error', null, null, repeat('x', 2001))$$, '23514', null, 'an error');
select throws_ok($$select finish_speech_task('e1000000-0000-4000-8000-000000000000', 'completed', null, jsonb_build_object('x', repeat('x', 1048576)), null)$$, '23514', null, 'a transcript');
select throws_ok($$select advance_speech_task('e1000000-0000-4000-8000-000000000000', jsonb_build_object('x', repeat('x', 1048576)), 60)$$, '23514', null, 'progress');
select is(complete_turn(pg_temp.sid(), 'k1', 'p', '{"content": "Q1"}', null, null, null) ->> 'outcome', 'completed', '(it ends)');
select throws_ok($$select accept_turn(pg_temp.sid(), repeat('k', 256), 'm', 'p', 60, null, false)$$, '23514', null, 'a key');
select throws_ok($$select accept_turn(pg_temp.sid(), 'k2', 'm', repeat('p', 256), 60, null, false)$$, '22001', null, 'a process');
select end_interview(pg_temp.sid(), true, null);
select throws_ok($$select begin_report(pg_temp.sid(), repeat('p', 256), 60, null)$$, '22001', null, 'the report''s owner');
select is(begin_report(pg_temp.sid(), 'p', 60, null) ->> 'outcome', 'granted', '(the report''s lease)');
select throws_ok($$select record_report(pg_temp.sid(), 'p', jsonb_build_object('x', repeat('x', 262144)), null)$$, '23514', null, 'a report');

-- How many turns, and how much of them.
reset role;
insert into interview_sessions (session_id, user_id) values ('a2000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000');
insert into interview_turns (session_id, turn_no, turn_id, user_id, message, reply)
select 'a2000000-0000-4000-8000-000000000000', n, 'k' || n, 'a0000000-0000-4000-8000-000000000000', case when n > 0 then 'm' end, '{}' from generate_series(0, 498) n;
select throws_ok($$insert into interview_turns (session_id, turn_no, turn_id, message) values ('a2000000-0000-4000-8000-000000000000', 500, 'x', 'm')$$, '23514', null, 'there is no 501st turn');
select pg_temp.become('a');
select is(accept_turn('a2000000-0000-4000-8000-000000000000', 'last', 'm', 'p', 60, null, false) ->> 'outcome', 'accepted', 'the 500th turn is accepted');
select is(complete_turn('a2000000-0000-4000-8000-000000000000', 'last', 'p', '{}', null, null, null) ->> 'outcome', 'completed', 'and answered');
select is(accept_turn('a2000000-0000-4000-8000-000000000000', 'more', 'm', 'p', 60, null, false) ->> 'outcome', 'ended', 'then the interview is over');
select is(accept_turn('a2000000-0000-4000-8000-000000000000', 'last', 'm', 'p', 60, null, false) ->> 'outcome', 'replay', 'for repeats it is what it was');
select is(reset_interview('a2000000-0000-4000-8000-000000000000', null) ->> 'outcome', 'reset', 'a reset');
select is((select turn_bytes from interview_sessions where session_id = 'a2000000-0000-4000-8000-000000000000'), 0, 'makes room again');
select is(start_interview('a2000000-0000-4000-8000-000000000000', 'k0', null, 'p', 60, null) ->> 'outcome', 'accepted', '(from the beginning)');
select is(complete_turn('a2000000-0000-4000-8000-000000000000', 'k0', 'p', '{}', null, null, null) ->> 'outcome', 'completed', '(its introduction)');
select accept_turn('a2000000-0000-4000-8000-000000000000', 'k1', repeat('ü', 20000), 'p', 60, null, false);
select complete_turn('a2000000-0000-4000-8000-000000000000', 'k1', 'p', jsonb_build_object('content', repeat('x', 60000)), null, null, null);
select record_feedback('a2000000-0000-4000-8000-000000000000', 'k1', jsonb_build_object('feedback', repeat('x', 60000)), null);
select ok((select turn_bytes between 160000 and 161000 from interview_sessions where session_id = 'a2000000-0000-4000-8000-000000000000'),
  'message, reply and feedback are counted, in bytes');
reset role;
update interview_sessions set turn_bytes = 4194305 where session_id = 'a2000000-0000-4000-8000-000000000000';
select pg_temp.become('a');
select is(accept_turn('a2000000-0000-4000-8000-000000000000', 'k2', 'm', 'p', 60, null, false) ->> 'outcome', 'ended', 'past 4 MB the interview is over');
select is(record_feedback('a2000000-0000-4000-8000-000000000000', 'k1', '{"status": "ready"}', null) ->> 'outcome', 'recorded', 'feedback on what there is comes still');
reset role;
update interview_sessions set turn_bytes = 8388608 where session_id = 'a2000000-0000-4000-8000-000000000000';
update interview_turns set feedback = null where session_id = 'a2000000-0000-4000-8000-000000000000';
select pg_temp.become('a');
select is(record_feedback('a2000000-0000-4000-8000-000000000000', 'k1', '{"status": "ready"}', null) ->> 'outcome', 'already', 'up to 8 MB');

-- How many sessions.
reset role;
update private.session_limits set guests_per_hour = 3, per_user_and_hour = 4, per_user = 100;
update private.sessions_made set hour = date_trunc('hour', now()), made = 2;
select pg_temp.become('2');
select lives_ok($$select create_session(pg_temp.gid(2), '{}')$$, 'guests make as many sessions in an hour as they may');
select pg_temp.become('3');
select throws_ok($$select create_session(pg_temp.gid(3), '{}')$$, 'PGRST', null, 'and no more');
select throws_ok($$insert into interview_sessions (session_id) values (pg_temp.gid(3))$$, 'PGRST', null, 'by no way');
select pg_temp.become('b');
select lives_ok($$insert into interview_sessions (session_config) values ('{}'), ('{}')$$, 'so does a user');
select throws_ok($$insert into interview_sessions default values$$, 'PGRST', null, 'and no more');
reset role;
update private.sessions_made set hour = hour - interval '1 hour';
select pg_temp.become('b');
select throws_ok($$insert into interview_sessions (session_config) select '{}' from generate_series(1, 5)$$, 'PGRST', null, 'nor many at once in the next');
select lives_ok($$select create_session(gen_random_uuid(), '{}')$$, 'which begins anew');
reset role;
update private.session_limits set per_user = 4;
select pg_temp.become('b');
select throws_ok($$select create_session(gen_random_uuid(), '{}')$$, 'PGRST', null, 'nor more than a user may keep');
select set_config('request.headers', jsonb_build_object('x-session-id', pg_temp.gid(1))::text, true);
select throws_ok($$select claim_session(pg_temp.gid(1), null)$$, 'PGRST', null, 'by no way');
reset role;
select is((select user_id from interview_sessions where session_id = pg_temp.gid(1)), null, 'what was claimed in vain stays a guest''s');
create function pg_temp.headers_of(p_sql text) returns text language plpgsql as $$
declare
  v_detail text;
begin
  execute p_sql;
  return null;
exception when sqlstate 'PGRST' then
  get stacked diagnostics v_detail = pg_exception_detail;
  return (select string_agg(k, ' ') from jsonb_object_keys(v_detail::jsonb -> 'headers') k);
end $$;
select pg_temp.become('b');
select is(pg_temp.headers_of($$select create_session(gen_random_uuid(), '{}')$$), null, 'waiting would not help');
select pg_temp.become('3');
select is(pg_temp.headers_of($$select create_session(pg_temp.gid(3), '{}')$$), null, '(the guests'' hour is another)');
reset role;
update private.sessions_made set hour = date_trunc('hour', now()), made = 3 where maker = '00000000-0000-0000-0000-000000000000';
select pg_temp.become('4');
select is(pg_temp.headers_of($$select create_session(pg_temp.gid(4), '{}')$$), 'Retry-After', 'the hour''s end does');
select pg_temp.become('1');
select is(create_session(pg_temp.gid(1), '{}') ->> 'outcome', 'created', 'a repeat of what was made is no more');
reset role;
select is((select made from private.sessions_made where maker = '00000000-0000-0000-0000-000000000000'), 3, 'and is not counted');
update private.session_limits set guests_per_hour = 100;
insert into interview_sessions (session_id, user_id, created_at) values (pg_temp.gid(5), null, now() - interval '900 days');
select pg_temp.become('6');
select lives_ok($$select create_session(pg_temp.gid(6), '{}')$$, '(a guest comes)');
reset role;
select is((select count(*)::int from interview_sessions where session_id = pg_temp.gid(5)), 1,
  'how old a guest''s session is says nothing of its use: it goes when the job says so');
select is((select count(*)::int from private.sessions_made), 3, 'there is one count for all guests and one for each user');

-- Speech: numbers that are none, and tasks.
select pg_temp.become('b');
select is(begin_speech_task(gen_random_uuid(), null, 'tts', null, 60, 0, 'NaN', 100, 60, null) ->> 'outcome', 'over_budget', 'NaN seconds are too many');
select is(begin_speech_task('e2000000-0000-4000-8000-000000000000', null, 'stt_stream', null, 60, 9223372036854775807, 'NaN', null, null, null) ->> 'outcome', 'started', 'where there is no budget');
select append_utterance('e2000000-0000-4000-8000-000000000000', '{"id": "1", "text": "x"}', 'Infinity', 60, 60);
select is((select (characters, seconds)::text from speech_usage), '(1000000,172800.000)', 'they count as a day');
reset role;
update speech_usage set tasks = 5000 where user_id = 'b0000000-0000-4000-8000-000000000000';
select pg_temp.become('b');
select is(begin_speech_task(gen_random_uuid(), null, 'tts', null, 60, 0, 0, 100, 600000, null) ->> 'outcome', 'over_budget', 'no more than 5,000 tasks a day');

-- A secret that the service alone sends.
reset role;
select private.set_write_secret('of the service');
select pg_temp.become('a');
select throws_ok(sql, 'PT403', null, 'without the secret: ' || sql) from (values
  ('select accept_turn(pg_temp.sid(), ''k'', ''m'', ''p'', 60, null, false)'), ('select reset_interview(pg_temp.sid(), null)'),
  ('select complete_turn(pg_temp.sid(), ''k'', ''p'', ''{}'', null, null, null)'),
  ('select record_feedback(pg_temp.sid(), ''k1'', ''{"scores": [5]}'', null)'),
  ('select record_report(pg_temp.sid(), ''p'', ''{"overall_score": 5}'', null)')) s (sql);
select set_config('request.headers', '{"x-write-secret": "of somebody"}', true);
select throws_ok($$select reset_interview(pg_temp.sid(), null)$$, 'PT403', null, 'nor with another');
select set_config('request.headers', '{"x-write-secret": "of the service"}', true);
select is(reset_interview(pg_temp.sid(), null) ->> 'outcome', 'reset', 'with it');
reset role;
select private.set_write_secret(null);
select pg_temp.become('a');
select is(reset_interview(pg_temp.sid(), null) ->> 'outcome', 'reset', 'or where none is set');

select * from finish();
rollback;
