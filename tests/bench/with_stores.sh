#!/bin/bash
# SPDX-License-Identifier: MIT
# Fills the master database of a running stack with BENCH_STORES stores, all sealed and all of tenant 1's
# server, and runs a command.
set -euo pipefail
sealed=$STACK_DIR/bench.sealed

"$BENCH_BIN/credentials" "$BENCH_STORES" "$STACK_TENANT_1_URL" "$STACK_TENANT_1_SERVICE_KEY" |
  "$STACK_SEAL" "$SUPA_KEYRING_FILE" >"$sealed"
{
  cat <<'SQL'
set synchronous_commit = off;
alter table stores set (autovacuum_enabled = off);
alter table store_databases set (autovacuum_enabled = off);
create temporary table sealed (store_id uuid, envelope text);
copy sealed from stdin;
SQL
  cat "$sealed"
  cat <<'SQL'
\.
insert into stores (id, user_id, name, slug, status, is_active)
  select store_id, (select min(id::text)::uuid from users), 'Bench', 'bench-' || store_id, 'active', true from sealed;
insert into store_databases (store_id, database_type, connection_string_encrypted, is_active)
  select store_id, 'supabase', envelope, true from sealed;
vacuum analyze stores;
vacuum analyze store_databases;
checkpoint;
SQL
} | $STACK_PSQL -q -v ON_ERROR_STOP=1 -d master >/dev/null
rm -f "$sealed"
exec "$@"
