/*
 * Structures of Linux, as FreeBSD has them.
 */
#ifndef FOREIGN_EXPORT_STRUCTURE_H
#define FOREIGN_EXPORT_STRUCTURE_H

#include "foreign/export_part.h"

/* A STRUCT or STRUCT_ARRAY record; left out where there is no such one there.
 */
export_function export_structure_put;

#endif
