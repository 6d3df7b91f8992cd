-- Shared reports: made and revoked by their owner, read by whoever has the token, and by nobody for longer than that.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(31);

insert into auth.users (id, email) values
  ('a0000000-0000-4000-8000-000000000000', 'a@share.test'), ('b0000000-0000-4000-8000-000000000000', 'b@share.test');
insert into interview_sessions (session_id, user_id, status, final_summary) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'completed', '{}'),
  ('b1000000-0000-4000-8000-000000000000', 'b0000000-0000-4000-8000-000000000000', 'completed', '{}'),
  ('d1000000-0000-4000-8000-000000000000', null, 'completed', '{}');

create function pg_temp.become(p_role text, p_sub text default null, p_headers text default '{}') returns void
language plpgsql as $$
begin
  perform set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object('role', p_role, 'sub', p_sub))::text, true);
  perform set_config('request.headers', p_headers, true);
  perform set_config('role', p_role, true);
end
$$;
create function pg_temp.shared_as(p_session uuid, p_share uuid, p_token text, p_days integer, p_base bigint default 0)
returns text
language sql as $$
  select share_report(p_session, p_base, p_share, sha256(convert_to(p_token, 'UTF8')), '{"answers": 1}', p_days) ->> 'outcome'
$$;

-- The owner.
select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000');
select is(
  pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000001', 'token-1', 30),
  'shared', 'an owner shares a report');
select is(
  pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000001', 'token-1', 30),
  'shared', 'a repeat is the same link');
select is((select count(*)::int from shared_reports), 1, 'and makes no second one');
select is(
  (select expires_at - created_at from shared_reports), interval '30 days', 'it lasts as long as was asked for');
select throws_ok(
  $$select pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'x', 91)$$,
  '23514', null, 'at most 90 days');
select throws_ok(
  $$select pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'x', 0)$$,
  '23514', null, 'and not none');
select throws_ok(
  $$select share_report('a1000000-0000-4000-8000-000000000000', 0, gen_random_uuid(), '\x00', '{}', 1)$$,
  '23514', null, 'only a whole hash is kept');
select throws_ok(
  $$select share_report('a1000000-0000-4000-8000-000000000000', 0, gen_random_uuid(), sha256('x'),
    jsonb_build_object('x', repeat('x', 2097152)), 1)$$,
  '23514', null, 'a snapshot is bounded');
select is(
  pg_temp.shared_as('b1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'x', 1), 'not_found', 'another''s report is not shared');
select is(
  pg_temp.shared_as('d1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'x', 1), 'not_found', 'nor a guest''s');

-- Others.
select pg_temp.become('authenticated', 'b0000000-0000-4000-8000-000000000000', '{"x-share-token": "token-1"}');
select is((select count(*)::int from shared_reports), 0, 'another user sees none, even with its token');
select is(
  revoke_share('a1000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000001'), '{"outcome": "not_found"}',
  'nor revokes it');

-- Whoever has the link.
select pg_temp.become('anon', null, '{"x-share-token": "token-1"}');
select is((select snapshot from shared_reports), '{"answers": 1}', 'the token shows what is shared');
select throws_ok('select session_id from shared_reports', '42501', null, 'and not of which session');
select throws_ok('select * from shared_reports', '42501', null, 'whoever asks for all');
select throws_ok('delete from shared_reports', '42501', null, 'a reader revokes nothing');
select throws_ok(
  $$select share_report('a1000000-0000-4000-8000-000000000000', 0, gen_random_uuid(), sha256('x'), '{}', 1)$$,
  '42501', null, 'and shares nothing');
select pg_temp.become('anon', null, '{}');
select is((select count(snapshot)::int from shared_reports), 0, 'without a token nothing is shown');
select pg_temp.become('anon', null, '{"x-share-token": "token-2"}');
select is((select count(snapshot)::int from shared_reports), 0, 'nor with another');
select pg_temp.become('anon', null, jsonb_build_object('x-share-token', encode(sha256('token-1'), 'hex'))::text);
select is((select count(snapshot)::int from shared_reports), 0, 'nor with the hash that is stored');
select pg_temp.become('anon', null, '{"x-session-id": "a1000000-0000-4000-8000-000000000000"}');
select is((select count(snapshot)::int from shared_reports), 0, 'nor with the session''s id');

-- Its number.
select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000');
select is(
  (select string_agg(pg_temp.shared_as(
    'a1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'more-' || n, 1), ' ' order by n)
   from generate_series(2, 11) n),
  repeat('shared ', 9) || 'too_many', 'ten links at most');

-- Its time.
reset role;
update shared_reports set created_at = now() - interval '2 days', expires_at = now()
where share_id = 'a1000000-0000-4000-8000-000000000001';
select pg_temp.become('anon', null, '{"x-share-token": "token-1"}');
select is((select count(snapshot)::int from shared_reports), 0, 'what has expired is not shown');
select pg_temp.become('service_role');
select is(cleanup_expired_shares(), 1::bigint, 'and is removed by the job');

-- Its end.
select pg_temp.become('authenticated', 'a0000000-0000-4000-8000-000000000000');
select is(
  pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000003', 'token-3', 30),
  'shared', 'there is room again');
select is(
  revoke_share('a1000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000003') ->> 'outcome'
  || ' ' || (revoke_share('a1000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000003') ->> 'outcome'),
  'revoked not_shared', 'its owner revokes it, once');

-- What it was made of.
select is(
  pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'token-4', 30, 7) || ' '
  || pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'token-4', 30, null),
  'changed changed', 'a snapshot of another version is not shared');
select is(
  pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000005', 'token-5', 30) || ' '
  || pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', 'a1000000-0000-4000-8000-000000000005', 'token-5', 30, 7),
  'shared shared', 'though a repeat of what was shared is');
select lives_ok($$select reset_interview('a1000000-0000-4000-8000-000000000000', null)$$, 'a reset');
select is(
  (select bool_and(session_id <> 'a1000000-0000-4000-8000-000000000000') from shared_reports), true,
  'takes the links along to where the interview is kept');
select is(
  pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'token-6', 30) || ' '
  || pg_temp.shared_as('a1000000-0000-4000-8000-000000000000', gen_random_uuid(), 'token-6', 30,
    (select base_version from interview_sessions where session_id = 'a1000000-0000-4000-8000-000000000000')),
  'changed changed', 'and there is nothing to share, at whichever version');

select * from finish();
rollback;
