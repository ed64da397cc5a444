/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <stdlib.h>
#include <string.h>

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Three rows of the table of distances between the beginnings of both, one after another. */
size_t distance_of(const char *one, const char *other)
{
    const size_t width = strlen(other) + 1;
    size_t *rows = have(calloc(3 * width, sizeof *rows));
    size_t *before = rows, *above = rows + width, *row = rows + 2 * width, *spare, result;

    for (size_t j = 0; j < width; j++)
        above[j] = j;
    for (size_t i = 1; one[i - 1] != '\0'; i++) {
        row[0] = i;
        for (size_t j = 1; j < width; j++) {
            row[j] =
                least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (one[i - 1] != other[j - 1]));
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                row[j] = least(row[j], before[j - 2] + 1, row[j]);
        }
        spare = before;
        before = above;
        above = row;
        row = spare;
    }
    result = above[width - 1];
    free(rows);
    return result;
}

void near_begin(struct near *near, const char *word)
{
    const size_t length = strlen(word);

    *near = (struct near){word, NULL, length < 6 ? 2 : length / 3 + 1};
}

void near_try(struct near *near, const char *candidate)
{
    const size_t distance = distance_of(near->word, candidate);

    if (distance >= near->distance || distance >= strlen(candidate))
        return;
    near->best = candidate;
    near->distance = distance;
}

const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* Functions whose option, or other name in the tool, is not their own name with "--" before it. */
static const struct {
    const char *function, *words;
} calls[] = {
    {"all_rows", "--all"},
    {"arg", "an argument"},
    {"args", "the arguments"},
    {"end", "the end of a group"},
    {"execute", "the request"},
    {"filter_all", "--filter"},
    {"filter_any", "--filter"},
    {"filter_raw", "--filter"},
    {"filter_text", "the filter"},
    {"from", "the table"},
    {"insert", "the rows"},
    {"insert_row", "the row"},
    {"manager_lease", "--store"},
    {"manager_master", "the command without --store"},
    {"not", "--not-…"},
    {"not_in", "--not-in"},
    {"null", "null"},
    {"or_raw", "--or"},
    {"pages", "--by"},
    {"range", "--offset"},
    {"regex", "--match"},
    {"rollback", "--dry-run"},
    {"rpc", "the function"},
    {"rpc_get", "--get"},
    {"scope_set", "SUPA_SCOPE"},
    {"text", "text"},
    {"update", "the values"},
    {"update_row", "the row"},
    {"upsert", "the rows"},
};

static const char *const same[] = {
    "any_store", "columns", "count",        "eq",           "explain",          "in",
    "is",        "limit",   "max_affected", "maybe_single", "missing_default",  "order",
    "own_copy",  "select",  "single",       "on_conflict",  "ignore_duplicates"};

#define CALLS (sizeof calls / sizeof calls[0])
#define SAME  (sizeof same / sizeof same[0])

static int is_word(const char *name, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(name, word, length) == 0;
}

/* The name of a function, without its "supa_". One that no option calls is named by its words. */
static void put_call(struct text *out, const char *name, size_t length)
{
    int is_option = 0;

    for (size_t i = 0; i < CALLS; i++) {
        if (is_word(name, length, calls[i].function)) {
            text_puts(out, calls[i].words);
            return;
        }
    }
    for (size_t i = 0; i < SAME && !is_option; i++)
        is_option = is_word(name, length, same[i]);
    text_puts(out, is_option ? "--" : "");
    for (size_t i = 0; i < length; i++)
        text_putc(out, name[i] != '_' ? name[i] : is_option ? '-' : ' ');
}

/* A user's own name may begin so as well; it stands in quotes. */
static const char *next_call(const char *message, const char *from)
{
    const char *call = strstr(from, "supa_");

    while (call != NULL && call > message && call[-1] == '"')
        call = strstr(call + 1, "supa_");
    return call;
}

/* `("what")` behind a call becomes ` "what"`, and `()` nothing. What follows it. */
static const char *put_argument(struct text *out, const char *from)
{
    const char *end = strncmp(from, "(\"", 2) == 0 ? strstr(from, "\")") : NULL;

    if (strncmp(from, "()", 2) == 0)
        return from + 2;
    if (end == NULL)
        return from;
    text_putc(out, ' ');
    text_put(out, from + 1, (size_t)(end - from));
    return end + 2;
}

void text_put_plain(struct text *out, const char *message)
{
    const char *from = message, *call;

    while ((call = next_call(message, from)) != NULL) {
        const char *name = call + strlen("supa_");
        const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

        text_put(out, from, (size_t)(call - from));
        put_call(out, name, length);
        from = put_argument(out, name + length);
    }
    text_puts(out, from);
}
