-- SPDX-License-Identifier: MIT
--
-- What the lessons 4, 14 and 15 need beside the demo's tables: $STACK_PSQL -d master -f examples/lessons.sql
\set QUIET on
\set ON_ERROR_STOP on

alter table job_queue
  add status varchar(20) not null default 'pending',
  add worker varchar(50);
insert into job_queue (id, name, created_at)
select ('10b00000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'invoice ' || n, '2025-03-01'::timestamptz + n * interval '1 min'
from generate_series(1, 6) n;
notify pgrst, 'reload schema';

\connect tenant_1
create table payments (
  idempotency_key varchar(80) primary key, -- the caller's, one for each payment that is meant
  order_number    varchar(50) not null,
  amount          numeric(12,2) not null check (amount > 0),
  created_at      timestamptz not null default now()
);
alter table carts
  alter name set default '',
  add session_id varchar(80),
  add items      jsonb   not null default '{}',
  add version    integer not null default 0,
  drop constraint carts_store_id_name_key,
  add unique (store_id, session_id);
notify pgrst, 'reload schema';
