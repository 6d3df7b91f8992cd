-- Sessions that practise one question of another anew.

alter table public.interview_sessions
  add column practice_of uuid,
  add column practice_question integer,
  add constraint interview_sessions_practice_question_check check (practice_question between 1 and 1000),
  add constraint interview_sessions_practice_of_check check (practice_of is null or practice_question is not null);
alter table public.interview_sessions add constraint interview_sessions_practice_of_fkey
  foreign key (practice_of) references public.interview_sessions (session_id) on delete set null;
comment on column public.interview_sessions.practice_of is
  'Session whose question is practised anew. A guest''s practice tells its holder the id of the origin.';
comment on column public.interview_sessions.practice_question is 'Number of that main question, from 1.';

-- The attempts at a question, the latest first.
create index idx_sessions_practice_of on public.interview_sessions (practice_of, practice_question, created_at desc)
  where practice_of is not null;

-- A plain change of what is practised (by the origin's deletion) is a change of the practice.
drop trigger bump_session_version on public.interview_sessions;
create trigger bump_session_version
  before update of user_id, session_config, final_summary, session_stats, status, practice_of on public.interview_sessions
  for each row when (new.version = old.version) execute function private.bump_session_version();

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

revoke all on function public.create_session(uuid, jsonb, uuid, integer) from public, anon, authenticated, service_role;
grant execute on function public.create_session(uuid, jsonb, uuid, integer)
to anon, authenticated, service_role, interview_api;

-- A practice is made by its origin's owner. Security definer: a guest's request names the new session, so that RLS
-- hides the origin. What is another's is refused as what does not exist.
create function private.check_practice_of() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (
    select from public.interview_sessions o
    where o.session_id = new.practice_of and o.user_id is not distinct from new.user_id
  ) then
    raise exception 'practice_of must be a session of the same owner'
      using errcode = 'foreign_key_violation', constraint = 'interview_sessions_practice_of_fkey';
  end if;
  return new;
end
$$;

create trigger check_practice_of before insert or update of practice_of on public.interview_sessions
  for each row when (new.practice_of is not null) execute function private.check_practice_of();

-- The latest practices of a question of the caller's session that were answered, each with what a comparison shows and
-- no more: `[{session_id, question, answer}]`, where the answer is the first turn with one. Security definer: a guest's
-- request names one session, and RLS hides its practices. They are shown while both are the caller's.
create function private.list_practices(p_session_id uuid, p_question integer) returns jsonb
language plpgsql stable security definer set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
begin
  return coalesce((
    select jsonb_agg(to_jsonb(l))
    from (
      select p.session_id, asked.reply ->> 'content' as question, answered.answer
      from public.interview_sessions o
      join public.interview_sessions p on p.practice_of = o.session_id and p.user_id is not distinct from o.user_id
      join public.interview_turns asked on asked.session_id = p.session_id and asked.turn_no = 0
      cross join lateral (
        select jsonb_build_object(
          'turn_no', t.turn_no, 'turn_id', t.turn_id, 'message', t.message, 'version', t.version,
          'accepted_at', t.accepted_at, 'feedback', t.feedback) as answer
        from public.interview_turns t
        where t.session_id = p.session_id and t.message is not null and t.unanswered_at is null
          and t.reply ->> 'response_type' is distinct from 'clarification'
        order by t.turn_no
        limit 1
      ) answered
      where o.session_id = p_session_id and p.practice_question = p_question
        and private.caller() = case when o.user_id is null then 'guest ' || o.session_id else 'user ' || o.user_id end
      order by p.created_at desc
      limit 50
    ) l), '[]'::jsonb);
end
$$;

create function public.list_practices(p_session_id uuid, p_question integer) returns jsonb
language plpgsql stable security invoker set search_path = '' set role = interview_api as $$
begin
  return private.list_practices(p_session_id, p_question);
end
$$;

revoke all on function
  private.check_practice_of(),
  private.list_practices(uuid, integer),
  public.list_practices(uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function private.list_practices(uuid, integer) to interview_api;
grant execute on function public.list_practices(uuid, integer) to anon, authenticated, interview_api;

-- A PostgREST that is already running learns of columns and functions.
notify pgrst, 'reload schema';
