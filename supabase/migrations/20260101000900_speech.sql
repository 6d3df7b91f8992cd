-- Speech: tasks with leases, what each caller used, and the texts of live transcriptions.

alter table public.speech_tasks add column lease_until timestamptz;
comment on column public.speech_tasks.lease_until is
  'Until then a process says that it works on the task; a task "processing" after it has lost its process.';

-- Written by private.charge_speech alone, so that nobody lowers their own count.
create table public.speech_usage (
  usage_id bigint generated always as identity primary key,
  user_id uuid references public.users (id) on delete cascade,
  session_id uuid references public.interview_sessions (session_id) on delete cascade,
  day date not null,
  characters bigint not null default 0 check (characters >= 0),
  seconds numeric(12, 3) not null default 0 check (seconds >= 0),
  constraint speech_usage_one_principal check ((user_id is null) <> (session_id is null))
);
comment on table public.speech_usage is
  'Characters spoken and seconds heard a day (UTC), of a user or of a guest''s session.';
create unique index speech_usage_user_day on public.speech_usage (user_id, day);
create unique index speech_usage_session_day on public.speech_usage (session_id, day);

alter table public.speech_usage enable row level security;
create policy speech_usage_owner on public.speech_usage for select to authenticated
  using (user_id = (select auth.uid()));
create policy speech_usage_guest on public.speech_usage for select to anon
  using (session_id = (select private.request_session_id()));
revoke all on public.speech_usage from public, anon, authenticated, service_role;
grant select on public.speech_usage to anon, authenticated;
grant select, insert, update, delete on public.speech_usage to service_role;

-- Adds to the caller's count of today. With limits it adds nothing and answers false when they would be
-- passed; NULL is no limit.
create function private.charge_speech(
  p_characters bigint, p_seconds numeric, p_max_characters bigint, p_max_seconds numeric
) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := case when auth.role() = 'authenticated' then auth.uid() end;
  v_session uuid := case when v_user is null then private.request_session_id() end;
  v_characters bigint := greatest(coalesce(p_characters, 0), 0);
  v_seconds numeric := greatest(coalesce(p_seconds, 0), 0);
  u record;
begin
  if v_user is null and not exists (
    select from public.interview_sessions s where s.session_id = v_session and s.user_id is null
  ) then
    return false;
  end if;
  insert into public.speech_usage (user_id, session_id, day)
  values (v_user, v_session, (now() at time zone 'utc')::date)
  on conflict do nothing;
  select usage_id, characters, seconds into u
  from public.speech_usage
  where day = (now() at time zone 'utc')::date
    and (user_id = v_user or session_id = v_session)
  for update;
  if u.characters + v_characters > p_max_characters or u.seconds + v_seconds > p_max_seconds then
    return false;
  end if;
  update public.speech_usage
  set characters = u.characters + v_characters, seconds = u.seconds + v_seconds
  where usage_id = u.usage_id;
  return true;
end
$$;

-- Makes a task and counts what it will use. A repeat whose first answer was lost changes nothing. With a
-- result the task is complete at once. Outcomes: started, over_budget, not_found (the session).
create function public.begin_speech_task(
  p_task_id uuid, p_session_id uuid, p_task_type text, p_progress jsonb, p_lease_seconds integer,
  p_characters bigint, p_seconds numeric, p_max_characters bigint, p_max_seconds numeric, p_result jsonb
) returns jsonb
language plpgsql security invoker set search_path = '' as $$
begin
  if exists (select from public.speech_tasks t where t.task_id = p_task_id) then
    return '{"outcome": "started"}';
  end if;
  -- A guest's task belongs to a session; a user's may.
  if (p_session_id is null and auth.uid() is null) or (p_session_id is not null and not exists (
    select from public.interview_sessions s where s.session_id = p_session_id
  )) then
    return '{"outcome": "not_found"}';
  end if;
  if not private.charge_speech(p_characters, p_seconds, p_max_characters, p_max_seconds) then
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
language plpgsql security invoker set search_path = '' as $$
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
language plpgsql security invoker set search_path = '' as $$
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
language plpgsql security invoker set search_path = '' as $$
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

create function private.stream_text(p_progress jsonb) returns text
language sql immutable set search_path = '' as $$
  select coalesce(string_agg(u.value ->> 'text', ' ' order by u.ordinality), '')
  from jsonb_array_elements(coalesce(p_progress -> 'utterances', '[]')) with ordinality as u (value, ordinality)
$$;

