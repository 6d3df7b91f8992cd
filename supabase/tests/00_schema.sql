-- What exists and who may call or touch it at all.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;

create temp table grants_expected (role text, object text, privileges text);
insert into grants_expected values
  ('anon', 'users', ''),
  ('authenticated', 'users', 'SELECT'),
  ('service_role', 'users', 'DELETE INSERT SELECT UPDATE'),
  ('anon', 'interview_sessions', 'DELETE INSERT SELECT UPDATE'),
  ('authenticated', 'interview_sessions', 'DELETE INSERT SELECT UPDATE'),
  ('service_role', 'interview_sessions', 'DELETE INSERT SELECT UPDATE'),
  ('anon', 'interview_turns', 'DELETE INSERT SELECT UPDATE'),
  ('authenticated', 'interview_turns', 'DELETE INSERT SELECT UPDATE'),
  ('service_role', 'interview_turns', 'DELETE INSERT SELECT UPDATE'),
  ('anon', 'speech_tasks', 'DELETE INSERT SELECT UPDATE'),
  ('authenticated', 'speech_tasks', 'DELETE INSERT SELECT UPDATE'),
  ('service_role', 'speech_tasks', 'DELETE INSERT SELECT UPDATE'),
  ('anon', 'shared_reports', ''),
  ('authenticated', 'shared_reports', 'DELETE SELECT'),
  ('service_role', 'shared_reports', 'DELETE INSERT SELECT UPDATE'),
  ('anon', 'speech_usage', 'SELECT'),
  ('authenticated', 'speech_usage', 'SELECT'),
  ('service_role', 'speech_usage', 'DELETE INSERT SELECT UPDATE');

-- Every function of the two schemas, and the roles among anon (a), authenticated (u), service_role (s)
-- and everybody (p) that may execute it.
create temp table functions_expected (signature text, callers text);
insert into functions_expected values
  ('public.accept_turn(uuid,text,text,text,integer,bigint,boolean)', 'aus'),
  ('public.advance_speech_task(uuid,jsonb,integer)', 'aus'),
  ('public.append_utterance(uuid,jsonb,numeric,numeric,integer)', 'aus'),
  ('public.begin_speech_task(uuid,uuid,text,jsonb,integer,bigint,numeric,bigint,numeric,jsonb)', 'aus'),
  ('public.finish_speech_task(uuid,text,jsonb,jsonb,text)', 'aus'),
  ('public.finish_stream(uuid,text)', 'aus'),
  ('public.read_speech_task(uuid)', 'aus'),
  ('public.resume_stream(uuid,integer)', 'aus'),
  ('private.charge_speech(bigint,numeric,bigint,numeric)', 'aus'),
  ('private.stream_text(jsonb)', 'aus'),
  ('public.begin_report(uuid,text,integer,bigint)', 'aus'),
  ('public.claim_session(uuid,bigint)', 'aus'),
  ('public.cleanup_abandoned_sessions(integer,integer)', 's'),
  ('public.cleanup_completed_tasks(integer)', 's'),
  ('public.cleanup_expired_shares()', 's'),
  ('public.complete_turn(uuid,text,text,jsonb,jsonb,jsonb,bigint)', 'aus'),
  ('public.conversation_history(public.interview_sessions)', 'aus'),
  ('public.delete_session(uuid)', 'aus'),
  ('public.end_interview(uuid,boolean,bigint)', 'aus'),
  ('public.guest_practices(integer)', 'a'),
  ('public.load_session(uuid,bigint)', 'aus'),
  ('public.per_turn_feedback_log(public.interview_sessions)', 'aus'),
  ('public.record_feedback(uuid,text,jsonb,bigint)', 'aus'),
  ('public.record_report(uuid,text,jsonb,bigint)', 'aus'),
  ('public.release_lease(uuid,text,text)', 'aus'),
  ('public.renew_lease(uuid,text,text,integer)', 'aus'),
  ('public.reset_interview(uuid,bigint)', 'aus'),
  ('public.revoke_share(uuid,uuid)', 'u'),
  ('public.share_report(uuid,uuid,bytea,jsonb,integer)', 'u'),
  ('public.stop_turn(uuid,bigint)', 'aus'),
  ('public.start_interview(uuid,text,jsonb,text,integer,bigint)', 'aus'),
  ('public.scores_by_dimension(public.interview_sessions)', 'aus'),
  ('private.add_coach_usage(jsonb,jsonb)', 'aus'),
  ('private.bump_session_version()', ''),
  ('private.check_practice_of()', ''),
  ('private.check_session_config()', ''),
  ('private.check_share_limit()', ''),
  ('private.claim_session(uuid)', 'aus'),
  ('private.drop_shares()', ''),
  ('private.guest_practices(integer)', 'a'),
  ('private.lease_remaining_ms(timestamp with time zone,timestamp with time zone)', 'aus'),
  ('private.lock_session(uuid)', 'aus'),
  ('private.mirror_user(uuid,text,jsonb,timestamp with time zone)', ''),
  ('private.on_auth_user_written()', ''),
  ('private.profile_name(jsonb)', ''),
  ('private.request_session_id()', 'aus'),
  ('private.request_share_hash()', 'aus'),
  ('private.session_delta(private.session_head,bigint)', 'aus'),
  ('private.update_updated_at_column()', '');

