/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What a platform with one master and a tenant database per store does with them: rows by key and by
 * filter, the registry of stores, their life, and the questions that every request asks first.
 *
 * Functions that take a manager ask the right side by themselves. Answers with rows are responses of
 * the caller's, never NULL, for supa_response_free; a failed lease is a failed response. A row that is
 * not there is the error NO_ROWS, an empty list is a success with no rows, and everything else that
 * goes wrong is another error: the three are never mixed up.
 *
 * Functions that return an int return 0, or the supa_code with the error (which may be NULL) filled
 * in. All of them may be called from many threads at once, and block. Store and user ids are UUIDs of
 * 36 characters, checked before anything is sent (ARGUMENT). Texts are read during the call.
 */
#ifndef SUPA_PLATFORM_H
#define SUPA_PLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <supa/cancel.h>
#include <supa/client.h>
#include <supa/error.h>
#include <supa/export.h>
#include <supa/manager.h>
#include <supa/query.h>
#include <supa/response.h>
#include <supa/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One filter of a list: all of a list's filters must hold. */
typedef struct supa_condition {
    const char *column; /**< as in supa_eq */
    const char *op;     /**< PostgREST's name of the operator: "eq", "gte", "in", "not.like", … */
    supa_value value;   /**< as in supa_filter */
} supa_condition;

/**
 * One row of any table by its column `id`. A tenant's client keeps to its store, as in every query.
 *
 * @param id       the key as text; PostgreSQL reads it as the column's type.
 * @param columns  as in supa_select, or NULL for all.
 * @return the row; NO_ROWS when it is not there.
 */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_find(supa_client *client, const char *table, const char *id, const char *columns);

/**
 * All rows of any table that match, also beyond the server's limit of rows: those are fetched page by
 * page in the order of the column `id`, which such a table must have; `id` is then added to @p columns
 * when it is not among them, and cannot be an alias there. Rows that are changed meanwhile are seen before or after it. All rows are
 * in memory at once.
 *
 * @param columns     as in supa_select, or NULL for all.
 * @param filters, n  may be NULL and 0.
 * @return the rows, in no order that is promised; TOO_LARGE beyond 1 GiB.
 */
SUPA_API SUPA_WARN_UNUSED supa_response *supa_find_all(
    supa_client *client, const char *table, const char *columns, const supa_condition *filters,
    size_t n);

/* ---- The registry: a store's row in store_databases. */

/** A store's database, as it is put into the registry. Begin with SUPA_STORE_DATABASE_INIT. */
typedef struct supa_store_database {
    size_t size;             /**< sizeof(supa_store_database); _INIT sets it */
    const char *credentials; /**< required: a JSON object as supa_envelope_seal takes it */
    size_t length;           /**< required: its bytes */
    const char *type;        /**< database_type. Default "supabase" */
    const char *host;        /**< column host. NULL: the host of the credentials' projectUrl */
    const char *extra;       /**< further columns that this master's table has beyond the published
                               schema, as a JSON object ({"is_primary":true}); NULL for none */
    int32_t is_active;       /**< 1 or 0. Default 1 */
    int32_t version; /**< of the envelope: a supa_envelope_version. Default version 2; version 1
                               while an older program still reads the row */
} supa_store_database;

#define SUPA_STORE_DATABASE_INIT                                                                   \
    {                                                                                              \
        sizeof(supa_store_database), NULL, 0, "supabase", NULL, NULL, 1, SUPA_ENVELOPE_V2          \
    }

/**
 * Put a store's database into the registry: seal its credentials, then
 * insert the store's row or replace these columns of it: type, credentials, host, is_active, and
 * connection_status, which becomes `pending`. A row that exists keeps its id, creation time and
 * schema_version. Credentials of type supabase that no client can be made of are refused first.
 *
 * @return STORE_NOT_FOUND when the master has no such store; CREDENTIALS, HOST_REFUSED, ARGUMENT; or
 *         what the write failed with. The manager's cache is right when it returns, also on failure.
 */
SUPA_API int supa_store_put(
    supa_manager *manager, const char *store_id, const supa_store_database *database,
    supa_error *error);

