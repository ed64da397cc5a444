/* SPDX-License-Identifier: MIT */
#include "understood.h"

#include "fuzz.h"
#include "postgrest.h"

#include <stdlib.h>
#include <string.h>

static int take_word(struct reader *reader, const char *word)
{
    const size_t length = strlen(word);

    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return 0;
    reader->at += length;
    return 1;
}

static int read_list(struct reader *reader, struct buffer *out, char end, int is_array)
{
    struct buffer value = BUFFER_INIT;
    int failed = 0;

    do {
        buffer_clear(&value);
        failed = is_array ? model_array_element(reader, &value) : model_element(reader, &value);
        model_part(out, 'v', buffer_text(&value), value.length);
    } while (!failed && model_take(reader, ','));
    buffer_free(&value);
    return failed || !model_take(reader, end) ? -1 : 0;
}

/* To the end at the top, else up to a comma or parenthesis. */
static int read_text(struct reader *reader, struct buffer *text, int is_grouped)
{
    if (is_grouped)
        return model_operand(reader, text);
    buffer_put(text, reader->at, (size_t)(reader->end - reader->at));
    reader->at = reader->end;
    return 0;
}

static int read_array(struct reader *reader, struct buffer *out, int is_grouped)
{
    struct buffer text = BUFFER_INIT;
    struct reader array;
    int failed = read_text(reader, &text, is_grouped);

    array = (struct reader){buffer_text(&text), buffer_text(&text) + text.length};
    failed = failed || !model_take(&array, '{') || read_list(&array, out, '}', 1) != 0 ||
             array.at != array.end;
    buffer_free(&text);
    return failed ? -1 : 0;
}

static int read_value(struct reader *reader, struct buffer *out, int is_grouped)
{
    struct buffer text = BUFFER_INIT;
    int failed = read_text(reader, &text, is_grouped);

    model_part(out, 'v', buffer_text(&text), text.length);
    buffer_free(&text);
    return failed;
}

/* An operator and its operand, behind the column and its dot. */
static int read_operation(struct reader *reader, struct buffer *out, int is_grouped)
{
    static const char *const words[] = {"eq.", "neq.", "gte.", "gt.", "lte.", "lt.", "is."};

    if (take_word(reader, "in.(")) {
        buffer_puts(out, "|in|");
        while (model_take(reader, ' ')) /* the server skips them there */
            ;
        return read_list(reader, out, ')', 0);
    }
    if (take_word(reader, "cs.")) {
        buffer_puts(out, "|cs|");
        return read_array(reader, out, is_grouped);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!take_word(reader, words[i]))
            continue;
        buffer_putc(out, '|');
        buffer_put(out, words[i], strlen(words[i]) - 1);
        buffer_putc(out, '|');
        return read_value(reader, out, is_grouped);
    }
    return -1;
}

static int read_member(struct reader *reader, struct buffer *out);

/* Behind its opening parenthesis. */
static int read_group(struct reader *reader, struct buffer *out)
{
    do {
        if (read_member(reader, out) != 0)
            return -1;
    } while (model_take(reader, ','));
    buffer_putc(out, ')');
    return model_take(reader, ')') ? 0 : -1;
}

static int read_member(struct reader *reader, struct buffer *out)
{
    struct buffer column = BUFFER_INIT;
    int failed;

    if (take_word(reader, "not.or(")) {
        buffer_puts(out, "!O(");
        return read_group(reader, out);
    }
    if (take_word(reader, "not.and(")) {
        buffer_puts(out, "!A(");
        return read_group(reader, out);
    }
    if (take_word(reader, "or(")) {
        buffer_puts(out, "O(");
        return read_group(reader, out);
    }
    if (take_word(reader, "and(")) {
        buffer_puts(out, "A(");
        return read_group(reader, out);
    }
    failed = model_field(reader, &column) != 0 || !model_take(reader, '.');
    if (take_word(reader, "not."))
        buffer_putc(out, '!');
    buffer_putc(out, 'F');
    buffer_put(out, buffer_text(&column), column.length);
    buffer_free(&column);
    return failed ? -1 : read_operation(reader, out, 1);
}

/* One parameter, decoded. */
struct parameter {
    struct buffer name, value;
};

