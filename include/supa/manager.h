/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The connection manager: one master client, and a client for each store whose credentials come,
 * sealed, from the master's `store_databases` table. Also the keys and envelopes of those
 * credentials. Everything here may be called from many threads at once, except where it is said.
 */
#ifndef SUPA_MANAGER_H
#define SUPA_MANAGER_H

#include <stddef.h>
#include <stdint.h>
#include <supa/client.h>
#include <supa/error.h>
#include <supa/export.h>
#include <supa/multi.h>
#include <supa/query.h>
#include <supa/scope.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_keyring supa_keyring;
typedef struct supa_manager supa_manager;

/** Bytes of an encryption key. */
#define SUPA_KEY_BYTES 32

/** Bytes that hold any key's id and the NUL behind it. */
#define SUPA_KEY_ID_SIZE 33

/**
 * The forms of sealed credentials. Version 2 is `supa2.<key id>.<base64url>`, bound to its row.
 * Version 1 is what older programs wrote, `<iv>:<tag>:<ciphertext>` in base64, AES-256-GCM with one
 * key without an id, bound to nothing: an envelope copied to another store's row opens there too.
 * Libraries configured without libcrypto neither open nor write it.
 */
typedef enum supa_envelope_version {
    SUPA_ENVELOPE_V1 = 1,
    SUPA_ENVELOPE_V2 = 2
} supa_envelope_version;

/**
 * An empty keyring. Its keys live in guarded memory, which cannot be read while it is idle and is
 * wiped at the end. Fill it before it is shared. A child of fork makes a keyring of its own.
 *
 * @return a keyring of the caller's for supa_keyring_free; NULL with @p error filled in on failure.
 */
SUPA_API SUPA_WARN_UNUSED supa_keyring *supa_keyring_new(supa_error *error);

/**
 * Add a key. The first one seals; all of them open.
 *
 * @param id      1 to 32 characters of A–Z a–z 0–9 _ -, not yet in the keyring.
 * @param key     its SUPA_KEY_BYTES bytes; copied, the caller wipes its own.
 * @param length  must be SUPA_KEY_BYTES.
 * @return 0, or the code with @p error filled in: ARGUMENT, CONFLICT (the id is taken), NO_MEMORY.
 *         Not while other threads use the keyring.
 */
SUPA_API int supa_keyring_add(
    supa_keyring *keyring, const char *id, const void *key, size_t length, supa_error *error);

/**
 * Add the key of version 1, the one that older programs call ENCRYPTION_KEY. It opens envelopes of
 * version 1, seals them where supa_envelope_seal_as or supa_envelope_rewrap is asked to, and is never
 * used for version 2.
 *
 * @param key     its SUPA_KEY_BYTES bytes (not their base64); copied, the caller wipes its own.
 * @param length  must be SUPA_KEY_BYTES.
 * @return 0, or the code with @p error filled in: ARGUMENT, CONFLICT (there is one already),
 *         NO_MEMORY. Not while other threads use the keyring.
 */
SUPA_API int
supa_keyring_add_v1(supa_keyring *keyring, const void *key, size_t length, supa_error *error);

/**
 * A keyring from text: `id:base64` entries, parted by commas or line ends; lines that begin with
 * `#` are comments.
 */
SUPA_API SUPA_WARN_UNUSED supa_keyring *supa_keyring_from_text(const char *text, supa_error *error);

/**
 * The same from a file of at most 64 KiB, read into guarded memory. A file that its group or others
 * may read, write or execute is refused: its mode is 0600 or 0400 (secrets that an orchestrator
 * mounts need that mode too). Pipes and /dev/fd/N are taken as they are.
 */
SUPA_API SUPA_WARN_UNUSED supa_keyring *supa_keyring_from_file(const char *path, supa_error *error);

/** Give the caller's reference back; managers that use the keyring keep theirs. NULL is allowed. */
SUPA_API void supa_keyring_free(supa_keyring *keyring);

/**
 * A new random key as a keyring entry, "id:base64" and a NUL.
 *
 * @param out, size  room for the entry: 80 bytes are always enough. The caller wipes it.
 * @return 0, or the code with @p error filled in.
 */
SUPA_API int supa_key_generate(const char *id, char *out, size_t size, supa_error *error);

