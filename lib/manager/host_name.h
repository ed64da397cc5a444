/* SPDX-License-Identifier: MIT */
/* Names of hosts as requests carry them. */
#ifndef MANAGER_HOST_NAME_H
#define MANAGER_HOST_NAME_H

#define HOST_NAME_SIZE 256

/* In lower case, without a port and without a dot at the end. 1, or 0 when @text is no such name: other
 * characters than a–z 0–9 - _ and dots, a label of more than 63 or the whole of more than 253, a
 * label that is empty or begins or ends with -, a port that is no number. */
int host_name_read(const char *text, char out[HOST_NAME_SIZE]);

#endif
