/* host-dialogs.c - dialogs stay open until the script answers them, or libpurple closes them.
 */
#include "host.h"

#include <string.h>

#define BUTTONS_MAX 8

typedef struct {
  PurpleRequestType type;
  void *data;
  char *text; /* of an input */
  PurpleRequestFields *fields;
  gboolean answered; /* its callback runs */
  guint n_buttons;
  char *labels[BUTTONS_MAX];
  GCallback callbacks[BUTTONS_MAX];
} Dialog;

static GPtrArray *dialogs;

static void
dialog_free (gpointer data)
{
  Dialog *self = data;
  for (guint i = 0; i < self->n_buttons; i++)
    g_free (self->labels[i]);
  if (self->fields)
    purple_request_fields_destroy (self->fields);
  g_free (self->text);
  g_free (self);
}

/* Labels carry mnemonics. */
static void
add_button (Dialog *self, const char *label, GCallback callback)
{
  if (self->n_buttons >= BUTTONS_MAX)
    return;
  g_auto (GStrv) parts = g_strsplit (label ? label : "", "_", -1);
  self->labels[self->n_buttons] = g_strjoinv ("", parts);
  self->callbacks[self->n_buttons++] = callback;
}

static Dialog *
current (void)
{
  for (guint i = dialogs->len; i-- > 0;)
    if (!((Dialog *) dialogs->pdata[i])->answered)
      return dialogs->pdata[i];
  return NULL;
}

static Dialog *
open_dialog (PurpleRequestType type, void *data, const char *title, const char *primary, const char *secondary)
{
  if (current ())
    host_tell ("dialog second");
  Dialog *self = g_new0 (Dialog, 1);
  self->type = type;
  self->data = data;
  g_ptr_array_add (dialogs, self);
  host_tell ("dialog open %s|%s|%s", title ? title : "", primary ? primary : "", secondary ? secondary : "");
  return self;
}

static void *
tell_buttons (Dialog *self)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < self->n_buttons; i++)
    g_string_append_printf (out, "|%s", self->labels[i]);
  host_tell ("dialog buttons %s", out->str);
  g_string_free (out, TRUE);
  return self;
}

static void *
request_input (const char *title, const char *primary, const char *secondary, const char *value, gboolean multiline,
               gboolean masked, gchar *hint, const char *ok, GCallback on_ok, const char *cancel, GCallback on_cancel,
               PurpleAccount *about, const char *who, PurpleConversation *window, void *data)
{
  Dialog *self = open_dialog (PURPLE_REQUEST_INPUT, data, title, primary, secondary);
  self->text = g_strdup (value ? value : "");
  add_button (self, ok, on_ok);
  add_button (self, cancel, on_cancel);
  return tell_buttons (self);
}

static void *
request_action (const char *title, const char *primary, const char *secondary, int default_action, PurpleAccount *about,
                const char *who, PurpleConversation *window, void *data, size_t n, va_list actions)
{
  Dialog *self = open_dialog (PURPLE_REQUEST_ACTION, data, title, primary, secondary);
  if (default_action != PURPLE_DEFAULT_ACTION_NONE)
    host_tell ("dialog default %d", default_action);
  for (size_t i = 0; i < n; i++)
    {
      const char *label = va_arg (actions, const char *);
      add_button (self, label, va_arg (actions, GCallback));
    }
  return tell_buttons (self);
}

static void *
request_fields (const char *title, const char *primary, const char *secondary, PurpleRequestFields *fields,
                const char *ok, GCallback on_ok, const char *cancel, GCallback on_cancel, PurpleAccount *about,
                const char *who, PurpleConversation *window, void *data)
{
  Dialog *self = open_dialog (PURPLE_REQUEST_FIELDS, data, title, primary, secondary);
  self->fields = fields;
  add_button (self, ok, on_ok);
  add_button (self, cancel, on_cancel);
  return tell_buttons (self);
}

