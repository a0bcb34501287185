//go:build cgo

/*
 * Parses and flattens in one call. The functions declared here are tree-sitter's public interface; they are linked
 * from the objects that the Go binding's packages carry (see cgo.go), so that this module holds no grammar itself.
 */
#include "flatten.h"
#include <stdbool.h>
#include <stdlib.h>

typedef struct TSLanguage TSLanguage;
typedef struct TSParser TSParser;
typedef struct TSTree TSTree;
typedef struct {
  uint32_t context[4];
  const void *id;
  const TSTree *tree;
} TSNode;
typedef struct {
  const void *tree;
  const void *id;
  uint32_t context[3];
} TSTreeCursor;

TSParser *ts_parser_new(void);
void ts_parser_delete(TSParser *);
bool ts_parser_set_language(TSParser *, const TSLanguage *);
void ts_parser_set_timeout_micros(TSParser *, uint64_t);
TSTree *ts_parser_parse_string(TSParser *, const TSTree *, const char *, uint32_t);
void ts_tree_delete(TSTree *);
TSNode ts_tree_root_node(const TSTree *);
uint32_t ts_node_start_byte(TSNode);
uint32_t ts_node_end_byte(TSNode);
uint16_t ts_node_symbol(TSNode);
bool ts_node_is_named(TSNode);
bool ts_node_is_missing(TSNode);
bool ts_node_is_extra(TSNode);
bool ts_node_is_error(TSNode);
bool ts_node_has_error(TSNode);
TSTreeCursor ts_tree_cursor_new(TSNode);
void ts_tree_cursor_delete(TSTreeCursor *);
TSNode ts_tree_cursor_current_node(const TSTreeCursor *);
uint16_t ts_tree_cursor_current_field_id(const TSTreeCursor *);
bool ts_tree_cursor_goto_parent(TSTreeCursor *);
bool ts_tree_cursor_goto_next_sibling(TSTreeCursor *);
bool ts_tree_cursor_goto_first_child(TSTreeCursor *);
uint32_t ts_language_symbol_count(const TSLanguage *);
const char *ts_language_symbol_name(const TSLanguage *, uint16_t);
int ts_language_symbol_type(const TSLanguage *, uint16_t);
uint32_t ts_language_field_count(const TSLanguage *);
const char *ts_language_field_name_for_id(const TSLanguage *, uint16_t);

const TSLanguage *tree_sitter_python(void);
const TSLanguage *tree_sitter_javascript(void);
const TSLanguage *tree_sitter_typescript(void);
const TSLanguage *tree_sitter_tsx(void);
const TSLanguage *tree_sitter_java(void);
const TSLanguage *tree_sitter_go(void);
const TSLanguage *tree_sitter_php(void);
const TSLanguage *tree_sitter_ruby(void);
const TSLanguage *tree_sitter_bash(void);
const TSLanguage *tree_sitter_dockerfile(void);
const TSLanguage *tree_sitter_yaml(void);
const TSLanguage *tree_sitter_html(void);
const TSLanguage *tree_sitter_css(void);

/* In the order of the Grammar constants in syntax.go. */
static const TSLanguage *language(int lang) {
  switch (lang) {
  case 0: return tree_sitter_python();
  case 1: return tree_sitter_javascript();
  case 2: return tree_sitter_typescript();
  case 3: return tree_sitter_tsx();
  case 4: return tree_sitter_java();
  case 5: return tree_sitter_go();
  case 6: return tree_sitter_php();
  case 7: return tree_sitter_ruby();
  case 8: return tree_sitter_bash();
  case 9: return tree_sitter_dockerfile();
  case 10: return tree_sitter_yaml();
  case 11: return tree_sitter_html();
  case 12: return tree_sitter_css();
  }
  return NULL;
}

typedef struct {
  dd_node *nodes;
  uint32_t len, cap, max;
  uint32_t *open; /* indices of the nodes whose subtree is being written */
  uint32_t depth, open_cap;
} arena;

