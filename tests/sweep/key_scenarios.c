/* SPDX-License-Identifier: MIT */
/* Keyrings and envelopes. */
#include "sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const unsigned char key[SUPA_KEY_BYTES] = {7, 8, 9};

static int new_keyring(struct place *place, supa_error *error)
{
    supa_keyring *keyring = supa_keyring_new(error);
    int code = keyring != NULL ? SUPA_OK : error->code;

    (void)place;
    if (code == SUPA_OK)
        code = supa_keyring_add(keyring, "k1", key, sizeof key, error);
    if (code == SUPA_OK)
        code = supa_keyring_add(keyring, "k2", key, sizeof key, error);
    if (code == SUPA_OK)
        code = supa_keyring_add_v1(keyring, key, sizeof key, error);
    supa_keyring_free(keyring);
    return code;
}

static int from_text(struct place *place, supa_error *error)
{
    supa_keyring *keyring = supa_keyring_from_text(SWEEP_KEY, error);

    (void)place;
    supa_keyring_free(keyring);
    return keyring != NULL ? SUPA_OK : error->code;
}

/* The file is made before anything fails: its name is the process's. */
static const char *key_file(void)
{
    static char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/tmp/supa-sweep-%ld", (long)getpid());
    umask(077);
    file = fopen(path, "w");
    if (file != NULL) {
        fputs(SWEEP_KEY "\n", file);
        fclose(file);
    }
    return path;
}

static int from_file(struct place *place, supa_error *error)
{
    const char *path = key_file();
    supa_keyring *keyring = supa_keyring_from_file(path, error);

    (void)place;
    unlink(path);
    supa_keyring_free(keyring);
    return keyring != NULL ? SUPA_OK : error->code;
}

static int generate(struct place *place, supa_error *error)
{
    char text[128];

    (void)place;
    return supa_key_generate("k9", text, sizeof text, error);
}

static int ended(char *text, const char *start, supa_error *error)
{
    int code = text == NULL ? error->code : SUPA_OK;

    if (text != NULL && strncmp(text, start, strlen(start)) != 0)
        code = SWEEP_WRONG;
    supa_text_free(text);
    return code;
}

static int seal(struct place *place, supa_error *error)
{
    return ended(
        supa_envelope_seal(
            place->keyring, "supabase", SWEEP_STORE, SWEEP_PLAIN, strlen(SWEEP_PLAIN), error),
        "supa2.k1.", error);
}

static int seal_v1(struct place *place, supa_error *error)
{
    if (place->sealed_v1[0] == '\0') /* a build without libcrypto */
        return SUPA_OK;
    return ended(
        supa_envelope_seal_as(
            place->keyring, SUPA_ENVELOPE_V1, "supabase", SWEEP_STORE, SWEEP_PLAIN,
            strlen(SWEEP_PLAIN), error),
        "", error);
}

static int is_plain(void *user, const char *plaintext, size_t length)
{
    (void)user;
    return length > 0 && plaintext[0] == '{' ? 0 : 1;
}

static int opened(struct place *place, const char *envelope, supa_error *error)
{
    int read = supa_envelope_open(
        place->keyring, "supabase", SWEEP_STORE, envelope, is_plain, NULL, error);

    return read == -1 && error->code != SUPA_OK ? error->code : read == 0 ? SUPA_OK : SWEEP_WRONG;
}

static int open_one(struct place *place, supa_error *error)
{
    return opened(place, place->envelope, error);
}

static int open_v1(struct place *place, supa_error *error)
{
    if (place->sealed_v1[0] == '\0')
        return SUPA_OK;
    return opened(place, place->sealed_v1, error);
}

static int rewrap(struct place *place, supa_error *error)
{
    const char *old = place->sealed_v1[0] != '\0' ? place->sealed_v1 : place->envelope;

    return ended(
        supa_envelope_rewrap(place->keyring, "supabase", SWEEP_STORE, old, SUPA_ENVELOPE_V2, error),
        "supa2.k1.", error);
}

static int info(struct place *place, supa_error *error)
{
    char id[SUPA_KEY_ID_SIZE];
    int version;

    return supa_envelope_info(place->envelope, &version, id, error);
}

static const struct scenario all[] = {
    {"a keyring", NEEDS_NOTHING, new_keyring, NULL, 0, 0},
    {"a keyring of a text", NEEDS_NOTHING, from_text, NULL, 0, 0},
    {"a keyring of a file", NEEDS_NOTHING, from_file, NULL, 0, 0},
    {"a new key", NEEDS_NOTHING, generate, NULL, 0, 0},
    {"sealing", NEEDS_MANAGER, seal, NULL, 0, 0},
    {"sealing in version 1", NEEDS_MANAGER, seal_v1, NULL, 0, 0},
    {"opening", NEEDS_MANAGER, open_one, NULL, 0, 0},
    {"opening version 1", NEEDS_MANAGER, open_v1, NULL, 0, 0},
    {"sealing anew", NEEDS_MANAGER, rewrap, NULL, 0, 0},
    {"an envelope's description", NEEDS_MANAGER, info, NULL, 0, 0},
};

const struct scenarios sweep_keys = SCENARIOS("keys", all);
