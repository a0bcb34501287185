package target

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/drydock/drydock/internal/stack"
)

// Copy is another tree of the same project, to be scanned in its place: that of an earlier commit, or one with changes.
type Copy struct {
	From, To string // the roots of both, absolute, links resolved
}

// Path maps a path; ok is false where the copy has nothing there. A path outside of the tree stays as it is.
func (m *Copy) Path(p string) (mapped string, ok bool) {
	abs, err := filepath.Abs(p)
	if err != nil {
		return p, true
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	rel, err := filepath.Rel(m.From, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return p, true
	}
	mapped = filepath.Join(m.To, rel)
	_, err = os.Lstat(mapped)
	return mapped, err == nil
}

// paths maps several and drops those that were not there.
func (m *Copy) paths(all []string) (out []string) {
	for _, p := range all {
		if mapped, ok := m.Path(p); ok {
			out = append(out, mapped)
		}
	}
	return out
}

// Inputs maps what a command line names; ok is false where nothing of it was there.
func (m *Copy) Inputs(in Inputs, t *Target) (Inputs, bool) {
	if len(in.Args)+len(in.Stack.Files)+len(in.Stacks) == 0 {
		in.Args = []string{"."}
	}
	var args []string
	for _, arg := range in.Args {
		if _, err := os.Lstat(arg); err != nil { // an image
			args = append(args, arg)
		} else if mapped, ok := m.Path(arg); ok {
			args = append(args, mapped)
		}
	}
	in.Args = args
	in.Stack.Files = m.paths(in.Stack.Files)
	in.Stack.EnvFiles = m.paths(in.Stack.EnvFiles)
	if in.Stack.Root, _ = m.Path(t.Root); in.Stack.Root == "" {
		in.Stack.Root = m.To
	}
	var stacks []stack.Project
	for _, s := range in.Stacks {
		var ok bool
		if s.Dir, ok = m.Path(s.Dir); !ok {
			continue
		}
		s.Files, s.EnvFiles = m.paths(s.Files), m.paths(s.EnvFiles)
		stacks = append(stacks, s)
	}
	in.Stacks = stacks
	images := slices.Clone(in.Stack.Images)
	for i := range images {
		images[i].Context, _ = m.Path(images[i].Context)
	}
	in.Stack.Images = images
	return in, len(in.Args)+len(in.Stack.Files)+len(in.Stacks) > 0
}
