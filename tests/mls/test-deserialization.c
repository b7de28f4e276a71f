/* test-deserialization.c - length prefixes of vectors (deserialization.json), through base/reader.h and writer.h.
 */
#include "base/reader.h"
#include "base/writer.h"
#include "cases.h"

static gboolean
check_case (JsonObject *object)
{
  Span header = vectors_span (object, "vlbytes_header");
  Reader reader = reader_init (header);
  guint32 length = reader_varint (&reader);
  CASE_HOLDS (reader_end (&reader));
  CASE_HOLDS (length == vectors_int (object, "length"));
  g_auto (Writer) writer = WRITER_INIT;
  writer_varint (&writer, length);
  CASE_HOLDS (span_equal (writer_span (&writer), header));
  for (gsize len = 0; len < header.len; len++)
    {
      reader = reader_init (span (header.data, len));
      reader_varint (&reader);
      CASE_HOLDS (reader.failed);
    }
  return TRUE;
}

int
main (void)
{
  return run_vectors ("deserialization", 14, check_case);
}
