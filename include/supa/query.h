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
#include <supa/cancel.h>
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
 * Begin a call of a function (PostgREST: Functions as RPC). Its arguments come by supa_arg or
 * supa_args; filters, order and limits restrict the rows that it returns.
 */
SUPA_API supa_query *supa_rpc(supa_client *client, const char *function);

/**
 * A query without a client, to be sent by none: only for supa_query_dup and supa_query_on.
 *
 * @return as supa_from.
 */
SUPA_API supa_query *supa_template(const char *relation);

/** One argument of a function, by name. A list is an array, supa_json is JSON. */
SUPA_API supa_query *supa_arg(supa_query *q, const char *name, supa_value value);
/** The variadic argument of a function, as a list. */
SUPA_API supa_query *supa_arg_variadic(supa_query *q, const char *name, supa_value list);
/** All arguments of a function at once, as a JSON object. Not beside supa_arg. */
SUPA_API supa_query *supa_args(supa_query *q, const char *json);
/**
 * Call the function by GET, with its arguments in the URL: for functions that only read. What a URL
 * cannot say is a mistake: null arguments, JSON, names that are PostgREST's own parameters, texts that
 * PostgREST would take for a filter.
 */
SUPA_API supa_query *supa_rpc_get(supa_query *q);

/**
 * Choose what comes back, in PostgREST's words: columns, aliases, casts, JSON paths, aggregates,
 * embedded resources. White space outside of double quotes is taken out. On a write: return the rows
 * as they are after it. Said twice, the last one counts.
 *
 * The text is grammar: do not build it from a user's input. It is read, so that a mistake in it is
 * told before anything is sent.
 *
 * PostgREST: Vertical Filtering, Resource Embedding, Aggregate Functions.
 */
SUPA_API supa_query *supa_select(supa_query *q, const char *columns);
/** The same as supa_select, in the words of a write: return these columns of the rows written. */
SUPA_API supa_query *supa_returning(supa_query *q, const char *columns);
/** On an insert: return only where the new row is, in the header Location. */
SUPA_API supa_query *supa_return_headers(supa_query *q);

/** How the server counts all rows that match. */
typedef enum supa_count_kind {
    SUPA_COUNT_NONE = 0,
    SUPA_COUNT_EXACT = 1,    /**< by counting */
    SUPA_COUNT_PLANNED = 2,  /**< as the planner estimates */
    SUPA_COUNT_ESTIMATED = 3 /**< exact for few, planned for many */
} supa_count_kind;

/** Have the rows that match counted, without limits; supa_response_count tells. */
SUPA_API supa_query *supa_count(supa_query *q, supa_count_kind kind);
/** Send HEAD: no rows come back, only the count and headers. */
SUPA_API supa_query *supa_head(supa_query *q);
/** When the HEAD fails, ask again by GET for the cause, which HEAD does not carry. */
SUPA_API supa_query *supa_head_reason(supa_query *q);

/**
 * Insert rows: a JSON object, or an array of objects. NULL when rows follow by supa_insert_row.
 *
 * The text is checked to be JSON and copied. Without supa_select nothing is returned. The rows of an
 * array may have different keys: a key that a row lacks is null there, or the column's default with
 * supa_missing_default.
 *
 * PostgREST: Insert, Bulk Insert.
 */
SUPA_API supa_query *supa_insert(supa_query *q, const char *json);
/** Begin a row to insert; supa_set fills it. Called again, a further row follows. */
SUPA_API supa_query *supa_insert_row(supa_query *q);
/** A column of the row that was begun by supa_insert_row or supa_update_row. */
SUPA_API supa_query *supa_set(supa_query *q, const char *column, supa_value value);
/**
 * Insert rows, or replace the columns of those that exist.
 *
 * @param json         as in supa_insert.
 * @param on_conflict  the columns of a unique constraint, parted by commas; NULL for the primary key.
 *
 * PostgREST: Upsert.
 */
