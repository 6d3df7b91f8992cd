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

revoke all on function public.scores_by_dimension(public.interview_sessions)
  from public, anon, authenticated, service_role;
grant execute on function public.scores_by_dimension(public.interview_sessions) to anon, authenticated, service_role;
