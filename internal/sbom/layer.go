package sbom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sort"
	"sync"

	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/binary"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// scanLayer reads a layer once and returns what it told. Entries are looked at in order; what is to be parsed is parsed
// by workers meanwhile. A layer that breaks off gives what stood before, with the error.
func scanLayer(ctx context.Context, l *image.Layer,
	secrets func(string, []byte) []inventory.Secret) (*layerFacts, error) {
	s := &layerScan{secrets: secrets, facts: &layerFacts{}, jobs: make(chan job, 64), at: map[string]*image.Entry{}}
	var wg sync.WaitGroup
	for range max(1, runtime.GOMAXPROCS(0)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range s.jobs {
				s.run(j)
			}
		}()
	}
	err := s.walk(ctx, l)
	close(s.jobs)
	wg.Wait()
	s.resolveHardLinks()
	for _, p := range l.Skipped {
		s.facts.Problems = append(s.facts.Problems,
			inventory.Problem{Path: p, Outside: true,
				Reason: "an entry that leads out of the image's root, or whose name cannot be read, was passed over"})
	}
	for _, p := range l.Unreadable {
		s.facts.Problems = append(s.facts.Problems,
			inventory.Problem{Path: p, Reason: "it may not be read: what is in it is not known"})
	}
	for _, sp := range s.spooled {
		sp.Close()
	}
	s.sort()
	return s.facts, err
}

type layerScan struct {
	secrets  func(path string, text []byte) []inventory.Secret // nil for nobody to ask
	searched int64                                             // bytes that were searched for secrets
	facts    *layerFacts
	jobs     chan job
	hard     []linkFact              // hard links to look at when all is read
	at       map[string]*image.Entry // files that can be read later, for hard links
	passed   passed                  // of a stream, the files that may turn out to have a telling name as well

	mu      sync.Mutex // facts.Files, Execs, Bytes; spooled
	spooled []*os.File
}

// job is a file to be looked into.
type job struct {
	look extract.Task
	f    *extract.File
}

func (s *layerScan) walk(ctx context.Context, l *image.Layer) error {
	var e image.Entry
	for {
		err := l.Next(&e)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		s.facts.Entries++
		s.facts.Size += e.Size
		switch e.Kind {
		case image.Whiteout:
			s.facts.Hidden = append(s.facts.Hidden, e.Path)
			continue
		case image.Opaque:
			s.facts.Opaque = append(s.facts.Opaque, e.Path)
			continue
		case image.Dir:
			if e.Path != "" {
				s.facts.Paths.add(e.Path + "/")
			}
			continue
		}
		s.facts.Paths.add(e.Path)
		if e.Kind == image.File {
			s.facts.Sizes.add(e.Size)
		} else {
			s.facts.Sizes.add(0)
		}
		switch e.Kind {
		case image.Symlink:
			s.facts.Symlinks = append(s.facts.Symlinks, linkFact{e.Path, e.Link})
		case image.Hardlink:
			s.hard = append(s.hard, linkFact{e.Path, e.Link})
		case image.File:
			if err := s.file(ctx, l, &e); err != nil {
				return err
			}
		}
	}
}

// Bounds on what is held of a stream for a reader that needs the whole file or reads back and forth.
const (
	maxInMemory = 16 << 20
	maxSpooled  = 2 << 30
)

