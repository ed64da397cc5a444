/* SPDX-License-Identifier: MIT */
#include "fail.h"

#include "words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const unsigned char statuses[] = {
    [SUPA_OK] = EXIT_FINE,
    [SUPA_ERROR_ARGUMENT] = EXIT_USAGE,
    [SUPA_ERROR_NO_MEMORY] = EXIT_OTHER,
    [SUPA_ERROR_SCOPE] = EXIT_REFUSED,
    [SUPA_ERROR_UNFILTERED] = EXIT_REFUSED,
    [SUPA_ERROR_URL_TOO_LONG] = EXIT_REFUSED,
    [SUPA_ERROR_NETWORK] = EXIT_UNREACHED,
    [SUPA_ERROR_TLS] = EXIT_UNREACHED,
    [SUPA_ERROR_TIMEOUT] = EXIT_UNREACHED,
    [SUPA_ERROR_CANCELLED] = EXIT_UNREACHED,
    [SUPA_ERROR_BUSY] = EXIT_UNREACHED,
    [SUPA_ERROR_AUTH] = EXIT_KEYS,
    [SUPA_ERROR_DENIED] = EXIT_KEYS,
    [SUPA_ERROR_GATEWAY] = EXIT_UNREACHED,
    [SUPA_ERROR_SERVER] = EXIT_SERVER,
    [SUPA_ERROR_DATABASE] = EXIT_SERVER,
    [SUPA_ERROR_NO_ROWS] = EXIT_NOT_FOUND,
    [SUPA_ERROR_MANY_ROWS] = EXIT_NOT_FOUND,
    [SUPA_ERROR_MALFORMED] = EXIT_OTHER,
    [SUPA_ERROR_TOO_LARGE] = EXIT_OTHER,
    [SUPA_ERROR_NOT_VERIFIED] = EXIT_REFUSED,
    [SUPA_ERROR_STORE_NOT_FOUND] = EXIT_NOT_FOUND,
    [SUPA_ERROR_STORE_INACTIVE] = EXIT_CLOSED,
    [SUPA_ERROR_STORE_SUSPENDED] = EXIT_CLOSED,
    [SUPA_ERROR_HOST_NOT_FOUND] = EXIT_NOT_FOUND,
    [SUPA_ERROR_HOST_REFUSED] = EXIT_REFUSED,
    [SUPA_ERROR_UNSUPPORTED] = EXIT_CLOSED,
    [SUPA_ERROR_CREDENTIALS] = EXIT_KEYS,
    [SUPA_ERROR_CONFLICT] = EXIT_CONFLICT,
};

static int only_reads;

void fail_reads(int is_read)
{
    only_reads = is_read;
}

int status_of(const supa_error *error)
{
    if (error->outcome == SUPA_UNKNOWN && !only_reads)
        return EXIT_UNKNOWN;
    if (error->code < 0 || (size_t)error->code >= sizeof statuses)
        return EXIT_OTHER;
    return statuses[error->code];
}

const char *colour(FILE *stream, enum colour which)
{
    static const char *const sequences[] = {"\033[0m",  "\033[31m", "\033[32m",
                                            "\033[33m", "\033[2m",  "\033[1m"};
    const char *no_colour = getenv("NO_COLOR");

    if ((no_colour != NULL && *no_colour != '\0') || !isatty(fileno(stream)))
        return "";
    return sequences[which];
}

static struct text *kept_message, *kept_hint;
static const char *master_key = "", *server_key = "";

void fail_keep(struct text *message, struct text *hint)
{
    kept_message = message;
    kept_hint = hint;
}

void fail_keys(const char *master, const char *server)
{
    master_key = master;
    server_key = server;
}

static void tell_hint(const char *hint)
{
    if (hint == NULL || *hint == '\0')
        return;
    if (kept_hint != NULL) {
        text_puts(kept_hint, kept_hint->length != 0 ? "; " : "");
        text_puts(kept_hint, hint);
        return;
    }
    fprintf(
        stderr, "  %shint:%s %s\n", colour(stderr, COLOUR_YELLOW), colour(stderr, COLOUR_NONE),
        hint);
}

static void tell_message(const struct text *message)
{
    fflush(stdout);
    if (kept_message != NULL) {
        text_clear(kept_message);
        text_puts(kept_message, message->data);
        return;
    }
    fprintf(
        stderr, "%ssupa:%s %s\n", colour(stderr, COLOUR_RED), colour(stderr, COLOUR_NONE),
        message->data);
}

/* Of the library itself: what it says of its own functions is said of the tool's options. */
static int is_librarys(const supa_error *error)
{
    return error->server_code[0] == '\0' &&
           (error->outcome == SUPA_NOT_SENT || error->code == SUPA_ERROR_ARGUMENT ||
            error->code == SUPA_ERROR_NOT_VERIFIED);
}

