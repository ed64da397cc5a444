/* SPDX-License-Identifier: MIT */
/* Keys and envelopes: keygen, seal, open, rekey. */
#include "commands.h"
#include "credentials.h"
#include "fail.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where others may read it, a key is none. */
static int open_key_file(const char *path, FILE **out)
{
    struct stat facts;
    int fd;

    *out = stdout;
    if (path == NULL || strcmp(path, "-") == 0) {
        if (fstat(STDOUT_FILENO, &facts) == 0 && S_ISREG(facts.st_mode) &&
            (facts.st_mode & 077) != 0)
            return misuse(
                "umask 077 first, or --to FILE",
                "others may read the file that the key would go to");
        return 0;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    return *out != NULL ? 0 : trouble("%s: %s", path, strerror(errno));
}

int command_keygen(struct session *session)
{
    const struct options *options = session->options;
    const char *id = options->argument_count > 0 ? options->arguments[0] : "k1";
    char key[128];
    supa_error error;
    FILE *stream;
    int status;

    if (options->argument_count > 1)
        return misuse(NULL, "one id at a time");
    if (supa_key_generate(id, key, sizeof key, &error) != SUPA_OK)
        return tell_error(&error);
    status = open_key_file(options->to, &stream);
    if (status != 0) {
        explicit_bzero(key, sizeof key);
        return status;
    }
    fprintf(stream, "%s\n", key);
    explicit_bzero(key, sizeof key);
    if ((stream == stdout ? fflush(stream) : fclose(stream)) != 0)
        return trouble("the key cannot be written: %s", strerror(errno));
    return 0;
}

static const char *type_of(const struct options *options)
{
    return options->type != NULL ? options->type : "supabase";
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
        status = envelope != NULL ? printf("%s\n", envelope) < 0 : tell_error(&error);
    }
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
    int status = options->argument_count == 2 ? session_store_id(session, options->arguments[0], id)
                                              : misuse(NULL, "open STORE ENVELOPE|-");

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
