-- What every other file builds on. Schema `private` is not exposed by the API: helpers and security definer
-- functions live there, out of reach of a client's RPC.

create schema if not exists private;
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;

-- As whom the functions in `public` run (`set role`), whoever calls them. Clients may read their rows and call
-- these functions, not write rows. The role has no way around row-level security: its policies say what the caller of
-- the request may touch. Roles belong to the cluster, so it may be there.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'interview_api') then
    create role interview_api nologin noinherit;
  end if;
  -- A function sets a role that its session's user may set: PostgREST's, and that of migrations and operators.
  grant interview_api to authenticator;
  execute format('grant interview_api to %I with set true', current_user);
end
$$;
grant usage on schema public, private to interview_api;

create function private.update_updated_at_column() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end
$$;

-- The x-session-id header of this request: a guest's capability, which the policies compare. NULL when it is
-- absent or not a UUID, never an error. PL/pgSQL keeps its plan; SQL with a search_path of its own is planned
-- at each call.
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

-- Whose rows this request may touch: `user <id>`, `guest <session id>`, or `service` for all. For the policies of
-- `interview_api`, which may not read schema `auth`: the same as auth.uid() and auth.role().
create function private.caller() returns text
language plpgsql stable set search_path = '' as $$
declare
  v_claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  return case v_claims ->> 'role'
    when 'authenticated' then 'user ' || (v_claims ->> 'sub')::uuid
    when 'anon' then 'guest ' || private.request_session_id()
    when 'service_role' then 'service'
  end;
end
$$;

-- Whether a value is an object that everybody can read back: at most `p_bytes` of text, 100 levels, no number that
-- a double can't hold (nor a zero of forty digits). Numbers are looked at before they are printed:
-- `1e131000` is eight bytes of a request and 131 kB of an answer.
create function private.is_bounded_object(p_value jsonb, p_bytes integer) returns boolean
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return jsonb_typeof(p_value) = 'object' and pg_column_size(p_value) <= p_bytes
    and not jsonb_path_exists(p_value, '$.**{101}')
    and not jsonb_path_exists(p_value, 'strict $.** ? (@ > 1e308 || @ < -1e308 || (@ < 1e-308 && @ > -1e-308
      && (@ != 0 || @.string() starts with "0.0000000000000000000000000000000000000000")))')
    and octet_length(p_value::text) <= p_bytes;
end
$$;

revoke all on function
  private.update_updated_at_column(),
  private.request_session_id(),
  private.caller(),
  private.is_bounded_object(jsonb, integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.request_session_id(),
  private.is_bounded_object(jsonb, integer)
to anon, authenticated, service_role, interview_api;
grant execute on function private.caller() to interview_api;
