package exposure

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
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

// usualFiles are where Traefik looks for its configuration if it is told nothing, first come first served. The official
// image runs in the root folder, as root.
var usualFiles = []string{
	"/etc/traefik/traefik.toml", "/etc/traefik/traefik.yaml", "/etc/traefik/traefik.yml",
	"/root/.config/traefik.toml", "/root/.config/traefik.yaml", "/root/.config/traefik.yml",
	"/traefik.toml", "/traefik.yaml", "/traefik.yml",
}

// remedy ends what is said of a configuration that cannot be read.
const remedy = "; name it by --traefik-config, or as access.traefikConfig in drydock.yaml"

// static finds Traefik's static configuration: a file first, then flags, then the environment, as Traefik does. A nil
// result comes with the reason.
func (c *builder) static(g *Gateway) (*traefik.Static, string) {
	before := len(c.Inputs)
	static, problem := c.ownStatic(g.Stack, g.Service)
	if static == nil {
		problem += remedy
	}
	if c.Options.TraefikConfig == "" {
		return static, problem
	}
	whole := !slices.ContainsFunc(c.Inputs[before:], func(in report.Input) bool { return in.Status == report.Partial })
	if static != nil && whole {
		c.warn("Traefik's configuration can be read by what the compose file says: the one that is named is not used",
			g.Service)
		return static, problem
	}
	c.Inputs = c.Inputs[:before]
	return c.namedStatic(g)
}

// namedStatic reads the configuration that the user names.
func (c *builder) namedStatic(g *Gateway) (*traefik.Static, string) {
	name := c.Options.TraefikConfig
	g.folder = filepath.Dir(name)
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		g.folder = name
		for _, usual := range usualFiles[:3] {
			p := filepath.Join(g.folder, path.Base(usual))
			if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
				name = p
				break
			}
		}
	}
	return c.readStatic(g.Service, file{path: name, shown: c.rel(name)})
}

// ownStatic finds the configuration by what the compose file and the image's Dockerfile say.
func (c *builder) ownStatic(st *stack.Stack, s *stack.Service) (*traefik.Static, string) {
	run := c.startOf(st, s)
	wanted := traefik.ConfigFileFlag(run.args)
	if wanted == "" {
		wanted = run.env["TRAEFIK_CONFIGFILE"]
	}
	names := usualFiles
	if wanted != "" {
		names = []string{path.Clean("/" + wanted)}
	}
	var doubt found // what may hold a file that Traefik would take first
	for _, name := range names {
		at := c.find(st, s, name)
		switch {
		case at.state == seen:
			if doubt.state == hidden {
				c.input(s, doubt.shown, report.Partial, doubt.why+"; a configuration there would be taken instead of "+
					at.file.shown+remedy)
			}
			return c.readStatic(s, at.file)
		case at.state == hidden && (at.own || wanted != ""):
			c.input(s, at.shown, report.Partial, at.why)
			return nil, fmt.Sprintf("Traefik's configuration %s is not known: %s", name, at.why)
		case at.state == hidden && doubt.state != hidden:
			doubt = at
		}
	}
	if wanted != "" {
		c.input(s, wanted, report.Partial, "Traefik's configuration is in no folder that can be read from here")
		return nil, fmt.Sprintf("Traefik's configuration %s is in no folder that can be read from here", wanted)
	}
	if static := traefik.StaticFromFlags(run.args); static != nil {
		if run.open != "" {
			c.openFlags[s] = run.open
			c.input(s, s.Location.Path, report.Partial, run.open+"; give the variable a value with --env-file")
		}
		if doubt.state == hidden {
			c.input(s, doubt.shown, report.Partial,
				doubt.why+"; a configuration there would be taken instead of the flags"+remedy)
		}
		if run.wrapper != "" {
			c.input(s, run.wrapper, report.Partial, "it runs before Traefik and may change its configuration"+remedy)
		}
		return static, ""
	}
	static := traefik.StaticFromEnv(run.env)
	if why := c.unsure(s, &run, doubt, static != nil); why != "" {
		return nil, why
	}
	if static == nil {
		static = &traefik.Static{EntryPoints: map[string]*traefik.EntryPoint{"http": {Name: "http", Address: ":80"}}}
	}
	return static, ""
}

