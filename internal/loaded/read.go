package loaded

import (
	"path"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/syntax"
)

// language reads the imports of one language.
type language struct {
	name    string
	grammar syntax.Grammar
	exts    []string
	read    func(*file, int) // looks at one node
}

var languages = []*language{
	{name: "Python", grammar: syntax.Python, exts: []string{".py", ".pyi", ".pyw"}, read: (*file).python},
	{name: "JavaScript", grammar: syntax.JavaScript, exts: []string{".js", ".jsx", ".mjs", ".cjs"}, read: (*file).script},
	{name: "JavaScript", grammar: syntax.TypeScript, exts: []string{".ts", ".mts", ".cts"}, read: (*file).script},
	{name: "JavaScript", grammar: syntax.TSX, exts: []string{".tsx"}, read: (*file).script},
	{name: "Go", grammar: syntax.Go, exts: []string{".go"}, read: (*file).golang},
	{name: "Java", grammar: syntax.Java, exts: []string{".java"}, read: (*file).java},
}

// languageOf tells a file's language by its name, nil for one whose imports are not read.
func languageOf(name string) *language {
	ext := strings.ToLower(path.Ext(name))
	for _, l := range languages {
		for _, e := range l.exts {
			if e == ext {
				return l
			}
		}
	}
	return nil
}

// Wanted reports whether a file is one whose imports are read.
func Wanted(name string) bool { return languageOf(name) != nil || path.Base(name) == "package.json" }

// limits of one file: what is beyond them leaves its language's answer open.
var limits = syntax.Limits{Bytes: 4 << 20, Nodes: 2_000_000, Time: 5 * time.Second}

// file is one file while it is read.
type file struct {
	lang  *language
	names *syntax.Language
	tree  *syntax.Tree
	src   []byte
	rel   string
	uses  *Uses
}

// kind is the grammar's name of a node, "" for what it could not place.
func (f *file) kind(n int) string {
	if k := int(f.tree.Nodes[n].Kind); k < len(f.names.Symbols) {
		return f.names.Symbols[k]
	}
	return ""
}

func (f *file) text(n int) string {
	node := &f.tree.Nodes[n]
	return string(f.src[node.Start:node.End])
}

func (f *file) line(n int) int {
	return 1 + strings.Count(string(f.src[:f.tree.Nodes[n].Start]), "\n")
}

// children calls visit for each child of a node that is not punctuation.
func (f *file) children(n int, visit func(child int)) {
	end := int(f.tree.Nodes[n].Next)
	for c := n + 1; c < end; c = int(f.tree.Nodes[c].Next) {
		if f.tree.Nodes[c].Is(syntax.Named) {
			visit(c)
		}
	}
}

// field is the child that fills a field, -1 if none does.
func (f *file) field(n int, name string) int {
	end := int(f.tree.Nodes[n].Next)
	for c := n + 1; c < end; c = int(f.tree.Nodes[c].Next) {
		if id := int(f.tree.Nodes[c].Field); id > 0 && id < len(f.names.Fields) && f.names.Fields[id] == name {
			return c
		}
	}
	return -1
}

// literal is the text of a string without its quotes; ok is false for one that is put together.
func (f *file) literal(n int) (text string, ok bool) {
	switch f.kind(n) {
	case "string", "string_literal", "interpreted_string_literal", "raw_string_literal":
	default:
		return "", false
	}
	raw := f.text(n)
	if strings.ContainsAny(raw, "{}$\\") && f.lang.name == "Python" {
		return "", false
	}
	raw = strings.TrimLeft(raw, "rbuRBUfF")
	return strings.Trim(raw, "\"'`"), true
}

// firstArgument is the first argument of a call, -1 if it has none.
func (f *file) firstArgument(call int) int {
	args, first := f.field(call, "arguments"), -1
	if args >= 0 {
		f.children(args, func(c int) {
			if first < 0 {
				first = c
			}
		})
	}
	return first
}

// loads notes the argument of a call that imports: a name, or one that is not known before the program runs.
func (f *file) loads(call int) {
	arg := f.firstArgument(call)
	if arg < 0 {
		return
	}
	if name, ok := f.literal(arg); ok {
		f.uses.add(f.lang.name, name, f.rel, f.line(call))
		return
	}
	f.uses.dynamic(f.lang.name, f.rel, f.line(call))
}

func (f *file) python(n int) {
	switch f.kind(n) {
	case "import_statement":
		f.children(n, func(c int) {
			if name := f.field(c, "name"); f.kind(c) == "aliased_import" && name >= 0 {
				c = name
			}
			f.uses.add(f.lang.name, f.text(c), f.rel, f.line(n))
		})
	case "import_from_statement", "future_import_statement":
		if m := f.field(n, "module_name"); m >= 0 && f.kind(m) == "dotted_name" {
			f.uses.add(f.lang.name, f.text(m), f.rel, f.line(n))
		}
	case "call":
		switch callee := f.field(n, "function"); {
		case callee < 0:
		case f.text(callee) == "__import__", strings.HasSuffix(f.text(callee), "import_module"):
			f.loads(n)
		}
	case "string":
		// Names of modules stand in texts, too: Django's INSTALLED_APPS, "package.module:app", drivers of databases.
		if s, ok := f.literal(n); ok && len(s) < 200 {
			f.uses.mention(f.lang.name, s)
		}
	}
}

func (f *file) script(n int) {
	switch f.kind(n) {
	case "import_statement", "export_statement":
		if s := f.field(n, "source"); s >= 0 {
			if name, ok := f.literal(s); ok {
				f.uses.add(f.lang.name, name, f.rel, f.line(n))
			}
		}
	case "call_expression":
		switch callee := f.field(n, "function"); {
		case callee < 0:
		case f.text(callee) == "require", f.text(callee) == "import", f.text(callee) == "require.resolve":
			f.loads(n)
		}
	case "string":
		if s, ok := f.literal(n); ok && len(s) < 200 {
			f.uses.mention(f.lang.name, s)
		}
	}
}

func (f *file) golang(n int) {
	if f.kind(n) == "import_spec" {
		if p := f.field(n, "path"); p >= 0 {
			if name, ok := f.literal(p); ok {
				f.uses.add(f.lang.name, name, f.rel, f.line(n))
			}
		}
	}
}

func (f *file) java(n int) {
	switch f.kind(n) {
	case "import_declaration":
		f.children(n, func(c int) {
			if k := f.kind(c); k == "scoped_identifier" || k == "identifier" {
				f.uses.add(f.lang.name, f.text(c), f.rel, f.line(n))
			}
		})
	case "method_invocation":
		if name := f.field(n, "name"); name >= 0 && f.text(name) == "forName" {
			f.loads(n)
		}
	}
}