SUPA_API supa_query *supa_upsert(supa_query *q, const char *json, const char *on_conflict);
/** On an upsert: leave rows that exist as they are. */
SUPA_API supa_query *supa_ignore_duplicates(supa_query *q);
/** Change the rows that match: a JSON object of their new values. At least one filter is needed. */
SUPA_API supa_query *supa_update(supa_query *q, const char *json);
/** The same with the values to come by supa_set. */
SUPA_API supa_query *supa_update_row(supa_query *q);
/**
 * Delete the rows that match. At least one filter is needed (supa_all_rows says that all are meant).
 *
 * PostgREST: Delete.
 */
SUPA_API supa_query *supa_delete(supa_query *q);
/**
 * Insert or replace one whole row, whose primary key is given by supa_eq filters, and nothing else.
 *
 * PostgREST: Upsert by PUT.
 */
SUPA_API supa_query *supa_put(supa_query *q, const char *json);
/** Only these columns of the rows given are written, parted by commas; other keys are ignored. */
SUPA_API supa_query *supa_columns(supa_query *q, const char *names);
/** Columns that a row lacks get their default instead of null. */
SUPA_API supa_query *supa_missing_default(supa_query *q);
/** Say that an update or delete without a filter means every row. */
SUPA_API supa_query *supa_all_rows(supa_query *q);

/**
 * The request's body as it is: CSV rows to insert ("text/csv"), or the single unnamed argument of a
 * function ("text/plain", "application/octet-stream", "text/xml", "application/json"). Copied.
 *
 * PostgREST: Bulk Insert with CSV, Functions with a single unnamed parameter.
 */
SUPA_API supa_query *
supa_body(supa_query *q, const char *content_type, const void *bytes, size_t length);
/** The same without a copy: @p bytes must live until the query ends. */
SUPA_API supa_query *
supa_body_borrow(supa_query *q, const char *content_type, const void *bytes, size_t length);
/**
 * The same, read as it is sent: @p read puts up to @p size bytes at @p out and returns how many; 0
 * ends it, and a negative number cancels the request. @p user must live until the query ends.
 *
 * @param length  how many bytes there are, or −1 when it is not known.
 */
SUPA_API supa_query *supa_body_from(
    supa_query *q, const char *content_type, int64_t (*read)(void *user, void *out, size_t size),
    void *user, int64_t length);

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
/** … is distinct from @p value: as `neq`, with null as a value. Operator `isdistinct`. */
SUPA_API supa_query *supa_is_distinct(supa_query *q, const char *column, supa_value value);

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
/** … is none of @p list. An empty list matches every row, and is refused on an update or delete. */
SUPA_API supa_query *supa_not_in(supa_query *q, const char *column, supa_value list);

/**
 * … matches @p pattern, in which `%` is any text and `_` any character; `\` takes their meaning away
 * (supa_escape_like does that to a whole text). PostgREST takes every `*` for `%`, so a pattern with
 * a `*` in it is a mistake: supa_regex can find one.
 */
SUPA_API supa_query *supa_like(supa_query *q, const char *column, const char *pattern);
/** The same whatever the case. */
SUPA_API supa_query *supa_ilike(supa_query *q, const char *column, const char *pattern);
/** … matches any of the list's patterns. */
SUPA_API supa_query *supa_like_any(supa_query *q, const char *column, supa_value list);
/** … matches all of the list's patterns. */
SUPA_API supa_query *supa_like_all(supa_query *q, const char *column, supa_value list);
/** … matches any of the list's patterns, whatever the case. */
SUPA_API supa_query *supa_ilike_any(supa_query *q, const char *column, supa_value list);
/** … matches all of the list's patterns, whatever the case. */
SUPA_API supa_query *supa_ilike_all(supa_query *q, const char *column, supa_value list);
/** … matches a regular expression of PostgreSQL's. Operator `match`. */
SUPA_API supa_query *supa_regex(supa_query *q, const char *column, const char *expression);
/** The same whatever the case. Operator `imatch`. */
SUPA_API supa_query *supa_iregex(supa_query *q, const char *column, const char *expression);
/**
 * Write @p text so that it stands for itself in a pattern: `%`, `_` and `\` get a `\` before them.
 *
 * @return the bytes needed without the NUL, as snprintf: what does not fit is cut off. A `*` stays,
 *         and is a mistake in a pattern.
 */
