-- Completing a turn and renewing its lease tell a turn that was stopped from one that was taken over.

create or replace function public.complete_turn(
  p_session_id uuid, p_turn_id text, p_lease_owner text, p_reply jsonb, p_feedback jsonb, p_stats jsonb,
  p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head;
  v_turn_no integer;
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
    select i.turn_no, case
        when i.reply is not null then 'already'
        when i.unanswered_at is null and i.lease_owner is null then 'stopped'
        else 'lost'
      end
    into v_turn_no, v_outcome
    from public.interview_turns i
    where i.session_id = p_session_id and i.turn_id = p_turn_id;
    v_outcome := coalesce(v_outcome, 'lost');
  end if;
  return jsonb_build_object('outcome', v_outcome, 'turn_no', v_turn_no)
    || private.session_delta(h, p_known_version);
end
$$;

-- A lease that nobody holds was stopped; one that another holds was taken over.
create or replace function public.renew_lease(
  p_session_id uuid, p_turn_id text, p_lease_owner text, p_lease_seconds integer
) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head := private.lock_session(p_session_id);
  v_stopped boolean;
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  update public.interview_turns
  set lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where session_id = p_session_id and turn_id = p_turn_id
    and lease_owner = p_lease_owner and reply is null and unanswered_at is null;
  if found then
    return '{"outcome": "renewed"}';
  end if;
  select i.lease_owner is null and i.reply is null and i.unanswered_at is null into v_stopped
  from public.interview_turns i
  where i.session_id = p_session_id and i.turn_id = p_turn_id;
  return jsonb_build_object('outcome', case when v_stopped then 'stopped' else 'lost' end);
end
$$;
