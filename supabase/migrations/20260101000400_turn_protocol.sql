-- The turn protocol: accept → (renew | release) → complete. Every outcome is a value; only invalid data
-- raises. Every writer locks the session's row first, so two calls on one session never interleave, and
-- sends one UPDATE of that row.
--
-- What keeps a turn's cost flat: a session's row travels as `private.session_head`, never as the row type
-- (which would fetch a long configuration from TOAST to pass it on); answers carry only the rows above
-- the caller's version, found by index (session_id, version). A connection keeps the plan it made while a
-- table was small and without statistics, when reading all turns of a session seems as cheap as reading
-- one; the planner settings on these functions leave it only the plans that stay cheap.

create type private.session_head as (
  session_id uuid,
  user_id uuid,
  status text,
  version bigint,
  base_version bigint,
  session_stats jsonb,
  created_at timestamptz,
  updated_at timestamptz
);

-- NULL when there is no such session for this caller. NO KEY: foreign key checks need not wait.
create function private.lock_session(p_session_id uuid) returns private.session_head
language plpgsql set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head;
begin
  select s.session_id, s.user_id, s.status, s.version, s.base_version, s.session_stats, s.created_at, s.updated_at
  into h
  from public.interview_sessions s
  where s.session_id = p_session_id
  for no key update;
  return h;
end
$$;

-- What a caller that knows `p_known_version` lacks: `{full, session, turns}`; all of it (`full`) when that
-- version is NULL, older than the last change beside the turns, or not of this session's past.
create function private.session_delta(h private.session_head, p_known_version bigint) returns jsonb
language plpgsql stable set search_path = '' set enable_seqscan = off set enable_bitmapscan = off
set enable_sort = off set enable_presorted_aggregate = off as $$
declare
  v_full boolean := p_known_version is null or p_known_version < h.base_version or p_known_version > h.version;
  v_session jsonb := jsonb_build_object(
    'session_id', h.session_id, 'user_id', h.user_id, 'status', h.status,
    'version', h.version, 'base_version', h.base_version, 'session_stats', h.session_stats,
    'created_at', h.created_at, 'updated_at', h.updated_at);
  v_turns jsonb;
begin
  if v_full then
    select v_session || jsonb_build_object('session_config', s.session_config, 'final_summary', s.final_summary)
    into v_session
    from public.interview_sessions s
    where s.session_id = h.session_id;
  end if;
  if v_full or p_known_version < h.version then
    select jsonb_agg(jsonb_build_object(
      'turn_no', t.turn_no, 'turn_id', t.turn_id, 'message', t.message, 'question_no', t.question_no,
      'version', t.version, 'accepted_at', t.accepted_at, 'reply', t.reply, 'completed_at', t.completed_at,
      'unanswered_at', t.unanswered_at, 'feedback', t.feedback, 'lease_until', t.lease_until)
      order by t.turn_no)
    into v_turns
    from (
      select i.*
      from public.interview_turns i
      where i.session_id = h.session_id
        -- Every row's version is at least 0.
        and i.version > case when v_full then -1 else p_known_version end
      -- Asks for the index on version: the order of the answer would favour a walk over all turns by number.
      order by i.version
      offset 0
    ) t;
  end if;
  return jsonb_build_object('full', v_full, 'session', v_session, 'turns', coalesce(v_turns, '[]'::jsonb));
end
$$;

-- Milliseconds until a lease ends; 0 when it has ended or there is none.
create function private.lease_remaining_ms(p_lease_until timestamptz, p_now timestamptz) returns bigint
language plpgsql immutable set search_path = '' as $$
begin
  return greatest(0, ceil(coalesce(extract(epoch from p_lease_until - p_now), 0) * 1000))::bigint;
end
$$;

