-- Functions for messages by Supabase Realtime about changes of sessions; supabase/realtime.sql puts them to use.

-- A user's session by its id, since the database says who hears it; a guest's by a digest, since its id is a key, and
-- topics stand in Realtime's tables and logs.
create function private.session_topic(p_session_id uuid, p_user_id uuid) returns text
language sql immutable set search_path = '' as $$
  select case when p_user_id is null
    then 'guest-session:' || encode(sha256(convert_to(p_session_id::text, 'UTF8')), 'hex')
    else 'session:' || p_session_id end
$$;

-- Whether this request's caller may hear the topic: a user that of their session, a visitor any guest's, which can't be
-- named without the session's id. For policies on `realtime.messages`, which Realtime asks with the token of whoever joins.
create function private.may_hear(p_topic text) returns boolean
language plpgsql stable set search_path = '' as $$
declare
  v_id text := substr(p_topic, length('session:') + 1);
begin
  if current_user = 'anon' then
    return p_topic ~ '^guest-session:[0-9a-f]{64}$';
  end if;
  if not starts_with(p_topic, 'session:') or not pg_input_is_valid(v_id, 'uuid') then
    return false;
  end if;
  return exists (
    select from public.interview_sessions s where s.session_id = v_id::uuid and s.user_id = (select auth.uid()));
end
$$;

-- Tells those who hear the session. Security definer: callers may not write messages themselves. Whatever is wrong with
-- Realtime, the change itself is made; those who were not told look for it later.
create function private.tell_session_change() returns trigger
language plpgsql security definer set search_path = '' set lock_timeout = '500ms' as $$
begin
  if tg_op = 'DELETE' then
    perform realtime.send('{}', 'session_deleted', private.session_topic(old.session_id, old.user_id), true);
    return null;
  end if;
  perform realtime.send(jsonb_build_object('version', new.version), 'session_changed',
    private.session_topic(new.session_id, new.user_id), true);
  if new.user_id is distinct from old.user_id then
    perform realtime.send(jsonb_build_object('version', new.version), 'session_changed',
      private.session_topic(old.session_id, old.user_id), true);
  end if;
  return null;
exception when others then
  raise warning 'no message tells of a change of a session: %', sqlerrm;
  return null;
end
$$;

revoke all on function
  private.session_topic(uuid, uuid),
  private.may_hear(text),
  private.tell_session_change()
from public, anon, authenticated, service_role;
grant execute on function private.may_hear(text) to anon, authenticated;
