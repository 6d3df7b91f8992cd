-- The scheduled jobs: whom they obey, what they remove and what they leave.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(19);

insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000000', 'a@cleanup.test');
delete from interview_sessions;
delete from speech_tasks;
-- Times of the past, which the updated_at triggers would overwrite.
set local session_replication_role = replica;
insert into interview_sessions (session_id, user_id, status, updated_at) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'active', now() - interval '167 hours'),
  ('a2000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'active', now() - interval '169 hours'),
  ('a3000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'completed', now() - interval '900 hours'),
  ('d1000000-0000-4000-8000-000000000000', null, 'active', now() - interval '719 hours'),
  ('d2000000-0000-4000-8000-000000000000', null, 'active', now() - interval '721 hours'),
  ('d3000000-0000-4000-8000-000000000000', null, 'completed', now() - interval '721 hours');
insert into speech_tasks (task_id, user_id, task_type, status, created_at) values
  ('a1000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000000', 'tts', 'completed', now() - interval '25 hours'),
  ('a1000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000000', 'tts', 'error', now() - interval '25 hours'),
  ('a1000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000000', 'tts', 'processing', now() - interval '25 hours'),
  ('a1000000-0000-4000-8000-000000000004', 'a0000000-0000-4000-8000-000000000000', 'tts', 'processing', now() - interval '23 hours'),
  ('a1000000-0000-4000-8000-000000000005', 'a0000000-0000-4000-8000-000000000000', 'tts', 'completed', now() - interval '23 hours');
set local session_replication_role = origin;

select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok('select cleanup_completed_tasks()', '42501', null, 'anon may not clean up tasks');
select throws_ok('select cleanup_abandoned_sessions()', '42501', null, 'anon may not clean up sessions');
set local role authenticated;
select throws_ok('select cleanup_completed_tasks()', '42501', null, 'authenticated may not clean up tasks');
select throws_ok('select cleanup_abandoned_sessions()', '42501', null, 'authenticated may not clean up sessions');

set local role service_role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
select throws_ok('select cleanup_completed_tasks(-1)', '22023', 'older_than_hours must be zero or more', 'a negative age is refused');
select throws_ok('select cleanup_completed_tasks(null)', '22023', 'older_than_hours must be zero or more', 'no age is refused');
select throws_ok('select cleanup_abandoned_sessions(-1, 1)', '22023', 'idle_hours must be zero or more', 'a negative idle time is refused');
select throws_ok('select cleanup_abandoned_sessions(1, null)', '22023', 'delete_guest_hours must be zero or more', 'no idle time is refused');

select is(cleanup_completed_tasks(), 2::bigint, 'tasks: the finished ones older than a day are deleted, and counted');
select results_eq(
  $$select right(task_id::text, 1), status, error_message from speech_tasks order by 1$$,
  $$values ('3', 'error', 'orphaned'), ('4', 'processing', null), ('5', 'completed', null)$$,
  'tasks: an old one still processing is an error, younger ones stay');
select is(cleanup_completed_tasks(), 1::bigint, 'tasks: the orphan goes the next time');
select is(cleanup_completed_tasks(0), 1::bigint, 'tasks: an age of zero takes every finished one');

select is(
  cleanup_abandoned_sessions(), '{"abandoned": 2, "guests_deleted": 2}', 'sessions: idle ones are marked, old guests'' deleted');
select results_eq(
  $$select left(session_id::text, 2), status from interview_sessions order by 1$$,
  $$values ('a1', 'active'), ('a2', 'abandoned'), ('a3', 'completed'), ('d1', 'abandoned')$$,
  'sessions: owned ones are never deleted');
select ok(
  (select version = 1 and base_version = 1 from interview_sessions where session_id = 'a2000000-0000-4000-8000-000000000000'),
  'sessions: marking raises version and base_version');
select is(cleanup_abandoned_sessions(), '{"abandoned": 0, "guests_deleted": 0}', 'sessions: once');
select is(
  cleanup_abandoned_sessions(idle_hours => 168, delete_guest_hours => 720), '{"abandoned": 0, "guests_deleted": 0}',
  'sessions: the marking itself counts as a use, so that nothing is deleted right after');

-- The account's deletion takes everything along.
reset role;
insert into interview_turns (session_id, turn_no, turn_id, user_id)
values ('a1000000-0000-4000-8000-000000000000', 0, 'k', 'a0000000-0000-4000-8000-000000000000');
delete from auth.users where id = 'a0000000-0000-4000-8000-000000000000';
select is(
  (select count(*)::int from interview_sessions where user_id is not null) + (select count(*)::int from interview_turns)
  + (select count(*)::int from speech_tasks),
  0, 'an account''s sessions, turns and tasks go with it');
select is((select count(*)::int from interview_sessions), 1, 'and no other''s');

select * from finish();
rollback;
