-- SPDX-License-Identifier: MIT
--
-- The rows of the master database, the same on every run but for the sealed credentials.
-- Needs the psql variable stores (how many good ones) and the temporary table
-- sealed(store_id, envelope), filled on the same connection.

insert into users (id, email, password, first_name, last_name, phone, email_verified, last_login, role, credits,
                   created_at, updated_at) values
  ('05e70000-0000-4000-8000-000000000001', 'ada@tulip.example', '!', 'Ada', 'Bakker', '+31 20 555 01 01', true,
   '2025-03-01 08:15:00', 'store_owner', 1250.50, '2024-01-02 09:00:00+00', '2025-03-01 08:15:00+00'),
  ('05e70000-0000-4000-8000-000000000002', 'max@maple.example', '!', 'Max', 'O''Leary', null, true,
   '2025-02-27 23:59:59.123456', 'store_owner', 0.10, '2024-02-03 10:30:00+00', '2025-02-27 23:59:59.123456+00'),
  ('05e70000-0000-4000-8000-000000000003', 'zoe@cafe.example', '!', 'Zoé', 'Été', null, false,
   null, 'store_owner', 99999999.99, '2024-03-04 11:45:00+00', '2024-03-04 11:45:00+00'),
  ('05e70000-0000-4000-8000-000000000004', 'root@platform.example', '!', 'Platform', 'Admin', null, true,
   '2025-03-02 06:00:00', 'admin', 0.00, '2024-01-01 00:00:00+00', '2025-03-02 06:00:00+00'),
  -- one person, two roles: an address alone does not name a user
  ('05e70000-0000-4000-8000-000000000005', 'ada@tulip.example', '!', 'Ada', 'Bakker', null, true,
   null, 'admin', 0.00, '2024-01-02 09:05:00+00', '2024-01-02 09:05:00+00');

