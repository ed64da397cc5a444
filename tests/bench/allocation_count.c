/* SPDX-License-Identifier: MIT */
#include "allocation_count.h"

#include "side.h"

#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, under the names that it offers to who replaces malloc. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static uintptr_t code_start, code_end;
static long counted;

static void note(const void *caller)
{
    counted += (uintptr_t)caller >= code_start && (uintptr_t)caller < code_end;
}

static int find_code(struct dl_phdr_info *info, size_t size, void *user)
{
    const char *object = user;

    (void)size;
    if (*object == '\0' ? info->dlpi_name[0] != '\0' : strstr(info->dlpi_name, object) == NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];

        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            code_start = info->dlpi_addr + part->p_vaddr;
            code_end = code_start + part->p_memsz;
        }
    }
    return 1;
}

void allocation_watch(const char *object)
{
    dl_iterate_phdr(find_code, (void *)(uintptr_t)object);
    if (code_end == 0)
        side_fail("%s is not loaded", object);
}

long allocation_count(void)
{
    return counted;
}

void *malloc(size_t size)
{
    note(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    note(__builtin_return_address(0));
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    note(__builtin_return_address(0));
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    note(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    note(__builtin_return_address(0));
    *out = __libc_memalign(alignment, size);
    return *out != NULL ? 0 : 12;
}
