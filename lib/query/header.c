/* SPDX-License-Identifier: MIT */
/* The calls that change a request's headers, and which headers a caller may set. */
#include "query/header.h"

#include "base/error.h"
#include "base/text.h"
#include "query/query_internal.h"

#include <string.h>

#define MAX_VALUE 8192 /* bytes; gateways refuse longer headers */

/* What this library writes itself, and what would change where a request ends. */
int header_is_own(const char *name, size_t length)
{
    static const char *const names[] = {
        "apikey", "authorization", "accept",         "content-type",      "prefer",
        "host",   "expect",        "content-length", "transfer-encoding", "connection",
        "range",  "user-agent",    "accept-profile", "content-profile",   "accept-encoding"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (text_same(name, length, names[i], strlen(names[i])))
            return 1;
    }
    return 0;
}

int header_is_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text_lower(name[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("!#$%&'*+-.^_`|~", c)))
            return 0;
    }
    return length != 0;
}

const char *header_mistake(const char *name, const char *value)
{
    size_t length = value != NULL ? strnlen(value, MAX_VALUE + 1) : 0;

    if (name == NULL || !header_is_name(name, strlen(name)))
        return "the header's name is not one";
    if (length == 0 || length > MAX_VALUE || strspn(value, " ") == length)
        return "the header's value is NULL, empty or too long";
    if (text_has_control(value, length) || !text_is_utf8(value, length))
        return "the header's value contains a control character or is not valid UTF-8";
    return NULL;
}

const char *header_line_mistake(const char *line)
{
    size_t name = strcspn(line, ":");
    const char *value = line + name + (line[name] == ':');

    value += strspn(value, " ");
    if (line[name] != ':' || !header_is_name(line, name) || header_mistake("X", value) != NULL)
        return "a header is not of the form \"Name: value\", or too long";
    return header_is_own(line, name) ? "the header is the library's own to set" : NULL;
}

const char *header_key_mistake(const char *key)
{
    size_t length = strnlen(key, MAX_VALUE + 1);

    if (length == 0 || length > MAX_VALUE)
        return "it is empty or too long; NULL is none";
    for (size_t i = 0; i < length; i++) {
        if (key[i] <= ' ' || key[i] > '~')
            return "it contains a blank, a control character or a byte beyond ASCII";
    }
    return NULL;
}

/* "Name: value" in the query's arena. */
static const char *joined(supa_query *q, const char *name, const char *value)
{
    size_t n = strlen(name), m = strlen(value);
    char *line = arena_get(&q->arena, n + m + 3);

    if (line == NULL) {
        query_no_memory(q);
        return NULL;
    }
    memcpy(line, name, n);
    memcpy(line + n, ": ", 2);
    memcpy(line + n + 2, value, m + 1);
    return line;
}

supa_query *supa_header(supa_query *q, const char *name, const char *value)
{
    supa_query *stop = query_closed(q, "supa_header");
    const char *mistake = header_mistake(name, value);
    struct query_header *header;

    if (stop != NULL)
        return stop;
    if (mistake == NULL && header_is_own(name, strlen(name)))
        mistake = "the header is the library's own to set";
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_header", NULL, mistake);
    header = arena_get(&q->arena, sizeof *header);
    if (header == NULL)
        return query_no_memory(q);
    header->line = joined(q, name, value);
    header->next = q->headers;
    q->headers = header;
    return q;
}

const char *header_schema_mistake(const char *name)
{
    if (*name == '\0' || strlen(name) > 255 || text_has_control(name, strlen(name)) ||
        !text_is_utf8(name, strlen(name)))
        return "the schema is empty, too long, no UTF-8 or contains a control character";
    return NULL;
}

supa_query *supa_schema(supa_query *q, const char *name)
{
    supa_query *stop = query_closed(q, "supa_schema");
    const char *mistake = name == NULL ? "the schema is NULL" : header_schema_mistake(name);

    if (stop != NULL)
        return stop;
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_schema", NULL, mistake);
    q->profile = query_keep(q, name);
    return q;
}

supa_query *supa_token(supa_query *q, const char *jwt)
{
    static const char bearer[] = "Authorization: Bearer ";
    supa_query *stop = query_closed(q, "supa_token");
    const char *mistake = jwt == NULL ? "it is NULL" : header_key_mistake(jwt);
    char *token;

    if (stop != NULL)
        return stop;
    if (mistake != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_token", NULL, mistake);
    token = query_token_room(q, sizeof bearer + strlen(jwt));
    if (token == NULL)
        return query_no_memory(q);
    memcpy(token, bearer, sizeof bearer - 1);
    memcpy(token + sizeof bearer - 1, jwt, strlen(jwt) + 1);
    q->token = token;
    return q;
}