// file sends one file to the task that its name asks for.
func (s *layerScan) file(ctx context.Context, l *image.Layer, e *image.Entry) error {
	if e.At != nil {
		kept := *e
		s.at[e.Path] = &kept
	}
	t, program := taskFor(e.Path, e.Mode, e.Size)
	if t == nil && s.mayHold(e) {
		t = s.search
	}
	if t == nil {
		if e.At == nil {
			return s.passed.note(l, e)
		}
		return nil
	}
	f := &extract.File{Path: e.Path, Size: e.Size, At: e.At}
	if e.At == nil {
		ok, err := s.hold(l, f, program)
		if err != nil || !ok {
			return err
		}
	}
	select {
	case s.jobs <- job{t, f}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// broken is the error of a stream that ends, or fails, within a file.
func broken(path string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("cut off in %s: %w", path, extract.CutOff(err))
	}
	return fmt.Errorf("%s: %w", path, err)
}

// hold takes a file out of a stream: into memory, or, where it is large, into a temporary file that has no name. Large
// executables are mostly neither Go's nor Rust's, and are passed over by their first bytes.
func (s *layerScan) hold(l *image.Layer, f *extract.File, program bool) (bool, error) {
	if f.Size <= maxInMemory {
		data := make([]byte, f.Size)
		if _, err := io.ReadFull(l, data); err != nil {
			return false, broken(f.Path, err)
		}
		f.Data, f.At = data, nil
		return true, nil
	}
	if f.Size > maxSpooled {
		s.problem(f.Path, extract.TooLarge(f.Size))
		return false, nil
	}
	head := make([]byte, 8<<10)
	n, err := io.ReadFull(l, head)
	if err != nil {
		return false, fmt.Errorf("%s: %w", f.Path, extract.CutOff(err))
	}
	if program && !binary.WorthSpooling(head[:n]) {
		if binary.IsELF(head) {
			s.mu.Lock()
			s.facts.Execs = append(s.facts.Execs, extract.Executable{Path: f.Path, Size: f.Size})
			s.mu.Unlock()
		}
		return false, nil
	}
	tmp, err := os.CreateTemp("", "drydock-*")
	if err != nil {
		return false, err
	}
	os.Remove(tmp.Name()) // the open file keeps it; nothing is left behind however the program ends
	s.mu.Lock()
	s.spooled = append(s.spooled, tmp)
	s.mu.Unlock()
	if _, err := tmp.Write(head[:n]); err != nil {
		return false, err
	}
	if _, err := io.Copy(tmp, l); err != nil {
		return false, fmt.Errorf("%s: %w", f.Path, extract.CutOff(err))
	}
	f.At = tmp
	return true, nil
}

// run does one job and keeps what it told.
func (s *layerScan) run(j job) {
	var ff *extract.Facts
	var ex *extract.Executable
	err := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("the reader failed: %v", p)
			}
		}()
		ff, ex, err = j.look(j.f)
		return err
	}()
	if err != nil {
		if ff == nil {
			ff = &extract.Facts{}
		}
		ff.Err = reason(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts.Bytes += int64(len(j.f.Data))
	if ff != nil {
		ff.Path = j.f.Path
		for i := range ff.Packages {
			if len(ff.Packages[i].Paths) == 0 {
				ff.Packages[i].Paths = []string{j.f.Path}
			}
		}
		s.facts.Files = append(s.facts.Files, *ff)
	}
	if ex != nil {
		s.facts.Execs = append(s.facts.Execs, *ex)
	}
}

func (s *layerScan) problem(path string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts.Problems = append(s.facts.Problems, inventory.Problem{Path: path, Reason: reason(err)})
}

// reason is an error without the path that stands beside it anyway.
func reason(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// renamed is what the same content tells under another path.
func renamed(f *extract.Facts, to string) extract.Facts {
	g := *f
	g.Path = to
	g.Packages = append([]inventory.Package(nil), f.Packages...)
	for i := range g.Packages {
		g.Packages[i].Paths = []string{to}
	}
	return g
}

// sort puts the facts into an order that does not depend on which worker was faster.
func (s *layerScan) sort() {
	sortBy(s.facts.Files, func(f *extract.Facts) string { return f.Path })
	sortBy(s.facts.Execs, func(e *extract.Executable) string { return e.Path })
	sortProblems(s.facts.Problems)
}

func sortBy[T any](list []T, key func(*T) string) {
	sort.SliceStable(list, func(i, j int) bool { return key(&list[i]) < key(&list[j]) })
}
