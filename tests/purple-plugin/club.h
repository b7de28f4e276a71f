/* club.h - a group of five as a scene, for tests of what is said about it.
 */
#ifndef DEMLS_TESTS_CLUB_H
#define DEMLS_TESTS_CLUB_H

#include <string.h>

#include "../lib/run.h"
#include "purple-plugin/scene.h"

#define NOW 1764000000 /* Mon 24 Nov 2025 16:00 UTC */
#define HASH "0001a1a300000000"

/* A group of five: me, alice, bob, carol, dora. */
typedef struct {
  GPtrArray *people;
  GPtrArray *open;
  GBytes *ids[5];
  GBytes *hash;
  DemlsQuestion question;
  DemlsScene scene;
} Club;

enum { ME, ALICE, BOB, CAROL, DORA };

static inline void
set_up_club (Club *club, const char *evil)
{
  static const char *const nicks[] = { "me", "alice", "bob", "carol", "dora" };
  memset (club, 0, sizeof *club);
  club->people = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_person_free);
  club->open = g_ptr_array_new ();
  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    {
      guint8 id[20] = { (guint8) (0xa0 + i) };
      club->ids[i] = g_bytes_new (id, sizeof id);
      g_ptr_array_add (club->people, demls_person_new (club->ids[i], evil ? evil : nicks[i]));
    }
  club->hash = bytes_from_hex (HASH);
  g_ptr_array_add (club->open, club->hash);
  club->question = (DemlsQuestion){ .hash = span_bytes (club->hash),
                                    .kind = DEMLS_KIND_REMOVE,
                                    .owner = span_bytes (club->ids[ALICE]),
                                    .target = span_bytes (club->ids[CAROL]),
                                    .reason = evil ? evil : "spam",
                                    .closes = NOW + 23 * 3600,
                                    .members = 5 };
  club->scene = (DemlsScene){ .now = NOW,
                              .title = evil ? evil : "book club",
                              .me = span_bytes (club->ids[ME]),
                              .nick = "me",
                              .people = club->people,
                              .open = club->open,
                              .question = &club->question,
                              .before = DEMLS_STATE_WORKING,
                              .members = 5 };
}

static inline void
tear_down_club (Club *club)
{
  for (guint i = 0; i < G_N_ELEMENTS (club->ids); i++)
    g_bytes_unref (club->ids[i]);
  g_ptr_array_unref (club->people);
  g_ptr_array_unref (club->open);
  g_bytes_unref (club->hash);
}

/* An event with everything in it that any kind may carry. */
static inline DemlsEvent *
full_event (const Club *club, DemlsEventKind kind)
{
  DemlsEvent *event = demls_event_new (kind, NOW - 60);
  event->ballot = g_bytes_ref (club->hash);
  event->member = g_bytes_ref (club->ids[DORA]);
  event->members = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (event->members, g_bytes_ref (club->ids[BOB]));
  event->actions = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_action_free);
  g_ptr_array_add (event->actions, demls_action_new (2, club->ids[CAROL]));
  event->text = g_strdup ("removed");
  event->yes = 4;
  event->no = 1;
  event->electorate = 5;
  event->received = 3;
  event->approved = TRUE;
  event->state = DEMLS_STATE_REELECTION;
  return event;
}

#endif
