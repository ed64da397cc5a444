/* SPDX-License-Identifier: MIT */
/* The JSON reader: what it accepts can be written from its tape and read to the same tape again. */
#include "base/buffer.h"
#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"
#include "number_check.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX 64 /* of an object, for asking each by its name */

const char *const fuzz_name = "json";

struct document {
    const char *text;
    size_t length;
    struct json_tape tape;
};

static char *decoded(const struct document *document, const struct json_node *string)
{
    char *bytes = malloc(string->size > 0 ? string->size : 1);

    if (bytes == NULL)
        abort();
    json_decode(document->text, string, bytes);
    return bytes;
}

static void check_string(const struct document *document, const struct json_node *string)
{
    const char *start = document->text + string->start;
    size_t length = string->end - string->start;
    char *bytes = decoded(document, string);
    int escaped = memchr(start, '\\', length) != NULL;

    FUZZ_REQUIRE(string->start > 0 && start[-1] == '"' && start[length] == '"');
    FUZZ_REQUIRE(string->size <= length);
    FUZZ_REQUIRE(((string->info & JSON_ESCAPED) != 0) == escaped);
    FUZZ_REQUIRE(!escaped || document->tape.escaped);
    FUZZ_REQUIRE(escaped || memcmp(bytes, start, length) == 0);
    FUZZ_REQUIRE(text_is_utf8(bytes, string->size));
    FUZZ_REQUIRE(json_string_is(document->text, string, bytes, string->size));
    FUZZ_REQUIRE(!json_string_is(document->text, string, bytes, string->size + (size_t)1));
    free(bytes);
}

static int same_text(const struct document *document, uint32_t one, uint32_t other)
{
    const struct json_node *nodes = document->tape.nodes;
    char *bytes = decoded(document, &nodes[one]);
    int same = json_string_is(document->text, &nodes[other], bytes, nodes[one].size);

    free(bytes);
    return same;
}

/* Each member by its name: the first of that name. */
static void check_names(const struct document *document, uint32_t object)
{
    const struct json_tape *tape = &document->tape;

    for (uint32_t key = object + 1; key < tape->nodes[object].next;
         key = json_next(tape, key + 1)) {
        char *name = decoded(document, &tape->nodes[key]);
        uint32_t first = object + 1;

        while (!same_text(document, key, first))
            first = json_next(tape, first + 1);
        FUZZ_REQUIRE(
            json_member(tape, document->text, object, name, tape->nodes[key].size) == first + 1);
        free(name);
    }
}

static void check_container(const struct document *document, uint32_t node)
{
    const struct json_tape *tape = &document->tape;
    const struct json_node *container = &tape->nodes[node];
    int object = json_kind_of(container) == JSON_OBJECT;
    uint32_t count = 0, at = node + 1;

    FUZZ_REQUIRE(document->text[container->start] == (object ? '{' : '['));
    FUZZ_REQUIRE(document->text[container->end - 1] == (object ? '}' : ']'));
    FUZZ_REQUIRE(container->next > node && container->next <= tape->count);
    for (; at < container->next; at = json_next(tape, object ? at + 1 : at)) {
        const struct json_node *first = &tape->nodes[at];

        FUZZ_REQUIRE(!object || json_kind_of(first) == JSON_STRING);
        FUZZ_REQUIRE(first->start > container->start && first->end < container->end);
        count++;
    }
    FUZZ_REQUIRE(at == container->next && count == json_count(container));
    if (object && count <= MEMBERS_MAX)
        check_names(document, node);
}

static void check_node(const struct document *document, uint32_t node)
{
    static const char *const words[] = {"null", "false", "true"};
    const struct json_node *value = &document->tape.nodes[node];
    const char *start = document->text + value->start;
    enum json_kind kind = json_kind_of(value);
    size_t length = value->end - value->start;

    FUZZ_REQUIRE(value->start <= value->end && value->end <= document->length);
    FUZZ_REQUIRE((value->info & JSON_MARK) == 0);
    if (kind >= JSON_ARRAY)
        check_container(document, node);
    else if (kind == JSON_STRING)
        check_string(document, value);
    else if (kind == JSON_NUMBER)
        FUZZ_REQUIRE(number_is_read_well(start, length));
    else
        FUZZ_REQUIRE(length == strlen(words[kind]) && memcmp(start, words[kind], length) == 0);
}