/* What the library advises a program to do, where a person does something else. */
static const struct {
    int code;
    const char *part, *hint;
} advice[] = {
    {SUPA_ERROR_UNFILTERED, "supa_all_rows", "add a filter, or --all if every row is meant"},
    {SUPA_ERROR_SCOPE, "supa_manager_lease",
     "--store ID asks a store's tenant, nothing the master; `supa scope TABLE` tells whose it is"},
    {SUPA_ERROR_SCOPE, "supa_own_copy",
     "leave --store out, which asks the master; --own-copy asks for the tenant's own copy"},
    {SUPA_ERROR_SCOPE, "supa_manager_master",
     "leave --store out, which asks the master; `supa scope TABLE` tells whose it is"},
    {SUPA_ERROR_SCOPE, "in on_conflict",
     "--on-conflict store_id,COLUMN names a unique key of one store; --ignore-duplicates leaves "
     "rows that exist"},
    {SUPA_ERROR_SCOPE, "supa_scope_set",
     "list it in an ownership file that SUPA_SCOPE_FILE (scope_file) names; `supa scope "
     "--from-openapi --store ID` prints one; SUPA_SCOPE=warn lets it pass"},
};

/* Of the server's code and words, where it has no hint of its own. */
static const char *server_advice(const supa_error *error)
{
    if (strcmp(error->server_code, "PGRST122") == 0 &&
        strstr(error->details, "max-affected") != NULL)
        return "--max-affected needs PostgREST 12.2; nothing was written";
    return error->hint;
}

/* Where the library has none: a program cannot help it, a person can. */
static const char *own_hint(int code)
{
    if (code == SUPA_ERROR_STORE_INACTIVE)
        return "`supa stores activate` switches them on";
    if (code == SUPA_ERROR_STORE_SUSPENDED)
        return "its row of the master's stores says so; once it may operate: `supa update stores "
               "--eq id=ID status=active is_active:=true`";
    return "";
}

static void put_hint(struct text *out, const supa_error *error)
{
    if (error->hint[0] == '\0')
        text_puts(out, own_hint(error->code));
    for (size_t i = 0; i < sizeof advice / sizeof advice[0]; i++) {
        if (advice[i].code == error->code && strstr(error->hint, advice[i].part) != NULL) {
            text_puts(out, advice[i].hint);
            return;
        }
    }
    if (error->server_code[0] == '\0')
        text_put_plain(out, error->hint);
    else
        text_puts(out, server_advice(error));
}

/* Whether a key was not good enough. The gateway's own hints say less than where it comes from. */
static int is_of_key(const supa_error *error)
{
    if (error->code == SUPA_ERROR_DENIED)
        return error->side != SUPA_SIDE_TENANT;
    return error->code == SUPA_ERROR_AUTH &&
           (error->hint[0] == '\0' || strstr(error->hint, "API key") != NULL ||
            strstr(error->hint, "apikey") != NULL);
}

static void put_key(struct text *out, const supa_error *error)
{
    const char *key = error->side == SUPA_SIDE_MASTER ? master_key : server_key;

    if (error->side == SUPA_SIDE_TENANT) {
        text_puts(out, "the store's key is the registry's; `supa stores rotate` replaces it");
    } else if (*key != '\0') {
        text_puts(
            out, error->side == SUPA_SIDE_MASTER ? "look at the master's key, "
                                                 : "look at the server's key, ");
        text_puts(out, key);
    } else if (error->side == SUPA_SIDE_NONE) {
        text_puts(out, "--key @FILE gives a key, or SUPA_KEY, or key in the config file");
    }
}

int tell_error(const supa_error *error)
{
    struct text message = {0}, hint = {0};

    text_puts(&message, supa_code_name((supa_code)error->code));
    text_puts(&message, error->server_code[0] != '\0' ? " " : "");
    text_puts(&message, error->server_code);
    text_puts(&message, ": ");
    if (is_librarys(error))
        text_put_plain(&message, error->message);
    else
        text_puts(&message, error->message);
    if (error->details[0] != '\0') {
        text_puts(&message, " (");
        text_puts(&message, error->details);
        text_putc(&message, ')');
    }
    if (error->outcome == SUPA_UNKNOWN && !only_reads)
        text_puts(&message, " [sent and not answered: it may have happened]");
    tell_message(&message);
    text_free(&message);
    if (is_of_key(error))
        put_key(&hint, error);
    if (hint.length == 0 || error->code != SUPA_ERROR_AUTH) {
        text_puts(&hint, hint.length != 0 && error->hint[0] != '\0' ? "; " : "");
        put_hint(&hint, error);
    }
    tell_hint(hint.data);
    text_free(&hint);
    return status_of(error);
}

__attribute__((format(printf, 1, 0))) static void tell_format(const char *format, va_list arguments)
{
    struct text message = {0};
    char *line = NULL;

    if (vasprintf(&line, format, arguments) < 0)
        line = NULL;
    text_puts(&message, have(line));
    tell_message(&message);
    text_free(&message);
    free(line);
}

int misuse(const char *hint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    tell_format(format, arguments);
    va_end(arguments);
    tell_hint(hint);
    return EXIT_USAGE;
}

void advise(const char *format, ...)
{
    va_list arguments;
    char *line = NULL;

    va_start(arguments, format);
    if (vasprintf(&line, format, arguments) < 0)
        line = NULL;
    va_end(arguments);
    tell_hint(line);
    free(line);
}

int trouble(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    tell_format(format, arguments);
    va_end(arguments);
    return EXIT_OTHER;
}