create function public.load_session(p_session_id uuid, p_known_version bigint) returns jsonb
language plpgsql stable security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head;
begin
  select s.session_id, s.user_id, s.status, s.version, s.base_version, s.session_stats, s.created_at, s.updated_at
  into h
  from public.interview_sessions s
  where s.session_id = p_session_id;
  if not found then
    return '{"outcome": "not_found"}';
  end if;
  return jsonb_build_object('outcome', 'ok') || private.session_delta(h, p_known_version);
end
$$;

create function public.start_interview(
  p_session_id uuid, p_turn_id text, p_config jsonb, p_lease_owner text, p_lease_seconds integer,
  p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
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

create function public.accept_turn(
  p_session_id uuid, p_turn_id text, p_message text, p_lease_owner text, p_lease_seconds integer,
  p_known_version bigint, p_join_same_text boolean
) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head := private.lock_session(p_session_id);
  v_now timestamptz := clock_timestamp();
  v_lease_until timestamptz := v_now + make_interval(secs => p_lease_seconds);
  v_outcome text;
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
    if not found or (t.turn_no = 0 and not t.answered) then
      v_outcome := 'not_started';
    elsif t.answered or t.unanswered then
      v_outcome := 'accepted';
    else
      v_same := coalesce(p_join_same_text, false) and t.message = p_message;
      v_outcome := case
        when t.lease_until > v_now then case when v_same then 'in_flight' else 'busy' end
        when v_same then 'resumed'
        else 'accepted'
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
      (session_id, turn_no, turn_id, user_id, message, question_no, version, accepted_at, lease_owner, lease_until)
    values (
      p_session_id, t.turn_no + 1, p_turn_id, h.user_id, p_message,
      case when t.answered then t.turn_no else t.question_no end,
      h.version + 1, v_now, p_lease_owner, v_lease_until);
    update public.interview_sessions
    set version = h.version + 1, status = 'active'
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

create function public.renew_lease(
  p_session_id uuid, p_turn_id text, p_lease_owner text, p_lease_seconds integer
) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head := private.lock_session(p_session_id);
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  update public.interview_turns
  set lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where session_id = p_session_id and turn_id = p_turn_id
    and lease_owner = p_lease_owner and reply is null and unanswered_at is null;
  return jsonb_build_object('outcome', case when found then 'renewed' else 'lost' end);
end
$$;

create function public.release_lease(p_session_id uuid, p_turn_id text, p_lease_owner text) returns jsonb
language plpgsql security invoker set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
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

create function public.complete_turn(
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
    set version = h.version + 1, session_stats = session_stats || coalesce(p_stats, '{}'::jsonb)
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
create function public.record_feedback(
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
    set version = h.version + 1
    where session_id = p_session_id
    returning version, updated_at into h.version, h.updated_at;
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
  private.lock_session(uuid),
  private.session_delta(private.session_head, bigint),
  private.lease_remaining_ms(timestamptz, timestamptz),
  public.load_session(uuid, bigint),
  public.start_interview(uuid, text, jsonb, text, integer, bigint),
  public.accept_turn(uuid, text, text, text, integer, bigint, boolean),
  public.renew_lease(uuid, text, text, integer),
  public.release_lease(uuid, text, text),
  public.complete_turn(uuid, text, text, jsonb, jsonb, jsonb, bigint),
  public.record_feedback(uuid, text, jsonb, bigint)
from public, anon, authenticated, service_role;
grant execute on function
  private.lock_session(uuid),
  private.session_delta(private.session_head, bigint),
  private.lease_remaining_ms(timestamptz, timestamptz),
  public.load_session(uuid, bigint),
  public.start_interview(uuid, text, jsonb, text, integer, bigint),
  public.accept_turn(uuid, text, text, text, integer, bigint, boolean),
  public.renew_lease(uuid, text, text, integer),
  public.release_lease(uuid, text, text),
  public.complete_turn(uuid, text, text, jsonb, jsonb, jsonb, bigint),
  public.record_feedback(uuid, text, jsonb, bigint)
to anon, authenticated, service_role;
