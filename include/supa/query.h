/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The query builder. Every call takes the query and returns it, so calls nest or stand as
 * statements. The first mistake is remembered; later calls do nothing, and the call that ends the
 * query reports it without touching the network. Nothing here returns NULL.
 *
 * A query belongs to one thread at a time. Texts and values are read during the call and not kept.
 *
 *     supa_query *q = supa_from(client, "products");
 *     supa_select(q, "id,price");
 *     supa_eq(q, "status", supa_text("active"));
 *     supa_response *answer = supa_execute(q);
 */
#ifndef SUPA_QUERY_H
#define SUPA_QUERY_H

#include <stddef.h>
#include <stdint.h>
#include <supa/client.h>
#include <supa/error.h>
#include <supa/export.h>
#include <supa/response.h>
#include <supa/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_query supa_query;

/**
 * Begin a query on a table or view. The query holds a reference to @p client and is bound to it: it
 * cannot go out with another client's key.
 *
 * @param relation  its name, any characters but control characters; it cannot leave its place in
 *                  the path.
 * @return a query of the caller's, never NULL; ended by supa_execute, supa_exec or supa_query_free.
 */
SUPA_API supa_query *supa_from(supa_client *client, const char *relation);

/**
 * Choose what comes back, in PostgREST's words: columns, aliases, casts, JSON paths, embedded
 * resources. White space outside of double quotes is taken out. On a write: return the rows as they
 * are after it. Said twice, the last one counts.
 *
 * The text is grammar: do not build it from a user's input.
 *
 * PostgREST: Vertical Filtering, Resource Embedding.
 */
SUPA_API supa_query *supa_select(supa_query *q, const char *columns);

/**
 * Insert rows: a JSON object, or an array of objects.
 *
 * The text is checked to be JSON and copied. Without supa_select nothing is returned.
 *
 * PostgREST: Insert, Bulk Insert.
 */
SUPA_API supa_query *supa_insert(supa_query *q, const char *json);

/**
 * Delete the rows that match. At least one filter is needed (supa_all_rows says that all are meant).
 *
 * PostgREST: Delete.
 */
SUPA_API supa_query *supa_delete(supa_query *q);

/** Say that a delete without a filter means every row. */
SUPA_API supa_query *supa_all_rows(supa_query *q);

/**
 * Keep only the rows whose @p column equals @p value. The null value compares with `is`.
 *
 * @p column may be a JSON path ("data->>kind") or lie in an embedded resource ("customer.city").
 *
 * PostgREST: Horizontal Filtering, operator `eq`; the same holds for the others below.
 */
SUPA_API supa_query *supa_eq(supa_query *q, const char *column, supa_value value);
/** … is not equal to @p value. Rows where it is null match only for the null value's opposite. */
SUPA_API supa_query *supa_neq(supa_query *q, const char *column, supa_value value);
/** … is greater than @p value. */
SUPA_API supa_query *supa_gt(supa_query *q, const char *column, supa_value value);
/** … is greater than @p value or equal. */
SUPA_API supa_query *supa_gte(supa_query *q, const char *column, supa_value value);
/** … is less than @p value. */
SUPA_API supa_query *supa_lt(supa_query *q, const char *column, supa_value value);
/** … is less than @p value or equal. */
SUPA_API supa_query *supa_lte(supa_query *q, const char *column, supa_value value);

/** What a column can be asked to be. */
typedef enum supa_is_what {
    SUPA_IS_NULL = 0,
    SUPA_IS_NOT_NULL = 1,
    SUPA_IS_TRUE = 2,
    SUPA_IS_FALSE = 3,
    SUPA_IS_UNKNOWN = 4
} supa_is_what;

/** … is null, not null, true, false or unknown. PostgREST: operator `is`. */
SUPA_API supa_query *supa_is(supa_query *q, const char *column, supa_is_what what);

/**
 * … is one of @p list. An empty list is sent and finds nothing; a null in the list is a mistake,
 * since `in` never finds nulls. PostgREST: operator `in`.
 */
SUPA_API supa_query *supa_in(supa_query *q, const char *column, supa_value list);

/** … is none of @p list. An empty list matches every row, and is refused on a delete. */
SUPA_API supa_query *supa_not_in(supa_query *q, const char *column, supa_value list);

/**
 * … contains @p value: a list is an array, supa_json is JSON (for jsonb columns), a text is a range.
 * A list on a jsonb column is the server's error 22P02: take supa_json there.
 *
 * PostgREST: operator `cs`.
 */
SUPA_API supa_query *supa_contains(supa_query *q, const char *column, supa_value value);

/** Flags of supa_order. A direction of neither kind is ascending, as in SQL. */
enum supa_order_flags { SUPA_ASC = 1, SUPA_DESC = 2, SUPA_NULLS_FIRST = 4, SUPA_NULLS_LAST = 8 };

/** Order by @p column; called again, further columns follow. PostgREST: Ordering. */
SUPA_API supa_query *supa_order(supa_query *q, const char *column, int flags);

/** At most @p n rows. PostgREST: Limits and Pagination. */
SUPA_API supa_query *supa_limit(supa_query *q, int64_t n);

/** Rows @p first to @p last, both included, from 0. */
SUPA_API supa_query *supa_range(supa_query *q, int64_t first, int64_t last);

/**
 * Exactly one row: none is NO_ROWS, several are MANY_ROWS. A write that violates it is rolled back.
 *
 * PostgREST: Singular or Plural.
 */
SUPA_API supa_query *supa_single(supa_query *q);

/** One row or none; several are MANY_ROWS. A write that violates it is rolled back. */
SUPA_API supa_query *supa_maybe_single(supa_query *q);

/**
 * On a tenant's client: say that its own copy is meant of a table that belongs to the master
 * (stores, users, credit_usage, credit_transactions). Without it such a query is refused.
 */
SUPA_API supa_query *supa_own_copy(supa_query *q);

/** On a tenant's client: do not restrict this query to the client's store. */
SUPA_API supa_query *supa_any_store(supa_query *q);

/** The mistake that the query carries, or NULL. Lives until the next call on the query. */
SUPA_API const supa_error *supa_query_error(const supa_query *q);

/**
 * The HTTP request as text, with every key and token hidden, and the side and store it would go to.
 * The query is left as it is.
 *
 * @return a text for supa_text_free, also when the query carries a mistake (it is told then); NULL
 *         when memory is gone.
 */
SUPA_API SUPA_WARN_UNUSED char *supa_query_describe(supa_query *q);

/** Free a text that this library handed out. NULL is allowed. */
SUPA_API void supa_text_free(char *text);

/**
 * Send the query and wait for the answer. Consumes @p q.
 *
 * @return a response of the caller's, never NULL, for supa_response_free.
 */
SUPA_API SUPA_WARN_UNUSED supa_response *supa_execute(supa_query *q);

/**
 * Send the query, wait, and keep nothing but whether it worked. Consumes @p q.
 *
 * @return 0 when it did, else the supa_code, with @p error (may be NULL) filled in.
 */
SUPA_API SUPA_WARN_UNUSED int supa_exec(supa_query *q, supa_error *error);

/** End a query that is not sent. NULL is allowed. */
SUPA_API void supa_query_free(supa_query *q);

#ifdef __cplusplus
}
#endif

#endif
