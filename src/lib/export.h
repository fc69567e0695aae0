/* What a program that links the library may see. */
#ifndef LIB_EXPORT_H
#define LIB_EXPORT_H

#define EXPORT __attribute__((visibility("default")))

#endif
