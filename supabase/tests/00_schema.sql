-- What exists and who may call or touch it at all.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;

create temp table grants_expected (role text, object text, privileges text);
insert into grants_expected values
  ('anon', 'users', ''),
  ('authenticated', 'users', 'SELECT'),
  ('service_role', 'users', 'DELETE INSERT SELECT UPDATE'),
  ('anon', 'interview_sessions', 'SELECT'),
  ('authenticated', 'interview_sessions', 'SELECT'),
  ('service_role', 'interview_sessions', 'DELETE INSERT SELECT UPDATE'),
  ('interview_api', 'interview_sessions', 'DELETE INSERT SELECT UPDATE'),
  ('anon', 'interview_turns', 'SELECT'),
  ('authenticated', 'interview_turns', 'SELECT'),
  ('service_role', 'interview_turns', 'DELETE INSERT SELECT UPDATE'),
  ('interview_api', 'interview_turns', 'DELETE INSERT SELECT UPDATE'),
  ('anon', 'speech_tasks', 'SELECT'),
  ('authenticated', 'speech_tasks', 'SELECT'),
  ('service_role', 'speech_tasks', 'DELETE INSERT SELECT UPDATE'),
  ('interview_api', 'speech_tasks', 'DELETE INSERT SELECT UPDATE'),
  ('interview_api', 'shared_reports', 'DELETE INSERT SELECT'),
  ('anon', 'shared_reports', ''),
  ('authenticated', 'shared_reports', 'SELECT'),
  ('service_role', 'shared_reports', 'DELETE SELECT'),
  ('anon', 'speech_usage', 'SELECT'),
  ('authenticated', 'speech_usage', 'SELECT'),
  ('service_role', 'speech_usage', 'DELETE INSERT SELECT UPDATE'),
  ('interview_api', 'users', ''),
  ('interview_api', 'speech_usage', '');

-- Every function of the two schemas, and the roles among anon (a), authenticated (u), service_role (s), the
-- functions' own (f) and everybody (p) that may execute it.
create temp table functions_expected (signature text, callers text);
insert into functions_expected values
  ('public.accept_turn(uuid,text,text,text,integer,bigint,boolean,jsonb)', 'ausf'),
  ('public.advance_speech_task(uuid,jsonb,integer)', 'ausf'),
  ('public.append_utterance(uuid,jsonb,numeric,numeric,integer)', 'ausf'),
  ('public.begin_speech_task(uuid,uuid,text,jsonb,integer,bigint,numeric,bigint,numeric,jsonb)', 'ausf'),
  ('public.finish_speech_task(uuid,text,jsonb,jsonb,text)', 'ausf'),
  ('public.finish_stream(uuid,text)', 'ausf'),
  ('public.read_speech_task(uuid)', 'ausf'),
  ('public.resume_stream(uuid,integer)', 'ausf'),
  ('private.charge_speech(bigint,numeric,bigint,numeric,integer)', 'f'),
  ('private.stream_text(jsonb)', 'f'),
  ('public.begin_report(uuid,text,integer,bigint)', 'ausf'),
  ('public.claim_session(uuid,bigint)', 'ausf'),
  ('public.cleanup_abandoned_sessions(integer,integer)', 's'),
  ('public.cleanup_completed_tasks(integer)', 's'),
  ('public.cleanup_expired_shares()', 's'),
  ('public.list_practices(uuid,integer)', 'auf'),
  ('public.revoke_share(uuid,uuid)', 'uf'),
  ('public.share_report(uuid,bigint,uuid,bytea,jsonb,integer)', 'uf'),
  ('private.check_practice_of()', ''),
  ('private.list_practices(uuid,integer)', 'f'),
  ('private.request_share_hash()', 'aus'),
  ('public.complete_turn(uuid,text,text,jsonb,jsonb,jsonb,bigint)', 'ausf'),
  ('public.conversation_history(public.interview_sessions)', 'aus'),
  ('public.delete_session(uuid)', 'ausf'),
  ('public.end_interview(uuid,boolean,bigint)', 'ausf'),
  ('public.load_session(uuid,bigint)', 'ausf'),
  ('public.per_turn_feedback_log(public.interview_sessions)', 'aus'),
  ('public.record_feedback(uuid,text,jsonb,bigint)', 'ausf'),
  ('public.record_report(uuid,text,jsonb,bigint)', 'ausf'),
  ('public.release_lease(uuid,text,text)', 'ausf'),
  ('public.renew_lease(uuid,text,text,integer)', 'ausf'),
  ('public.reset_interview(uuid,bigint)', 'ausf'),
  ('public.stop_turn(uuid,bigint)', 'ausf'),
  ('public.start_interview(uuid,text,jsonb,text,integer,bigint)', 'ausf'),
  ('public.scores_by_dimension(public.interview_sessions)', 'ausf'),
  ('private.add_coach_usage(jsonb,jsonb)', 'f'),
  ('private.bump_session_version()', ''),
  ('private.caller()', 'f'),
  ('private.check_write_secret()', 'f'),
  ('private.set_write_secret(text)', ''),
  ('private.count_session()', ''),
  ('private.check_kept_sessions(uuid)', ''),
  ('private.is_bounded_object(jsonb,integer)', 'ausf'),
  ('private.refuse_session(text,integer)', ''),
  ('public.create_session(uuid,jsonb,uuid,integer)', 'ausf'),
  ('private.check_session_config()', ''),
  ('private.claim_session(uuid)', 'f'),
  ('private.lease_remaining_ms(timestamp with time zone,timestamp with time zone)', 'f'),
  ('private.keep_interview(uuid)', 'f'),
  ('private.lock_session(uuid)', 'f'),
  ('private.mirror_user(uuid,text,jsonb,timestamp with time zone)', ''),
  ('private.on_auth_user_written()', ''),
  ('private.profile_name(jsonb)', ''),
  ('private.request_session_id()', 'ausf'),
  ('private.may_hear(text)', 'au'),
  ('private.session_delta(private.session_head,bigint)', 'f'),
  ('private.session_topic(uuid,uuid)', ''),
  ('private.tell_session_change()', ''),
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
    case when has_function_privilege('interview_api', p.oid, 'execute') then 'f' end,
    case when has_function_privilege('public', p.oid, 'execute') then 'p' end) as callers,
  p.prosecdef as definer,
  coalesce(p.proconfig @> array['search_path=""'], false) as fixed_path,
  coalesce(p.proconfig @> array['role=interview_api'], false) as role_set
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
  -- Functions of extensions that a database happens to keep in public are not ours.
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e');