/** How credentials are replaced. Begin with SUPA_ROTATE_OPTIONS_INIT. */
typedef struct supa_rotate_options {
    size_t size;     /**< sizeof(supa_rotate_options); _INIT sets it */
    int64_t test_ms; /**< the new credentials are tested for at most this time before anything is
                          written, and the row then says `connected`; credentials that do not work are
                          not written, and the error is theirs. A tenant without tables passes.
                          Default 0: they are not tested */
    int32_t version; /**< of the new envelope, whatever the old one's is: a supa_envelope_version.
                          Default version 2; version 1 while an older program still reads the row */
    int32_t reserved;
} supa_rotate_options;

#define SUPA_ROTATE_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(supa_rotate_options), 0, SUPA_ENVELOPE_V2, 0                                        \
    }

/**
 * Replace credentials of a store that is in the registry.
 *
 * @param changes, length  a JSON object: each of its members replaces the one of the same name, null
 *                         takes one away, all others stay as they are.
 * @param options          NULL for the defaults.
 * @return STORE_NOT_FOUND when the registry has no such row; CONFLICT when the row's credentials were
 *         replaced by somebody else meanwhile; what the test or the write failed with.
 */
SUPA_API int supa_store_rotate(
    supa_manager *manager, const char *store_id, const char *changes, size_t length,
    const supa_rotate_options *options, supa_error *error);

/** What a test of a store's connection found. Values never change. */
typedef enum supa_verdict {
    SUPA_VERDICT_OK = 0, /**< its tables answer */
    SUPA_VERDICT_UNREACHABLE =
        1, /**< no connection: name, address, port, or the address is refused */
    SUPA_VERDICT_TIMED_OUT = 2, /**< no answer in time */
    SUPA_VERDICT_TLS = 3,       /**< the handshake or the certificate failed */
    SUPA_VERDICT_BAD_KEY = 4,   /**< the key is not taken */
    SUPA_VERDICT_NO_RIGHT = 5,  /**< the key is taken, but may not read the tables */
    SUPA_VERDICT_NO_SCHEMA =
        6,                  /**< the key is taken, but the tables or their schema are not there */
    SUPA_VERDICT_FAILED = 7 /**< it answers, but otherwise than it should: see the cause */
} supa_verdict;

/** The name of a verdict, in lower case: "bad_key". A constant; "unknown" for another number. */
SUPA_API const char *supa_verdict_name(supa_verdict verdict);

/** What supa_store_test tells. */
typedef struct supa_store_report {
    int32_t verdict; /**< a supa_verdict */
    int32_t
        recorded; /**< 1: written to the store's row; 0: its credentials were replaced meanwhile */
    int32_t own_row; /**< 1: the tenant shows its own row in stores; a tenant whose tables are not
                        seeded yet does not, nor does row level security to a key that is not the
                        service's */
    int32_t reserved;
    int64_t took_us;  /**< microseconds of the one request to the tenant */
    supa_error cause; /**< why the verdict is not OK; cleared when it is */
} supa_store_report;

/**
 * Test a store's connection, whatever its status: one request to its tenant with the credentials of
 * its row. The verdict is recorded in connection_status (`connected` for OK and NO_SCHEMA, `timeout`
 * for TIMED_OUT, else `failed`) and last_connection_test. Nothing is ever deleted.
 *
 * @param timeout_ms  of the request to the tenant; 0 is 10,000.
 * @param report      filled in when 0 is returned.
 * @return 0 when it was tested, whatever the verdict; else why it could not be: STORE_NOT_FOUND,
 *         UNSUPPORTED (another type of database), CREDENTIALS (they do not open), BUSY, or what the
 *         master failed with.
 */
SUPA_API int supa_store_test(
    supa_manager *manager, const char *store_id, int64_t timeout_ms, supa_store_report *report,
    supa_error *error);

/** Switch a store's credentials on. @return STORE_NOT_FOUND when the registry has no such row. */
SUPA_API int supa_store_activate(supa_manager *manager, const char *store_id, supa_error *error);

/** Switch a store's credentials off: leases of it fail with STORE_INACTIVE from now on. */
SUPA_API int supa_store_deactivate(supa_manager *manager, const char *store_id, supa_error *error);

