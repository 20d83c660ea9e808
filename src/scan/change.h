/*
 * change.h - does a store put back what it read from the same bytes before, changed: x = x + 1, head = head->next?
 *
 * Such stores commute or follow from one another under their lock; other code sets a field to what came from elsewhere.
 * Where reading, changing and writing are one instruction, scan_site.modifies says so already.
 */
#ifndef FG_SCAN_CHANGE_H
#define FG_SCAN_CHANGE_H

#include "scan/scan.h"

/* Follows the value stored back through the instructions in front of the store, in the order of addresses and not of
 * execution: a hint, which errs towards true. Returns: true: it is made from a load of the same bytes. */
bool scan_store_changes(const struct scan *scan, const struct scan_site *site);

#endif
