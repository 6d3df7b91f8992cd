-- Scheduled jobs, for the service key alone.

-- Deletes finished tasks older than that and returns how many. A task whose process died becomes an error,
-- to be deleted in its turn. Counts of use are kept for a month.
create function public.cleanup_completed_tasks(older_than_hours integer default 24) returns bigint
language plpgsql security invoker set search_path = '' as $$
declare
  v_deleted bigint;
begin
  if older_than_hours is null or older_than_hours < 0 then
    raise exception 'older_than_hours must be zero or more' using errcode = 'invalid_parameter_value';
  end if;
  delete from public.speech_tasks
  where status in ('completed', 'error') and created_at < now() - make_interval(hours => older_than_hours);
  get diagnostics v_deleted = row_count;
  update public.speech_tasks set status = 'error', error_message = 'orphaned', lease_until = null
  where status = 'processing' and coalesce(lease_until, created_at + interval '1 day') < now();
  delete from public.speech_usage where day < (now() at time zone 'utc')::date - 31;
  return v_deleted;
end
$$;

-- Marks active sessions idle for `idle_hours` as abandoned (the next message revives them) and deletes
-- guests' sessions idle for `delete_guest_hours`. `{"abandoned": n, "guests_deleted": n}`.
create function public.cleanup_abandoned_sessions(
  idle_hours integer default 168, delete_guest_hours integer default 720
) returns jsonb
language plpgsql security invoker set search_path = '' as $$
declare
  v_deleted bigint;
  v_abandoned bigint;
begin
  if idle_hours is null or idle_hours < 0 then
    raise exception 'idle_hours must be zero or more' using errcode = 'invalid_parameter_value';
  elsif delete_guest_hours is null or delete_guest_hours < 0 then
    raise exception 'delete_guest_hours must be zero or more' using errcode = 'invalid_parameter_value';
  end if;
  delete from public.interview_sessions
  where user_id is null and updated_at < now() - make_interval(hours => delete_guest_hours);
  get diagnostics v_deleted = row_count;
  update public.interview_sessions
  set status = 'abandoned', version = version + 1, base_version = version + 1
  where status = 'active' and updated_at < now() - make_interval(hours => idle_hours);
  get diagnostics v_abandoned = row_count;
  return jsonb_build_object('abandoned', v_abandoned, 'guests_deleted', v_deleted);
end
$$;

revoke all on function
  public.cleanup_completed_tasks(integer),
  public.cleanup_abandoned_sessions(integer, integer)
from public, anon, authenticated, service_role;
grant execute on function
  public.cleanup_completed_tasks(integer),
  public.cleanup_abandoned_sessions(integer, integer)
to service_role;
