package store

import (
	"context"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"go/ast"
)

// Each migration can be taken back and made again.
func TestMigrationsUpAndDown(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p, err := s.provider()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(ctx, 0); err != nil {
		t.Fatal(err)
	}
	var tables int
	if err := s.writer.QueryRow(`SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'
		AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'`).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d tables are left, %v", tables, err)
	}
	if err := s.Migrate(ctx); err != nil {
		t.Error(err)
	}
}

// Every query that the code names is there, and every query is named.
func TestQueriesAreNamed(t *testing.T) {
	named := map[string]bool{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				named[strings.Trim(lit.Value, `"`)] = true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := queryOf(call)
			if name != "" && queries[name] == "" {
				t.Errorf("%s: no query is called %q", file.Name(), name)
			}
			return true
		})
	}
	for name := range queries {
		if !named[name] {
			t.Errorf("nothing uses the query %q", name)
		}
	}
}

// queryOf is the name of the query that a call runs, "" if it runs none.
func queryOf(call *ast.CallExpr) string {
	at := -1
	switch f := call.Fun.(type) {
	case *ast.Ident:
		if f.Name == "one" || f.Name == "many" || f.Name == "addRows" {
			at = 2
		}
	case *ast.SelectorExpr:
		if f.Sel.Name == "exec" || f.Sel.Name == "change" || f.Sel.Name == "insert" {
			at = 1
		}
	}
	if at < 0 || at >= len(call.Args) {
		return ""
	}
	if lit, ok := call.Args[at].(*ast.BasicLit); ok {
		return strings.Trim(lit.Value, `"`)
	}
	return ""
}
