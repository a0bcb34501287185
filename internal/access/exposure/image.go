package exposure

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// A Traefik's configuration may be part of its image. What the image's Dockerfile says of it is followed from the last
// stage to the image that it starts from; nothing is built.

// image is what a Dockerfile says of a service's image. The zero value is an image that is built elsewhere.
type image struct {
	built      bool
	base       string            // the image that it starts from in the end, "" where that is not known
	env        map[string]string // ENV, as far as values are known
	hidden     []string          // variables of ENV whose values are not known
	entrypoint []string
	command    []string
	copies     []copied
	labels     []stack.Label // LABEL, which the container has where the compose file does not say otherwise
	traefik    bool          // Traefik's program is copied into it
	shown      string        // the Dockerfile, as the report names it
	unread     string        // why the Dockerfile could not be followed, "" if it could
}

// copied is one thing that a COPY or ADD puts into the image.
type copied struct {
	target string // absolute, clean
	path   string // on this machine; "" where it stands in the Dockerfile itself, or is not known; where hidden, a guess
	folder bool   // path is a folder, whose content stands below target
	data   []byte // of a file that stands in the Dockerfile
	hidden string // why its content is not known, "" if it is
	line   int
}

// image follows the Dockerfile of a service.
func (c *builder) image(s *stack.Service) *image {
	if img := c.images[s]; img != nil {
		return img
	}
	img := &image{env: map[string]string{}}
	c.images[s] = img
	b := s.Build
	if b == nil {
		return img
	}
	img.built = true
	text := []byte(b.Inline)
	switch {
	case b.Remote:
		img.shown, img.unread = b.Context, "it is built from a remote folder, for which no connection is opened"
		return img
	case len(b.Unset) > 0:
		img.shown, img.unread = s.Name, fmt.Sprintf("the path of its Dockerfile depends on %s, which has no value here",
			b.Unset[0])
		return img
	case b.Inline != "":
		img.shown = s.BuildLocation.Path
	default:
		img.shown = c.rel(b.Dockerfile)
		var err error
		if text, err = bounded.ReadFile(b.Dockerfile, dockerfile.MaxSize); err != nil {
			img.unread = "its Dockerfile " + img.shown + " could not be read"
			return img
		}
	}
	f := dockerfile.Parse(text)
	target, err := f.Target(b.Target)
	if err != nil {
		img.unread = "its Dockerfile " + img.shown + " has no such stage"
		return img
	}
	args := map[string]string{}
	for name, value := range b.Args {
		if value != nil {
			args[name] = *value
		}
	}
	w := &follower{file: f, shown: img.shown, context: b.Context, args: args, bases: f.WithArgs(args),
		stages: map[*dockerfile.Stage]*stage{}}
	if b.Inline != "" {
		w.inline = &s.BuildLocation
	}
	w.fill(img, w.stage(target))
	return img
}

// follower follows the stages of one Dockerfile.
type follower struct {
	file    *dockerfile.File
	shown   string            // the file, as findings name it
	inline  *finding.Location // of one that stands in the compose file, where its lines are not known
	context string
	args    map[string]string // build arguments
	bases   []dockerfile.Ref
	stages  map[*dockerfile.Stage]*stage
}

// stage is what one stage leaves.
type stage struct {
	base       string
	vars       map[string]string // ENV and ARG
	env        []string          // the names of vars that are ENV
	hidden     []string
	workdir    string
	entrypoint []string
	command    []string
	copies     []copied
	labels     []stack.Label
	traefik    bool            // Traefik's program is copied into it
	folders    map[string]bool // that are known to be there
	sure       bool            // the base is the official image, whose folders are known
}

func (w *follower) fill(img *image, s *stage) {
	img.base, img.entrypoint, img.command, img.copies, img.hidden = s.base, s.entrypoint, s.command, s.copies, s.hidden
	img.labels, img.traefik = s.labels, s.traefik
	for _, name := range s.env {
		if value, ok := s.vars[name]; ok {
			img.env[name] = value
		}
	}
}

// maxCopies bounds what a stage is followed for: stages that copy from one another, twice each, would double it every
// time.
const maxCopies = 5_000

