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
} supa_manager_options;

#define SUPA_MANAGER_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(supa_manager_options), NULL, NULL, NULL, SUPA_SCOPE_NONE, 0, 16384, 3600000, NULL,  \
            NULL, SUPA_SCOPE_ENFORCE, SUPA_SCOPE_INHERIT, SUPA_SCOPE_OFF, 0                        \
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

/**
 * Forget what is cached of a store, or of all (NULL), so that the next lease asks the master. A
 * lookup that is under way is not used for callers that come after this call returns.
 */
SUPA_API void supa_manager_forget(supa_manager *manager, const char *store_id);

#ifdef __cplusplus
}
#endif

#endif
