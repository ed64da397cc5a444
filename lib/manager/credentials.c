/* SPDX-License-Identifier: MIT */
#include "manager/credentials.h"

#include "base/error.h"
#include "base/json.h"
#include "base/secret.h"
#include "client_internal.h"

#include <string.h>

struct field {
    const char *name;
    const char **out;
    int required;
};

static int refuse(supa_error *error, const char *name, const char *what)
{
    return error_set(
        error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT, "the store's credentials: %s%s%s", name,
        *name != '\0' ? " " : "", what);
}

/* Decodes the field to @at. The place behind it, or NULL with @error filled in. */
static char *read_field(
    const struct field *field, const struct json_tape *tape, const char *text, char *at,
    supa_error *error)
{
    uint32_t member = json_member(tape, text, 0, field->name, strlen(field->name));
    const struct json_node *value = member != JSON_NONE ? &tape->nodes[member] : NULL;

    *field->out = NULL;
    if (value == NULL || json_kind_of(value) == JSON_NULL) {
        if (!field->required)
            return at;
        return refuse(error, field->name, "is missing"), NULL;
    }
    if (json_kind_of(value) != JSON_STRING)
        return refuse(error, field->name, "is not a text"), NULL;
    json_decode(text, value, at);
    at[value->size] = '\0';
    if (value->size == 0 || strlen(at) != value->size)
        return refuse(error, field->name, "is empty or contains a NUL character"), NULL;
    *field->out = at;
    return at + value->size + 1;
}

static int read_fields(
    struct credentials *credentials, const struct json_tape *tape, const char *text,
    supa_error *error)
{
    const struct field fields[] = {
        {"projectUrl", &credentials->project_url, 1},
        {"serviceRoleKey", &credentials->service_role_key, 1},
        {"schema", &credentials->schema, 0},
        {"restPath", &credentials->rest_path, 0},
    };
    char *at = credentials->memory;

    if (json_kind_of(&tape->nodes[0]) != JSON_OBJECT)
        return refuse(error, "", "they are not a JSON object");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        at = read_field(&fields[i], tape, text, at, error);
        if (at == NULL)
            return SUPA_ERROR_CREDENTIALS;
    }
    return SUPA_OK;
}

int credentials_read(
    struct credentials *credentials, const char *plaintext, size_t length, supa_error *error)
{
    struct json_tape tape = {0};
    struct json_error problem;
    int code;

    memset(credentials, 0, sizeof *credentials);
    credentials->memory =
        secret_get(length + 8); /* decoded texts are never longer; and four NULs */
    if (credentials->memory == NULL)
        return error_no_memory(error);
    switch (json_parse(&tape, plaintext, length, &problem)) {
    case JSON_OK:
        code = read_fields(credentials, &tape, plaintext, error);
        break;
    case JSON_MALFORMED:
        code = refuse(error, "", "they are not valid JSON");
        break;
    default:
        code = error_no_memory(error);
    }
    json_tape_free(&tape);
    if (code != SUPA_OK)
        credentials_free(credentials);
    return code;
}

void credentials_free(struct credentials *credentials)
{
    secret_free(credentials->memory);
    memset(credentials, 0, sizeof *credentials);
}

static int same_text(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static int same_key(const char *a, const char *b)
{
    size_t length = a != NULL ? strlen(a) : 0;

    return length == (b != NULL ? strlen(b) : 0) && (length == 0 || secret_same(a, b, length));
}

int credentials_same(const supa_client *a, const supa_client *b)
{
    return same_text(a->options.url, b->options.url) &&
           same_text(a->options.rest_path, b->options.rest_path) &&
           same_text(a->options.schema, b->options.schema) &&
           same_key(a->options.key, b->options.key);
}