-- Adds an utterance, {id, text, start, end}, to a live transcription and counts its seconds. One with the
-- same id is not added again; one that comes after the end still is. Outcomes: added, over_budget (it was
-- added nevertheless: it was heard), not_found.
create function public.append_utterance(
  p_task_id uuid, p_utterance jsonb, p_seconds numeric, p_max_seconds numeric, p_lease_seconds integer
) returns jsonb
language plpgsql security invoker set search_path = '' as $$
declare
  v_progress jsonb;
  v_within boolean;
begin
  select progress_data into v_progress from public.speech_tasks
  where task_id = p_task_id and task_type = 'stt_stream'
  for update;
  if not found then
    return '{"outcome": "not_found"}';
  end if;
  if jsonb_path_exists(v_progress, '$.utterances[*] ? (@.id == $id)', jsonb_build_object('id', p_utterance -> 'id')) then
    return '{"outcome": "added"}';
  end if;
  v_progress := v_progress || jsonb_build_object(
    'utterances', coalesce(v_progress -> 'utterances', '[]') || jsonb_build_array(p_utterance),
    'seconds', coalesce((v_progress ->> 'seconds')::numeric, 0) + p_seconds);
  update public.speech_tasks
  set progress_data = v_progress,
    result_data = result_data || jsonb_build_object('transcription', private.stream_text(v_progress)),
    lease_until = case when status = 'processing' then clock_timestamp() + make_interval(secs => p_lease_seconds) end
  where task_id = p_task_id;
  v_within := private.charge_speech(0, p_seconds, null, p_max_seconds);
  if not v_within then
    perform private.charge_speech(0, p_seconds, null, null);
  end if;
  return jsonb_build_object('outcome', case when v_within then 'added' else 'over_budget' end);
end
$$;

-- A live transcription goes on over a new connection. Outcomes: resumed with its text, not_found.
create function public.resume_stream(p_task_id uuid, p_lease_seconds integer) returns jsonb
language plpgsql security invoker set search_path = '' as $$
declare
  v_progress jsonb;
begin
  update public.speech_tasks
  set status = 'processing', error_message = null, result_data = null,
    lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where task_id = p_task_id and task_type = 'stt_stream'
  returning progress_data into v_progress;
  if not found then
    return '{"outcome": "not_found"}';
  end if;
  return jsonb_build_object('outcome', 'resumed', 'text', private.stream_text(v_progress));
end
$$;

-- Ends a live transcription with what its utterances say. Outcomes: finished, not_found.
create function public.finish_stream(p_task_id uuid, p_error text) returns jsonb
language plpgsql security invoker set search_path = '' as $$
begin
  update public.speech_tasks
  set status = case when p_error is null then 'completed' else 'error' end, error_message = p_error,
    lease_until = null,
    result_data = jsonb_build_object(
      'transcription', private.stream_text(progress_data),
      'duration', coalesce((progress_data ->> 'seconds')::numeric, 0))
  where task_id = p_task_id and task_type = 'stt_stream';
  return jsonb_build_object('outcome', case when found then 'finished' else 'not_found' end);
end
$$;

-- Deletes finished tasks older than that and returns how many. A task whose process died becomes an error,
-- to be deleted in its turn. Counts of use are kept for a month.
create or replace function public.cleanup_completed_tasks(older_than_hours integer default 24) returns bigint
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

revoke all on function
  private.charge_speech(bigint, numeric, bigint, numeric),
  private.stream_text(jsonb),
  public.begin_speech_task(uuid, uuid, text, jsonb, integer, bigint, numeric, bigint, numeric, jsonb),
  public.advance_speech_task(uuid, jsonb, integer),
  public.finish_speech_task(uuid, text, jsonb, jsonb, text),
  public.read_speech_task(uuid),
  public.append_utterance(uuid, jsonb, numeric, numeric, integer),
  public.resume_stream(uuid, integer),
  public.finish_stream(uuid, text)
from public, anon, authenticated, service_role;
grant execute on function
  private.charge_speech(bigint, numeric, bigint, numeric),
  private.stream_text(jsonb),
  public.begin_speech_task(uuid, uuid, text, jsonb, integer, bigint, numeric, bigint, numeric, jsonb),
  public.advance_speech_task(uuid, jsonb, integer),
  public.finish_speech_task(uuid, text, jsonb, jsonb, text),
  public.read_speech_task(uuid),
  public.append_utterance(uuid, jsonb, numeric, numeric, integer),
  public.resume_stream(uuid, integer),
  public.finish_stream(uuid, text)
to anon, authenticated, service_role;

-- A PostgREST that is already running learns of them.
notify pgrst, 'reload schema';
