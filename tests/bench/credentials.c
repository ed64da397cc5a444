/* SPDX-License-Identifier: MIT */
/* What tests/stack/seal reads, for the benchmark's stores: credentials COUNT URL KEY. */
#include "store_ids.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    store_id id;

    if (argc != 4) {
        fputs("usage: credentials COUNT URL KEY\n", stderr);
        return 2;
    }
    for (long i = 0; i < atol(argv[1]); i++) {
        store_id_of((uint64_t)i, id);
        printf(
            "%s\tsupabase\t{\"projectUrl\":\"%s\",\"serviceRoleKey\":\"%s\"}\n", id, argv[2],
            argv[3]);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
