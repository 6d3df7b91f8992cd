-- The turn protocol: accept → (renew | release | stop) → complete. Every outcome is a value; only invalid data
-- raises. Every function sends one UPDATE of the session's row, under its lock.
--
-- A session has at most 500 turns and 4 MB of them, so that it can be read at once: a new message then meets an
-- interview that is over. What was accepted before still gets its reply, and feedback up to 8 MB.

-- The introduction, which is turn 0. A repeat gets the turn that stands, whatever its key. Outcomes: accepted,
-- resumed (its lease ran out), in_flight, replay, ended, not_found.
create function public.start_interview(
  p_session_id uuid, p_turn_id text, p_config jsonb, p_lease_owner text, p_lease_seconds integer,
  p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = ''
set enable_seqscan = off set enable_bitmapscan = off set role = interview_api as $$
declare
  h private.session_head := private.lock_session(p_session_id);
  v_now timestamptz := clock_timestamp();
  v_lease_until timestamptz := v_now + make_interval(secs => p_lease_seconds);
  v_turn_id text := p_turn_id;
  v_outcome text;
  t record;
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  select i.turn_id, i.lease_owner, i.lease_until, i.reply is not null as answered
  into t
  from public.interview_turns i
  where i.session_id = p_session_id and i.turn_no = 0;
  if found then
    v_turn_id := t.turn_id;
    if t.answered then
      v_outcome := 'replay';
    elsif h.status = 'completed' then
      v_outcome := 'ended';
    elsif t.lease_until > v_now and t.lease_owner is distinct from p_lease_owner then
      v_outcome := 'in_flight';
      v_lease_until := t.lease_until;
    else
      v_outcome := 'resumed';
      update public.interview_turns
      set lease_owner = p_lease_owner, lease_until = v_lease_until
      where session_id = p_session_id and turn_no = 0;
    end if;
  elsif h.status = 'completed' then
    v_outcome := 'ended';
  else
    v_outcome := 'accepted';
    insert into public.interview_turns
      (session_id, turn_no, turn_id, user_id, version, accepted_at, lease_owner, lease_until)
    values (p_session_id, 0, p_turn_id, h.user_id, h.version + 1, v_now, p_lease_owner, v_lease_until);
    if p_config is null then
      update public.interview_sessions
      set version = h.version + 1, status = 'active'
      where session_id = p_session_id
      returning status, version, updated_at into h.status, h.version, h.updated_at;
    else
      update public.interview_sessions
      set version = h.version + 1, base_version = h.version + 1, status = 'active',
        session_config = session_config || p_config
      where session_id = p_session_id
      returning status, version, base_version, updated_at into h.status, h.version, h.base_version, h.updated_at;
    end if;
  end if;
  return jsonb_build_object(
      'outcome', v_outcome, 'turn_no', 0, 'turn_id', v_turn_id,
      'lease_remaining_ms',
      case when v_outcome = 'in_flight' then private.lease_remaining_ms(v_lease_until, v_now) end)
    || private.session_delta(h, p_known_version);
end
$$;

-- A message of the candidate. Outcomes: accepted; replay, in_flight, resumed, unanswered or key_reused for a key
-- that was used before; in_flight or resumed also for the open turn's very text, with `p_join_same_text`; busy
-- while another turn is open; not_started, ended, not_found. `p_speech_timing`, of a message that was spoken:
-- {seconds, pauses, longest_pause_seconds}.
create function public.accept_turn(
  p_session_id uuid, p_turn_id text, p_message text, p_lease_owner text, p_lease_seconds integer,
  p_known_version bigint, p_join_same_text boolean, p_speech_timing jsonb default null
) returns jsonb
language plpgsql security invoker set search_path = ''
set enable_seqscan = off set enable_bitmapscan = off set role = interview_api as $$
declare
  h private.session_head := private.lock_session(p_session_id);
  v_now timestamptz := clock_timestamp();
  v_lease_until timestamptz := v_now + make_interval(secs => p_lease_seconds);
  v_outcome text;
  v_next text;
  v_same boolean;
  t record;
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;

  select i.turn_no, i.turn_id, i.message, i.question_no, i.lease_owner, i.lease_until,
    i.reply is not null as answered, i.unanswered_at is not null as unanswered
  into t
  from public.interview_turns i
  where i.session_id = p_session_id and i.turn_id = p_turn_id;

  if found then
    v_outcome := case
      when t.message is distinct from p_message then 'key_reused'
      when t.answered then 'replay'
      when t.unanswered then 'unanswered'
      when h.status = 'completed' then 'ended'
      when t.lease_until > v_now and t.lease_owner is distinct from p_lease_owner then 'in_flight'
      else 'resumed'
    end;
  elsif h.status = 'completed' then
    v_outcome := 'ended';
  else
    -- The last turn tells everything: the next number, the open turn (nothing is accepted after one), and
    -- the question: the reply of an answered turn, or what an unanswered one was already an answer to.
    select i.turn_no, i.turn_id, i.message, i.question_no, i.lease_owner, i.lease_until,
      i.reply is not null as answered, i.unanswered_at is not null as unanswered
    into t
    from public.interview_turns i
    where i.session_id = p_session_id
    order by i.turn_no desc
    limit 1;
    v_next := case when t.turn_no >= 499 or h.turn_bytes > 4194304 then 'ended' else 'accepted' end;
    if not found or (t.turn_no = 0 and not t.answered) then
      v_outcome := 'not_started';
    elsif t.answered or t.unanswered then
      v_outcome := v_next;
    else
      v_same := coalesce(p_join_same_text, false) and t.message = p_message;
      v_outcome := case
        when t.lease_until > v_now then case when v_same then 'in_flight' else 'busy' end
        when v_same then 'resumed'
        else v_next
      end;
      if v_outcome = 'accepted' then
        update public.interview_turns
        set unanswered_at = v_now, version = h.version + 1
        where session_id = p_session_id and turn_no = t.turn_no;
      end if;
    end if;
  end if;

  if v_outcome = 'accepted' then
    insert into public.interview_turns
      (session_id, turn_no, turn_id, user_id, message, question_no, version, accepted_at, lease_owner, lease_until,
       speech_seconds, pauses, longest_pause_seconds)
    values (
      p_session_id, t.turn_no + 1, p_turn_id, h.user_id, p_message,
      case when t.answered then t.turn_no else t.question_no end,
      h.version + 1, v_now, p_lease_owner, v_lease_until,
      (p_speech_timing ->> 'seconds')::real, (p_speech_timing ->> 'pauses')::smallint,
      (p_speech_timing ->> 'longest_pause_seconds')::real);
    update public.interview_sessions
    set version = h.version + 1, status = 'active', turn_bytes = turn_bytes + octet_length(p_message)
    where session_id = p_session_id
    returning status, version, updated_at into h.status, h.version, h.updated_at;
    return jsonb_build_object('outcome', v_outcome, 'turn_no', t.turn_no + 1, 'turn_id', p_turn_id)
      || private.session_delta(h, p_known_version);
  end if;

  if v_outcome = 'resumed' then
    update public.interview_turns
    set lease_owner = p_lease_owner, lease_until = v_lease_until
    where session_id = p_session_id and turn_no = t.turn_no;
  end if;
  -- An ended or unstarted session has no turn in question when the key is new.
  return case
      when v_outcome in ('busy', 'in_flight') then jsonb_build_object(
        'outcome', v_outcome, 'turn_no', t.turn_no, 'turn_id', t.turn_id,
        'lease_remaining_ms', private.lease_remaining_ms(t.lease_until, v_now))
      when v_outcome in ('not_started', 'ended') then jsonb_build_object('outcome', v_outcome)
      else jsonb_build_object('outcome', v_outcome, 'turn_no', t.turn_no, 'turn_id', t.turn_id)
    end || private.session_delta(h, p_known_version);
end
$$;

-- Outcomes: renewed, stopped (a lease that nobody holds), lost (one that another process holds, or a turn that
-- is over), not_found.
create function public.renew_lease(
  p_session_id uuid, p_turn_id text, p_lease_owner text, p_lease_seconds integer
) returns jsonb
language plpgsql security invoker set search_path = ''
set enable_seqscan = off set enable_bitmapscan = off set role = interview_api as $$
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

-- Lets the next repeat resume the turn at once, when its reply could not be made. Outcomes: released, lost,
-- not_found.
create function public.release_lease(p_session_id uuid, p_turn_id text, p_lease_owner text) returns jsonb
language plpgsql security invoker set search_path = ''
set enable_seqscan = off set enable_bitmapscan = off set role = interview_api as $$
declare
  h private.session_head := private.lock_session(p_session_id);
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  update public.interview_turns
  set lease_until = clock_timestamp()
  where session_id = p_session_id and turn_id = p_turn_id
    and lease_owner = p_lease_owner and reply is null and unanswered_at is null;
  return jsonb_build_object('outcome', case when found then 'released' else 'lost' end);
end
$$;

-- Takes the open turn from whoever makes its reply, which learns it when it renews the lease. The message
-- stays; the same turn can be resumed, another message takes its place. A lease is not visible, so no
-- version changes. Outcomes: stopped, idle, not_found.
create function public.stop_turn(p_session_id uuid, p_known_version bigint) returns jsonb
language plpgsql security invoker set search_path = ''
set enable_seqscan = off set enable_bitmapscan = off set role = interview_api as $$
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

-- Adds the tokens that the coach's model used. The coach works beside the turns, so its counters are added
-- here, under the session's lock, and never written by a caller: `p_stats` of complete_turn has none of them.
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

-- Stores the reply, provided that the turn is still the lease owner's. Outcomes: completed, already, stopped,
-- lost, not_found.
create function public.complete_turn(
  p_session_id uuid, p_turn_id text, p_lease_owner text, p_reply jsonb, p_feedback jsonb, p_stats jsonb,
  p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = ''
set enable_seqscan = off set enable_bitmapscan = off set role = interview_api as $$
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
      turn_bytes = turn_bytes + pg_column_size(p_reply) + coalesce(pg_column_size(p_feedback), 0),
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

-- The first feedback whose status is "ready" stays; anything else may be replaced. Outcomes: recorded, already,
-- not_found.
create function public.record_feedback(
  p_session_id uuid, p_turn_id text, p_feedback jsonb, p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = ''
set enable_seqscan = off set enable_bitmapscan = off set role = interview_api as $$
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
    and (feedback ->> 'status') is distinct from 'ready' and h.turn_bytes < 8388608;
  if found then
    v_outcome := 'recorded';
    update public.interview_sessions
    set version = h.version + 1, turn_bytes = turn_bytes + pg_column_size(p_feedback),
      session_stats = private.add_coach_usage(session_stats, p_feedback -> 'usage')
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

revoke all on function
  private.add_coach_usage(jsonb, jsonb),
  public.start_interview(uuid, text, jsonb, text, integer, bigint),
  public.accept_turn(uuid, text, text, text, integer, bigint, boolean, jsonb),
  public.renew_lease(uuid, text, text, integer),
  public.release_lease(uuid, text, text),
  public.stop_turn(uuid, bigint),
  public.complete_turn(uuid, text, text, jsonb, jsonb, jsonb, bigint),
  public.record_feedback(uuid, text, jsonb, bigint)
from public, anon, authenticated, service_role;
grant execute on function private.add_coach_usage(jsonb, jsonb) to interview_api;
grant execute on function
  public.start_interview(uuid, text, jsonb, text, integer, bigint),
  public.accept_turn(uuid, text, text, text, integer, bigint, boolean, jsonb),
  public.renew_lease(uuid, text, text, integer),
  public.release_lease(uuid, text, text),
  public.stop_turn(uuid, bigint),
  public.complete_turn(uuid, text, text, jsonb, jsonb, jsonb, bigint),
  public.record_feedback(uuid, text, jsonb, bigint)
to anon, authenticated, service_role, interview_api;