/** What is left of a store after its row in store_databases is gone. −1: it could not be found out. */
typedef struct supa_store_left {
    int64_t stores;         /**< its row in stores: 1 or 0 */
    int64_t hostnames;      /**< rows in store_hostnames */
    int64_t domains;        /**< rows in custom_domains_lookup */
    int64_t team;           /**< rows in store_teams */
    int64_t subscriptions;  /**< rows in subscriptions */
    char status[52];        /**< of its row in stores, or "" */
    char database_type[52]; /**< of the tenant database, which is left as it is */
    char host[256];         /**< where that is, or "" */
} supa_store_left;

/**
 * Take a store's row out of store_databases, and nothing else: the tenant database and the master's
 * other rows of the store stay.
 *
 * @param left  filled in when 0 is returned; may be NULL, which saves the requests.
 * @return STORE_NOT_FOUND when there was no such row.
 */
SUPA_API int supa_store_remove(
    supa_manager *manager, const char *store_id, supa_store_left *left, supa_error *error);

/** Which stores a list is of. */
typedef enum supa_stores {
    SUPA_STORES_OPERATING = 0, /**< those that can be leased: a status in which stores operate
                                  (supa_manager_options.statuses), stores.is_active
                                  and store_databases.is_active true, database_type "supabase" */
    SUPA_STORES_ALL = 1        /**< all that the registry has */
} supa_stores;

/**
 * The registry's rows, to the end: store_id, database_type, host, is_active, connection_status,
 * last_connection_test, schema_version, last_migration_at, updated_at, and `stores` with slug, name,
 * status, is_active. In the order of store_id. Never the credentials.
 *
 * @param filters, n  further conditions, on columns of store_databases or, as "stores.slug", of stores.
 */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_store_list(supa_manager *manager, supa_stores which, const supa_condition *filters, size_t n);

/**
 * One row of the registry: all columns of its table but the credentials, `stores` as in
 * supa_store_list, and of the envelope its `envelope_version` (null when it is none) and
 * `envelope_key` (the key's id, null for version 1).
 */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_store_info(supa_manager *manager, const char *store_id);

/**
 * The stores whose tenants lag behind: as supa_store_list, those whose schema_version is below the
 * newest `migrations.version` (null counts as 0; has_pending_migration is not looked at).
 *
 * @param newest  set to that version, 0 when there is no migration; may be NULL.
 */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_store_pending(supa_manager *manager, supa_stores which, int64_t *newest);

/** One store's trouble during supa_registry_rekey. */
typedef struct supa_rekey_trouble {
    char store_id[40];
    supa_error error;
} supa_rekey_trouble;

/** How the registry's envelopes are sealed anew. Begin with SUPA_REKEY_OPTIONS_INIT. */
typedef struct supa_rekey_options {
    size_t size;       /**< sizeof(supa_rekey_options); _INIT sets it */
    const char *after; /**< begin behind this store's id, to go on where an earlier run ended; NULL:
                         from the first. A run without it finds what is left as well */
    int32_t dry_run;   /**< 1: open every envelope, write nothing. Default 1 */
    int32_t page;      /**< rows per read. Default 500 */
    /** Told of each store whose envelope does not open; return 0 to go on, anything else to end with
     *  CANCELLED. May be NULL. */
    int (*trouble)(void *user, const supa_rekey_trouble *trouble);
    void *user;
    int32_t version; /**< what is written: a supa_envelope_version. Default version 2 */
    int32_t reserved;
} supa_rekey_options;

#define SUPA_REKEY_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(supa_rekey_options), NULL, 1, 500, NULL, NULL, SUPA_ENVELOPE_V2, 0                  \
    }

/** What supa_registry_rekey did, or found on a dry run. */
typedef struct supa_rekey_report {
    int64_t rows;    /**< looked at */
    int64_t current; /**< in that version, and sealed by the key that seals it, already */
    int64_t sealed;  /**< sealed anew; on a dry run: would be */
    int64_t moved;   /**< replaced by somebody else meanwhile, or gone: left alone */
    int64_t failed;  /**< do not open: left as they are */
    char last[40];   /**< the last store that was looked at, for `after`; or "" */
} supa_rekey_report;

