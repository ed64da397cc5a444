/* SPDX-License-Identifier: MIT */
/* Reading the text given to supa_select, by PostgREST's grammar:
 *
 *     select  item *( "," item )
 *     item    "*" / [ alias ":" ] field / [ "..." ] [ alias ":" ] name *( "!" hint ) "(" [ select ] ")"
 *     field   ( name *( "->" key / "->>" key ) / "count()" ) [ "::" cast ] [ "." aggregate "()" [ "::" cast ] ]
 *
 * Names and keys may stand in double quotes. */
#ifndef QUERY_SELECT_H
#define QUERY_SELECT_H

#include "base/arena.h"

#include <stddef.h>

/* One embedded resource. */
struct embed {
    struct embed *next;
    const struct embed *parent; /* what it is embedded in; NULL: the query's own relation */
    const char *path;           /* how filters reach it: aliases or names, parted by dots */
    size_t path_length;
    const char *name; /* the relation, or the column that leads to it; without quotes */
    size_t name_length;
    const char *key; /* its alias or name, without quotes: the last part of its path */
    size_t key_length;
    int kept; /* the guard's: its rows are kept to the store */
};

struct select {
    const char *text; /* without white space outside of quotes; NULL: none was given */
    size_t length;
    int is_plain; /* names and stars alone: nothing in it has to be encoded */
    struct embed *embeds;
    int has_aggregate; /* one stands in it, outside of embedded resources */
    size_t mistake_at; /* where in the text select_read found a mistake */
};

/* NULL when all is well, else what is wrong; SELECT_NO_MEMORY when memory is gone. */
const char *select_read(struct select *select, const char *text, struct arena *arena);

extern const char SELECT_NO_MEMORY[];

#endif
