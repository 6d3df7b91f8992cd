-- Turns on messages by Supabase Realtime about changes of sessions, for SUPABASE_REALTIME=true (docs/deployment.md). Run it
-- as `postgres` in the project's SQL editor, after the migrations. It may run again.
--
-- It is no migration: the schema `realtime` belongs to Supabase, is made when the project's Realtime first runs, and
-- `supabase db push` may not make policies there (https://github.com/supabase/cli/issues/6116). Nor do projects that
-- don't use this pay for a message with each change.

-- Who may join a session's topic and hear what is sent in it. Nobody but the database sends: there is no policy for `insert`.
drop policy if exists hear_own_sessions on realtime.messages;
create policy hear_own_sessions on realtime.messages for select to authenticated
  using (extension = 'broadcast' and (select private.may_hear((select realtime.topic()))));
drop policy if exists hear_guest_sessions on realtime.messages;
create policy hear_guest_sessions on realtime.messages for select to anon
  using (extension = 'broadcast' and (select private.may_hear((select realtime.topic()))));

-- The clean-up jobs touch many sessions at once that nobody listens to: of those no message tells.
create or replace trigger tell_session_change after update on public.interview_sessions
  for each row when ((old.version <> new.version or old.user_id is distinct from new.user_id)
    and (old.status, new.status) is distinct from ('active', 'abandoned'))
  execute function private.tell_session_change();
create or replace trigger tell_session_deletion after delete on public.interview_sessions
  for each row when (old.updated_at > now() - interval '1 day')
  execute function private.tell_session_change();

-- To turn it off:
--   drop trigger tell_session_change on public.interview_sessions;
--   drop trigger tell_session_deletion on public.interview_sessions;
--   drop policy hear_own_sessions on realtime.messages;
--   drop policy hear_guest_sessions on realtime.messages;
