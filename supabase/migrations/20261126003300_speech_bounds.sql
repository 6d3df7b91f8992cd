-- Speech: tasks a day are counted beside characters and seconds, and no number is NaN.

alter table public.speech_usage
  drop constraint speech_usage_seconds_check,
  add constraint speech_usage_seconds_check check (seconds >= 0 and seconds < 'NaN'),
  add column tasks integer not null default 0 check (tasks >= 0);
comment on table public.speech_usage is
  'Characters spoken, seconds heard and tasks made a day (UTC), of a user or of a guest''s session.';

drop function private.charge_speech(bigint, numeric, bigint, numeric);
-- Adds to the caller's count of today. With limits it adds nothing and answers false when they would be
-- passed; NULL is no limit. No caller makes more than 5,000 tasks a day. Security definer, and never a negative
-- amount (nor NaN, which counts as a day): a caller may raise their count and not lower it.
create function private.charge_speech(
  p_characters bigint, p_seconds numeric, p_max_characters bigint, p_max_seconds numeric, p_tasks integer
) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := case when auth.role() = 'authenticated' then auth.uid() end;
  v_session uuid := case when v_user is null then private.request_session_id() end;
  v_characters bigint := least(greatest(coalesce(p_characters, 0), 0), 1000000);
  v_seconds numeric := least(greatest(coalesce(p_seconds, 0), 0), 86400);
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
  select usage_id, characters, seconds, tasks into u
  from public.speech_usage
  where day = (now() at time zone 'utc')::date
    and (user_id = v_user or session_id = v_session)
  for update;
  if u.characters + v_characters > p_max_characters or u.seconds + v_seconds > p_max_seconds
      or u.tasks + p_tasks > 5000 then
    return false;
  end if;
  update public.speech_usage
  set characters = u.characters + v_characters, seconds = least(u.seconds + v_seconds, 999999999),
    tasks = u.tasks + p_tasks
  where usage_id = u.usage_id;
  return true;
end
$$;

revoke all on function private.charge_speech(bigint, numeric, bigint, numeric, integer)
from public, anon, authenticated, service_role;
grant execute on function private.charge_speech(bigint, numeric, bigint, numeric, integer) to interview_api;

-- Makes a task and counts what it will use. A repeat whose first answer was lost changes nothing. With a
-- result the task is complete at once. Outcomes: started, over_budget, not_found (the session).
create or replace function public.begin_speech_task(
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

-- Adds an utterance, {id, text, start, end}, to a live transcription and counts its seconds. One with the
-- same id is not added again; one that comes after the end still is. Outcomes: added, over_budget (it was
-- added nevertheless: it was heard), not_found.
create or replace function public.append_utterance(
  p_task_id uuid, p_utterance jsonb, p_seconds numeric, p_max_seconds numeric, p_lease_seconds integer
) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
declare
  v_progress jsonb;
  v_within boolean;
begin
  p_seconds := least(greatest(coalesce(p_seconds, 0), 0), 86400);
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
  v_within := private.charge_speech(0, p_seconds, null, p_max_seconds, 0);
  if not v_within then
    perform private.charge_speech(0, p_seconds, null, null, 0);
  end if;
  return jsonb_build_object('outcome', case when v_within then 'added' else 'over_budget' end);
end
$$;
