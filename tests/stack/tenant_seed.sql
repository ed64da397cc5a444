-- SPDX-License-Identifier: MIT
--
-- The rows of one tenant, the same on every run.
-- Needs the psql variables n (the tenant's number) and store_id (its store).
--
-- Three catalogues take turns. Ids of products 1 to 6, of the categories and of customer 1 are the same in every
-- tenant, with other prices and names behind them, so that an answer from the wrong database shows. A second store
-- sits in each tenant, so that a filter on store_id that was left out shows, too.

\set beef 5f0e0000-0000-4000-8000-00000000beef
select 1 + (:n - 1) % 3 as shop,
       case :n when 1 then 'tulip' when 2 then 'maple' when 3 then 'cafe' else 'store-' || :n end as slug,
       case :n when 1 then 'Tulip & Sons' when 2 then 'Maple' when 3 then 'Café Été' else 'Store ' || :n end as name,
       case 1 + (:n - 1) % 3 when 1 then 'EUR' when 2 then 'CAD' else 'EUR' end as currency
\gset

insert into users (id, email, first_name, last_name, last_login, created_at, updated_at) values
  (('05e70000-0000-4000-8000-' || lpad(:'shop', 12, '0'))::uuid, 'owner@' || :'slug' || '.example', 'Owner', :'name',
   '2025-03-01 08:15:00', '2024-04-01 12:00:00+00', '2024-04-01 12:00:00+00');

insert into stores (id, user_id, name, slug, description, currency, timezone, is_active, settings, deployment_status,
                    published, published_at, created_at, updated_at) values
  (:'store_id', ('05e70000-0000-4000-8000-' || lpad(:'shop', 12, '0'))::uuid, :'name', :'slug',
   'The store of tenant ' || :n, :'currency', 'Europe/Amsterdam', true,
   '{"theme": {"primary": "#c0392b"}, "languages": ["en", "fr"], "page_size": 24, "beta": false, "motto": null}',
   'deployed', true, '2024-04-02 08:00:00', '2024-04-01 12:00:00+00', '2024-04-02 08:00:00+00'),
  (:'beef', null, 'Neighbour', 'neighbour', 'Another store in the same database', 'USD', 'UTC', false, '{}',
   'draft', false, null, '2024-04-01 12:00:00+00', '2024-04-01 12:00:00+00');

insert into languages (id, code, name, native_name, is_default, created_at, updated_at) values
  ('1a960000-0000-4000-8000-000000000001', 'en', 'English', 'English', true,
   '2024-04-01 12:00:00+00', '2024-04-01 12:00:00+00'),
  ('1a960000-0000-4000-8000-000000000002', 'fr', 'French', 'Français', false,
   '2024-04-01 12:00:00+00', '2024-04-01 12:00:00+00');

create temporary table category_list (shop int, c int, slug text, en text, fr text);
insert into category_list values
  (1, 1, 'flowers', 'Cut Flowers', 'Fleurs coupées'),
  (1, 2, 'garden',  'Garden & Tools', 'Jardin et outils'),
  (1, 3, 'extras',  'Cards, Seeds, Gifts', 'Cartes, graines, cadeaux'),
  (2, 1, 'furniture', 'Furniture', 'Meubles'),
  (2, 2, 'kitchen',   'Kitchen & Pantry', 'Cuisine et garde-manger'),
  (2, 3, 'extras',    'Small Things, Gifts', 'Petites choses, cadeaux'),
  (3, 1, 'coffee', 'Coffee', 'Café'),
  (3, 2, 'tools',  'Pots & Grinders', 'Cafetières et moulins'),
  (3, 3, 'extras', 'Cups, Sugar, Gifts', 'Tasses, sucre, cadeaux');

insert into categories (id, store_id, slug, parent_id, sort_order, seo, created_at, updated_at)
select ('ca7e0000-0000-4000-8000-' || lpad(c::text, 12, '0'))::uuid, :'store_id', slug,
       case c when 3 then 'ca7e0000-0000-4000-8000-000000000001'::uuid end, c * 10,
       json_build_object('title', en, 'keywords', json_build_array(slug, 'shop')),
       '2024-04-03 09:00:00+00', '2024-04-03 09:00:00+00'
from category_list where shop = :shop order by c;

insert into category_translations (category_id, language_code, name, created_at, updated_at)
select ('ca7e0000-0000-4000-8000-' || lpad(c::text, 12, '0'))::uuid, language, name,
       '2024-04-03 09:00:00+00', '2024-04-03 09:00:00+00'
from category_list, lateral (values ('en', en), ('fr', fr)) as translation (language, name)
where shop = :shop order by c, language;

-- price is text until it is stored: no digit of it may pass through a double
create temporary table product_list (shop int, k int, slug text, price text, en text, fr text);
insert into product_list values
  (1, 1,  'red-tulips',    '12.50',  'Red Tulips, Bunch of 10',    'Tulipes rouges, bouquet de 10'),
  (1, 2,  'queen-of-night', '14.95', 'Tulip "Queen of Night"',     'Tulipe « Reine de la nuit »'),
  (1, 3,  'gloves',        '8.40',   'Gardener''s Gloves',         'Gants du jardinier'),
  (1, 4,  'bulb-planter',  '23.00',  'Bulb Planter (new)',         'Plantoir à bulbes (nouveau)'),
  (1, 5,  'watering-can',  '34.75',  'Watering Can, 5 L',          'Arrosoir, 5 L'),
  (1, 6,  'potting-soil',  '6.05',   'Potting Soil, 20% Peat',     'Terreau, 20 % de tourbe'),
  (1, 7,  'seed-set',      '19.99',  'Seed Set, 12 Packets',       'Graines, 12 sachets'),
  (1, 8,  'plant-label',   '0.10',   'Plant Label',                'Étiquette'),
  (1, 9,  'gift-card',     '100',    'Gift Card',                  'Carte-cadeau'),
  (1, 10, 'semper-augustus', '1234567890123456789.123456789',
                                     'Semper Augustus, One Bulb',  'Semper Augustus, un bulbe'),
  (1, 11, 'fertiliser',    '0.1000000000000000055511151231257827',
                                     'Fertiliser, One Grain',      'Engrais, un grain'),
  (1, 12, 'emoji-card',    null,     'Tulip Card 🌷',              'Carte tulipe 🌷'),
  (2, 1,  'maple-chairs',  '249.00', 'Maple Chairs, Set of 2',     'Chaises en érable, lot de 2'),
  (2, 2,  'table-quebec',  '899.95', 'Table "Québec"',             'Table « Québec »'),
  (2, 3,  'bench',         '310.20', 'Carpenter''s Bench',         'Établi de menuisier'),
  (2, 4,  'bookcase',      '450.00', 'Bookcase (new)',             'Bibliothèque (nouveau)'),
  (2, 5,  'syrup',         '27.30',  'Maple Syrup, 1 L',           'Sirop d''érable, 1 L'),
  (2, 6,  'butter',        '11.15',  'Maple Butter, 100% Pure',    'Beurre d''érable, 100 % pur'),
  (2, 7,  'cutting-board', '19.99',  'Cutting Board, Small',       'Planche à découper, petite'),
  (2, 8,  'wood-screw',    '0.10',   'Wood Screw',                 'Vis à bois'),
  (2, 9,  'gift-card',     '100',    'Gift Card',                  'Carte-cadeau'),
  (2, 10, 'old-log',       '1234567890123456789.123456789',
                                     'Thousand-Year Log',          'Bûche millénaire'),
  (2, 11, 'sawdust',       '0.1000000000000000055511151231257827',
                                     'Sawdust, One Grain',         'Sciure, un grain'),
  (2, 12, 'leaf-sticker',  null,     'Leaf Sticker 🍁',            'Autocollant feuille 🍁'),
  (3, 1,  'espresso',      '9.80',   'Espresso Beans, 500 g',      'Grains pour espresso, 500 g'),
  (3, 2,  'nuit-blanche',  '11.45',  'Roast "Nuit Blanche"',       'Torréfaction « Nuit blanche »'),
  (3, 3,  'barista-blend', '10.60',  'Barista''s Blend',           'Mélange du barista'),
  (3, 4,  'decaf',         '9.25',   'Decaf (new)',                'Décaféiné (nouveau)'),
  (3, 5,  'moka-pot',      '29.90',  'Moka Pot, 3 Cups',           'Cafetière moka, 3 tasses'),
  (3, 6,  'filters',       '4.35',   'Filters, 100% Recycled',     'Filtres, 100 % recyclés'),
  (3, 7,  'tasting-box',   '19.99',  'Tasting Box, 6 Bags',        'Coffret dégustation, 6 sachets'),
  (3, 8,  'sugar-cube',    '0.10',   'Sugar Cube',                 'Morceau de sucre'),
  (3, 9,  'gift-card',     '100',    'Gift Card',                  'Carte-cadeau'),
  (3, 10, 'whole-harvest', '1234567890123456789.123456789',
                                     'One Estate, Whole Harvest',  'Un domaine, la récolte entière'),
  (3, 11, 'one-bean',      '0.1000000000000000055511151231257827',
                                     'One Coffee Bean',            'Un grain de café'),
  (3, 12, 'cup-sticker',   null,     'Cup Sticker ☕',              'Autocollant tasse ☕');

create temporary table catalogue as
select k, slug, en, fr,
       ('9d0d0000-0000-4000-8000-' || lpad((case when k <= 6 then k else :n * 10000 + k end)::text, 12, '0'))::uuid as id,
       price::numeric + case when :n > 3 and k <= 6 then :n else 0 end as price
from product_list where shop = :shop;

insert into products (id, store_id, slug, sku, barcode, external_id, type, status, visibility, price, compare_price,
                      cost_price, manage_stock, infinite_stock, stock_quantity, low_stock_threshold, weight, dimensions,
                      category_ids, related_product_ids, images, tags, attributes, seo, shipping_class, is_virtual,
                      featured, sort_order, purchase_count, rating, published_on, available_from, available_until,
                      created_at, updated_at)
select id, :'store_id', slug, 'T' || :n || '-' || lpad(k::text, 3, '0'),
       case when k % 2 = 1 then '40000' || lpad((:n * 100 + k)::text, 8, '0') end,
       case k when 1 then 9007199254740993 when 2 then 9223372036854775807 when 3 then -9223372036854775808
              when 12 then null else :n * 1000 + k end,
       case k when 10 then 'configurable' else 'simple' end,
       case when k in (4, 10) then 'draft' when k in (11, 12) then 'archived' else 'active' end,
       case k when 9 then 'hidden' else 'visible' end,
       price,
       case when k in (1, 5) then price + 5.01 end,
       case when k <= 6 then round(price * 0.4, 3) end,
       k <> 9, k = 9,
       case k when 3 then 0 when 8 then 3 else k * 10 + :n end,
       case k when 8 then 5 when 12 then null else 10 end,
       case when k not in (9, 12) then k * 0.125 end,
       case when k <= 3 then jsonb_build_object('width', k * 10, 'height', k * 2.5, 'unit', 'cm') end,
       case when k = 2 then '["ca7e0000-0000-4000-8000-000000000001", "ca7e0000-0000-4000-8000-000000000003"]'
            when k <= 4 then '["ca7e0000-0000-4000-8000-000000000001"]'
            when k <= 8 then '["ca7e0000-0000-4000-8000-000000000002"]'
            when k <= 11 then '["ca7e0000-0000-4000-8000-000000000003"]'
            else '[]' end::jsonb,
       case k when 1 then '["9d0d0000-0000-4000-8000-000000000002", "9d0d0000-0000-4000-8000-000000000003"]'
              else '[]' end::jsonb,
       case when k <= 2 then jsonb_build_array(jsonb_build_object('url', '/media/' || slug || '.jpg', 'alt', en))
            else '[]' end,
       case when k % 3 = 1 then '["new", "50% off", "a,b"]' when k % 3 = 2 then '["classic"]' else '[]' end::jsonb,
       jsonb_build_object('rank', k, 'ratio', k / 8.0, 'origin', case when k % 2 = 0 then 'import' end),
       jsonb_build_object('title', en),
       case when k <= 6 then 'parcel' end,
       k = 9, k in (1, 7), (13 - k) * 10, k * k,
       case when k <= 8 then 3.5 + k / 10.0 end,
       case when k <= 9 then date '2024-04-01' + k end,
       case when k in (4, 5) then timestamp '2025-06-01 08:30:00' end,
       case k when 5 then timestamp '2025-12-31 23:59:59.999' end,
       timestamptz '2024-04-05 10:00:00+00' + make_interval(days => k),
       timestamptz '2024-06-05 10:00:00.123456+00' + make_interval(days => k)
from catalogue order by k;

insert into product_translations (product_id, language_code, name, description, short_description, created_at, updated_at)
select id, language, name,
       case when k = 3 and language = 'en' then E'Two lines,\nwith a \ttab, a \\ and a "quote".'
            when language = 'en' then 'About ' || name || '.' end,
       case when k = 8 then '' when language = 'en' and k <= 6 then name end,
       '2024-04-06 10:00:00+00', '2024-04-06 10:00:00+00'
from catalogue, lateral (values ('en', en), ('fr', fr)) as translation (language, name)
order by k, language;

insert into customers (id, store_id, email, first_name, last_name, phone, date_of_birth, total_orders, total_spent,
                       tags, last_order_at, created_at, updated_at) values
  ('c0570000-0000-4000-8000-000000000001', :'store_id', 'first@' || :'slug' || '.example', 'Noor', 'of ' || :'slug',
   '+31 6 555 0' || :n, '1990-02-28', 2, 62.45, '["vip"]', '2025-02-02 14:00:00',
   '2024-05-01 10:00:00+00', '2024-05-01 10:00:00+00'),
  (('c0570000-0000-4000-8000-' || lpad((:n * 10000 + 2)::text, 12, '0'))::uuid, :'store_id',
   'o''brien+' || :'slug' || '@mail.example', 'Seán', 'O''Brien, Jr.', null, null, 1, 0.10, '[]',
   '2025-02-03 09:30:00.5', '2024-05-02 10:00:00+00', '2024-05-02 10:00:00+00'),
  (('c0570000-0000-4000-8000-' || lpad((:n * 10000 + 3)::text, 12, '0'))::uuid, :'store_id',
   'quiet@' || :'slug' || '.example', null, null, null, null, 0, 0, '[]', null,
   '2024-05-03 10:00:00+00', '2024-05-03 10:00:00+00');

create temporary table order_list as
select k, ('04de0000-0000-4000-8000-' || lpad((:n * 10000 + k)::text, 12, '0'))::uuid as id, customer, status
from (values (1, 'c0570000-0000-4000-8000-000000000001'::uuid, 'delivered'),
             (2, 'c0570000-0000-4000-8000-000000000001', 'pending'),
             (3, ('c0570000-0000-4000-8000-' || lpad((:n * 10000 + 2)::text, 12, '0'))::uuid, 'shipped'),
             (4, null, 'cancelled')) as placed (k, customer, status);

-- order k takes k of product 7 (19.99) and one of product 8 (0.10)
insert into sales_orders (id, store_id, order_number, customer_id, customer_email, status, payment_status,
                          payment_reference, billing_address, currency, subtotal, tax_amount, shipping_amount,
                          total_amount, notes, confirmation_email_sent_at, created_at, updated_at)
select o.id, :'store_id', 'T' || :n || '-' || 1000 + k, customer, coalesce(c.email, 'guest@mail.example'),
       status::sales_order_status, case when k in (1, 3) then 'paid' else 'pending' end,
       case when k in (1, 3) then 'pay_' || :n || '_' || k end,
       json_build_object('name', coalesce(c.first_name, 'Guest'), 'street', 'Rue de l''Été, ' || k,
                         'city', 'Zürich', 'postcode', '0' || 8000 + k, 'country', 'CH'),
       :'currency', k * 19.99 + 0.10, 1.05, 4.95, k * 19.99 + 0.10 + 1.05 + 4.95,
       case k when 4 then 'Changed mind; "sorry"' end,
       case k when 1 then timestamp '2025-02-01 14:05:00' end,
       timestamptz '2025-02-01 14:00:00+00' + make_interval(days => k),
       timestamptz '2025-02-01 14:00:00+00' + make_interval(days => k)
from order_list o left join customers c on c.id = o.customer order by k;

insert into sales_order_items (id, order_id, product_id, product_name, product_sku, quantity, unit_price, total_price,
                               created_at, updated_at)
select ('17e00000-0000-4000-8000-' || lpad((:n * 10000 + o.k * 100 + p.k)::text, 12, '0'))::uuid, o.id, p.id, p.en,
       'T' || :n || '-' || lpad(p.k::text, 3, '0'), quantity, p.price, quantity * p.price,
       '2025-02-01 14:00:00+00', '2025-02-01 14:00:00+00'
from order_list o cross join catalogue p
cross join lateral (select case p.k when 7 then o.k else 1 end) as line (quantity)
where p.k in (7, 8) order by o.k, p.k;

insert into credit_usage (id, store_id, credits_used, usage_type, created_at) values
  ('c4ed0000-0000-4000-8000-000000000201', :'store_id', 0.0001, 'tenant_copy', '2025-01-10 10:00:00+00');
insert into credit_transactions (id, store_id, credits_amount, transaction_type, created_at) values
  ('c4ed0000-0000-4000-8000-000000000301', :'store_id', 7.77, 'tenant_copy', '2025-01-10 10:00:00+00');

-- the neighbour: active and in category 1's id, kept out of a list by store_id alone
insert into products (id, store_id, slug, sku, status, price, stock_quantity, category_ids, created_at, updated_at)
select ('beef0000-0000-4000-8000-' || lpad(k::text, 12, '0'))::uuid, :'beef', 'neighbour-' || k, 'BEEF-' || k, 'active',
       666.60 + k, 1, '["ca7e0000-0000-4000-8000-000000000001"]',
       '2024-04-05 10:00:00+00', '2024-04-05 10:00:00+00'
from generate_series(1, 3) k;
insert into product_translations (product_id, language_code, name, created_at, updated_at)
select id, 'en', 'The neighbour''s ' || sku, created_at, updated_at from products where store_id = :'beef';
insert into customers (id, store_id, email, first_name, created_at, updated_at)
select ('beef0000-0000-4000-8000-' || lpad(k::text, 12, '0'))::uuid, :'beef', 'customer' || k || '@neighbour.example',
       'Neighbour', '2024-05-01 10:00:00+00', '2024-05-01 10:00:00+00'
from generate_series(1, 2) k;

-- the tables that schema and list have in common only: three rows of the store, two of the neighbour
select format('insert into %I (id, store_id, name, created_at, updated_at)
               select (case when k <= 3 then ''7ab1e000'' else ''beef0000'' end || ''-0000-4000-8000-'' ||
                       lpad((case when k <= 3 then %s0000 + k else k - 3 end)::text, 12, ''0''))::uuid,
                      case when k <= 3 then %L else %L end::uuid,
                      case when k <= 3 then ''own '' || k else ''neighbour '' || k - 3 end,
                      ''2024-05-04 10:00:00+00'', ''2024-05-04 10:00:00+00''
               from generate_series(1, 5) k', relation, :'n', :'store_id', :'beef')
from (select attrelid::regclass::text as relation, array_agg(attname order by attnum) as columns
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 group by attrelid) as tables
where columns = '{id,store_id,name,created_at,updated_at}' order by relation
\gexec

-- for the tests of operators; the same in every tenant
insert into shapes (id, name, words, numbers, span, period, flag, data, document, seen_at) values
  (1, 'one', '{red,"deep blue","a,b"}', '{1,2,3}', '[1,5)', '[2025-01-01 00:00+00,2025-02-01 00:00+00)', true,
   '{"kind": "ring", "size": 1, "tags": ["a", "b"], "at": {"x": 1, "y": null}}',
   'The quick brown fox jumps over the lazy dog', '2025-01-01 12:00:00+00'),
  (2, 'two', '{red,green}', '{3,4}', '[5,9)', '[2025-02-01 00:00+00,2025-03-01 00:00+00)', false,
   '{"kind": "disc", "size": 10, "tags": ["b"], "at": {"x": 2}, "a.b": "dotted", "say \"x\"": "quoted"}',
   'Brown dogs are quick, foxes are not', '2025-06-01 12:00:00+00'),
  (3, 'three', '{}', '{}', 'empty', 'empty', null, '[{"kind": "list"}, 2, "three"]', 'Le renard brun saute', null),
  (4, 'four', null, null, null, null, null, null, null, null),
  (5, 'five', '{"",NULL,"say \"x\"","back\\slash","{brace}"}', '{-1,NULL}', '[9,20]',
   '[2025-03-01 00:00+00,)', true, '"a text"', '', '2025-12-31 23:59:59.999999+00');
insert into notes (id, slug, title, body, rank, about, instead) overriding system value values
  (1, 'first', 'First', 'one', 1, 1, 2), (2, 'second', 'Second', null, 2, 2, null), (3, 'third', 'Third', 'three', null, null, 3);
alter sequence notes_id_seq restart with 101;

analyze;