/**
 * Seal every envelope of the registry anew in one version, in the order of store_id: version 2 with the
 * keyring's first key, after a change of keys or to migrate to it; version 1 to go back to it, as long
 * as older programs read the registry.
 * Each row is written for itself, and only if its envelope is still the one that was read; a run that
 * is ended at any point leaves every row open to the keyring, and the next one does what is left.
 * A write that fails in passing (the network, a gateway's 502 to 504) is tried up to 4 times in all.
 * Rows whose envelope is in that version and of that key are not touched. No lease is disturbed: the credentials
 * stay what they are.
 *
 * @param options  NULL: a dry run over all.
 * @param report   filled in, also on failure.
 * @return 0 when the end was reached, even if some envelopes do not open; else why it ended.
 */
SUPA_API int supa_registry_rekey(
    supa_manager *manager, const supa_rekey_options *options, supa_rekey_report *report,
    supa_error *error);

/* ---- The life of a store: its row in stores. */

/** A store to be created. Begin with SUPA_NEW_STORE_INIT. */
typedef struct supa_new_store {
    size_t size;         /**< sizeof(supa_new_store); _INIT sets it */
    const char *user_id; /**< required: its owner */
    const char *slug;    /**< required: unique among all stores */
    const char *name;    /**< NULL: the database's default */
    const char *id; /**< NULL: the database's choice. With an id of one's own, whether an answer
                           that was lost meant success can be found out */
    const char *country; /**< two letters, or NULL */
    const char *email;   /**< store_email, or NULL */
    const char *phone;   /**< or NULL */
} supa_new_store;

#define SUPA_NEW_STORE_INIT                                                                        \
    {                                                                                              \
        sizeof(supa_new_store), NULL, NULL, NULL, NULL, NULL, NULL, NULL                           \
    }

/**
 * Create a store's row: status `pending_database`, not active.
 *
 * @return the new row; CONFLICT naming the slug when it is taken (or the id), DATABASE 23503 when the
 *         user is not there.
 */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_store_create(supa_manager *manager, const supa_new_store *store);

/**
 * Change a store's status, if it is still what the caller believes.
 *
 * @param from, to   statuses as in the column stores.status; both required.
 * @param is_active  1 or 0: set stores.is_active along with it; −1: leave it.
 * @return CONFLICT when the status is another: the message tells which, and error->details is that
 *         status alone. STORE_NOT_FOUND when there is no such store.
 */
SUPA_API int supa_store_set_status(
    supa_manager *manager, const char *store_id, const char *from, const char *to, int is_active,
    supa_error *error);

/**
 * The same for stores.provisioning_status; `completed` also sets provisioning_completed_at to now.
 *
 * @param progress  stores.provisioning_progress, a JSON object, written along with it; NULL leaves it.
 */
SUPA_API int supa_store_set_provisioning(
    supa_manager *manager, const char *store_id, const char *from, const char *to,
    const char *progress, supa_error *error);

/* ---- What every request asks first: of the master. */

/** A store's row in the master's `stores`. */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_master_store(supa_manager *manager, const char *store_id);

/** A user's row in the master's `users`, without its password and token columns. */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_master_user(supa_manager *manager, const char *user_id);

/** A store's subscription, if it is active or on trial; NO_ROWS otherwise. */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_master_subscription(supa_manager *manager, const char *store_id);

/** A balance of credits: the column users.credits, whose null counts as 0. */
typedef struct supa_credit {
    char user_id[40]; /**< whose it is */
    char balance[40]; /**< the exact decimal text, as the server wrote it */
    int64_t cents;    /**< the same in hundredths */
} supa_credit;

/**
 * The credits of a store: its owner's.
 *
 * @param credit  filled in when 0 is returned.
 * @return STORE_NOT_FOUND; MALFORMED for a balance that is no number of hundredths.
 */
SUPA_API int supa_master_credit(
    supa_manager *manager, const char *store_id, supa_credit *credit, supa_error *error);

