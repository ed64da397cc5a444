/* SPDX-License-Identifier: MIT */
#include "platform/sealing.h"

#include "base/error.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/url.h"

#include <stdio.h>
#include <string.h>

#define V2_PREFIX      "supa2."
#define V2_NONCE_CHARS 32 /* 24 bytes in base64 */

/* Reads credentials. The tape holds places, not texts: nothing of the plaintext is copied. */
static int read_object(struct json_tape *tape, const char *json, size_t length, supa_error *error)
{
    struct json_error problem;

    switch (json_parse(tape, json, length, &problem)) {
    case JSON_OK:
        if (json_kind_of(&tape->nodes[0]) == JSON_OBJECT)
            return SUPA_OK;
        return error_set(
            error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT, "the credentials are no JSON object");
    case JSON_NO_MEMORY:
        return error_no_memory(error);
    default:
        return error_set(
            error, SUPA_ERROR_CREDENTIALS, SUPA_NOT_SENT, "the credentials are not valid JSON");
    }
}

/* The decoded text of a member, or "" when there is none that fits. */
static void
read_text(const struct json_tape *tape, const char *json, const char *name, char *out, size_t size)
{
    uint32_t member = json_member(tape, json, 0, name, strlen(name));
    const struct json_node *node = member != JSON_NONE ? &tape->nodes[member] : NULL;

    *out = '\0';
    if (node == NULL || json_kind_of(node) != JSON_STRING || node->size >= size)
        return;
    json_decode(json, node, out);
    out[node->size] = '\0';
}

static void read_host(const struct json_tape *tape, const char *json, char host[HOST_SIZE])
{
    char text[2048];
    struct url url;

    read_text(tape, json, "projectUrl", text, sizeof text);
    if (*text == '\0')
        read_text(tape, json, "host", host, HOST_SIZE);
    else if (url_read(text, &url) == NULL && url.host_length < HOST_SIZE)
        snprintf(host, HOST_SIZE, "%.*s", (int)url.host_length, url.host);
    secret_wipe(text, sizeof text); /* a URL that is refused may have a password in it */
}

static char *seal_parsed(
    const struct sealing *sealing, const struct json_tape *tape, const char *json, size_t length,
    char host[HOST_SIZE], supa_error *error)
{
    read_host(tape, json, host);
    return supa_envelope_seal_as(
        supa_manager_keyring(sealing->manager), sealing->version, sealing->type, sealing->store_id,
        json, length, error);
}

char *seal_credentials(
    const struct sealing *sealing, const char *json, size_t length, char host[HOST_SIZE],
    supa_error *error)
{
    struct json_tape tape = {0};
    char *envelope = NULL;

    *host = '\0';
    if (read_object(&tape, json, length, error) == SUPA_OK)
        envelope = seal_parsed(sealing, &tape, json, length, host, error);
    json_tape_free(&tape);
    return envelope;
}

/* Two objects of which the second one's members count. */
struct merge {
    const struct sealing *sealing;
    const char *changes;
    size_t length;
    char *host;
    char *envelope;
    supa_error *error;
};

struct writer {
    char *start, *at;
};

static void put(struct writer *out, const char *bytes, size_t length)
{
    memcpy(out->at, bytes, length);
    out->at += length;
}

/* The member whose key is at @key, as it stands in its text. */
static void
put_member(struct writer *out, const struct json_tape *tape, const char *json, uint32_t key)
{
    const struct json_node *name = &tape->nodes[key], *value = &tape->nodes[key + 1];
    const size_t quotes = json_kind_of(value) == JSON_STRING;

    put(out, out->at == out->start ? "{" : ",", 1);
    put(out, json + name->start - 1, name->end - name->start + 2);
    put(out, ":", 1);
    put(out, json + value->start - quotes, value->end - value->start + 2 * quotes);
}

/* 1 when @changes has a member of the name that stands at @key of @tape. Names are compared as they are
 * written: those of credentials have no escapes. */
static int is_changed(
    const struct json_tape *changes, const char *changes_json, const struct json_tape *tape,
    const char *json, uint32_t key)
{
    const struct json_node *name = &tape->nodes[key];

    return json_member(changes, changes_json, 0, json + name->start, name->end - name->start) !=
           JSON_NONE;
}

