-- SPDX-License-Identifier: MIT
--
-- The schema of one store's own database. It is loaded once, into template1,
-- which every tenant is a copy of.

create function public.set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;

create table public.users (
  id         uuid primary key default gen_random_uuid(),
  email      varchar(255) not null unique,
  first_name varchar(255) not null,
  last_name  varchar(255) not null,
  role       varchar(50) default 'store_owner',
  is_active  boolean default true,
  last_login timestamp,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table public.stores (
  id                uuid primary key default gen_random_uuid(),
  user_id           uuid references public.users,
  name              varchar(255) not null,
  slug              varchar(255) not null unique,
  description       text,
  currency          varchar(3) not null default 'EUR',
  timezone          varchar(50) not null default 'UTC',
  is_active         boolean default true,
  settings          json default '{}',
  deployment_status varchar(50) default 'draft',
  published         boolean default false,
  published_at      timestamp,
  created_at        timestamptz default now(),
  updated_at        timestamptz default now()
);

create table public.languages (
  id          uuid primary key default gen_random_uuid(),
  code        varchar(10) not null unique,
  name        varchar(255) not null,
  native_name varchar(255),
  is_active   boolean default true,
  is_default  boolean default false,
  created_at  timestamptz default now(),
  updated_at  timestamptz default now()
);

create table public.categories (
  id         uuid primary key default gen_random_uuid(),
  store_id   uuid not null references public.stores on delete cascade,
  slug       varchar(255) not null,
  parent_id  uuid references public.categories on delete set null,
  is_active  boolean default true,
  sort_order integer default 0,
  seo        json default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (store_id, slug)
);

create table public.category_translations (
  category_id   uuid not null references public.categories on delete cascade,
  language_code varchar(10) not null,
  name          varchar(255) not null,
  description   text,
  created_at    timestamptz default now(),
  updated_at    timestamptz default now(),
  primary key (category_id, language_code)
);

create table public.products (
  id                      uuid primary key default gen_random_uuid(),
  store_id                uuid not null references public.stores on delete cascade,
  slug                    varchar(255) not null,
  sku                     varchar(255) not null,
  barcode                 varchar(255),
  external_id             bigint,
  type                    varchar(20) not null default 'simple',
  status                  varchar(20) not null default 'draft',
  visibility              varchar(20) not null default 'visible',
  price                   numeric,
  compare_price           numeric,
  cost_price              numeric,
  manage_stock            boolean default true,
  infinite_stock          boolean default false,
  allow_backorders        boolean default false,
  stock_quantity          integer default 0,
  low_stock_threshold     integer default 5,
  weight                  numeric,
  dimensions              jsonb,
  category_ids            jsonb default '[]',
  related_product_ids     jsonb default '[]',
  images                  jsonb default '[]',
  tags                    jsonb default '[]',
  attributes              jsonb default '{}',
  custom_options          jsonb default '[]',
  configurable_attributes jsonb default '[]',
  seo                     jsonb default '{}',
  attribute_set_id        uuid,
  tax_id                  uuid,
  shipping_class          varchar(50),
  is_virtual              boolean default false,
  featured                boolean default false,
  coupon_eligible         boolean default true,
  sort_order              integer default 0,
  purchase_count          integer default 0,
  rating                  double precision,
  published_on            date,
  available_from          timestamp,
  available_until         timestamp,
  created_at              timestamptz default now(),
  updated_at              timestamptz default now(),
  unique (store_id, slug),
  unique (store_id, sku)
);
create index on public.products (store_id, status, created_at desc);
create index on public.products using gin (category_ids);

create table public.product_translations (
  product_id        uuid not null references public.products on delete cascade,
  language_code     varchar(10) not null,
  name              varchar(255) not null,
  description       text,
  short_description text,
  created_at        timestamptz default now(),
  updated_at        timestamptz default now(),
  unique (product_id, language_code)
);

create table public.customers (
  id             uuid primary key default gen_random_uuid(),
  store_id       uuid not null references public.stores on delete cascade,
  email          varchar(255) not null unique,
  first_name     varchar(255),
  last_name      varchar(255),
  phone          varchar(50),
  date_of_birth  date,
  is_active      boolean default true,
  total_orders   integer default 0,
  total_spent    numeric(12,2) default 0,
  tags           jsonb default '[]',
  last_order_at  timestamp,
  created_at     timestamptz default now(),
  updated_at     timestamptz default now(),
  unique (store_id, email)
);

create type public.sales_order_status as enum
  ('pending', 'processing', 'shipped', 'delivered', 'cancelled', 'refunded');

create table public.sales_orders (
  id                uuid primary key default gen_random_uuid(),
  store_id          uuid not null references public.stores on delete cascade,
  order_number      varchar(50) not null unique,
  customer_id       uuid references public.customers on delete set null,
  customer_email    varchar(255) not null,
  status            public.sales_order_status not null default 'pending',
  payment_status    varchar(20) default 'pending',
  payment_reference varchar(255),
  billing_address   json not null,
  shipping_address  json,
  currency          varchar(3) not null default 'EUR',
  subtotal          numeric(12,2) not null,
  tax_amount        numeric(12,2) default 0,
  shipping_amount   numeric(12,2) default 0,
  discount_amount   numeric(12,2) default 0,
  total_amount      numeric(12,2) not null,
  notes             text,
  confirmation_email_sent_at timestamp,
  created_at        timestamptz default now(),
  updated_at        timestamptz default now()
);
create index on public.sales_orders (store_id, created_at desc);

create table public.sales_order_items (
  id           uuid primary key default gen_random_uuid(),
  order_id     uuid not null references public.sales_orders on delete cascade,
  product_id   uuid references public.products on delete set null,
  product_name varchar(255) not null,
  product_sku  varchar(255) not null,
  quantity     integer not null check (quantity > 0),
  unit_price   numeric(12,2) not null,
  total_price  numeric(12,2) not null,
  created_at   timestamptz default now(),
  updated_at   timestamptz default now()
);

-- The master's tables of these names have other columns: a query belongs to one side or the other.
create table public.credit_usage (
  id           uuid primary key default gen_random_uuid(),
  store_id     uuid references public.stores on delete cascade,
  credits_used numeric(10,4) not null,
  usage_type   varchar(100) not null,
  created_at   timestamptz default now()
);

create table public.credit_transactions (
  id               uuid primary key default gen_random_uuid(),
  store_id         uuid references public.stores on delete cascade,
  credits_amount   numeric(10,2) not null,
  transaction_type varchar(50) not null,
  created_at       timestamptz default now()
);

-- Every other table of the platform's tenants (lib/manager/platform_scope.c), with what they have in common.
do $$
declare
  relation text;
begin
  foreach relation in array array[
    'ab_test_assignments', 'ab_test_variants', 'ab_tests', 'ai_store_intelligence', 'attribute_sets', 'attributes',
    'automation_workflows', 'blacklist_countries', 'blacklist_emails', 'blacklist_ips', 'blacklist_settings',
    'canonical_urls', 'carts', 'cms_blocks', 'cms_pages', 'consent_logs', 'cookie_consent_settings', 'coupons',
    'crm_activities', 'crm_deals', 'crm_leads', 'crm_pipelines', 'cron_jobs', 'custom_analytics_events',
    'custom_domains', 'custom_option_rules', 'custom_pricing_rules', 'customer_activities', 'customer_rfm_scores',
    'customer_segments', 'delivery_settings', 'email_campaigns', 'email_send_logs', 'email_templates',
    'email_unsubscribes', 'heatmap_aggregations', 'heatmap_interactions', 'heatmap_sessions', 'import_statistics',
    'integration_attribute_mappings', 'integration_category_mappings', 'integration_configs', 'marketing_sync_logs',
    'media_assets', 'payment_methods', 'pdf_templates', 'plugin_configurations', 'product_files', 'product_labels',
    'product_tabs', 'redirects', 'sales_invoices', 'sales_shipments', 'seo_settings', 'seo_templates',
    'shipping_methods', 'slot_configurations', 'store_pause_access', 'store_uptime', 'taxes', 'translations',
    'webhook_integration_logs', 'wishlists'
  ] loop
    execute format('create table public.%I (
                      id         uuid primary key default gen_random_uuid(),
                      store_id   uuid not null references public.stores on delete cascade,
                      name       varchar(255) not null,
                      created_at timestamptz default now(),
                      updated_at timestamptz default now(),
                      unique (store_id, name))', relation);
  end loop;
  foreach relation in array array[
    '_migrations', 'admin_navigation_custom', 'admin_navigation_registry', 'ai_chat_sessions', 'ai_usage_logs',
    'attribute_translations', 'attribute_value_translations', 'attribute_values', 'automation_enrollments',
    'automation_logs', 'category_seo', 'cms_block_translations', 'cms_page_seo', 'cms_page_translations',
    'cookie_consent_settings_translations', 'coupon_translations', 'crm_pipeline_stages', 'cron_job_executions',
    'custom_pricing_discounts', 'custom_pricing_logs', 'customer_addresses', 'customer_segment_members',
    'email_campaign_recipients', 'email_template_translations', 'login_attempts', 'payment_method_translations',
    'pdf_template_translations', 'plugin_admin_pages', 'plugin_admin_scripts', 'plugin_controllers', 'plugin_cron',
    'plugin_data', 'plugin_dependencies', 'plugin_docs', 'plugin_entities', 'plugin_events', 'plugin_hooks',
    'plugin_marketplace', 'plugin_migrations', 'plugin_registry', 'plugin_scripts', 'plugin_version_comparisons',
    'plugin_version_history', 'plugin_version_patches', 'plugin_version_snapshots', 'plugin_version_tags',
    'plugin_widgets', 'plugins', 'product_attribute_values', 'product_label_translations', 'product_seo',
    'product_tab_translations', 'product_variants', 'shipping_method_translations', 'tax_translations'
  ] loop
    execute format('create table public.%I (
                      id         uuid primary key default gen_random_uuid(),
                      name       varchar(255) not null,
                      created_at timestamptz default now(),
                      updated_at timestamptz default now())', relation);
  end loop;
end $$;

-- What follows is no shop's: what the tests of queries need beside it. The functions say the same on every call.

-- a column of each type that has operators of its own
create table public.shapes (
  id       integer primary key,
  name     text not null,
  words    text[],
  numbers  integer[],
  span     int4range,
  period   tstzrange,
  flag     boolean,
  data     jsonb,
  document text,
  seen_at  timestamptz
);

-- a table to be written to: keys by itself, defaults, a unique column beside the key, two ways to a shape
create table public.notes (
  id    integer generated by default as identity primary key,
  slug  text unique,
  title text not null default 'untitled',
  body  text,
  rank  integer default 7,
  data  jsonb,
  about   integer references public.shapes,
  instead integer references public.shapes
);

-- texts of any kind (tests/wire/values.sh); they compare byte by byte
create table public.strings (
  id    integer generated by default as identity primary key,
  value text collate "C",
  list  text[],
  data  jsonb
);
create table public.string_keys (
  key  text collate "C" primary key,
  hits integer not null default 0
);

create function public.echo(say text) returns text language sql immutable as 'select say';
create function public.add_them(a integer, b integer) returns integer language sql immutable as 'select a + b';
create function public.low_stock(max_stock integer) returns setof public.products language sql stable as
  'select * from public.products where stock_quantity <= max_stock';
create function public.sum_of(variadic numbers integer[]) returns bigint language sql immutable as
  'select sum(n) from unnest(numbers) n';
create function public.list_of(variadic parts text[]) returns text[] language sql immutable as 'select parts';
create function public.takes_array(v text[]) returns text[] language sql immutable as 'select v';
create function public.takes_json(v jsonb) returns jsonb language sql immutable as 'select v';
create function public.void_call() returns void language sql as '';
create function public.raw_text(text) returns text language sql immutable as 'select $1';
create function public.raw_json(json) returns json language sql immutable as 'select $1';
create function public.raw_bytes(bytea) returns text language sql immutable as $$ select encode($1, 'hex') $$;
create function public.raw_xml(xml) returns text language sql immutable as 'select $1::text';
create function public.add_note(title text) returns setof public.notes language sql volatile as
  'insert into public.notes (title) values (title) returning *';
-- two functions that a call by JSON cannot tell apart: PGRST203
create function public.pick(a integer) returns text language sql immutable as $$ select 'integer' $$;
create function public.pick(a text) returns text language sql immutable as $$ select 'text' $$;
create function public.raise_pt418() returns void language plpgsql as $$
begin
  raise exception 'short and stout' using errcode = 'PT418', detail = 'a handle, a spout', hint = 'tip it over';
end $$;

-- a media type of the database's own, for notes
create domain public."application/vnd.shop.titles" as text;
create function public.titles_next(state public."application/vnd.shop.titles", note public.notes)
  returns public."application/vnd.shop.titles" language sql immutable as
  $$ select (state || note.title || E'\n')::public."application/vnd.shop.titles" $$;
create aggregate public.titles (public.notes) (
  stype = public."application/vnd.shop.titles", sfunc = public.titles_next, initcond = ''
);

do $$
declare
  relation text;
begin
  foreach relation in array array['users', 'stores', 'languages', 'categories', 'category_translations', 'products',
                                  'product_translations', 'customers', 'sales_orders', 'sales_order_items'] loop
    execute format('create trigger set_updated_at before update on public.%I
                    for each row execute function public.set_updated_at()', relation);
  end loop;
end $$;

grant usage on schema public to anon, authenticated, service_role;
grant all on all tables in schema public to service_role;
grant usage, select on all sequences in schema public to service_role;
grant select on public.products, public.product_translations, public.categories, public.category_translations
  to anon, authenticated;
grant select on public.shapes to anon, authenticated;
alter default privileges in schema public grant all on tables to service_role;
alter default privileges in schema public grant usage, select on sequences to service_role;
