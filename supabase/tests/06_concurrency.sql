-- Two transactions at once. Each race runs over three connections to this same database (dblink): a gate
-- holds the session's row, both contestants are sent and seen to wait, then the gate opens.
-- The contestants commit, so the file makes its own account and deletes it, also what a run that was cut off
-- left. A server that wants a password takes the setting `tests.dblink` (a libpq connection string).
begin;
create extension if not exists pgtap with schema extensions;
create extension if not exists dblink with schema extensions;
set local search_path = public, extensions;
select plan(30);

create function pg_temp.connection() returns text language sql as $$
  select coalesce(nullif(current_setting('tests.dblink', true), ''), format(
    'host=127.0.0.1 port=%s dbname=%L user=%L',
    current_setting('port'), current_database(), session_user)) $$;
create function pg_temp.sid() returns uuid language sql as $$ select '0dc10000-0000-4000-8000-000000000001'::uuid $$;
create function pg_temp.uid() returns uuid language sql as $$ select '0dc10000-0000-4000-8000-000000000000'::uuid $$;

do $$
declare
  c text;
begin
  foreach c in array array['gate', 'one', 'two'] loop
    perform dblink_connect(c, pg_temp.connection());
    perform dblink_exec(c, 'set statement_timeout = ''30s''');
  end loop;
end $$;

