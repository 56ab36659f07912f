/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plugin.c: the element that draws what networks found. */
#include "gstedgeoverlay.h"
#include "gstedgeresults.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  gst_edge_results_register ();
  return GST_ELEMENT_REGISTER (edgeoverlay, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, edgeoverlay,
                   "Results of neural networks, drawn on video frames", plugin_init, VERSION, "LGPL", PACKAGE,
                   "Unknown package origin")