SUPA_API size_t supa_escape_like(const char *text, char *buffer, size_t size);

/** How a text is searched for. PostgREST: Full-Text Search. */
typedef enum supa_search {
    SUPA_FTS = 0,      /**< to_tsquery: the text is a query with operators */
    SUPA_PLAIN = 1,    /**< plainto_tsquery: all words */
    SUPA_PHRASE = 2,   /**< phraseto_tsquery: the words in this order */
    SUPA_WEBSEARCH = 3 /**< websearch_to_tsquery: as people write to search engines */
} supa_search;

/** … contains the words of @p text. @p config is the language ("english"), or NULL. */
SUPA_API supa_query *supa_text_search(
    supa_query *q, const char *column, const char *text, supa_search kind, const char *config);

/**
 * … contains @p value: a list is an array, supa_json is JSON (for jsonb columns), a text is a range.
 * A list on a jsonb column is the server's error 22P02: take supa_json there.
 *
 * PostgREST: operator `cs`.
 */
SUPA_API supa_query *supa_contains(supa_query *q, const char *column, supa_value value);
/** … is contained by @p value. Operator `cd`. */
SUPA_API supa_query *supa_contained_by(supa_query *q, const char *column, supa_value value);
/** … has an element or point in common with @p value, a list or a range. Operator `ov`. */
SUPA_API supa_query *supa_overlaps(supa_query *q, const char *column, supa_value value);

/** … lies wholly right of @p range ("[1,5)"). Operator `sr`. */
SUPA_API supa_query *supa_range_gt(supa_query *q, const char *column, const char *range);
/** … does not extend to the left of @p range. Operator `nxl`. */
SUPA_API supa_query *supa_range_gte(supa_query *q, const char *column, const char *range);
/** … lies wholly left of @p range. Operator `sl`. */
SUPA_API supa_query *supa_range_lt(supa_query *q, const char *column, const char *range);
/** … does not extend to the right of @p range. Operator `nxr`. */
SUPA_API supa_query *supa_range_lte(supa_query *q, const char *column, const char *range);
/** … is adjacent to @p range. Operator `adj`. */
SUPA_API supa_query *supa_range_adjacent(supa_query *q, const char *column, const char *range);

/** … compares by @p op with any of @p list: eq gt gte lt lte like ilike match imatch. */
SUPA_API supa_query *
supa_filter_any(supa_query *q, const char *column, const char *op, supa_value list);
/** … compares by @p op with all of @p list. */
SUPA_API supa_query *
supa_filter_all(supa_query *q, const char *column, const char *op, supa_value list);

/**
 * Begin a group of which one filter must hold. Groups nest; supa_end ends one.
 *
 * PostgREST looks at groups again in the rows that an update or delete returns: their columns must be
 * among those returned, and an update that changes one of them and returns rows is refused.
 */
SUPA_API supa_query *supa_or(supa_query *q);
/** Begin a group of which all filters must hold. */
SUPA_API supa_query *supa_and(supa_query *q);
/** End the group that was begun last. A group without filters is a mistake. */
SUPA_API supa_query *supa_end(supa_query *q);
/** Turn the next filter or group into its opposite. */
SUPA_API supa_query *supa_not(supa_query *q);
/** supa_or on the rows of an embedded resource, by its alias or name ("customer.orders"). */
SUPA_API supa_query *supa_or_on(supa_query *q, const char *embedded);
/** supa_and on the rows of an embedded resource. */
SUPA_API supa_query *supa_and_on(supa_query *q, const char *embedded);