-- Starts every race from one finished introduction, of the account's or of a guest's session.
create function pg_temp.fresh(p_owner uuid) returns void language plpgsql as $$
begin
  perform dblink_exec('gate', format('delete from public.interview_sessions where session_id = %L', pg_temp.sid()));
  perform dblink_exec('gate', format('delete from auth.users where id = %L', pg_temp.uid()));
  perform dblink_exec('gate', format('insert into auth.users (id, email) values (%L, ''race@concurrency.test'')', pg_temp.uid()));
  perform dblink_exec('gate', format(
    'insert into public.interview_sessions (session_id, user_id, version) values (%L, %L, 2)', pg_temp.sid(), p_owner));
  perform dblink_exec('gate', format(
    'insert into public.interview_turns (session_id, turn_no, turn_id, user_id, version, reply, completed_at)
     values (%L, 0, ''k0'', %L, 2, ''{"role": "assistant", "content": "Q0"}'', now())', pg_temp.sid(), p_owner));
end $$;

create function pg_temp.sign_in(p_connection text, p_role text) returns void language plpgsql as $$
begin
  perform dblink_exec(p_connection, format('set role %I', p_role));
  perform dblink_exec(p_connection, format('set request.jwt.claims = %L', jsonb_strip_nulls(jsonb_build_object(
    'role', p_role, 'sub', case when p_role = 'authenticated' then pg_temp.uid() end))));
  perform dblink_exec(p_connection, format('set request.headers = %L', jsonb_build_object('x-session-id', pg_temp.sid())));
end $$;

-- Both queries wait for the gate before it opens; `p_first` is queued before `p_second`. The answers, or the
-- SQLSTATE-bearing message of one that failed.
create function pg_temp.race(p_first text, p_second text) returns table (one jsonb, two jsonb) language plpgsql as $$
declare
  v_gate int;
begin
  select pid into v_gate from dblink('gate', 'select pg_backend_pid()') as t (pid int);
  perform dblink_exec('gate', 'begin');
  perform * from dblink('gate', format(
    'select 1 from public.interview_sessions where session_id = %L for update', pg_temp.sid())) as t (x int);
  perform dblink_send_query('one', p_first);
  perform pg_temp.await_waiting('one');
  perform dblink_send_query('two', p_second);
  perform pg_temp.await_waiting('two');
  perform dblink_exec('gate', 'commit');
  select a into one from dblink_get_result('one') as t (a jsonb);
  perform * from dblink_get_result('one') as t (a jsonb);
  select a into two from dblink_get_result('two') as t (a jsonb);
  perform * from dblink_get_result('two') as t (a jsonb);
  return next;
end $$;
create temp table backend (connection text primary key, pid int);
insert into backend
select c, (select pid from dblink(c, 'select pg_backend_pid()') as t (pid int)) from unnest(array['one', 'two']) c;
create function pg_temp.await_waiting(p_connection text) returns void language plpgsql as $$
declare
  v_deadline timestamptz := clock_timestamp() + interval '20 s';
begin
  while not exists (select from pg_locks l join backend b using (pid) where b.connection = p_connection and not l.granted) loop
    if clock_timestamp() > v_deadline then
      raise exception 'connection % never waited for the gate', p_connection;
    end if;
    perform pg_sleep(0.002);
  end loop;
end $$;
create function pg_temp.accept(p_key text, p_message text, p_owner text, p_join boolean default false) returns text
language sql as $$ select format(
  'select public.accept_turn(%L, %L, %L, %L, 60, 2, %L)', pg_temp.sid(), p_key, p_message, p_owner, p_join) $$;
create function pg_temp.complete(p_key text, p_owner text, p_text text) returns text language sql as $$ select format(
  'select public.complete_turn(%L, %L, %L, %L, null, null, 2)', pg_temp.sid(), p_key, p_owner,
  jsonb_build_object('role', 'assistant', 'content', p_text)) $$;
-- Outside the races, on the connection of a contestant.
create function pg_temp.call(p_connection text, p_sql text) returns text language sql as $$
  select a ->> 'outcome' from dblink(p_connection, p_sql) as t (a jsonb) $$;
create temp table raced (one jsonb, two jsonb);

select pg_temp.fresh(pg_temp.uid());
select pg_temp.sign_in('one', 'authenticated'), pg_temp.sign_in('two', 'authenticated');

-- One key twice.
insert into raced select * from pg_temp.race(pg_temp.accept('k1', 'A1', 'p'), pg_temp.accept('k1', 'A1', 'q'));
select is(one ->> 'outcome', 'accepted', 'one key twice: the first is accepted') from raced;
select is(two ->> 'outcome', 'in_flight', 'one key twice: the second finds it in flight') from raced;
select is(two #> '{turns,0,turn_no}', '1', 'one key twice: the second is told the first''s row') from raced;
select is((select count(*)::int from interview_turns where session_id = pg_temp.sid()), 2, 'one key twice: one row');
select is((select version from interview_sessions where session_id = pg_temp.sid()), 3::bigint, 'one key twice: one version');

-- Two keys.
select pg_temp.fresh(pg_temp.uid());
delete from raced;
insert into raced select * from pg_temp.race(pg_temp.accept('k1', 'A1', 'p', true), pg_temp.accept('k2', 'A2', 'q', true));
select is(one ->> 'outcome', 'accepted', 'two keys: the first is accepted') from raced;
select is(two ->> 'outcome', 'busy', 'two keys: the second is told busy') from raced;
select is(two ->> 'turn_id', 'k1', 'two keys: with the turn under way') from raced;
select is((select count(*)::int from interview_turns where session_id = pg_temp.sid()), 2, 'two keys: one row');

-- Two keys, one text (a double click without keys).
select pg_temp.fresh(pg_temp.uid());
delete from raced;
insert into raced select * from pg_temp.race(pg_temp.accept('k1', 'A1', 'p', true), pg_temp.accept('k2', 'A1', 'q', true));
select is(one ->> 'outcome', 'accepted', 'one text twice: the first is accepted') from raced;
select is(concat(two ->> 'outcome', ' ', two ->> 'turn_id'), 'in_flight k1', 'one text twice: the second joins it') from raced;

-- Two introductions.
select pg_temp.fresh(pg_temp.uid());
select is(pg_temp.call('one', format('select public.reset_interview(%L, null)', pg_temp.sid())), 'reset', '(nothing begun)');
delete from raced;
insert into raced select * from pg_temp.race(
  format('select public.start_interview(%L, ''x'', ''{"from": "one"}'', ''p'', 60, null)', pg_temp.sid()),
  format('select public.start_interview(%L, ''y'', ''{"from": "two"}'', ''q'', 60, null)', pg_temp.sid()));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'accepted in_flight', 'two starts: one introduction') from raced;
select is((select session_config from interview_sessions where session_id = pg_temp.sid()), '{"from": "one"}', 'two starts: one configuration');

-- A takeover against the late owner's reply: whichever comes first, the other is told.
select pg_temp.fresh(pg_temp.uid());
select is(pg_temp.call('one', pg_temp.accept('k1', 'A1', 'p')), 'accepted', '(a turn)');
select is(pg_temp.call('one', format('select public.release_lease(%L, ''k1'', ''p'')', pg_temp.sid())), 'released', '(its lease has run out)');
delete from raced;
insert into raced select * from pg_temp.race(pg_temp.accept('k1', 'A1', 'q'), pg_temp.complete('k1', 'p', 'late'));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'resumed lost', 'takeover first: the late reply is lost') from raced;
select is(pg_temp.call('two', pg_temp.complete('k1', 'q', 'Q1')), 'completed', 'takeover first: the new owner''s reply stands');
select pg_temp.fresh(pg_temp.uid());
select is(pg_temp.call('one', pg_temp.accept('k1', 'A1', 'p')), 'accepted', '(a turn)');
select is(pg_temp.call('one', format('select public.release_lease(%L, ''k1'', ''p'')', pg_temp.sid())), 'released', '(its lease has run out)');
delete from raced;
insert into raced select * from pg_temp.race(pg_temp.complete('k1', 'p', 'late'), pg_temp.accept('k1', 'A1', 'q'));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'completed replay', 'reply first: the other replays it') from raced;

