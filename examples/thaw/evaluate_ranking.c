/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "evaluate.h"
int evaluate_ranking(evaluate_options *o)
{
    (void)o;
    return cli_failf("protocol ranking comes with a later version");
}
