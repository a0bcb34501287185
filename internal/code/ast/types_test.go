package ast

import "testing"

// A variable has the type of what it was made with, where that is known.
func TestTypesOfWhatIsMade(t *testing.T) {
	for _, c := range []struct{ lang, src, name, want, not string }{
		{"go", "package a\nimport \"database/sql\"\nfunc f() {\n\tdb, err := sql.Open(a, b)\n\tdb.Query()\n}\n", "db",
			"*sql.DB", "*sql.Tx"},
		{"go", "package a\nimport \"database/sql\"\nfunc f(db *sql.DB) {\n\tx, err := db.Begin()\n\tx.Exec()\n}\n", "x",
			"*sql.Tx", "*sql.DB"},
		{"go", "package a\nimport m \"math/rand\"\nfunc f() {\n\tr := m.New(s)\n\tr.Int()\n}\n", "r",
			"*rand.Rand", "*m.Rand"},
		{"go", "package a\nfunc g() (*T, error) { return nil, nil }\nfunc f() {\n\tx, _ := g()\n\tx.Y()\n}\n", "x",
			"*T", "error"},
		{"go", "package a\nfunc (h *H) g() *T { return nil }\nfunc f() {\n\tx := g()\n\tx.Y()\n}\n", "x", "", "*T"},
		{"java", "class A { void f() { var x = new File(a); x.g(); } }", "x", "File", "var"},
		{"java", "class A { void f(DataSource d) { var c = d.getConnection(); c.g(); } }", "c", "Connection", "DataSource"},
		{"java", "class A { void f() { var x = g(); x.h(); } }", "x", "", "File"},
	} {
		tr := tree(t, c.lang, c.src)
		use := Nil
		for i := range tr.Nodes {
			if tr.Nodes[i].Kind == Name && tr.Nodes[i].Role == Obj && tr.HasText(ID(i), c.name) {
				use = ID(i)
			}
		}
		if use == Nil {
			t.Fatalf("%s: %s is not used", c.src, c.name)
		}
		if c.want != "" && !tr.HasType(use, c.want) || tr.HasType(use, c.not) {
			t.Errorf("%s: the type of %s is %q, not %s", c.src, c.name, tr.typeOf(use, 0), c.want)
		}
	}
}
