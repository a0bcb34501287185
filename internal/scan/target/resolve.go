package target

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/document"
	"github.com/drydock/drydock/internal/stack"
)

// Inputs is what a command line names.
type Inputs struct {
	Args   []string        // folders, files, images; none means the working folder
	Stack  stack.Options   // how compose projects are read; Stack.Files are laid over one another as one project
	Engine bool            // what runs on this host now
	Stacks []stack.Project // from drydock.yaml, where no argument names any
	Stdin  io.Reader       // what an argument "-" is read from; nil where it is not
}

// ImageSchemes name where an image is read from.
var ImageSchemes = []string{"docker:", "docker-archive:", "oci-archive:", "oci-dir:", "registry:", "dir:"}

// Resolve finds out what the inputs are. A bare argument is a folder, then a file by its content, then an image of the
// engine; a registry is only ever asked as registry:REF. Inputs that cannot be read stand in Target.Unread: the rest is
// scanned, and a report is written also where nothing is left.
func Resolve(ctx context.Context, in Inputs) *Target {
	t := newTarget(strings.Join(in.Args, " "))
	if in.Engine {
		t.fromEngine(ctx, in.Stack)
		return t
	}
	if len(in.Args) == 0 && len(in.Stack.Files) == 0 && len(in.Stacks) == 0 {
		in.Args = []string{"."}
		t.Name = "."
	}
	if t.Name == "" {
		t.Name = strings.Join(in.Stack.Files, " ")
	}
	var compose []string
	for _, arg := range in.Args {
		isCompose, err := t.classify(&in, arg)
		if err != nil {
			t.Unread = append(t.Unread, err)
		}
		if isCompose {
			compose = append(compose, arg)
		}
	}
	if err := t.load(ctx, in, compose); err != nil {
		t.Unread = append(t.Unread, err)
	}
	if t.Root == "" {
		t.Root = "."
		if len(t.Dirs) == 1 && len(in.Args) == 1 {
			t.Root = t.Dirs[0]
		}
	}
	return t
}

func newTarget(name string) *Target {
	return &Target{Name: name, piped: map[string][]byte{}, looks: map[string]document.Look{}}
}

// fromEngine takes what runs on this host.
func (t *Target) fromEngine(ctx context.Context, opts stack.Options) {
	t.Name, t.Root, t.Engine = "engine", ".", &dockerapi.Shared{}
	opts.Engine = t.Engine
	h, err := stack.FromEngine(ctx, opts)
	if err != nil {
		t.Unread = append(t.Unread, err)
		return
	}
	t.adopt(h)
}

// load reads the compose projects.
func (t *Target) load(ctx context.Context, in Inputs, compose []string) error {
	var h *stack.Host
	var err error
	switch {
	case len(compose) > 0 || len(in.Stack.Files) > 0:
		h, err = stack.Load(ctx, compose, in.Stack)
	case len(in.Stacks) > 0:
		h, err = stack.LoadProjects(ctx, in.Stacks, in.Stack)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	t.adopt(h)
	return nil
}

// adopt takes a host, and what could not be read of it.
func (t *Target) adopt(h *stack.Host) {
	t.Host, t.Root = h, h.Root
	for _, p := range h.Problems {
		t.Unread = append(t.Unread, p.Err)
	}
}

// classify files one argument under what it is; compose projects are left to the caller.
func (t *Target) classify(in *Inputs, arg string) (compose bool, err error) {
	if path, ok := strings.CutPrefix(arg, "sbom:"); ok {
		t.SBOMs = append(t.SBOMs, path)
		return false, nil
	}
	for _, s := range ImageSchemes {
		if strings.HasPrefix(arg, s) {
			t.Images = append(t.Images, arg)
			return false, nil
		}
	}
	if arg == Stdin {
		return false, t.classifyPiped(arg, in.Stdin)
	}
	st, err := os.Stat(arg)
	switch {
	case err == nil && st.IsDir():
		return t.classifyDir(arg), nil
	case err == nil:
		return t.classifyFile(arg)
	case !os.IsNotExist(err):
		return false, clierr.InputErr(arg, err)
	case looksLikePath(arg):
		return false, clierr.Input(arg, "no such file or folder")
	case !imageName.MatchString(arg):
		return false, clierr.Input(arg, "no such file or folder, and no name that an image could have")
	}
	t.Images = append(t.Images, "docker:"+arg)
	return false, nil
}

// looksLikePath tells a mistyped path from an image's name: both may hold a slash.
func looksLikePath(s string) bool {
	return strings.HasPrefix(s, ".") || strings.HasPrefix(s, "/") || strings.HasSuffix(s, "/") ||
		strings.Contains(s, `\`) ||
		fileExt.MatchString(s)
}

var (
	fileExt   = lazyregexp.New(`(?i)\.(ya?ml|json|tar|tgz|gz|xml|spdx|py|js|ts|go|java|rb|php)$`)
	imageName = lazyregexp.New(`^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*$`)
)
