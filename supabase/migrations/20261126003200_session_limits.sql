-- How many sessions guests together and each user may make and keep, and for how long guests'.

-- How many sessions there may be. One row, which the operator may change.
create table private.session_limits (
  is_only_row boolean primary key default true check (is_only_row),
  guests_per_hour integer not null default 10000,
  per_user_and_hour integer not null default 500,
  per_user integer not null default 5000,
  guest_age interval not null default '30 days'
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

-- Answers 429 with the seconds to wait (a JSON error, as PostgREST reads it from SQLSTATE PGRST).
create function private.refuse_session(p_message text, p_seconds integer) returns void
language plpgsql set search_path = '' as $$
begin
  raise sqlstate 'PGRST' using
    message = jsonb_build_object('code', 'PT429', 'message', p_message, 'details', null, 'hint', null)::text,
    detail = jsonb_build_object('status', 429, 'headers', jsonb_build_object('Retry-After', p_seconds::text))::text;
end
$$;

-- Counts what callers of the API make. Security definer: nobody resets a count, and a guest's row is hidden from
-- other guests. Guests' sessions past their age make room here, too, so that no job is needed for it.
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
    if (select count(*) from public.interview_sessions s where s.user_id = new.user_id) >= l.per_user then
      perform private.refuse_session('too many sessions: delete some', 3600);
    end if;
    return new;
  end if;
  with expired as materialized (
    select s.session_id from public.interview_sessions s
    where s.user_id is null and s.created_at < now() - l.guest_age
    order by s.created_at limit 10
    for update skip locked
  )
  delete from public.interview_sessions s using expired e where s.session_id = e.session_id;
  if v_made = 1 then
    delete from private.sessions_made where hour < v_hour - interval '1 hour' and maker <> c_guests;
  end if;
  return new;
end
$$;

create trigger count_session before insert on public.interview_sessions
  for each row when (current_user in ('anon', 'authenticated', 'interview_api'))
  execute function private.count_session();

revoke all on private.session_limits, private.sessions_made from public, anon, authenticated, service_role;
revoke all on function private.refuse_session(text, integer), private.count_session()
from public, anon, authenticated, service_role;
