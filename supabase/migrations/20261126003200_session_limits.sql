-- How many sessions guests together and each user may make, and how many a user may keep.

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
  private.refuse_session(text, integer), private.check_kept_sessions(uuid), private.count_session()
from public, anon, authenticated, service_role;

-- Gives a guest's session, named by this request's header, to the signed-in caller. Security definer: RLS
-- hides a guest's rows from signed-in users, and no policy could let a row change hands. Outcomes: claimed,
-- already, busy, not_found.
create or replace function private.claim_session(p_session_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_uid uuid := case when auth.role() = 'authenticated' then auth.uid() end;
  v_owner uuid;
  v_now timestamptz;
  t record;
begin
  if v_uid is null then
    return '{"outcome": "not_found"}';
  end if;
  select s.user_id into v_owner
  from public.interview_sessions s
  where s.session_id = p_session_id
    and (s.user_id = v_uid or (s.user_id is null and s.session_id = private.request_session_id()))
  for no key update;
  if not found then
    return '{"outcome": "not_found"}';
  elsif v_owner = v_uid then
    return '{"outcome": "already"}';
  end if;
  v_now := clock_timestamp();
  select i.turn_no, i.turn_id, i.lease_until into t
  from public.interview_turns i
  where i.session_id = p_session_id and i.reply is null and i.unanswered_at is null and i.lease_until > v_now;
  if found then
    return jsonb_build_object(
      'outcome', 'busy', 'turn_no', t.turn_no, 'turn_id', t.turn_id,
      'lease_remaining_ms', private.lease_remaining_ms(t.lease_until, v_now));
  end if;
  perform private.check_kept_sessions(v_uid);
  update public.interview_sessions
  set user_id = v_uid, version = version + 1, base_version = version + 1
  where session_id = p_session_id;
  update public.interview_turns set user_id = v_uid where session_id = p_session_id;
  update public.speech_tasks set user_id = v_uid where session_id = p_session_id;
  return '{"outcome": "claimed"}';
exception when foreign_key_violation then
  -- The account was deleted while its token is still good.
  return '{"outcome": "not_found"}';
end
$$;
