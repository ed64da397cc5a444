/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Queries that read from left to right, in C11 and C++11, over the functions of query.h:
 *
 *     supa_response *answer = SUPA_RUN(client, from("products"), select("id,price"),
 *                                      eq("status", "active"), single());
 *
 * Each step is a function of query.h without its prefix and its query; where that takes a supa_value,
 * a plain value will do (SUPA_VALUE). Where C++ reserves `or`, `and` and `not`: any_of(), all_of(),
 * none(). At most 20 steps; more go on supa_query by hand.
 */
#ifndef SUPA_FLUENT_H
#define SUPA_FLUENT_H

#include <supa/query.h>

/** A query of these steps, for supa_execute or further calls. */
#define SUPA_QUERY(client, ...) SUPA_FOLD(client, __VA_ARGS__)
/** The same, sent: a supa_response, never NULL, for supa_response_free. */
#define SUPA_RUN(client, ...) supa_execute(SUPA_QUERY(client, __VA_ARGS__))

/** A step without arguments. */
static inline supa_query *supa_fluent_step(supa_query *q, supa_query *(*step)(supa_query *))
{
    return step(q);
}

/* clang-format off */
#define SUPA_STEP(q, ...) SUPA_APPLY(q, __VA_ARGS__)
#define SUPA_APPLY(q, function, ...) function(q, __VA_ARGS__)
#define SUPA_NTH(s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16, s17, s18, s19, s20, n, ...) n
#define SUPA_STEPS(...) SUPA_NTH(__VA_ARGS__, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define SUPA_FOLD_AS(n, q, ...) SUPA_FOLD_##n(q, __VA_ARGS__)
#define SUPA_FOLD_OF(n, q, ...) SUPA_FOLD_AS(n, q, __VA_ARGS__)
#define SUPA_FOLD(q, ...) SUPA_FOLD_OF(SUPA_STEPS(__VA_ARGS__), q, __VA_ARGS__)
#define SUPA_FOLD_1(q, s) SUPA_STEP(q, supa_do_##s)
#define SUPA_FOLD_2(q, s, ...) SUPA_FOLD_1(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_3(q, s, ...) SUPA_FOLD_2(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_4(q, s, ...) SUPA_FOLD_3(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_5(q, s, ...) SUPA_FOLD_4(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_6(q, s, ...) SUPA_FOLD_5(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_7(q, s, ...) SUPA_FOLD_6(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_8(q, s, ...) SUPA_FOLD_7(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_9(q, s, ...) SUPA_FOLD_8(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_10(q, s, ...) SUPA_FOLD_9(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_11(q, s, ...) SUPA_FOLD_10(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_12(q, s, ...) SUPA_FOLD_11(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_13(q, s, ...) SUPA_FOLD_12(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_14(q, s, ...) SUPA_FOLD_13(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_15(q, s, ...) SUPA_FOLD_14(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_16(q, s, ...) SUPA_FOLD_15(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_17(q, s, ...) SUPA_FOLD_16(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_18(q, s, ...) SUPA_FOLD_17(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_19(q, s, ...) SUPA_FOLD_18(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)
#define SUPA_FOLD_20(q, s, ...) SUPA_FOLD_19(SUPA_STEP(q, supa_do_##s), __VA_ARGS__)