static int is_name(const struct parameter *parameter, const char *name)
{
    return parameter->name.length == strlen(name) &&
           memcmp(buffer_text(&parameter->name), name, parameter->name.length) == 0;
}

static struct reader value_of(const struct parameter *parameter)
{
    const char *text = buffer_text(&parameter->value);

    return (struct reader){text, text + parameter->value.length};
}

static void read_filter(const struct parameter *parameter, struct buffer *out)
{
    struct reader value = value_of(parameter), name;
    struct buffer column = BUFFER_INIT;

    if (is_name(parameter, "or") || is_name(parameter, "and") || is_name(parameter, "not.or") ||
        is_name(parameter, "not.and")) {
        const char *word = buffer_text(&parameter->name);
        const int negated = *word == 'n';

        buffer_puts(out, negated ? "!" : "");
        buffer_puts(out, word[negated ? 4 : 0] == 'o' ? "O(" : "A(");
        FUZZ_REQUIRE(model_take(&value, '(') && read_group(&value, out) == 0);
    } else {
        name = (struct reader){
            buffer_text(&parameter->name), buffer_text(&parameter->name) + parameter->name.length};
        FUZZ_REQUIRE(model_key(&name, &column) == 0);
        if (take_word(&value, "not."))
            buffer_putc(out, '!');
        buffer_putc(out, 'F');
        buffer_put(out, buffer_text(&column), column.length);
        FUZZ_REQUIRE(read_operation(&value, out, 0) == 0);
    }
    FUZZ_REQUIRE(value.at == value.end);
    buffer_free(&column);
}

static void read_orders(const struct parameter *parameter, struct buffer *out)
{
    struct reader value = value_of(parameter);
    struct buffer column = BUFFER_INIT;

    while (value.at < value.end) {
        struct reader term = value;
        const char *comma = value.at;

        /* the direction ends a term, and no column that is bare has a comma */
        while (comma < value.end &&
               !(*comma == ',' && comma - value.at > 5 && memcmp(comma - 5, ".desc", 5) == 0))
            comma++;
        term.end = comma;
        buffer_clear(&column);
        FUZZ_REQUIRE(model_order(&term, &column) == 0 && term.at == term.end);
        buffer_put(out, buffer_text(&column), column.length);
        value.at = comma < value.end ? comma + 1 : comma;
    }
    buffer_free(&column);
}

static int64_t number_of(const struct parameter *parameter)
{
    return strtoll(buffer_text(&parameter->value), NULL, 10);
}

static void understand(const struct parameter *parameter, struct understood *understood)
{
    if (is_name(parameter, "order")) {
        FUZZ_REQUIRE(understood->orders_seen++ == 0);
        read_orders(parameter, &understood->orders);
    } else if (is_name(parameter, "limit")) {
        FUZZ_REQUIRE(understood->limit == -1);
        understood->limit = number_of(parameter);
    } else if (is_name(parameter, "offset")) {
        FUZZ_REQUIRE(understood->offset == -1);
        understood->offset = number_of(parameter);
    } else if (is_name(parameter, "select")) {
        FUZZ_REQUIRE(strcmp(buffer_text(&parameter->value), "*") == 0);
    } else {
        read_filter(parameter, &understood->filters);
    }
}

static struct buffer slice(const char *at, const char *end)
{
    struct buffer text = BUFFER_INIT;

    buffer_put(&text, at, (size_t)(end - at));
    return text;
}

static const char *find(const char *at, const char *end, char c)
{
    const char *found = memchr(at, c, (size_t)(end - at));

    return found != NULL ? found : end;
}

void understand_parameters(const char *at, const char *end, struct understood *understood)
{
    while (at < end) {
        const char *next = find(at, end, '&'), *equals = find(at, next, '=');
        struct buffer name = slice(at, equals),
                      value = slice(equals < next ? equals + 1 : next, next);
        struct parameter parameter = {BUFFER_INIT, BUFFER_INIT};

        FUZZ_REQUIRE(equals < next);
        FUZZ_REQUIRE(model_decode(&name, &parameter.name) == 0);
        FUZZ_REQUIRE(model_decode(&value, &parameter.value) == 0);
        understand(&parameter, understood);
        buffer_free(&name);
        buffer_free(&value);
        buffer_free(&parameter.name);
        buffer_free(&parameter.value);
        at = next < end ? next + 1 : end;
    }
}
