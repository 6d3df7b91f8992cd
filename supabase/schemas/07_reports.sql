-- The final report of a session: written in parts, by one process at a time.

-- Leases the writing of the report to one process. The lease is not visible, so no version changes. Outcomes:
-- granted, in_progress, already, not_ended, not_found.
create function public.begin_report(
  p_session_id uuid, p_lease_owner text, p_lease_seconds integer, p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
declare
  h private.session_head := private.lock_session(p_session_id);
  v_now timestamptz := clock_timestamp();
  v_outcome text;
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  select case
      when s.status <> 'completed' then 'not_ended'
      when s.final_summary ->> 'status' = 'completed' then 'already'
      when s.report_lease_until > v_now and s.report_owner is distinct from p_lease_owner then 'in_progress'
      else 'granted'
    end
  into v_outcome
  from public.interview_sessions s
  where s.session_id = p_session_id;
  if v_outcome = 'granted' then
    update public.interview_sessions
    set report_owner = p_lease_owner, report_lease_until = v_now + make_interval(secs => p_lease_seconds)
    where session_id = p_session_id
    returning updated_at into h.updated_at;
  end if;
  return jsonb_build_object('outcome', v_outcome) || private.session_delta(h, p_known_version);
end
$$;

-- Merges parts into the report, so that each can be retried by itself; `usage` goes to the stats. Only for
-- the lease's owner: a reset clears it, and another process may have taken it over. Outcomes: recorded, lost,
-- not_found.
create function public.record_report(
  p_session_id uuid, p_lease_owner text, p_summary jsonb, p_known_version bigint
) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
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

-- The scores of a session's report without their quotes, as a PostgREST computed field: a list of sessions shows
-- how they went without carrying whole reports. `{}` before there is a report. The column is its owner's to write,
-- so nothing is expected of its shape.
create function public.scores_by_dimension(interview_sessions public.interview_sessions) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_object_agg(s.score ->> 'dimension', s.score -> 'score'), '{}'::jsonb)
  from jsonb_array_elements(
    case when jsonb_typeof(interview_sessions.final_summary #> '{results,dimension_scores}') = 'array'
      then interview_sessions.final_summary #> '{results,dimension_scores}' else '[]'::jsonb end
  ) as s (score)
  where jsonb_typeof(s.score -> 'dimension') = 'string' and jsonb_typeof(s.score -> 'score') = 'number'
$$;

revoke all on function
  public.begin_report(uuid, text, integer, bigint),
  public.record_report(uuid, text, jsonb, bigint),
  public.scores_by_dimension(public.interview_sessions)
from public, anon, authenticated, service_role;
grant execute on function
  public.begin_report(uuid, text, integer, bigint),
  public.record_report(uuid, text, jsonb, bigint),
  public.scores_by_dimension(public.interview_sessions)
to anon, authenticated, service_role, interview_api;
