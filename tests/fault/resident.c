/* SPDX-License-Identifier: MIT */
/* A process whose memory memory_test looks into. With a manager of the environment it leases the
 * stores that are named on its command line and asks each for a table; says for each what came of it,
 * then "held", and waits for a line; gives all back, says "ended", and waits again. */
#include <stdio.h>
#include <stdlib.h>
#include <supa/supa.h>

enum { STORES = 16 };

static void say_and_wait(const char *word)
{
    char line[8];

    puts(word);
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL)
        exit(3);
}

/* Its answer is read and dropped, as a program would. */
static supa_client *use(supa_manager *manager, const char *store)
{
    supa_error error;
    supa_client *shop = supa_manager_lease(manager, store, &error);

    if (shop != NULL && supa_exec(supa_from(shop, "products"), &error) != SUPA_OK)
        fprintf(stderr, "resident: %s\n", error.message);
    printf("%s\n", supa_code_name((supa_code)error.code));
    return shop;
}

int main(int argc, char **argv)
{
    supa_client *shops[STORES] = {NULL};
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);

    if (manager == NULL) {
        fprintf(stderr, "resident: %s\n", error.message);
        return 1;
    }
    for (int i = 1; i < argc && i <= STORES; i++)
        shops[i - 1] = use(manager, argv[i]);
    say_and_wait("held");
    for (int i = 0; i < STORES; i++)
        supa_client_unref(shops[i]);
    supa_manager_free(manager);
    say_and_wait("ended");
    return 0;
}
