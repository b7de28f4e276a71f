# demls-flags.m4 - ask the compiler, once per flag, whether it knows it.
# A flag counts as known when it passes under -Werror, since clang only warns about flags that it does not know.

# DEMLS_COMPILER_FLAGS(VARIABLE, FLAGS): append to VARIABLE each of FLAGS that compiles.
AC_DEFUN([DEMLS_COMPILER_FLAGS],
  [m4_foreach_w([demls_flag], [$2],
    [_DEMLS_FLAG([$1], m4_defn([demls_flag]), [CFLAGS], [AC_COMPILE_IFELSE])])])

# DEMLS_LINKER_FLAGS(VARIABLE, FLAGS): append to VARIABLE each of FLAGS that links.
AC_DEFUN([DEMLS_LINKER_FLAGS],
  [m4_foreach_w([demls_flag], [$2],
    [_DEMLS_FLAG([$1], m4_defn([demls_flag]), [LDFLAGS], [AC_LINK_IFELSE])])])

# DEMLS_HAVE_FLAG(FLAG, ACTION-IF-NOT): a flag without which there is no going on.
AC_DEFUN([DEMLS_HAVE_FLAG],
  [demls_have_flag=
   _DEMLS_FLAG([demls_have_flag], [$1], [CFLAGS], [AC_LINK_IFELSE])
   AS_IF([test -z "$demls_have_flag"], [$2])])

# _DEMLS_FLAG(VARIABLE, FLAG, WHERE IT GOES, HOW TO TRY)
m4_define([_DEMLS_FLAG],
  [AS_VAR_PUSHDEF([demls_known], [demls_cv_flag_$2])
   AC_CACHE_CHECK([whether $CC takes $2], [demls_known],
     [demls_saved_CFLAGS=$CFLAGS
      demls_saved_LDFLAGS=$LDFLAGS
      CFLAGS="$CFLAGS -Werror"
      $3="$$3 $2"
      $4([AC_LANG_PROGRAM()], [AS_VAR_SET([demls_known], [yes])], [AS_VAR_SET([demls_known], [no])])
      CFLAGS=$demls_saved_CFLAGS
      LDFLAGS=$demls_saved_LDFLAGS])
   AS_VAR_IF([demls_known], [yes], [AS_VAR_APPEND([$1], [" $2"])])
   AS_VAR_POPDEF([demls_known])])

# DEMLS_FORTIFY(VARIABLE): append the highest _FORTIFY_SOURCE that the C library grants with these CFLAGS. It grants
# none without optimisation, and a compiler that does not know level 3 gets level 2.
AC_DEFUN([DEMLS_FORTIFY],
  [AC_CACHE_CHECK([for the level of _FORTIFY_SOURCE], [demls_cv_fortify],
     [demls_cv_fortify=none
      demls_saved_CPPFLAGS=$CPPFLAGS
      for demls_level in 3 2; do
        CPPFLAGS="$demls_saved_CPPFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$demls_level"
        AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include <string.h>
#if __USE_FORTIFY_LEVEL != _FORTIFY_SOURCE
# error this level is not granted
#endif
          ]])], [demls_cv_fortify=$demls_level])
        test $demls_cv_fortify = none || break
      done
      CPPFLAGS=$demls_saved_CPPFLAGS])
   AS_CASE([$demls_cv_fortify], [none], [],
     [AS_VAR_APPEND([$1], [" -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$demls_cv_fortify"])])])
