-- Interviews and their turns, and who may see them.

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
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
)
-- Every turn updates its session twice: room for HOT updates, which leave the indexes alone.
with (fillfactor = 80);
comment on column public.interview_sessions.user_id is
  'Owner. NULL is a guest''s session: whoever names its id in the header x-session-id may use it.';
comment on column public.interview_sessions.version is
  'Raised by every visible change of the session or its turns.';
comment on column public.interview_sessions.base_version is
  'Version at which anything but the turns last changed: a reader with an older one loads everything.';

create index idx_sessions_user_id on public.interview_sessions (user_id);
create index idx_sessions_status on public.interview_sessions (status);
create index idx_sessions_created_at on public.interview_sessions (created_at);
-- For paging a caller's sessions, newest first.
create index idx_sessions_user_newest on public.interview_sessions (user_id, created_at desc);
-- Made last on purpose. RLS adds a condition on user_id to every look-up by session_id; while the table has no
-- statistics the planner holds both for equally selective, and among equals takes the index made last.
alter table public.interview_sessions add constraint interview_sessions_pkey primary key (session_id);

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

-- A plain UPDATE through the API (a client that sends no version) must not leave caches stale. The
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

create table public.interview_turns (
  session_id uuid not null references public.interview_sessions (session_id) on delete cascade,
  turn_no integer not null check (turn_no >= 0),
  turn_id text not null check (char_length(turn_id) between 1 and 255),
  -- No foreign key: the policies tie it to the session's owner, whose deletion cascades through the session.
  user_id uuid default auth.uid(),
  message text check (char_length(message) <= 20000),
  question_no integer,
  version bigint not null default 0,
  accepted_at timestamptz not null default now(),
  lease_owner text,
  lease_until timestamptz,
  reply jsonb check (jsonb_typeof(reply) = 'object'),
  completed_at timestamptz,
  unanswered_at timestamptz,
  feedback jsonb check (jsonb_typeof(feedback) = 'object'),
  primary key (session_id, turn_no),
  constraint interview_turns_turn_id_key unique (session_id, turn_id),
  constraint interview_turns_introduction_check check ((turn_no = 0) = (message is null)),
  constraint interview_turns_answered_check check (reply is null or unanswered_at is null)
);
comment on table public.interview_turns is
  'One message of the candidate and the interviewer''s reply; turn 0 is the introduction and has no message.';
comment on column public.interview_turns.turn_id is 'Idempotency key of the turn.';
comment on column public.interview_turns.question_no is 'turn_no whose reply this message answers.';
comment on column public.interview_turns.version is 'Version of the session at this row''s last visible change.';
comment on column public.interview_turns.lease_until is
  'Until then the process named in lease_owner is writing the reply; after it any process may take over.';
comment on column public.interview_turns.unanswered_at is 'The message was left behind before it got a reply.';

create unique index interview_turns_one_open on public.interview_turns (session_id)
  where reply is null and unanswered_at is null;
create index interview_turns_version on public.interview_turns (session_id, version);

-- The x-session-id header of this request; NULL when it is absent or not a UUID, never an error. It is
-- PL/pgSQL because that keeps its plan, where SQL with a search_path of its own is planned at each call.
create function private.request_session_id() returns uuid
language plpgsql stable set search_path = '' as $$
declare
  v_headers text := current_setting('request.headers', true);
  v_id text;
begin
  if v_headers is null or not pg_input_is_valid(v_headers, 'json')
      or json_typeof(v_headers::json) <> 'object' then
    return null;
  end if;
  v_id := v_headers::json ->> 'x-session-id';
  if v_id is null or not pg_input_is_valid(v_id, 'uuid') then
    return null;
  end if;
  return v_id::uuid;
end
$$;

revoke all on function private.check_session_config() from public;
revoke all on function private.bump_session_version() from public;
revoke all on function private.request_session_id() from public;
grant execute on function private.request_session_id() to anon, authenticated, service_role;

alter table public.interview_sessions enable row level security;
alter table public.interview_turns enable row level security;

create policy sessions_owner on public.interview_sessions for all to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));

-- The unguessable id is a guest's capability: without naming it nobody sees a guest's row.
create policy sessions_guest on public.interview_sessions for all to anon
  using (user_id is null and session_id = (select private.request_session_id()))
  with check (user_id is null and session_id = (select private.request_session_id()));

create policy turns_owner on public.interview_turns for all to authenticated
  using (user_id = (select auth.uid()))
  with check (
    user_id = (select auth.uid())
    and exists (
      select from public.interview_sessions s
      where s.session_id = interview_turns.session_id and s.user_id = interview_turns.user_id
    )
  );

create policy turns_guest on public.interview_turns for all to anon
  using (user_id is null and session_id = (select private.request_session_id()))
  with check (
    user_id is null
    and session_id = (select private.request_session_id())
    and exists (
      select from public.interview_sessions s
      where s.session_id = interview_turns.session_id and s.user_id is null
    )
  );

revoke all on public.interview_sessions, public.interview_turns
  from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.interview_sessions, public.interview_turns
  to anon, authenticated, service_role;

-- The history and the feedback log, as PostgREST computed fields
-- (`select=*,conversation_history,per_turn_feedback_log`).
create function public.conversation_history(interview_sessions public.interview_sessions) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(e.entry order by t.turn_no, e.place), '[]'::jsonb)
  from public.interview_turns t
  cross join lateral (
    select 0 as place, jsonb_strip_nulls(jsonb_build_object(
      'role', 'user', 'content', t.message, 'timestamp', t.accepted_at,
      'turn_id', t.turn_id, 'turn_no', t.turn_no,
      'unanswered', case when t.unanswered_at is not null then true end)) as entry
    where t.message is not null
    union all
    select 1, t.reply || jsonb_build_object('turn_no', t.turn_no)
    where t.reply is not null
  ) e
  where t.session_id = interview_sessions.session_id
$$;

create function public.per_turn_feedback_log(interview_sessions public.interview_sessions) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(
    coalesce(t.feedback, '{}'::jsonb) || jsonb_build_object(
      'turn_id', t.turn_id, 'turn_no', t.turn_no,
      'question', q.reply -> 'content', 'answer', t.message,
      'feedback', t.feedback -> 'feedback',
      'status', coalesce(t.feedback ->> 'status', 'pending'))
    order by t.turn_no), '[]'::jsonb)
  from public.interview_turns t
  left join public.interview_turns q on q.session_id = t.session_id and q.turn_no = t.question_no
  where t.session_id = interview_sessions.session_id and t.message is not null
$$;

revoke all on function
  public.conversation_history(public.interview_sessions),
  public.per_turn_feedback_log(public.interview_sessions)
from public, anon, authenticated, service_role;
grant execute on function
  public.conversation_history(public.interview_sessions),
  public.per_turn_feedback_log(public.interview_sessions)
to anon, authenticated, service_role;
