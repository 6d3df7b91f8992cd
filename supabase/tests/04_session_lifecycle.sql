-- End, reset, report, claim, deletion: every outcome; and versions under plain updates.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(63);

insert into auth.users (id, email, is_anonymous) values
  ('a0000000-0000-4000-8000-000000000000', 'a@life.test', false),
  ('c0000000-0000-4000-8000-000000000000', null, true);
insert into interview_sessions (session_id, user_id, session_config) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', '{"style": "casual"}'),
  ('c1000000-0000-4000-8000-000000000000', 'c0000000-0000-4000-8000-000000000000', '{}'),
  ('d1000000-0000-4000-8000-000000000000', null, '{}'),
  ('d2000000-0000-4000-8000-000000000000', null, '{}');
insert into speech_tasks (session_id, user_id, task_type) values ('d1000000-0000-4000-8000-000000000000', null, 'tts');

create function pg_temp.sid() returns uuid language sql as $$ select 'a1000000-0000-4000-8000-000000000000'::uuid $$;
create function pg_temp.gid() returns uuid language sql as $$ select 'd1000000-0000-4000-8000-000000000000'::uuid $$;
create function pg_temp.become(p_role text, p_sub text, p_named text) returns void language plpgsql as $$
begin
  perform set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object('role', p_role, 'sub', p_sub))::text, true);
  perform set_config('request.headers', jsonb_strip_nulls(jsonb_build_object('x-session-id', p_named))::text, true);
  perform set_config('role', p_role, true);
end $$;
create temp table answer (a jsonb);
grant all on answer to public;
create temp table before (version bigint, base_version bigint);
grant all on before to public;

select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000', null);

-- Out of reach.
select is(end_interview(pg_temp.gid(), true, null), '{"outcome": "not_found"}', 'end: hidden');
select is(reset_interview(pg_temp.gid(), null), '{"outcome": "not_found"}', 'reset: hidden');
select is(begin_report(pg_temp.gid(), 'p', 60, null), '{"outcome": "not_found"}', 'begin_report: hidden');
select is(record_report(pg_temp.gid(), 'p', '{}', null), '{"outcome": "not_found"}', 'record_report: hidden');
select is(delete_session(pg_temp.gid()), '{"outcome": "not_found"}', 'delete: hidden');

