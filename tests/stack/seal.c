/* SPDX-License-Identifier: MIT */
/* Seals credentials for the stack's databases:
 *
 *     seal KEYRING_FILE < lines of STORE_ID<TAB>DATABASE_TYPE<TAB>CREDENTIALS_JSON
 *
 * writes a line STORE_ID<TAB>ENVELOPE for each, in the same order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/supa.h>

/* Ends @text at its first tab; what is behind it, or NULL. */
static char *cut(char *text)
{
    char *tab = strchr(text, '\t');

    if (tab == NULL)
        return NULL;
    *tab = '\0';
    return tab + 1;
}

static int fail(size_t number, const char *message)
{
    fprintf(stderr, "seal: line %zu: %s\n", number, message);
    return 1;
}

static int seal_line(const supa_keyring *keyring, char *line, size_t length, size_t number)
{
    supa_error error;
    char *type, *plaintext, *envelope;

    if (length > 0 && line[length - 1] == '\n')
        line[--length] = '\0';
    if (strlen(line) != length)
        return fail(number, "a NUL byte");
    type = cut(line);
    plaintext = type == NULL ? NULL : cut(type);
    if (plaintext == NULL || *plaintext == '\0')
        return fail(number, "not STORE_ID<TAB>DATABASE_TYPE<TAB>CREDENTIALS_JSON");
    envelope = supa_envelope_seal(keyring, type, line, plaintext, strlen(plaintext), &error);
    if (envelope == NULL)
        return fail(number, error.message);
    printf("%s\t%s\n", line, envelope);
    supa_text_free(envelope);
    return 0;
}

static int seal_lines(const supa_keyring *keyring)
{
    char *line = NULL;
    size_t size = 0, number = 0;
    ssize_t length;
    int failed = 0;

    while (!failed && (length = getline(&line, &size, stdin)) >= 0)
        failed = seal_line(keyring, line, (size_t)length, ++number);
    if (!failed && ferror(stdin))
        failed = fail(number + 1, "standard input cannot be read");
    free(line);
    return failed;
}

int main(int argc, char **argv)
{
    supa_error error;
    supa_keyring *keyring;
    int failed;

    if (argc != 2) {
        fputs("usage: seal KEYRING_FILE\n", stderr);
        return 2;
    }
    keyring = supa_keyring_from_file(argv[1], &error);
    if (keyring == NULL) {
        fprintf(stderr, "seal: %s\n", error.message);
        return 1;
    }
    failed = seal_lines(keyring);
    supa_keyring_free(keyring);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("seal: standard output cannot be written\n", stderr);
        failed = 1;
    }
    return failed;
}
