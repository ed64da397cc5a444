/* SPDX-License-Identifier: MIT */
/* The encryption keys by id. Each has pages of its own, which cannot be read unless somebody is
 * using that very key; any number of threads may. A child of fork makes a keyring of its own: in its
 * parent's, a key that another thread had open stays open, or locked. */
#ifndef MANAGER_KEYRING_H
#define MANAGER_KEYRING_H

#include <pthread.h>
#include <stddef.h>
#include <supa/manager.h>

#define KEYRING_ID_LENGTH  (SUPA_KEY_ID_SIZE - 1) /* the longest */
#define KEYRING_ID_GRAMMAR "1 to 32 characters of A-Z a-z 0-9 _ -"

struct keyring_key {
    struct keyring_key *next;
    pthread_mutex_t lock; /* over users, and over the protection of bytes */
    unsigned users;
    unsigned char *bytes;           /* SUPA_KEY_BYTES of secret memory, hidden while users is 0 */
    char id[KEYRING_ID_LENGTH + 1]; /* "": the key of version 1 */
};

/* One more reference, for supa_keyring_free. Returns @keyring. */
supa_keyring *keyring_ref(supa_keyring *keyring);

/* 1 when the text is 1 to 32 characters of A–Z a–z 0–9 _ -. */
int keyring_id_valid(const char *id, size_t length);

/* The key that seals; NULL in an empty keyring. Keys live as long as their keyring. */
struct keyring_key *keyring_first(const supa_keyring *keyring);
/* The key of that id, or NULL. */
struct keyring_key *keyring_find(const supa_keyring *keyring, const char *id, size_t length);

/* The key of version 1, or NULL. */
struct keyring_key *keyring_v1(const supa_keyring *keyring);

/* Adds a key that is written in standard base64, with its padding and nothing around it. The id is
 * valid and free; "" is for the key of version 1. 0, NO_MEMORY, or ARGUMENT: not that of a key. */
int keyring_add_base64(
    supa_keyring *keyring, const char *id, size_t id_length, const char *text, size_t length);

/* The key's bytes, to be read until keyring_key_close; NULL when memory is gone. */
const unsigned char *keyring_key_open(struct keyring_key *key);
/* The last one who closes it hides it. */
void keyring_key_close(struct keyring_key *key);

#endif
