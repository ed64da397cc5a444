/* SPDX-License-Identifier: MIT */
/* The chain that every side of `build` builds: from products, select *, eq, eq, order, range. */
#ifndef BENCH_CHAIN_H
#define BENCH_CHAIN_H

#define CHAIN_HOST "http://127.0.0.1:58000"
#define CHAIN_BASE CHAIN_HOST "/rest/v1"
#define CHAIN_OF_7                                                                                 \
    CHAIN_BASE "/products?select=*&store_id=eq.7&status=eq.active&order=created_at.desc&offset=0"  \
               "&limit=20"

#endif
