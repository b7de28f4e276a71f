#include "headless.h"

#include <string.h>

const DemlsRunner *
headless_runner (const Headless *self)
{
  const DemlsRunner *runner = self->group ? demls_user_runner (self->user, self->group) : NULL;
  return runner && demls_runner_governance (runner) ? runner : NULL;
}

static guint
count_members (const Headless *self)
{
  const DemlsRunner *runner = headless_runner (self);
  if (!runner)
    return 0;
  g_autoptr (GPtrArray) members = demls_runner_members (runner);
  return members->len;
}

static gboolean
is_calm (const Headless *self)
{
  const DemlsRunner *runner = headless_runner (self);
  return runner && demls_runner_state (runner) == DEMLS_STATE_WORKING;
}

static gboolean
has_room (const Headless *self, const char *title)
{
  g_autoptr (GPtrArray) rooms = demls_user_rooms (self->user);
  for (guint i = 0; i < rooms->len; i++)
    if (g_strcmp0 (((const DemlsRoom *) rooms->pdata[i])->title, title) == 0)
      return TRUE;
  return FALSE;
}

/* What is asked about the group. */
static gboolean
holds_in_group (const Headless *self, char **words)
{
  const char *what = words[1];
  if (strcmp (what, "members") == 0)
    return is_calm (self) && count_members (self) == (guint) g_ascii_strtoull (words[2], NULL, 10);
  if (strcmp (what, "epoch") == 0)
    return is_calm (self) && demls_runner_epoch (headless_runner (self)) >= g_ascii_strtoull (words[2], NULL, 10);
  if (strcmp (what, "title") == 0)
    return is_calm (self) && g_strcmp0 (demls_user_title (self->user, self->group), words[2]) == 0;
  return strcmp (what, "in") == 0 && is_calm (self);
}

gboolean
headless_holds (const Headless *self, char **words)
{
  const char *what = words[1];
  if (strcmp (what, "chat") == 0)
    return g_ptr_array_find_with_equal_func (self->chat, words[2], g_str_equal, NULL);
  if (strcmp (what, "vote") == 0)
    return g_hash_table_size (self->to_vote) > 0;
  if (strcmp (what, "over") == 0)
    return self->over;
  if (strcmp (what, "online") == 0)
    return self->link == DEMLS_LINK_ONLINE;
  if (strcmp (what, "sent") == 0)
    return demls_user_is_sent (self->user);
  if (strcmp (what, "room") == 0 || strcmp (what, "no-room") == 0)
    return has_room (self, words[2]) == (what[0] == 'r');
  return holds_in_group (self, words);
}