// put notes one thing that is copied, up to the bound; beyond it nothing is known of the stage.
func (s *stage) put(o copied) {
	if len(s.copies) > maxCopies {
		s.copies[maxCopies] = copied{target: "/", folder: true, hidden: "its Dockerfile copies too much to be followed",
			line: o.line}
		return
	}
	s.copies = append(s.copies, o)
}

// stage works a stage out, once. A stage is only ever built on an earlier one, so that this ends.
func (w *follower) stage(d *dockerfile.Stage) *stage {
	if s := w.stages[d]; s != nil {
		return s
	}
	s := &stage{vars: map[string]string{}, workdir: "/", folders: map[string]bool{}}
	if d.Parent != nil {
		from := w.stage(d.Parent)
		*s = *from
		s.vars, s.folders = map[string]string{}, map[string]bool{}
		for _, name := range from.env {
			if value, ok := from.vars[name]; ok {
				s.vars[name] = value
			}
		}
		for f := range from.folders {
			s.folders[f] = true
		}
		s.env, s.hidden, s.copies = slices.Clone(from.env), slices.Clone(from.hidden), slices.Clone(from.copies)
		s.labels = slices.Clone(from.labels)
	} else {
		ref := w.bases[d.Index]
		if ref.Known {
			s.base = ref.Text
		}
		s.sure = ref.Scratch() || official(ref.Text)
		for _, f := range []string{"/", "/etc", "/root", "/tmp", "/usr", "/usr/local", "/usr/local/bin", "/var",
			"/home", "/opt", "/srv", "/mnt", "/run"} {
			s.folders[f] = true
		}
	}
	for _, in := range d.Instructions {
		w.step(s, in)
	}
	w.stages[d] = s
	return s
}

// official reports whether an image reference is Traefik's official image, or a copy of it in another registry.
func official(ref string) bool {
	name := dockerfile.ParseRef(ref).Repository
	return name == "traefik" || name == "traefik/traefik" || strings.HasSuffix(name, "library/traefik")
}

func (w *follower) step(s *stage, in *dockerfile.Instruction) {
	switch in.Keyword {
	case "ARG":
		for _, p := range in.Pairs {
			w.arg(s, p)
		}
	case "ENV":
		for _, p := range in.Pairs {
			if !slices.Contains(s.env, p.Key) {
				s.env = append(s.env, p.Key)
			}
			value, known := w.file.Expand(p.Value, s.vars)
			if s.hidden = slices.DeleteFunc(s.hidden, func(n string) bool { return n == p.Key }); known {
				s.vars[p.Key] = value
			} else {
				delete(s.vars, p.Key)
				s.hidden = append(s.hidden, p.Key)
			}
		}
	case "LABEL":
		for _, p := range in.Pairs {
			w.label(s, in, p)
		}
	case "WORKDIR":
		if len(in.Args) > 0 {
			if dir, known := w.file.Expand(in.Args[0].Text, s.vars); known {
				s.workdir = s.absolute(dir)
				s.make(s.workdir)
			}
		}
	case "ENTRYPOINT":
		s.entrypoint, s.command = argv(in), nil
	case "CMD":
		s.command = argv(in)
	case "COPY", "ADD":
		w.copy(s, in)
	case "RUN":
		s.run(in)
	}
}

// label notes a label for Traefik.
func (w *follower) label(s *stage, in *dockerfile.Instruction, p dockerfile.Pair) {
	if !ForTraefik(p.Key) {
		return
	}
	value, known := w.file.Expand(p.Value, s.vars)
	l := stack.Label{
		Key: p.Key, Value: value, RawKey: p.Key, RawValue: p.Value, Shared: true,
		Location: finding.Location{Path: w.shown, Line: in.Line},
	}
	if !known {
		l.Value, l.Unset = "", []string{strings.Trim(p.Value, "${}")}
	}
	if w.inline != nil {
		l.Location = *w.inline
	}
	l.ValueLoc = l.Location
	s.labels = append(slices.DeleteFunc(s.labels, func(o stack.Label) bool { return o.Key == l.Key }), l)
}