/** A filter by PostgREST's name of its operator ("eq", "cs", "fts(english)"). */
SUPA_API supa_query *
supa_filter(supa_query *q, const char *column, const char *op, supa_value value);
/** The same with a text, for other languages. */
SUPA_API supa_query *
supa_filter_text(supa_query *q, const char *column, const char *op, const char *text);
/** The same with a list of texts, for other languages. */
SUPA_API supa_query *supa_filter_texts(
    supa_query *q, const char *column, const char *op, const char *const *texts, size_t n);
/** A filter in PostgREST's own words, "eq.5": sent as it is, so never with a user's text in it. */
SUPA_API supa_query *supa_filter_raw(supa_query *q, const char *column, const char *text);
/** The inside of an `or` group in PostgREST's own words, "a.eq.1,b.is.null": sent as it is. */
SUPA_API supa_query *supa_or_raw(supa_query *q, const char *text);

/** Flags of supa_order. A direction of neither kind is ascending, as in SQL. */
enum supa_order_flags { SUPA_ASC = 1, SUPA_DESC = 2, SUPA_NULLS_FIRST = 4, SUPA_NULLS_LAST = 8 };

/**
 * Order by @p column, which may be a JSON path, or lie in an embedded to-one resource ("rel(column)").
 * Called again, further columns follow. PostgREST: Ordering.
 */
SUPA_API supa_query *supa_order(supa_query *q, const char *column, int flags);
/** At most @p n rows. PostgREST: Limits and Pagination. */
SUPA_API supa_query *supa_limit(supa_query *q, int64_t n);
/** Rows @p first to @p last, both included, from 0. */
SUPA_API supa_query *supa_range(supa_query *q, int64_t first, int64_t last);
/** The order of an embedded resource's rows, by its alias or name. */
SUPA_API supa_query *
supa_order_on(supa_query *q, const char *embedded, const char *column, int flags);
/** At most @p n rows of an embedded resource. */
SUPA_API supa_query *supa_limit_on(supa_query *q, const char *embedded, int64_t n);
/** Rows @p first to @p last of an embedded resource. */
SUPA_API supa_query *
supa_range_on(supa_query *q, const char *embedded, int64_t first, int64_t last);

/**
 * Exactly one row: none is NO_ROWS, several are MANY_ROWS. A write that violates it is rolled back.
 *
 * PostgREST: Singular or Plural.
 */
SUPA_API supa_query *supa_single(supa_query *q);

/**
 * One row or none; several are MANY_ROWS. A write that violates it is rolled back; a function called
 * by POST has run.
 */
SUPA_API supa_query *supa_maybe_single(supa_query *q);

/**
 * Rows as CSV: supa_response_body is the text. MALFORMED when only the end of the connection tells where it ends,
 * since lines may be missing then; the same holds for all answers that are not JSON.
 */
SUPA_API supa_query *supa_csv(supa_query *q);
/** Rows as a GeoJSON FeatureCollection. The server needs PostGIS. */
SUPA_API supa_query *supa_geojson(supa_query *q);
/** Leave out columns that are null. */
SUPA_API supa_query *supa_strip_nulls(supa_query *q);
/** Ask for another media type, which the database makes. supa_response_body is what came. */
SUPA_API supa_query *supa_accept(supa_query *q, const char *media_type);

/** What supa_explain tells beside the plan. */
enum supa_explain_flags {
    SUPA_EXPLAIN_ANALYZE = 1, /**< runs the query */
    SUPA_EXPLAIN_VERBOSE = 2,
    SUPA_EXPLAIN_SETTINGS = 4,
    SUPA_EXPLAIN_BUFFERS = 8,
    SUPA_EXPLAIN_WAL = 16
};

/** How a plan is written. */
typedef enum supa_plan { SUPA_PLAN_TEXT = 0, SUPA_PLAN_JSON = 1 } supa_plan;

/** Ask for the query's execution plan instead of its rows. The server must allow it. */
SUPA_API supa_query *supa_explain(supa_query *q, int flags, supa_plan format);

