-- What Supabase's Realtime makes of a database, as far as a project sees it: the signatures, grants and partitions of
-- priv/repo/tenant_schema in supabase/realtime (833cf36, 2026-08-21). `send` never fails, as there. The trigger stands in for
-- the replication by which Realtime reads the table: it tells of a message when its transaction commits.
create schema realtime;
grant usage on schema realtime to anon, authenticated, service_role;

create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
) partition by range (inserted_at);
create table realtime.messages_now partition of realtime.messages default;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

create function realtime.topic() returns text language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql as $$
declare
  v_id uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', $3, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (v_id, jsonb_build_object('id', v_id) || $1, $2, $3, $4, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end
$$;

create function realtime.replicate() returns trigger language plpgsql as $$
begin
  perform pg_notify('realtime_messages', jsonb_build_object('id', new.id, 'topic', new.topic, 'event', new.event,
    'payload', new.payload, 'private', new.private)::text);
  return null;
end
$$;
create trigger replicate after insert on realtime.messages for each row execute function realtime.replicate();