static void put_merged(
    struct writer *out, const struct json_tape *old, const char *json,
    const struct json_tape *changes, const char *changes_json)
{
    for (uint32_t key = 1; key < old->nodes[0].next; key = json_next(old, key + 1)) {
        if (!is_changed(changes, changes_json, old, json, key))
            put_member(out, old, json, key);
    }
    for (uint32_t key = 1; key < changes->nodes[0].next; key = json_next(changes, key + 1)) {
        if (json_kind_of(&changes->nodes[key + 1]) != JSON_NULL)
            put_member(out, changes, changes_json, key);
    }
    put(out, out->at == out->start ? "{}" : "}", out->at == out->start ? 2 : 1);
}

static int
merge_parsed(struct merge *merge, const struct json_tape *old, const char *json, size_t length)
{
    struct json_tape changes = {0};
    struct writer out;
    int code = read_object(&changes, merge->changes, merge->length, merge->error);

    /* the parts of both, and a separator that is not there for the first of them */
    out.start = out.at = code == SUPA_OK ? secret_get(length + merge->length + 4) : NULL;
    if (code == SUPA_OK && out.start == NULL)
        code = error_no_memory(merge->error);
    if (code == SUPA_OK) {
        put_merged(&out, old, json, &changes, merge->changes);
        merge->envelope = seal_credentials(
            merge->sealing, out.start, (size_t)(out.at - out.start), merge->host, merge->error);
    }
    secret_free(out.start);
    json_tape_free(&changes);
    return code;
}

static int merge_opened(void *user, const char *plaintext, size_t length)
{
    struct merge *merge = user;
    struct json_tape old = {0};
    int code = read_object(&old, plaintext, length, merge->error);

    if (code == SUPA_OK)
        code = merge_parsed(merge, &old, plaintext, length);
    json_tape_free(&old);
    return code;
}

static void open_envelope(
    const struct sealing *sealing, const char *envelope,
    int (*read)(void *user, const char *plaintext, size_t length), void *user, supa_error *error)
{
    supa_error problem;

    error_clear(&problem);
    if (supa_envelope_open(
            supa_manager_keyring(sealing->manager), sealing->type, sealing->store_id, envelope,
            read, user, &problem) == -1 &&
        error != NULL)
        *error = problem;
}

char *seal_changes(
    const struct sealing *sealing, const char *envelope, const char *changes, size_t length,
    char host[HOST_SIZE], supa_error *error)
{
    struct merge merge = {sealing, changes, length, host, NULL, error};

    *host = '\0';
    open_envelope(sealing, envelope, merge_opened, &merge, error);
    return merge.envelope;
}

/* Where the key's id ends in an envelope of version 2, at its dot; NULL when it is none. */
static const char *key_end(const char *envelope)
{
    const size_t prefix = sizeof V2_PREFIX - 1;

    if (strncmp(envelope, V2_PREFIX, prefix) != 0)
        return NULL;
    return strchr(envelope + prefix, '.');
}

int sealing_key(supa_manager *manager, char key[SUPA_KEY_ID_SIZE], supa_error *error)
{
    char *envelope = supa_envelope_seal(
        supa_manager_keyring(manager), "supabase", "00000000-0000-4000-8000-000000000000", "{}", 2,
        error);
    int version = 0, code;

    if (envelope == NULL)
        return (int)error->code;
    code = supa_envelope_info(envelope, &version, key, error);
    supa_text_free(envelope);
    return code;
}

void envelope_mark(const char *envelope, char out[MARK_SIZE])
{
    const char *dot = key_end(envelope);
    const char *colon = strchr(envelope, ':'); /* behind the nonce of version 1 */
    size_t length = strlen(envelope), end = length;
    char start[MARK_SIZE / 2];

    if (dot != NULL)
        end = (size_t)(dot - envelope) + 1 + V2_NONCE_CHARS;
    else if (colon != NULL)
        end = (size_t)(colon - envelope) + 1;
    if (end > length)
        end = length;
    snprintf(
        start, sizeof start, "%.*s", (int)(end < sizeof start ? end : sizeof start - 1), envelope);
    supa_escape_like(start, out, MARK_SIZE - 1);
    length = strlen(out);
    out[length] = '%';
    out[length + 1] = '\0';
}
