-- Every column is bounded, whoever writes it: sizes, depth and numbers of JSON, lengths, turns of a session.

-- Whether a value is an object that everybody can read back: at most `p_bytes` of text, 100 levels, no number that
-- a double can't hold (nor a zero of forty digits). Numbers are looked at before they are printed:
-- `1e131000` is eight bytes of a request and 131 kB of an answer.
create function private.is_bounded_object(p_value jsonb, p_bytes integer) returns boolean
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return jsonb_typeof(p_value) = 'object' and pg_column_size(p_value) <= p_bytes
    and not jsonb_path_exists(p_value, '$.**{101}')
    and not jsonb_path_exists(p_value, 'strict $.** ? (@ > 1e308 || @ < -1e308 || (@ < 1e-308 && @ > -1e-308
      && (@ != 0 || @.string() starts with "0.0000000000000000000000000000000000000000")))')
    and octet_length(p_value::text) <= p_bytes;
end
$$;

revoke all on function private.is_bounded_object(jsonb, integer) from public, anon, authenticated, service_role;
grant execute on function private.is_bounded_object(jsonb, integer)
to anon, authenticated, service_role, interview_api;

alter table public.interview_sessions
  drop constraint interview_sessions_final_summary_check,
  drop constraint interview_sessions_session_stats_check,
  drop constraint interview_sessions_version_check,
  add constraint interview_sessions_final_summary_check check (private.is_bounded_object(final_summary, 262144)),
  add constraint interview_sessions_session_stats_check check (private.is_bounded_object(session_stats, 16384)),
  alter column report_owner type varchar(255) using left(report_owner, 255),
  add column turn_bytes integer not null default 0;
comment on column public.interview_sessions.turn_bytes is
  'Bytes of the turns, about: a reader loads them at once. Past 4 MB no message is accepted.';

alter table public.interview_turns
  drop constraint interview_turns_turn_no_check,
  drop constraint interview_turns_reply_check,
  drop constraint interview_turns_feedback_check,
  add constraint interview_turns_turn_no_check check (turn_no between 0 and 499),
  add constraint interview_turns_reply_check check (private.is_bounded_object(reply, 65536)),
  add constraint interview_turns_feedback_check check (private.is_bounded_object(feedback, 65536)),
  alter column lease_owner type varchar(255) using left(lease_owner, 255);

alter table public.speech_tasks
  add constraint speech_tasks_progress_data_check check (private.is_bounded_object(progress_data, 1048576)),
  add constraint speech_tasks_result_data_check check (private.is_bounded_object(result_data, 1048576)),
  add constraint speech_tasks_error_message_check check (char_length(error_message) <= 2000);

-- What there is counts, and is no change of a session.
alter table public.interview_sessions disable trigger update_interview_sessions_updated_at;
update public.interview_sessions s set turn_bytes = t.bytes
from (
  select session_id, sum(octet_length(coalesce(message, '')) + coalesce(pg_column_size(reply), 0)
    + coalesce(pg_column_size(feedback), 0)) as bytes
  from public.interview_turns group by session_id
) t
where t.session_id = s.session_id;
alter table public.interview_sessions enable trigger update_interview_sessions_updated_at;

-- The configuration must be an object of at most 256 kB as text. A trigger on that column alone: a CHECK
-- would read and print the whole value at every turn's update of the row.
create or replace function private.check_session_config() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not private.is_bounded_object(new.session_config, 262144) then
    raise exception 'session_config must be a JSON object of at most 262144 bytes, 100 levels and plain numbers'
      using errcode = 'check_violation', constraint = 'interview_sessions_session_config_check';
  end if;
  return new;
end
$$;

alter type private.session_head add attribute turn_bytes integer;

-- NULL when there is no such session for this caller. Every writer takes this lock first, so that two calls on
-- one session never interleave. NO KEY: foreign key checks need not wait.
create or replace function private.lock_session(p_session_id uuid) returns private.session_head
language plpgsql set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head;
begin
  select s.session_id, s.user_id, s.status, s.version, s.base_version, s.session_stats,
    s.created_at, s.updated_at, s.turn_bytes
  into h
  from public.interview_sessions s
  where s.session_id = p_session_id
  for no key update;
  return h;
end
$$;

-- What the caller lacks, and no change. Outcomes: ok, not_found.
create or replace function public.load_session(p_session_id uuid, p_known_version bigint) returns jsonb
language plpgsql stable security invoker set search_path = ''
set enable_seqscan = off set enable_bitmapscan = off set role = interview_api as $$
declare
  h private.session_head;
begin
  select s.session_id, s.user_id, s.status, s.version, s.base_version, s.session_stats,
    s.created_at, s.updated_at, s.turn_bytes
  into h
  from public.interview_sessions s
  where s.session_id = p_session_id;
  if not found then
    return '{"outcome": "not_found"}';
  end if;
  return jsonb_build_object('outcome', 'ok') || private.session_delta(h, p_known_version);
end
$$;

-- A message of the candidate. Outcomes: accepted; replay, in_flight, resumed, unanswered or key_reused for a key
-- that was used before; in_flight or resumed also for the open turn's very text, with `p_join_same_text`; busy
-- while another turn is open; not_started, ended, not_found.
create or replace function public.accept_turn(
  p_session_id uuid, p_turn_id text, p_message text, p_lease_owner text, p_lease_seconds integer,
  p_known_version bigint, p_join_same_text boolean
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
      (session_id, turn_no, turn_id, user_id, message, question_no, version, accepted_at, lease_owner, lease_until)
    values (
      p_session_id, t.turn_no + 1, p_turn_id, h.user_id, p_message,
      case when t.answered then t.turn_no else t.question_no end,
      h.version + 1, v_now, p_lease_owner, v_lease_until);
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

-- Stores the reply, provided that the turn is still the lease owner's. Outcomes: completed, already, stopped,
-- lost, not_found.
create or replace function public.complete_turn(
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
create or replace function public.record_feedback(
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

-- Keeps the configuration; a reply still on its way finds no row. Outcomes: reset, not_found.
create or replace function public.reset_interview(p_session_id uuid, p_known_version bigint) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
declare
  h private.session_head := private.lock_session(p_session_id);
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  delete from public.interview_turns where session_id = p_session_id;
  update public.interview_sessions
  set status = 'active', final_summary = null, session_stats = '{}', turn_bytes = 0, report_owner = null,
    report_lease_until = null, version = h.version + 1, base_version = h.version + 1
  where session_id = p_session_id
  returning status, version, base_version, session_stats, updated_at
  into h.status, h.version, h.base_version, h.session_stats, h.updated_at;
  return jsonb_build_object('outcome', 'reset') || private.session_delta(h, p_known_version);
end
$$;
