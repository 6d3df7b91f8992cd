-- What each caller used of speech, against the daily budgets.

-- Written by private.charge_speech alone, so that nobody lowers their own count.
create table public.speech_usage (
  usage_id bigint generated always as identity primary key,
  user_id uuid references public.users (id) on delete cascade,
  session_id uuid references public.interview_sessions (session_id) on delete cascade,
  day date not null,
  characters bigint not null default 0 check (characters >= 0),
  seconds numeric(12, 3) not null default 0 check (seconds >= 0 and seconds < 'NaN'),
  tasks integer not null default 0 check (tasks >= 0),
  constraint speech_usage_one_principal check ((user_id is null) <> (session_id is null))
);
comment on table public.speech_usage is
  'Characters spoken, seconds heard and tasks made a day (UTC), of a user or of a guest''s session.';

create unique index speech_usage_user_day on public.speech_usage (user_id, day);
create unique index speech_usage_session_day on public.speech_usage (session_id, day);

alter table public.speech_usage enable row level security;
alter table public.speech_usage force row level security;

create policy speech_usage_owner on public.speech_usage for select to authenticated
  using (user_id = (select auth.uid()));

create policy speech_usage_guest on public.speech_usage for select to anon
  using (session_id = (select private.request_session_id()));

revoke all on public.speech_usage from public, anon, authenticated, service_role;
grant select on public.speech_usage to anon, authenticated;
grant select, insert, update, delete on public.speech_usage to service_role;

-- Adds to the caller's count of today. With limits it adds nothing and answers false when they would be
-- passed; NULL is no limit. No caller makes more than 5,000 tasks a day. Security definer, and never a negative
-- amount (nor NaN, which counts as a day): a caller may raise their count and not lower it.
create function private.charge_speech(
  p_characters bigint, p_seconds numeric, p_max_characters bigint, p_max_seconds numeric, p_tasks integer
) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := case when auth.role() = 'authenticated' then auth.uid() end;
  v_session uuid := case when v_user is null then private.request_session_id() end;
  v_characters bigint := least(greatest(coalesce(p_characters, 0), 0), 1000000);
  v_seconds numeric := least(greatest(coalesce(p_seconds, 0), 0), 86400);
  u record;
begin
  if v_user is null and not exists (
    select from public.interview_sessions s where s.session_id = v_session and s.user_id is null
  ) then
    return false;
  end if;
  insert into public.speech_usage (user_id, session_id, day)
  values (v_user, v_session, (now() at time zone 'utc')::date)
  on conflict do nothing;
  select usage_id, characters, seconds, tasks into u
  from public.speech_usage
  where day = (now() at time zone 'utc')::date
    and (user_id = v_user or session_id = v_session)
  for update;
  if u.characters + v_characters > p_max_characters or u.seconds + v_seconds > p_max_seconds
      or u.tasks + p_tasks > 5000 then
    return false;
  end if;
  update public.speech_usage
  set characters = u.characters + v_characters, seconds = least(u.seconds + v_seconds, 999999999),
    tasks = u.tasks + p_tasks
  where usage_id = u.usage_id;
  return true;
end
$$;

revoke all on function private.charge_speech(bigint, numeric, bigint, numeric, integer)
from public, anon, authenticated, service_role;
grant execute on function private.charge_speech(bigint, numeric, bigint, numeric, integer) to interview_api;
