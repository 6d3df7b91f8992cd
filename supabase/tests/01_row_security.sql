-- Every table × principal × verb: how many rows a statement touches, or the SQLSTATE that refuses it.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;

-- Owner a…, other b…, anonymous sign-in c…; their sessions a1, b1, c1; guests' sessions d1 and e1.
insert into auth.users (id, email, is_anonymous) values
  ('a0000000-0000-4000-8000-000000000000', 'a@rls.test', false),
  ('b0000000-0000-4000-8000-000000000000', 'b@rls.test', false),
  ('c0000000-0000-4000-8000-000000000000', null, true);
-- Other rows of the database are out of the way until the rollback.
delete from public.interview_sessions;
delete from public.speech_tasks;
delete from public.users where id not in (
  'a0000000-0000-4000-8000-000000000000', 'b0000000-0000-4000-8000-000000000000',
  'c0000000-0000-4000-8000-000000000000');
insert into public.interview_sessions (session_id, user_id) values
  ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000'),
  ('b1000000-0000-4000-8000-000000000000', 'b0000000-0000-4000-8000-000000000000'),
  ('c1000000-0000-4000-8000-000000000000', 'c0000000-0000-4000-8000-000000000000'),
  ('d1000000-0000-4000-8000-000000000000', null),
  ('e1000000-0000-4000-8000-000000000000', null);
insert into public.interview_turns (session_id, turn_no, turn_id, user_id)
select session_id, 0, 'introduction', user_id from public.interview_sessions;
insert into public.speech_tasks (session_id, user_id, task_type)
select session_id, user_id, 'tts' from public.interview_sessions;

insert into public.shared_reports (session_id, token_hash, snapshot)
select session_id, sha256(session_id::text::bytea), '{}' from public.interview_sessions where user_id is not null;

create function pg_temp.try_as(p_principal text, p_sql text) returns text
language plpgsql as $$
declare
  v_count bigint;
  v_role text := case when p_principal like 'guest%' then 'anon' when p_principal = 'service' then 'service_role'
    else 'authenticated' end;
  v_sub text := case p_principal
    when 'owner' then 'a0000000-0000-4000-8000-000000000000'
    when 'owner_naming_guest' then 'a0000000-0000-4000-8000-000000000000'
    when 'other' then 'b0000000-0000-4000-8000-000000000000'
    when 'anonymous' then 'c0000000-0000-4000-8000-000000000000' end;
begin
  perform set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object(
    'role', v_role, 'sub', v_sub, 'is_anonymous', p_principal = 'anonymous'))::text, true);
  perform set_config('request.headers', case p_principal
    when 'guest_named' then '{"x-session-id": "d1000000-0000-4000-8000-000000000000"}'
    when 'guest_wrong' then '{"x-session-id": "ffffffff-0000-4000-8000-000000000000"}'
    when 'guest_owned' then '{"x-session-id": "a1000000-0000-4000-8000-000000000000"}'
    when 'guest_malformed' then '{"x-session-id": "d1000000'' or true --"}'
    when 'owner_naming_guest' then '{"x-session-id": "d1000000-0000-4000-8000-000000000000"}'
    else '{}' end, true);
  perform set_config('role', v_role, true);
  execute p_sql;
  get diagnostics v_count = row_count;
  -- The exception undoes the statement, so that no case sees what another did.
  raise exception '%', v_count using errcode = 'TTTTT';
exception
  when sqlstate 'TTTTT' then return sqlerrm;
  when others then return sqlstate;
end
$$;

