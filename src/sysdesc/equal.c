/* Expands equal.def. */
#include "sysdesc/equal.h"

#include <stdint.h>

#include "sysdesc/private.h"
#include "sysdesc/select.h"
#include "sysdesc/sysdesc.h"

#define EQUAL_MAX 16

/* A list, which parentheses would end.
 * NOLINTBEGIN(bugprone-macro-parentheses) */
#define EACH1(id, ...)  ROW_##id + 1, __VA_OPT__(EACH2(__VA_ARGS__))
#define EACH2(id, ...)  ROW_##id + 1, __VA_OPT__(EACH3(__VA_ARGS__))
#define EACH3(id, ...)  ROW_##id + 1, __VA_OPT__(EACH4(__VA_ARGS__))
#define EACH4(id, ...)  ROW_##id + 1, __VA_OPT__(EACH5(__VA_ARGS__))
#define EACH5(id, ...)  ROW_##id + 1, __VA_OPT__(EACH6(__VA_ARGS__))
#define EACH6(id, ...)  ROW_##id + 1, __VA_OPT__(EACH7(__VA_ARGS__))
#define EACH7(id, ...)  ROW_##id + 1, __VA_OPT__(EACH8(__VA_ARGS__))
#define EACH8(id, ...)  ROW_##id + 1, __VA_OPT__(EACH9(__VA_ARGS__))
#define EACH9(id, ...)  ROW_##id + 1, __VA_OPT__(EACH10(__VA_ARGS__))
#define EACH10(id, ...) ROW_##id + 1
/* NOLINTEND(bugprone-macro-parentheses) */

/* Rows, one more, so that 0 ends them. */
static const uint16_t sets[][EQUAL_MAX] = {
#define EQUAL(...) { EACH1(__VA_ARGS__) },
#define ALWAYS(id)
#include "sysdesc/equal.def"
#undef ALWAYS
#undef EQUAL
};

static const uint16_t always[] = {
#define EQUAL(...)
#define ALWAYS(id) ROW_##id,
#include "sysdesc/equal.def"
#undef ALWAYS
#undef EQUAL
};

static bool has_any(const struct select *select, const uint16_t *set)
{
	for (; *set; set++)
		if (select_has(select, sysdesc_row(*set - 1u)))
			return true;
	return false;
}

void equal_close(struct select *select)
{
	const struct select before = *select;

	for (unsigned i = 0; i < COUNT_OF(sets); i++) {
		if (!has_any(&before, sets[i]))
			continue;
		for (const uint16_t *row = sets[i]; *row; row++)
			select_add(select, sysdesc_row(*row - 1u));
	}
}

void equal_always(struct select *select)
{
	for (unsigned i = 0; i < COUNT_OF(always); i++)
		select_add(select, sysdesc_row(always[i]));
}
