-- SPDX-License-Identifier: MIT
--
-- The schema of the master database: who the stores are, and where each one's data lives.

create function public.set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;

create table public.users (
  id                         uuid primary key default gen_random_uuid(),
  email                      varchar(255) not null,
  password                   varchar(255) not null,
  first_name                 varchar(255) not null,
  last_name                  varchar(255) not null,
  phone                      varchar(50),
  avatar_url                 text,
  is_active                  boolean default true,
  email_verified             boolean default false,
  email_verification_token   varchar(255),
  password_reset_token       varchar(255),
  password_reset_expires     timestamp,
  last_login                 timestamp,
  role                       varchar(50) default 'store_owner' check (role in ('admin', 'store_owner')),
  account_type               varchar(50) default 'agency' check (account_type = 'agency'),
  credits                    decimal(10,2) default 0.00,
  newsletter_unsubscribed    boolean default false,
  newsletter_unsubscribed_at timestamp,
  created_at                 timestamptz default now(),
  updated_at                 timestamptz default now(),
  unique (email, role)
);

create table public.stores (
  id                        uuid primary key default gen_random_uuid(),
  user_id                   uuid not null references public.users on delete cascade,
  name                      varchar(255) not null default 'My Store',
  slug                      varchar(255) not null unique,
  status                    varchar(50) default 'pending_database' check (status in
    ('pending_database', 'provisioning', 'provisioned', 'active', 'demo', 'suspended', 'inactive')),
  is_active                 boolean default false,
  theme_preset              varchar(50) default 'default',
  country                   varchar(2),
  phone                     varchar(50),
  store_email               varchar(255),
  provisioning_status       varchar(50) default 'pending' check (provisioning_status in
    ('pending', 'tables_creating', 'tables_completed', 'seed_running', 'seed_completed', 'demo_running',
     'completed', 'failed')),
  provisioning_progress     jsonb default '{}',
  provisioning_completed_at timestamp,
  created_at                timestamptz default now(),
  updated_at                timestamptz default now()
);
create index on public.stores (user_id);
create index on public.stores (status);
create index on public.stores (country);
create index on public.stores (provisioning_status);
create index on public.stores (is_active) where is_active;

create table public.store_databases (
  id                          uuid primary key default gen_random_uuid(),
  store_id                    uuid not null unique references public.stores on delete cascade,
  database_type               varchar(50) not null check (database_type in ('supabase', 'postgresql', 'mysql')),
  connection_string_encrypted text not null,
  host                        varchar(255),
  port                        integer,
  database_name               varchar(255) default 'postgres',
  is_active                   boolean default true,
  last_connection_test        timestamp,
  connection_status           varchar(50) default 'pending' check (connection_status in
    ('pending', 'connected', 'failed', 'timeout')),
  schema_version              integer default 0,
  has_pending_migration       boolean default true,
  last_migration_at           timestamp,
  created_at                  timestamptz default now(),
  updated_at                  timestamptz default now()
);
create index on public.store_databases (store_id) where is_active and has_pending_migration;

create table public.store_hostnames (
  id               uuid primary key default gen_random_uuid(),
  store_id         uuid not null references public.stores on delete cascade,
  hostname         varchar(255) not null unique,
  slug             varchar(255) not null,
  is_primary       boolean default true,
  is_custom_domain boolean default false,
  ssl_enabled      boolean default true,
  created_at       timestamptz default now(),
  updated_at       timestamptz default now()
);
create index on public.store_hostnames (store_id, is_primary) where is_primary;

create table public.subscriptions (
  id                      uuid primary key default gen_random_uuid(),
  store_id                uuid not null unique references public.stores on delete cascade,
  plan_name               varchar(50) not null check (plan_name in ('free', 'starter', 'professional', 'enterprise')),
  status                  varchar(50) not null default 'trial' check (status in
    ('trial', 'active', 'cancelled', 'expired', 'suspended')),
  price_monthly           decimal(10,2),
  price_annual            decimal(10,2),
  billing_cycle           varchar(20) check (billing_cycle in ('monthly', 'annual')),
  max_products            integer,
  max_orders_per_month    integer,
  max_storage_gb          integer,
  max_api_calls_per_month integer,
  started_at              timestamp,
  trial_ends_at           timestamp,
  current_period_start    timestamp,
  current_period_end      timestamp,
  cancelled_at            timestamp,
  created_at              timestamptz default now(),
  updated_at              timestamptz default now()
);

