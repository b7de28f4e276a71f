/* secret-scan.c - a library for LD_PRELOAD that looks for secrets in memory that is given back.
 *
 * The program registers what is secret with secret_scan_register(), which it declares weak, so that it also runs
 * without this library. Whenever it frees a block, every place in the block is compared with the first 16 bytes of
 * each registered secret; a find is written to standard error with the calls that led there, and makes the program
 * exit with SECRET_SCAN_STATUS.
 *
 * Works with one thread. It allocates nothing itself: the table is static, and free() is what it stands in front of.
 */
#define _GNU_SOURCE
#include <execinfo.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 16
#define SLOTS (1u << 18) /* a power of two; at most half are used */
#define MAX_REPORTS 20
#define SECRET_SCAN_STATUS 33

void secret_scan_register (const void *data, size_t len);
size_t secret_scan_found (void);

extern void *__libc_malloc (size_t size);
extern void __libc_free (void *block);

static struct {
  uint8_t piece[SLOTS][PIECE];
  uint8_t taken[SLOTS];
  size_t n_pieces;
  size_t n_found;
  uint64_t bloom[1024]; /* which pairs of first bytes occur: one look decides for most places */
  int busy;             /* backtrace() itself allocates and frees */
} table;

static unsigned
first_pair (const uint8_t *piece)
{
  return (unsigned) piece[0] << 8 | piece[1];
}

static size_t
slot_of (const uint8_t *piece)
{
  uint64_t head, tail;
  memcpy (&head, piece, 8);
  memcpy (&tail, piece + 8, 8);
  uint64_t mixed = (head ^ (tail << 1)) * UINT64_C (0x9e3779b97f4a7c15);
  size_t slot = (size_t) (mixed >> 40) & (SLOTS - 1);
  while (table.taken[slot] && memcmp (table.piece[slot], piece, PIECE) != 0)
    slot = (slot + 1) & (SLOTS - 1);
  return slot;
}

__attribute__ ((visibility ("default"))) void
secret_scan_register (const void *data, size_t len)
{
  if (len < PIECE)
    return;
  size_t slot = slot_of (data);
  if (table.taken[slot])
    return;
  if (++table.n_pieces > SLOTS / 2)
    abort ();
  table.taken[slot] = 1;
  memcpy (table.piece[slot], data, PIECE);
  table.bloom[first_pair (data) / 64] |= UINT64_C (1) << first_pair (data) % 64;
}

__attribute__ ((visibility ("default"))) size_t
secret_scan_found (void)
{
  return table.n_found;
}

static void
say (const char *text)
{
  ssize_t written = write (STDERR_FILENO, text, strlen (text));
  (void) written;
}

static void
report (void)
{
  if (++table.n_found > MAX_REPORTS)
    return;
  void *frames[24];
  table.busy = 1;
  say ("secret-scan: a secret in memory that is freed here:\n");
  backtrace_symbols_fd (frames, backtrace (frames, 24), STDERR_FILENO);
  table.busy = 0;
}

static void
scan (const uint8_t *block, size_t size)
{
  for (size_t i = 0; i + PIECE <= size; i++)
    {
      unsigned pair = first_pair (block + i);
      if ((table.bloom[pair / 64] >> pair % 64 & 1) && table.taken[slot_of (block + i)])
        {
          report ();
          return;
        }
    }
}

__attribute__ ((visibility ("default"))) void
free (void *block)
{
  if (block && table.n_pieces && !table.busy)
    scan (block, malloc_usable_size (block));
  __libc_free (block);
}

/* The C library's own realloc() gives the old block back without passing by free(), so this one always moves. */
__attribute__ ((visibility ("default"))) void *
realloc (void *block, size_t size)
{
  if (!block)
    return __libc_malloc (size);
  if (size == 0)
    {
      free (block);
      return NULL;
    }
  void *moved = __libc_malloc (size);
  if (!moved)
    return NULL;
  size_t old = malloc_usable_size (block);
  memcpy (moved, block, old < size ? old : size);
  free (block);
  return moved;
}

__attribute__ ((destructor)) static void
judge (void)
{
  if (table.n_found)
    _exit (SECRET_SCAN_STATUS);
}