// unsure says why a Traefik without flags may have more configuration than its environment, "" if it has not. The input
// that would tell is noted.
func (c *builder) unsure(s *stack.Service, run *start, doubt found, configured bool) string {
	img := c.image(s)
	missing := func(name, why string) string {
		c.input(s, name, report.Partial, why)
		return "Traefik's configuration is not known: " + why
	}
	switch {
	case doubt.state == hidden:
		return missing(doubt.shown, doubt.why)
	case run.open != "":
		return missing(s.Location.Path, run.open+"; give the variable a value with --env-file")
	case run.hidden != "":
		return missing(orWord(firstOf(s.EnvUnread), s.Name), run.hidden)
	case run.wrapper != "":
		return missing(run.wrapper, "it is started by "+run.wrapper+", which may write or name it")
	case configured:
		return ""
	case c.Host.Live:
		return missing(s.Name, "it is in no flag or variable, and the container's files are not read")
	case img.unread != "":
		return missing(img.shown, img.unread)
	case img.built && !official(img.base):
		return missing(img.shown, "what the image that its Dockerfile starts from brings is not known")
	case !img.built && !official(s.Image):
		return missing(s.Name, "what the image "+s.Image+" brings is not known")
	}
	for _, name := range usualFiles {
		for _, m := range s.Volumes {
			if within(name, m.Target) {
				return missing(m.Target, "it is in no file, flag or variable that can be read from here, and may be "+
					"written to what is mounted at "+m.Target)
			}
		}
	}
	return ""
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (c *builder) readStatic(s *stack.Service, f file) (*traefik.Static, string) {
	data, err := f.read(c.Options.ReadFile)
	if err != nil {
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

// sight of a path of a container's: whether something stands there.
type presence int

const (
	nothing presence = iota // it is known that no file is there
	seen                    // a file that can be read from here
	hidden                  // there may be one, which cannot be read from here
)

// found is what a container has under a path.
type found struct {
	state presence
	file  file   // where seen; where hidden what is likely to stand there, its path "" if nothing is
	why   string // where hidden
	shown string // likewise, what the report names
	own   bool   // likewise: the path itself is mounted or copied, so that something is there
}

// find looks a path of a container's up: compose's configs, then the mount that covers it best, then its image.
func (c *builder) find(st *stack.Stack, s *stack.Service, name string) found {
	for i := range s.Configs {
		if cf := &s.Configs[i]; path.Clean(cf.Target) == name {
			if cf.Known {
				return c.present(c.configFile(cf), true)
			}
			return found{state: hidden, own: true, why: "the config that stands at " + name +
				" is external, or depends on a variable", shown: name}
		}
	}
	m := covering(s, name)
	if m == nil {
		return c.image(s).find(c, name)
	}
	own := m.Target == name
	switch {
	case len(m.Unset) > 0 || m.Type == "":
		return found{state: hidden, own: own, shown: m.Target, why: "the mount at " + m.Target +
			" depends on a variable that has no value here"}
	case m.Type == "tmpfs":
		return found{}
	case m.Type != "bind":
		return found{state: hidden, own: own, shown: m.Target, why: "what the volume at " + m.Target +
			" holds cannot be read from here"}
	}
	source := sourceOf(st, *m)
	if info, err := os.Stat(source); err != nil || !own && !info.IsDir() {
		return found{state: hidden, own: own, shown: c.rel(source), why: c.rel(source) + ", which is mounted at " +
			m.Target + ", is not here"}
	}
	p := filepath.Join(source, filepath.FromSlash(strings.TrimPrefix(name, path.Clean(m.Target))))
	return c.present(file{target: name, path: p, shown: c.rel(p)}, own)
}

// present is a file of this machine, if it is there.
func (c *builder) present(f file, own bool) found {
	if f.path == "" {
		return found{state: seen, file: f}
	}
	info, err := os.Stat(f.path)
	switch {
	case err == nil && info.Mode().IsRegular():
		return found{state: seen, file: f}
	case err != nil && isMissing(err) && !own, err == nil && !own:
		return found{}
	}
	return found{state: hidden, own: own, shown: f.shown, why: f.shown + ", which is mounted at " + f.target +
		", is not here"}
}

// covering is the mount that decides on what a path holds, nil if none does.
func covering(s *stack.Service, name string) *stack.Mount {
	var best *stack.Mount
	for i := range s.Volumes {
		if m := &s.Volumes[i]; m.Target != "" && within(name, m.Target) &&
			(best == nil || len(m.Target) > len(best.Target)) {
			best = m
		}
	}
	return best
}

func isMissing(err error) bool { return os.IsNotExist(err) }

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

func sourceOf(st *stack.Stack, m stack.Mount) string {
	if filepath.IsAbs(m.Source) {
		return m.Source
	}
	return filepath.Join(st.Dir, m.Source)
}

// configFile is a config of compose's. Lines of one that stands in the compose file count from that file's beginning.
func (c *builder) configFile(cf *stack.Config) file {
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

// usersFiles notes the files of logins that are not here. Nobody gets past such a login without being in the file, so
// that it stays one; whether anybody does is not known. The files themselves are not read.
func (c *builder) usersFiles(g *Gateway) {
	if g.Service == nil {
		return
	}
	told := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(g.Runtime.Middlewares)) {
		file := g.Runtime.Middlewares[name].UsersFile
		if file == "" || told[file] {
			continue
		}
		told[file] = true
		at := c.find(g.Stack, g.Service, path.Clean("/"+file))
		if at.state == seen {
			continue
		}
		c.input(g.Service, orWord(at.shown, file), report.Partial,
			orWord(at.why, file+" is in no folder that can be read from here")+": whether "+name+
				" lets anybody in is not known; put the users file where the compose file says")
	}
}

// maxFiles bounds how many files of the file provider are read.
const maxFiles = 500

// maxEntries bounds how much of a folder is walked: a mount of "/" must not be.
const maxEntries = 10_000

// dynamicFiles reads the files of the file provider.
func (c *builder) dynamicFiles(g *Gateway, in *traefik.Input) {
	s := g.Service
	var files []file
	switch static := in.Static; {
	case static.FileDirectory != "":
		var why string
		if files, why = c.folderFiles(g, static.FileDirectory); why != "" {
			in.Unknown["file"] = true
			c.input(s, static.FileDirectory, report.Partial, why)
		}
	case static.FileName != "":
		f, why := c.dynamicFile(g, static.FileName)
		if why != "" {
			in.Unknown["file"] = true
			c.input(s, orWord(f.shown, static.FileName), report.Partial, why)
			return
		}
		files = []file{f}
	}
	for _, f := range files {
		data, err := f.read(c.Options.ReadFile)
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
			g.BadFiles = append(g.BadFiles, BadFile{bad, "it is neither YAML nor TOML"})
			in.Unknown["file"] = true // one that runs keeps what it read before
			c.input(s, f.shown, report.Failed, err.Error())
		case dyn.Templated:
			c.input(s, f.shown, report.Partial, "it holds a template, which is not run here; name a copy "+
				"that holds what the template makes, by --traefik-config and the folder it stands in")
		case dyn.Err != nil:
			g.BadFiles = append(g.BadFiles, BadFile{finding.Location{Path: f.shown, Line: dyn.Err.Line()}, dyn.Err.Msg})
			c.input(s, f.shown, report.Failed, "Traefik does not understand it: "+dyn.Err.Msg)
		default:
			c.input(s, f.shown, report.Checked, "")
		}
	}
}

// dynamicFile finds the file provider's file. why says that it cannot be read from here.
func (c *builder) dynamicFile(g *Gateway, name string) (f file, why string) {
	if g.Service != nil {
		switch at := c.find(g.Stack, g.Service, path.Clean("/"+name)); at.state {
		case seen:
			return at.file, ""
		case hidden:
			f.shown, why = at.shown, at.why
		default:
			why = "the file provider's file " + name + " is in no folder that can be read from here"
		}
	}
	if p, ok := g.beside(name); ok {
		return file{target: name, path: p, shown: c.rel(p)}, ""
	}
	return f, orWord(why, "the file provider's file "+name+" is not beside the configuration that is named") +
		"; put it where the compose file says, or beside the file that --traefik-config names"
}

// beside finds a path of the container's beside the configuration that the user names, which stands for /etc/traefik.
func (g *Gateway) beside(name string) (string, bool) {
	if g.folder == "" {
		return "", false
	}
	name = path.Clean("/" + name)
	var tries []string
	if within(name, "/etc/traefik") {
		tries = append(tries, strings.TrimPrefix(name, "/etc/traefik"))
	}
	for _, try := range append(tries, name, path.Base(name)) {
		p := filepath.Join(g.folder, filepath.FromSlash(try))
		if _, err := os.Stat(p); err == nil && p != filepath.Clean(g.folder) {
			return p, true
		}
	}
	return "", false
}

// folderFiles lists the files of the file provider's folder, in the order in which Traefik reads them.
func (c *builder) folderFiles(g *Gateway, dir string) (files []file, why string) {
	dir = path.Clean("/" + dir)
	left, into := maxEntries, map[string]file{}
	if p, ok := g.beside(dir); ok {
		if !c.walk(p, dir, &left, into) {
			why = "the file provider's folder could not be read in full"
		}
	} else if g.Service == nil {
		why = "the file provider's folder is not beside the configuration that is named"
	} else {
		why = c.listFolder(g.Stack, g.Service, dir, &left, into)
	}
	for _, f := range into {
		files = append(files, f)
	}
	slices.SortFunc(files,
		func(a, b file) int { return slices.Compare(strings.Split(a.target, "/"), strings.Split(b.target, "/")) })
	if len(files) > maxFiles {
		files, why = files[:maxFiles], "the file provider's folder holds too many files"
	}
	if why != "" {
		why += "; put the folder where the compose file says, or beside the file that --traefik-config names"
	}
	return files, why
}

// listFolder lists the configuration files of a folder of a container's. why says what could not be seen.
func (c *builder) listFolder(st *stack.Stack, s *stack.Service, dir string, left *int,
	into map[string]file) (why string) {
	known := false
	// What covers the folder first, then the mounts within it, which hide what is below them.
	if m := covering(s, dir); m == nil {
		known, why = c.image(s).list(c, dir, left, into)
	} else if m.Type == "tmpfs" {
		known = true
	} else if why = c.listMount(st, m, dir, left, into); why == "" {
		known = true
	}
	var inner []stack.Mount
	for _, m := range s.Volumes {
		if m.Target != dir && within(m.Target, dir) {
			inner = append(inner, m)
		}
	}
	slices.SortStableFunc(inner, func(a, b stack.Mount) int { return len(a.Target) - len(b.Target) })
	for i := range inner {
		m := &inner[i]
		for t := range into {
			if within(t, m.Target) {
				delete(into, t)
			}
		}
		if problem := c.listMount(st, m, m.Target, left, into); problem != "" {
			why = problem
		} else {
			known = true
		}
	}
	for i := range s.Configs {
		cf := &s.Configs[i]
		if !within(cf.Target, dir) || !isConfigFile(cf.Target) {
			continue
		}
		if known = true; !cf.Known {
			why = "part of the file provider's folder is a config that cannot be read from here"
			continue
		}
		f := c.configFile(cf)
		into[f.target] = f
	}
	if !known && why == "" {
		why = "the file provider's files below " + dir + " are in no folder that can be read from here"
	}
	return why
}

// listMount lists what a mount brings below a path.
func (c *builder) listMount(st *stack.Stack, m *stack.Mount, dir string, left *int, into map[string]file) (why string) {
	switch {
	case len(m.Unset) > 0 || m.Type == "":
		return "the mount at " + m.Target + " depends on a variable that has no value here"
	case m.Type == "tmpfs":
		return ""
	case m.Type != "bind":
		return "part of the file provider's folder is in a volume that cannot be read from here"
	}
	p := filepath.Join(sourceOf(st, *m), filepath.FromSlash(strings.TrimPrefix(dir, path.Clean(m.Target))))
	if _, err := os.Stat(p); err != nil {
		return c.rel(p) + ", which is mounted for the file provider, is not here"
	}
	if !c.walk(p, dir, left, into) {
		return "the file provider's folder could not be read in full"
	}
	return ""
}

func isConfigFile(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yml", ".yaml", ".toml":
		return true
	}
	return false
}

// walk adds the configuration files below a path of this machine, which a container has at target. It is false where
// something could not be seen.
func (c *builder) walk(root, target string, left *int, found map[string]file) bool {
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

// input notes what was read, or not. s is nil where it belongs to no service.
func (c *builder) input(s *stack.Service, p string, status report.GateStatus, reason string) {
	in := report.Input{Path: p, Status: status, Reason: reason}
	if s != nil {
		in.Service = c.Ref(s.Stack, s.Name)
	}
	if !slices.Contains(c.Inputs, in) { // several middlewares ask one service
		c.Inputs = append(c.Inputs, in)
	}
}

// rel is a path as the report shows it.
func (c *builder) rel(p string) string {
	root, err := filepath.Abs(c.Host.Root)
	if err != nil || c.Host.Root == "" && !filepath.IsAbs(p) {
		return filepath.ToSlash(p)
	}
	abs, err := filepath.Abs(p)
	if err != nil {
		return filepath.ToSlash(p)
	}
	if r, err := filepath.Rel(root, abs); err == nil && r != ".." &&
		!strings.HasPrefix(r, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(r)
	}
	return filepath.ToSlash(p)
}
