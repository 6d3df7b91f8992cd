-- Reports that their owners share by a link. A snapshot is shared, so that reading it shows no row of the interview.

create table public.shared_reports (
  share_id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.interview_sessions (session_id) on delete cascade,
  token_hash bytea not null check (octet_length(token_hash) = 32),
  snapshot jsonb not null
    check (private.is_bounded_object(snapshot, 2097152)),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '30 days',
  constraint shared_reports_token_hash_key unique (token_hash),
  constraint shared_reports_expires_at_check
    check (expires_at > created_at and expires_at <= created_at + interval '90 days')
);
comment on table public.shared_reports is
  'What a link shows. Its session''s owner makes and revokes it; whoever sends its token in x-share-token may read it.';
comment on column public.shared_reports.token_hash is 'SHA-256 of the token, which is stored nowhere.';

create index idx_shared_reports_session_id on public.shared_reports (session_id);

-- SHA-256 of this request's x-share-token header, which the policy compares: the hash itself opens nothing. NULL
-- when there is none.
create function private.request_share_hash() returns bytea
language plpgsql stable set search_path = '' as $$
declare
  v_headers text := current_setting('request.headers', true);
begin
  if v_headers is null or not pg_input_is_valid(v_headers, 'json')
      or json_typeof(v_headers::json) <> 'object' then
    return null;
  end if;
  return sha256(convert_to(v_headers::json ->> 'x-share-token', 'UTF8'));
end
$$;

alter table public.shared_reports enable row level security;
alter table public.shared_reports force row level security;

create policy shares_read_own on public.shared_reports for select to authenticated
  using (exists (
    select from public.interview_sessions s
    where s.session_id = shared_reports.session_id and s.user_id = (select auth.uid())
  ));

-- Whose session it is, that table's policy says.
create policy shares_api on public.shared_reports for all to interview_api
  using (exists (
    select from public.interview_sessions s
    where s.session_id = shared_reports.session_id and s.user_id is not null
  ));

create policy shares_reader on public.shared_reports for select to anon
  using (token_hash = (select private.request_share_hash()) and expires_at > now());

-- Functions share and revoke; nobody changes what was shared. A reader sees what is shared and no id.
revoke all on public.shared_reports from public, anon, authenticated, service_role;
grant select (snapshot, created_at, expires_at) on public.shared_reports to anon;
grant select on public.shared_reports to authenticated;
grant select, insert, delete on public.shared_reports to interview_api;
-- A link goes along with an interview that is kept.
grant update (session_id) on public.shared_reports to interview_api;
grant select, delete on public.shared_reports to service_role;

-- Shares a snapshot for some days, at most ten at a time; a repeat under the same id changes nothing. Outcomes: shared,
-- changed (the session is not at the base version that the snapshot was made of, or has no report), too_many, not_found.
create function public.share_report(
  p_session_id uuid, p_base_version bigint, p_share_id uuid, p_token_hash bytea, p_snapshot jsonb, p_days integer
) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
declare
  h private.session_head := private.lock_session(p_session_id);
begin
  if h.session_id is null then
    return '{"outcome": "not_found"}';
  end if;
  delete from public.shared_reports where session_id = p_session_id and expires_at <= now();
  if not exists (select from public.shared_reports r where r.share_id = p_share_id) then
    if h.base_version is distinct from p_base_version or not exists (
      select from public.interview_sessions s where s.session_id = p_session_id and s.final_summary is not null
    ) then
      return '{"outcome": "changed"}';
    elsif (select count(*) from public.shared_reports r where r.session_id = p_session_id) >= 10 then
      return '{"outcome": "too_many"}';
    end if;
    insert into public.shared_reports (share_id, session_id, token_hash, snapshot, expires_at)
    values (p_share_id, p_session_id, p_token_hash, p_snapshot, now() + make_interval(days => p_days));
  end if;
  return (
    select jsonb_build_object('outcome', 'shared', 'created_at', r.created_at, 'expires_at', r.expires_at)
    from public.shared_reports r
    where r.share_id = p_share_id);
end
$$;

-- Outcomes: revoked, not_shared, not_found.
create function public.revoke_share(p_session_id uuid, p_share_id uuid) returns jsonb
language plpgsql security invoker set search_path = '' set role = interview_api as $$
begin
  if not exists (select from public.interview_sessions s where s.session_id = p_session_id) then
    return '{"outcome": "not_found"}';
  end if;
  delete from public.shared_reports where session_id = p_session_id and share_id = p_share_id;
  return jsonb_build_object('outcome', case when found then 'revoked' else 'not_shared' end);
end
$$;

-- For the service key: removes what has expired, and returns how many.
create function public.cleanup_expired_shares() returns bigint
language plpgsql security invoker set search_path = '' as $$
declare
  v_deleted bigint;
begin
  delete from public.shared_reports where expires_at <= now();
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;

revoke all on function
  private.request_share_hash(),
  public.share_report(uuid, bigint, uuid, bytea, jsonb, integer),
  public.revoke_share(uuid, uuid),
  public.cleanup_expired_shares()
from public, anon, authenticated, service_role;
grant execute on function private.request_share_hash() to anon, authenticated, service_role;
grant execute on function
  public.share_report(uuid, bigint, uuid, bytea, jsonb, integer),
  public.revoke_share(uuid, uuid)
to authenticated, interview_api;
grant execute on function public.cleanup_expired_shares() to service_role;
