/* SPDX-License-Identifier: MIT */
/* Keys and envelopes: keygen, seal, open, rekey. */
#include "commands.h"
#include "credentials.h"
#include "fail.h"
#include "target.h"
#include "text.h"

#include <errno.h>
#include <string.h>

/* Whether an entry "id:…" stands in a keyring's text. */
static int has_key(const struct text *keyring, const char *id)
{
    const size_t length = strlen(id);

    for (const char *at = keyring->data; at != NULL && *at != '\0';) {
        at += strspn(at, ", \t\r\n");
        if (strncmp(at, id, length) == 0 && at[length] == ':')
            return 1;
        at += strcspn(at, ",\n");
    }
    return 0;
}

static void choose_id(const struct text *keyring, char id[SUPA_KEY_ID_SIZE])
{
    int n = 1;

    do
        snprintf(id, SUPA_KEY_ID_SIZE, "k%d", n++);
    while (has_key(keyring, id));
}

/* The keyring with one more key, or an exit status and the trouble is told. */
static int put_key(struct text *keyring, const char *id)
{
    char key[128];
    supa_keyring *whole;
    supa_error error;

    if (supa_key_generate(id, key, sizeof key, &error) != SUPA_OK)
        return tell_error(&error);
    if (keyring->length != 0 && keyring->data[keyring->length - 1] != '\n')
        text_putc(keyring, '\n');
    text_puts(keyring, key);
    text_putc(keyring, '\n');
    explicit_bzero(key, sizeof key);
    whole = supa_keyring_from_text(keyring->data, &error);
    supa_keyring_free(whole);
    return whole != NULL ? 0 : tell_error(&error);
}

/* Behind the keys that are there: processes that have the old file only cannot open what it seals. */
static int add_key(const struct options *options, const char *id)
{
    struct text keyring = {0};
    struct target target;
    char chosen[SUPA_KEY_ID_SIZE];
    int status;

    if (options->to == NULL || strcmp(options->to, "-") == 0)
        return misuse("supa keygen --add --to FILE", "which keyring?");
    if (text_read_file(&keyring, options->to) != 0)
        return EXIT_OTHER;
    choose_id(&keyring, chosen);
    id = id != NULL ? id : chosen;
    status = put_key(&keyring, id);
    if (status == 0)
        status = target_open(&target, options->to);
    if (status == 0) {
        fwrite(keyring.data, 1, keyring.length, target.stream);
        status = target_close(&target, 0);
    }
    text_free(&keyring);
    if (status == 0)
        fprintf(
            stderr,
            "%s is added, and opens; the first key goes on sealing\n"
            "once every process has this file: move the line of %s to its top, and `supa rekey "
            "--write`\n",
            id, id);
    return status;
}

static int new_keyring(const struct options *options, const char *id)
{
    struct text keyring = {0};
    struct target target = {0};
    int status = put_key(&keyring, id != NULL ? id : "k1");

    if (status == 0)
        status = target_open_private(&target, options->to, "key");
    if (status == 0)
        fwrite(keyring.data, 1, keyring.length, target.stream);
    if (status == 0 && (target.path != NULL ? fclose(target.stream) : fflush(stdout)) != 0)
        status = trouble("the key cannot be written: %s", strerror(errno));
    else if (status == EXIT_OTHER && errno == EEXIST)
        advise("a second key goes into it by --add");
    text_free(&keyring);
    return status;
}

int command_keygen(struct session *session)
{
    const struct options *options = session->options;
    const char *id = options->argument_count > 0 ? options->arguments[0] : NULL;

    if (options->argument_count > 1)
        return misuse(NULL, "one id at a time");
    return options->add ? add_key(options, id) : new_keyring(options, id);
}

static const char *type_of(const struct options *options)
{
    return options->type != NULL ? options->type : "supabase";
}

/* To a file of its owner's, if one is named. Sealed as it is, it may go anywhere else. */
static int print_envelope(const struct options *options, const char *envelope)
{
    struct target target = {.stream = stdout};
    int status = 0;

    if (options->to != NULL && strcmp(options->to, "-") != 0)
        status = target_open_private(&target, options->to, "envelope");
    if (status != 0)
        return status;
    fprintf(target.stream, "%s\n", envelope);
    if ((target.path != NULL ? fclose(target.stream) : fflush(stdout)) != 0)
        return trouble("the envelope cannot be written: %s", strerror(errno));
    return 0;
}

