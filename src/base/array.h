/* Sizes of arrays, and the smaller and larger of two values. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#define MIN(a, b)                                                              \
	({                                                                     \
		__typeof__(a) a_ = (a);                                        \
		__typeof__(b) b_ = (b);                                        \
		a_ < b_ ? a_ : b_;                                             \
	})

#define MAX(a, b)                                                              \
	({                                                                     \
		__typeof__(a) a_ = (a);                                        \
		__typeof__(b) b_ = (b);                                        \
		a_ > b_ ? a_ : b_;                                             \
	})

#endif
