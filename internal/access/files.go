package access

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// usualFiles are where Traefik looks for its configuration if it is told nothing, first come first served. The official image
// runs in the root folder, as root.
var usualFiles = []string{
	"/etc/traefik/traefik.toml", "/etc/traefik/traefik.yaml", "/etc/traefik/traefik.yml",
	"/root/.config/traefik.toml", "/root/.config/traefik.yaml", "/root/.config/traefik.yml",
	"/traefik.toml", "/traefik.yaml", "/traefik.yml",
}

// static finds Traefik's static configuration: a file first, then flags, then the environment, as Traefik does. A nil result
// comes with the reason.
func (c *checker) static(st *stack.Stack, s *stack.Service) (*traefik.Static, string) {
	args := traefikArgs(s)
	env, unseen := environment(s)
	wanted := traefik.ConfigFileFlag(args)
	if wanted == "" {
		wanted = env["TRAEFIK_CONFIGFILE"]
	}
	names := []string{wanted}
	if wanted == "" {
		names = usualFiles
	}
	for _, name := range names {
		f, ok := c.locate(st, s, name)
		if !ok {
			if wanted != "" {
				return nil, fmt.Sprintf("Traefik's configuration %s is in no folder that can be read from here", wanted)
			}
			continue
		}
		data, err := f.read(c.opts.ReadFile)
		if err != nil {
			if wanted == "" && isMissing(err) {
				continue
			}
			c.input(s, f.shown, report.Failed, "could not be read")
			return nil, fmt.Sprintf("Traefik's configuration %s could not be read", f.shown)
		}
		static, err := traefik.StaticFromFile(f.shown, data)
		if err != nil {
			c.input(s, f.shown, report.Failed, err.Error())
			return nil, err.Error()
		}
		static.File = f.shown
		c.input(s, f.shown, report.Checked, "")
		return static, ""
	}
	if static := traefik.StaticFromFlags(args); static != nil {
		return static, ""
	}
	if static := traefik.StaticFromEnv(env); static != nil {
		if unseen {
			return nil, "part of Traefik's configuration comes from variables that have no value here"
		}
		return static, ""
	}
	hidden := slices.ContainsFunc(s.Configs, func(cf stack.Config) bool { return !cf.Known })
	if hidden || s.Build != nil || len(s.EnvFiles) > 0 || c.host.Live || mounts(s, "/etc/traefik") {
		return nil, "Traefik's configuration is in no file, flag or variable that can be read from here"
	}
	return &traefik.Static{EntryPoints: map[string]*traefik.EntryPoint{"http": {Name: "http", Address: ":80"}}}, ""
}

func isMissing(err error) bool { return os.IsNotExist(err) }

func environment(s *stack.Service) (env map[string]string, unseen bool) {
	env = map[string]string{}
	for _, e := range s.Environment {
		if e.Known {
			env[e.Name] = e.Value
		} else if strings.HasPrefix(strings.ToUpper(e.Name), "TRAEFIK_") {
			unseen = true
		}
	}
	return env, unseen
}

func mounts(s *stack.Service, target string) bool {
	for _, m := range s.Volumes {
		if within(m.Target, target) || within(target, m.Target) {
			return true
		}
	}
	return false
}

