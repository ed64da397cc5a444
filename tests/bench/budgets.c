/* SPDX-License-Identifier: MIT */
#include "budgets.h"

#include <stddef.h>
#include <string.h>

#define WHO(p, s)                                                                                  \
    {                                                                                              \
        .program = p, .side = s                                                                    \
    }
#define SIDES(side) .floor = WHO("floor", side), .ours = WHO("ours", side)

#define IN_NS    .unit = "ns", .units = 1
#define IN_US    .unit = "µs", .units = 1e3
#define IN_MS    .unit = "ms", .units = 1e6
#define IN_MB    .unit = "MB", .units = 1024 /* of KB */
#define IN(what) .unit = what, .units = 1

#define AT_MOST(n, measured) .measure = measured, .rule = TIMES, .limit = n

/* By callgrind: the processor's own counters are not to be had in most virtual machines. */
#define INSTRUCTIONS_OF(side)                                                                      \
    {                                                                                              \
        .what = "user instructions", SIDES(side), AT_MOST(1.20, INSTRUCTIONS), IN("instructions"), \
        .rounds = 3                                                                                \
    }

const struct row rows[] = {
    {.name = "build",
     .budget = "at most 1.00 x",
     .parts =
         {{.what = "CPU",
           .floor = WHO("floor", "build"),
           .ours = WHO("inside", "build"),
           AT_MOST(1.00, CPU),
           IN_NS,
           .count = 100000,
           .pinned = 1}}},
    {.name = "get",
     .budget = "at most 1.10 x, 1.20 x user instructions",
     .parts =
         {{.what = "CPU", SIDES("get"), AT_MOST(1.10, CPU), IN_US, .count = 2000, .pinned = 1},
          INSTRUCTIONS_OF("get")}},
    {.name = "multi32",
     .budget = "at most 1.10 x, 1.20 x user instructions",
     .parts =
         {{.what = "CPU", SIDES("multi32"), AT_MOST(1.10, CPU), IN_US, .count = 3200, .pinned = 1},
          INSTRUCTIONS_OF("multi32")}},
    {.name = "write",
     .budget = "at most 1.10 x",
     .parts =
         {{.what = "CPU", SIDES("write"), AT_MOST(1.10, CPU), IN_US, .count = 2000, .pinned = 1}}},
    {.name = "page100",
     .budget = "at most 2.5 x the bytes alone",
     .parts =
         {{.what = "CPU", SIDES("page100"), AT_MOST(2.5, CPU), IN_US, .count = 1000, .pinned = 1}}},
    {.name = "stream",
     .budget = "at most 2 x the download",
     .parts = {{.what = "CPU", SIDES("stream"), AT_MOST(2, CPU), IN_MS, .count = 2, .pinned = 1}}},
    {.name = "stream-memory",
     .budget = "at most + 1 MB",
     .parts =
         {{.what = "peak",
           SIDES("stream"),
           .measure = PEAK,
           .rule = PLUS,
           .limit = 1,
           IN_MB,
           .count = 1,
           .pinned = 1,
           .fresh = 1,
           .rounds = 7}}},
    {.name = "tls-new",
     .budget = "at most + 0.15 ms, trust store parsed once",
     .parts =
         {{.what = "CPU",
           SIDES("tls-new"),
           .measure = CPU,
           .rule = PLUS,
           .limit = 0.15,
           IN_MS,
           .count = 50,
           .pinned = 1},
          {.what = "openings of the trust store",
           .ours = WHO("ours", "tls-new"),
           .measure = VALUE,
           .rule = BELOW,
           .limit = 1,
           IN("files"),
           .count = 20,
           .pinned = 1,
           .rounds = 3}}},
    {.name = "lookup",
     .budget = "less than 100 ns, two threads at least 1.8 x",
     .parts =
         {{.what = "CPU",
           SIDES("lookup"),
           .measure = CPU,
           .rule = BELOW,
           .limit = 100,
           IN_NS,
           .count = 1000000,
           .pinned = 1},
          {.what = "two threads to one",
           .floor = WHO("ours", "lookup"),
           .ours = WHO("ours", "lookup-threads"),
           .measure = VALUE,
           .rule = AT_LEAST,
           .limit = 1.8,
           .unit = "M/s",
           .units = 1e6,
           .count = 4000000}}},
    {.name = "cold",
     .budget = "each store asked for exactly once",
     .parts =
         {{.what = "in random order",
           .floor = WHO("floor", "cold"),
           .ours = WHO("ours", "cold"),
           AT_MOST(1, VALUE),
           IN("lookups"),
           .count = 1,
           .rounds = 3},
          {.what = "all at once on the same",
           .floor = WHO("floor", "cold"),
           .ours = WHO("ours", "cold-same"),
           AT_MOST(1, VALUE),
           IN("lookups"),
           .count = 1,
           .rounds = 3}}},
    {.name = "stores",
     .budget = "less than 4 KB each",
     .parts =
         {{.what = "memory of each",
           SIDES("stores"),
           .measure = VALUE,
           .rule = BELOW,
           .limit = 4,
           .unit = "KB",
           .units = 1024,
           .count = 1,
           .fresh = 1,
           .rounds = 1}}},
    {.name = "allocations",
     .budget = "0",
     .parts =
         {{.what = "of ours, each warm call",
           .floor = WHO("counted", "allocations-floor"),
           .ours = WHO("counted", "allocations"),
           .measure = VALUE,
           .rule = BELOW,
           .limit = 0.001,
           IN("calls"),
           .count = 20,
           .rounds = 3}}},
    {.name = "footprint",
     .budget = "at most + 1 MB, libsupa.so less than 200 KB",
     .parts =
         {{.what = "resident, idle",
           SIDES("footprint"),
           .measure = RSS,
           .rule = PLUS,
           .limit = 1,
           IN_MB,
           .count = 1,
           .pinned = 1,
           .fresh = 1},
          {.what = "libsupa.so, stripped",
           .ours = WHO("ours", "library"),
           .measure = VALUE,
           .rule = BELOW,
           .limit = 200,
           .unit = "KB",
           .units = 1000,
           .count = 1,
           .rounds = 1}}},
    {.name = NULL},
};

const struct lead leads[] = {
    {"build", "CPU", CPU, 15},   {"get", "CPU", CPU, 6},
    {"multi32", "CPU", CPU, 6},  {"write", "CPU", CPU, 6},
    {"page100", "CPU", CPU, 6},  {"stream", "CPU", CPU, 6},
    {"stream", "time", WALL, 8}, {"stream-memory", "peak memory", PEAK, 20},
    {NULL, NULL, CPU, 0},
};

int is_named(const char *names, const char *name)
{
    const size_t length = strlen(name);

    while (names != NULL) {
        if (strncmp(names, name, length) == 0 && (names[length] == ',' || names[length] == '\0'))
            return 1;
        names = strchr(names, ',');
        if (names == NULL)
            return 0;
        names++;
    }
    return 1;
}