// arg declares a build argument: what the build gives, else its default, else that of the file's head.
func (w *follower) arg(s *stage, p dockerfile.Pair) {
	if slices.Contains(s.env, p.Key) {
		return // ENV wins
	}
	if value, ok := w.args[p.Key]; ok {
		s.vars[p.Key] = value
		return
	}
	if p.HasValue {
		if value, known := w.file.Expand(p.Value, s.vars); known {
			s.vars[p.Key] = value
		}
		return
	}
	for _, in := range w.file.MetaArgs {
		for _, m := range in.Pairs {
			if m.Key != p.Key || !m.HasValue {
				continue
			}
			if value, known := w.file.Expand(m.Value, s.vars); known {
				s.vars[p.Key] = value
			}
		}
	}
}

// argv are the words of a CMD or ENTRYPOINT; the shell form is a shell's.
func argv(in *dockerfile.Instruction) []string {
	var words []string
	if !in.JSON {
		words = slices.Clone(in.Shell)
	}
	for _, a := range in.Args {
		words = append(words, a.Text)
	}
	return words
}

func (s *stage) absolute(p string) string {
	if !path.IsAbs(p) {
		p = path.Join(s.workdir, p)
	}
	return path.Clean(p)
}

// make notes a folder with those above it.
func (s *stage) make(dir string) {
	for ; dir != "/" && dir != "."; dir = path.Dir(dir) {
		s.folders[dir] = true
	}
}

// run notes the folders that a RUN makes, and the files that it may write: those that its commands name.
func (s *stage) run(in *dockerfile.Instruction) {
	if in.Script == nil || !in.Script.Parsed() || in.Script.Err != nil {
		s.wrote(in, in.Line)
		return
	}
	for _, command := range in.Script.Commands {
		if command.Name != "mkdir" {
			continue
		}
		for _, a := range command.Args() {
			if a.Literal && !strings.HasPrefix(a.Text, "-") {
				s.make(s.absolute(a.Text))
			}
		}
	}
	s.wrote(in, in.Line)
}

// changing are commands that leave the files they name as they are.
var unchanging = map[string]bool{"mkdir": true, "chmod": true, "chown": true, "touch": true, "ls": true, "test": true,
	"[": true, "echo": true, "apk": true, "set": true}

// wrote notes that a RUN may change what Traefik reads: it names a configuration file of Traefik's other than to make a
// folder.
func (s *stage) wrote(in *dockerfile.Instruction, line int) {
	why := fmt.Sprintf("the RUN on line %d of its Dockerfile may write it", line)
	if in.Script == nil || in.Script.Err != nil {
		s.put(copied{target: "/", folder: true, hidden: why, line: line})
		return
	}
	redirects := strings.Contains(writesNothing.Replace(in.Script.Source), ">")
	for _, command := range in.Script.Commands {
		if unchanging[command.Name] && !redirects {
			continue
		}
		for _, a := range command.Words {
			s.named(a.Text, why, line)
		}
	}
	if redirects {
		for _, word := range strings.FieldsFunc(in.Script.Source,
			func(r rune) bool { return strings.ContainsRune(" \t\n;&|<>\"'", r) }) {
			s.named(word, why, line)
		}
	}
}

// named hides what a command that may write names, where that may be configuration.
func (s *stage) named(word, why string, line int) {
	if !strings.Contains(word, "/") && !isConfigFile(word) {
		return
	}
	if target := s.absolute(word); isConfigFile(target) || strings.HasPrefix(target, "/etc/traefik") {
		s.put(copied{target: target, folder: !isConfigFile(target), hidden: why, line: line})
	}
}

// copy notes what a COPY or ADD brings.
func (w *follower) copy(s *stage, in *dockerfile.Instruction) {
	words := make([]string, 0, len(in.Args))
	known := true
	for _, a := range in.Args {
		text, ok := w.file.Expand(a.Text, s.vars)
		known = known && ok
		words = append(words, text)
	}
	if len(words) < 2 && len(in.Heredocs) == 0 || len(words) == 0 {
		return
	}
	last := words[len(words)-1]
	c := copying{w: w, s: s, in: in, target: s.absolute(last), sources: words[:len(words)-1]}
	c.folder = strings.HasSuffix(last, "/") || last == "." || last == ".." || len(c.sources) > 1 || s.folders[c.target]
	if !known {
		c.hide("/", true, "a variable without a value hides what is copied")
		return
	}
	c.all()
}

