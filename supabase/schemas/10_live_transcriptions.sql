-- Live transcriptions: speech tasks of type stt_stream, whose progress holds the utterances heard so far.

-- The text of all utterances in a task's progress.
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

-- A live transcription goes on over a new connection. Outcomes: resumed with its text, not_found.
create function public.resume_stream(p_task_id uuid, p_lease_seconds integer) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
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
language plpgsql security invoker set search_path = '' set role = interview_api as $$
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

revoke all on function
  private.stream_text(jsonb),
  public.append_utterance(uuid, jsonb, numeric, numeric, integer),
  public.resume_stream(uuid, integer),
  public.finish_stream(uuid, text)
from public, anon, authenticated, service_role;
grant execute on function private.stream_text(jsonb) to interview_api;
grant execute on function
  public.append_utterance(uuid, jsonb, numeric, numeric, integer),
  public.resume_stream(uuid, integer),
  public.finish_stream(uuid, text)
to anon, authenticated, service_role, interview_api;
