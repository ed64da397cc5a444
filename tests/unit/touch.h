/* SPDX-License-Identifier: MIT */
/* What happens to who touches memory, and what the kernel knows of it. */
#ifndef UNIT_TOUCH_H
#define UNIT_TOUCH_H

void touch_by_reading(volatile unsigned char *byte);
void touch_by_writing(volatile unsigned char *byte);
/* The signal that a child dies of when it touches @byte, or 0. */
int signal_of(void (*touch)(volatile unsigned char *), void *byte);
/* Whether the flags of the mapping that @address lies in name @flag (see proc(5), VmFlags). */
int mapping_has_flag(const void *address, const char *flag);

#endif
