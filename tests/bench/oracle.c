/* SPDX-License-Identifier: MIT */
#include "oracle.h"

#include "side.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *oracle_rows_name(long rows)
{
    static char name[32];

    snprintf(name, sizeof name, "rows_%ld", rows);
    return name;
}

struct oracle oracle_of(const char *name)
{
    struct oracle oracle;
    char path[4096], line[512], found[64];
    FILE *file;

    snprintf(path, sizeof path, "%s/oracle.txt", side_setting("BENCH_CANNED"));
    file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(
                line, "%63s %ld %zu %" SCNu64 " %" SCNu64 " %" SCNu64, found, &oracle.rows,
                &oracle.bytes, &oracle.bytes_sum, &oracle.fields_sum, &oracle.three_sum) == 6 &&
            strcmp(found, name) == 0) {
            fclose(file);
            return oracle;
        }
    }
    side_fail("%s has no line of %s", path, name);
}