// copying is one COPY or ADD at work.
type copying struct {
	w       *follower
	s       *stage
	in      *dockerfile.Instruction
	target  string
	folder  bool // the target is a folder
	sources []string
}

func (c *copying) hide(target string, folder bool, format string, args ...any) {
	why := fmt.Sprintf(format, args...) + fmt.Sprintf(" (line %d of its Dockerfile)", c.in.Line)
	c.s.put(copied{target: target, folder: folder, hidden: why, line: c.in.Line})
}

func (c *copying) all() {
	if c.folder {
		c.s.make(c.target)
	} else {
		c.s.make(path.Dir(c.target))
	}
	for _, source := range c.sources {
		if h := slices.IndexFunc(c.in.Heredocs, func(h dockerfile.Heredoc) bool {
			return strings.Trim(strings.TrimLeft(source, "<-"), `"'`) == h.Name && strings.HasPrefix(source, "<<")
		}); h >= 0 {
			c.heredoc(c.in.Heredocs[h])
			continue
		}
		c.one(source)
	}
}

func (c *copying) heredoc(h dockerfile.Heredoc) {
	text, known := h.Content, true
	if h.Expand {
		text, known = c.w.file.ExpandText(text, c.s.vars)
	}
	if !known {
		c.hide(c.place(h.Name), false, "a variable without a value hides part of it")
		return
	}
	c.s.put(copied{target: c.place(h.Name), data: []byte(text), line: c.in.Line})
}

// place is where a file of that name comes to stand.
func (c *copying) place(name string) string {
	if c.folder {
		return path.Join(c.target, path.Base(name))
	}
	return c.target
}

func (c *copying) one(source string) {
	from, isFrom := c.in.Flag("from")
	switch {
	case isFrom:
		stage := c.w.file.CopiedFrom(c.in)
		image := from.Value
		if stage != nil {
			image = c.w.stage(stage).base
		}
		if _, ok := traefik.ImageVersion(image); ok && path.Base(source) == "traefik" {
			c.s.traefik = true
		}
		if stage == nil {
			c.hide(c.target, true, "it comes from the image %s", from.Value)
			return
		}
		c.fromStage(c.w.stage(stage), path.Clean("/"+source))
	case strings.Contains(source, "://") || strings.HasPrefix(source, "git@"):
		c.hide(c.target, true, "it is fetched from elsewhere")
	case c.in.Keyword == "ADD" && archive(source):
		c.hide(c.target, true, "it is unpacked from an archive")
	default:
		c.fromContext(source)
	}
}