func within(p, dir string) bool {
	p, dir = path.Clean(p), path.Clean(dir)
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// file is a file of a container that can be read from here.
type file struct {
	target string // path in the container
	path   string // on this machine, "" where it stands in the compose file itself
	shown  string // as the report names it
	data   []byte // of one that stands in the compose file
}

func (f *file) read(open func(string) ([]byte, error)) ([]byte, error) {
	if f.path == "" {
		return f.data, nil
	}
	return open(f.path)
}

// locate finds what a container has under a path: one of compose's configs, or what lies below the bind mount that covers it best.
func (c *checker) locate(st *stack.Stack, s *stack.Service, name string) (file, bool) {
	if !path.IsAbs(name) {
		name = "/" + name
	}
	name = path.Clean(name)
	for i := range s.Configs {
		if cf := &s.Configs[i]; cf.Known && path.Clean(cf.Target) == name {
			return c.configFile(cf), true
		}
	}
	best := -1
	for i, m := range s.Volumes {
		if m.Type == "bind" && within(name, m.Target) && (best < 0 || len(m.Target) > len(s.Volumes[best].Target)) {
			best = i
		}
	}
	if best < 0 {
		return file{}, false
	}
	m := s.Volumes[best]
	p := filepath.Join(sourceOf(st, m), filepath.FromSlash(strings.TrimPrefix(name, path.Clean(m.Target))))
	return file{target: name, path: p, shown: c.rel(p)}, true
}

func sourceOf(st *stack.Stack, m stack.Mount) string {
	if filepath.IsAbs(m.Source) {
		return m.Source
	}
	return filepath.Join(st.Dir, m.Source)
}

// configFile is a config of compose's. Lines of one that stands in the compose file count from that file's beginning.
func (c *checker) configFile(cf *stack.Config) file {
	f := file{target: path.Clean(cf.Target)}
	if cf.File != "" {
		f.path, f.shown = cf.File, c.rel(cf.File)
		return f
	}
	f.shown = cf.Target
	f.data = []byte(cf.Content)
	if toml := strings.EqualFold(path.Ext(f.target), ".toml"); !toml && cf.ContentLine > 0 {
		f.shown = cf.Location.Path
		f.data = append(bytes.Repeat([]byte{'\n'}, cf.ContentLine), f.data...)
	}
	return f
}

// maxFiles bounds how many files of the file provider are read.
const maxFiles = 500

// maxEntries bounds how much of a folder is walked: a mount of "/" must not be.
const maxEntries = 10_000

// dynamicFiles reads the files of the file provider.
func (c *checker) dynamicFiles(g *Gateway, in *traefik.Input) {
	st, s := g.Stack, g.Service
	var files []file
	switch static := in.Static; {
	case static.FileDirectory != "":
		var why string
		if files, why = c.listFolder(st, s, static.FileDirectory); why != "" {
			in.Unknown["file"] = true
			c.input(s, static.FileDirectory, report.Partial, why)
		}
	case static.FileName != "":
		f, ok := c.locate(st, s, static.FileName)
		if !ok {
			in.Unknown["file"] = true
			c.input(s, static.FileName, report.Skipped, "the file provider's file is in no folder that can be read from here")
			return
		}
		files = []file{f}
	}
	for _, f := range files {
		data, err := f.read(c.opts.ReadFile)
		if err != nil {
			in.Unknown["file"] = true
			c.input(s, f.shown, report.Failed, "could not be read")
			continue
		}
		dyn, err := traefik.ReadFile(f.shown, data, in.Version)
		if dyn != nil {
			in.Files = append(in.Files, dyn)
		}
		switch {
		case err != nil:
			bad := finding.Location{Path: f.shown}
			if fe := (&clierr.Error{}); errors.As(err, &fe) {
				bad.Line, bad.Column = fe.Line, fe.Col
			}
			g.bad = append(g.bad, badFile{bad, "it is neither YAML nor TOML"})
			in.Unknown["file"] = true // one that runs keeps what it read before
			c.input(s, f.shown, report.Failed, err.Error())
		case dyn.Templated:
			c.input(s, f.shown, report.Partial, "it holds a template, which is not run here")
		case dyn.Err != nil:
			g.bad = append(g.bad, badFile{finding.Location{Path: f.shown, Line: dyn.Err.Line()}, dyn.Err.Msg})
			c.input(s, f.shown, report.Failed, "Traefik does not understand it: "+dyn.Err.Msg)
		default:
			c.input(s, f.shown, report.Checked, "")
		}
	}
}

// listFolder lists the configuration files of a folder of a container's, in the order in which Traefik reads them. why says what
// could not be seen.
func (c *checker) listFolder(st *stack.Stack, s *stack.Service, dir string) (files []file, why string) {
	dir = path.Clean("/" + dir)
	found := map[string]file{}
	left := maxEntries
	// The mount that covers the folder first, then those within it, which hide what is below them.
	roots := []stack.Mount{}
	seen := false
	if f, ok := c.locate(st, s, dir); ok {
		roots, seen = append(roots, stack.Mount{Type: "bind", Source: f.path, Target: dir}), true
	}
	for _, m := range s.Volumes {
		if t := path.Clean(m.Target); t != dir && within(t, dir) {
			if m.Type != "bind" {
				why = "part of the file provider's folder is in a volume that cannot be read from here"
				continue
			}
			roots, seen = append(roots, m), true
		}
	}
	slices.SortStableFunc(roots, func(a, b stack.Mount) int { return len(a.Target) - len(b.Target) })
	for _, m := range roots {
		for t := range found {
			if within(t, m.Target) {
				delete(found, t)
			}
		}
		if !c.walk(sourceOf(st, m), path.Clean(m.Target), &left, found) {
			why = "the file provider's folder could not be read in full"
		}
	}
	for i := range s.Configs {
		if cf := &s.Configs[i]; within(cf.Target, dir) && isConfigFile(cf.Target) {
			seen = true
			if !cf.Known {
				why = "part of the file provider's folder is a config that cannot be read from here"
				continue
			}
			f := c.configFile(cf)
			found[f.target] = f
		}
	}
	if !seen {
		why = "the file provider's files are in no folder that can be read from here"
	}
	for _, f := range found {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b file) int { return slices.Compare(strings.Split(a.target, "/"), strings.Split(b.target, "/")) })
	if len(files) > maxFiles {
		files, why = files[:maxFiles], "the file provider's folder holds too many files"
	}
	return files, why
}

func isConfigFile(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yml", ".yaml", ".toml":
		return true
	}
	return false
}

// walk adds the configuration files below a path of this machine, which a container has at target. It is false where something
// could not be seen.
func (c *checker) walk(root, target string, left *int, found map[string]file) bool {
	whole := true
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if *left--; err == nil && *left < 0 {
			err = errors.New("too many files")
		}
		if err != nil {
			return err
		}
		if d.IsDir() || !isConfigFile(p) {
			return nil
		}
		if !d.Type().IsRegular() {
			whole = false // a link may lead anywhere
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		t := path.Join(target, filepath.ToSlash(rel))
		found[t] = file{target: t, path: p, shown: c.rel(p)}
		return nil
	})
	return whole && err == nil
}

func (c *checker) input(s *stack.Service, p string, status report.GateStatus, reason string) {
	c.res.Inputs = append(c.res.Inputs, report.Input{Service: c.ref(s.Stack, s.Name), Path: p, Status: status, Reason: reason})
}

// rel is a path as the report shows it.
func (c *checker) rel(p string) string {
	root, err := filepath.Abs(c.host.Root)
	if err != nil || c.host.Root == "" && !filepath.IsAbs(p) {
		return filepath.ToSlash(p)
	}
	abs, err := filepath.Abs(p)
	if err != nil {
		return filepath.ToSlash(p)
	}
	if r, err := filepath.Rel(root, abs); err == nil && r != ".." && !strings.HasPrefix(r, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(r)
	}
	return filepath.ToSlash(p)
}
