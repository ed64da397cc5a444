/* SPDX-License-Identifier: MIT */
#include "peer_message.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct peer_message *peer_message_new(void)
{
    return calloc(1, sizeof(struct peer_message));
}

void peer_message_free(struct peer_message *message)
{
    if (message == NULL)
        return;
    free(message->text);
    free(message);
}

static int make_room(struct peer_message *message, size_t length)
{
    size_t needed = message->length + length + 1;
    size_t capacity = message->capacity == 0 ? 1024 : message->capacity;
    char *text;

    if (needed <= message->capacity)
        return 0;
    while (capacity < needed)
        capacity *= 2;
    text = realloc(message->text, capacity);
    if (text == NULL)
        return -1;
    message->text = text;
    message->capacity = capacity;
    return 0;
}

/* What stands behind the field's name and colon; NULL when the head has no such field. */
static const char *field(const struct peer_message *message, const char *name)
{
    size_t length = strlen(name);
    const char *line = strstr(message->text, "\r\n");

    while (line != NULL) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " \t");
        line = strstr(line, "\r\n");
    }
    return NULL;
}

static void begin_body(struct peer_message *message)
{
    const char *coding = field(message, "transfer-encoding");
    const char *length = field(message, "content-length");

    message->line = message->length;
    if (coding != NULL && strncasecmp(coding, "chunked", 7) == 0) {
        message->state = PEER_MESSAGE_CHUNK_SIZE;
        return;
    }
    message->left = length == NULL ? 0 : strtoul(length, NULL, 10);
    message->state = message->left == 0 ? PEER_MESSAGE_WHOLE : PEER_MESSAGE_BODY;
}

static void end_size_line(struct peer_message *message)
{
    size_t size = strtoul(message->text + message->line, NULL, 16);

    message->line = message->length;
    message->left = size + 2; /* its CR LF as well */
    message->state = size == 0 ? PEER_MESSAGE_TRAILER : PEER_MESSAGE_CHUNK;
}

static void end_trailer_line(struct peer_message *message)
{
    if (message->text[message->line] == '\r')
        message->state = PEER_MESSAGE_WHOLE;
    message->line = message->length;
}

static int ends_head(const struct peer_message *message)
{
    return message->length >= 4 && memcmp(message->text + message->length - 4, "\r\n\r\n", 4) == 0;
}

static void take_byte(struct peer_message *message, char byte)
{
    message->text[message->length++] = byte;
    message->text[message->length] = '\0';
    switch (message->state) {
    case PEER_MESSAGE_HEAD:
        if (byte == '\n' && ends_head(message))
            begin_body(message);
        break;
    case PEER_MESSAGE_BODY:
        if (--message->left == 0)
            message->state = PEER_MESSAGE_WHOLE;
        break;
    case PEER_MESSAGE_CHUNK_SIZE:
        if (byte == '\n')
            end_size_line(message);
        break;
    case PEER_MESSAGE_CHUNK:
        message->line = message->length;
        if (--message->left == 0)
            message->state = PEER_MESSAGE_CHUNK_SIZE;
        break;
    case PEER_MESSAGE_TRAILER:
        if (byte == '\n')
            end_trailer_line(message);
        break;
    case PEER_MESSAGE_WHOLE:
        break;
    }
}

size_t peer_message_take(
    struct peer_message *message, const char *bytes, size_t length, enum peer_message_state goal)
{
    size_t taken = 0;

    if (make_room(message, length) != 0)
        return 0;
    while (taken < length && message->state < goal)
        take_byte(message, bytes[taken++]);
    return taken;
}

int peer_message_add(struct peer_message *message, const char *bytes, size_t length)
{
    if (make_room(message, length) != 0)
        return -1;
    if (length != 0)
        memcpy(message->text + message->length, bytes, length);
    message->length += length;
    message->text[message->length] = '\0';
    return 0;
}

int peer_message_is(const struct peer_message *message, const char *method)
{
    size_t length = strlen(method);

    return message->length > length && memcmp(message->text, method, length) == 0 &&
           message->text[length] == ' ';
}
