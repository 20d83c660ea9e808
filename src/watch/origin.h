/* origin.h - is a type the program's own, or of its language's libraries? */
#ifndef FG_WATCH_ORIGIN_H
#define FG_WATCH_ORIGIN_H

#include "scan/scan.h"

#include <stdbool.h>

/* By its name: std:: and its like, Rust's core and alloc, Go's packages without a domain in their path. Own ones are
 * looked at first; the others are watched too. */
bool origin_is_library(const struct scan_type *type);

#endif
