/*
 * base/obj.h - objects that cross a void * carry a magic number.
 *
 * The first member of such a struct is `uint32_t magic`.  OBJ_CAST stops the
 * process when a pointer is not what its receiver believes it to be.
 */
#ifndef BASE_OBJ_H
#define BASE_OBJ_H

#include <assert.h>
#include <stdint.h>

/* Take *ptr, a void *, as the struct that has the magic number type_magic. */
#define OBJ_CAST(to, from, type_magic)                               \
	do {                                                         \
		(to) = (from);                                       \
		assert((to) != NULL && (to)->magic == (type_magic)); \
	} while (0)

#endif
