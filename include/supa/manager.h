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
#include <supa/query.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct supa_keyring supa_keyring;
typedef struct supa_manager supa_manager;

/** Bytes of an encryption key. */
#define SUPA_KEY_BYTES 32

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
 *         ARGUMENT (also when the keyring is empty), NO_MEMORY.
 */
SUPA_API SUPA_WARN_UNUSED char *supa_envelope_seal(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const void *plaintext, size_t length, supa_error *error);

/**
 * Open an envelope. The plaintext is shown to @p read in guarded memory, which is wiped as soon as
 * it returns: it never touches the heap unless @p read copies it.
 *
 * @param read  called once, on success, with the plaintext and a NUL behind it.
 * @return what @p read returned, or −1 with @p error filled in: CREDENTIALS (malformed, cut short,
 *         sealed for another store or with a key that is not the keyring's), UNSUPPORTED (an
 *         envelope of another version), ARGUMENT, NO_MEMORY.
 */
SUPA_API int supa_envelope_open(
    const supa_keyring *keyring, const char *database_type, const char *store_id,
    const char *envelope, int (*read)(void *user, const char *plaintext, size_t length), void *user,
    supa_error *error);

/** Which tables a manager's clients may ask for. */
typedef enum supa_scope_kind {
    SUPA_SCOPE_NONE = 0,    /**< nothing is checked, and no query is kept to its store */
    SUPA_SCOPE_PLATFORM = 1 /**< the platform's tables; a table of the other side is refused */
} supa_scope_kind;

/*
 * What SUPA_SCOPE_PLATFORM does: a table of the other side, or of neither, is refused before anything
 * is sent. On a tenant's client, tables that carry `store_id` are read, changed and deleted for the
 * client's store only, and rows that are inserted are given it; tables without that column
 * (product_translations, …), and a tenant's own copies of `stores` and `users`, are as they are.
 */

/** How a manager is made. Begin with SUPA_MANAGER_OPTIONS_INIT. Everything is copied or counted. */
typedef struct supa_manager_options {
    size_t size;                       /**< sizeof(supa_manager_options); _INIT sets it */
    const supa_client_options *master; /**< required: how to reach the master */
    const supa_client_options *tenant; /**< defaults for tenants, or NULL; their url, key, token,
                                  schema and rest_path come from the credentials and stay as in
                                  _INIT here */
    supa_keyring *keyring;             /**< required; the manager takes a reference */
    int32_t scope;                     /**< a supa_scope_kind. Default none */
    int32_t reserved;
    int64_t cache_max; /**< cached stores. Default 8,192: each takes four of a process's mappings,
                             of which Linux allows 65,530. 0 caches none, −1 is no limit */
    int64_t ttl_ms;    /**< how long a store is cached, less up to 10 %. Default 3,600,000 */
} supa_manager_options;

#define SUPA_MANAGER_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(supa_manager_options), NULL, NULL, NULL, SUPA_SCOPE_NONE, 0, 8192, 3600000          \
    }

/**
 * Make a manager. Nothing is sent.
 *
 * @return a manager of the caller's for supa_manager_free; NULL with @p error filled in on failure.
 */
SUPA_API SUPA_WARN_UNUSED supa_manager *
supa_manager_new(const supa_manager_options *options, supa_error *error);

/**
 * Make a manager from the environment, with the platform's tables enforced:
 * MASTER_SUPABASE_URL, MASTER_SUPABASE_SERVICE_KEY, and SUPA_KEYRING_FILE or SUPA_KEYRING.
 * For servers of one's own: SUPA_ALLOW_PLAIN_HTTP=1 and SUPA_ALLOW_PRIVATE=1, for all clients.
 *
 * @return as supa_manager_new; ARGUMENT names the variable that is missing or wrong.
 */
SUPA_API SUPA_WARN_UNUSED supa_manager *supa_manager_from_env(supa_error *error);

/** End a manager. Leases, and references to its master client, stay valid. NULL is allowed. Once no
 *  other thread calls it any more. */
SUPA_API void supa_manager_free(supa_manager *manager);

/** The master's client, borrowed from the manager. */
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
 * Forget what is cached of a store, or of all (NULL), so that the next lease asks the master. A
 * lookup that is under way is not used for callers that come after this call returns.
 */
SUPA_API void supa_manager_forget(supa_manager *manager, const char *store_id);

#ifdef __cplusplus
}
#endif

#endif