/* In another spelling: what can be escaped is, what need not be is not. */
static void write_string(struct buffer *out, const char *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    buffer_putc(out, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (c >= 0x20 && c != '"' && c != '\\' && c != '/') {
            buffer_putc(out, bytes[i]);
        } else {
            buffer_puts(out, "\\u00");
            buffer_putc(out, digits[c >> 4]);
            buffer_putc(out, digits[c & 15]);
        }
    }
    buffer_putc(out, '"');
}

static void write_value(struct buffer *out, const struct document *document, uint32_t node)
{
    const struct json_tape *tape = &document->tape;
    const struct json_node *value = &tape->nodes[node];
    int object = json_kind_of(value) == JSON_OBJECT;

    if (json_kind_of(value) == JSON_STRING) {
        char *bytes = decoded(document, value);

        write_string(out, bytes, value->size);
        free(bytes);
        return;
    }
    if (json_kind_of(value) < JSON_ARRAY) {
        buffer_put(out, document->text + value->start, value->end - value->start);
        return;
    }
    buffer_puts(out, object ? "{ " : "[ ");
    for (uint32_t at = node + 1; at < value->next; at = json_next(tape, at)) {
        if (at != node + 1)
            buffer_putc(out, ',');
        if (object) {
            write_value(out, document, at++);
            buffer_puts(out, "\r:\t");
        }
        write_value(out, document, at);
    }
    buffer_puts(out, object ? "}\n" : "]\n");
}

static int is_same_node(const struct document *a, const struct document *b, uint32_t node)
{
    const struct json_node *one = &a->tape.nodes[node], *other = &b->tape.nodes[node];
    size_t length = one->end - one->start;
    char *bytes;
    int same;

    if (json_kind_of(one) != json_kind_of(other))
        return 0;
    if (json_kind_of(one) >= JSON_ARRAY)
        return one->next == other->next && json_count(one) == json_count(other);
    if (json_kind_of(one) < JSON_STRING)
        return length == other->end - other->start &&
               memcmp(a->text + one->start, b->text + other->start, length) == 0;
    bytes = decoded(a, one);
    same = json_string_is(b->text, other, bytes, one->size);
    free(bytes);
    return same;
}

static void check_rewritten(const struct document *document)
{
    struct buffer text = BUFFER_INIT;
    struct document again = {0};
    struct json_error error;

    write_value(&text, document, 0);
    again.text = buffer_text(&text);
    again.length = text.length;
    FUZZ_REQUIRE(json_parse(&again.tape, again.text, again.length, &error) == JSON_OK);
    FUZZ_REQUIRE(again.tape.count == document->tape.count);
    for (uint32_t node = 0; node < again.tape.count; node++)
        FUZZ_REQUIRE(is_same_node(document, &again, node));
    json_tape_free(&again.tape);
    buffer_free(&text);
}

/* All but what means nothing in a node of its kind. */
static int is_equal_node(const struct json_node *one, const struct json_node *other)
{
    return one->start == other->start && one->end == other->end && one->info == other->info &&
           (json_kind_of(one) < JSON_STRING || one->next == other->next);
}

/* A tape that held another document before reads the same. */
static void check_reused(const struct document *document, int status)
{
    static struct json_tape tape;
    struct json_error error = {0, NULL};

    FUZZ_REQUIRE(json_parse(&tape, document->text, document->length, &error) == status);
    FUZZ_REQUIRE(tape.count == document->tape.count);
    for (uint32_t node = 0; node < tape.count; node++)
        FUZZ_REQUIRE(is_equal_node(&tape.nodes[node], &document->tape.nodes[node]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct document document = {.length = size};
    struct json_error error = {0, NULL};
    char *text = fuzz_copy(size > 0 ? (const char *)data : "", size);
    int status, is_number;

    document.text = text;
    status = json_parse(&document.tape, text, size, &error);
    is_number = status == JSON_OK && json_kind_of(&document.tape.nodes[0]) == JSON_NUMBER;
    check_reused(&document, status);
    if (status == JSON_OK) {
        for (uint32_t node = 0; node < document.tape.count; node++)
            check_node(&document, node);
        check_rewritten(&document);
        is_number = is_number && document.tape.nodes[0].end - document.tape.nodes[0].start == size;
    } else {
        FUZZ_REQUIRE(status == JSON_MALFORMED && document.tape.count == 0);
        FUZZ_REQUIRE(error.what != NULL && error.offset <= size);
    }
    FUZZ_REQUIRE(number_is_one(text, size) == is_number);
    json_tape_free(&document.tape);
    free(text);
    return 0;
}
