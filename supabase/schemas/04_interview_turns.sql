-- The turns of an interview: a row each, so that appending one does not rewrite the conversation.

create table public.interview_turns (
  session_id uuid not null references public.interview_sessions (session_id) on delete cascade,
  turn_no integer not null check (turn_no between 0 and 499),
  turn_id text not null check (char_length(turn_id) between 1 and 255),
  -- No foreign key: the policies tie it to the session's owner, whose deletion cascades through the session.
  user_id uuid default auth.uid(),
  message text check (char_length(message) <= 20000),
  question_no integer,
  version bigint not null default 0,
  accepted_at timestamptz not null default now(),
  lease_owner varchar(255),
  lease_until timestamptz,
  reply jsonb check (private.is_bounded_object(reply, 65536)),
  completed_at timestamptz,
  unanswered_at timestamptz,
  feedback jsonb check (private.is_bounded_object(feedback, 65536)),
  speech_seconds real check (speech_seconds between 0 and 7200),
  pauses smallint check (pauses between 0 and 1000),
  longest_pause_seconds real check (longest_pause_seconds >= 0),
  primary key (session_id, turn_no),
  constraint interview_turns_turn_id_key unique (session_id, turn_id),
  constraint interview_turns_introduction_check check ((turn_no = 0) = (message is null)),
  constraint interview_turns_answered_check check (reply is null or unanswered_at is null),
  constraint interview_turns_speech_check check (
    num_nulls(speech_seconds, pauses, longest_pause_seconds) = 3
    or num_nulls(speech_seconds, pauses, longest_pause_seconds, message) = 0
      and longest_pause_seconds <= speech_seconds)
);
comment on table public.interview_turns is
  'One message of the candidate and the interviewer''s reply; turn 0 is the introduction and has no message.';
comment on column public.interview_turns.turn_id is 'Idempotency key of the turn.';
comment on column public.interview_turns.question_no is 'turn_no whose reply this message answers.';
comment on column public.interview_turns.version is 'Version of the session at this row''s last visible change.';
comment on column public.interview_turns.lease_until is
  'Until then the process named in lease_owner is writing the reply; after it any process may take over.';
comment on column public.interview_turns.unanswered_at is 'The message was left behind before it got a reply.';
comment on column public.interview_turns.speech_seconds is
  'From the first to the last word of a message that was spoken, as its client measured it.';

-- At most one turn of a session is open, whatever callers do.
create unique index interview_turns_one_open on public.interview_turns (session_id)
  where reply is null and unanswered_at is null;
-- For deltas: the rows above the version that a reader knows.
create index interview_turns_version on public.interview_turns (session_id, version);

alter table public.interview_turns enable row level security;
alter table public.interview_turns force row level security;

create policy turns_read_own on public.interview_turns for select to authenticated
  using (user_id = (select auth.uid()));
create policy turns_read_guest on public.interview_turns for select to anon
  using (user_id is null and session_id = (select private.request_session_id()));

-- Turns are the functions' to write: a reply and its feedback are not the candidate's.
create policy turns_api on public.interview_turns for all to interview_api
  using ((select private.caller()) in (
    case when user_id is null then 'guest ' || session_id else 'user ' || user_id end, 'service'));

revoke all on public.interview_turns from public, anon, authenticated, service_role;
grant select on public.interview_turns to anon, authenticated;
grant select, insert, update, delete on public.interview_turns to service_role, interview_api;

-- How an interview is set up (its length, its clock) stays as it is while there are turns.
create policy sessions_set_up_own on public.interview_sessions for update to authenticated
  using (
    user_id = (select auth.uid())
    and not exists (select from public.interview_turns t where t.session_id = interview_sessions.session_id)
  )
  with check (user_id = (select auth.uid()));
create policy sessions_set_up_guest on public.interview_sessions for update to anon
  using (
    user_id is null
    and session_id = (select private.request_session_id())
    and not exists (select from public.interview_turns t where t.session_id = interview_sessions.session_id)
  )
  with check (user_id is null and session_id = (select private.request_session_id()));

-- The history and the feedback log of a session, as PostgREST computed fields
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
