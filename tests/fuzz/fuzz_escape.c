/* SPDX-License-Identifier: MIT */
/* What is written into a URL is what the server reads there, whatever the bytes. The first byte
 * chooses where it stands; texts of a list are parted by 1E. */
#include "base/escape.h"
#include "base/text.h"
#include "fuzz.h"
#include "meaning.h"
#include "postgrest.h"

#include <stdlib.h>
#include <string.h>

#define MARK         '\x1E'
#define LIST_MAX     8
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const char *const fuzz_name = "escape";

static int is_same(const struct buffer *read, const char *text, size_t length)
{
    return !buffer_failed(read) && read->length == length &&
           memcmp(buffer_text(read), text, length) == 0;
}

/* The URL's text as the server gets it, in @decoded, and a reader of it. */
static struct reader received(struct buffer *url, struct buffer *decoded)
{
    FUZZ_REQUIRE(!buffer_failed(url) && model_decode(url, decoded) == 0);
    return (struct reader){buffer_text(decoded), buffer_text(decoded) + decoded->length};
}

static void check_plain(struct fuzz_bytes *bytes)
{
    struct buffer url = BUFFER_INIT, decoded = BUFFER_INIT;
    size_t length = (size_t)(bytes->end - bytes->at);

    escape_plain(&url, bytes->at, length);
    received(&url, &decoded);
    FUZZ_REQUIRE(is_same(&decoded, bytes->at, length));
    buffer_free(&url);
    buffer_free(&decoded);
}

typedef void writer(struct buffer *out, const char *text, size_t length);
typedef int model(struct reader *reader, struct buffer *out);

/* Texts in a row, each to be read back with a comma behind it and @end behind the last. */
static void write_list(struct fuzz_bytes bytes, struct buffer *out, writer *write, char end)
{
    for (size_t i = 0; i < LIST_MAX && (i == 0 || bytes.at < bytes.end); i++) {
        size_t length;
        const char *text = fuzz_until(&bytes, MARK, &length);

        if (i > 0)
            buffer_putc(out, ',');
        write(out, text, length);
    }
    buffer_putc(out, end);
}

static void read_list(struct fuzz_bytes bytes, struct reader *reader, model *read, char end)
{
    struct buffer value = BUFFER_INIT;

    for (size_t i = 0; i < LIST_MAX && (i == 0 || bytes.at < bytes.end); i++) {
        size_t length;
        const char *text = fuzz_until(&bytes, MARK, &length);

        FUZZ_REQUIRE(i == 0 || model_take(reader, ','));
        buffer_clear(&value);
        FUZZ_REQUIRE(read(reader, &value) == 0);
        FUZZ_REQUIRE(is_same(&value, text, length));
    }
    FUZZ_REQUIRE(model_take(reader, end) && reader->at == reader->end);
    buffer_free(&value);
}

static void check_list(struct fuzz_bytes *bytes, writer *write, model *read)
{
    struct buffer url = BUFFER_INIT, decoded = BUFFER_INIT;
    struct reader reader;

    write_list(*bytes, &url, write, ')');
    reader = received(&url, &decoded);
    while (model_take(&reader, ' ')) /* the server skips them at the list's start */
        ;
    read_list(*bytes, &reader, read, ')');
    buffer_free(&url);
    buffer_free(&decoded);
}

/* An array's text alone, and the same inside of a group. */
static void check_array(struct fuzz_bytes *bytes, int grouped)
{
    struct buffer array = BUFFER_INIT, url = BUFFER_INIT, decoded = BUFFER_INIT;
    struct buffer value = BUFFER_INIT;
    struct reader reader;

    buffer_putc(&array, '{');
    write_list(*bytes, &array, escape_array, '}');
    (grouped ? escape_operand : escape_plain)(&url, buffer_text(&array), array.length);
    if (grouped)
        buffer_puts(&url, ",id.eq.1)");
    reader = received(&url, &decoded);
    if (grouped) {
        FUZZ_REQUIRE(model_operand(&reader, &value) == 0 && *reader.at == ',');
        reader = (struct reader){buffer_text(&value), buffer_text(&value) + value.length};
    }
    FUZZ_REQUIRE(model_take(&reader, '{'));
    read_list(*bytes, &reader, model_array_element, '}');
    buffer_free(&array);
    buffer_free(&url);
    buffer_free(&decoded);
    buffer_free(&value);
}

