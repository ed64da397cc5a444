/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int started = -1; /* written by start alone */
static atomic_size_t blocks;

static void start(void)
{
    started = sodium_init() < 0 ? -1 : 0;
}

static int starts(void)
{
    return pthread_once(&once, start) == 0 && started == 0;
}

static int fails(void)
{
    return memory_fails != NULL && memory_fails();
}

int secret_start(supa_error *error)
{
    if (starts())
        return SUPA_OK;
    return error_set(error, SUPA_ERROR_UNSUPPORTED, SUPA_NOT_SENT, "libsodium does not start");
}

void *secret_get(size_t size)
{
    void *secret;

    if (fails() || !starts())
        return NULL;
    secret = sodium_malloc(size);
    if (secret != NULL)
        atomic_fetch_add(&blocks, 1);
    return secret;
}

/* sodium_free writes to the pages first, and would end the process if the kernel did not let it (it
 * may have too many mappings). Pages that cannot be opened for that are left behind as they are. */
void secret_free(void *secret)
{
    if (secret == NULL || sodium_mprotect_readwrite(secret) != 0)
        return;
    sodium_free(secret);
    atomic_fetch_sub(&blocks, 1);
}

int secret_hide(void *secret)
{
    return sodium_mprotect_noaccess(secret) == 0 ? 0 : -1;
}

int secret_show(void *secret)
{
    return !fails() && sodium_mprotect_readonly(secret) == 0 ? 0 : -1;
}

int secret_open(void *secret)
{
    return sodium_mprotect_readwrite(secret) == 0 ? 0 : -1;
}

int secret_shut(void *secret)
{
    return sodium_mprotect_readonly(secret) == 0 ? 0 : -1;
}

/* sodium_malloc has tried, and does not tell. To lock twice is to lock once. */
int secret_locked(void *secret, size_t size)
{
    return sodium_mlock(secret, size) == 0;
}

void secret_wipe(void *bytes, size_t length)
{
    if (length != 0)
        sodium_memzero(bytes, length);
}

int secret_same(const void *a, const void *b, size_t length)
{
    return length == 0 || sodium_memcmp(a, b, length) == 0;
}

size_t secret_count(void)
{
    return atomic_load(&blocks);
}
