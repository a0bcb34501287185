#ifndef DRYDOCK_FLATTEN_H
#define DRYDOCK_FLATTEN_H
#include <stdint.h>

/* One node of a flattened tree, in pre-order. The layout is Node's in syntax.go. */
typedef struct {
  uint32_t start, end; /* bytes */
  uint32_t next;       /* index of the first node after this one's subtree */
  uint16_t kind;
  uint16_t field;
  uint8_t flags;
} dd_node;

enum { DD_NAMED = 1, DD_ERROR = 2, DD_MISSING = 4, DD_EXTRA = 8, DD_HAS_ERROR = 16 };

/* What a parse came to. */
enum { DD_OK = 0, DD_TIMEOUT = 1, DD_TOO_MANY = 2, DD_NO_MEMORY = 3, DD_NO_LANGUAGE = 4 };

/*
 * Parses src with grammar number lang and flattens the tree. *out is for free() by the caller and *n its length;
 * on any status but DD_OK there is nothing to free.
 */
int dd_parse(int lang, const char *src, uint32_t len, uint64_t micros, uint32_t max_nodes, dd_node **out, uint32_t *n);

uint32_t dd_symbol_count(int lang);
const char *dd_symbol_name(int lang, uint16_t symbol);
int dd_symbol_named(int lang, uint16_t symbol);
uint32_t dd_field_count(int lang);
const char *dd_field_name(int lang, uint16_t field);
#endif