/**
 * Seal credentials for one store, with the keyring's first key, as an envelope for
 * `store_databases.connection_string_encrypted`. The envelope opens only for the same store and the
 * same type.
 *
 * Credentials are a JSON object: `projectUrl` and `serviceRoleKey`, and if needed `schema` and
 * `restPath` ("/" for a bare PostgREST). Other fields are kept and not looked at.
 *
 * @param database_type  the row's `database_type`, 1 to 50 bytes: "supabase".
 * @param store_id       the store's UUID.
 * @param plaintext, length  at most 64 KiB.
 * @return a text of the caller's for supa_text_free; NULL with @p error filled in on failure:
 *         ARGUMENT (also when the keyring has no key that seals), NO_MEMORY.
 */
SUPA_API SUPA_WARN_UNUSED char *supa_envelope_seal(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const void *plaintext, size_t length, supa_error *error);

/**
 * The same in a version of the caller's choice: SUPA_ENVELOPE_V1 while an older program still reads
 * the row. That one is sealed with the keyring's key of version 1 and is not bound to the store.
 *
 * @param version    a supa_envelope_version.
 * @param plaintext, length  1 byte to 64 KiB for version 1.
 * @return as supa_envelope_seal; also UNSUPPORTED: version 1 without libcrypto.
 */
SUPA_API SUPA_WARN_UNUSED char *supa_envelope_seal_as(
    const supa_keyring *keyring, int version, const char *database_type, const char *store_id,
    const void *plaintext, size_t length, supa_error *error);

/**
 * Open an envelope. The plaintext is shown to @p read in guarded memory, which is wiped as soon as
 * it returns: it never touches the heap unless @p read copies it.
 *
 * @param read  called once, on success, with the plaintext and a NUL behind it.
 * @return what @p read returned, or −1 with @p error filled in: CREDENTIALS (malformed, cut short, a
 *         short tag, sealed for another store or with a key that is not the keyring's), UNSUPPORTED
 *         (a version that this library does not know, or version 1 without libcrypto), ARGUMENT,
 *         NO_MEMORY.
 */
SUPA_API int supa_envelope_open(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const char *envelope, int (*read)(void *user, const char *plaintext, size_t length), void *user,
    supa_error *error);

/**
 * Seal anew what an envelope holds: after a rotation of keys, or to migrate to version 2 or back. The
 * plaintext stays in guarded memory and is wiped. An envelope of version 1 is bound to no row, so
 * what stands in a store's row becomes that store's: migrate rows that are known to be right.
 *
 * @param version  what to write, a supa_envelope_version.
 * @return a text of the caller's for supa_text_free; NULL with @p error filled in on failure: as
 *         supa_envelope_open and supa_envelope_seal_as.
 */
SUPA_API SUPA_WARN_UNUSED char *supa_envelope_rewrap(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const char *envelope, int version, supa_error *error);

/**
 * What an envelope says of itself, by its form and without a key: whether it is still to be migrated,
 * or names a key that is to be taken away. That it has the form does not mean that it opens.
 *
 * @param version  receives SUPA_ENVELOPE_V1 or SUPA_ENVELOPE_V2; 0 on failure.
 * @param key_id   SUPA_KEY_ID_SIZE bytes, or NULL; receives the id of version 2's key, or "".
 * @return 0, or the code with @p error filled in: CREDENTIALS (no envelope), UNSUPPORTED (a version
 *         that this library does not know), ARGUMENT.
 */
SUPA_API int
supa_envelope_info(const char *envelope, int *version, char *key_id, supa_error *error);

/** Where the names of hosts are looked up: a sum of these. */
typedef enum supa_host_source {
    SUPA_HOSTS_STORE_HOSTNAMES = 1, /**< `store_hostnames`, by `hostname` */
    SUPA_HOSTS_CUSTOM_DOMAINS = 2 /**< `custom_domains_lookup`, by `domain`: active and verified */
} supa_host_source;

/** How a manager is made. Begin with SUPA_MANAGER_OPTIONS_INIT. Everything is copied or counted, but
 *  for the clock's user, which outlives the manager. */