create temporary table good as
select n,
       ('5f0e0000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id,
       ('05e70000-0000-4000-8000-' || lpad((1 + (n - 1) % 3)::text, 12, '0'))::uuid as user_id,
       case n when 1 then 'Tulip & Sons' when 2 then 'Maple' when 3 then 'Café Été' else 'Store ' || n end as name,
       case n when 1 then 'tulip' when 2 then 'maple' when 3 then 'cafe' else 'store-' || n end as slug,
       case n when 1 then 'NL' when 2 then 'CA' when 3 then 'FR' end as country
from generate_series(1, :stores) n;

insert into stores (id, user_id, name, slug, status, is_active, country, store_email, provisioning_status,
                    provisioning_progress, provisioning_completed_at, created_at, updated_at)
select id, user_id, name, slug, 'active', true, country, 'hello@' || slug || '.example', 'completed',
       '{"step": "completed", "current": 5, "total": 5}', '2024-04-01 12:00:00',
       '2024-04-01 11:55:00+00', '2024-04-01 12:00:00+00'
from good;

insert into stores (id, user_id, name, slug, status, is_active, provisioning_status, created_at, updated_at) values
  ('5f0e0000-0000-4000-8000-0000000000a1', '05e70000-0000-4000-8000-000000000001', 'Dormant', 'dormant',
   'active', true, 'completed', '2024-04-02 12:00:00+00', '2024-04-02 12:00:00+00'),
  ('5f0e0000-0000-4000-8000-0000000000a2', '05e70000-0000-4000-8000-000000000002', 'Suspended', 'suspended',
   'suspended', false, 'completed', '2024-04-03 12:00:00+00', '2024-04-03 12:00:00+00'),
  ('5f0e0000-0000-4000-8000-0000000000a3', '05e70000-0000-4000-8000-000000000003', 'Neon', 'neon',
   'active', true, 'completed', '2024-04-04 12:00:00+00', '2024-04-04 12:00:00+00');

insert into store_databases (id, store_id, database_type, connection_string_encrypted, host, is_active,
                             connection_status, last_connection_test, schema_version, created_at, updated_at)
select overlay(store_id::text placing 'da7aba5e' from 1 for 8)::uuid,
       store_id,
       case right(store_id::text, 2) when 'a3' then 'postgresql' else 'supabase' end,
       envelope, '127.0.0.1',
       right(store_id::text, 2) <> 'a1',
       'connected', '2024-04-01 12:00:00', 1, '2024-04-01 11:56:00+00', '2024-04-01 12:00:00+00'
from sealed;

insert into store_hostnames (id, store_id, hostname, slug, created_at, updated_at)
select overlay(id::text placing '40570000' from 1 for 8)::uuid, id, slug || '.stores.example', slug,
       '2024-04-01 12:00:00+00', '2024-04-01 12:00:00+00'
from stores;
insert into store_hostnames (id, store_id, hostname, slug, is_primary, is_custom_domain, created_at, updated_at) values
  ('40570000-0000-4000-8000-000000000c01', '5f0e0000-0000-4000-8000-000000000001', 'www.tulip.example', 'tulip',
   false, true, '2024-05-01 12:00:00+00', '2024-05-01 12:00:00+00');

insert into custom_domains_lookup (id, domain, store_id, is_verified, is_active, is_primary, is_redirect, redirect_to,
                                   ssl_status, verified_at, metadata, updated_at) values
  ('d0a10000-0000-4000-8000-000000000001', 'tulip.example', '5f0e0000-0000-4000-8000-000000000001',
   true, true, true, false, null, 'active', '2024-05-01 12:00:00', '{"registrar": "example"}',
   '2024-05-01 12:00:00+00'),
  ('d0a10000-0000-4000-8000-000000000002', 'tulips.example', '5f0e0000-0000-4000-8000-000000000001',
   true, true, false, true, 'tulip.example', 'active', '2024-05-02 12:00:00', '{}', '2024-05-02 12:00:00+00'),
  ('d0a10000-0000-4000-8000-000000000003', 'maple.example', '5f0e0000-0000-4000-8000-000000000002',
   false, true, true, false, null, 'pending', null, '{}', '2024-05-03 12:00:00+00'),
  ('d0a10000-0000-4000-8000-000000000004', 'cafe.example', '5f0e0000-0000-4000-8000-000000000003',
   true, false, true, false, null, 'active', '2024-05-04 12:00:00', '{}', '2024-05-04 12:00:00+00');

insert into subscriptions (id, store_id, plan_name, status, price_monthly, price_annual, billing_cycle, max_products,
                           max_orders_per_month, max_storage_gb, max_api_calls_per_month, started_at, trial_ends_at,
                           current_period_start, current_period_end, cancelled_at, created_at, updated_at) values
  ('5b5c0000-0000-4000-8000-000000000001', '5f0e0000-0000-4000-8000-000000000001', 'professional', 'active',
   79.90, 799.00, 'annual', 10000, 5000, 50, 1000000, '2024-04-01 12:00:00', null,
   '2025-01-01 00:00:00', '2025-12-31 23:59:59', null, '2024-04-01 12:00:00+00', '2025-01-01 00:00:00+00'),
  ('5b5c0000-0000-4000-8000-000000000002', '5f0e0000-0000-4000-8000-000000000002', 'starter', 'trial',
   19.99, null, 'monthly', 100, 50, 1, 10000, '2025-02-15 12:00:00', '2025-03-15 12:00:00',
   null, null, null, '2025-02-15 12:00:00+00', '2025-02-15 12:00:00+00'),
  ('5b5c0000-0000-4000-8000-000000000003', '5f0e0000-0000-4000-8000-000000000003', 'free', 'cancelled',
   0.00, 0.00, null, 10, 5, 1, 1000, '2024-04-01 12:00:00', null,
   null, null, '2024-12-24 18:00:00', '2024-04-01 12:00:00+00', '2024-12-24 18:00:00+00'),
  ('5b5c0000-0000-4000-8000-0000000000a2', '5f0e0000-0000-4000-8000-0000000000a2', 'starter', 'suspended',
   19.99, null, 'monthly', 100, 50, 1, 10000, '2024-04-01 12:00:00', null,
   null, null, null, '2024-04-01 12:00:00+00', '2024-11-11 11:11:11+00');

insert into store_teams (id, store_id, user_id, role, permissions, invited_by, invited_at, accepted_at, status,
                         is_active, created_at, updated_at) values
  ('7ea10000-0000-4000-8000-000000000001', '5f0e0000-0000-4000-8000-000000000001',
   '05e70000-0000-4000-8000-000000000002', 'editor', '{"products": true, "orders": false}',
   '05e70000-0000-4000-8000-000000000001', '2024-06-01 09:00:00', '2024-06-01 10:00:00', 'active', true,
   '2024-06-01 09:00:00+00', '2024-06-01 10:00:00+00'),
  ('7ea10000-0000-4000-8000-000000000002', '5f0e0000-0000-4000-8000-000000000001',
   '05e70000-0000-4000-8000-000000000003', 'admin', '{}',
   '05e70000-0000-4000-8000-000000000001', '2024-06-02 09:00:00', null, 'pending', true,
   '2024-06-02 09:00:00+00', '2024-06-02 09:00:00+00'),
  ('7ea10000-0000-4000-8000-000000000003', '5f0e0000-0000-4000-8000-000000000002',
   '05e70000-0000-4000-8000-000000000003', 'viewer', '{}',
   '05e70000-0000-4000-8000-000000000002', '2024-06-03 09:00:00', '2024-06-03 10:00:00', 'removed', false,
   '2024-06-03 09:00:00+00', '2024-07-01 09:00:00+00'),
  ('7ea10000-0000-4000-8000-000000000004', '5f0e0000-0000-4000-8000-000000000003',
   '05e70000-0000-4000-8000-000000000001', 'admin', '{"everything": true}',
   '05e70000-0000-4000-8000-000000000003', '2024-06-04 09:00:00', '2024-06-04 10:00:00', 'active', true,
   '2024-06-04 09:00:00+00', '2024-06-04 10:00:00+00');

insert into credit_usage (id, user_id, store_id, credits_used, usage_type, reference_id, reference_type, description,
                          model_used, metadata, cost_price, created_at, updated_at) values
  ('c4ed0000-0000-4000-8000-000000000001', '05e70000-0000-4000-8000-000000000001',
   '5f0e0000-0000-4000-8000-000000000001', 0.1250, 'ai_translation', 'product-1', 'product', 'Two names, one language',
   'small', '{"tokens": 1024}', 0.000125, '2025-01-10 10:00:00+00', '2025-01-10 10:00:00+00'),
  ('c4ed0000-0000-4000-8000-000000000002', '05e70000-0000-4000-8000-000000000001',
   '5f0e0000-0000-4000-8000-000000000001', 1.0000, 'store_publishing', null, null, null,
   null, '{}', 0, '2025-01-11 10:00:00+00', '2025-01-11 10:00:00+00'),
  ('c4ed0000-0000-4000-8000-000000000003', '05e70000-0000-4000-8000-000000000002',
   null, 3.3333, 'ai_image', null, null, 'The store is gone, the bill stays',
   'large', '{"size": [512, 512]}', 0.040000, '2025-01-12 10:00:00+00', '2025-01-12 10:00:00+00');

insert into credit_transactions (id, store_id, amount, transaction_type, payment_method, payment_provider_id,
                                 payment_status, description, reference_id, processed_by, notes, created_at) values
  ('c4ed0000-0000-4000-8000-000000000101', '5f0e0000-0000-4000-8000-000000000001', 1000.00, 'purchase', 'card',
   'pay_0001', 'completed', 'Credits, 1 000', null, null, null, '2024-12-01 10:00:00+00'),
  ('c4ed0000-0000-4000-8000-000000000102', '5f0e0000-0000-4000-8000-000000000001', 250.50, 'bonus', null,
   null, 'completed', 'Welcome', null, '05e70000-0000-4000-8000-000000000004', 'by hand', '2024-12-02 10:00:00+00'),
  ('c4ed0000-0000-4000-8000-000000000103', '5f0e0000-0000-4000-8000-000000000002', -19.99, 'refund', 'card',
   'pay_0002', 'refunded', null, 'order-7', null, null, '2024-12-03 10:00:00+00');

analyze;