#define supa_do_from(r) supa_from, r
#define supa_do_rpc(f) supa_rpc, f
#define supa_do_select(text) supa_select, text
#define supa_do_returning(text) supa_returning, text
#define supa_do_insert(text) supa_insert, text
#define supa_do_update(text) supa_update, text
#define supa_do_put(text) supa_put, text
#define supa_do_columns(text) supa_columns, text
#define supa_do_args(text) supa_args, text
#define supa_do_upsert(json, keys) supa_upsert, json, keys
#define supa_do_insert_row() supa_fluent_step, supa_insert_row
#define supa_do_update_row() supa_fluent_step, supa_update_row
#define supa_do_delete() supa_fluent_step, supa_delete
#define supa_do_all_rows() supa_fluent_step, supa_all_rows
#define supa_do_ignore_duplicates() supa_fluent_step, supa_ignore_duplicates
#define supa_do_missing_default() supa_fluent_step, supa_missing_default
#define supa_do_return_headers() supa_fluent_step, supa_return_headers
#define supa_do_head() supa_fluent_step, supa_head
#define supa_do_head_reason() supa_fluent_step, supa_head_reason
#define supa_do_rpc_get() supa_fluent_step, supa_rpc_get
#define supa_do_set(c, v) supa_set, c, SUPA_VALUE(v)
#define supa_do_arg(c, v) supa_arg, c, SUPA_VALUE(v)
#define supa_do_arg_variadic(c, v) supa_arg_variadic, c, SUPA_VALUE(v)
#define supa_do_count(kind) supa_count, kind
#define supa_do_eq(c, v) supa_eq, c, SUPA_VALUE(v)
#define supa_do_neq(c, v) supa_neq, c, SUPA_VALUE(v)
#define supa_do_gt(c, v) supa_gt, c, SUPA_VALUE(v)
#define supa_do_gte(c, v) supa_gte, c, SUPA_VALUE(v)
#define supa_do_lt(c, v) supa_lt, c, SUPA_VALUE(v)
#define supa_do_lte(c, v) supa_lte, c, SUPA_VALUE(v)
#define supa_do_is_distinct(c, v) supa_is_distinct, c, SUPA_VALUE(v)
#define supa_do_in(c, v) supa_in, c, SUPA_VALUE(v)
#define supa_do_not_in(c, v) supa_not_in, c, SUPA_VALUE(v)
#define supa_do_like_any(c, v) supa_like_any, c, SUPA_VALUE(v)
#define supa_do_like_all(c, v) supa_like_all, c, SUPA_VALUE(v)
#define supa_do_ilike_any(c, v) supa_ilike_any, c, SUPA_VALUE(v)
#define supa_do_ilike_all(c, v) supa_ilike_all, c, SUPA_VALUE(v)
#define supa_do_contains(c, v) supa_contains, c, SUPA_VALUE(v)
#define supa_do_contained_by(c, v) supa_contained_by, c, SUPA_VALUE(v)
#define supa_do_overlaps(c, v) supa_overlaps, c, SUPA_VALUE(v)
#define supa_do_is(c, what) supa_is, c, what
#define supa_do_like(c, text) supa_like, c, text
#define supa_do_ilike(c, text) supa_ilike, c, text
#define supa_do_regex(c, text) supa_regex, c, text
#define supa_do_iregex(c, text) supa_iregex, c, text
#define supa_do_range_gt(c, text) supa_range_gt, c, text
#define supa_do_range_gte(c, text) supa_range_gte, c, text
#define supa_do_range_lt(c, text) supa_range_lt, c, text
#define supa_do_range_lte(c, text) supa_range_lte, c, text
#define supa_do_range_adjacent(c, text) supa_range_adjacent, c, text
#define supa_do_text_search(c, text, kind, config) supa_text_search, c, text, kind, config
#define supa_do_filter(c, op, v) supa_filter, c, op, SUPA_VALUE(v)
#define supa_do_filter_any(c, op, v) supa_filter_any, c, op, SUPA_VALUE(v)
#define supa_do_filter_all(c, op, v) supa_filter_all, c, op, SUPA_VALUE(v)
#define supa_do_filter_raw(c, text) supa_filter_raw, c, text
#define supa_do_or_raw(text) supa_or_raw, text
#define supa_do_or() supa_fluent_step, supa_or
#define supa_do_and() supa_fluent_step, supa_and
#define supa_do_end() supa_fluent_step, supa_end
#define supa_do_not() supa_fluent_step, supa_not
#define supa_do_any_of() supa_fluent_step, supa_or
#define supa_do_all_of() supa_fluent_step, supa_and
#define supa_do_none() supa_fluent_step, supa_not
#define supa_do_or_on(e) supa_or_on, e
#define supa_do_and_on(e) supa_and_on, e
#define supa_do_order(c, flags) supa_order, c, flags
#define supa_do_limit(n) supa_limit, n
#define supa_do_range(a, b) supa_range, a, b
#define supa_do_order_on(e, c, flags) supa_order_on, e, c, flags
#define supa_do_limit_on(e, n) supa_limit_on, e, n
#define supa_do_range_on(e, a, b) supa_range_on, e, a, b
#define supa_do_single() supa_fluent_step, supa_single
#define supa_do_maybe_single() supa_fluent_step, supa_maybe_single
#define supa_do_csv() supa_fluent_step, supa_csv
#define supa_do_geojson() supa_fluent_step, supa_geojson
#define supa_do_strip_nulls() supa_fluent_step, supa_strip_nulls
#define supa_do_rollback() supa_fluent_step, supa_rollback
#define supa_do_strict() supa_fluent_step, supa_strict
#define supa_do_own_copy() supa_fluent_step, supa_own_copy
#define supa_do_any_store() supa_fluent_step, supa_any_store
#define supa_do_accept(type) supa_accept, type
#define supa_do_explain(flags, format) supa_explain, flags, format
#define supa_do_max_affected(n) supa_max_affected, n
#define supa_do_timezone(zone) supa_timezone, zone
#define supa_do_schema(name) supa_schema, name
#define supa_do_header(name, value) supa_header, name, value
#define supa_do_token(jwt) supa_token, jwt
#define supa_do_timeout(ms) supa_timeout, ms
#define supa_do_deadline_by(deadline) supa_deadline_by, deadline
#define supa_do_cancel_with(cancel) supa_cancel_with, cancel
#define supa_do_retry(n) supa_retry, n
#define supa_do_idempotent() supa_fluent_step, supa_idempotent
#define supa_do_split() supa_fluent_step, supa_split
/* clang-format on */

#endif
