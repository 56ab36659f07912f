/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* keep_an_element.c: a leak that GStreamer's tracer must see, so that its silence elsewhere means something. */
#include <gst/gst.h>

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  gst_object_ref_sink (gst_element_factory_make ("edgeclassify", NULL));
  gst_deinit ();
  return 0;
}
