-- Practices of one question: whose they may be, what a guest sees of them, and what stays when the origin goes.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(23);

insert into auth.users (id, email) values
  ('a0000000-0000-4000-8000-000000000000', 'a@practice.test'),
  ('b0000000-0000-4000-8000-000000000000', 'b@practice.test');
insert into interview_sessions (session_id, user_id) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000'),
  ('d1000000-0000-4000-8000-000000000000', null),
  ('e1000000-0000-4000-8000-000000000000', null);

select throws_ok(
  $$insert into interview_sessions (practice_of) values ('d1000000-0000-4000-8000-000000000000')$$,
  '23514', null, 'a practice of a session names its question');
select throws_ok(
  $$insert into interview_sessions (practice_of, practice_question) values ('d1000000-0000-4000-8000-000000000000', 0)$$,
  '23514', null, 'questions are counted from 1');
select throws_ok(
  $$insert into interview_sessions (user_id, practice_of, practice_question)
    values ('b0000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000000', 1)$$,
  '23503', 'practice_of must be a session of the same owner', 'another''s session can''t be practised');
select throws_ok(
  $$insert into interview_sessions (user_id, practice_of, practice_question)
    values ('b0000000-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000000', 1)$$,
  '23503', 'practice_of must be a session of the same owner', 'and is refused as one that does not exist');

insert into interview_sessions (session_id, user_id, practice_of, practice_question, created_at) values
  ('a2000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000',
    'a1000000-0000-4000-8000-000000000000', 2, now()),
  ('d2000000-0000-4000-8000-000000000000', null, 'd1000000-0000-4000-8000-000000000000', 2, now() - interval '1 hour'),
  ('d3000000-0000-4000-8000-000000000000', null, 'd1000000-0000-4000-8000-000000000000', 2, now()),
  ('d4000000-0000-4000-8000-000000000000', null, 'd1000000-0000-4000-8000-000000000000', 3, now()),
  ('e2000000-0000-4000-8000-000000000000', null, 'e1000000-0000-4000-8000-000000000000', 2, now());
insert into interview_turns (session_id, turn_no, turn_id, user_id, message, reply) values
  ('a2000000-0000-4000-8000-000000000000', 0, 'k', 'a0000000-0000-4000-8000-000000000000', null, '{"content": "Why you?"}'),
  ('a2000000-0000-4000-8000-000000000000', 1, 'l', 'a0000000-0000-4000-8000-000000000000', 'I care.', '{"content": "Thanks."}'),
  ('d2000000-0000-4000-8000-000000000000', 0, 'k', null, null, '{"content": "Why?"}'),
  ('d2000000-0000-4000-8000-000000000000', 1, 'l', null, 'Because.', '{"content": "Thanks."}'),
  ('d3000000-0000-4000-8000-000000000000', 0, 'k', null, null, '{"content": "Why?"}'),
  ('d4000000-0000-4000-8000-000000000000', 0, 'k', null, null, '{"content": "How?"}'),
  ('d4000000-0000-4000-8000-000000000000', 1, 'l', null, 'Slowly.', '{"content": "Thanks."}');
-- One that is full: before its answer it was asked back twice, and after it came all that there may be.
insert into interview_sessions (session_id, user_id, practice_of, practice_question, created_at) values
  ('d5000000-0000-4000-8000-000000000000', null, 'd1000000-0000-4000-8000-000000000000', 2, now() - interval '2 hours');
insert into interview_turns (session_id, turn_no, turn_id, message, reply, unanswered_at, feedback)
select 'd5000000-0000-4000-8000-000000000000', n, 'k' || n, case when n > 0 then 'said ' || n || repeat('x', 8000) end,
  case when n = 2 then null else jsonb_build_object('content', 'line ' || n,
    'response_type', case when n = 1 then 'clarification' else 'question' end) end,
  case when n = 2 then now() end, jsonb_build_object('status', 'ready', 'n', n)
from generate_series(0, 499) n;

create function pg_temp.seen_by(p_role text, p_named text, p_sub text default null,
  p_session uuid default 'd1000000-0000-4000-8000-000000000000', p_question integer default 2) returns jsonb
language plpgsql as $$
declare
  v_seen jsonb;
begin
  perform set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object('role', p_role, 'sub', p_sub))::text, true);
  perform set_config('request.headers', jsonb_strip_nulls(jsonb_build_object('x-session-id', p_named))::text, true);
  perform set_config('role', p_role, true);
  v_seen := list_practices(p_session, p_question);
  perform set_config('role', 'none', true);
  return v_seen;