func archive(name string) bool {
	for _, end := range []string{".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".txz", ".tbz2"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// fromStage copies what an earlier stage has below a path.
func (c *copying) fromStage(from *stage, source string) {
	for _, o := range from.copies {
		switch {
		case o.target == source && !o.folder:
			o.target = c.place(o.target)
		case within(o.target, source):
			o.target = path.Join(c.target, strings.TrimPrefix(o.target, source))
		case o.folder && within(source, o.target):
			rest := strings.TrimPrefix(source, strings.TrimSuffix(o.target, "/"))
			c.below(o, rest)
			continue
		default:
			continue
		}
		o.line = c.in.Line
		c.s.put(o)
	}
	if from.base != "" && !strings.EqualFold(from.base, "scratch") && !from.sure {
		seen := slices.ContainsFunc(from.copies, func(o copied) bool {
			return within(o.target, source) || o.folder &&
				within(source, o.target)
		})
		if !seen {
			c.hide(c.target, true, "it comes from the image %s", from.base)
		}
	}
}

// below copies a part of a folder that an earlier stage was given.
func (c *copying) below(o copied, rest string) {
	o.line = c.in.Line
	if o.path == "" || o.hidden != "" {
		o.target = c.target
		c.s.put(o)
		return
	}
	o.path = filepath.Join(o.path, filepath.FromSlash(rest))
	c.disk(o.path, rest)
}

// fromContext copies what the build context has.
func (c *copying) fromContext(source string) {
	if c.w.context == "" {
		c.hide(c.target, true, "its build context is not known")
		return
	}
	inside := path.Clean("/" + source)
	full := filepath.Join(c.w.context, filepath.FromSlash(inside))
	if !strings.ContainsAny(source, "*?[") {
		c.disk(full, source)
		return
	}
	folder := filepath.Dir(full)
	entries, err := os.ReadDir(folder)
	if err != nil || strings.ContainsAny(path.Dir(inside), "*?[") {
		c.hide(c.target, true, "which files it copies could not be told")
		return
	}
	for _, e := range entries {
		if ok, err := path.Match(path.Base(inside), e.Name()); err == nil && ok {
			c.disk(filepath.Join(folder, e.Name()), e.Name())
		}
	}
}

// disk copies a file or a folder of this machine.
func (c *copying) disk(full, name string) {
	info, err := os.Stat(full)
	switch {
	case err != nil:
		c.hide(c.target, true, "%s, which it copies, is not here", strings.TrimPrefix(name, "/"))
	case info.IsDir():
		c.s.make(c.target)
		c.s.put(copied{target: c.target, path: full, folder: true, line: c.in.Line})
	case !c.folder && !c.s.sure && !isConfigFile(c.target):
		// Whether the target is a folder of the base image's decides on where the file stands.
		why := fmt.Sprintf("whether %s is a folder of the image it starts from is not known (line %d of its "+
			"Dockerfile)",
			c.target, c.in.Line)
		c.s.put(copied{target: c.target, path: full, folder: true, hidden: why, line: c.in.Line})
	default:
		c.s.put(copied{target: c.place(filepath.Base(full)), path: full, line: c.in.Line})
	}
}

// find looks a path up in the image: what was copied last counts.
func (img *image) find(c *builder, name string) found {
	for i := len(img.copies) - 1; i >= 0; i-- {
		o := &img.copies[i]
		switch {
		case o.hidden != "" && (o.target == name || o.folder && within(name, o.target)):
			at := found{state: hidden, why: o.hidden, shown: img.shown, own: o.target == name}
			if at.own && o.path != "" {
				at.file = file{target: name, path: o.path, shown: c.rel(o.path)}
			}
			return at
		case o.hidden != "":
		case !o.folder && o.target == name && o.path == "":
			return found{state: seen, file: file{target: name, shown: name, data: o.data}}
		case !o.folder && o.target == name:
			return found{state: seen, file: file{target: name, path: o.path, shown: c.rel(o.path)}}
		case o.folder && within(name, o.target):
			p := filepath.Join(o.path, filepath.FromSlash(strings.TrimPrefix(name, strings.TrimSuffix(o.target, "/"))))
			if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
				return found{state: seen, file: file{target: name, path: p, shown: c.rel(p)}}
			}
		}
	}
	if img.unread != "" {
		return found{state: hidden, why: img.unread, shown: img.shown}
	}
	return found{}
}

// list adds the configuration files of a folder of the image's. It says why not all could be seen.
func (img *image) list(c *builder, dir string, left *int, into map[string]file) (any bool, why string) {
	for i := range img.copies {
		o := &img.copies[i]
		switch {
		case o.hidden != "":
			if within(o.target, dir) || o.folder && within(dir, o.target) && o.target != "/" {
				why = o.hidden
			}
		case !o.folder && within(o.target, dir) && isConfigFile(o.target):
			any = true
			into[o.target] = file{target: o.target, path: o.path, shown: c.rel(o.path), data: o.data}
			if o.path == "" {
				into[o.target] = file{target: o.target, shown: o.target, data: o.data}
			}
		case o.folder && within(o.target, dir):
			any = true
			if !c.walk(o.path, o.target, left, into) {
				why = "part of the file provider's folder could not be read"
			}
		case o.folder && within(dir, o.target):
			p := filepath.Join(o.path, filepath.FromSlash(strings.TrimPrefix(dir, strings.TrimSuffix(o.target, "/"))))
			if info, err := os.Stat(p); err == nil && info.IsDir() {
				any = true
				if !c.walk(p, dir, left, into) {
					why = "part of the file provider's folder could not be read"
				}
			}
		}
	}
	if img.unread != "" {
		why = img.unread
	}
	return any, why
}
