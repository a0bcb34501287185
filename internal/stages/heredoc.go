package stages

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/drydock/drydock/internal/dockerfile"
)

// A RUN with a heredoc. One whose document is the script itself is read as any list, its commands ended by their lines;
// one that gives a document to a program, or that cannot be written as a list of one-line commands, stays in one piece.

// readsDocument takes the RUN's document for its list, if that can be told apart.
func (r *listReader) readsDocument() bool {
	in := r.o.in
	if len(in.Heredocs) != 1 || !r.script.Within(in.Heredocs[0].BodySpan) || r.script.Err != nil {
		return false
	}
	stops, pipefail := shellOptions(r.a.f.Text(in.ArgSpan), in.Heredocs[0].Content)
	if pipefail && len(r.script.Pipes) > 0 || !r.sameShell() {
		return false
	}
	for _, st := range r.script.Steps {
		if st.Stmt == nil || st.Stmt.Background || strings.Contains(onOneLine(st.Stmt), "\n") {
			return false
		}
		if _, function := st.Stmt.Cmd.(*syntax.FuncDecl); function {
			return false
		}
	}
	r.lines = true
	r.stops = r.stops || stops
	return true
}

// shellOptions tells of the options with which a document's shell is called, by the command line in front of the
// document or by the document's first line, whether it stops at a failure, and whether a pipe's first failure counts.
func shellOptions(line, content string) (stops, pipefail bool) {
	words := strings.Fields(line)
	if first, _, _ := strings.Cut(content, "\n"); strings.HasPrefix(first, "#!") {
		words = append(words, strings.Fields(first)...)
	}
	for i, w := range words {
		named := i > 0 && strings.HasPrefix(words[i-1], "-") && strings.HasSuffix(words[i-1], "o")
		switch {
		case strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--"):
			stops = stops || strings.Contains(w, "e")
		case named && w == "errexit":
			stops = true
		case named && w == "pipefail":
			pipefail = true
		}
	}
	return stops, pipefail
}

// bashOnly are commands that a plain sh does not have.
var bashOnly = words("source pushd popd shopt declare let mapfile readarray typeset [[")

// sameShell reports whether the RUN's own shell understands the document as the shell does that it names.
func (r *listReader) sameShell() bool {
	own := dockerfile.ShellName(r.o.in.Shell)
	if r.script.Dialect == own {
		return true
	}
	for _, c := range r.script.Commands {
		if bashOnly[c.Name] {
			return false
		}
	}
	_, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(r.script.Source), "")
	return err == nil
}

// onOneLine prints a statement on one line; what holds a line break by itself, as a quoted text does, keeps it.
func onOneLine(st *syntax.Stmt) string {
	var b strings.Builder
	if syntax.NewPrinter(syntax.SingleLine(true)).Print(&b, st) != nil {
		return "\n"
	}
	return strings.TrimSuffix(strings.TrimSpace(b.String()), ";")
}

// document reads a RUN as one command that no stage runs in part.
func (r *listReader) document() {
	if len(r.script.Steps) == 0 {
		return
	}
	in := r.o.in
	c := r.add(joined(r.script.Steps), r.a.f.Text(dockerfile.Span{Start: in.ArgSpan.Start, End: in.Span.End}))
	c.group, c.simple, c.document, c.stmts = true, false, true, statementsOf(r.script.Steps)
}

// inlineFile is the text of a file that a COPY brings from the Dockerfile itself.
func (a *conversion) inlineFile(image string) (text string, ok bool) {
	for _, o := range a.instructions {
		if !o.inline() {
			continue
		}
		dest := o.in.Args[len(o.in.Args)-1].Text
		for _, h := range o.in.Heredocs {
			to := o.dest()
			if strings.HasSuffix(dest, "/") || len(o.in.Heredocs) > 1 {
				to = path.Join(to, h.Name)
			}
			if to == image {
				text, ok = h.Content, true
			}
		}
	}
	return text, ok
}

// keepInline copies into a builder the files that stand in the Dockerfile above a line.
func (a *conversion) keepInline(s *stage, before int) {
	for _, o := range a.instructions {
		if !o.inline() || o.in.Line > before {
			continue
		}
		if !strings.HasPrefix(o.in.Args[len(o.in.Args)-1].Text, "/") {
			s.add("WORKDIR " + o.dir)
		}
		s.add(a.text(o))
	}
}
