/* SPDX-License-Identifier: MIT */
/* Which tables and functions belong to which side, as the query layer needs to know it: lists that a
 * client's target points to, and beside each name its mode and what was found. The manager says what
 * is in the lists, which never change; modes and counts do, without locks. */
#ifndef QUERY_SCOPE_H
#define QUERY_SCOPE_H

#include "base/arena.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <supa/scope.h>

enum scope_owner {
    OWNER_MASTER = 1,
    OWNER_TENANT = 2,
    OWNER_BOTH = 3 /* the master's; a tenant has its own copy */
};

enum scope_mistake {
    MISTAKE_SIDE,     /* of the other side */
    MISTAKE_COPY,     /* of both, and the copy was not asked for */
    MISTAKE_UNLISTED, /* in no list */
    MISTAKE_STORE,    /* a filter asks for another store */
    MISTAKE_ROW,      /* a row names another store */
    MISTAKE_MERGE,    /* a write by a key that could take another store's row */
    MISTAKE_BODY,     /* rows that cannot be given their store */
    MISTAKE_EMBED,    /* an embedded resource that no filter reaches */
    MISTAKES
};

/* What a list says of a table or a function. One `*` in a name stands for any text; names without one
 * go before those, and longer ones before shorter. */
struct scope_listed {
    const char *name;
    unsigned char owner;
    unsigned char has_store_id; /* in the tenant's database */
};

struct scope_list {
    const struct scope_listed *entries;
    size_t count;
};

struct scope_counts {
    atomic_uint_least64_t refused[MISTAKES], passed[MISTAKES];
};

struct scope_entry {
    const char *name;    /* NULL: stands for all names in no list */
    unsigned char owner; /* 0 with those */
    unsigned char has_store_id;
    atomic_uchar mode; /* a supa_scope_mode */
    struct scope_counts *counts;
};

/* A name in no list that was asked for. */
struct scope_stranger {
    atomic_int state; /* enum in scope.c */
    char name[64];
    atomic_uint_least64_t refused, passed;
};

#define SCOPE_STRANGERS 32

/* The tables, or the functions. */
struct scope_names {
    struct scope_entry
        *entries;        /* plain names, sorted; patterns, the longest first; the unlisted */
    size_t plain, count; /* the unlisted not counted */
    struct scope_stranger strangers[SCOPE_STRANGERS];
};

struct scope {
    atomic_size_t references;
    atomic_uchar mode;  /* INHERIT never */
    const char *origin; /* "platform", "file" */
    struct scope_names tables, functions;
    struct arena arena;
};

/* A scope of these lists, whose texts are copied; NULL when memory is gone. All modes but the scope's
 * own, ENFORCE, and that of functions in no list, OFF, are INHERIT. @origin is a constant. */
struct scope *
scope_new(const char *origin, const struct scope_list *tables, const struct scope_list *functions);
struct scope *scope_ref(struct scope *scope);
void scope_unref(struct scope *scope);

/* How the lists are sorted: qsort's comparison of two struct scope_listed. 0 for equal names. */
int scope_order(const void *a, const void *b);

/* The entry of this name, or the one of names in no list. */
struct scope_entry *scope_find(struct scope_names *names, const char *name, size_t length);

/* The mode that an entry obeys: OFF, WARN or ENFORCE. */
supa_scope_mode scope_mode_of(const struct scope *scope, const struct scope_entry *entry);

/* Counts a mistake about the entry. Of one in no list the name is kept, if there is room; NULL: it may
 * not be. */
void scope_count(
    struct scope_names *names, struct scope_entry *entry, enum scope_mistake mistake, int refused,
    const char *name, size_t length);

/* The stranger's name once it is whole, or NULL. */
const char *scope_stranger_name(const struct scope_stranger *stranger);

#endif
