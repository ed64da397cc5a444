# SPDX-License-Identifier: MIT
# Builds the programs of the benchmark against an installed libsupa, as users build theirs:
#
#     make -f tests/bench/bench.mk PREFIX=… BUILD=… OUT=…
#
# PREFIX is where the library is installed, BUILD the build directory that it came from (for `inside`,
# which uses what the library does not export), OUT where the programs go.

# The sides. What is not in a list is reported as not measured, and counts as not met.
floors = build get write multi32 page100 stream tls_new footprint lookup stores cold
ours = get write multi32 page100 stream tls_new footprint library lookup lookup_threads stores cold cold_same
inside = build
counted = allocations allocations_floor

bench_sources = bench.c budgets.c contest.c curves.c report.c statistics.c summary.c worker.c
floor_sources = bare.c floor_build.c floor_get.c floor_multi32.c floor_rows.c floor_tls.c \
	floor_lookup.c floor_cold.c oracle.c
ours_sources = ours.c oracle.c row_get.c row_write.c row_multi32.c row_page100.c row_stream.c row_tls_new.c row_footprint.c \
	tenants.c row_lookup.c row_stores.c row_cold.c
inside_sources = row_build.c
counted_sources = ours.c bare.c allocation_count.c row_allocations.c floor_allocations.c

here := $(dir $(lastword $(MAKEFILE_LIST)))
package = $(shell PKG_CONFIG_PATH=$(PREFIX)/lib/pkgconfig pkg-config $(1))
CC ?= cc
CFLAGS ?= -O2 -g
all_flags = -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror $(CFLAGS) -I$(here) -pthread
supa_flags := $(call package,--cflags libsupa libcurl)
supa_libraries := $(call package,--libs libsupa) -Wl,-rpath,$(PREFIX)/lib
curl_libraries := $(call package,--libs libcurl)
inside_libraries := $(BUILD)/lib/.libs/libsupa_core.a \
	$(shell sed -n "s/^dependency_libs='\(.*\)'/\1/p" $(BUILD)/lib/libsupa_core.la)

programs = bench floor ours inside counted canned credentials
all: $(programs:%=$(OUT)/%)

headers := $(wildcard $(here)*.h) $(lastword $(MAKEFILE_LIST))
sources = $(addprefix $(here),$($(1)_sources))

# The table of a program's sides.
define table
	@{ echo '#include "side.h"'; for side in $(1); do echo "extern const struct side side_$$side;"; done; \
	echo '#include <stddef.h>'; echo 'const struct side *const sides[] = {'; \
	for side in $(1); do echo "    &side_$$side,"; done; echo '    NULL,'; echo '};'; } >$@
endef
$(OUT)/floor_table.c: $(headers)
	$(call table,$(floors))
$(OUT)/ours_table.c: $(headers)
	$(call table,$(ours))
$(OUT)/inside_table.c: $(headers)
	$(call table,$(inside))
$(OUT)/counted_table.c: $(headers)
	$(call table,$(counted))

$(OUT)/bench: $(call sources,bench) $(headers)
	$(CC) $(all_flags) $(filter %.c,$^) -o $@
$(OUT)/floor: $(call sources,floor) $(here)side.c $(OUT)/floor_table.c $(headers)
	$(CC) $(all_flags) $(filter %.c,$^) -o $@ $(curl_libraries)
$(OUT)/ours: $(call sources,ours) $(here)side.c $(OUT)/ours_table.c $(headers) $(PREFIX)/lib/libsupa.so
	$(CC) $(all_flags) $(supa_flags) $(filter %.c,$^) -o $@ $(supa_libraries)
$(OUT)/inside: $(call sources,inside) $(here)side.c $(OUT)/inside_table.c $(headers) $(BUILD)/lib/.libs/libsupa_core.a
	$(CC) $(all_flags) $(supa_flags) -I$(here)../../lib $(filter %.c,$^) -o $@ $(inside_libraries)
# malloc and its family must be seen by the library
$(OUT)/counted: $(call sources,counted) $(here)side.c $(OUT)/counted_table.c $(headers) $(PREFIX)/lib/libsupa.so
	$(CC) $(all_flags) -fno-builtin $(supa_flags) $(filter %.c,$^) -o $@ $(supa_libraries) $(curl_libraries) -rdynamic
$(OUT)/canned: $(here)canned.c $(headers)
	$(CC) $(all_flags) $< -o $@
$(OUT)/credentials: $(here)credentials.c $(headers)
	$(CC) $(all_flags) $< -o $@
