/* SPDX-License-Identifier: MIT */
/* Hostile texts in the real database: what each operator must find is worked out here, in C, and compared
 * with what the server finds. values.sh starts the servers. */
#ifndef WIRE_VALUES_H
#define WIRE_VALUES_H

#include <stddef.h>
#include <stdint.h>
#include <supa/supa.h>

/* Row i + 1 of `strings` holds texts[i], a list of three texts and an object of two; the last row, whose
 * id is count + 1, holds nulls. */
struct world {
    char **texts; /* UTF-8 without NUL */
    size_t count;
};

/* SQL's truth. */
enum truth { NO, YES, UNKNOWN };

#define SAMPLE 40

/* What is done with one text, and who else takes part. */
struct task {
    supa_client *client;
    const struct world *world;
    size_t at;              /* the text's place */
    const char *text[3];    /* the text and two others */
    char *exact[3];         /* LIKE patterns that match a text and nothing else */
    char *part[3];          /* … and all that contain it */
    char *regex[3];         /* regular expressions of the texts */
    int64_t sample[SAMPLE]; /* ids of some rows, where most would be found */
    size_t checks, refused, too_long, wrong;
    char failure[512]; /* the first thing that was wrong, or "" */
};

/* The texts of a seed: quotes, wildcards, blanks at both ends, other scripts, up to 8 KB. */
int world_make(struct world *world, size_t count, uint64_t seed);
void world_free(struct world *world);
/* The texts of row @at's list, and of its object's members. */
void world_list(const struct world *world, size_t at, const char *list[3]);

/* A number from @state, which goes on. */
uint64_t next_random(uint64_t *state);

/* A JSON string, in quotes, or a name in PostgREST's quotes; to be freed. */
char *json_of(const char *text);
char *quoted_of(const char *text);
/* Whether @text begins as a filter does ("eq.…", "not.…"), so that no URL can carry it as an argument. */
int looks_like_filter(const char *text);

int task_init(
    struct task *task, supa_client *client, const struct world *world, size_t at, uint64_t seed);
void task_end(struct task *task);
/* Notes that something was not as it must be. */
void task_wrong(struct task *task, const char *what, const char *how);

typedef enum truth (*truth_of)(const struct task *task, size_t row);
/* How a query's ids are judged. */
enum { NEGATED = 1, SAMPLED = 2, REFUSED = 4 };
/* Sends @q, which asks for ids. They must be those of the rows for which @truth is YES (NO when NEGATED),
 * of all rows or, SAMPLED, of the sample. A REFUSED query must not be sent. */
void task_ids(struct task *task, const char *what, supa_query *q, truth_of truth, int how);

/* Truths that reads and writes share. */
enum truth text_equals(const struct task *task, size_t row);
enum truth text_is_one(const struct task *task, size_t row);
enum truth list_overlaps(const struct task *task, size_t row);

/* Every operator that takes a text, plain, negated and in groups. */
void check_operators(struct task *task);
/* Arrays, JSON, text search, functions, names of columns. */
void check_others(struct task *task);
/* Upsert, put, update and delete: they wait for one another, so one task at a time. */
void check_writes(struct task *task);

#endif
