/* fuzzing.h - what the fuzz targets of the MLS engine share.
 *
 * The first byte of an input chooses a mode; mode 0 takes the rest as bytes from the wire, the other modes have an
 * insider complete what the input cannot: signatures, tags, encryption.
 */
#ifndef DEMLS_TESTS_FUZZING_H
#define DEMLS_TESTS_FUZZING_H

#include "mls-scene.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The scene that all inputs meet: of suite 1, made by the first call. */
MlsScene *fuzz_scene (void);

/* The mode and the rest of an input. */
guint8 fuzz_mode (Span input, Span *rest);

/* Stops the program unless exactly one of success and an MlsError is there; clears the error. */
void fuzz_judge (gboolean success, GError **error);

/* Stops the program unless both are the same bytes. */
void fuzz_same (Span expected, Span actual);

/* Remembers what `group` saves; stops the program in the second call if it saves something else by then. */
GBytes *fuzz_before (MlsGroup *group);
void fuzz_unchanged (MlsGroup *group, GBytes *before);

#endif
