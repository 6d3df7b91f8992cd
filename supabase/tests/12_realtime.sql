-- What tells other instances of a session's change, and who may hear it. The schema `realtime` is Supabase's; here a
-- function of the same signature notes what it is given. supabase/realtime.sql itself is tried by tests/api/realtime_setup.rs.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(27);

insert into auth.users (id, email) values
  ('a0000000-0000-4000-8000-000000000000', 'a@told.test'), ('b0000000-0000-4000-8000-000000000000', 'b@told.test');
insert into interview_sessions (session_id, user_id) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000'),
  ('c1000000-0000-4000-8000-000000000000', null);
create function pg_temp.become(who text) returns void language plpgsql as $$
begin
  perform set_config('request.jwt.claims', case when who in ('a', 'b')
    then format('{"sub": "%s0000000-0000-4000-8000-000000000000", "role": "authenticated"}', who) else '{"role": "anon"}' end, true);
  perform set_config('request.headers', '{"x-session-id": "c1000000-0000-4000-8000-000000000000"}', true);
  perform set_config('role', case when who in ('a', 'b') then 'authenticated' else 'anon' end, true);
end $$;
do $$ begin execute format('grant usage on schema %s to public', pg_my_temp_schema()::regnamespace); end $$;

-- Topics.
select is(private.session_topic('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000'),
  'session:a1000000-0000-4000-8000-000000000000', 'a user''s topic is the session''s');
select is(private.session_topic('00000000-0000-0000-0000-000000000007', null),
  'guest-session:0d25a51a47b7f482388bd4424640e7e53741f4379afeb248915e983b828afe73', 'a guest''s does not tell the id');
create temp table topics as select
  private.session_topic('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000') as a,
  private.session_topic('c1000000-0000-4000-8000-000000000000', null) as guest;
grant select on topics to public;

-- Who may hear them.
select pg_temp.become('a');
select ok(private.may_hear((select a from topics)), 'a user hears their session');
select ok(not private.may_hear((select guest from topics)), 'and no guest''s');
select ok(not private.may_hear('session:c1000000-0000-4000-8000-000000000000'), 'however it is named');
select ok(not private.may_hear(topic), format('nor %L', topic))
from unnest(array['', 'session:', 'session:x', 'session:a1000000-0000-4000-8000-000000000000x', 'a1000000-0000-4000-8000-000000000000',
  'Session:a1000000-0000-4000-8000-000000000000']) as topic;
select ok(private.may_hear(null) is not true, 'nor what has no name');
select pg_temp.become('b');
select ok(not private.may_hear((select a from topics)), 'another user does not');
select pg_temp.become('guest');
select ok(private.may_hear((select guest from topics)), 'a guest hears a session whose digest they can name');
select ok(not private.may_hear((select a from topics)), 'and no user''s');
select ok(not private.may_hear(topic), format('nor %L', left(topic, 20)))
from unnest(array['guest-session:', 'guest-session:%', 'guest-session:c1000000-0000-4000-8000-000000000000']) as topic;
reset role;

-- Whatever is wrong with Realtime, changes are made.
create trigger tell after update or delete on interview_sessions for each row execute function private.tell_session_change();
set local client_min_messages = error;
select pg_temp.become('a');
select is(start_interview('a1000000-0000-4000-8000-000000000000', 'k0', null, 'p', 60, null) ->> 'outcome', 'accepted',
  'without a schema realtime, an interview begins');
reset role;
create schema realtime;
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql as $$ begin raise exception 'broken'; end $$;
select pg_temp.become('a');
select is(complete_turn('a1000000-0000-4000-8000-000000000000', 'k0', 'p', '{"content": "Q0"}', null, '{"answers": 0}', null)
  ->> 'outcome', 'completed', 'with one that is broken, a turn is completed');
reset role;

-- What they tell.
create table pg_temp.sent (event text, topic text, payload jsonb, private boolean);
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language sql as $$ insert into pg_temp.sent values ($2, $3, $1, $4) $$;
select pg_temp.become('a');
select is(accept_turn('a1000000-0000-4000-8000-000000000000', 'k1', 'my words', 'p', 60, null, false) ->> 'outcome', 'accepted',
  'a message is accepted');
reset role;
select is((select count(*)::int from pg_temp.sent), 1, 'it is told once');
select is((select row(s.event, s.topic, s.payload, s.private)::text from pg_temp.sent s),
  (select row('session_changed', t.a, jsonb_build_object('version', i.version), true)::text
   from topics t, interview_sessions i where i.session_id = 'a1000000-0000-4000-8000-000000000000'),
  'in the session''s private topic, and nothing but the version');
delete from pg_temp.sent;
select pg_temp.become('a');
select is(claim_session('c1000000-0000-4000-8000-000000000000', null) ->> 'outcome', 'claimed', 'a guest''s session is claimed');
reset role;
select set_eq($$select topic from pg_temp.sent$$,
  $$select guest from topics union all select 'session:c1000000-0000-4000-8000-000000000000'$$,
  'the guest is told as well as the user');
delete from pg_temp.sent;
select pg_temp.become('a');
select is(delete_session('a1000000-0000-4000-8000-000000000000') ->> 'outcome', 'deleted', 'a session is deleted');
reset role;
select is((select array_agg(row(event, topic, payload)::text) from pg_temp.sent),
  (select array[row('session_deleted', a, '{}'::jsonb)::text] from topics), 'its listeners are told');

select * from finish();
rollback;
