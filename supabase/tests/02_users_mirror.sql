-- Profiles follow auth.users, and never stand in the way of a sign-in.
begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(20);

-- As GoTrue itself, which has no rights on the profiles.
set local role supabase_auth_admin;
insert into auth.users (id, email, raw_user_meta_data, created_at) values
  ('a0000000-0000-4000-8000-000000000000', 'a@mirror.test', '{"name": "Ada"}', '2020-01-02T03:04:05Z');
reset role;
select results_eq(
  $$select email, name, created_at from users where id = 'a0000000-0000-4000-8000-000000000000'$$,
  $$values ('a@mirror.test', 'Ada', '2020-01-02T03:04:05Z'::timestamptz)$$,
  'a new account gets its profile');

update auth.users set raw_user_meta_data = '{"name": "Ada L."}' where id = 'a0000000-0000-4000-8000-000000000000';
select is(name, 'Ada L.', 'a new name is mirrored') from users where id = 'a0000000-0000-4000-8000-000000000000';
update auth.users set email = 'ada@mirror.test' where id = 'a0000000-0000-4000-8000-000000000000';
select is(email, 'ada@mirror.test', 'a new e-mail is mirrored') from users where id = 'a0000000-0000-4000-8000-000000000000';
select is(name, 'Ada L.', 'and the name stays') from users where id = 'a0000000-0000-4000-8000-000000000000';

update users set name = 'changed behind its back' where id = 'a0000000-0000-4000-8000-000000000000';
update auth.users set last_sign_in_at = now() where id = 'a0000000-0000-4000-8000-000000000000';
select is(name, 'changed behind its back', 'a sign-in alone does not write the profile')
from users where id = 'a0000000-0000-4000-8000-000000000000';

-- Names of every shape.
insert into auth.users (id, email, raw_user_meta_data) values
  ('a0000000-0000-4000-8000-000000000001', 'n1@mirror.test', null),
  ('a0000000-0000-4000-8000-000000000002', 'n2@mirror.test', '{}'),
  ('a0000000-0000-4000-8000-000000000003', 'n3@mirror.test', '{"name": null}'),
  ('a0000000-0000-4000-8000-000000000004', 'n4@mirror.test', '{"name": {"first": "x"}}'),
  ('a0000000-0000-4000-8000-000000000005', 'n5@mirror.test', '{"name": 7}'),
  ('a0000000-0000-4000-8000-000000000006', 'n6@mirror.test', '["name"]'),
  ('a0000000-0000-4000-8000-000000000007', 'n7@mirror.test', '"name"'),
  ('a0000000-0000-4000-8000-000000000008', 'n8@mirror.test', jsonb_build_object('name', repeat('é', 150)));
select is(
  name, case when email = 'n8@mirror.test' then repeat('é', 100) else '' end, format('the name of %s', email))
from users where email like 'n_@mirror.test' order by email;

-- Anonymous accounts have no e-mail, as NULL or as ''.
insert into auth.users (id, email, is_anonymous) values
  ('b0000000-0000-4000-8000-000000000001', null, true),
  ('b0000000-0000-4000-8000-000000000002', null, true);
select is(
  (select count(*)::int from users where id::text like 'b0000000-%' and email is null), 2,
  'anonymous accounts have profiles without e-mail');
insert into auth.users (id, email, is_sso_user) values
  ('b0000000-0000-4000-8000-000000000003', '', true), ('b0000000-0000-4000-8000-000000000004', '', true);
select is(
  (select count(*)::int from users where id::text like 'b0000000-%' and email is null), 4,
  'an empty e-mail is none, and does not collide');

-- SSO accounts may share an address.
select lives_ok(
  $$insert into auth.users (id, email, is_sso_user, raw_user_meta_data)
    values ('b0000000-0000-4000-8000-000000000005', 'ada@mirror.test', true, '{"name": "Second"}')$$,
  'a second account of an address is let in');
select results_eq(
  $$select email, name from users where id = 'b0000000-0000-4000-8000-000000000005'$$,
  $$values (null::text, 'Second')$$, 'its profile has the name and no e-mail');
update auth.users set email = 'n2@mirror.test'
where id = 'b0000000-0000-4000-8000-000000000005';
select is(
  (select count(*)::int from users where email = 'n2@mirror.test'), 1, 'a change into a taken address is let in too');

-- Whatever goes wrong: here the profile table itself refuses.
alter table public.users add constraint refuse check (name <> 'refused') not valid;
set local client_min_messages = error;
select lives_ok(
  $$insert into auth.users (id, email, raw_user_meta_data)
    values ('b0000000-0000-4000-8000-000000000006', 'r@mirror.test', '{"name": "refused"}')$$,
  'a profile that cannot be written does not fail the sign-up');

-- Deletion.
delete from auth.users where id = 'a0000000-0000-4000-8000-000000000000';
select is_empty(
  $$select from users where id = 'a0000000-0000-4000-8000-000000000000'$$, 'the profile goes with the account');

select * from finish();
rollback;
