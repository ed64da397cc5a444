/* SPDX-License-Identifier: MIT */
#include "peer_h2_stream.h"

#include <stdlib.h>
#include <string.h>

struct peer_h2_stream *peer_h2_stream_new(
    nghttp2_session *session, struct peer_wire *wire, struct peer_record *record, int32_t id,
    const struct peer_step *steps)
{
    struct peer_h2_stream *stream = calloc(1, sizeof *stream);

    if (stream == NULL)
        return NULL;
    stream->session = session;
    stream->wire = wire;
    stream->record = record;
    stream->id = id;
    stream->step = steps;
    stream->target = peer_message_new();
    stream->fields = peer_message_new();
    stream->message = peer_message_new();
    stream->body = peer_message_new();
    if (stream->target == NULL || stream->fields == NULL || stream->message == NULL ||
        stream->body == NULL) {
        peer_h2_stream_free(stream);
        return NULL;
    }
    return stream;
}

void peer_h2_stream_free(struct peer_h2_stream *stream)
{
    if (stream == NULL)
        return;
    peer_message_free(stream->target);
    peer_message_free(stream->fields);
    if (!stream->taken)
        peer_message_free(stream->message);
    peer_message_free(stream->body);
    free(stream);
}

static int add_text(struct peer_message *message, const char *text)
{
    return peer_message_add(message, text, strlen(text));
}

static int add_line(
    struct peer_message *message, const char *name, size_t name_length, const char *value,
    size_t value_length)
{
    return peer_message_add(message, name, name_length) != 0 || add_text(message, ": ") != 0 ||
                   peer_message_add(message, value, value_length) != 0 ||
                   add_text(message, "\r\n") != 0
               ? -1
               : 0;
}

static void keep_method(struct peer_h2_stream *stream, const char *value, size_t length)
{
    if (length >= sizeof stream->method)
        length = sizeof stream->method - 1;
    memcpy(stream->method, value, length);
    stream->method[length] = '\0';
}

static int is(const char *text, size_t length, const char *name)
{
    return length == strlen(name) && memcmp(text, name, length) == 0;
}

int peer_h2_stream_field(
    struct peer_h2_stream *stream, const char *name, size_t name_length, const char *value,
    size_t value_length)
{
    if (is(name, name_length, ":method")) {
        keep_method(stream, value, value_length);
        return 0;
    }
    if (is(name, name_length, ":path"))
        return peer_message_add(stream->target, value, value_length);
    if (is(name, name_length, ":authority"))
        return add_line(stream->fields, "host", 4, value, value_length);
    if (name_length != 0 && name[0] == ':')
        return 0;
    return add_line(stream->fields, name, name_length, value, value_length);
}

int peer_h2_stream_head(struct peer_h2_stream *stream)
{
    struct peer_message *message = stream->message;

    stream->headed = add_text(message, stream->method) == 0 && add_text(message, " ") == 0 &&
                     peer_message_add(message, stream->target->text, stream->target->length) == 0 &&
                     add_text(message, " HTTP/2\r\n") == 0 &&
                     peer_message_add(message, stream->fields->text, stream->fields->length) == 0 &&
                     add_text(message, "\r\n") == 0;
    return stream->headed ? 0 : -1;
}

int peer_h2_stream_data(struct peer_h2_stream *stream, const char *bytes, size_t length)
{
    return peer_message_add(stream->body, bytes, length);
}
