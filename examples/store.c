/* SPDX-License-Identifier: MIT */
/* store STORE: what the master knows of a store. The environment says where the master is. */
#include <stdio.h>
#include <supa/supa.h>

static int fail(const supa_error *error)
{
    fprintf(stderr, "store: %s: %s\n", supa_code_name((supa_code)error->code), error->message);
    return 1;
}

int main(int argc, char **argv)
{
    supa_error error;
    supa_manager *manager;
    supa_response *answer;
    supa_query *q;
    int status = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: store STORE\n");
        return 2;
    }
    manager = supa_manager_from_env(&error);
    if (manager == NULL)
        return fail(&error);

    q = supa_from(supa_manager_master(manager), "stores");
    supa_select(q, "name,slug,status,is_active");
    supa_eq(q, "id", supa_text(argv[1]));
    supa_single(q);
    answer = supa_execute(q);

    if (supa_response_ok(answer)) {
        supa_row row = supa_response_first(answer);

        printf(
            "%s (%s): %s\n", supa_row_string(row, "name", "?"), supa_row_string(row, "slug", "?"),
            supa_row_string(row, "status", "?"));
    } else {
        status = fail(supa_response_error(answer));
    }
    supa_response_free(answer);
    supa_manager_free(manager);
    return status;
}
