-- SPDX-License-Identifier: MIT
--
-- The master's tables that only the platform's own functions ask for.

drop table if exists public.migrations;
create table public.migrations (
  id          serial primary key,
  version     integer not null unique,
  name        varchar(255) not null,
  description text,
  sql_up      text not null,
  sql_down    text,
  created_at  timestamptz default now()
);
insert into public.migrations (version, name, sql_up) values (1, 'the first', 'select 1');