static int push(arena *a, const TSTreeCursor *c) {
  if (a->len == a->cap) {
    if (a->len >= a->max) return DD_TOO_MANY;
    uint32_t cap = a->cap + a->cap / 2 + 64;
    dd_node *n = realloc(a->nodes, (size_t)cap * sizeof *n);
    if (!n) return DD_NO_MEMORY;
    a->nodes = n;
    a->cap = cap;
  }
  TSNode t = ts_tree_cursor_current_node(c);
  dd_node *n = &a->nodes[a->len];
  n->start = ts_node_start_byte(t);
  n->end = ts_node_end_byte(t);
  n->kind = ts_node_symbol(t);
  n->field = ts_tree_cursor_current_field_id(c);
  n->flags = (ts_node_is_named(t) ? DD_NAMED : 0) | (ts_node_is_error(t) ? DD_ERROR : 0) |
             (ts_node_is_missing(t) ? DD_MISSING : 0) | (ts_node_is_extra(t) ? DD_EXTRA : 0) |
             (ts_node_has_error(t) ? DD_HAS_ERROR : 0);
  n->next = ++a->len;
  return DD_OK;
}

static int enter(arena *a) {
  if (a->depth == a->open_cap) {
    uint32_t cap = a->open_cap * 2 + 64;
    uint32_t *o = realloc(a->open, (size_t)cap * sizeof *o);
    if (!o) return DD_NO_MEMORY;
    a->open = o;
    a->open_cap = cap;
  }
  a->open[a->depth++] = a->len - 1;
  return DD_OK;
}

static int flatten(arena *a, TSTreeCursor *c) {
  int st = push(a, c);
  while (st == DD_OK) {
    if (ts_tree_cursor_goto_first_child(c)) {
      if ((st = enter(a)) == DD_OK) st = push(a, c);
      continue;
    }
    while (!ts_tree_cursor_goto_next_sibling(c)) {
      if (a->depth == 0) return DD_OK;
      ts_tree_cursor_goto_parent(c);
      a->nodes[a->open[--a->depth]].next = a->len;
    }
    st = push(a, c);
  }
  return st;
}

int dd_parse(int lang, const char *src, uint32_t len, uint64_t micros, uint32_t max_nodes, dd_node **out, uint32_t *n) {
  const TSLanguage *l = language(lang);
  TSParser *p = ts_parser_new();
  if (!l || !p || !ts_parser_set_language(p, l)) {
    if (p) ts_parser_delete(p);
    return DD_NO_LANGUAGE;
  }
  ts_parser_set_timeout_micros(p, micros);
  TSTree *t = ts_parser_parse_string(p, NULL, src, len);
  if (!t) {
    ts_parser_delete(p);
    return DD_TIMEOUT;
  }
  arena a = {.max = max_nodes};
  a.cap = len / 4 + 64;
  if (a.cap > max_nodes) a.cap = max_nodes;
  a.nodes = malloc((size_t)a.cap * sizeof *a.nodes);
  TSTreeCursor c = ts_tree_cursor_new(ts_tree_root_node(t));
  int st = a.nodes ? flatten(&a, &c) : DD_NO_MEMORY;
  ts_tree_cursor_delete(&c);
  ts_tree_delete(t);
  ts_parser_delete(p);
  free(a.open);
  if (st != DD_OK) {
    free(a.nodes);
    return st;
  }
  *out = a.nodes;
  *n = a.len;
  return DD_OK;
}

uint32_t dd_symbol_count(int lang) { return ts_language_symbol_count(language(lang)); }
const char *dd_symbol_name(int lang, uint16_t s) { return ts_language_symbol_name(language(lang), s); }
int dd_symbol_named(int lang, uint16_t s) { return ts_language_symbol_type(language(lang), s) == 0; }
uint32_t dd_field_count(int lang) { return ts_language_field_count(language(lang)); }
const char *dd_field_name(int lang, uint16_t f) { return ts_language_field_name_for_id(language(lang), f); }
