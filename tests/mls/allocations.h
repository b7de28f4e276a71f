/* allocations.h - the largest allocation of a test program, by functions that stand in front of the C library's. To be
 * included by one file of the program. Counts nothing under AddressSanitizer, which stands there itself.
 */
#ifndef DEMLS_TESTS_ALLOCATIONS_H
#define DEMLS_TESTS_ALLOCATIONS_H

#include <glib.h>
#include <stdlib.h>

/* What an entry point may allocate at once beside four times its input: the largest fixed structure, MlsTreeKeys, takes
 * 5 KiB. */
#define ALLOCATION_CONSTANT 6144

/* Bytes; set it to 0 and look at it afterwards. */
static gsize largest;

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifndef __SANITIZE_ADDRESS__
#define EXPORTED __attribute__ ((visibility ("default"))) /* or the libraries would not find them */

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *block, size_t size);

EXPORTED void *
malloc (size_t size)
{
  largest = MAX (largest, size);
  return __libc_malloc (size);
}

EXPORTED void *
calloc (size_t n, size_t size)
{
  largest = MAX (largest, n * size);
  return __libc_calloc (n, size);
}

EXPORTED void *
realloc (void *block, size_t size)
{
  largest = MAX (largest, size);
  return __libc_realloc (block, size);
}
#endif

#endif
