/* Options that say which reports are wanted, and what is masked in them. */
#ifndef KAUDIT_WANTED_H
#define KAUDIT_WANTED_H

#include "base/options.h"

/* Of struct kaudit_options: a format, by its own name or, where the row has no
 * argument, by that of the option; FORMAT=FILE; a pattern. */
options_take wanted_form, wanted_report, wanted_redact;

#endif
