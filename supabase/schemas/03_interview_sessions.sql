-- Interviews, and who may see them.

create table public.interview_sessions (
  session_id uuid not null default gen_random_uuid(),
  user_id uuid default auth.uid() references public.users (id) on delete cascade,
  session_config jsonb not null default '{}',
  final_summary jsonb check (private.is_bounded_object(final_summary, 262144)),
  session_stats jsonb not null default '{}' check (private.is_bounded_object(session_stats, 16384)),
  status text not null default 'active' check (status in ('active', 'completed', 'abandoned')),
  version bigint not null default 0,
  base_version bigint not null default 0 check (base_version between 0 and version),
  report_owner varchar(255),
  report_lease_until timestamptz,
  practice_of uuid,
  practice_question integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  turn_bytes integer not null default 0,
  constraint interview_sessions_practice_question_check check (practice_question between 1 and 1000),
  constraint interview_sessions_practice_of_check check (practice_of is null or practice_question is not null)
)
-- Every turn updates its session twice: room for HOT updates, which leave the indexes alone. And few CHECKs, since
-- PostgreSQL reads all of a table's for each statement: lengths are types, and one bound implies another.
with (fillfactor = 80);
comment on column public.interview_sessions.user_id is
  'Owner. NULL is a guest''s session: whoever names its id in the header x-session-id may use it.';
comment on column public.interview_sessions.version is
  'Raised by every visible change of the session or its turns.';
comment on column public.interview_sessions.base_version is
  'Version at which anything but the turns last changed: a reader with an older one loads everything.';
comment on column public.interview_sessions.turn_bytes is
  'Bytes of the turns, about: a reader loads them at once. Past 4 MB no message is accepted.';
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
  if not private.is_bounded_object(new.session_config, 262144) then
    raise exception 'session_config must be a JSON object of at most 262144 bytes, 100 levels and plain numbers'
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
  before update of user_id, session_config, final_summary, session_stats, status, practice_of on public.interview_sessions
  for each row when (new.version = old.version) execute function private.bump_session_version();

-- How many sessions there may be. One row, which the operator may change.
create table private.session_limits (
  is_only_row boolean primary key default true check (is_only_row),
  guests_per_hour integer not null default 10000,
  per_user_and_hour integer not null default 500,
  per_user integer not null default 5000
);
comment on table private.session_limits is 'How many sessions all guests together, and a user, may make and keep.';
insert into private.session_limits default values;

create table private.sessions_made (
  maker uuid primary key,
  hour timestamptz not null,
  made integer not null
);
comment on table private.sessions_made is
  'How many sessions a user has made in an hour; all guests, who have no identity, under the nil UUID.';

-- Answers 429, with the seconds to wait where waiting helps (a JSON error, as PostgREST reads it from SQLSTATE PGRST).
create function private.refuse_session(p_message text, p_seconds integer default null) returns void
language plpgsql set search_path = '' as $$
begin
  raise sqlstate 'PGRST' using
    message = jsonb_build_object('code', 'PT429', 'message', p_message, 'details', null, 'hint', null)::text,
    detail = jsonb_build_object('status', 429,
      'headers', jsonb_strip_nulls(jsonb_build_object('Retry-After', p_seconds::text)))::text;
end
$$;

-- Whether a user may keep another session, whichever way it comes to them.
create function private.check_kept_sessions(p_user_id uuid) returns void
language plpgsql stable set search_path = '' as $$
begin
  if (select count(*) from public.interview_sessions s where s.user_id = p_user_id)
      >= (select l.per_user from private.session_limits l) then
    perform private.refuse_session('too many sessions: delete some');
  end if;
end
$$;

-- Counts what callers of the API make. Security definer: nobody resets a count.
create function private.count_session() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  c_guests constant uuid := '00000000-0000-0000-0000-000000000000';
  v_hour constant timestamptz := date_trunc('hour', now());
  l private.session_limits;
  v_made integer;
begin
  select * into l from private.session_limits;
  insert into private.sessions_made as m (maker, hour, made) values (coalesce(new.user_id, c_guests), v_hour, 1)
  on conflict (maker) do update set hour = v_hour, made = case when m.hour = v_hour then m.made + 1 else 1 end
  returning m.made into v_made;
  if v_made > (case when new.user_id is null then l.guests_per_hour else l.per_user_and_hour end) then
    perform private.refuse_session('too many sessions in this hour',
      ceil(extract(epoch from v_hour + interval '1 hour' - now()))::integer);
  end if;
  if new.user_id is not null then
    perform private.check_kept_sessions(new.user_id);
  elsif v_made = 1 then
    -- The first guest of an hour clears away what users made in the hours before.
    delete from private.sessions_made where hour < v_hour - interval '1 hour' and maker <> c_guests;
  end if;
  return new;
end
$$;

create trigger count_session before insert on public.interview_sessions
  for each row when (current_user in ('anon', 'authenticated', 'interview_api'))
  execute function private.count_session();

revoke all on private.session_limits, private.sessions_made from public, anon, authenticated, service_role;
revoke all on function
  private.check_session_config(), private.bump_session_version(),
  private.refuse_session(text, integer), private.check_kept_sessions(uuid), private.count_session()
from public, anon, authenticated, service_role;

alter table public.interview_sessions enable row level security;
alter table public.interview_sessions force row level security;

-- The unguessable id is a guest's capability: without naming it nobody sees a guest's row.
create policy sessions_read_own on public.interview_sessions for select to authenticated
  using (user_id = (select auth.uid()));
create policy sessions_read_guest on public.interview_sessions for select to anon
  using (user_id is null and session_id = (select private.request_session_id()));

-- Clients of the data API may make a session, too, and set it up until it has turns (policies beside those).
create policy sessions_make_own on public.interview_sessions for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy sessions_make_guest on public.interview_sessions for insert to anon
  with check (user_id is null and session_id = (select private.request_session_id()));
-- The functions' role: for whom it acts, the request's claims and header say.
create policy sessions_api on public.interview_sessions for all to interview_api
  using ((select private.caller()) in (
    case when user_id is null then 'guest ' || session_id else 'user ' || user_id end, 'service'));

revoke all on public.interview_sessions from public, anon, authenticated, service_role;
-- (An upsert sets the id, too.)
grant select, insert (session_id, user_id, session_config), update (session_id, session_config)
on public.interview_sessions to anon, authenticated;
grant select, insert, update, delete on public.interview_sessions to service_role, interview_api;
