/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_RANKING_USER_FILE_H
#define THAW_RANKING_USER_FILE_H

#include "user.h"

/* As method.h. */
int64_t thaw__ranking_user_size(const thaw_user *u);
void thaw__ranking_user_write(const thaw_user *u, unsigned char *head, unsigned char *body);
thaw_status thaw__ranking_user_read(const thaw_model *m, thaw_user *u, const unsigned char *head, const unsigned char *body,
                                    int64_t size);

#endif
