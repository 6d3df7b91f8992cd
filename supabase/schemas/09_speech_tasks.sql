-- Speech work in progress, visible to whom the session (or the task) belongs. A lease says that a process
-- works on a task.

create table public.speech_tasks (
  task_id uuid primary key default gen_random_uuid(),
  session_id uuid references public.interview_sessions (session_id) on delete cascade,
  user_id uuid default auth.uid() references public.users (id) on delete cascade,
  task_type text not null check (task_type in ('stt_batch', 'tts', 'stt_stream')),
  status text not null default 'processing' check (status in ('processing', 'completed', 'error')),
  progress_data jsonb default '{}' check (private.is_bounded_object(progress_data, 1048576)),
  result_data jsonb check (private.is_bounded_object(result_data, 1048576)),
  error_message text check (char_length(error_message) <= 2000),
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column public.speech_tasks.user_id is
  'Owner. NULL is a guest''s task, which must belong to a guest''s session.';
comment on column public.speech_tasks.lease_until is
  'Until then a process says that it works on the task; a task "processing" after it has lost its process.';

create index idx_speech_tasks_session_id on public.speech_tasks (session_id);
create index idx_speech_tasks_status on public.speech_tasks (status);
create index idx_speech_tasks_created_at on public.speech_tasks (created_at);
create index idx_speech_tasks_user_id on public.speech_tasks (user_id);

create trigger update_speech_tasks_updated_at before update on public.speech_tasks
  for each row execute function private.update_updated_at_column();

alter table public.speech_tasks enable row level security;
alter table public.speech_tasks force row level security;

create policy speech_tasks_read_own on public.speech_tasks for select to authenticated
  using (user_id = (select auth.uid()));
create policy speech_tasks_read_guest on public.speech_tasks for select to anon
  using (user_id is null and session_id = (select private.request_session_id()));

create policy speech_tasks_api on public.speech_tasks for all to interview_api
  using ((select private.caller()) in (
    case when user_id is null then 'guest ' || session_id else 'user ' || user_id end, 'service'));

revoke all on public.speech_tasks from public, anon, authenticated, service_role;
grant select on public.speech_tasks to anon, authenticated;
grant select, insert, update, delete on public.speech_tasks to service_role, interview_api;

-- Makes a task and counts what it will use. A repeat whose first answer was lost changes nothing. With a
-- result the task is complete at once. Outcomes: started, over_budget, not_found (the session).
create function public.begin_speech_task(
  p_task_id uuid, p_session_id uuid, p_task_type text, p_progress jsonb, p_lease_seconds integer,
  p_characters bigint, p_seconds numeric, p_max_characters bigint, p_max_seconds numeric, p_result jsonb
) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
begin
  if exists (select from public.speech_tasks t where t.task_id = p_task_id) then
    return '{"outcome": "started"}';
  end if;
  -- A guest's task belongs to a session; a user's may. (This role can't call auth.uid().)
  if (case when p_session_id is null then private.caller() like 'user %' else exists (
    select from public.interview_sessions s where s.session_id = p_session_id
  ) end) is not true then
    return '{"outcome": "not_found"}';
  end if;
  if not private.charge_speech(p_characters, p_seconds, p_max_characters, p_max_seconds, 1) then
    return jsonb_build_object('outcome', 'over_budget', 'resets_in_seconds', ceil(extract(epoch from
      date_trunc('day', now() at time zone 'utc') + interval '1 day' - now() at time zone 'utc')));
  end if;
  insert into public.speech_tasks (task_id, session_id, task_type, status, progress_data, result_data, lease_until)
  values (
    p_task_id, p_session_id, p_task_type, case when p_result is null then 'processing' else 'completed' end,
    coalesce(p_progress, '{}'), p_result,
    case when p_result is null then clock_timestamp() + make_interval(secs => p_lease_seconds) end)
  on conflict do nothing;
  return '{"outcome": "started"}';
exception when foreign_key_violation then
  -- The account was deleted while its token is still good.
  return '{"outcome": "not_found"}';
end
$$;

-- Notes how far a task is and that its process lives. Outcomes: renewed, lost.
create function public.advance_speech_task(p_task_id uuid, p_progress jsonb, p_lease_seconds integer) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
begin
  update public.speech_tasks
  set progress_data = progress_data || coalesce(p_progress, '{}'),
    lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where task_id = p_task_id and status = 'processing';
  return jsonb_build_object('outcome', case when found then 'renewed' else 'lost' end);
end
$$;

-- Ends a task, also one that was given up as orphaned: a late result is better than none. Outcomes:
-- finished, already, not_found.
create function public.finish_speech_task(
  p_task_id uuid, p_status text, p_progress jsonb, p_result jsonb, p_error text
) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
begin
  update public.speech_tasks
  set status = p_status, progress_data = progress_data || coalesce(p_progress, '{}'), result_data = p_result,
    error_message = p_error, lease_until = null
  where task_id = p_task_id and (status = 'processing' or error_message = 'orphaned');
  if found then
    return '{"outcome": "finished"}';
  end if;
  return jsonb_build_object('outcome', case
    when exists (select from public.speech_tasks t where t.task_id = p_task_id) then 'already'
    else 'not_found'
  end);
end
$$;

-- A task as it stands; one whose process died becomes an error here. Outcomes: found, not_found.
create function public.read_speech_task(p_task_id uuid) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
declare
  t public.speech_tasks;
begin
  select * into t from public.speech_tasks where task_id = p_task_id;
  if found and t.status = 'processing' and coalesce(t.lease_until < clock_timestamp(), true) then
    update public.speech_tasks
    set status = 'error', error_message = 'orphaned', lease_until = null
    where task_id = p_task_id and status = 'processing' and coalesce(lease_until < clock_timestamp(), true);
    select * into t from public.speech_tasks where task_id = p_task_id;
  end if;
  if t.task_id is null then
    return '{"outcome": "not_found"}';
  end if;
  return jsonb_build_object('outcome', 'found', 'task', to_jsonb(t));
end
$$;

revoke all on function
  public.begin_speech_task(uuid, uuid, text, jsonb, integer, bigint, numeric, bigint, numeric, jsonb),
  public.advance_speech_task(uuid, jsonb, integer),
  public.finish_speech_task(uuid, text, jsonb, jsonb, text),
  public.read_speech_task(uuid)
from public, anon, authenticated, service_role;
grant execute on function
  public.begin_speech_task(uuid, uuid, text, jsonb, integer, bigint, numeric, bigint, numeric, jsonb),
  public.advance_speech_task(uuid, jsonb, integer),
  public.finish_speech_task(uuid, text, jsonb, jsonb, text),
  public.read_speech_task(uuid)
to anon, authenticated, service_role, interview_api;
