-- Making, end, reset, claim and deletion of a session: under the same lock as its turns.

-- A guest's is made under the id that the request's header names; a practice is of a question of another session of the
-- same owner. A repeat whose first answer was lost changes nothing. Outcomes: created, not_found (the id is another's).
create function public.create_session(
  p_session_id uuid, p_config jsonb, p_practice_of uuid default null, p_practice_question integer default null
) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
begin
  -- A repeat is not counted among what the caller makes.
  if exists (select from public.interview_sessions s where s.session_id = p_session_id) then
    return '{"outcome": "created"}';
  end if;
  insert into public.interview_sessions (session_id, session_config, practice_of, practice_question)
  values (p_session_id, coalesce(p_config, '{}'), p_practice_of, p_practice_question)
  on conflict do nothing;
  return jsonb_build_object('outcome', case
    when exists (select from public.interview_sessions s where s.session_id = p_session_id) then 'created'
    else 'not_found'
  end);
end
$$;

-- An open turn is waited for (busy) unless the end is forced; then its message stays unanswered. Outcomes: ended,
-- already, busy, not_found.
create function public.end_interview(p_session_id uuid, p_force boolean, p_known_version bigint) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
declare
  h private.session_head := private.lock_session(p_session_id);
  v_now timestamptz := clock_timestamp();
  t record;
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  if h.status = 'completed' then
    return jsonb_build_object('outcome', 'already') || private.session_delta(h, p_known_version);
  end if;
  select i.turn_no, i.turn_id, i.lease_until
  into t
  from public.interview_turns i
  where i.session_id = p_session_id and i.reply is null and i.unanswered_at is null;
  if found then
    if t.lease_until > v_now and not coalesce(p_force, false) then
      return jsonb_build_object(
          'outcome', 'busy', 'turn_no', t.turn_no, 'turn_id', t.turn_id,
          'lease_remaining_ms', private.lease_remaining_ms(t.lease_until, v_now))
        || private.session_delta(h, p_known_version);
    end if;
    update public.interview_turns
    set unanswered_at = v_now, version = h.version + 1
    where session_id = p_session_id and turn_no = t.turn_no;
  end if;
  update public.interview_sessions
  set status = 'completed', version = h.version + 1, base_version = h.version + 1
  where session_id = p_session_id
  returning status, version, base_version, updated_at into h.status, h.version, h.base_version, h.updated_at;
  return jsonb_build_object('outcome', 'ended') || private.session_delta(h, p_known_version);
end
$$;

-- Moves what was said in a session, and what rests on it, to a session of its own. Returns that one's id.
create function private.keep_interview(p_session_id uuid) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_kept uuid := gen_random_uuid();
begin
  insert into public.interview_sessions (
    session_id, user_id, session_config, final_summary, session_stats, status, version, base_version,
    practice_of, practice_question, created_at, updated_at, turn_bytes)
  select v_kept, s.user_id, s.session_config, s.final_summary, s.session_stats, s.status, s.version, s.base_version,
    s.practice_of, s.practice_question, s.created_at, s.updated_at, s.turn_bytes
  from public.interview_sessions s
  where s.session_id = p_session_id;
  update public.interview_turns set session_id = v_kept where session_id = p_session_id;
  update public.shared_reports set session_id = v_kept where session_id = p_session_id;
  update public.interview_sessions set practice_of = v_kept where practice_of = p_session_id;
  return v_kept;
end
$$;

-- Keeps the configuration; a reply still on its way finds no row. A user's finished interview stays in their history
-- under a new id, with its report, links and practices; a guest's, whose id is its only key, is deleted with them.
-- Outcomes: reset (with `kept_session_id`), not_found.
create function public.reset_interview(p_session_id uuid, p_known_version bigint) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
declare
  h private.session_head := private.lock_session(p_session_id);
  v_kept uuid;
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  if h.status = 'completed' and h.user_id is not null then
    v_kept := private.keep_interview(p_session_id);
  end if;
  delete from public.interview_turns where session_id = p_session_id;
  delete from public.shared_reports where session_id = p_session_id;
  update public.interview_sessions
  set status = 'active', final_summary = null, session_stats = '{}', turn_bytes = 0, report_owner = null,
    report_lease_until = null, version = h.version + 1, base_version = h.version + 1
  where session_id = p_session_id
  returning status, version, base_version, session_stats, updated_at
  into h.status, h.version, h.base_version, h.session_stats, h.updated_at;
  return jsonb_build_object('outcome', 'reset', 'kept_session_id', v_kept)
    || private.session_delta(h, p_known_version);
end
$$;

-- Gives a guest's session, named by this request's header, to the signed-in caller. Security definer: RLS
-- hides a guest's rows from signed-in users, and no policy could let a row change hands. Outcomes: claimed,
-- already, busy, not_found.
create function private.claim_session(p_session_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_uid uuid := case when auth.role() = 'authenticated' then auth.uid() end;
  v_owner uuid;
  v_now timestamptz;
  t record;
begin
  if v_uid is null then
    return '{"outcome": "not_found"}';
  end if;
  select s.user_id into v_owner
  from public.interview_sessions s
  where s.session_id = p_session_id
    and (s.user_id = v_uid or (s.user_id is null and s.session_id = private.request_session_id()))
  for no key update;
  if not found then
    return '{"outcome": "not_found"}';
  elsif v_owner = v_uid then
    return '{"outcome": "already"}';
  end if;
  v_now := clock_timestamp();
  select i.turn_no, i.turn_id, i.lease_until into t
  from public.interview_turns i
  where i.session_id = p_session_id and i.reply is null and i.unanswered_at is null and i.lease_until > v_now;
  if found then
    return jsonb_build_object(
      'outcome', 'busy', 'turn_no', t.turn_no, 'turn_id', t.turn_id,
      'lease_remaining_ms', private.lease_remaining_ms(t.lease_until, v_now));
  end if;
  perform private.check_kept_sessions(v_uid);
  update public.interview_sessions
  set user_id = v_uid, version = version + 1, base_version = version + 1
  where session_id = p_session_id;
  update public.interview_turns set user_id = v_uid where session_id = p_session_id;
  update public.speech_tasks set user_id = v_uid where session_id = p_session_id;
  return '{"outcome": "claimed"}';
exception when foreign_key_violation then
  -- The account was deleted while its token is still good.
  return '{"outcome": "not_found"}';
end
$$;

-- The same with the session's delta, which is read with the new owner's rights.
create function public.claim_session(p_session_id uuid, p_known_version bigint) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
declare
  v_claim jsonb := private.claim_session(p_session_id);
begin
  if v_claim ->> 'outcome' in ('claimed', 'already') then
    return v_claim || (public.load_session(p_session_id, p_known_version) - 'outcome');
  end if;
  return v_claim;
end
$$;

-- Its turns, its speech tasks and a guest's use go with it. Outcomes: deleted, not_found.
create function public.delete_session(p_session_id uuid) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
begin
  delete from public.interview_sessions where session_id = p_session_id;
  return jsonb_build_object('outcome', case when found then 'deleted' else 'not_found' end);
end
$$;

revoke all on function
  public.create_session(uuid, jsonb, uuid, integer),
  public.end_interview(uuid, boolean, bigint),
  public.reset_interview(uuid, bigint),
  private.keep_interview(uuid),
  private.claim_session(uuid),
  public.claim_session(uuid, bigint),
  public.delete_session(uuid)
from public, anon, authenticated, service_role;
grant execute on function private.keep_interview(uuid), private.claim_session(uuid) to interview_api;
grant execute on function
  public.create_session(uuid, jsonb, uuid, integer),
  public.end_interview(uuid, boolean, bigint),
  public.reset_interview(uuid, bigint),
  public.claim_session(uuid, bigint),
  public.delete_session(uuid)
to anon, authenticated, service_role, interview_api;