-- end_interview
select is(begin_report(pg_temp.sid(), 'p', 60, null) ->> 'outcome', 'not_ended', 'begin_report: not before the end');
select is(start_interview(pg_temp.sid(), 'k0', null, 'p', 60, null) ->> 'outcome', 'accepted', '(the introduction is under way)');
insert into answer select end_interview(pg_temp.sid(), false, null);
select is(a - 'session' - 'turns' - 'full' - 'lease_remaining_ms', '{"outcome": "busy", "turn_no": 0, "turn_id": "k0"}', 'end: busy while a turn is under way') from answer;
select ok((a ->> 'lease_remaining_ms')::int between 1 and 60000, 'end: busy tells how long the lease lasts') from answer;
select is(complete_turn(pg_temp.sid(), 'k0', 'p', '{"role": "assistant", "content": "Q0"}', null, '{"n": 1}', null) ->> 'outcome', 'completed', '(the introduction)');
select is(accept_turn(pg_temp.sid(), 'k1', 'A1', 'p', 60, null, false) ->> 'outcome', 'accepted', '(a message is under way)');
delete from answer;
insert into answer select end_interview(pg_temp.sid(), true, null);
select is(a ->> 'outcome', 'ended', 'end: forced') from answer;
select is(a #>> '{session,status}', 'completed', 'end: the session is completed') from answer;
select is(a #> '{session,version}', a #> '{session,base_version}', 'end: raises base_version') from answer;
select isnt(a #>> '{turns,1,unanswered_at}', null, 'end: the open turn is marked unanswered') from answer;
select is(complete_turn(pg_temp.sid(), 'k1', 'p', '{}', null, null, null) ->> 'outcome', 'lost', 'end: a reply that comes late is lost');
select is(end_interview(pg_temp.sid(), false, null) ->> 'outcome', 'already', 'end: once');
select is(accept_turn(pg_temp.sid(), 'k2', 'A2', 'p', 60, null, false) - 'session' - 'turns' - 'full', '{"outcome": "ended"}', 'end: no message after it');
select is(accept_turn(pg_temp.sid(), 'k1', 'A1', 'p', 60, null, false) ->> 'outcome', 'unanswered', 'end: the key of the turn left behind');
select is(start_interview(pg_temp.sid(), 'k9', null, 'p', 60, null) ->> 'outcome', 'replay', 'end: the introduction can still be read');

-- The report.
delete from answer;
insert into answer select begin_report(pg_temp.sid(), 'p', 60, null);
select is(a ->> 'outcome', 'granted', 'begin_report: granted') from answer;
select is(begin_report(pg_temp.sid(), 'q', 60, null) ->> 'outcome', 'in_progress', 'begin_report: another writes it');
select is(begin_report(pg_temp.sid(), 'p', 60, null) ->> 'outcome', 'granted', 'begin_report: renewed by its owner');
select is(record_report(pg_temp.sid(), 'q', '{"x": 1}', null) ->> 'outcome', 'lost', 'record_report: not the owner');
delete from answer;
insert into answer select record_report(pg_temp.sid(), 'p', '{"status": "partial", "strengths": "s"}', null);
select is(a ->> 'outcome', 'recorded', 'record_report: a part') from answer;
select is(a #> '{session,version}', a #> '{session,base_version}', 'record_report: raises base_version') from answer;
select is(begin_report(pg_temp.sid(), 'p', 0, null) ->> 'outcome', 'granted', '(the lease runs out)');
select is(begin_report(pg_temp.sid(), 'q', 60, null) ->> 'outcome', 'granted', 'begin_report: taken over');
select is(record_report(pg_temp.sid(), 'p', '{"status": "completed"}', null) ->> 'outcome', 'lost', 'record_report: lost to another');
select is(
  record_report(pg_temp.sid(), 'q', '{"status": "completed"}', null) #> '{session,final_summary}',
  '{"status": "completed", "strengths": "s"}', 'record_report: parts are merged');
select is(begin_report(pg_temp.sid(), 'q', 60, null) ->> 'outcome', 'already', 'begin_report: it is there');
select throws_ok($$select record_report(pg_temp.sid(), 'q', null, null)$$, '22004', null, 'record_report: a report must be there');

-- reset_interview
delete from answer;
insert into answer select reset_interview(pg_temp.sid(), null);
select is(a ->> 'outcome', 'reset', 'reset') from answer;
select is(
  concat(s.status, ' ', s.final_summary ->> 'strengths', ' ', s.user_id = auth.uid()), 'completed s t',
  'reset: a finished interview is kept, with its report')
from interview_sessions s, answer where s.session_id = (a ->> 'kept_session_id')::uuid;
select ok(count(*) > 0 and bool_and(t.session_id = (a ->> 'kept_session_id')::uuid), 'reset: and with its turns')
from interview_turns t, answer where t.user_id = auth.uid();
select is(reset_interview(pg_temp.sid(), null) -> 'kept_session_id', 'null', 'reset: one that is not finished is not');
delete from answer;
insert into answer select load_session(pg_temp.sid(), null);
select is(
  (a -> 'session') - 'created_at' - 'updated_at' - 'version' - 'base_version',
  '{"session_id": "a1000000-0000-4000-8000-000000000000", "user_id": "a0000000-0000-4000-8000-000000000000",
    "status": "active", "session_config": {"style": "casual"}, "session_stats": {}, "final_summary": null,
    "practice_of": null, "practice_question": null}',
  'reset: keeps the configuration and nothing else') from answer;
select is(a -> 'turns', '[]', 'reset: no turn is left') from answer;
select is(a #> '{session,version}', a #> '{session,base_version}', 'reset: raises base_version') from answer;
select is(record_report(pg_temp.sid(), 'q', '{}', null) ->> 'outcome', 'lost', 'reset: the report lease is gone');
select is(complete_turn(pg_temp.sid(), 'k1', 'p', '{}', null, null, null) ->> 'outcome', 'lost', 'reset: a reply on its way finds no row');
select is(end_interview(pg_temp.sid(), false, null) ->> 'outcome', 'ended', 'end: an interview that never began');
select is(record_report(pg_temp.sid(), 'q', '{}', null) ->> 'outcome', 'lost', 'reset: nor does the old report get into the next interview');
select is(start_interview(pg_temp.sid(), 'k0', null, 'p', 60, null) ->> 'outcome', 'ended', 'start: not after the end');

-- Plain updates.
insert into before select version, base_version from interview_sessions where session_id = pg_temp.sid();
reset role;
update interview_sessions set session_config = '{"style": "formal"}' where session_id = pg_temp.sid();
select ok(s.version = b.version + 1 and s.base_version = s.version, 'a plain update raises version and base_version')
from interview_sessions s, before b where s.session_id = pg_temp.sid();
update interview_sessions set report_owner = 'x' where session_id = pg_temp.sid();
select is(s.version, b.version + 1, 'an invisible one does not') from interview_sessions s, before b where s.session_id = pg_temp.sid();

select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000', null);

-- An abandoned session comes back with the next message.
select is(reset_interview(pg_temp.sid(), null) ->> 'outcome', 'reset', '(again)');
reset role;
update interview_sessions set status = 'abandoned' where session_id = pg_temp.sid();
set local role authenticated;
select is(start_interview(pg_temp.sid(), 'k0', null, 'p', 0, null) #>> '{session,status}', 'active', 'start: revives an abandoned session');
reset role;
update interview_sessions set status = 'abandoned' where session_id = pg_temp.sid();
set local role authenticated;
select is(end_interview(pg_temp.sid(), false, null) ->> 'outcome', 'ended', 'end: an expired turn does not hold it');

-- claim_session
select is(claim_session(pg_temp.gid(), null), '{"outcome": "not_found"}', 'claim: not without the header');
select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000', 'd2000000-0000-4000-8000-000000000000');
select is(claim_session(pg_temp.gid(), null), '{"outcome": "not_found"}', 'claim: not with another session''s name');
select pg_temp.become('anon', null, 'd1000000-0000-4000-8000-000000000000');
select is(claim_session(pg_temp.gid(), null), '{"outcome": "not_found"}', 'claim: not as a guest');
select is(start_interview(pg_temp.gid(), 'k0', null, 'p', 60, null) ->> 'outcome', 'accepted', '(the guest starts)');
select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000', 'd1000000-0000-4000-8000-000000000000');
select is(
  claim_session(pg_temp.gid(), null) - 'lease_remaining_ms', '{"outcome": "busy", "turn_no": 0, "turn_id": "k0"}',
  'claim: not while a turn is under way, and nothing of the session is told');
select pg_temp.become('anon', null, 'd1000000-0000-4000-8000-000000000000');
select is(release_lease(pg_temp.gid(), 'k0', 'p'), '{"outcome": "released"}', '(the guest''s turn is given up)');
select pg_temp.become('authenticated', 'ffffffff-0000-4000-8000-000000000000', 'd1000000-0000-4000-8000-000000000000');
select is(claim_session(pg_temp.gid(), null), '{"outcome": "not_found"}', 'claim: not by an account that is gone');
select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000', 'd1000000-0000-4000-8000-000000000000');
delete from answer;
insert into answer select claim_session(pg_temp.gid(), 1);
select ok(
  a ->> 'outcome' = 'claimed' and (a -> 'full')::boolean
  and a #>> '{session,user_id}' = 'a0000000-0000-4000-8000-000000000000', 'claim: claimed, with all of it') from answer;
select is(
  (select count(*)::int from interview_turns where session_id = pg_temp.gid())
  + (select count(*)::int from speech_tasks where session_id = pg_temp.gid()),
  2, 'claim: turns and tasks come along');
select is(claim_session(pg_temp.gid(), null) ->> 'outcome', 'already', 'claim: once');
select pg_temp.become('anon', null, 'd1000000-0000-4000-8000-000000000000');
select is(load_session(pg_temp.gid(), null), '{"outcome": "not_found"}', 'claim: the guest''s capability is void');
select pg_temp.become('authenticated', 'c0000000-0000-4000-8000-000000000000', 'd1000000-0000-4000-8000-000000000000');
select is(claim_session(pg_temp.gid(), null), '{"outcome": "not_found"}', 'claim: nobody takes another''s');

-- delete_session
select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000', null);
select is(delete_session(pg_temp.gid()), '{"outcome": "deleted"}', 'delete: deleted');
select is(delete_session(pg_temp.gid()), '{"outcome": "not_found"}', 'delete: once');

select * from finish();
rollback;