create table public.store_teams (
  id          uuid primary key default gen_random_uuid(),
  store_id    uuid not null references public.stores on delete cascade,
  user_id     uuid not null references public.users on delete cascade,
  role        varchar(50) not null default 'viewer' check (role in ('owner', 'admin', 'editor', 'viewer')),
  permissions json default '{}',
  invited_by  uuid references public.users,
  invited_at  timestamp,
  accepted_at timestamp,
  status      varchar(50) default 'pending' check (status in ('pending', 'active', 'suspended', 'removed')),
  is_active   boolean default true,
  created_at  timestamptz default now(),
  updated_at  timestamptz default now(),
  unique (store_id, user_id)
);

create table public.custom_domains_lookup (
  id          uuid primary key default gen_random_uuid(),
  domain      varchar(255) not null unique,
  store_id    uuid not null references public.stores on delete cascade,
  is_verified boolean default false,
  is_active   boolean default true,
  is_primary  boolean default false,
  is_redirect boolean default false,
  redirect_to varchar(255),
  ssl_status  varchar(50) default 'pending',
  verified_at timestamp,
  metadata    jsonb default '{}',
  updated_at  timestamptz default now()
);

create table public.credit_usage (
  id             uuid primary key default gen_random_uuid(),
  user_id        uuid not null references public.users on delete cascade,
  store_id       uuid references public.stores on delete set null,
  credits_used   numeric(10,4) not null,
  usage_type     varchar(100) not null,
  reference_id   varchar(255),
  reference_type varchar(100),
  description    text,
  model_used     varchar(100),
  metadata       jsonb default '{}',
  cost_price     numeric(10,6) default 0,
  created_at     timestamptz default now(),
  updated_at     timestamptz default now()
);
create index on public.credit_usage (user_id, store_id);
create index on public.credit_usage (store_id);
create index on public.credit_usage (usage_type);
create index on public.credit_usage (reference_id, reference_type);
create index on public.credit_usage (created_at desc);

create table public.credit_transactions (
  id                  uuid primary key default gen_random_uuid(),
  store_id            uuid not null references public.stores on delete cascade,
  amount              decimal(10,2) not null,
  transaction_type    varchar(50) not null check (transaction_type in
    ('purchase', 'adjustment', 'refund', 'bonus', 'migration')),
  payment_method      varchar(50),
  payment_provider_id varchar(255),
  payment_status      varchar(50) default 'completed' check (payment_status in
    ('pending', 'completed', 'failed', 'refunded')),
  description         text,
  reference_id        varchar(255),
  processed_by        uuid references public.users,
  notes               text,
  created_at          timestamptz default now()
);

-- Every other table of the platform's master, with what they have in common.
do $$
declare
  relation text;
begin
  foreach relation in array array[
    'admin_navigation_core', 'affiliate_commissions', 'affiliate_payouts', 'affiliate_referrals',
    'affiliate_store_credit_awards', 'affiliate_tiers', 'affiliates', 'ai_chat_history', 'ai_code_patterns',
    'ai_context_documents', 'ai_context_usage', 'ai_entity_definitions', 'ai_learning_insights', 'ai_models',
    'ai_plugin_examples', 'ai_unresolved_questions', 'ai_unresolved_summary', 'ai_user_preferences',
    'billing_transactions', 'credit_pricing', 'cron_logs', 'file_baselines', 'hook_registrations',
    'integration_tokens', 'job_history', 'job_queue', 'migrations', 'platform_email_logs', 'plugin_licenses',
    'plugin_starters', 'service_credit_costs', 'store_invitations', 'theme_defaults'
  ] loop
    execute format('create table public.%I (
                      id         uuid primary key default gen_random_uuid(),
                      name       varchar(255) not null,
                      created_at timestamptz default now(),
                      updated_at timestamptz default now())', relation);
  end loop;
end $$;

do $$
declare
  relation text;
begin
  foreach relation in array array['users', 'stores', 'store_databases', 'store_hostnames', 'subscriptions',
                                  'store_teams', 'custom_domains_lookup', 'credit_usage'] loop
    execute format('create trigger set_updated_at before update on public.%I
                    for each row execute function public.set_updated_at()', relation);
  end loop;
end $$;

-- Nothing here is for the public: anon may ask, and is refused by PostgreSQL itself.
grant usage on schema public to anon, authenticated, service_role;
grant all on all tables in schema public to service_role;
alter default privileges in schema public grant all on tables to service_role;
alter default privileges in schema public grant usage, select on sequences to service_role;
