/* SPDX-License-Identifier: MIT */
/* Envelopes for a program that is not C. Takes lines of COMMAND<TAB>STORE_ID<TAB>TEXT:
 *
 *     open    the envelope's plaintext
 *     seal1   the text sealed in version 1, seal2: in version 2
 *     wrap1   the envelope sealed anew in version 1, wrap2: in version 2
 *
 * and answers each with a line "ok<TAB>TEXT" or "CODE<TAB>message". The keys are those of the
 * environment: ENCRYPTION_KEY in base64, and SUPA_KEYRING_FILE. Uses the public interface only. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/supa.h>

#define TYPE "supabase"

static int print(void *user, const char *plaintext, size_t length)
{
    (void)user;
    return printf("ok\t%.*s\n", (int)length, plaintext) < 0;
}

static void answer(char *envelope, const supa_error *error)
{
    if (envelope != NULL)
        printf("ok\t%s\n", envelope);
    else
        printf("%s\t%s\n", supa_code_name((supa_code)error->code), error->message);
    supa_text_free(envelope);
}

static void
obey(const supa_keyring *keyring, const char *command, const char *store, const char *text)
{
    int version = command[4] == '1' ? SUPA_ENVELOPE_V1 : SUPA_ENVELOPE_V2;
    supa_error error = {0};

    if (strcmp(command, "open") != 0)
        answer(
            command[0] == 's'
                ? supa_envelope_seal_as(keyring, version, TYPE, store, text, strlen(text), &error)
                : supa_envelope_rewrap(keyring, TYPE, store, text, version, &error),
            &error);
    else if (supa_envelope_open(keyring, TYPE, store, text, print, NULL, &error) != 0)
        answer(NULL, &error);
}

static supa_keyring *keyring_of_environment(supa_error *error)
{
    const char *path = getenv("SUPA_KEYRING_FILE"), *text = getenv("ENCRYPTION_KEY");
    unsigned char key[SUPA_KEY_BYTES];
    size_t length = 0;
    supa_keyring *keyring = supa_keyring_from_file(path, error);

    if (keyring == NULL || text == NULL)
        return keyring;
    sodium_base642bin(
        key, sizeof key, text, strlen(text), NULL, &length, NULL, sodium_base64_VARIANT_ORIGINAL);
    if (supa_keyring_add_v1(keyring, key, length, error) == SUPA_OK)
        return keyring;
    supa_keyring_free(keyring);
    return NULL;
}

int main(void)
{
    supa_error error;
    supa_keyring *keyring = keyring_of_environment(&error);
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    if (keyring == NULL) {
        fprintf(stderr, "envelope: %s\n", error.message);
        return 1;
    }
    while ((length = getline(&line, &size, stdin)) > 0) {
        char *store = strchr(line, '\t'), *text = store != NULL ? strchr(store + 1, '\t') : NULL;

        line[length - 1] = '\0';
        if (text == NULL)
            return 2;
        *store = *text = '\0';
        obey(keyring, line, store + 1, text + 1);
    }
    free(line);
    supa_keyring_free(keyring);
    return 0;
}