select plan((select count(*)::int from grants_expected) + 15);

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
  array['anon SELECT created_at', 'anon SELECT expires_at', 'anon SELECT snapshot'],
  'a reader of a shared report sees no id, and nobody writes when it was made');
select is(
  (select array_agg(tablename::text order by tablename) from pg_tables where schemaname = 'public'),
  array['interview_sessions', 'interview_turns', 'shared_reports', 'speech_tasks', 'speech_usage', 'users'],
  'public has these tables and no other');
select is(
  (select count(*)::int from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
   and not (c.relrowsecurity and c.relforcerowsecurity)),
  0, 'row level security is on for every table, and forced');
select is(
  (select count(*)::int from pg_policies where schemaname = 'public' and (roles && array['public']::name[])),
  0, 'every policy names its role');
select is(
  (select count(*)::int from pg_policies where schemaname = 'public' and cmd <> 'SELECT' and with_check is null
   and roles <> array['interview_api']::name[]),
  0, 'every policy that lets clients write has a check (the functions'' role is checked by what it sees)');
select results_eq(
  'select signature collate "C", callers from functions_found order by 1',
  'select signature collate "C", callers from functions_expected order by 1',
  'every function is executable by exactly the roles that need it');
select is(
  (select count(*)::int from functions_found where not fixed_path), 0, 'every function has an empty search_path');
select is(
  (select array_agg(signature order by signature) from functions_found where definer),
  array['private.charge_speech(bigint,numeric,bigint,numeric,integer)', 'private.check_practice_of()',
    'private.claim_session(uuid)', 'private.count_session()', 'private.list_practices(uuid,integer)',
    'private.on_auth_user_written()', 'private.tell_session_change()'],
  'only seven functions are security definer, and none is in an exposed schema');
select is(
  (select array_agg(signature order by signature) from functions_found
   where signature like 'public.%' and not role_set and not signature ~ '(interview_sessions|cleanup_)'),
  null, 'every function of the API but fields and jobs runs as its own role');
select is(
  (select array[rolcanlogin, rolinherit, rolbypassrls, rolsuper, rolcreaterole, rolcreatedb,
     has_schema_privilege(oid, 'auth', 'usage'), has_table_privilege(oid, 'auth.users', 'select')]
   from pg_roles where rolname = 'interview_api'),
  array_fill(false, array[8]), 'which can neither sign in, nor pass row-level security, nor look into auth');
select is(
  (select array_agg(r.rolname::text order by r.rolname) from pg_auth_members m join pg_roles r on r.oid = m.member
   where m.roleid = 'interview_api'::regrole and r.rolname <> current_user),
  array['authenticator'], 'and is no role of a client''s role');
select is(
  (select array_agg(format('%s %s(%s)', p.grantee, p.privilege_type, p.column_name)
     order by p.grantee, p.privilege_type, p.column_name)
   from information_schema.column_privileges p
   where p.table_schema = 'public' and p.grantee in ('anon', 'authenticated', 'PUBLIC') and p.privilege_type <> 'SELECT'),
  array['anon INSERT(session_config)', 'anon INSERT(session_id)', 'anon INSERT(user_id)', 'anon UPDATE(session_config)',
    'anon UPDATE(session_id)',
    'authenticated INSERT(session_config)', 'authenticated INSERT(session_id)', 'authenticated INSERT(user_id)',
    'authenticated UPDATE(session_config)', 'authenticated UPDATE(session_id)'],
  'clients write nothing but a session and how it is set up');
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
