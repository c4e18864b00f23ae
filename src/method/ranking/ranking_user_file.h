/* SPDX-License-Identifier: Apache-2.0
 * Users of a ranking as bytes: the hooks user_size, user_write and user_read of method.h. */
#ifndef THAW_RANKING_USER_FILE_H
#define THAW_RANKING_USER_FILE_H

#include "user.h"

/** The size of the body in bytes. */
int64_t thaw__ranking_user_size(const thaw_user *u);

/** Write the method's 16 bytes of the head, and the body. */
void thaw__ranking_user_write(const thaw_user *u, unsigned char *head, unsigned char *body);

/** Read both; size is that of the body. THAW_E_FORMAT: the bytes are not those of a user of this model. */
thaw_status thaw__ranking_user_read(const thaw_model *m, thaw_user *u, const unsigned char *head,
                                    const unsigned char *body, int64_t size);

#endif
