#!/usr/bin/env bash
# Do the tests find bugs? Plants one at a time into a copy of the sources and runs the tests that ought to notice: those
# named with it, in this order, until one fails. "make mutants"; not part of ./check.
#
#   tests/mutants.sh FOLDER [PATTERN]     works below FOLDER, which it makes; only mutants whose name matches PATTERN
#
# Each gets 60 s for building and testing. The last line says how many were caught; fewer than 95 in 100 is a failure, and
# so is one that cannot be planted any more because its line has changed.
set -u
folder=${1:?where?} only=${2-}
source=$(cd "$(dirname "$0")/.." && pwd)
limit=60 caught=0 survived=() stale=() slow=()
declare -A sound # tests that pass as things are

mkdir -p "$folder" && cd "$folder" || exit 1
rm -rf tree
mkdir tree
(cd "$source" && tar cf - --exclude=./build --exclude=./.git --exclude=./autom4te.cache .) | tar xf - -C tree
if [[ ! -f build/Makefile ]]; then
  mkdir -p build
  (cd build && ../tree/configure CFLAGS='-g -O1' CC="${CC:-gcc}") >configure.log 2>&1 || { tail configure.log; exit 1; }
fi
export DEMLS_FAST=1 CK_DEFAULT_TIMEOUT=$limit DEMLS_VECTORS=${DEMLS_VECTORS-$source/../shared/vectors}

build () { make -C build -j"$(nproc)" "$@"; }

# mutant NAME FILE FROM TO TEST... : FROM stands in FILE once and becomes TO.
mutant ()
{
  local name=$1 file=$2 from=$3 to=$4 start=$SECONDS test verdict=survived
  shift 4
  [[ $name == *"$only"* ]] || return
  local programs=("${@/#/tests/}")
  # what the tests need stands, unbroken, and they pass, before the clock starts
  build "${programs[@]}" >build.log 2>&1 || { tail -n 5 build.log; echo "cannot build $*"; exit 1; }
  for test in "${programs[@]}"; do
    [[ ${sound[$test]-} ]] || (cd build && "./$test") >test.log 2>&1 || { echo "$test fails without a mutant"; exit 1; }
    sound[$test]=1
  done
  start=$SECONDS
  cp -p "tree/$file" saved
  if ! FROM=$from TO=$to perl -0pi -e '$n = s/\Q$ENV{FROM}\E/$ENV{TO}/g; END { exit ($n == 1 ? 0 : 1) }' "tree/$file"; then
    stale+=("$name")
    verdict='cannot be planted'
  elif ! build "${programs[@]}" >build.log 2>&1; then
    stale+=("$name")
    verdict='does not compile'
  else
    for test in "${programs[@]}"; do
      if ! (cd build && timeout $((limit + 30)) "./$test") >test.log 2>&1; then
        verdict="caught by $test"
        ((caught++))
        break
      fi
    done
    [[ $verdict == survived ]] && survived+=("$name")
    ((SECONDS - start > limit)) && slow+=("$name")
  fi
  cp saved "tree/$file" # a new time, so that it is built again
  printf '%-52s %3d s  %s\n' "$name" $((SECONDS - start)) "$verdict"
}

# --- votes -----------------------------------------------------------------------------------------------------------
mutant 'q is one too few' src/consensus/tally.c \
  '(2 * (guint64) n + 2) / 3' '(2 * (guint64) n + 1) / 3' consensus/test-tally
mutant 't is one too few' src/consensus/tally.c \
  'n - consensus_two_thirds (n) + 1' 'n - consensus_two_thirds (n)' consensus/test-tally
mutant 'half is enough' src/consensus/tally.c '2 * yes > n' '2 * yes >= n' consensus/test-tally
mutant 'silence needs one yes' src/consensus/tally.c 'count->yes >= 2' 'count->yes >= 1' consensus/test-tally
mutant 'silence passes over many no' src/consensus/tally.c \
  'count->no <= n - consensus_two_thirds (n)' 'TRUE' consensus/test-tally
mutant 'a second vote counts' src/consensus/ballot.c \
  'keep_evidence (self, first, vote);' '*(ConsensusVote *) first = *vote;' consensus/test-ballot
mutant 'no evidence of double votes' src/consensus/ballot.c \
  'keep_evidence (self, first, vote);' '' consensus/test-ballot scenarios/test-liars-vote
mutant 'those who left still count' src/consensus/ballot.c \
  'if (!consensus_roster_has (roster, SPAN_OF (vote->owner)))' 'if (FALSE)' consensus/test-ballot
mutant 'votes are not verified' src/consensus/vote.c \
  'if (signer->ops->verify (signer, SPAN_OF (vote->owner), SPAN_OF (message), SPAN_OF (vote->signature)))' \
  'if (TRUE)' consensus/test-vote
