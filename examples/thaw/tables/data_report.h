/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_DATA_REPORT_H
#define THAW_CLI_DATA_REPORT_H

#include "thaw/thaw.h"

/** Print on standard error what a data set holds, what reading decided by itself, and the objective that the data
 *  suggest: 0, or 1 with a message. */
int data_report(const thaw_data *data);

#endif
