-- How a message was spoken: its time and its pauses, for the feedback's measures of delivery.

alter table public.interview_turns
  add column speech_seconds real check (speech_seconds between 0 and 7200),
  add column pauses smallint check (pauses between 0 and 1000),
  add column longest_pause_seconds real check (longest_pause_seconds >= 0),
  add constraint interview_turns_speech_check check (
    num_nulls(speech_seconds, pauses, longest_pause_seconds) = 3
    or num_nulls(speech_seconds, pauses, longest_pause_seconds, message) = 0
    and longest_pause_seconds <= speech_seconds);
comment on column public.interview_turns.speech_seconds is
  'From the first to the last word of a message that was spoken, as its client measured it.';

-- What a caller that knows `p_known_version` lacks: `{full, session, turns}`; all of it (`full`) when that
-- version is NULL, older than the last change beside the turns, or not of this session's past.
create or replace function private.session_delta(h private.session_head, p_known_version bigint) returns jsonb
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
    select v_session || jsonb_build_object('session_config', s.session_config, 'final_summary', s.final_summary,
      'practice_of', s.practice_of, 'practice_question', s.practice_question)
    into v_session
    from public.interview_sessions s
    where s.session_id = h.session_id;
  end if;
  if v_full or p_known_version < h.version then
    select jsonb_agg(jsonb_build_object(
      'turn_no', t.turn_no, 'turn_id', t.turn_id, 'message', t.message, 'question_no', t.question_no,
      'version', t.version, 'accepted_at', t.accepted_at, 'reply', t.reply, 'completed_at', t.completed_at,
      'unanswered_at', t.unanswered_at, 'feedback', t.feedback, 'lease_until', t.lease_until,
      'speech_timing', case when t.speech_seconds is not null then jsonb_build_object(
        'seconds', t.speech_seconds, 'pauses', t.pauses, 'longest_pause_seconds', t.longest_pause_seconds) end)
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

drop function public.accept_turn(uuid, text, text, text, integer, bigint, boolean);

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

revoke all on function public.accept_turn(uuid, text, text, text, integer, bigint, boolean, jsonb)
from public, anon, authenticated, service_role;
grant execute on function public.accept_turn(uuid, text, text, text, integer, bigint, boolean, jsonb)
to anon, authenticated, service_role, interview_api;
