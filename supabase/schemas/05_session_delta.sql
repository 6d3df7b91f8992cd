-- Locking a session, and telling a caller what changed since the version it knows: what the functions of
-- turns, reports and life cycle have in common.
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
  updated_at timestamptz,
  turn_bytes integer
);

-- Callers have the same rights by the service and past it, so that the database can't tell a reply that the service
-- brings from one that a candidate made up. Where the operator sets a secret that the service alone sends
-- (SUPABASE_WRITE_SECRET), nobody else's calls change an interview. Without one, this is open to its owner.
create table private.write_secret (
  is_only_row boolean primary key default true check (is_only_row),
  digest bytea not null
);

-- For operators: `select private.set_write_secret('…')`; NULL demands none.
create function private.set_write_secret(p_secret text) returns void
language plpgsql set search_path = '' as $$
begin
  delete from private.write_secret;
  insert into private.write_secret (digest) select sha256(convert_to(p_secret, 'UTF8')) where p_secret is not null;
end
$$;

-- Answers 403 with a code of its own, by which the service tells its own misconfiguration from a refusal.
create function private.check_write_secret() returns void
language plpgsql stable set search_path = '' as $$
declare
  v_digest bytea := (select w.digest from private.write_secret w);
begin
  if v_digest <> sha256(convert_to(coalesce(
      nullif(current_setting('request.headers', true), '')::json ->> 'x-write-secret', ''), 'UTF8')) then
    raise exception 'this database takes interviews from its service alone' using errcode = 'PT403';
  end if;
end
$$;

-- NULL when there is no such session for this caller. Every writer takes this lock first, so that two calls on
-- one session never interleave. NO KEY: foreign key checks need not wait.
create function private.lock_session(p_session_id uuid) returns private.session_head
language plpgsql set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head;
begin
  perform private.check_write_secret();
  select s.session_id, s.user_id, s.status, s.version, s.base_version, s.session_stats,
    s.created_at, s.updated_at, s.turn_bytes
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

-- Milliseconds until a lease ends; 0 when it has ended or there is none.
create function private.lease_remaining_ms(p_lease_until timestamptz, p_now timestamptz) returns bigint
language plpgsql immutable set search_path = '' as $$
begin
  return greatest(0, ceil(coalesce(extract(epoch from p_lease_until - p_now), 0) * 1000))::bigint;
end
$$;

-- What the caller lacks, and no change. Outcomes: ok, not_found.
create function public.load_session(p_session_id uuid, p_known_version bigint) returns jsonb
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

revoke all on private.write_secret from public, anon, authenticated, service_role;
grant select on private.write_secret to interview_api;
revoke all on function
  private.set_write_secret(text),
  private.check_write_secret(),
  private.lock_session(uuid),
  private.session_delta(private.session_head, bigint),
  private.lease_remaining_ms(timestamptz, timestamptz),
  public.load_session(uuid, bigint)
from public, anon, authenticated, service_role;
grant execute on function
  private.check_write_secret(),
  private.lock_session(uuid),
  private.session_delta(private.session_head, bigint),
  private.lease_remaining_ms(timestamptz, timestamptz)
to interview_api;
grant execute on function
  public.load_session(uuid, bigint)
to anon, authenticated, service_role, interview_api;