/* Whether a client can be made of an envelope, as of a store's own. Nothing is ever sent by it. */
static int try_envelope(
    const struct session *session, supa_keyring *keyring, const char *id, const char *envelope,
    supa_error *error)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_client_options master = SUPA_CLIENT_OPTIONS_INIT, tenant;
    const int status = session_options(session, &tenant);
    supa_manager *manager;
    supa_client *client = NULL;

    if (status != 0 || strcmp(type_of(session->options), "supabase") != 0)
        return status;
    master.url = "https://master.invalid";
    options.master = &master;
    options.tenant = &tenant;
    options.keyring = keyring;
    manager = supa_manager_new(&options, error);
    if (manager != NULL)
        client = supa_manager_open(manager, id, "supabase", envelope, error);
    supa_manager_free(manager);
    if (client == NULL)
        return tell_error(error);
    supa_client_unref(client);
    return 0;
}

int command_seal(struct session *session)
{
    const struct options *options = session->options;
    struct text plaintext = {0};
    supa_keyring *keyring = NULL;
    supa_error error;
    char id[40], *envelope = NULL;
    int status = options->argument_count == 1 ? session_store_id(session, options->arguments[0], id)
                                              : misuse(NULL, "for which store?");

    if (status == 0)
        status = session_keyring(session, &keyring, &error);
    if (status == 0)
        status = credentials_take(options->credentials, 0, &plaintext);
    if (status == 0) {
        envelope = supa_envelope_seal(
            keyring, type_of(options), id, plaintext.data, plaintext.length, &error);
        status = envelope != NULL ? try_envelope(session, keyring, id, envelope, &error)
                                  : tell_error(&error);
    }
    if (status == 0)
        status = print_envelope(options, envelope);
    supa_text_free(envelope);
    supa_keyring_free(keyring);
    text_free(&plaintext);
    return status;
}

static int show_opened(void *user, const char *plaintext, size_t length)
{
    const struct options *options = user;

    if (options->show_keys) {
        fwrite(plaintext, 1, length, stdout);
        putchar('\n');
    } else {
        printf("opens, %zu bytes; --show-keys prints them\n", length);
    }
    return 0;
}

static int open_envelope(
    struct session *session, const supa_keyring *keyring, const char *id, const char *envelope)
{
    char key_id[SUPA_KEY_ID_SIZE];
    supa_error error;
    int version;

    if (supa_envelope_info(envelope, &version, key_id, &error) != SUPA_OK)
        return tell_error(&error);
    fprintf(stderr, "version %d%s%s\n", version, key_id[0] != '\0' ? ", key " : "", key_id);
    if (supa_envelope_open(
            keyring, type_of(session->options), id, envelope, show_opened,
            (void *)(uintptr_t)session->options, &error) != 0)
        return tell_error(&error);
    return 0;
}

int command_open(struct session *session)
{
    const struct options *options = session->options;
    struct text envelope = {0};
    supa_keyring *keyring = NULL;
    supa_error error;
    char id[40];
    struct target target;
    int status = options->argument_count == 2
                     ? 0
                     : misuse("supa open STORE ENVELOPE, - reads it", "which store and envelope?");

    if (status == 0 && options->show_keys)
        status = target_open_private(&target, NULL, "plaintext");
    if (status == 0)
        status = session_store_id(session, options->arguments[0], id);
    if (status == 0)
        status = session_keyring(session, &keyring, &error);
    if (status == 0 && strcmp(options->arguments[1], "-") != 0)
        text_puts(&envelope, options->arguments[1]);
    else if (status == 0)
        status = text_read_file(&envelope, "-") == 0 ? 0 : EXIT_OTHER;
    if (status == 0) {
        text_trim(&envelope);
        status = open_envelope(session, keyring, id, envelope.data);
    }
    supa_keyring_free(keyring);
    text_free(&envelope);
    return status;
}

static int tell_trouble(void *user, const supa_rekey_trouble *trouble)
{
    (void)user;
    fprintf(stderr, "%s: ", trouble->store_id);
    tell_error(&trouble->error);
    return 0;
}

int command_rekey(struct session *session)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    supa_error error;
    int code, status = session_manager(session);

    if (status != 0)
        return status;
    options.after = session->options->after;
    options.dry_run = !session->options->write;
    options.trouble = tell_trouble;
    code = supa_registry_rekey(session->manager, &options, &report, &error);
    printf(
        "%lld envelopes: %lld by the first key already, %lld %s, %lld replaced meanwhile, %lld do "
        "not open\n",
        (long long)report.rows, (long long)report.current, (long long)report.sealed,
        options.dry_run ? "to be sealed anew (--write does it)" : "sealed anew",
        (long long)report.moved, (long long)report.failed);
    if (code != SUPA_OK) {
        if (report.last[0] != '\0')
            fprintf(stderr, "to go on: supa rekey --after %s\n", report.last);
        return tell_error(&error);
    }
    return report.failed != 0 ? EXIT_PARTLY : 0;
}