-- End against accept.
select pg_temp.fresh(pg_temp.uid());
delete from raced;
insert into raced select * from pg_temp.race(
  format('select public.end_interview(%L, false, 2)', pg_temp.sid()), pg_temp.accept('k1', 'A1', 'p'));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'ended ended', 'end first: the message is refused') from raced;

-- Reset against complete.
select pg_temp.fresh(pg_temp.uid());
select is(pg_temp.call('one', pg_temp.accept('k1', 'A1', 'p')), 'accepted', '(a turn)');
delete from raced;
insert into raced select * from pg_temp.race(
  format('select public.reset_interview(%L, 2)', pg_temp.sid()), pg_temp.complete('k1', 'p', 'late'));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'reset lost', 'reset first: the reply finds no row') from raced;

-- Two reports.
select pg_temp.fresh(pg_temp.uid());
select is(pg_temp.call('one', format('select public.end_interview(%L, false, 2)', pg_temp.sid())), 'ended', '(ended)');
delete from raced;
insert into raced select * from pg_temp.race(
  format('select public.begin_report(%L, ''p'', 60, null)', pg_temp.sid()),
  format('select public.begin_report(%L, ''q'', 60, null)', pg_temp.sid()));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'granted in_progress', 'two reports: one writer') from raced;

-- Claim against the guest's accept: no turn stays behind without its owner.
select pg_temp.fresh(null);
select pg_temp.sign_in('two', 'anon');
delete from raced;
insert into raced select * from pg_temp.race(
  format('select public.claim_session(%L, null)', pg_temp.sid()), pg_temp.accept('k1', 'A1', 'p'));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'claimed not_found', 'claim first: the guest has lost it') from raced;
select is(
  (select count(*)::int from interview_turns where session_id = pg_temp.sid() and user_id is distinct from pg_temp.uid()),
  0, 'claim first: every turn is the account''s');
select pg_temp.fresh(null);
select pg_temp.sign_in('one', 'anon'), pg_temp.sign_in('two', 'authenticated');
delete from raced;
insert into raced select * from pg_temp.race(
  pg_temp.accept('k1', 'A1', 'p'), format('select public.claim_session(%L, null)', pg_temp.sid()));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'accepted busy', 'accept first: the claim waits its turn') from raced;

-- Two claims by two accounts need two subjects: the second signs in as another.
select pg_temp.fresh(null);
select pg_temp.sign_in('one', 'authenticated'), pg_temp.sign_in('two', 'authenticated');
select dblink_exec('two', $$set request.jwt.claims = '{"role": "authenticated", "sub": "0dc10000-0000-4000-8000-00000000ffff"}'$$);
delete from raced;
insert into raced select * from pg_temp.race(
  format('select public.claim_session(%L, null)', pg_temp.sid()), format('select public.claim_session(%L, null)', pg_temp.sid()));
select is(concat(one ->> 'outcome', ' ', two ->> 'outcome'), 'claimed not_found', 'two claims: one owner') from raced;

select dblink_exec('gate', format('delete from public.interview_sessions where session_id = %L', pg_temp.sid()));
select dblink_exec('gate', format('delete from auth.users where id = %L', pg_temp.uid()));
select dblink_disconnect(c) from unnest(array['gate', 'one', 'two']) c;

select * from finish();
rollback;
