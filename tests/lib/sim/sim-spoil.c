/* B1: a commit whose path only some members can open, valid in every other way. The engine makes no such thing, so the
 * linker puts this function before the one that writes paths (-Wl,--wrap). */
#include "mls/tree-kem.h"
#include "sim-liar.h"

gboolean __wrap_mls_path_maker_write (MlsPathMaker *self, Rng *rng, Span group_context, const GArray *excluded,
                                      Writer *writer, GError **error);
gboolean __real_mls_path_maker_write (MlsPathMaker *self, Rng *rng, Span group_context, const GArray *excluded,
                                      Writer *writer, GError **error) __attribute__ ((weak));

static gboolean spoiling;

gboolean
sim_liar_spoil_paths (gboolean spoil)
{
  spoiling = spoil;
  return __real_mls_path_maker_write != NULL;
}

gboolean
__wrap_mls_path_maker_write (MlsPathMaker *self, Rng *rng, Span group_context, const GArray *excluded, Writer *writer,
                             GError **error)
{
  if (!__real_mls_path_maker_write (self, rng, group_context, excluded, writer, error))
    return FALSE;
  /* the last bytes are the tag of what is sealed to the last node of the topmost resolution; or, if that is empty, the
   * 0 of its length */
  if (spoiling && writer->data[writer->len - 1] != 0)
    writer->data[writer->len - 1] ^= 0x80;
  return TRUE;
}
