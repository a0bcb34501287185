package stages

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drydock/drydock/internal/dockerfile"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the goldens anew")

// parts of a case in testdata: the file named Dockerfile is converted, want/… is what comes out, all others are the
// build context. want/refused holds the reason of a refusal instead.
func readCase(t *testing.T, name string) (*txtar.Archive, fstest.MapFS, map[string]string) {
	t.Helper()
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	ctx, want := fstest.MapFS{}, map[string]string{}
	for _, f := range a.Files {
		if w, ok := strings.CutPrefix(f.Name, "want/"); ok {
			want[w] = string(f.Data)
			continue
		}
		ctx[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return a, ctx, want
}

// options are the words of a case's comment: "plain", "final=…", "held=…", "root", "target=…", "base=" with the folder
// that
// the base image sets, and what compose says: "health=…", "user=…", "mount=…", "command=…".
func options(comment []byte) Options {
	var o Options
	for _, line := range strings.Split(string(comment), "\n") {
		name, v, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "plain":
			o.Plain = true
		case "final":
			o.FinalImage = v
		case "root":
			o.KeepRoot = true
		case "held":
			o.Held = strings.Split(v, ",")
		case "extra":
			o.Extra = strings.Split(v, ",")
		case "target":
			o.Target = v
		case "base":
			o.Base = &Inherited{WorkDir: v}
		case "health", "user", "mount", "command":
			if o.Run == nil {
				o.Run = &Run{}
			}
			switch name {
			case "health":
				kind, test, _ := strings.Cut(v, " ")
				o.Run.Health = []string{kind, test}
				if kind == "CMD" {
					o.Run.Health = strings.Fields(v)
				}
			case "user":
				o.Run.User = v
			case "mount":
				o.Run.Mounts = []string{v}
			case "command":
				o.Run.Command = strings.Fields(v)
			}
		}
	}
	return o
}

func TestGoldens(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, ctx, want := readCase(t, name)
			got := convert(t, ctx, options(a.Comment))
			if *update {
				writeCase(t, name, a, got)
				return
			}
			for file, text := range got {
				if want[file] != text {
					t.Errorf("%s:\n%s\nnot\n%s", file, text, want[file])
				}
			}
			for file := range want {
				if _, ok := got[file]; !ok {
					t.Errorf("there is no %s: %v", file, got)
				}
			}
		})
	}
}

// The original's comments stay, each once.
func TestCommentsStay(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range names {
		a, ctx, _ := readCase(t, name)
		got, ok := convert(t, ctx, options(a.Comment))["Dockerfile"]
		if !ok {
			continue
		}
		for _, c := range dockerfile.Parse(ctx["Dockerfile"].Data).Comments {
			seen++
			if n := strings.Count(got, "# "+c.Text+"\n"); n != 1 {
				t.Errorf("%s: %q stands %d times in\n%s", name, c.Text, n, got)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d comments were looked at", seen)
	}
}

func convert(t *testing.T, ctx fs.FS, o Options) map[string]string {
	t.Helper()
	src, err := fs.ReadFile(ctx, "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	res, err := Split(dockerfile.Parse(src), ctx, o)
	var r *Refusal
	if errors.As(err, &r) {
		return map[string]string{"refused": r.Reason + "\n"}
	}
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{"Dockerfile": string(res.Dockerfile)}
	var notes strings.Builder
	for _, n := range res.Notes {
		notes.WriteString("note: " + n + "\n")
	}
	for _, c := range res.Changes {
		notes.WriteString("change: " + c.What + ": " + c.Why + "\n")
	}
	for _, s := range res.Assumptions {
		kind := "known"
		if s.Guess {
			kind = "guess"
		}
		notes.WriteString(kind + ": " + s.Text + ": " + s.Evidence + "\n")
	}
	if notes.Len() > 0 {
		out["notes"] = notes.String()
	}
	return out
}

func writeCase(t *testing.T, name string, a *txtar.Archive, got map[string]string) {
	t.Helper()
	var keep []txtar.File
	for _, f := range a.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			keep = append(keep, f)
		}
	}
	for _, file := range []string{"Dockerfile", "notes", "refused"} {
		if text, ok := got[file]; ok {
			keep = append(keep, txtar.File{Name: "want/" + file, Data: []byte(text)})
		}
	}
	a.Files = keep
	if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