/** How supa_master_debit ended. 0 is the only one that took the credits for certain. */
typedef enum supa_debit {
    SUPA_DEBIT_DONE = 0,
    SUPA_DEBIT_SHORT = 1,  /**< the balance is too low: nothing was taken */
    SUPA_DEBIT_FAILED = 2, /**< nothing was taken: see the error */
    SUPA_DEBIT_UNKNOWN = 3 /**< the answer was lost, or cannot be read: they may be taken */
} supa_debit;

/** How credits are taken. Begin with SUPA_DEBIT_OPTIONS_INIT. */
typedef struct supa_debit_options {
    size_t size;            /**< sizeof(supa_debit_options); _INIT sets it */
    int32_t allow_negative; /**< 1: the balance may fall below zero. Default 0 */
    int32_t attempts; /**< how often to try when others change the balance meanwhile. Default 100 */
} supa_debit_options;

#define SUPA_DEBIT_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(supa_debit_options), 0, 100                                                         \
    }

/**
 * Take credits of a user, exactly: the balance is written only if it still is the one that was read,
 * so that no debit is lost, however many take at once, in this process and in others. Attempts that
 * others overtook are made again after a short random wait, a quarter of a second at most. A write
 * whose answer was lost is never made again.
 *
 * @param amount   decimal text, above 0, with at most 2 digits behind the point: "12.50".
 * @param options  NULL: never below zero.
 * @param after    filled in with the balance when DONE (after it) or SHORT (as it is); may be NULL.
 * @param error    filled in when FAILED (NO_ROWS: there is no such user; CONFLICT: all attempts were
 *                 overtaken) or UNKNOWN; cleared otherwise.
 */
SUPA_API SUPA_WARN_UNUSED supa_debit supa_master_debit(
    supa_manager *manager, const char *user_id, const char *amount,
    const supa_debit_options *options, supa_credit *after, supa_error *error);

/**
 * Whether a store exists and may operate, by the rules of supa_manager_lease, in one request to the
 * master and without its tenant or its credentials.
 *
 * @return 0 when it may; STORE_NOT_FOUND (it, or a database for it), STORE_SUSPENDED, STORE_INACTIVE,
 *         UNSUPPORTED; or what the request failed with.
 */
SUPA_API int supa_store_check(supa_manager *manager, const char *store_id, supa_error *error);

/** Whether a user has access to a store. Only 0 is a yes. */
typedef enum supa_access {
    SUPA_ACCESS_ROLE = 0,  /**< yes, in the role that is told */
    SUPA_ACCESS_NONE = 1,  /**< no */
    SUPA_ACCESS_FAILED = 2 /**< it could not be found out: see the error */
} supa_access;

/** Bytes of a role's name, its NUL included. */
#define SUPA_ROLE_SIZE 52

/** Who has access. Begin with SUPA_ACCESS_POLICY_INIT. */
typedef struct supa_access_policy {
    size_t size;              /**< sizeof(supa_access_policy); _INIT sets it */
    const char *const *roles; /**< roles of store_teams that suffice; NULL with 0: any role */
    size_t role_count;        /**< how many */
    int32_t need_active; /**< 1: nobody has access to a store whose is_active is not true, its owner
                                included. Default 0 */
    int32_t reserved;
} supa_access_policy;

#define SUPA_ACCESS_POLICY_INIT                                                                    \
    {                                                                                              \
        sizeof(supa_access_policy), NULL, 0, 0, 0                                                  \
    }

/**
 * Which access a user has to a store: its owner (stores.user_id) has the role "owner"; else a row in
 * store_teams gives its role, if its status is `active`, it is switched on, and the policy takes the
 * role. A store that is not there gives access to nobody.
 *
 * @param policy  NULL: SUPA_ACCESS_POLICY_INIT.
 * @param role    set to the role, or "" without one; may be NULL.
 * @param error   filled in when FAILED, else cleared; may be NULL.
 */
SUPA_API SUPA_WARN_UNUSED supa_access supa_store_access(
    supa_manager *manager, const char *store_id, const char *user_id,
    const supa_access_policy *policy, char role[SUPA_ROLE_SIZE], supa_error *error);

/* ---- The same of a tenant, always for the store alone. */

