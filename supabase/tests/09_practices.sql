-- Practices of one question: whose they may be, what a guest sees of them, and what stays when the origin goes.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(17);

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
  ('d2000000-0000-4000-8000-000000000000', 0, 'k', null, null, '{"content": "Why?"}'),
  ('d2000000-0000-4000-8000-000000000000', 1, 'l', null, 'Because.', '{"content": "Thanks."}');

create function pg_temp.seen_by(p_role text, p_headers text) returns jsonb language plpgsql as $$
declare
  v_seen jsonb;
begin
  perform set_config('request.jwt.claims', jsonb_build_object('role', p_role)::text, true);
  perform set_config('request.headers', p_headers, true);
  perform set_config('role', p_role, true);
  v_seen := guest_practices(2);
  perform set_config('role', 'none', true);
  return v_seen;
end
$$;
select results_eq(
  $$select left(p ->> 'session_id', 2), jsonb_array_length(p -> 'interview_turns')
    from jsonb_array_elements(pg_temp.seen_by('anon', '{"x-session-id": "d1000000-0000-4000-8000-000000000000"}')) p$$,
  $$values ('d3', 0), ('d2', 2)$$, 'a guest sees the attempts at a question of the session that is named, the latest first');
select is(
  pg_temp.seen_by('anon', '{"x-session-id": "d1000000-0000-4000-8000-000000000000"}') #>> '{1,interview_turns,1,message}',
  'Because.', 'with what was said');
select is(pg_temp.seen_by('anon', '{}'), '[]', 'who names none sees none');
select is(
  pg_temp.seen_by('anon', '{"x-session-id": "d2000000-0000-4000-8000-000000000000"}'), '[]', 'a practice is no origin');
select is(
  pg_temp.seen_by('anon', '{"x-session-id": "a1000000-0000-4000-8000-000000000000"}'), '[]', 'a user''s practices are not a guest''s');
select throws_ok(
  $$select pg_temp.seen_by('authenticated', '{"x-session-id": "d1000000-0000-4000-8000-000000000000"}')$$,
  '42501', null, 'nor a guest''s a user''s');

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
  (select practice_of is null and practice_question = 2 from interview_sessions
   where session_id = 'a2000000-0000-4000-8000-000000000000'),
  true, 'the practice stays and stands alone');
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
