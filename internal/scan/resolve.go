package scan

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/stack"
)

// Inputs is what a command line names.
type Inputs struct {
	Args   []string        // folders, files, images; none means the working folder
	Stack  stack.Options   // how compose projects are read; Stack.Files are laid over one another as one project
	Engine bool            // what runs on this host now
	Stacks []stack.Project // from drydock.yaml, where no argument names any
}

// imageSchemes name where an image is read from.
var imageSchemes = []string{"docker:", "docker-archive:", "oci-archive:", "oci-dir:", "registry:", "dir:"}

// Resolve finds out what the inputs are. A bare argument is a folder, then a file by its content, then an image of the
// engine; a registry is only ever asked as registry:REF. Inputs that cannot be read stand in Target.Unread: the rest is
// scanned, and a report is written also where nothing is left.
func Resolve(ctx context.Context, in Inputs) *Target {
	t := &Target{Name: strings.Join(in.Args, " ")}
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
		isCompose, err := t.classify(arg)
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

// fromEngine takes what runs on this host.
func (t *Target) fromEngine(ctx context.Context, opts stack.Options) {
	t.Name, t.Root = "engine", "."
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
func (t *Target) classify(arg string) (compose bool, err error) {
	if path, ok := strings.CutPrefix(arg, "sbom:"); ok {
		t.SBOMs = append(t.SBOMs, path)
		return false, nil
	}
	for _, s := range imageSchemes {
		if strings.HasPrefix(arg, s) {
			t.Images = append(t.Images, arg)
			return false, nil
		}
	}
	st, err := os.Stat(arg)
	switch {
	case err == nil && st.IsDir():
		if stack.Holds(arg) {
			return true, nil
		}
		t.Dirs = append(t.Dirs, arg)
		return false, nil
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

// sniff is how much of a file is looked at to tell what it is.
const sniff = 64 << 10

// classifyFile tells a file by its content.
func (t *Target) classifyFile(path string) (compose bool, err error) {
	if stack.Holds(path) {
		return true, nil
	}
	st, err := os.Stat(path)
	if err != nil {
		return false, clierr.InputErr(path, err)
	}
	if !st.Mode().IsRegular() {
		return false, clierr.Input(path, "not a regular file")
	}
	head, err := readHead(path)
	if err != nil {
		return false, clierr.InputErr(path, err)
	}
	switch kindOf(path, head) {
	case kindImage:
		t.Images = append(t.Images, path)
	case kindSBOM:
		t.SBOMs = append(t.SBOMs, path)
	case kindCompose:
		return true, nil
	default:
		t.Files = append(t.Files, path)
	}
	return false, nil
}

func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buf := make([]byte, sniff)
	n, err := io.ReadFull(f, buf)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return buf[:n], err
}

type fileKind int

const (
	kindOther fileKind = iota
	kindImage
	kindSBOM
	kindCompose
)

var sbomMark = lazyregexp.New(`"bomFormat"\s*:\s*"CycloneDX"|"spdxVersion"\s*:|cyclonedx\.org/schema/bom|(?m)^SPDXVersion:`)

// kindOf tells what a file is by its first bytes; the name counts only for YAML that is no compose file yet would be
// expected to be one, so that the compose reader can say what is wrong with it.
func kindOf(path string, head []byte) fileKind {
	const ustarAt = 257 // POSIX ustar: the magic's place in the header block
	switch {
	case len(head) > ustarAt+5 && bytes.Equal(head[ustarAt:ustarAt+5], []byte("ustar")):
		return kindImage
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}), bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return kindImage
	case sbomMark.Match(head):
		return kindSBOM
	}
	base := strings.ToLower(filepath.Base(path))
	switch ext := filepath.Ext(base); {
	case strings.Contains(base, "compose") && (ext == ".yml" || ext == ".yaml"):
		return kindCompose
	case ext == ".tar" || ext == ".tgz":
		return kindImage
	case strings.HasSuffix(base, ".cdx.json"), strings.HasSuffix(base, ".spdx.json"), strings.HasSuffix(base, ".spdx"):
		return kindSBOM
	}
	return kindOther
}

// looksLikePath tells a mistyped path from an image's name: both may hold a slash.
func looksLikePath(s string) bool {
	return strings.HasPrefix(s, ".") || strings.HasPrefix(s, "/") || strings.HasSuffix(s, "/") || strings.Contains(s, `\`) ||
		fileExt.MatchString(s)
}

var (
	fileExt   = lazyregexp.New(`(?i)\.(ya?ml|json|tar|tgz|gz|xml|spdx|py|js|ts|go|java|rb|php)$`)
	imageName = lazyregexp.New(`^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*$`)
)
