//go:build cgo

package syntax

// #cgo CFLAGS: -O2
// #cgo linux LDFLAGS: -Wl,--unresolved-symbols=ignore-all
// #cgo darwin LDFLAGS: -Wl,-undefined,dynamic_lookup
// #include <stdlib.h>
// #include "flatten.h"
import "C"

import (
	"fmt"
	"sync"
	"unsafe"

	// These carry the grammars and the parser that flatten.c links against.
	_ "github.com/smacker/go-tree-sitter"
	_ "github.com/smacker/go-tree-sitter/bash"
	_ "github.com/smacker/go-tree-sitter/css"
	_ "github.com/smacker/go-tree-sitter/dockerfile"
	_ "github.com/smacker/go-tree-sitter/golang"
	_ "github.com/smacker/go-tree-sitter/html"
	_ "github.com/smacker/go-tree-sitter/java"
	_ "github.com/smacker/go-tree-sitter/javascript"
	_ "github.com/smacker/go-tree-sitter/php"
	_ "github.com/smacker/go-tree-sitter/python"
	_ "github.com/smacker/go-tree-sitter/ruby"
	_ "github.com/smacker/go-tree-sitter/typescript/tsx"
	_ "github.com/smacker/go-tree-sitter/typescript/typescript"
	_ "github.com/smacker/go-tree-sitter/yaml"
)

// Available reports whether this build can parse at all.
const Available = true

// Parse reads src, UTF-8 whose invalid bytes become errors in the tree. The tree may hold errors; only a bound that
// was hit gives none. It is safe for concurrent use.
func Parse(g Grammar, src []byte, lim Limits) (*Tree, error) {
	if g < 0 || g >= grammars {
		return nil, fmt.Errorf("%s: %w", g, ErrUnavailable)
	}
	if len(src) > lim.Bytes {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(src), lim.Bytes)
	}
	var out *C.dd_node
	var n C.uint32_t
	var p *C.char
	if len(src) > 0 {
		p = (*C.char)(unsafe.Pointer(&src[0]))
	}
	switch C.dd_parse(C.int(g), p, C.uint32_t(len(src)), C.uint64_t(lim.Time.Microseconds()), C.uint32_t(lim.Nodes),
		&out, &n) {
	case C.DD_OK:
	case C.DD_TIMEOUT:
		return nil, fmt.Errorf("%w: more than %s", ErrTimeout, lim.Time)
	case C.DD_TOO_MANY:
		return nil, fmt.Errorf("%w: more than %d nodes", ErrTooLarge, lim.Nodes)
	case C.DD_NO_MEMORY:
		return nil, fmt.Errorf("%w: out of memory", ErrTooLarge)
	default:
		return nil, fmt.Errorf("%s: %w", g, ErrUnavailable)
	}
	nodes := unsafe.Slice((*Node)(unsafe.Pointer(out)), int(n))
	return &Tree{Grammar: g, Nodes: nodes, free: func() { C.free(unsafe.Pointer(out)) }}, nil
}

// The two layouts must be the same: this does not compile where they differ in size.
var _ [unsafe.Sizeof(Node{})]byte = [C.sizeof_dd_node]byte{}

var languages [grammars]struct {
	once sync.Once
	lang Language
}

// LanguageOf returns the grammar's symbols, nil where the build has no grammars.
func LanguageOf(g Grammar) *Language {
	if g < 0 || g >= grammars {
		return nil
	}
	e := &languages[g]
	e.once.Do(func() {
		for i := C.uint32_t(0); i < C.dd_symbol_count(C.int(g)); i++ {
			e.lang.Symbols = append(e.lang.Symbols, C.GoString(C.dd_symbol_name(C.int(g), C.uint16_t(i))))
			e.lang.Named = append(e.lang.Named, C.dd_symbol_named(C.int(g), C.uint16_t(i)) != 0)
		}
		e.lang.Fields = []string{""}
		for i := C.uint32_t(1); i <= C.dd_field_count(C.int(g)); i++ {
			e.lang.Fields = append(e.lang.Fields, C.GoString(C.dd_field_name(C.int(g), C.uint16_t(i))))
		}
	})
	return &e.lang
}
