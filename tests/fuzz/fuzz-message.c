/* fuzz-message.c - any MLSMessage, read to its last field.
 */
#include "../lib/fuzzing.h"
#include "../lib/reencode.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_auto (Writer) again = WRITER_INIT;
  gboolean fine = reencode_message (&again, span (data, size), &error);
  if (fine)
    fuzz_same (span (data, size), writer_span (&again));
  fuzz_judge (fine, &error);
  return 0;
}
