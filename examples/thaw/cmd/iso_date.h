/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_ISO_DATE_H
#define THAW_CLI_ISO_DATE_H

/* Times as dates of ISO 8601, in UTC. */

enum { ISO_DATE = 24 }; /* bytes of a text */

/** 1 if times from `first` to `last` look like seconds since 1970: all from 1973 to 2103. */
int iso_date_fits(double first, double last);

/** 2014-07-16; 2014-07-16 13:40; 2014-07-16T13:40:00Z. The time must fit. */
void iso_date_day(char out[ISO_DATE], double time);
void iso_date_minute(char out[ISO_DATE], double time);
void iso_date_second(char out[ISO_DATE], double time);

#endif
