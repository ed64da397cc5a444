/* SPDX-License-Identifier: MIT */
/* mixup STORE TABLE: asks a tenant for a table. One that belongs to the master is refused before
 * anything is sent. */
#include <stdio.h>
#include <supa/supa.h>

int main(int argc, char **argv)
{
    supa_error error = {0};
    supa_manager *manager = supa_manager_from_env(&error);
    supa_client *tenant = NULL;
    int code = SUPA_ERROR_ARGUMENT;

    if (argc != 3) {
        fprintf(stderr, "usage: mixup STORE TABLE\n");
        supa_manager_free(manager);
        return 2;
    }
    if (manager != NULL)
        tenant = supa_manager_lease(manager, argv[1], &error);
    if (tenant != NULL)
        code = supa_exec(supa_select(supa_from(tenant, argv[2]), "id"), &error);
    if (code != SUPA_OK)
        fprintf(
            stderr, "mixup: %s: %s (%s)\n", supa_code_name((supa_code)error.code), error.message,
            supa_outcome_name((supa_outcome)error.outcome));
    supa_client_unref(tenant);
    supa_manager_free(manager);
    return code != SUPA_OK;
}
