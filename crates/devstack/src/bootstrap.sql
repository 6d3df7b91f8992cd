-- What a Supabase database has before the first migration: the API roles, schema `auth` with the
-- functions that policies call, schema `extensions`. Run by a superuser, before GoTrue's own
-- migrations (a real GoTrue) or `bootstrap_mock_auth.sql` (the mock). Idempotent: it runs at every
-- start. Passwords are the caller's business (`alter role … password …`).
--
-- Deliberately absent: default privileges for the API roles. Hosted projects no longer expose new
-- tables by themselves, so the project's migrations must grant what they mean to expose.

do $$
begin
  -- GoTrue's migrations grant to `postgres` by name; a cluster may have been made with another superuser.
  if not exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
    create role postgres nologin createdb createrole bypassrls;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    create role anon nologin noinherit;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    create role authenticated nologin noinherit;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'authenticator') then
    create role authenticator login noinherit;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'supabase_auth_admin') then
    create role supabase_auth_admin login noinherit createrole;
  end if;
  execute format('grant create on database %I to supabase_auth_admin', current_database());
end
$$;

grant anon, authenticated, service_role to authenticator;
alter role supabase_auth_admin set search_path = 'auth';

create schema if not exists auth;
alter schema auth owner to supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;

grant usage on schema public to anon, authenticated, service_role;

-- The definitions are GoTrue's, which replaces them with the same text; PostgREST sets the claims.
create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
  )::uuid
$$;

create or replace function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
  )::text
$$;

create or replace function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email')
  )::text
$$;

create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

-- GoTrue replaces these functions as their owner.
alter function auth.uid() owner to supabase_auth_admin;
alter function auth.role() owner to supabase_auth_admin;
alter function auth.email() owner to supabase_auth_admin;
alter function auth.jwt() owner to supabase_auth_admin;
