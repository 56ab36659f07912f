/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* profile.h: how long each step of a plan takes, and what of the core's peak that is. */
#pragma once

#include <nncore/nncore.h>

typedef struct _Profile Profile;

/* Runs the session, whose inputs are written, for so long. */
Profile *profile_new (NncSession *session, double seconds, GError **error);
void profile_free (Profile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Profile, profile_free)

/* whole: microseconds of a run that is not profiled. */
void profile_print (const Profile *profile, NncSession *session, double whole);
/* As further members of a JSON object. */
void profile_print_json (const Profile *profile, NncSession *session, double whole);
