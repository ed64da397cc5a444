/* SPDX-License-Identifier: MIT */
/* Rows from within: whoever has them to give begins with this. */
#ifndef ROWS_INTERNAL_H
#define ROWS_INTERNAL_H

#include <supa/rows.h>

struct supa_rows {
    int (*next)(supa_rows *rows, supa_row *row); /* as supa_rows_next */
    void (*free)(supa_rows *rows);
    supa_error error; /* code SUPA_OK while there is none */
};

/* Rows that only tell that memory is gone. */
supa_rows *rows_no_memory(void);

#endif
