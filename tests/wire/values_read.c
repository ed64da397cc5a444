/* SPDX-License-Identifier: MIT */
/* Every operator that takes a text, and what it must find. */
#include "wire/values.h"

#include <string.h>

static int is_null(const struct task *task, size_t row)
{
    return row == task->world->count;
}

static int order(const struct task *task, size_t row, size_t i)
{
    return strcmp(task->world->texts[row], task->text[i]);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Under the collation C letters of ASCII alone have another case. */
static int begins(const char *text, const char *with, int fold)
{
    for (; *with != '\0'; text++, with++) {
        if (*text != *with && (!fold || lower(*text) != lower(*with)))
            return 0;
    }
    return 1;
}

static int same(const struct task *task, size_t row, size_t i, int fold)
{
    return strlen(task->world->texts[row]) == strlen(task->text[i]) &&
           begins(task->world->texts[row], task->text[i], fold);
}

static int contains(const struct task *task, size_t row, size_t i, int fold)
{
    const char *at = task->world->texts[row];

    while (!begins(at, task->text[i], fold)) {
        if (*at++ == '\0')
            return 0;
    }
    return 1;
}

/* A truth of a row: unknown where it is null. NAME_one is about the text, _any and _all about all three. */
#define TRUTH(name, holds)                                                                         \
    static enum truth name##_one(const struct task *task, size_t row)                              \
    {                                                                                              \
        const size_t i = 0;                                                                        \
        return is_null(task, row) ? UNKNOWN : (holds) ? YES : NO;                                  \
    }
#define TRUTHS(name, holds)                                                                        \
    TRUTH(name, holds)                                                                             \
    static enum truth name##_any(const struct task *task, size_t row)                              \
    {                                                                                              \
        int any = 0;                                                                               \
        for (size_t i = 0; !is_null(task, row) && i < 3; i++)                                      \
            any |= (holds) != 0;                                                                   \
        return is_null(task, row) ? UNKNOWN : any ? YES : NO;                                      \
    }                                                                                              \
    static enum truth name##_all(const struct task *task, size_t row)                              \
    {                                                                                              \
        int all = 1;                                                                               \
        for (size_t i = 0; !is_null(task, row) && i < 3; i++)                                      \
            all &= (holds) != 0;                                                                   \
        return is_null(task, row) ? UNKNOWN : all ? YES : NO;                                      \
    }

TRUTHS(eq, order(task, row, i) == 0)
TRUTHS(gt, order(task, row, i) > 0)
TRUTHS(gte, order(task, row, i) >= 0)
TRUTHS(lt, order(task, row, i) < 0)
TRUTHS(lte, order(task, row, i) <= 0)
TRUTHS(ieq, same(task, row, i, 1))
TRUTHS(part, contains(task, row, i, 0))
TRUTHS(ipart, contains(task, row, i, 1))
TRUTH(neq, order(task, row, i) != 0)

static enum truth distinct_one(const struct task *task, size_t row)
{
    return is_null(task, row) || order(task, row, 0) != 0 ? YES : NO;
}

static enum truth not_any(const struct task *task, size_t row)
{
    const enum truth any = eq_any(task, row);

    return any == UNKNOWN ? UNKNOWN : any == YES ? NO : YES;
}

enum truth text_equals(const struct task *task, size_t row)
{
    return eq_one(task, row);
}

enum truth text_is_one(const struct task *task, size_t row)
{
    return eq_any(task, row);
}

/* How an operator takes the texts. */
enum takes {
    TEXT,        /* as it is */
    LIST_OF_ONE, /* a list of it alone */
    LIST,        /* a list of three */
    EXACT,       /* LIKE patterns of the whole text, */
    EXACTS,      /* … of the three, */
    PART,        /* … of a part */
    PARTS,
    REGEX,
    REGEXES
};

typedef supa_query *(*with_value)(supa_query *, const char *, supa_value);
typedef supa_query *(*with_text)(supa_query *, const char *, const char *);

/* PART is the way: one of with_value, with_text; or @op for filter_any, filter_all, filter. */
struct operator
{
    const char *name;
    enum takes takes;
    int wide; /* finds most rows */
    truth_of truth;
    with_value value;
    with_text text;
    const char *any, *all, *op;
};

/* clang-format off */
static const struct operator operators[] = {
    {"eq", TEXT, 0, eq_one, .value = supa_eq},
    {"neq", TEXT, 1, neq_one, .value = supa_neq},
    {"gt", TEXT, 1, gt_one, .value = supa_gt},
    {"gte", TEXT, 1, gte_one, .value = supa_gte},
    {"lt", TEXT, 1, lt_one, .value = supa_lt},
    {"lte", TEXT, 1, lte_one, .value = supa_lte},
    {"is_distinct", TEXT, 1, distinct_one, .value = supa_is_distinct},
    {"in one", LIST_OF_ONE, 0, eq_one, .value = supa_in},
    {"in", LIST, 0, eq_any, .value = supa_in},
    {"not_in", LIST, 1, not_any, .value = supa_not_in},
    {"like", EXACT, 0, eq_one, .text = supa_like},
    {"like a part", PART, 0, part_one, .text = supa_like},
    {"ilike", EXACT, 0, ieq_one, .text = supa_ilike},
    {"ilike a part", PART, 0, ipart_one, .text = supa_ilike},
    {"like_any", EXACTS, 0, eq_any, .value = supa_like_any},
    {"like_all", PARTS, 0, part_all, .value = supa_like_all},
    {"ilike_any", EXACTS, 0, ieq_any, .value = supa_ilike_any},
    {"ilike_all", PARTS, 0, ipart_all, .value = supa_ilike_all},
    {"regex", REGEX, 0, eq_one, .text = supa_regex},
    {"iregex", REGEX, 0, ieq_one, .text = supa_iregex},
    {"eq(any)", LIST, 0, eq_any, .any = "eq"}, {"eq(all)", LIST, 0, eq_all, .all = "eq"},
    {"gt(any)", LIST, 1, gt_any, .any = "gt"}, {"gt(all)", LIST, 1, gt_all, .all = "gt"},
    {"gte(any)", LIST, 1, gte_any, .any = "gte"}, {"gte(all)", LIST, 1, gte_all, .all = "gte"},
    {"lt(any)", LIST, 1, lt_any, .any = "lt"}, {"lt(all)", LIST, 1, lt_all, .all = "lt"},
    {"lte(any)", LIST, 1, lte_any, .any = "lte"}, {"lte(all)", LIST, 1, lte_all, .all = "lte"},
    {"like(any)", PARTS, 0, part_any, .any = "like"}, {"ilike(any)", PARTS, 0, ipart_any, .any = "ilike"},
    {"match(any)", REGEXES, 0, eq_any, .any = "match"}, {"match(all)", REGEXES, 0, eq_all, .all = "match"},
    {"imatch(any)", REGEXES, 0, ieq_any, .any = "imatch"}, {"imatch(all)", REGEXES, 0, ieq_all, .all = "imatch"},
    {"filter eq", TEXT, 0, eq_one, .op = "eq"}, {"filter in", LIST, 0, eq_any, .op = "in"},
};
/* clang-format on */
#define OPERATORS (sizeof operators / sizeof operators[0])

static const char *one_of(const struct task *task, enum takes takes)
{
    if (takes == EXACT)
        return task->exact[0];
    if (takes == PART)
        return task->part[0];
    return takes == REGEX ? task->regex[0] : task->text[0];
}

static const char *const *list_of(const struct task *task, enum takes takes)
{
    if (takes == EXACTS)
        return (const char *const *)task->exact;
    if (takes == PARTS)
        return (const char *const *)task->part;
    return takes == REGEXES ? (const char *const *)task->regex : task->text;
}

static int is_list(enum takes takes)
{
    return takes == LIST || takes == EXACTS || takes == PARTS || takes == REGEXES;
}

static supa_value value_of(const struct task *task, enum takes takes)
{
    if (takes == LIST_OF_ONE)
        return supa_texts(task->text, 1);
    if (is_list(takes))
        return supa_texts(list_of(task, takes), 3);
    return supa_text(one_of(task, takes));
}

static void apply(supa_query *q, const struct task *task, const struct operator* op)
{
    static const char column[] = "value";

    if (op->value != NULL)
        op->value(q, column, value_of(task, op->takes));
    else if (op->text != NULL)
        op->text(q, column, one_of(task, op->takes));
    else if (op->any != NULL)
        supa_filter_any(q, column, op->any, value_of(task, op->takes));
    else if (op->all != NULL)
        supa_filter_all(q, column, op->all, value_of(task, op->takes));
    else
        supa_filter(q, column, op->op, value_of(task, op->takes));
}

/* A pattern with a star is refused. */
static int is_refused(const struct task *task, enum takes takes)
{
    const int pattern = takes == EXACT || takes == EXACTS || takes == PART || takes == PARTS;

    for (size_t i = 0; pattern && i < (is_list(takes) ? 3U : 1U); i++) {
        if (strchr(task->text[i], '*') != NULL)
            return REFUSED;
    }
    return 0;
}

static supa_query *strings(const struct task *task)
{
    return supa_select(supa_from(task->client, "strings"), "id");
}

/* Rows that are neither: a condition that never holds stands beside the operator. */
static void never(supa_query *q)
{
    supa_lt(q, "id", supa_int(0));
}

static void check_plain(struct task *task, const struct operator* op)
{
    supa_query *q = strings(task);

    apply(q, task, op);
    task_ids(task, op->name, q, op->truth, is_refused(task, op->takes) | (op->wide ? SAMPLED : 0));
}

static void check_group(struct task *task, const struct operator* op)
{
    supa_query *q = supa_or(strings(task));

    never(q);
    apply(q, task, op);
    supa_end(q);
    task_ids(task, op->name, q, op->truth, is_refused(task, op->takes) | (op->wide ? SAMPLED : 0));
}

/* not op; or(id<0, and(id>0, not op)); not or(id<0, op) */
static void check_negated(struct task *task, const struct operator* op, size_t way)
{
    supa_query *q = strings(task);

    if (way == 0) {
        apply(supa_not(q), task, op);
    } else if (way == 1) {
        never(supa_or(q));
        supa_gt(supa_and(q), "id", supa_int(0));
        apply(supa_not(q), task, op);
        supa_end(supa_end(q));
    } else {
        never(supa_or(supa_not(q)));
        apply(q, task, op);
        supa_end(q);
    }
    task_ids(task, op->name, q, op->truth, is_refused(task, op->takes) | SAMPLED | NEGATED);
}

void check_operators(struct task *task)
{
    for (size_t i = 0; i < OPERATORS; i++) {
        check_plain(task, &operators[i]);
        check_group(task, &operators[i]);
        check_negated(task, &operators[i], (task->at + i) % 3);
    }
}
