-- The functions of the data API run as a role of their own, `interview_api`, and row-level security decides for it by
-- the request's claims and header. Clients may then read their rows and call functions, not write rows.

-- As whom the functions in `public` run (`set role`), whoever calls them. Clients may read their rows and call
-- these functions, not write rows. The role has no way around row-level security: its policies say what the caller of
-- the request may touch. Roles belong to the cluster, so it may be there.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'interview_api') then
    create role interview_api nologin noinherit;
  end if;
  -- A function sets a role that its session's user may set: PostgREST's, and that of migrations and operators.
  grant interview_api to authenticator;
  execute format('grant interview_api to %I with set true', current_user);
end
$$;
grant usage on schema public, private to interview_api;

-- Whose rows this request may touch: `user <id>`, `guest <session id>`, or `service` for all. For the policies of
-- `interview_api`, which may not read schema `auth`: the same as auth.uid() and auth.role().
create function private.caller() returns text
language plpgsql stable set search_path = '' as $$
declare
  v_claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  return case v_claims ->> 'role'
    when 'authenticated' then 'user ' || (v_claims ->> 'sub')::uuid
    when 'anon' then 'guest ' || private.request_session_id()
    when 'service_role' then 'service'
  end;
end
$$;

revoke all on function private.caller() from public, anon, authenticated, service_role;
grant execute on function private.caller(), private.request_session_id() to interview_api;

alter table public.users force row level security;
alter table public.interview_sessions force row level security;
alter table public.interview_turns force row level security;
alter table public.speech_tasks force row level security;
alter table public.speech_usage force row level security;

drop policy sessions_owner on public.interview_sessions;
drop policy sessions_guest on public.interview_sessions;
drop policy turns_owner on public.interview_turns;
drop policy turns_guest on public.interview_turns;
drop policy speech_tasks_owner on public.speech_tasks;
drop policy speech_tasks_guest on public.speech_tasks;

-- The unguessable id is a guest's capability: without naming it nobody sees a guest's row.
create policy sessions_read_own on public.interview_sessions for select to authenticated
  using (user_id = (select auth.uid()));
create policy sessions_read_guest on public.interview_sessions for select to anon
  using (user_id is null and session_id = (select private.request_session_id()));
-- Clients of the data API may make a session, too, and set it up until it has turns (policies beside those).
create policy sessions_make_own on public.interview_sessions for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy sessions_make_guest on public.interview_sessions for insert to anon
  with check (user_id is null and session_id = (select private.request_session_id()));
-- How an interview is set up (its length, its clock) stays as it is while there are turns.
create policy sessions_set_up_own on public.interview_sessions for update to authenticated
  using (
    user_id = (select auth.uid())
    and not exists (select from public.interview_turns t where t.session_id = interview_sessions.session_id)
  )
  with check (user_id = (select auth.uid()));
create policy sessions_set_up_guest on public.interview_sessions for update to anon
  using (
    user_id is null
    and session_id = (select private.request_session_id())
    and not exists (select from public.interview_turns t where t.session_id = interview_sessions.session_id)
  )
  with check (user_id is null and session_id = (select private.request_session_id()));
-- The functions' role: for whom it acts, the request's claims and header say.
create policy sessions_api on public.interview_sessions for all to interview_api
  using ((select private.caller()) in (
    case when user_id is null then 'guest ' || session_id else 'user ' || user_id end, 'service'));
create policy turns_read_own on public.interview_turns for select to authenticated
  using (user_id = (select auth.uid()));
create policy turns_read_guest on public.interview_turns for select to anon
  using (user_id is null and session_id = (select private.request_session_id()));
-- Turns are the functions' to write: a reply and its feedback are not the candidate's.
create policy turns_api on public.interview_turns for all to interview_api
  using ((select private.caller()) in (
    case when user_id is null then 'guest ' || session_id else 'user ' || user_id end, 'service'));
create policy speech_tasks_read_own on public.speech_tasks for select to authenticated
  using (user_id = (select auth.uid()));
create policy speech_tasks_read_guest on public.speech_tasks for select to anon
  using (user_id is null and session_id = (select private.request_session_id()));
create policy speech_tasks_api on public.speech_tasks for all to interview_api
  using ((select private.caller()) in (
    case when user_id is null then 'guest ' || session_id else 'user ' || user_id end, 'service'));

