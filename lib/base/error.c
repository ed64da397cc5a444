/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const code_names[] = {
    [SUPA_OK] = "ok",
    [SUPA_ERROR_ARGUMENT] = "argument",
    [SUPA_ERROR_NO_MEMORY] = "no_memory",
    [SUPA_ERROR_SCOPE] = "scope",
    [SUPA_ERROR_UNFILTERED] = "unfiltered",
    [SUPA_ERROR_URL_TOO_LONG] = "url_too_long",
    [SUPA_ERROR_NETWORK] = "network",
    [SUPA_ERROR_TLS] = "tls",
    [SUPA_ERROR_TIMEOUT] = "timeout",
    [SUPA_ERROR_CANCELLED] = "cancelled",
    [SUPA_ERROR_BUSY] = "busy",
    [SUPA_ERROR_AUTH] = "auth",
    [SUPA_ERROR_DENIED] = "denied",
    [SUPA_ERROR_GATEWAY] = "gateway",
    [SUPA_ERROR_SERVER] = "server",
    [SUPA_ERROR_DATABASE] = "database",
    [SUPA_ERROR_NO_ROWS] = "no_rows",
    [SUPA_ERROR_MANY_ROWS] = "many_rows",
    [SUPA_ERROR_MALFORMED] = "malformed",
    [SUPA_ERROR_TOO_LARGE] = "too_large",
    [SUPA_ERROR_NOT_VERIFIED] = "not_verified",
    [SUPA_ERROR_STORE_NOT_FOUND] = "store_not_found",
    [SUPA_ERROR_STORE_INACTIVE] = "store_inactive",
    [SUPA_ERROR_STORE_SUSPENDED] = "store_suspended",
    [SUPA_ERROR_HOST_NOT_FOUND] = "host_not_found",
    [SUPA_ERROR_HOST_REFUSED] = "host_refused",
    [SUPA_ERROR_UNSUPPORTED] = "unsupported",
    [SUPA_ERROR_CREDENTIALS] = "credentials",
    [SUPA_ERROR_CONFLICT] = "conflict",
};

const char *supa_code_name(supa_code code)
{
    size_t n = sizeof code_names / sizeof code_names[0];

    return (unsigned)code < n && code_names[code] != NULL ? code_names[code] : "unknown";
}

const char *supa_outcome_name(supa_outcome outcome)
{
    switch (outcome) {
    case SUPA_NOT_SENT:
        return "not sent";
    case SUPA_ANSWERED:
        return "answered";
    case SUPA_UNKNOWN:
        break;
    }
    return "unknown";
}

void error_text(char *out, size_t size, const char *text, size_t length)
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    static const char replacement[] = "\xEF\xBF\xBD";
    size_t at = 0, used = 0, fits = 0; /* fits: up to where "…" would still have room */

    while (at < length) {
        size_t n = text_utf8_length(text + at, length - at);
        const char *piece = text + at;
        size_t piece_length = n;

        if (n == 0) {
            piece = replacement;
            piece_length = sizeof replacement - 1;
            n = 1;
        } else if (n == 1 && ((unsigned char)*piece < 0x20 || *piece == 0x7F)) {
            piece = " ";
        }
        if (used + piece_length > size - 1) {
            memcpy(out + fits, ellipsis, sizeof ellipsis);
            return;
        }
        memcpy(out + used, piece, piece_length);
        used += piece_length;
        if (used + sizeof ellipsis - 1 <= size - 1)
            fits = used;
        at += n;
    }
    out[used] = '\0';
}

static void format_text(char *out, size_t size, const char *format, va_list arguments)
    ERROR_VFORMAT(3);
static void format_text(char *out, size_t size, const char *format, va_list arguments)
{
    char text[2048];
    int n = vsnprintf(text, sizeof text, format, arguments);
    size_t length = n < 0 ? 0 : (size_t)n;

    error_text(out, size, text, length < sizeof text ? length : sizeof text - 1);
}

/* Calls that succeed begin with it: of texts it ends what is read, and leaves 2 KB behind their ends. */
void error_clear(supa_error *error)
{
    if (error == NULL)
        return;
    memset(error, 0, offsetof(supa_error, message));
    error->message[0] = error->details[0] = error->hint[0] = '\0';
    memset(error->reserved, 0, sizeof error->reserved);
}

int error_set(supa_error *error, supa_code code, supa_outcome outcome, const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return (int)code;
    memset(error, 0, sizeof *error);
    error->code = (int32_t)code;
    error->outcome = (int32_t)outcome;
    va_start(arguments, format);
    format_text(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return (int)code;
}

int error_argument(supa_error *error, const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return SUPA_ERROR_ARGUMENT;
    memset(error, 0, sizeof *error);
    error->code = SUPA_ERROR_ARGUMENT;
    va_start(arguments, format);
    format_text(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return SUPA_ERROR_ARGUMENT;
}

int error_no_memory(supa_error *error)
{
    return error_set(error, SUPA_ERROR_NO_MEMORY, SUPA_NOT_SENT, "out of memory");
}

void error_hint(supa_error *error, const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return;
    va_start(arguments, format);
    format_text(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
}

void error_details(supa_error *error, const char *text, size_t length)
{
    if (error != NULL)
        error_text(error->details, sizeof error->details, text, length);
}

void error_about(supa_error *error, supa_side side, const char *store_id, const char *relation)
{
    if (error == NULL)
        return;
    error->side = (int32_t)side;
    if (store_id != NULL)
        error_text(error->store_id, sizeof error->store_id, store_id, strlen(store_id));
    if (relation != NULL)
        error_text(error->relation, sizeof error->relation, relation, strlen(relation));
}