mutant 'a vote does not bind its value' src/consensus/vote.c \
  'out[CONSENSUS_OWNER_SIZE] = (guint8) value;' 'out[CONSENSUS_OWNER_SIZE] = 1;' consensus/test-vote
mutant 'a held vote need not be the same signature (V13)' src/consensus/vote.c \
  '&& memcmp (a->signature, b->signature, CONSENSUS_SIGNATURE_SIZE) == 0' '' consensus/test-vote scenarios/test-attacks
mutant 'votes in others names are taken (H2)' src/session/recv-vote.c \
  'if (!span_equal (SPAN_OF (vote.owner), received->sender))' 'if (FALSE)' session/test-recv session/test-voting
mutant 'proposals in others names are taken' src/session/recv-vote.c \
  'if (!span_equal (SPAN_OF (proposal->owner), received->sender))' 'if (FALSE)' session/test-recv session/test-voting

# --- mandates and candidates -----------------------------------------------------------------------------------------
mutant 'a mandate need not have passed' src/rules/candidate.c \
  'if (!consensus_has_passed (demls_mandate_standing (mandate_at (mandates, i), self->epoch)))' 'if (FALSE)' \
  rules/test-candidate-refused
mutant 'a mandate need not be alive' src/rules/candidate.c \
  'if (!demls_request_is_alive (request, self->epoch, error))' 'if (FALSE)' rules/test-candidate-refused
mutant 'signatures in mandates are not looked at' src/rules/mandate.c \
  'if (!is_signed (&vote, leaf, epoch, known))' 'if (FALSE)' rules/test-candidate-refused
mutant 'one member votes twice in a mandate' src/rules/mandate.c \
  'if (said[leaf] & now)' 'if (FALSE)' rules/test-candidate-refused
mutant 'by_silence is not looked at' src/rules/mandate.c \
  'ways &= self->by_silence ? CONSENSUS_BY_SILENCE : CONSENSUS_BY_VOTES | CONSENSUS_AT_ONCE;' '' \
  rules/test-candidate-refused rules/test-candidate
mutant 'the claimed steward is trusted (H6)' src/rules/candidate.c \
  'if (!span_equal (id, consensus_span (self->message->steward_member_id)))' 'if (FALSE)' rules/test-candidate-refused
mutant 'a commit may be for other mandates' src/rules/candidate.c \
  'return span_equal (span_bytes (wanted), self->received->content->content.authenticated_data)' \
  'return TRUE || span_equal (span_bytes (wanted), self->received->content->content.authenticated_data)' \
  rules/test-candidate-refused
mutant 'a commit may do more than was voted' src/rules/candidate.c \
  'return found->len == wanted->len ||' 'return TRUE ||' rules/test-candidate-refused rules/test-candidate-content
mutant 'a commit may do something else' src/rules/candidate.c \
  '!g_bytes_equal (there->proposal->encoded, proposal->encoded)' 'FALSE' \
  rules/test-candidate-refused rules/test-candidate-content
mutant 'a committer may change its credential' src/rules/candidate.c \
  'if (renewed && span_equal (old->credential, renewed->credential)' 'if (renewed' \
  rules/test-candidate-refused scenarios/test-attacks
mutant 'anybody may commit' src/rules/candidate.c \
  'if (!demls_candidate_may_commit (self->epoch, candidate->mandates, id))' 'if (FALSE)' \
  rules/test-candidate-refused rules/test-candidate-content
mutant 'two mandates on one target' src/rules/candidate.c \
  'return span_equal (a->target, b->target);' 'return FALSE;' rules/test-candidate-refused
mutant 'a refresh beside others' src/rules/candidate.c \
  'mandates->len > 1)' 'mandates->len > 9)' rules/test-candidate-refused
mutant 'removals do not come first (V19)' src/rules/rank.c \
  'order = more_first (a->removes, b->removes);' 'order = 0;' rules/test-rank scenarios/test-attacks
mutant 'executed is forgotten an epoch early (V16)' src/rules/governance-next.c \
  'epoch->number + 1 - one->epoch <= DEMLS_EXECUTED_EPOCHS' 'epoch->number + 1 - one->epoch < DEMLS_EXECUTED_EPOCHS' \
  rules/test-governance-next

# --- seals, kept epochs ----------------------------------------------------------------------------------------------
mutant 'two seals of one member both count' src/rules/seal.c \
  'i++; /* sealed two: neither counts */' 'count++;' rules/test-seal
mutant 'seals are not verified' src/rules/seal.c \
  'return mls_group_verify (epoch->group, leaf, span_bytes (content), SPAN_OF (self->signature))' \
  'return TRUE || mls_group_verify (epoch->group, leaf, span_bytes (content), SPAN_OF (self->signature))' \
  rules/test-seal
