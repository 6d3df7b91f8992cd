-- A database as its catalog tells it, a row per object: kind, name, definition. Two databases are alike when
-- their rows are. The order of columns and who made what first don't count; privileges count as they are in
-- effect, so that one never granted equals one revoked.
with
  namespaces as (
    select * from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'supabase_migrations')
  ),
  relations as (
    select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join namespaces n on n.oid = c.relnamespace
  ),
  functions as (
    select p.*, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name
    from pg_proc p join namespaces n on n.oid = p.pronamespace
    where p.prokind <> 'a'
  ),
  types as (
    select t.*, format('%I.%I', n.nspname, t.typname) as name
    from pg_type t join namespaces n on n.oid = t.typnamespace
    -- The row types of tables, and arrays, come with what they are of.
    where t.typelem = 0 and (t.typrelid = 0 or exists (
      select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'
    ))
  ),
  privileges as (
    select 'schema' as kind, nspname::text as name, nspowner as owner, coalesce(nspacl, acldefault('n', nspowner)) as acl
    from namespaces
    union all
    select 'relation', name, relowner,
      coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
    from relations where relkind not in ('i', 'c')
    union all
    select 'column', r.name || '.' || a.attname, r.relowner, a.attacl
    from relations r join pg_attribute a on a.attrelid = r.oid
    where a.attacl is not null
    union all
    select 'function', name, proowner, coalesce(proacl, acldefault('f', proowner)) from functions
    union all
    select 'type', name, typowner, coalesce(typacl, acldefault('T', typowner)) from types
    union all
    select 'default', concat_ws(' ', pg_get_userbyid(d.defaclrole), n.nspname, d.defaclobjtype), d.defaclrole, d.defaclacl
    from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace
  )
select 'table' as kind, name, concat_ws(' ', relkind, relpersistence, reloptions::text,
  'rls', relrowsecurity, 'forced', relforcerowsecurity, 'identity', relreplident, 'of', reloftype::regtype) as definition
from relations where relkind in ('r', 'p', 'f')
union all
select 'view', name, concat_ws(' ', relkind, reloptions::text, pg_get_viewdef(oid))
from relations where relkind in ('v', 'm')
union all
select 'sequence', r.name, concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
from relations r join pg_sequence s on s.seqrelid = r.oid
union all
select 'column', r.name || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
  a.attcollation::regcollation, case when a.attnotnull then 'not null' end,
  'default ' || pg_get_expr(d.adbin, d.adrelid), 'identity ' || nullif(a.attidentity::text, ''),
  'generated ' || nullif(a.attgenerated::text, ''), a.attstorage, nullif(a.attcompression::text, ''), a.attstattarget)
from relations r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
where r.relkind in ('r', 'p', 'f', 'v', 'm', 'c')
union all
select 'constraint', concat_ws(' ', coalesce(r.name, t.name), conname), concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
from pg_constraint k left join relations r on r.oid = k.conrelid left join types t on t.oid = k.contypid
where r.oid is not null or t.oid is not null
union all
select 'index', r.name, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered, i.indisreplident)
from relations r join pg_index i on i.indexrelid = r.oid
union all
select 'policy', concat_ws(' ', r.name, p.polname), concat_ws(' ', p.polcmd, p.polpermissive,
  array(select case role when 0 then 'public' else pg_get_userbyid(role)::text end from unnest(p.polroles) role order by 1)::text,
  'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
from pg_policy p join relations r on r.oid = p.polrelid
union all
select 'trigger', concat_ws(' ', r.name, t.tgname), concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
from pg_trigger t join relations r on r.oid = t.tgrelid
where not t.tgisinternal
union all
select 'event trigger', evtname, concat_ws(' ', evtevent, evtfoid::regprocedure, evttags::text, evtenabled)
from pg_event_trigger
union all
select 'rule', concat_ws(' ', r.name, w.rulename), pg_get_ruledef(w.oid)
from pg_rewrite w join relations r on r.oid = w.ev_class
where r.relkind not in ('v', 'm')
union all
-- Arguments, result, language, volatility, security, settings and body.
select 'function', name, pg_get_functiondef(oid) from functions
union all
select 'type', t.name, concat_ws(' ', t.typtype, format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, t.typdefault,
  array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)::text)
from types t
union all
select 'extension', e.extname, concat_ws(' ', n.nspname, e.extversion)
from pg_extension e join pg_namespace n on n.oid = e.extnamespace
union all
select 'publication', p.pubname, concat_ws(' ', p.puballtables, array(
  select format('%s.%s', t.schemaname, t.tablename) from pg_publication_tables t where t.pubname = p.pubname order by 1)::text)
from pg_publication p
union all
select kind || ' privileges', name, concat_ws(' ', 'owner', pg_get_userbyid(owner), array(
  select concat_ws(' ', case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end,
    a.privilege_type, case when a.is_grantable then 'grantable' end, 'by', pg_get_userbyid(a.grantor))
  from aclexplode(acl) a order by 1)::text)
from privileges
union all
select 'comment', concat_ws(' ', o.type, o.identity), d.description
from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
where coalesce(o.schema, '') not in ('pg_catalog', 'information_schema')
order by kind, name