typedef struct supa_manager_options {
    size_t size;                       /**< sizeof(supa_manager_options); _INIT sets it */
    const supa_client_options *master; /**< required: how to reach the master */
    const supa_client_options *tenant; /**< defaults for tenants, or NULL; their url, key, token,
                                  schema and rest_path come from the credentials and stay as in
                                  _INIT here */
    supa_keyring *keyring;             /**< required; the manager takes a reference */
    int32_t scope;                     /**< a supa_scope_kind. Default none */
    int32_t reserved;
    int64_t cache_max; /**< cached stores, of some 2 KB each. Default 16,384. 0 caches none, −1 is
                             no limit */
    int64_t ttl_ms;    /**< how long a store is cached, less up to 10 %. Default 3,600,000 */
    const char *scope_file; /**< with SUPA_SCOPE_FILE: the path of an ownership file, at most 1 MiB,
                               read once; doc/master.md has its form */
    const char *scope_text; /**< the same as a text, in place of a file */
    int32_t scope_mode;     /**< the scope's supa_scope_mode to begin with, not INHERIT. Default
                               enforce */
    int32_t scope_unknown;  /**< the mode of tables in no list: enforce refuses them, off allows
                               them. Default SUPA_SCOPE_INHERIT: as scope_mode */
    int32_t scope_functions; /**< the same of functions in no list, of which a database may have any
                               number of its own. Default off */
    int32_t reserved_scope;
    int64_t
        unknown_ms;   /**< how long it is remembered that a store is unknown, inactive, suspended or
                             unsupported, and that a host is unknown. Default 5,000. Other failures
                             are not remembered */
    int64_t grace_ms; /**< how long a store whose time is over is still served while the master
                             cannot be reached. Default 0 */
    int64_t refresh_ms; /**< how often the master is asked what has changed. Default 30,000; 0: only
                             by supa_manager_refresh */
    int64_t sweep_ms;   /**< how often it is asked which stores are there at all, to find those that
                             were removed. Default 900,000; 0: never */
    int32_t background; /**< 1: a thread of the manager's does that. Default 0: a call of
                             supa_manager_lease or of a host that finds the time come does it, while the
                             other threads go on being served from the cache */
    int32_t host_sources; /**< a sum of supa_host_source. Default both; 0: no hosts */
    const char *const
        *statuses; /**< values of `stores.status` in which a store operates, NULL at the
                             end. Default NULL: "active" and "demo" */
    const char *const
        *host_suffixes;    /**< tenants' hosts end in one of these, NULL at the end: ".supabase.co"
                             is every host below it, "db.example" is itself and every host below it.
                             Others are HOST_REFUSED. Default NULL: any host */
    int32_t allow_private; /**< 1: tenants at private, loopback and other special addresses, as
                             supa_client_options.allow_private of the tenants. Default 0 */
    int32_t reserved_2;
    /** The manager's idea of time, in microseconds from any start, never going back: for tests that
     *  turn it. Called by many threads, also with a lock held: it calls nothing of this library. Default
     *  NULL: the system's. Deadlines of calls are the system's always. */
    int64_t (*clock)(void *user);
    void *clock_user;
} supa_manager_options;

#define SUPA_MANAGER_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(supa_manager_options), NULL, NULL, NULL, SUPA_SCOPE_NONE, 0, 16384, 3600000, NULL,  \
            NULL, SUPA_SCOPE_ENFORCE, SUPA_SCOPE_INHERIT, SUPA_SCOPE_OFF, 0, 5000, 0, 30000,       \
            900000, 0, SUPA_HOSTS_STORE_HOSTNAMES | SUPA_HOSTS_CUSTOM_DOMAINS, NULL, NULL, 0, 0,   \
            NULL, NULL                                                                             \
    }

/**
 * Make a manager. Nothing is sent.
 *
 * @return a manager of the caller's for supa_manager_free; NULL with @p error filled in on failure.
 */
SUPA_API SUPA_WARN_UNUSED supa_manager *
supa_manager_new(const supa_manager_options *options, supa_error *error);

/**
 * Make a manager from the environment, with the platform's tables:
 * MASTER_SUPABASE_URL, MASTER_SUPABASE_SERVICE_KEY, and SUPA_KEYRING_FILE or SUPA_KEYRING. Beside
 * or instead of a keyring, ENCRYPTION_KEY: the key of version 1, 32 bytes in standard base64.
 * SUPA_SCOPE is the scope's mode: enforce (the default), warn or off.
 * For servers of one's own: SUPA_ALLOW_PLAIN_HTTP=1 and SUPA_ALLOW_PRIVATE=1, for all clients.
 *
 * @return as supa_manager_new; ARGUMENT names the variable that is missing or wrong.
 */
