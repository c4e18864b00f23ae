/* SPDX-License-Identifier: Apache-2.0 */
#include "interrupt.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

static const char *verb_name = "";
static char end_line[80], ask_line[160]; /* what the handler prints: it cannot format */
static volatile sig_atomic_t asks, asked;

static void print_line(const char *line)
{
    const ssize_t written = write(STDERR_FILENO, line, strlen(line));
    (void)written;
}

/* Only functions that POSIX allows in a handler. */
static void handle(int signal_number)
{
    if (asks && !asked) {
        asked = 1;
        print_line(ask_line);
        return;
    }
    print_line(end_line);
    output_remove_unfinished();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* A line of its own, also where a progress bar is. */
static void set_line(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%sthaw %s: %s\n", isatty(STDERR_FILENO) ? "\r\x1b[K" : "", verb_name, text);
}

/* A signal that is ignored, as under nohup, stays so. */
static void handle_signal(int signal_number)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    if (sigaction(signal_number, &action, &before) == 0 && before.sa_handler == SIG_IGN)
        sigaction(signal_number, &before, NULL);
}

void interrupt_begin(const char *verb)
{
    verb_name = verb;
    set_line(end_line, sizeof end_line, "interrupted");
    handle_signal(SIGINT);
    handle_signal(SIGTERM);
}

void interrupt_ask(const char *line)
{
    if (asks) return;
    set_line(ask_line, sizeof ask_line, line);
    asks = 1;
}

int interrupt_asked(void)
{
    return asked;
}
