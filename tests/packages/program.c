/* SPDX-License-Identifier: MIT */
/* A program of somebody's, which knows libsupa by what was installed only; reaches no server. */
#include <stdio.h>
#include <string.h>
#include <supa/supa.h>

#if !SUPA_VERSION_AT_LEAST(0, 1, 0) ||                                                             \
    SUPA_VERSION_AT_LEAST(SUPA_VERSION_MAJOR, SUPA_VERSION_MINOR + 1, 0)
#error "SUPA_VERSION_AT_LEAST"
#endif

int main(void)
{
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    supa_error error;
    options.url = "https://abc.supabase.co";
    options.key = "key";
    supa_client *client = supa_client_new(&options, &error);
    if (client == NULL) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    supa_query *q = supa_eq(supa_from(client, "products"), "price", supa_decimal("19.99"));
    char *text = supa_query_curl(q, 0);
    int right = text != NULL && strstr(text, "/rest/v1/products?") &&
                strstr(text, "price=eq.19.99") && strcmp(supa_version(), SUPA_VERSION_STRING) == 0;
    printf("%s %s\n", supa_version(), right ? "works" : text);
    supa_text_free(text);
    supa_query_free(q);
    supa_client_unref(client);
    return !right;
}