static void check_segment(const char *text)
{
    struct buffer url = BUFFER_INIT, decoded = BUFFER_INIT;
    size_t length = strlen(text);

    if (escape_segment_mistake(text) == NULL) {
        escape_segment(&url, text, length);
        received(&url, &decoded);
        FUZZ_REQUIRE(is_same(&decoded, text, length));
        FUZZ_REQUIRE(memchr(text, '/', length) == NULL && text_is_utf8(text, length));
    }
    buffer_free(&url);
    buffer_free(&decoded);
}

static void check_name(const char *text)
{
    struct buffer url = BUFFER_INIT, decoded = BUFFER_INIT, name = BUFFER_INIT;
    struct reader reader;

    escape_name(&url, text, strlen(text));
    reader = received(&url, &decoded);
    FUZZ_REQUIRE(model_name(&reader, &name) == 0 && reader.at == reader.end);
    FUZZ_REQUIRE(is_same(&name, text, strlen(text)));
    buffer_free(&url);
    buffer_free(&decoded);
    buffer_free(&name);
}

static void check_key(const char *text)
{
    struct buffer url = BUFFER_INIT, decoded = BUFFER_INIT;
    struct buffer meant = BUFFER_INIT, read = BUFFER_INIT;
    struct reader reader;

    if (escape_column_mistake(text) == NULL) {
        escape_column(&url, text, strlen(text), COLUMN_KEY);
        reader = received(&url, &decoded);
        meaning_column(&meant, text, text + strlen(text), 1);
        FUZZ_REQUIRE(model_key(&reader, &read) == 0);
        FUZZ_REQUIRE(is_same(&read, buffer_text(&meant), meant.length));
    }
    buffer_free(&url);
    buffer_free(&decoded);
    buffer_free(&meant);
    buffer_free(&read);
}

/* Without parentheses, which lead into a resource there. A dot behind a name in quotes is refused by
 * the server: nothing but the direction may stand there. */
static void check_order(const char *text)
{
    struct buffer url = BUFFER_INIT, decoded = BUFFER_INIT;
    struct buffer meant = BUFFER_INIT, read = BUFFER_INIT;
    struct reader reader;

    if (escape_column_mistake(text) == NULL && strchr(text, '(') == NULL) {
        int may_be_refused = *text == '"' && *meaning_part_end(text, text + strlen(text), 0) == '.';

        escape_column(&url, text, strlen(text), COLUMN_ORDER);
        buffer_puts(&url, ".desc");
        reader = received(&url, &decoded);
        meaning_column(&meant, text, text + strlen(text), 0);
        if (model_order(&reader, &read) != 0)
            FUZZ_REQUIRE(may_be_refused);
        else
            FUZZ_REQUIRE(is_same(&read, buffer_text(&meant), meant.length));
    }
    buffer_free(&url);
    buffer_free(&decoded);
    buffer_free(&meant);
    buffer_free(&read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(const char *text) = {
        check_segment, check_name, check_key, check_order};
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    unsigned choice = fuzz_byte(&bytes) % 9;
    char *text;

    switch (choice) {
    case 0:
        check_plain(&bytes);
        break;
    case 1:
        check_list(&bytes, escape_element, model_element);
        break;
    case 2:
        check_list(&bytes, escape_operand, model_operand);
        break;
    case 3:
    case 4:
        check_array(&bytes, choice == 4);
        break;
    default:
        text = fuzz_text(bytes.at, (size_t)(bytes.end - bytes.at));
        checks[(choice - 5) % COUNT(checks)](text);
        free(text);
    }
    return 0;
}