create temp table functions_found as
select
  p.oid,
  format('%I.%I(%s)', n.nspname, p.proname, replace((
    select string_agg(format_type(a.t, null), ',' order by a.i)
    from unnest(p.proargtypes) with ordinality as a (t, i)
  ), 'interview_sessions', 'public.interview_sessions')) as signature,
  concat(
    case when has_function_privilege('anon', p.oid, 'execute') then 'a' end,
    case when has_function_privilege('authenticated', p.oid, 'execute') then 'u' end,
    case when has_function_privilege('service_role', p.oid, 'execute') then 's' end,
    case when has_function_privilege('public', p.oid, 'execute') then 'p' end) as callers,
  p.prosecdef as definer,
  coalesce(p.proconfig @> array['search_path=""'], false) as fixed_path
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
  -- Functions of extensions that a database happens to keep in public are not ours.
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e');

select plan((select count(*)::int from grants_expected) + 11);

select is(
  (select coalesce(string_agg(privilege_type, ' ' order by privilege_type), '')
   from information_schema.role_table_grants
   where grantee = e.role and table_schema = 'public' and table_name = e.object),
  e.privileges, format('%s on %s', e.role, e.object))
from grants_expected e;

select is(
  (select array_agg(concat_ws(' ', grantee, privilege_type, column_name) order by grantee, privilege_type, column_name)
   from information_schema.column_privileges
   where table_schema = 'public' and table_name = 'shared_reports'
     and (grantee = 'anon' or (grantee = 'authenticated' and privilege_type in ('INSERT', 'UPDATE')))),
  array['anon SELECT created_at', 'anon SELECT expires_at', 'anon SELECT snapshot', 'authenticated INSERT expires_at',
    'authenticated INSERT session_id', 'authenticated INSERT share_id', 'authenticated INSERT snapshot',
    'authenticated INSERT token_hash'],
  'a reader of a shared report sees no id, and nobody writes when it was made');
select is(
  (select array_agg(tablename::text order by tablename) from pg_tables where schemaname = 'public'),
  array['interview_sessions', 'interview_turns', 'shared_reports', 'speech_tasks', 'speech_usage', 'users'],
  'public has these tables and no other');
select is(
  (select count(*)::int from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relrowsecurity),
  0, 'row level security is on for every table');
select is(
  (select count(*)::int from pg_policies where schemaname = 'public' and (roles && array['public']::name[])),
  0, 'every policy names its role');
select is(
  (select count(*)::int from pg_policies where schemaname = 'public' and cmd <> 'SELECT' and with_check is null),
  0, 'every policy that lets write has a check');
select results_eq(
  'select signature collate "C", callers from functions_found order by 1',
  'select signature collate "C", callers from functions_expected order by 1',
  'every function is executable by exactly the roles that need it');
select is(
  (select count(*)::int from functions_found where not fixed_path), 0, 'every function has an empty search_path');
select is(
  (select array_agg(signature order by signature) from functions_found where definer),
  array['private.charge_speech(bigint,numeric,bigint,numeric)', 'private.check_practice_of()', 'private.claim_session(uuid)',
    'private.guest_practices(integer)', 'private.on_auth_user_written()'],
  'only five functions are security definer, and none is in an exposed schema');
select ok(
  not has_schema_privilege('public', 'private', 'usage'), 'schema private is not open to everybody');
select is(
  (select array_agg(indexname::text order by indexname) from pg_indexes
   where schemaname = 'public' and indexname like 'idx\_%'),
  array['idx_sessions_created_at', 'idx_sessions_practice_of', 'idx_sessions_status', 'idx_sessions_user_id', 'idx_sessions_user_newest', 'idx_shared_reports_session_id',
    'idx_speech_tasks_created_at', 'idx_speech_tasks_session_id', 'idx_speech_tasks_status',
    'idx_speech_tasks_user_id'],
  'the documented indexes exist');
select is(
  (select array_agg(event_object_table::text order by event_object_table)
   from information_schema.triggers
   where trigger_schema = 'public' and trigger_name like 'update\_%\_updated\_at'),
  array['interview_sessions', 'speech_tasks', 'users'], 'every table with updated_at keeps it');

select * from finish();
rollback;
