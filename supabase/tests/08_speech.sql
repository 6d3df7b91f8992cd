-- Speech tasks: who sees them, what they cost, how they end, and the texts of live transcriptions.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(38);

insert into auth.users (id, email) values
  ('a0000000-0000-4000-8000-000000000000', 'a@speech.test'), ('b0000000-0000-4000-8000-000000000000', 'b@speech.test');
insert into interview_sessions (session_id, user_id) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000'),
  ('c1000000-0000-4000-8000-000000000000', null), ('c2000000-0000-4000-8000-000000000000', null);
create function pg_temp.task(n int) returns uuid language sql as $$
  select ('e0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.become(who text) returns void language plpgsql as $$
begin
  perform set_config('request.jwt.claims', case who
    when 'a' then '{"sub": "a0000000-0000-4000-8000-000000000000", "role": "authenticated"}'
    when 'b' then '{"sub": "b0000000-0000-4000-8000-000000000000", "role": "authenticated"}'
    else '{"role": "anon"}' end, true);
  perform set_config('request.headers', case who
    when 'c1' then '{"x-session-id": "c1000000-0000-4000-8000-000000000000"}'
    when 'c2' then '{"x-session-id": "c2000000-0000-4000-8000-000000000000"}' else '{}' end, true);
end $$;
create function pg_temp.begin_task(n int, session text, kind text, chars bigint, secs numeric) returns text language sql as $$
  select begin_speech_task(pg_temp.task(n), session::uuid, kind, '{"step": "queued"}', 30, chars, secs, 100, 60, null) ->> 'outcome' $$;
do $$ begin execute format('grant usage on schema %s to anon, authenticated, service_role', pg_my_temp_schema()::regnamespace); end $$;

set local role authenticated;
select pg_temp.become('a');
select is(pg_temp.begin_task(1, 'a1000000-0000-4000-8000-000000000000', 'stt_batch', 0, 40), 'started', 'begin: in one''s own session');
select is(pg_temp.begin_task(1, 'a1000000-0000-4000-8000-000000000000', 'stt_batch', 0, 40), 'started', 'begin: a repeat is the same task');
select is((select seconds from speech_usage), 40.0, 'begin: counted once');
select is(pg_temp.begin_task(2, null, 'stt_batch', 0, 30), 'over_budget', 'begin: no more than the day''s seconds');
select is((select seconds from speech_usage), 40.0, 'begin: a refusal costs nothing');
select is(pg_temp.begin_task(2, null, 'tts', 100, 0), 'started', 'begin: a user''s task needs no session');
select is(pg_temp.begin_task(3, null, 'tts', 1, 0), 'over_budget', 'begin: no more than the day''s characters');
select is(pg_temp.begin_task(3, 'c1000000-0000-4000-8000-000000000000', 'tts', 0, 0), 'not_found', 'begin: not in a guest''s session');
select throws_ok('update speech_usage set seconds = 0', '42501', null, 'nobody lowers their own count');
select throws_ok('delete from speech_usage', '42501', null, 'nor deletes it');
select is(pg_temp.begin_task(9, null, 'tts', -50, -50), 'started', 'a negative amount');
select is((select (characters, seconds)::text from speech_usage), '(100,40.000)', 'changes nothing');

select pg_temp.become('b');
select is((select count(*)::int from speech_tasks) + (select count(*)::int from speech_usage), 0, 'another user sees neither tasks nor use');
select is(read_speech_task(pg_temp.task(1)) ->> 'outcome', 'not_found', 'read: not another''s');
select is(advance_speech_task(pg_temp.task(1), '{}', 30) ->> 'outcome', 'lost', 'advance: not another''s');
select is(finish_speech_task(pg_temp.task(1), 'completed', null, '{}', null) ->> 'outcome', 'not_found', 'finish: not another''s');
select is(pg_temp.begin_task(4, 'a1000000-0000-4000-8000-000000000000', 'tts', 1, 0), 'not_found', 'begin: not in another''s session');

select pg_temp.become('a');
select is(advance_speech_task(pg_temp.task(1), '{"step": "transcribing"}', 30) ->> 'outcome', 'renewed', 'advance: it works on');
select is(read_speech_task(pg_temp.task(1)) -> 'task' -> 'progress_data' ->> 'step', 'transcribing', 'read: how far it is');
select is(advance_speech_task(pg_temp.task(1), '{}', -1) ->> 'outcome', 'renewed', 'a lease that ran out');
select is(read_speech_task(pg_temp.task(1)) -> 'task' ->> 'error_message', 'orphaned', 'read: makes the task an error');
select is(advance_speech_task(pg_temp.task(1), '{}', 30) ->> 'outcome', 'lost', 'advance: its process learns it');
select is(finish_speech_task(pg_temp.task(1), 'completed', null, '{"transcription": "late"}', null) ->> 'outcome', 'finished', 'finish: a late result counts');
select is(finish_speech_task(pg_temp.task(1), 'error', null, null, 'x') ->> 'outcome', 'already', 'finish: once');

-- Guests.
set local role anon;
select pg_temp.become('c1');
select is(pg_temp.begin_task(5, 'c1000000-0000-4000-8000-000000000000', 'stt_stream', 0, 0), 'started', 'a guest''s task');
select is(pg_temp.begin_task(6, null, 'tts', 1, 0), 'not_found', 'a guest''s task needs a session');
select is(pg_temp.begin_task(6, 'c2000000-0000-4000-8000-000000000000', 'tts', 1, 0), 'not_found', 'the one that is named');
select is(append_utterance(pg_temp.task(5), '{"id": "x-1", "text": "Hello there."}', 2, 60, 30) ->> 'outcome', 'added', 'append: an utterance');
select is(append_utterance(pg_temp.task(5), '{"id": "x-1", "text": "Hello there."}', 2, 60, 30) ->> 'outcome', 'added', 'append: a repeat');
select is(append_utterance(pg_temp.task(5), '{"id": "x-2", "text": "Again."}', 59, 60, 30) ->> 'outcome', 'over_budget', 'append: over the day''s seconds');
select is((select seconds from speech_usage), 61.0, 'append: what was heard is counted, once');
select is(resume_stream(pg_temp.task(5), 30) ->> 'text', 'Hello there. Again.', 'resume: with what was said');
select pg_temp.become('c2');
select is(resume_stream(pg_temp.task(5), 30) ->> 'outcome', 'not_found', 'resume: not another guest''s');
select pg_temp.become('c1');
select finish_stream(pg_temp.task(5), null);
select is((select result_data::text from speech_tasks where task_id = pg_temp.task(5)),
  '{"duration": 61, "transcription": "Hello there. Again."}', 'finish: the text of the whole');
select append_utterance(pg_temp.task(5), '{"id": "x-3", "text": "Late."}', 1, 60, 30);
select is((select result_data ->> 'transcription' from speech_tasks where task_id = pg_temp.task(5)),
  'Hello there. Again. Late.', 'append: what was still on its way is not lost');

-- Clean-up.
set local role service_role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
insert into speech_tasks (task_id, user_id, task_type, lease_until) values
  (pg_temp.task(7), 'a0000000-0000-4000-8000-000000000000', 'tts', now() - interval '1 second'),
  (pg_temp.task(8), 'a0000000-0000-4000-8000-000000000000', 'tts', now() + interval '1 hour');
insert into speech_usage (user_id, day) values ('a0000000-0000-4000-8000-000000000000', current_date - 40);
select cleanup_completed_tasks();
select is((select status from speech_tasks where task_id = pg_temp.task(7)), 'error', 'clean-up: a task without its process is an error');
select is((select status from speech_tasks where task_id = pg_temp.task(8)), 'processing', 'clean-up: a living one stays');
select is((select count(*)::int from speech_usage where day < current_date - 31), 0, 'clean-up: counts of use are kept for a month');

select * from finish();
rollback;