end
$$;
create function pg_temp.told(p_seen jsonb) returns text language sql as $$
  select string_agg(concat_ws(' ', left(p ->> 'session_id', 2), p ->> 'question', left(p #>> '{answer,message}', 9)), ', ' order by i)
  from jsonb_array_elements(p_seen) with ordinality as x (p, i) $$;
select is(
  pg_temp.told(pg_temp.seen_by('anon', 'd1000000-0000-4000-8000-000000000000')),
  'd2 Why? Because., d5 line 0 said 3xxx',
  'a guest sees what was answered of the session that is named, the latest first: the first answer, after what asked back');
select ok(
  (select octet_length(pg_temp.seen_by('anon', 'd1000000-0000-4000-8000-000000000000')::text) between 8000 and 10000),
  'and of a full practice no more than that');
select is(
  (select array_agg(k order by k) from jsonb_object_keys(
    pg_temp.seen_by('anon', 'd1000000-0000-4000-8000-000000000000') #> '{1,answer}') k),
  array['accepted_at', 'feedback', 'message', 'turn_id', 'turn_no', 'version'], 'with its feedback, without the reply');
select is(pg_temp.seen_by('anon', null), '[]', 'who names none sees none');
select is(
  pg_temp.seen_by('anon', 'd2000000-0000-4000-8000-000000000000', null, 'd2000000-0000-4000-8000-000000000000'), '[]',
  'a practice is no origin');
select is(
  pg_temp.seen_by('anon', 'a1000000-0000-4000-8000-000000000000', null, 'a1000000-0000-4000-8000-000000000000'), '[]',
  'a user''s practices are not a guest''s');
select is(
  pg_temp.seen_by('authenticated', 'd1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000'), '[]',
  'nor a guest''s a user''s');
select is(
  pg_temp.told(pg_temp.seen_by('authenticated', null, 'a0000000-0000-4000-8000-000000000000',
    'a1000000-0000-4000-8000-000000000000')), 'a2 Why you? I care.', 'a user sees their own');
select is(
  pg_temp.seen_by('authenticated', null, 'b0000000-0000-4000-8000-000000000000',
    'a1000000-0000-4000-8000-000000000000'), '[]', 'and not another''s');
-- The origin is claimed, its practices are not.
update interview_sessions set user_id = 'b0000000-0000-4000-8000-000000000000'
where session_id = 'd1000000-0000-4000-8000-000000000000';
select is(
  pg_temp.seen_by('anon', 'd1000000-0000-4000-8000-000000000000'), '[]', 'the old id of a claimed origin shows nothing');
select is(
  pg_temp.seen_by('authenticated', null, 'b0000000-0000-4000-8000-000000000000'), '[]',
  'nor does its new owner see what stayed a guest''s');
update interview_sessions set user_id = null where session_id = 'd1000000-0000-4000-8000-000000000000';
-- The latest fifty.
insert into interview_sessions (session_id, user_id, practice_of, practice_question)
select ('f' || lpad(n::text, 7, '0') || '-0000-4000-8000-000000000000')::uuid, null, 'd1000000-0000-4000-8000-000000000000', 3
from generate_series(1, 60) n;
insert into interview_turns (session_id, turn_no, turn_id, message, reply)
select s.session_id, n, 'k' || n, case n when 1 then 'Again.' end, '{"content": "How?"}'
from interview_sessions s, generate_series(0, 1) n where s.session_id::text like 'f%' and s.practice_question = 3;
select is(
  jsonb_array_length(pg_temp.seen_by('anon', 'd1000000-0000-4000-8000-000000000000', null,
    'd1000000-0000-4000-8000-000000000000', 3)), 50, 'fifty at most');

-- A user's are plain rows of theirs.
select set_config('request.jwt.claims', '{"role": "authenticated", "sub": "a0000000-0000-4000-8000-000000000000"}', true);
set local role authenticated;
select is((select count(*)::int from interview_sessions where practice_of is not null), 1, 'a user sees their own');
select throws_ok(
  $$update interview_sessions set practice_of = 'd1000000-0000-4000-8000-000000000000'
    where session_id = 'a2000000-0000-4000-8000-000000000000'$$,
  '42501', null, 'and can''t make it another''s');
select is(
  delete_session('a1000000-0000-4000-8000-000000000000'), '{"outcome": "deleted"}', 'the origin is deleted');
select is(
  (select practice_of is null and practice_question = 2 and version = 1 and base_version = 1 from interview_sessions
   where session_id = 'a2000000-0000-4000-8000-000000000000'),
  true, 'the practice stays and stands alone, as a new version');
reset role;

delete from auth.users where id = 'a0000000-0000-4000-8000-000000000000';
select is(
  (select count(*)::int from interview_sessions where user_id is not null), 0, 'an account''s practices go with it');
select set_config('request.jwt.claims', '{"role": "anon"}', true);
select set_config('request.headers', '{"x-session-id": "d1000000-0000-4000-8000-000000000000"}', true);
set local role anon;
select is(delete_session('d1000000-0000-4000-8000-000000000000'), '{"outcome": "deleted"}', 'a guest deletes the origin');
reset role;
select is(
  (select count(*)::int from interview_sessions where session_id in
    ('d2000000-0000-4000-8000-000000000000', 'd3000000-0000-4000-8000-000000000000') and practice_of is null),
  2, 'and keeps the practices');

select * from finish();
rollback;
