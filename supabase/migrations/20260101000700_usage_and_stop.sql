-- Tokens that the coach's model used, counted in session_stats; and the stop of a turn by its candidate.

-- The coach works beside the turns, so its counters are added here, under the session's lock, and never
-- written by a caller: `p_stats` of complete_turn has none of them.
create function private.add_coach_usage(p_stats jsonb, p_usage jsonb) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  if p_usage is null or jsonb_typeof(p_usage) <> 'object' then
    return p_stats;
  end if;
  return p_stats || jsonb_build_object(
    'coach_input_tokens',
    coalesce((p_stats ->> 'coach_input_tokens')::bigint, 0) + coalesce((p_usage ->> 'input_tokens')::bigint, 0),
    'coach_output_tokens',
    coalesce((p_stats ->> 'coach_output_tokens')::bigint, 0) + coalesce((p_usage ->> 'output_tokens')::bigint, 0));
end
$$;

create or replace function public.complete_turn(
  p_session_id uuid, p_turn_id text, p_lease_owner text, p_reply jsonb, p_feedback jsonb, p_stats jsonb,
  p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head;
  v_turn_no integer;
  v_answered boolean;
  v_outcome text;
begin
  if p_reply is null then
    raise exception 'p_reply must not be null' using errcode = 'null_value_not_allowed';
  end if;
  h := private.lock_session(p_session_id);
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  -- A lease that ran out but was taken over by nobody still completes.
  update public.interview_turns
  set reply = p_reply, completed_at = clock_timestamp(), feedback = coalesce(feedback, p_feedback),
    version = h.version + 1
  where session_id = p_session_id and turn_id = p_turn_id
    and lease_owner = p_lease_owner and reply is null and unanswered_at is null
  returning turn_no into v_turn_no;
  if found then
    v_outcome := 'completed';
    update public.interview_sessions
    set version = h.version + 1,
      session_stats = private.add_coach_usage(session_stats || coalesce(p_stats, '{}'::jsonb), p_feedback -> 'usage')
    where session_id = p_session_id
    returning version, session_stats, updated_at into h.version, h.session_stats, h.updated_at;
  else
    select i.turn_no, i.reply is not null into v_turn_no, v_answered
    from public.interview_turns i
    where i.session_id = p_session_id and i.turn_id = p_turn_id;
    v_outcome := case when v_answered then 'already' else 'lost' end;
  end if;
  return jsonb_build_object('outcome', v_outcome, 'turn_no', v_turn_no)
    || private.session_delta(h, p_known_version);
end
$$;

-- The first feedback whose status is "ready" stays; anything else may be replaced.
create or replace function public.record_feedback(
  p_session_id uuid, p_turn_id text, p_feedback jsonb, p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head;
  v_outcome text;
begin
  if p_feedback is null then
    raise exception 'p_feedback must not be null' using errcode = 'null_value_not_allowed';
  end if;
  h := private.lock_session(p_session_id);
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  update public.interview_turns
  set feedback = p_feedback, version = h.version + 1
  where session_id = p_session_id and turn_id = p_turn_id
    and (feedback ->> 'status') is distinct from 'ready';
  if found then
    v_outcome := 'recorded';
    update public.interview_sessions
    set version = h.version + 1, session_stats = private.add_coach_usage(session_stats, p_feedback -> 'usage')
    where session_id = p_session_id
    returning version, session_stats, updated_at into h.version, h.session_stats, h.updated_at;
  else
    v_outcome := case
      when exists (
        select from public.interview_turns i where i.session_id = p_session_id and i.turn_id = p_turn_id
      ) then 'already'
      else 'not_found'
    end;
  end if;
  return jsonb_build_object('outcome', v_outcome) || private.session_delta(h, p_known_version);
end
$$;

-- Merges parts into the report, so that each can be retried by itself; `usage` goes to the stats. Only for
-- the lease's owner: a reset clears it, and another process may have taken it over.
create or replace function public.record_report(
  p_session_id uuid, p_lease_owner text, p_summary jsonb, p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = '' as $$
declare
  h private.session_head;
  v_outcome text := 'lost';
begin
  if p_summary is null then
    raise exception 'p_summary must not be null' using errcode = 'null_value_not_allowed';
  end if;
  h := private.lock_session(p_session_id);
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  update public.interview_sessions
  set final_summary = coalesce(final_summary, '{}'::jsonb) || (p_summary - 'usage'),
    session_stats = private.add_coach_usage(session_stats, p_summary -> 'usage'),
    version = h.version + 1, base_version = h.version + 1
  where session_id = p_session_id and status = 'completed' and report_owner = p_lease_owner
  returning version, base_version, session_stats, updated_at
  into h.version, h.base_version, h.session_stats, h.updated_at;
  if found then
    v_outcome := 'recorded';
  else
    -- RETURNING of no row has set its targets to NULL.
    h := private.lock_session(p_session_id);
  end if;
  return jsonb_build_object('outcome', v_outcome) || private.session_delta(h, p_known_version);
end
$$;

-- Takes the open turn from whoever makes its reply, which learns it when it renews the lease. The message
-- stays; the same turn can be resumed, another message takes its place. A lease is not visible, so no
-- version changes.
create function public.stop_turn(p_session_id uuid, p_known_version bigint) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head := private.lock_session(p_session_id);
  t record;
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  update public.interview_turns
  set lease_owner = null, lease_until = clock_timestamp()
  where session_id = p_session_id and reply is null and unanswered_at is null
  returning turn_no, turn_id into t;
  return case
      when found then jsonb_build_object('outcome', 'stopped', 'turn_no', t.turn_no, 'turn_id', t.turn_id)
      else '{"outcome": "idle"}'::jsonb
    end || private.session_delta(h, p_known_version);
end
$$;

revoke all on function private.add_coach_usage(jsonb, jsonb), public.stop_turn(uuid, bigint)
from public, anon, authenticated, service_role;
grant execute on function private.add_coach_usage(jsonb, jsonb), public.stop_turn(uuid, bigint)
to anon, authenticated, service_role;
