-- Profiles of accounts. GoTrue's `auth.users` is the one source of truth; a trigger mirrors it, so that
-- sessions can refer to an account and clients can read their own profile.

create table public.users (
  id uuid primary key references auth.users (id) on delete cascade,
  email text unique,
  name text not null default '' check (char_length(name) <= 100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.users is 'Profile of an account: a read-only mirror of auth.users.';
comment on column public.users.email is
  'NULL for anonymous accounts, and for an account whose address another account''s profile holds.';

create trigger update_users_updated_at before update on public.users
  for each row execute function private.update_updated_at_column();

alter table public.users enable row level security;
alter table public.users force row level security;

create policy users_read_own on public.users for select to authenticated
  using (id = (select auth.uid()));

-- The name is changed through GoTrue's user metadata, so nobody but the trigger writes.
revoke all on public.users from public, anon, authenticated, service_role;
grant select on public.users to authenticated;
grant select, insert, update, delete on public.users to service_role;

-- The display name in a user's metadata: at most 100 characters; '' when it is absent or not a string.
create function private.profile_name(p_metadata jsonb) returns text
language sql immutable set search_path = '' as $$
  select case when jsonb_typeof(p_metadata -> 'name') = 'string'
    then left(p_metadata ->> 'name', 100) else '' end
$$;

-- Writes one profile. A taken e-mail leaves the profile without one: the unique constraint must not
-- refuse a sign-in (two SSO accounts may share an address in auth.users).
create function private.mirror_user(
  p_id uuid, p_email text, p_metadata jsonb, p_created_at timestamptz
) returns void
language plpgsql set search_path = '' as $$
declare
  v_email text := nullif(p_email, '');
  v_name text := private.profile_name(p_metadata);
begin
  begin
    insert into public.users as u (id, email, name, created_at)
    values (p_id, v_email, v_name, coalesce(p_created_at, now()))
    on conflict (id) do update set email = excluded.email, name = excluded.name
      where (u.email, u.name) is distinct from (excluded.email, excluded.name);
  exception when unique_violation then
    insert into public.users as u (id, email, name, created_at)
    values (p_id, null, v_name, coalesce(p_created_at, now()))
    on conflict (id) do update set email = null, name = excluded.name;
  end;
end
$$;

-- Runs inside GoTrue's own statement as supabase_auth_admin, hence security definer. It swallows every
-- failure, because an error here would fail the sign-in itself.
create function private.on_auth_user_written() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.mirror_user(new.id, new.email, new.raw_user_meta_data, new.created_at);
  return null;
exception when others then
  raise warning 'profile of an account was not written: %', sqlstate;
  return null;
end
$$;

create trigger mirror_auth_user
  after insert or update of email, raw_user_meta_data on auth.users
  for each row execute function private.on_auth_user_written();

revoke all on function
  private.profile_name(jsonb),
  private.mirror_user(uuid, text, jsonb, timestamptz),
  private.on_auth_user_written()
from public, anon, authenticated, service_role;