create temp table matrix (
  sql text, guest text, guest_named text, guest_wrong text, guest_owned text, guest_malformed text,
  owner text, other text, anonymous text, owner_naming_guest text, service text
);
insert into matrix values
-- Whole tables: each principal reaches its own rows and no other's.
--                                                                      guest    named    wrong    owned    malform  owner    other    anonym   naming   service
('select from users',                                                   '42501', '42501', '42501', '42501', '42501', '1',     '1',     '1',     '1',     '3'),
('update users set name = ''x''',                                       '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '3'),
('delete from users',                                                   '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '3'),
('insert into users (id) values (gen_random_uuid())',                   '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '23503'),
('select from interview_sessions',                                      '0',     '1',     '0',     '0',     '0',     '1',     '1',     '1',     '1',     '5'),
('update interview_sessions set session_stats = ''{}''',                '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('delete from interview_sessions',                                      '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('select from interview_turns',                                         '0',     '1',     '0',     '0',     '0',     '1',     '1',     '1',     '1',     '5'),
('update interview_turns set lease_owner = ''x''',                      '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('delete from interview_turns',                                         '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('select from speech_tasks',                                            '0',     '1',     '0',     '0',     '0',     '1',     '1',     '1',     '1',     '5'),
('update speech_tasks set status = ''completed''',                      '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('delete from speech_tasks',                                            '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
-- One row by its name: the owner's, then the named guest's.
('select from users where id = ''a0000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '1',     '0',     '0',     '1',     '1'),
('select from interview_sessions where session_id = ''a1000000-0000-4000-8000-000000000000''',
                                                                        '0',     '0',     '0',     '0',     '0',     '1',     '0',     '0',     '1',     '1'),
('update interview_sessions set status = ''completed'' where session_id = ''a1000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('delete from interview_sessions where session_id = ''a1000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('select from interview_turns where session_id = ''a1000000-0000-4000-8000-000000000000''',
                                                                        '0',     '0',     '0',     '0',     '0',     '1',     '0',     '0',     '1',     '1'),
('select from speech_tasks where session_id = ''a1000000-0000-4000-8000-000000000000''',
                                                                        '0',     '0',     '0',     '0',     '0',     '1',     '0',     '0',     '1',     '1'),
('select from interview_sessions where session_id = ''d1000000-0000-4000-8000-000000000000''',
                                                                        '0',     '1',     '0',     '0',     '0',     '0',     '0',     '0',     '0',     '1'),
('update interview_sessions set status = ''completed'' where session_id = ''d1000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('delete from interview_sessions where session_id = ''d1000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('select from interview_turns where session_id = ''d1000000-0000-4000-8000-000000000000''',
                                                                        '0',     '1',     '0',     '0',     '0',     '0',     '0',     '0',     '0',     '1'),
('select from speech_tasks where session_id = ''d1000000-0000-4000-8000-000000000000''',
                                                                        '0',     '1',     '0',     '0',     '0',     '0',     '0',     '0',     '0',     '1'),
-- New sessions: one's own by default, a guest's only under the id that the request names, nobody else's.
('insert into interview_sessions default values',                       '42501', '42501', '42501', '42501', '42501', '1',     '1',     '1',     '1',     '1'),
('insert into interview_sessions (session_id) values (''ffffffff-0000-4000-8000-000000000000'')',
                                                                        '42501', '42501', '1',     '42501', '42501', '1',     '1',     '1',     '1',     '1'),
('insert into interview_sessions (user_id) values (''a0000000-0000-4000-8000-000000000000'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '1',     '42501', '42501', '1',     '1'),
('insert into interview_sessions (user_id) values (null)',              '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
-- New turns and tasks: the functions' alone.
('insert into interview_turns (session_id, turn_no, turn_id, message, completed_at, reply) values (''a1000000-0000-4000-8000-000000000000'', 1, ''k'', ''m'', now(), ''{}'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('insert into interview_turns (session_id, turn_no, turn_id, message, completed_at, reply) values (''d1000000-0000-4000-8000-000000000000'', 1, ''k'', ''m'', now(), ''{}'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('insert into interview_turns (session_id, turn_no, turn_id, user_id, message, completed_at, reply) values (''d1000000-0000-4000-8000-000000000000'', 1, ''k'', null, ''m'', now(), ''{}'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('insert into speech_tasks (task_type) values (''tts'')',               '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('insert into speech_tasks (task_type, session_id) values (''tts'', ''a1000000-0000-4000-8000-000000000000'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('insert into speech_tasks (task_type, session_id) values (''tts'', ''d1000000-0000-4000-8000-000000000000'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('insert into speech_tasks (task_type, session_id, user_id) values (''tts'', ''a1000000-0000-4000-8000-000000000000'', null)',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('insert into speech_tasks (task_type, user_id) values (''tts'', ''a0000000-0000-4000-8000-000000000000'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
-- Rows one has cannot be given away, taken over or moved; nor set up again while there are turns.
('update interview_sessions set session_config = ''{}''',               '0',     '0',     '0',     '0',     '0',     '0',     '0',     '0',     '0',     '5'),
('update interview_sessions set user_id = ''b0000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('update interview_sessions set user_id = null',                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('update interview_turns set user_id = ''b0000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('update interview_turns set session_id = ''b1000000-0000-4000-8000-000000000000'', turn_no = 1, message = ''m'', turn_id = ''k'', reply = ''{}'' where session_id <> ''b1000000-0000-4000-8000-000000000000'' and session_id <> ''c1000000-0000-4000-8000-000000000000'' and session_id <> ''e1000000-0000-4000-8000-000000000000'' and user_id is not null',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('update speech_tasks set session_id = ''b1000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
('update speech_tasks set session_id = null',                           '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '5'),
-- Shared reports: their owner's; a visitor sees none without its token, and nobody changes one.
('select from shared_reports',                                          '0',     '0',     '0',     '0',     '0',     '1',     '1',     '1',     '1',     '3'),
('select token_hash from shared_reports',                               '42501', '42501', '42501', '42501', '42501', '1',     '1',     '1',     '1',     '3'),
('update shared_reports set snapshot = ''{}''',                         '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501'),
('update shared_reports set expires_at = now() + interval ''80 days''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501'),
('delete from shared_reports',                                          '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '3'),
('insert into shared_reports (session_id, token_hash, snapshot) values (''a1000000-0000-4000-8000-000000000000'', sha256(''k''), ''{}'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501'),
('insert into shared_reports (session_id, token_hash, snapshot) values (''d1000000-0000-4000-8000-000000000000'', sha256(''k''), ''{}'')',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501'),
('insert into shared_reports (session_id, token_hash, snapshot, created_at) values (''a1000000-0000-4000-8000-000000000000'', sha256(''k''), ''{}'', now())',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501'),
-- A practice is of a session of the same owner.
('insert into interview_sessions (practice_of, practice_question) values (''a1000000-0000-4000-8000-000000000000'', 1)',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '23503'),
('insert into interview_sessions (session_id, practice_of, practice_question) values (''ffffffff-0000-4000-8000-000000000000'', ''d1000000-0000-4000-8000-000000000000'', 1)',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '1'),
('update interview_sessions set practice_of = ''a1000000-0000-4000-8000-000000000000'', practice_question = 1 where session_id <> ''a1000000-0000-4000-8000-000000000000''',
                                                                        '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '23503'),
-- Other ways to the same rows.
('truncate interview_sessions cascade',                                 '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501'),
('select from auth.users',                                              '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501'),
('select private.mirror_user(gen_random_uuid(), ''x'', ''{}'', now())', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501', '42501');

select plan((select count(*)::int * 10 from matrix));

select is(pg_temp.try_as(c.principal, m.sql), c.expected, format('%s: %s', c.principal, m.sql))
from matrix m
cross join lateral (values
  ('guest', m.guest), ('guest_named', m.guest_named), ('guest_wrong', m.guest_wrong), ('guest_owned', m.guest_owned),
  ('guest_malformed', m.guest_malformed), ('owner', m.owner), ('other', m.other), ('anonymous', m.anonymous),
  ('owner_naming_guest', m.owner_naming_guest), ('service', m.service)
) as c (principal, expected);

select * from finish();
rollback;
