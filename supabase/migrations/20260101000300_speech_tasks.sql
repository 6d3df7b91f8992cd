-- Speech work in progress, visible to whom the session (or the task) belongs.

create table public.speech_tasks (
  task_id uuid primary key default gen_random_uuid(),
  session_id uuid references public.interview_sessions (session_id) on delete cascade,
  user_id uuid default auth.uid() references public.users (id) on delete cascade,
  task_type text not null check (task_type in ('stt_batch', 'tts', 'stt_stream')),
  status text not null default 'processing' check (status in ('processing', 'completed', 'error')),
  progress_data jsonb default '{}',
  result_data jsonb,
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column public.speech_tasks.user_id is
  'Owner. NULL is a guest''s task, which must belong to a guest''s session.';

create index idx_speech_tasks_session_id on public.speech_tasks (session_id);
create index idx_speech_tasks_status on public.speech_tasks (status);
create index idx_speech_tasks_created_at on public.speech_tasks (created_at);
create index idx_speech_tasks_user_id on public.speech_tasks (user_id);

create trigger update_speech_tasks_updated_at before update on public.speech_tasks
  for each row execute function private.update_updated_at_column();

alter table public.speech_tasks enable row level security;

create policy speech_tasks_owner on public.speech_tasks for all to authenticated
  using (user_id = (select auth.uid()))
  with check (
    user_id = (select auth.uid())
    and (session_id is null or exists (
      select from public.interview_sessions s
      where s.session_id = speech_tasks.session_id and s.user_id = speech_tasks.user_id
    ))
  );

create policy speech_tasks_guest on public.speech_tasks for all to anon
  using (user_id is null and session_id = (select private.request_session_id()))
  with check (
    user_id is null
    and session_id = (select private.request_session_id())
    and exists (
      select from public.interview_sessions s
      where s.session_id = speech_tasks.session_id and s.user_id is null
    )
  );

revoke all on public.speech_tasks from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.speech_tasks to anon, authenticated, service_role;