revoke all on public.interview_sessions from public, anon, authenticated, service_role;
-- (An upsert sets the id, too.)
grant select, insert (session_id, user_id, session_config), update (session_id, session_config)
on public.interview_sessions to anon, authenticated;
grant select, insert, update, delete on public.interview_sessions to service_role, interview_api;
revoke all on public.interview_turns from public, anon, authenticated, service_role;
grant select on public.interview_turns to anon, authenticated;
grant select, insert, update, delete on public.interview_turns to service_role, interview_api;
revoke all on public.speech_tasks from public, anon, authenticated, service_role;
grant select on public.speech_tasks to anon, authenticated;
grant select, insert, update, delete on public.speech_tasks to service_role, interview_api;

alter function public.load_session(uuid, bigint) set role = interview_api;
alter function public.start_interview(uuid, text, jsonb, text, integer, bigint) set role = interview_api;
alter function public.accept_turn(uuid, text, text, text, integer, bigint, boolean) set role = interview_api;
alter function public.renew_lease(uuid, text, text, integer) set role = interview_api;
alter function public.release_lease(uuid, text, text) set role = interview_api;
alter function public.stop_turn(uuid, bigint) set role = interview_api;
alter function public.complete_turn(uuid, text, text, jsonb, jsonb, jsonb, bigint) set role = interview_api;
alter function public.record_feedback(uuid, text, jsonb, bigint) set role = interview_api;
alter function public.begin_report(uuid, text, integer, bigint) set role = interview_api;
alter function public.record_report(uuid, text, jsonb, bigint) set role = interview_api;
alter function public.begin_speech_task(uuid, uuid, text, jsonb, integer, bigint, numeric, bigint, numeric, jsonb) set role = interview_api;
alter function public.advance_speech_task(uuid, jsonb, integer) set role = interview_api;
alter function public.finish_speech_task(uuid, text, jsonb, jsonb, text) set role = interview_api;
alter function public.read_speech_task(uuid) set role = interview_api;
alter function public.append_utterance(uuid, jsonb, numeric, numeric, integer) set role = interview_api;
alter function public.resume_stream(uuid, integer) set role = interview_api;
alter function public.finish_stream(uuid, text) set role = interview_api;
alter function public.end_interview(uuid, boolean, bigint) set role = interview_api;
alter function public.reset_interview(uuid, bigint) set role = interview_api;
alter function public.claim_session(uuid, bigint) set role = interview_api;
alter function public.delete_session(uuid) set role = interview_api;

-- The role calls them, too (one calls another, and a definition is checked as its role). Their helpers are theirs alone.
grant execute on function
  public.load_session(uuid, bigint),
  public.start_interview(uuid, text, jsonb, text, integer, bigint),
  public.accept_turn(uuid, text, text, text, integer, bigint, boolean),
  public.renew_lease(uuid, text, text, integer),
  public.release_lease(uuid, text, text),
  public.stop_turn(uuid, bigint),
  public.complete_turn(uuid, text, text, jsonb, jsonb, jsonb, bigint),
  public.record_feedback(uuid, text, jsonb, bigint),
  public.begin_report(uuid, text, integer, bigint),
  public.record_report(uuid, text, jsonb, bigint),
  public.begin_speech_task(uuid, uuid, text, jsonb, integer, bigint, numeric, bigint, numeric, jsonb),
  public.advance_speech_task(uuid, jsonb, integer),
  public.finish_speech_task(uuid, text, jsonb, jsonb, text),
  public.read_speech_task(uuid),
  public.append_utterance(uuid, jsonb, numeric, numeric, integer),
  public.resume_stream(uuid, integer),
  public.finish_stream(uuid, text),
  public.end_interview(uuid, boolean, bigint),
  public.reset_interview(uuid, bigint),
  public.claim_session(uuid, bigint),
  public.delete_session(uuid),
  public.scores_by_dimension(public.interview_sessions)
to interview_api;
revoke execute on function
  private.lock_session(uuid),
  private.session_delta(private.session_head, bigint),
  private.lease_remaining_ms(timestamptz, timestamptz),
  private.add_coach_usage(jsonb, jsonb),
  private.stream_text(jsonb),
  private.claim_session(uuid)
from anon, authenticated, service_role;
grant execute on function
  private.lock_session(uuid),
  private.session_delta(private.session_head, bigint),
  private.lease_remaining_ms(timestamptz, timestamptz),
  private.add_coach_usage(jsonb, jsonb),
  private.stream_text(jsonb),
  private.claim_session(uuid)
to interview_api;