/** Which products. Begin with SUPA_PRODUCT_FILTER_INIT; what is NULL is not asked. */
typedef struct supa_product_filter {
    size_t size;             /**< sizeof(supa_product_filter); _INIT sets it */
    const char *status;      /**< "active" */
    const char *category_id; /**< in category_ids */
    const char
        *search; /**< a user's text, anywhere in a translated name, in any case. The names that
                               match come along as `found` (language_code, name) */
    const char *language; /**< search in this language only */
    const char *columns;  /**< as in supa_select. Default "*" */
    int64_t limit;        /**< Default 100; 0: as many as the server gives */
    int64_t offset;       /**< rows to pass over */
    int32_t counted;      /**< 1: supa_response_count tells how many match in all. Default 0 */
    int32_t reserved;
} supa_product_filter;

#define SUPA_PRODUCT_FILTER_INIT                                                                   \
    {                                                                                              \
        sizeof(supa_product_filter), NULL, NULL, NULL, NULL, "*", 100, 0, 0, 0                     \
    }

/** A store's products, the newest first. @p filter may be NULL. */
SUPA_API SUPA_WARN_UNUSED supa_response *supa_tenant_products(
    supa_manager *manager, const char *store_id, const supa_product_filter *filter);

/** One product of a store. */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_tenant_product(supa_manager *manager, const char *store_id, const char *product_id);

/** Which orders. Begin with SUPA_ORDER_FILTER_INIT; what is NULL is not asked. */
typedef struct supa_order_filter {
    size_t size;             /**< sizeof(supa_order_filter); _INIT sets it */
    const char *status;      /**< one of the database's enum; another is DATABASE 22P02 */
    const char *customer_id; /**< of this customer */
    const char *columns;     /**< as in supa_select. Default "*" */
    int64_t limit;           /**< Default 100; 0: as many as the server gives */
    int64_t offset;          /**< rows to pass over */
    int32_t counted;         /**< 1: supa_response_count tells how many match in all. Default 0 */
    int32_t reserved;
} supa_order_filter;

#define SUPA_ORDER_FILTER_INIT                                                                     \
    {                                                                                              \
        sizeof(supa_order_filter), NULL, NULL, "*", 100, 0, 0, 0                                   \
    }

/** A store's orders (sales_orders), the newest first. @p filter may be NULL. */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_tenant_orders(supa_manager *manager, const char *store_id, const supa_order_filter *filter);

/** One order of a store. */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_tenant_order(supa_manager *manager, const char *store_id, const char *order_id);

/** Which customers. Begin with SUPA_CUSTOMER_FILTER_INIT; what is NULL is not asked. */
typedef struct supa_customer_filter {
    size_t size;         /**< sizeof(supa_customer_filter); _INIT sets it */
    const char *email;   /**< a user's text, anywhere in the address, in any case */
    const char *columns; /**< as in supa_select. Default "*" */
    int64_t limit;       /**< Default 100; 0: as many as the server gives */
    int64_t offset;      /**< rows to pass over */
    int32_t counted;     /**< 1: supa_response_count tells how many match in all. Default 0 */
    int32_t reserved;
} supa_customer_filter;

#define SUPA_CUSTOMER_FILTER_INIT                                                                  \
    {                                                                                              \
        sizeof(supa_customer_filter), NULL, "*", 100, 0, 0, 0                                      \
    }

/** A store's customers, the newest first. @p filter may be NULL. */
SUPA_API SUPA_WARN_UNUSED supa_response *supa_tenant_customers(
    supa_manager *manager, const char *store_id, const supa_customer_filter *filter);

/** One customer of a store. */
SUPA_API SUPA_WARN_UNUSED supa_response *
supa_tenant_customer(supa_manager *manager, const char *store_id, const char *customer_id);

/* ---- Many at once. */

/** One of several questions that are asked together. */
typedef struct supa_question {
    supa_query *query;    /**< a query; or, with a store_id, a template. Consumed, and NULL then */
    const char *store_id; /**< the store whose tenant is asked; NULL: whom the query is bound to */
    supa_response *response; /**< set to the answer, which is the caller's; never NULL */
} supa_question;

