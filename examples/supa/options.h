/* SPDX-License-Identifier: MIT */
/* The options of all commands: one table, of which each command takes some groups. */
#ifndef TOOL_OPTIONS_H
#define TOOL_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

enum option_group {
    GROUP_GENERAL = 1 << 0,    /* help and verbosity */
    GROUP_SERVER = 1 << 1,     /* where to connect */
    GROUP_PLAIN = 1 << 30,     /* a server without a master */
    GROUP_STORE_NAME = 1 << 2, /* which store */
    GROUP_STORE = 1 << 3,      /* which store's tenant, and how it is kept to it */
    GROUP_FILTER = 1 << 4,     /* which rows */
    GROUP_SHAPE = 1 << 5,      /* order and limit */
    GROUP_SELECT = 1 << 6,     /* which columns */
    GROUP_SEND = 1 << 7,       /* print instead of send */
    GROUP_OUTPUT = 1 << 8,     /* how rows are printed */
    GROUP_INPUT = 1 << 9,      /* where rows come from */
    GROUP_READ = 1 << 10,      /* of reads */
    GROUP_WRITE = 1 << 11,     /* of writes */
    GROUP_INSERT = 1 << 12,    /* of inserts */
    GROUP_UPSERT = 1 << 13,    /* of upserts */
    GROUP_RPC = 1 << 14,       /* of functions */
    GROUP_YES = 1 << 15,       /* what is to be confirmed */
    GROUP_TO = 1 << 16,        /* where to write to */
    GROUP_EXPORT = 1 << 17,    /* of export */
    GROUP_IMPORT = 1 << 18,    /* of import */
    GROUP_EACH = 1 << 19,      /* of walks over stores */
    GROUP_SECRET = 1 << 20,    /* what shows plaintext */
    GROUP_NEW = 1 << 21,       /* a new store */
    GROUP_PUT = 1 << 22,       /* credentials of a store */
    GROUP_TYPE = 1 << 23,      /* … and their type */
    GROUP_ROW = 1 << 24,       /* … and the other columns of their row */
    GROUP_ROTATE = 1 << 25,    /* … that replace others */
    GROUP_LIST = 1 << 26,      /* lists of stores */
    GROUP_REKEY = 1 << 27,     /* envelopes sealed anew */
    GROUP_SCOPE = 1 << 28,     /* whose tables are */
    GROUP_KEYGEN = 1 << 29,    /* of keygen */
};

/* A filter, in the order of the command line. */
struct step {
    const char *op;   /* PostgREST's operator; "filter" and "or": the text is in its own words */
    const char *text; /* COLUMN=VALUE */
    int negated;
};

struct options {
    int help, verbose;
    const char *profile, *config;
    const char *url, *key, *rest_path, *schema, *ca_file, *timeout;
    const char *store, *host;
    int any_store, own_copy;
    struct step *steps;
    size_t step_count;
    const char *order, *select;
    int64_t limit, offset;
    const char *count, *explain;
    int single, maybe_single;
    int dry_run, curl, describe, show_keys;
    const char *output;
    const char *from, *input;
    int all_rows;
    int64_t max_affected;
    const char *columns, *on_conflict;
    int missing_default, ignore_duplicates, get;
    int yes;
    const char *to, *by;
    int64_t page, batch, concurrency;
    const char *owner, *slug, *name, *id, *country, *email;
    const char *credentials, *type, *extra;
    int inactive, no_test, all, write, add, count_rows;
    const char *after;
    int from_openapi;
    char *hidden_key; /* the copy of a key that was given as an argument, or NULL */
    char **arguments;
    int argument_count;
};

/* A number that was not given. */
#define NOT_GIVEN INT64_MIN

/*
 * Reads the command line of @command, whose last word comes first. 0, or an exit status and the mistake is told. A key
 * is copied and taken out of the command line, so that no list of processes shows it.
 */
int options_parse(
    struct options *options, const char *command, unsigned groups, int argc, char **argv);
void options_free(struct options *options);

/* Prints the options of these groups for a help text. */
void options_print(unsigned groups);

#endif