SUPA_API SUPA_WARN_UNUSED supa_manager *supa_manager_from_env(supa_error *error);

/**
 * End a manager. Leases, and references to its master client, stay valid. NULL is allowed.
 *
 * No call may begin any more. Calls that wait for a store or a host to be looked up end with CANCELLED;
 * one that is talking to the master ends with its answer. A thread of the manager's is waited for, for
 * 100 ms at most; if it is talking to the master, it ends by itself after that. In a child of fork, where
 * a manager leases nothing, it does nothing.
 */
SUPA_API void supa_manager_free(supa_manager *manager);

/**
 * The master's client, borrowed from the manager. Calls on it beyond max_in_flight are not BUSY: they wait
 * for their turn, by their deadline.
 */
SUPA_API supa_client *supa_manager_master(supa_manager *manager);

/**
 * The client of one store: from the cache, or by one lookup on the master, however many threads ask.
 * It stays valid while it is held, also after the store was forgotten or the manager ended.
 *
 * @param store_id  the store's UUID, 36 characters.
 * @return a reference of the caller's for supa_client_unref; NULL with @p error filled in:
 *         ARGUMENT (no UUID), STORE_NOT_FOUND, STORE_INACTIVE, STORE_SUSPENDED, UNSUPPORTED (another
 *         type of database), CREDENTIALS, HOST_REFUSED, or what the master's query failed with.
 */
SUPA_API SUPA_WARN_UNUSED supa_client *
supa_manager_lease(supa_manager *manager, const char *store_id, supa_error *error);

/** The keyring that the manager was made with, borrowed from it. */
SUPA_API supa_keyring *supa_manager_keyring(supa_manager *manager);

/** The values of `stores.status` in which a store operates, NULL at the end, borrowed from the manager. */
SUPA_API const char *const *supa_manager_statuses(supa_manager *manager);

/**
 * A client made of an envelope, as a lease of the store would make it, but whatever the store's status,
 * and without the cache: to try credentials out before they are stored.
 *
 * @param store_id  the store's UUID, for which the envelope was sealed.
 * @return a client of the caller's for supa_client_unref; NULL with @p error filled in: ARGUMENT (no
 *         UUID), UNSUPPORTED (another type of database), CREDENTIALS, HOST_REFUSED, NO_MEMORY.
 */
SUPA_API SUPA_WARN_UNUSED supa_client *supa_manager_open(
    supa_manager *manager, const char *store_id, const char *database_type, const char *envelope,
    supa_error *error);

/**
 * 1 for a lease that the manager would not give any more: the store's key or address was replaced, its
 * row was changed or removed, or it was forgotten. The lease goes on working as far as its key does;
 * a new one has the new key. 0 for clients that are no leases, and for a lease that only had to make
 * room in the cache, or whose time was over. Any thread.
 */
SUPA_API int supa_client_stale(supa_client *client);

/** Which store a host name leads to. Begin with SUPA_HOST_INIT. */
typedef struct supa_host {
    size_t size;           /**< sizeof(supa_host); _INIT sets it */
    int32_t source;        /**< the supa_host_source that knows it */
    int32_t is_redirect;   /**< 1: a browser is to be sent on to redirect_to */
    char store_id[40];     /**< the store */
    char redirect_to[256]; /**< as it stands in the table: nothing of it is checked or followed */
} supa_host;

#define SUPA_HOST_INIT                                                                             \
    {                                                                                              \
        sizeof(supa_host), 0, 0, "", ""                                                            \
    }

/**
 * Look up which store a host name belongs to: in `store_hostnames`, then in `custom_domains_lookup`.
 * The answer is cached for 5 minutes at most, an unknown name for unknown_ms; what changes in the
 * tables is noticed as for stores.
 *
 * @param hostname  as it stands in a request's Host header: upper case becomes lower, a port and one
 *                  dot at the end are taken off. Letters, digits, "-", "_" and "."; international
 *                  names in their ASCII form.
 * @param host      filled in on success.
 * @return 0, or the code with @p error (may be NULL) filled in: ARGUMENT (no host name),
 *         HOST_NOT_FOUND, or what the master's query failed with.
 */