/**
 * Ask the master and tenants side by side, and wait for all answers. Tenants are leased meanwhile, so
 * that one operation on both sides takes as long as its slowest part.
 *
 * @param manager    leases the tenants; may be NULL when no question names a store.
 * @param questions  each is asked for itself: one that fails leaves the others be.
 * @param deadline   by which all is done, leases included; it takes the place of a query's own, whose
 *                   time counts as well. {0} is never.
 * @param cancel     ends all that is not answered, in place of a query's own token; may be NULL.
 * @return 0 when all succeeded, else the code of the first question in the list that did not, with
 *         @p error filled in.
 */
SUPA_API int supa_together(
    supa_manager *manager, supa_question *questions, size_t n, supa_deadline deadline,
    supa_cancel *cancel, supa_error *error);

/** Whom a fan-out asks, and for how long. Begin with SUPA_FANOUT_OPTIONS_INIT. */
typedef struct supa_fanout_options {
    size_t size; /**< sizeof(supa_fanout_options); _INIT sets it */
    const char *const
        *store_ids; /**< the stores, UUIDs; NULL: those of the registry that `which` and
                                       the filters say */
    size_t count;   /**< how many store_ids */
    const supa_condition *filters; /**< as in supa_store_list; not for store_ids */
    size_t filter_count;           /**< how many */
    int32_t which;                 /**< a supa_stores. Default SUPA_STORES_OPERATING */
    int32_t page;                  /**< stores per read of the registry, at least 1. Default 500 */
    int64_t in_flight; /**< stores at once: 1 to 4,096. Default 64. Of them, 32 to one host */
    int64_t
        store_ms; /**< for each store, lease and answer together. Default 10,000; 0: no bound but
                            the client's and the template's times */
    int64_t deadline_ms; /**< for all of it. Default 0: no bound */
    supa_cancel *cancel; /**< ends all of it; may be NULL. A callback may fire it */
} supa_fanout_options;

#define SUPA_FANOUT_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(supa_fanout_options), NULL, 0, NULL, 0, SUPA_STORES_OPERATING, 500, 64, 10000, 0,   \
            NULL                                                                                   \
    }

/** How a fan-out went. */
typedef struct supa_fanout_report {
    int64_t asked;          /**< stores that were begun with, */
    int64_t ok;             /**< … of them, those that answered with success, */
    int64_t failed;         /**< … and those that did not, or could not be leased */
    int64_t skipped;        /**< stores that were called back without being asked: it was over */
    char first_store[40];   /**< the first that was called back with an error, or "" */
    supa_error first_error; /**< that error; cleared when there was none */
} supa_fanout_report;

/** One store's answer: @p response is the callback's to free, and says itself whether all is well; a
 *  failed lease is a failed response. @p store_id, in lower case, is valid during the call. */
typedef void (*supa_fanout_each)(void *user, const char *store_id, supa_response *response);

/**
 * Ask one template of many stores, on the calling thread: in_flight of them at once, leased without
 * blocking, called back as their answers come, while further stores are read from the registry. Each
 * store that is known is called back exactly once, also those whose turn never comes (CANCELLED or
 * TIMEOUT, outcome NOT_SENT); what fails at one store is its own and ends nothing.
 *
 * A store of the registry is passed over or taken as it is when its page is read; one that stops
 * operating meanwhile fails with its own error. A store_id that stands in the list twice is asked twice.
 *
 * @param template_query  stays the caller's; a read, a write or a function. Its own deadline and token
 *                        give way to the options'.
 * @param options         NULL for the defaults: all stores that operate.
 * @param each            as supa_multi_done, it may make blocking calls, which hold up the others.
 * @param report          filled in, also on failure; may be NULL.
 * @return 0 when all stores were asked, however they answered. CANCELLED or TIMEOUT when it was over
 *         before; what reading the registry failed with (stores read before are asked all the same);
 *         before anything is sent: ARGUMENT (also a store_id that is no UUID), the template's own
 *         mistake, NO_MEMORY.
 */
SUPA_API int supa_fanout(
    supa_manager *manager, const supa_query *template_query, const supa_fanout_options *options,
    supa_fanout_each each, void *user, supa_fanout_report *report, supa_error *error);

#ifdef __cplusplus
}
#endif

#endif
