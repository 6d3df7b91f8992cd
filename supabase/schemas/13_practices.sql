-- Practice of one question of an interview: whose it may be, and what a guest sees of it.

-- A practice belongs to its origin's owner. Security definer: a guest's request names the new session, so that RLS
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

-- The latest attempts at a question of the guest's session that this request names, as PostgREST embeds turns.
-- Security definer: RLS shows a guest the one row that is named; its practices belong to the same guest.
create function private.guest_practices(p_question integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object(
      'session_id', s.session_id, 'created_at', s.created_at,
      'interview_turns', (
        select coalesce(jsonb_agg(to_jsonb(t) order by t.turn_no), '[]'::jsonb)
        from public.interview_turns t
        where t.session_id = s.session_id)) order by s.created_at desc)
    from (
      select p.session_id, p.created_at
      from public.interview_sessions p
      where p.practice_of = private.request_session_id() and p.practice_question = p_question and p.user_id is null
      order by p.created_at desc
      limit 50
    ) s), '[]'::jsonb);
end
$$;

create function public.guest_practices(p_question integer) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select private.guest_practices(p_question)
$$;

revoke all on function
  private.check_practice_of(),
  private.guest_practices(integer),
  public.guest_practices(integer)
from public, anon, authenticated, service_role;
grant execute on function private.guest_practices(integer), public.guest_practices(integer) to anon;