SUPA_API int supa_manager_resolve_host(
    supa_manager *manager, const char *hostname, supa_host *host, supa_error *error);

/**
 * The client of the store that a host name belongs to: supa_manager_resolve_host, then
 * supa_manager_lease. A redirect is not followed: it is the client of the row's own store.
 *
 * @return a reference of the caller's for supa_client_unref; NULL with @p error filled in, as both do.
 */
SUPA_API SUPA_WARN_UNUSED supa_client *
supa_manager_lease_host(supa_manager *manager, const char *hostname, supa_error *error);

/**
 * The same, by a deadline and until @p cancel (may be NULL) fires: for a call that shares them with its
 * queries (supa_deadline_by, supa_cancel_with).
 */
SUPA_API SUPA_WARN_UNUSED supa_client *supa_manager_lease_by(
    supa_manager *manager, const char *store_id, supa_deadline deadline, supa_cancel *cancel,
    supa_error *error);

/** supa_manager_resolve_host by a deadline, which passes with TIMEOUT. */
SUPA_API int supa_manager_resolve_host_by(
    supa_manager *manager, const char *hostname, supa_deadline deadline, supa_host *host,
    supa_error *error);

/** supa_manager_lease_host by a deadline and until @p cancel (may be NULL) fires: both hold for the name
 *  and for the lease. */
SUPA_API SUPA_WARN_UNUSED supa_client *supa_manager_lease_host_by(
    supa_manager *manager, const char *hostname, supa_deadline deadline, supa_cancel *cancel,
    supa_error *error);

/** A lease, called back. @p client is the callback's to give back by supa_client_unref; NULL: @p error,
 *  which is valid during the call, says why. */
typedef void (*supa_multi_leased)(void *user, supa_client *client, const supa_error *error);

/**
 * Lease without blocking, in a multi: from the cache, or by a lookup that runs among its queries. It
 * counts among supa_multi_count, and is cancelled like a query.
 *
 * @return a ticket; 0, and no callback, as supa_multi_add, or when @p manager is NULL.
 */
SUPA_API uint64_t supa_multi_lease(
    supa_multi *multi, supa_manager *manager, const char *store_id, supa_multi_leased leased,
    void *user);

/** The same, by a deadline and until @p cancel (may be NULL) fires, as supa_manager_lease_by. */
SUPA_API uint64_t supa_multi_lease_by(
    supa_multi *multi, supa_manager *manager, const char *store_id, supa_deadline deadline,
    supa_cancel *cancel, supa_multi_leased leased, void *user);

/** supa_multi_lease by the name of a host, as supa_manager_lease_host. */
SUPA_API uint64_t supa_multi_lease_host(
    supa_multi *multi, supa_manager *manager, const char *hostname, supa_multi_leased leased,
    void *user);

/** The same, by a deadline and until @p cancel (may be NULL) fires, as supa_manager_lease_host_by. */
SUPA_API uint64_t supa_multi_lease_host_by(
    supa_multi *multi, supa_manager *manager, const char *hostname, supa_deadline deadline,
    supa_cancel *cancel, supa_multi_leased leased, void *user);

/**
 * Forget what is cached of a store, or of all (NULL), so that the next lease asks the master. A
 * lookup that is under way is not used for callers that come after this call returns. The host names
 * that lead to it are forgotten, too.
 */
SUPA_API void supa_manager_forget(supa_manager *manager, const char *store_id);

/**
 * Ask the master now what has changed since it was asked last: one small query for each of
 * `store_databases`, `stores`, `store_hostnames` and `custom_domains_lookup`, and 1,000 rows a page if
 * much has. A row in which nothing changed that a client is made of evicts nothing.
 *
 * @return 0, or the code of the first query that failed, with @p error (may be NULL) filled in. What is
 *         cached stays as it is then, and the next time everything is asked for again.
 */
SUPA_API int supa_manager_refresh(supa_manager *manager, supa_error *error);

/**
 * Load many stores into the cache with few requests. Stores that are there already, or are being loaded,
 * are passed over; those that cannot operate are passed over, too, and remembered as such.
 *
 * @param store_ids, n  UUIDs. Beyond cache_max the later ones push out the earlier ones.
 * @return 0 when the master was asked about all of them, or the code with @p error (may be NULL) filled
 *         in: ARGUMENT (one is no UUID; nothing was sent), or what the master's query failed with.
 */
