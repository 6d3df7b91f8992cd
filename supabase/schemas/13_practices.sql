-- Practice of one question of an interview: whose it may be, and what a guest sees of it.

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
