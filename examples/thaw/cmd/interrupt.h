/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_INTERRUPT_H
#define THAW_CLI_INTERRUPT_H

/* Ctrl-C and SIGTERM. The process prints a line and ends at once, without its temporary files; while something can be
 * saved, the first signal only asks for the end, and the second one ends at once. */

/** Handle the signals of a verb. */
void interrupt_begin(const char *verb);

/** From here on, the first signal only asks for the end; `line` is printed. May be called again. */
void interrupt_ask(const char *line);

/** 1 after a signal that asked for the end. */
int interrupt_asked(void);

#endif
