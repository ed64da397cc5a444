/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The scope of a manager's clients: which tables are the master's and which the tenants', and which of
 * them hold rows of a store. Everything here may be called from many threads at once.
 */
#ifndef SUPA_SCOPE_H
#define SUPA_SCOPE_H

#include <supa/error.h>
#include <supa/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct supa_manager;

/** Where a manager's lists of tables and functions come from. */
typedef enum supa_scope_kind {
    SUPA_SCOPE_NONE = 0,     /**< nowhere: nothing is checked, and no query is kept to its store */
    SUPA_SCOPE_PLATFORM = 1, /**< the platform's own lists */
    SUPA_SCOPE_FILE = 2      /**< an ownership file, or a text of the same form */
} supa_scope_kind;

/**
 * What happens to a query that does not keep to the scope. A mistake is: a table or function of the
 * other side; a tenant's own copy of a master's table without supa_own_copy; a name in no list; a
 * filter that asks for another store; a row that names one; an upsert or put that could take
 * another store's row; a body that cannot be given its store; an embedded resource that no filter
 * reaches.
 *
 * A tenant's client keeps queries of tables that carry `store_id` to its store by a filter, on the
 * query's own table and on each embedded one, and gives rows that are inserted their `store_id`.
 * supa_any_store on a query leaves both, and the checks of stores, out.
 */
typedef enum supa_scope_mode {
    SUPA_SCOPE_OFF = 0,     /**< nothing is checked, nothing added: the query goes out as written */
    SUPA_SCOPE_WARN = 1,    /**< a mistake is counted and the query goes out. Filters are added all
                               the same, and rows without a store are given it; rows that name another
                               store, and bodies that are not JSON, go out as they are */
    SUPA_SCOPE_ENFORCE = 2, /**< a mistake is counted and the query refused (SUPA_ERROR_SCOPE) */
    SUPA_SCOPE_INHERIT = 3  /**< a table's or function's: the manager's mode, whatever it is */
} supa_scope_mode;

/**
 * Set a mode. Queries that are sent from now on obey it, those of leases that are held already and of
 * the manager's master client included, also once the manager has ended.
 *
 * @param table  the mode of this table of the lists, or with "rpc/" before the name of this function.
 *               A name that the lists have as a pattern is written as it is there, and the name "*"
 *               stands for all that are in no list. NULL: the manager's, which all obey whose own is
 *               SUPA_SCOPE_INHERIT.
 * @param mode   SUPA_SCOPE_INHERIT is none of the manager's. Tables and functions of the lists begin
 *               with it, and what is in no list as supa_manager_options say.
 * @return 0, or ARGUMENT with @p error filled in: the manager is NULL or has no scope, the name is in
 *         no list, the mode is none.
 */
SUPA_API int supa_scope_set(
    struct supa_manager *manager, const char *table, supa_scope_mode mode, supa_error *error);

/**
 * The mode that queries of a table obey now: its own, or else the manager's. @p table is as in
 * supa_scope_set, but may be any name: one in no list has the mode of those.
 *
 * @return never SUPA_SCOPE_INHERIT. SUPA_SCOPE_OFF when the manager is NULL or has no scope.
 */
SUPA_API supa_scope_mode supa_scope_get(struct supa_manager *manager, const char *table);

/**
 * What the scope has found since the manager was made, as text: a line of the modes, then a line for
 * each table and each kind of mistake that came, in a fixed order:
 *
 *     scope=platform mode=warn unlisted-tables=warn unlisted-functions=off
 *     products mode=enforce
 *     products store refused=2 passed=0
 *     stores copy refused=0 passed=17
 *     rpc/execute_sql side refused=0 passed=1
 *     reports unlisted refused=0 passed=4
 *
 * Kinds are side, copy, unlisted, store, row, merge, body, embed, in the order of the mistakes above.
 * Of tables, and of functions, in no list the first 32 names are told if they are plain (1 to 63
 * letters, digits, `_` or `$`); what the others add up to stands behind the name "*". There are no
 * values, keys or stores in it. Queries that are only described do not count.
 *
 * @return a text of the caller's for supa_text_free; NULL when memory is gone. The line "scope=none"
 *         when the manager is NULL or has no scope.
 */
SUPA_API SUPA_WARN_UNUSED char *supa_manager_scope_report(struct supa_manager *manager);

#ifdef __cplusplus
}
#endif

#endif
