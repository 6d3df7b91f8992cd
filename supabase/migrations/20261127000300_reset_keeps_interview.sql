-- A reset keeps a finished interview in its owner's history.

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
create or replace function public.reset_interview(p_session_id uuid, p_known_version bigint) returns jsonb
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

revoke all on function private.keep_interview(uuid) from public, anon, authenticated, service_role;
grant execute on function private.keep_interview(uuid) to interview_api;
-- A link goes along with an interview that is kept.
grant update (session_id) on public.shared_reports to interview_api;