SUPA_API int
supa_manager_warm(supa_manager *manager, const char *const *store_ids, size_t n, supa_error *error);

/** How many numbers there are in supa_manager_stats.errors and .load_buckets. */
#define SUPA_STATS_CODES   32
#define SUPA_STATS_BUCKETS 14

/** What a manager has counted since it was made. Begin with SUPA_MANAGER_STATS_INIT. */
typedef struct supa_manager_stats {
    size_t size;              /**< sizeof(supa_manager_stats); _INIT sets it */
    int64_t hits;             /**< leases from the cache */
    int64_t misses;           /**< leases of a store that was not there, or whose time was over */
    int64_t waits;            /**< leases that waited for a load of somebody else's */
    int64_t refused;          /**< leases refused from memory: unknown, inactive, … stores */
    int64_t loads;            /**< lookups of a store on the master */
    int64_t failures;         /**< … that gave no client */
    int64_t reloads;          /**< … of a store that had been loaded before */
    int64_t evictions;        /**< stores that had to make room */
    int64_t entries;          /**< stores in the cache now */
    int64_t leases;           /**< clients that were handed out */
    int64_t refreshes;        /**< times that the master was asked what has changed */
    int64_t refresh_failures; /**< … without success */
    int64_t changes;          /**< stores that were forgotten for what it said */
    int64_t sweeps;           /**< times that it was asked which stores are there */
    int64_t swept;            /**< stores that were forgotten because they were not */
    int64_t host_hits;        /**< host names from the cache */
    int64_t host_misses;      /**< host names that were looked up */
    int64_t load_us;          /**< microseconds that all loads took together */
    int64_t
        errors[SUPA_STATS_CODES]; /**< failed loads, refreshes and lookups of hosts, by supa_code */
    int64_t load_buckets[SUPA_STATS_BUCKETS]; /**< loads by how long they took: more than the bound
                                                   before, and at most … */
    int64_t load_bounds_ms[SUPA_STATS_BUCKETS]; /**< … this; −1 for the last: no bound */
} supa_manager_stats;

#define SUPA_MANAGER_STATS_INIT                                                                    \
    {                                                                                              \
        sizeof(supa_manager_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {0},     \
            {0},                                                                                   \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/**
 * The manager's numbers, each exact, though not all of the same moment. Takes a look at every cached
 * store: not for every request.
 *
 * @return 0, or SUPA_ERROR_ARGUMENT: no manager, or a struct that _INIT did not fill in.
 */
SUPA_API int supa_manager_stats_get(supa_manager *manager, supa_manager_stats *stats);

/** What a manager has counted of one store. Begin with SUPA_STORE_STATS_INIT. */
typedef struct supa_store_stats {
    size_t size;       /**< sizeof(supa_store_stats); _INIT sets it */
    int64_t hits;      /**< leases from the cache */
    int64_t loads;     /**< lookups on the master that gave a client */
    int64_t reloads;   /**< … of them, those after the first */
    int64_t failures;  /**< lookups that gave none */
    int32_t is_cached; /**< 1: it is in the cache now */
    int32_t reserved;
} supa_store_stats;

#define SUPA_STORE_STATS_INIT                                                                      \
    {                                                                                              \
        sizeof(supa_store_stats), 0, 0, 0, 0, 0, 0                                                 \
    }

/**
 * The numbers of one store since it was first loaded; they go when it has to make room.
 *
 * @return 0, SUPA_ERROR_STORE_NOT_FOUND when nothing is known of it, or SUPA_ERROR_ARGUMENT.
 */
SUPA_API int
supa_manager_store_stats(supa_manager *manager, const char *store_id, supa_store_stats *stats);

/**
 * All of the manager's numbers in Prometheus' text format, without those of single stores.
 *
 * Prometheus: Exposition formats, text-based, 0.0.4.
 *
 * @return a text of the caller's for supa_text_free; NULL when memory is gone or there is no manager.
 */
SUPA_API SUPA_WARN_UNUSED char *supa_manager_stats_text(supa_manager *manager);

#ifdef __cplusplus
}
#endif

#endif