/**
 * Undo the write after it was answered. A server that does not know this would commit, so the first
 * one on a client is preceded by a read of the same relation that asks whether it does; if the server
 * does not confirm it, the write is not sent (NOT_VERIFIED).
 *
 * PostgREST: Prefer: tx=rollback; db-tx-end.
 */
SUPA_API supa_query *supa_rollback(supa_query *q);
/** Refuse a write that would change more than @p n rows. From PostgREST 12.2 on; older ones refuse it. */
SUPA_API supa_query *supa_max_affected(supa_query *q, int64_t n);
/** Have the server refuse preferences that it does not know. PostgREST: handling=strict. */
SUPA_API supa_query *supa_strict(supa_query *q);
/** The time zone in which timestamps are shown ("Europe/Paris"). */
SUPA_API supa_query *supa_timezone(supa_query *q, const char *zone);

/** Another schema for this query than the client's. */
SUPA_API supa_query *supa_schema(supa_query *q, const char *name);
/** A further header of this request. */
SUPA_API supa_query *supa_header(supa_query *q, const char *name, const char *value);
/** A user's own token for this query, sent as bearer in place of the client's; wiped with it. */
SUPA_API supa_query *supa_token(supa_query *q, const char *jwt);
/** Another time for the whole call than the client's, in milliseconds, retries included; 0 for none. */
SUPA_API supa_query *supa_timeout(supa_query *q, int64_t ms);
/** The moment by which the call has to be done, shared by as many calls as carry it. Whichever ends
 *  first, this or the query's time, ends the call. */
SUPA_API supa_query *supa_deadline_by(supa_query *q, supa_deadline deadline);
/** Give the query up when @p cancel fires. The query takes a reference. */
SUPA_API supa_query *supa_cancel_with(supa_query *q, supa_cancel *cancel);

/**
 * Try again up to @p n times (0 to SUPA_MAX_RETRIES) in place of the client's number: a read after
 * failures of the network and the answers 429, 502, 503, 504 and 520; a write only when it certainly
 * was not sent. What comes again carries the header X-Retry-Count.
 */
SUPA_API supa_query *supa_retry(supa_query *q, int n);
/** Declare that this write may be executed twice without harm: it is tried again like a read. */
SUPA_API supa_query *supa_idempotent(supa_query *q);
/**
 * Send a read whose `in` list does not fit into one URL as several requests at once, and join their
 * rows. Values that stand in the list twice are sent once. What cannot be joined is refused: an
 * order, a limit, a range, a count, single rows, other answers than JSON rows, functions, and writes.
 */
SUPA_API supa_query *supa_split(supa_query *q);

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

/** Flags of supa_query_curl. */
enum supa_curl_flags { SUPA_SHOW_KEYS = 1 };

/**
 * The request as a command for curl(1), quoted for a shell. Keys are hidden unless @p flags has
 * SUPA_SHOW_KEYS. The query is left as it is.
 *
 * @return as supa_query_describe.
 */
SUPA_API SUPA_WARN_UNUSED char *supa_query_curl(supa_query *q, int flags);

/** A copy of a query or template, to be changed and sent on its own. Never NULL. */
SUPA_API supa_query *supa_query_dup(const supa_query *q);

/** A copy of a template, bound to @p client. The template stays. Never NULL. */
SUPA_API supa_query *supa_query_on(const supa_query *template_query, supa_client *client);

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

/** The API's description (OpenAPI 2, JSON) as the server makes it. @return as supa_execute. */
SUPA_API SUPA_WARN_UNUSED supa_response *supa_openapi(supa_client *client);

/** What may be done with a relation: the answer's header Allow. @return as supa_execute. */
SUPA_API SUPA_WARN_UNUSED supa_response *supa_allow(supa_client *client, const char *relation);

/** End a query that is not sent. NULL is allowed. */
SUPA_API void supa_query_free(supa_query *q);

#ifdef __cplusplus
}
#endif

#endif
