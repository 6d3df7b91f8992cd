-- A secret that the service alone sends, where the operator sets one: then nobody else's calls change an interview.

-- Callers have the same rights by the service and past it, so that the database can't tell a reply that the service
-- brings from one that a candidate made up. Where the operator sets a secret that the service alone sends
-- (SUPABASE_WRITE_SECRET), nobody else's calls change an interview. Without one, this is open to its owner.
create table private.write_secret (
  is_only_row boolean primary key default true check (is_only_row),
  digest bytea not null
);

-- For operators: `select private.set_write_secret('…')`; NULL demands none.
create function private.set_write_secret(p_secret text) returns void
language plpgsql set search_path = '' as $$
begin
  delete from private.write_secret;
  insert into private.write_secret (digest) select sha256(convert_to(p_secret, 'UTF8')) where p_secret is not null;
end
$$;

-- Answers 403 with a code of its own, by which the service tells its own misconfiguration from a refusal.
create function private.check_write_secret() returns void
language plpgsql stable set search_path = '' as $$
declare
  v_digest bytea := (select w.digest from private.write_secret w);
begin
  if v_digest <> sha256(convert_to(coalesce(
      nullif(current_setting('request.headers', true), '')::json ->> 'x-write-secret', ''), 'UTF8')) then
    raise exception 'this database takes interviews from its service alone' using errcode = 'PT403';
  end if;
end
$$;

-- NULL when there is no such session for this caller. Every writer takes this lock first, so that two calls on
-- one session never interleave. NO KEY: foreign key checks need not wait.
create or replace function private.lock_session(p_session_id uuid) returns private.session_head
language plpgsql set search_path = '' set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h private.session_head;
begin
  perform private.check_write_secret();
  select s.session_id, s.user_id, s.status, s.version, s.base_version, s.session_stats,
    s.created_at, s.updated_at, s.turn_bytes
  into h
  from public.interview_sessions s
  where s.session_id = p_session_id
  for no key update;
  return h;
end
$$;

revoke all on private.write_secret from public, anon, authenticated, service_role;
grant select on private.write_secret to interview_api;
revoke all on function private.set_write_secret(text), private.check_write_secret()
from public, anon, authenticated, service_role;
grant execute on function private.check_write_secret() to interview_api;

-- A PostgREST that is already running learns of the tables and functions.
notify pgrst, 'reload schema';
