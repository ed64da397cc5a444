/* SPDX-License-Identifier: MIT */
/* The opened plaintext of a store's credentials: a JSON object with projectUrl, serviceRoleKey and,
 * if it likes, schema and restPath. Fields that are not known are passed over. */
#ifndef MANAGER_CREDENTIALS_H
#define MANAGER_CREDENTIALS_H

#include <stddef.h>
#include <supa/client.h>
#include <supa/error.h>

struct credentials {
    char *memory; /* guarded; the texts lie in it */
    const char *project_url;
    const char *service_role_key;
    const char *schema;    /* NULL for the server's first */
    const char *rest_path; /* NULL when it is not said */
};

/* Reads the plaintext. 0, or the code with @error filled in, which shows nothing of it. */
int credentials_read(
    struct credentials *credentials, const char *plaintext, size_t length, supa_error *error);
/* Wipes. */
void credentials_free(struct credentials *credentials);

/* 1 when both clients speak to the same server, with the same key. */
int credentials_same(const supa_client *a, const supa_client *b);

#endif