static void *
request_file (const char *title, const char *name, gboolean saving, GCallback on_ok, GCallback on_cancel,
              PurpleAccount *about, const char *who, PurpleConversation *window, void *data)
{
  Dialog *self = open_dialog (PURPLE_REQUEST_FILE, data, title, saving ? "save" : "open", name);
  self->text = g_strdup (name ? name : "");
  add_button (self, "Ok", on_ok);
  add_button (self, "Cancel", on_cancel);
  return tell_buttons (self);
}

static void
close_request (PurpleRequestType type, void *handle)
{
  if (g_ptr_array_remove (dialogs, handle))
    host_tell ("dialog closed");
}

static PurpleRequestUiOps request_ops = {
  .request_input = request_input,
  .request_action = request_action,
  .request_fields = request_fields,
  .request_file = request_file,
  .close_request = close_request,
};

static PurpleRequestField *
find_field (PurpleRequestFields *fields, const char *id)
{
  if (id)
    return purple_request_fields_get_field (fields, id);
  for (GList *group = purple_request_fields_get_groups (fields); group; group = group->next)
    for (GList *at = purple_request_field_group_get_fields (group->data); at; at = at->next)
      if (purple_request_field_get_type (at->data) == PURPLE_REQUEST_FIELD_STRING)
        return at->data;
  return NULL;
}

static gboolean
choose (PurpleRequestField *field, const char *text)
{
  int index = 0;
  for (GList *at = purple_request_field_choice_get_labels (field); at; at = at->next, index++)
    if (g_str_has_prefix (at->data, text))
      {
        purple_request_field_choice_set_value (field, index);
        return TRUE;
      }
  return FALSE;
}

static gboolean
fill_field (PurpleRequestField *field, const char *text)
{
  switch ((guint) purple_request_field_get_type (field))
    {
    case PURPLE_REQUEST_FIELD_STRING:
      purple_request_field_string_set_value (field, text);
      return TRUE;
    case PURPLE_REQUEST_FIELD_BOOLEAN:
      purple_request_field_bool_set_value (field, strcmp (text, "yes") == 0);
      return TRUE;
    case PURPLE_REQUEST_FIELD_CHOICE:
      return choose (field, text);
    default:
      return FALSE;
    }
}

gboolean
host_dialog_fill (const char *id, const char *text)
{
  Dialog *dialog = current ();
  if (!dialog)
    return FALSE;
  PurpleRequestField *field = dialog->fields ? find_field (dialog->fields, id) : NULL;
  if (dialog->fields)
    return field && fill_field (field, text);
  g_free (dialog->text);
  dialog->text = g_strdup (text);
  return TRUE;
}

static void
answer (Dialog *self, guint button)
{
  GCallback callback = self->callbacks[button];
  if (!callback)
    return;
  if (self->type == PURPLE_REQUEST_ACTION)
    ((PurpleRequestActionCb) callback) (self->data, (int) (self->n_buttons - 1 - button)); /* as Pidgin counts */
  else if (self->type == PURPLE_REQUEST_FIELDS)
    ((PurpleRequestFieldsCb) callback) (self->data, self->fields);
  else
    ((PurpleRequestInputCb) callback) (self->data, self->text);
}

gboolean
host_dialog_press (const char *label)
{
  Dialog *self = current ();
  for (guint i = 0; self && i < self->n_buttons; i++)
    if (g_str_has_prefix (self->labels[i], label))
      {
        self->answered = TRUE;
        answer (self, i);
        if (g_ptr_array_find (dialogs, self, NULL)) /* the callback may have closed it */
          purple_request_close (self->type, self);
        return TRUE;
      }
  return FALSE;
}

void
host_dialogs_set_up (void)
{
  dialogs = g_ptr_array_new_with_free_func (dialog_free);
  purple_request_set_ui_ops (&request_ops);
}

void
host_dialogs_free (void)
{
  g_ptr_array_unref (dialogs);
}
