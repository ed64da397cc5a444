/* SPDX-License-Identifier: MIT */
#include "fail.h"

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

int status_of(const supa_error *error)
{
    if (error->outcome == SUPA_UNKNOWN)
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

static void tell_hint(const char *hint)
{
    if (hint != NULL && *hint != '\0')
        fprintf(
            stderr, "  %shint:%s %s\n", colour(stderr, COLOUR_YELLOW), colour(stderr, COLOUR_NONE),
            hint);
}

static void tell_name(void)
{
    fprintf(stderr, "%ssupa:%s ", colour(stderr, COLOUR_RED), colour(stderr, COLOUR_NONE));
}

/* Hints of the library name its functions; here they name the tool's options. */
static const char *hint_of(const supa_error *error)
{
    if (strstr(error->hint, "supa_") == NULL)
        return error->hint;
    if (error->code == SUPA_ERROR_UNFILTERED)
        return "add a filter, or --all if every row is meant";
    if (error->code == SUPA_ERROR_SCOPE)
        return "--store ID asks a store's tenant, nothing the master; `supa scope TABLE` tells "
               "whose it is";
    return "`supa help COMMAND` lists the options";
}

int tell_error(const supa_error *error)
{
    fflush(stdout);
    tell_name();
    fprintf(stderr, "%s", supa_code_name((supa_code)error->code));
    if (error->server_code[0] != '\0')
        fprintf(stderr, " %s", error->server_code);
    fprintf(stderr, ": %s", error->message);
    if (error->details[0] != '\0')
        fprintf(stderr, " (%s)", error->details);
    if (error->outcome == SUPA_UNKNOWN)
        fprintf(stderr, " [sent and not answered: it may have happened]");
    putc('\n', stderr);
    tell_hint(hint_of(error));
    return status_of(error);
}

int misuse(const char *hint, const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    tell_name();
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    putc('\n', stderr);
    tell_hint(hint);
    return EXIT_USAGE;
}

int trouble(const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    tell_name();
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    putc('\n', stderr);
    return EXIT_OTHER;
}
