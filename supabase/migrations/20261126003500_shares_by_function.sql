-- Sharing is the functions' alone, as the rest is, and a snapshot has the bounds of all JSON.

alter table public.shared_reports
  drop constraint shared_reports_snapshot_check,
  add constraint shared_reports_snapshot_check check (private.is_bounded_object(snapshot, 2097152));
alter table public.shared_reports force row level security;

drop policy shares_owner on public.shared_reports;
create policy shares_read_own on public.shared_reports for select to authenticated
  using (exists (
    select from public.interview_sessions s
    where s.session_id = shared_reports.session_id and s.user_id = (select auth.uid())
  ));
-- Whose session it is, that table's policy says.
create policy shares_api on public.shared_reports for all to interview_api
  using (exists (
    select from public.interview_sessions s
    where s.session_id = shared_reports.session_id and s.user_id is not null
  ));

-- Functions share and revoke; nobody changes what was shared. A reader sees what is shared and no id.
revoke all on public.shared_reports from public, anon, authenticated, service_role;
grant select (snapshot, created_at, expires_at) on public.shared_reports to anon;
grant select on public.shared_reports to authenticated;
grant select, insert, update, delete on public.shared_reports to service_role, interview_api;
-- For the trigger, where the service key writes a row.
grant execute on function private.lock_session(uuid), private.check_write_secret() to service_role;
grant select on private.write_secret to service_role;

alter function public.share_report(uuid, uuid, bytea, jsonb, integer) set role = interview_api;
alter function public.revoke_share(uuid, uuid) set role = interview_api;
grant execute on function
  public.share_report(uuid, uuid, bytea, jsonb, integer),
  public.revoke_share(uuid, uuid)
to interview_api;

-- A PostgREST that is already running learns of it.
notify pgrst, 'reload schema';