mutant 'a third is more than a third' src/rules/seal.c \
  'demls_seals_count (self, hash) > self->sealers' 'demls_seals_count (self, hash) >= self->sealers' rules/test-seal
mutant 'a seal is given at once (V30)' src/session/timers.c \
  'return demls_after (kept->choice_since, ms (kept->epoch->governance->policy.freeze_ms));' \
  'return kept->choice_since;' session/test-timers session/test-epochs scenarios/test-t12-t21

# --- time ------------------------------------------------------------------------------------------------------------
mutant 'the freeze window is doubled' src/session/timers.c \
  'return demls_after (self->state_since, ms (demls_policy (self)->freeze_ms));' \
  'return demls_after (self->state_since, 2 * ms (demls_policy (self)->freeze_ms));' \
  session/test-timers scenarios/test-t01-t11 scenarios/test-t12-t21
mutant 'witnesses do not wait (V9)' src/session/timers.c \
  'return demls_after (matter->seen_at, ms (policy->consensus_timeout_ms));' 'return matter->seen_at;' \
  session/test-timers scenarios/test-several
mutant 'the backup does not wait its turn (V21)' src/session/timers.c \
  'return demls_after (first, inactivity + place * step);' 'return demls_after (first, place * step);' \
  session/test-timers scenarios/test-several
mutant 'clients vote before people can (V12)' src/session/timers.c \
  'return demls_after (matter->seen_at, ms (policy->voting_delay_ms));' 'return matter->seen_at;' \
  session/test-timers scenarios/test-t22-t39
mutant 'the steward does not wait for more (V21)' src/session/timers.c \
  'gint64 batch = demls_after (work->last, ms (policy->commit_batch_delay_ms));' 'gint64 batch = work->last;' \
  session/test-timers scenarios/test-t22-t39

# --- what is received, kept, shown -----------------------------------------------------------------------------------
mutant 'a claimed sender is believed (A9)' src/session/recv-chat.c \
  'if (claimed.len > 0 && !span_equal (claimed, received->sender))' 'if (FALSE)' session/test-recv scenarios/test-liars-vote
mutant 'chat is shown again (V24)' src/session/recv-chat.c \
  'if (!demls_shown_note (self, received->sender, consensus_span (chat->message_id)))' 'if (FALSE)' \
  session/test-recv scenarios/test-attacks
mutant 'text need not be UTF-8' src/session/recv-chat.c \
  'if (text.len == 0 || !g_utf8_validate ((const char *) text.data, (gssize) text.len, NULL))' 'if (text.len == 0)' \
  session/test-recv scenarios/test-liars-vote
mutant 'no flood is too much (G151)' src/session/recv.c \
  'if (row->metered && !consensus_meter_count (self->meter, received->sender, proposal, self->now.mono))' 'if (FALSE)' \
  session/test-recv
mutant 'another stands in for a clone (X6)' src/session/recv.c \
  '|| !mls_group_is_cloned (kept->group, packet))' '|| TRUE)' session/test-recv session/test-runner
mutant 'who was removed is still heard (V25)' src/session/recv.c \
  'if (!row->anybody && !demls_epoch_has (self->current->epoch, received->sender))' 'if (FALSE)' \
  session/test-recv scenarios/test-attacks
mutant 'a spent key opens again (K5)' src/mls/secret-tree.c \
  'MLS_ERROR_GENERATION_USED' 'MLS_ERROR_GENERATION_OLD' mls/test-secret-tree
mutant 'a save is skipped: own seal (V30)' src/session/epochs.c \
  'kept->sealed = TRUE;' 'kept->sealed = TRUE; if (TRUE) return;' session/test-epochs session/test-snapshot scenarios/test-several
mutant 'published though not saved' src/user/crank.c $'not_saved (self, error);\n      return;' 'not_saved (self, error);' \
  user/test-crank
# survives: whoever publishes is called only after saving, so this second lock on the same door is never tried
mutant 'published before saved' src/user/crank.c \
  'for (; first && ((DemlsFlight *) first->data)->saved; first = first->next)' 'for (; first; first = first->next)' \
  user/test-crank

# --- what reaches libpurple ------------------------------------------------------------------------------------------
mutant 'markup of peers is not escaped' purple-plugin/text.c \
  'g_autofree char *escaped = demls_text_escape (clean);' 'g_autofree char *escaped = g_strdup (clean);' \
  purple-plugin/test-text purple-plugin/test-notices

total=$((caught + ${#survived[@]}))
((${#survived[@]})) && printf 'survived: %s\n' "${survived[@]}"
((${#slow[@]})) && printf 'longer than %d s: %s\n' $limit "${slow[@]}"
((${#stale[@]})) && printf 'stale: %s\n' "${stale[@]}"
echo "$caught of $total mutants caught"
((${#stale[@]} == 0 && 100 * caught >= 95 * total))
