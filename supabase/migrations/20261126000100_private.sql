-- What every other file builds on. Schema `private` is not exposed by the API: helpers and security definer
-- functions live there, out of reach of a client's RPC.

create schema if not exists private;
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;

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

revoke all on function
  private.update_updated_at_column(),
  private.request_session_id()
from public, anon, authenticated, service_role;
grant execute on function private.request_session_id() to anon, authenticated, service_role;
