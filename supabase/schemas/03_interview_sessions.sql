-- Interviews, and who may see them.

create table public.interview_sessions (
  session_id uuid not null default gen_random_uuid(),
  user_id uuid default auth.uid() references public.users (id) on delete cascade,
  session_config jsonb not null default '{}',
  final_summary jsonb check (jsonb_typeof(final_summary) = 'object'),
  session_stats jsonb not null default '{}' check (jsonb_typeof(session_stats) = 'object'),
  status text not null default 'active' check (status in ('active', 'completed', 'abandoned')),
  version bigint not null default 0 check (version >= 0),
  base_version bigint not null default 0 check (base_version between 0 and version),
  report_owner text,
  report_lease_until timestamptz,
  practice_of uuid,
  practice_question integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint interview_sessions_practice_question_check check (practice_question between 1 and 1000),
  constraint interview_sessions_practice_of_check check (practice_of is null or practice_question is not null)
)
-- Every turn updates its session twice: room for HOT updates, which leave the indexes alone.
with (fillfactor = 80);
comment on column public.interview_sessions.user_id is
  'Owner. NULL is a guest''s session: whoever names its id in the header x-session-id may use it.';
comment on column public.interview_sessions.version is
  'Raised by every visible change of the session or its turns.';
comment on column public.interview_sessions.base_version is
  'Version at which anything but the turns last changed: a reader with an older one loads everything.';
comment on column public.interview_sessions.practice_of is
  'Session whose question is practised anew. A guest''s practice tells its holder the id of the origin.';
comment on column public.interview_sessions.practice_question is 'Number of that main question, from 1.';

create index idx_sessions_user_id on public.interview_sessions (user_id);
create index idx_sessions_status on public.interview_sessions (status);
create index idx_sessions_created_at on public.interview_sessions (created_at);
-- For paging a caller's sessions, newest first.
create index idx_sessions_user_newest on public.interview_sessions (user_id, created_at desc);
-- The attempts at a question, the latest first.
create index idx_sessions_practice_of on public.interview_sessions (practice_of, practice_question, created_at desc)
  where practice_of is not null;
-- Made last on purpose. RLS adds a condition on user_id to every look-up by session_id; while the table has no
-- statistics the planner holds both for equally selective, and among equals takes the index made last.
alter table public.interview_sessions add constraint interview_sessions_pkey primary key (session_id);
alter table public.interview_sessions add constraint interview_sessions_practice_of_fkey
  foreign key (practice_of) references public.interview_sessions (session_id) on delete set null;

create trigger update_interview_sessions_updated_at before update on public.interview_sessions
  for each row execute function private.update_updated_at_column();

-- The configuration must be an object of at most 256 kB as text. A trigger on that column alone: a CHECK
-- would read and print the whole value at every turn's update of the row.
create function private.check_session_config() returns trigger
language plpgsql set search_path = '' as $$
begin
  if jsonb_typeof(new.session_config) <> 'object' or octet_length(new.session_config::text) > 262144 then
    raise exception 'session_config must be a JSON object of at most 262144 bytes'
      using errcode = 'check_violation', constraint = 'interview_sessions_session_config_check';
  end if;
  return new;
end
$$;

create trigger check_session_config before insert or update of session_config on public.interview_sessions
  for each row execute function private.check_session_config();

-- A plain UPDATE through the API (by a client that sends no version) must not leave caches stale. The
-- functions of the turn protocol raise the version themselves and skip this.
create function private.bump_session_version() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.version := old.version + 1;
  new.base_version := new.version;
  return new;
end
$$;

create trigger bump_session_version
  before update of user_id, session_config, final_summary, session_stats, status on public.interview_sessions
  for each row when (new.version = old.version) execute function private.bump_session_version();

revoke all on function private.check_session_config(), private.bump_session_version()
from public, anon, authenticated, service_role;

alter table public.interview_sessions enable row level security;

create policy sessions_owner on public.interview_sessions for all to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));

-- The unguessable id is a guest's capability: without naming it nobody sees a guest's row.
create policy sessions_guest on public.interview_sessions for all to anon
  using (user_id is null and session_id = (select private.request_session_id()))
  with check (user_id is null and session_id = (select private.request_session_id()));

revoke all on public.interview_sessions from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.interview_sessions to anon, authenticated, service_role;
