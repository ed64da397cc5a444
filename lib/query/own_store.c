/* SPDX-License-Identifier: MIT */
#include "query/own_store.h"

#include "base/text.h"
#include "query/filter.h"

#include <string.h>

#define COLUMN_LENGTH (sizeof STORE_COLUMN - 1)

/* What is known of a condition for a row of our store. */
struct saying {
    int true_or_false; /* 1, 0; −1: it depends */
    int names_another; /* some part of it is met by another store's row because of its store */
};

/* The store's column, of the query's own table or an embedded one, in quotes or not. */
static int is_store_column(const char *column, size_t length)
{
    static const char *const forms[] = {STORE_COLUMN, "\"" STORE_COLUMN "\""};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const size_t n = strlen(forms[i]);

        if (length >= n && memcmp(column + length - n, forms[i], n) == 0 &&
            (length == n || column[length - n - 1] == '.'))
            return 1;
    }
    return 0;
}

static int is_ours(const char *text, size_t length, const char *store_id)
{
    return text != NULL && text_same(text, length, store_id, strlen(store_id));
}

static int is_named(const struct filter *filter, const char *name)
{
    return filter->comparison == comparison_find(name, strlen(name));
}

/* How many of the values are our store. */
static size_t count_ours(const struct filter *filter, const char *store_id)
{
    size_t count = 0;

    for (size_t i = 0; i < filter->operand.count; i++) {
        const struct piece *piece = &filter->operand.pieces[i];

        count += is_ours(piece->text, piece->length, store_id) ? 1 : 0;
    }
    return count;
}

/* Equal to one of the values, or (all) to each of them. Of an empty list nothing is said. */
static struct saying
compare(const struct filter *filter, int equal, int negated, const char *store_id)
{
    const size_t count = filter->operand.count, ours = count_ours(filter, store_id);
    int holds = filter->quantifier == QUANTIFIER_ALL ? ours == count : ours != 0;

    if (count == 0)
        return (struct saying){-1, 0};
    if (!equal)
        holds = !holds;
    return (struct saying){holds != negated, equal != negated && ours != count};
}

static struct saying say_comparison(const struct filter *filter, int negated, const char *store_id)
{
    if (is_named(filter, "eq") || is_named(filter, "in"))
        return compare(filter, 1, negated, store_id);
    if (is_named(filter, "neq") || is_named(filter, "isdistinct"))
        return compare(filter, 0, negated, store_id);
    if (is_named(filter, "is")) /* no store is null, true or false */
        return (struct saying){negated, 0};
    return (struct saying){-1, 0};
}

/* The length of "eq.STORE", "in.(STORE)" or "not.is.null" that @text begins with, or 0. */
static size_t own_text(const char *text, size_t length, const char *store_id)
{
    static const char not_null[] = "not.is.null";
    const size_t n = strlen(store_id);

    if (length >= 3 + n && memcmp(text, "eq.", 3) == 0 && is_ours(text + 3, n, store_id))
        return 3 + n;
    if (length >= 5 + n && memcmp(text, "in.(", 4) == 0 && is_ours(text + 4, n, store_id) &&
        text[4 + n] == ')')
        return 5 + n;
    if (length >= sizeof not_null - 1 && memcmp(text, not_null, sizeof not_null - 1) == 0)
        return sizeof not_null - 1;
    return 0;
}

static struct saying say_raw(const struct filter *filter, int negated, const char *store_id)
{
    const size_t n = own_text(filter->raw, filter->raw_length, store_id);

    if (n == 0 || n != filter->raw_length)
        return (struct saying){-1, 1};
    return (struct saying){!negated, 0};
}

static int is_in_name(char c)
{
    c = text_lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

/* The raw text of a group: wherever the store's column is compared, it is with our store. */
static struct saying say_raw_group(const struct filter *group, const char *store_id)
{
    const char *text = group->raw, *end = text + group->raw_length;

    for (const char *p = text; p + COLUMN_LENGTH < end; p++) {
        const char *behind = p + COLUMN_LENGTH;
        size_t n;

        if (memcmp(p, STORE_COLUMN, COLUMN_LENGTH) != 0 || (p > text && is_in_name(p[-1])))
            continue;
        if (*behind == '"')
            behind++;
        if (behind == end || *behind != '.')
            continue;
        behind++;
        n = own_text(behind, (size_t)(end - behind), store_id);
        if (n == 0 || (behind + n < end && behind[n] != ',' && behind[n] != ')'))
            return (struct saying){-1, 1};
    }
    return (struct saying){-1, 0};
}

static struct saying say(const struct filter *filter, int negated, const char *store_id);

/* One part that is true decides an `or`, one that is false an `and`; negated it is the other way
 * round, and so are its parts. */
static struct saying say_group(const struct filter *group, int negated, const char *store_id)
{
    const int decisive = group->is_or != negated;
    struct saying all = {!decisive, 0};

    if (group->raw != NULL)
        return say_raw_group(group, store_id);
    for (const struct filter *f = group->children; f != NULL; f = f->next) {
        const struct saying one = say(f, negated, store_id);

        all.names_another |= one.names_another;
        if (one.true_or_false == decisive)
            all.true_or_false = decisive;
        else if (one.true_or_false < 0 && all.true_or_false != decisive)
            all.true_or_false = -1;
    }
    return all;
}

static struct saying say(const struct filter *filter, int negated, const char *store_id)
{
    negated ^= filter->negated != 0;
    if (filter->kind == FILTER_GROUP)
        return say_group(filter, negated, store_id);
    if (!is_store_column(filter->column, filter->column_length))
        return (struct saying){-1, 0};
    return filter->kind == FILTER_RAW ? say_raw(filter, negated, store_id)
                                      : say_comparison(filter, negated, store_id);
}

enum own_store own_store_says(const struct filter *filter, const char *store_id)
{
    const struct saying saying = say(filter, 0, store_id);

    if (saying.names_another || saying.true_or_false == 0)
        return OWN_STORE_CONTRADICTS;
    return saying.true_or_false == 1 ? OWN_STORE_HOLDS : OWN_STORE_DEPENDS;
}
