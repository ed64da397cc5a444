-- SPDX-License-Identifier: MIT
--
-- The roles of a Supabase project, once for the cluster.
-- Needs the psql variable authenticator_password.

create role anon          nologin noinherit;
create role authenticated nologin noinherit;
create role service_role  nologin noinherit bypassrls;
create role authenticator login noinherit password :'authenticator_password';
grant anon, authenticated, service_role to authenticator;
