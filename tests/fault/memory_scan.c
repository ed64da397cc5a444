/* SPDX-License-Identifier: MIT */
#include "memory_scan.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

/* A mapping of the process, as smaps tells it. */
struct mapping {
    unsigned long from, to;
    size_t resident_kb; /* or in the swap space */
};

static size_t count_of(const unsigned char *text, size_t length, const void *part, size_t size)
{
    const unsigned char *at = text, *found;
    size_t count = 0;

    while ((found = memmem(at, length - (size_t)(at - text), part, size)) != NULL) {
        count++;
        at = found + size;
    }
    return count;
}

/* The whole is two halves: a place counts once for the half that is there more often. */
static size_t places_of(const struct needle *needle, const unsigned char *text, size_t length)
{
    size_t half = needle->length / 2;
    const unsigned char *bytes = needle->bytes;
    size_t first = count_of(text, length, bytes, half);
    size_t second = count_of(text, length, bytes + half, needle->length - half);

    return first > second ? first : second;
}

static void
search(const unsigned char *text, size_t length, int guarded, struct needle *needles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t places = places_of(&needles[i], text, length);

        *(guarded ? &needles[i].guarded : &needles[i].dumped) += places;
    }
}

/* Pages that cannot be read are the kernel's own: guards, and what it maps into every process. */
static size_t read_mapping(int memory, const struct mapping *mapping, unsigned char *text)
{
    size_t length = mapping->to - mapping->from, filled = 0;

    for (size_t at = 0; at < length; at += PIECE) {
        size_t wanted = length - at < PIECE ? length - at : PIECE;
        ssize_t n = pread(memory, text + filled, wanted, (off_t)(mapping->from + at));

        filled += n > 0 ? (size_t)n : 0;
    }
    return filled;
}

static int scan_mapping(
    int memory, const struct mapping *mapping, int guarded, struct needle *needles, size_t count,
    struct scan *scan)
{
    unsigned char *text;
    size_t length;

    if (mapping->resident_kb == 0)
        return 0;
    text = malloc(mapping->to - mapping->from);
    if (text == NULL)
        return guarded ? 0 : -1; /* a sanitizer's shadow */
    length = read_mapping(memory, mapping, text);
    search(text, length, guarded, needles, count);
    *(guarded ? &scan->guarded_bytes : &scan->dumped_bytes) += length;
    free(text);
    return 0;
}

/* Shadows of sanitizers are kept out of dumps, and are terabytes. */
static int is_shadow(const struct mapping *mapping, int guarded)
{
    return guarded && mapping->to - mapping->from > (size_t)64 << 20;
}

static int
scan_all(FILE *smaps, int memory, struct needle *needles, size_t count, struct scan *scan)
{
    struct mapping mapping = {0, 0, 0};
    char line[4352];
    int failed = 0;

    while (!failed && fgets(line, sizeof line, smaps) != NULL) {
        unsigned long from, to;
        size_t kilobytes;

        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            mapping = (struct mapping){from, to, 0};
        else if (sscanf(line, "Rss: %zu kB", &kilobytes) == 1)
            mapping.resident_kb += kilobytes;
        else if (sscanf(line, "Swap: %zu kB", &kilobytes) == 1)
            mapping.resident_kb += kilobytes;
        else if (strncmp(line, "VmFlags:", 8) == 0) {
            int guarded = strstr(line, " dd") != NULL;

            failed = !is_shadow(&mapping, guarded) &&
                     scan_mapping(memory, &mapping, guarded, needles, count, scan) != 0;
        }
    }
    return failed ? -1 : 0;
}

int memory_scan(pid_t process, struct needle *needles, size_t count, struct scan *scan)
{
    char path[64];
    FILE *smaps;
    int memory, result = -1;

    *scan = (struct scan){0, 0};
    for (size_t i = 0; i < count; i++)
        needles[i].dumped = needles[i].guarded = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps", (int)process);
    smaps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%d/mem", (int)process);
    memory = open(path, O_RDONLY | O_CLOEXEC);
    if (smaps != NULL && memory >= 0)
        result = scan_all(smaps, memory, needles, count, scan);
    if (smaps != NULL)
        fclose(smaps);
    if (memory >= 0)
        close(memory);
    return result;
}
