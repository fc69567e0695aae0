/* Command lines that a program must refuse. */
#ifndef SUPPORT_REFUSAL_H
#define SUPPORT_REFUSAL_H

/* Runs argv[0]: it must end with status 2, and say why in these words, among
 * others. */
void refusal_must_say(const char *const *argv, const char *words);

#endif
