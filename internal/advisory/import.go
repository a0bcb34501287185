package advisory

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/flate"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
)

// Bounds on one archive. The largest in the public layout has some 300,000 records in 300 MB.
const (
	maxArchive  = 2 << 30
	maxRecords  = 4_000_000
	maxUnpacked = 32 << 30
)

// maxPlaces is how many unusable records are named; all are counted.
const maxPlaces = 5

// Imported says what an import read.
type Imported struct {
	Ecosystems []EcosystemMeta
	Records    int      // usable records, each once
	Bad        int      // records that could not be used
	Places     []string // the first of them: archive, name, reason
	Warnings   []string // what else could not be used, by kind
	Scores     bool     // EPSS or KEV came with it
	Bytes      int64    // size of the index
}

// source is a folder in the public layout, opened for reading.
type source struct {
	dir      string
	archives []archive
	builder  *builder
	result   Imported
	skipped  skips
	mu       sync.Mutex
	progress func(done, total int)
}

type archive struct {
	ecosystem, path string
}

// read reads a folder in the public OSV bulk layout: [osv/]{ecosystem}/all.zip, beside KEVFile and EPSSFile. It fails
// only where nothing could be used; all else is in the result.
func read(ctx context.Context, dir string, o ImportOptions) (*source, error) {
	s := &source{dir: dir, builder: newBuilder(o.Now), progress: o.Progress}
	if s.progress == nil {
		s.progress = func(int, int) {}
	}
	if st, err := os.Stat(dir); err != nil {
		return nil, clierr.InputErr("", err).WithHint("Give the folder that holds {ecosystem}/all.zip.")
	} else if !st.IsDir() {
		return nil, clierr.Input(dir, "not a folder").WithHint("Give the folder that holds {ecosystem}/all.zip.")
	}
	if err := s.find(o.Only); err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, a := range s.archives {
		wanted[a.ecosystem] = true
	}
	for _, a := range s.archives {
		if err := s.archive(ctx, a, func(e string) bool { return wanted[e] }); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			s.result.Warnings = append(s.result.Warnings, fmt.Sprintf("%s: %v", a.path, err))
		}
	}
	s.readScores()
	s.result.Warnings = append(s.result.Warnings, s.skipped.words()...)
	s.result.Records = len(s.builder.records)
	if s.result.Records == 0 && !s.result.Scores {
		e := clierr.Input(dir, "no advisory in it could be used")
		if len(s.archives) == 0 {
			return nil, e.WithHint("The folder must hold {ecosystem}/all.zip, as the public OSV export does.")
		}
		if all := append(s.result.Warnings, s.result.Places...); len(all) > 0 {
			e.Msg += ": " + all[0]
		}
		return nil, e
	}
	return s, nil
}

// find lists the archives of the wanted ecosystems (nil for all), sorted.
func (s *source) find(only []string) error {
	root := s.dir
	if st, err := os.Stat(filepath.Join(root, "osv")); err == nil && st.IsDir() {
		root = filepath.Join(root, "osv")
	}
	list, err := os.ReadDir(root)
	if err != nil {
		return clierr.InputErr("", err)
	}
	for _, d := range list {
		p := filepath.Join(root, d.Name(), "all.zip")
		st, err := os.Stat(p)
		if err != nil || !st.Mode().IsRegular() {
			continue
		}
		// The public layout has folders of single releases too ("Debian:12"), which the whole one holds as well.
		if name, _ := SplitEcosystem(d.Name()); name == d.Name() && tidy(name) &&
			(only == nil || slices.Contains(only, name)) {
			s.archives = append(s.archives, archive{d.Name(), p})
		}
	}
	sort.Slice(s.archives, func(i, j int) bool { return s.archives[i].ecosystem < s.archives[j].ecosystem })
	return nil
}

// archive reads all records of a zip. An error means that the archive as a whole could not be read.
func (s *source) archive(ctx context.Context, a archive, wanted func(string) bool) error {
	st, err := os.Stat(a.path)
	if err != nil {
		return err
	}
	if st.Size() > maxArchive {
		return fmt.Errorf("%w: %d bytes, at most %d are read", bounded.ErrTooLarge, st.Size(), int64(maxArchive))
	}
	z, err := zip.OpenReader(a.path)
	if err != nil {
		return fmt.Errorf("not a whole zip archive: %w", err)
	}
	defer z.Close()
	z.RegisterDecompressor(zip.Deflate, inflate)
	if len(z.File) > maxRecords {
		return fmt.Errorf("%w: %d records", bounded.ErrTooLarge, len(z.File))
	}
	var budget atomic.Int64
	budget.Store(maxUnpacked)
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(z.File) {
					return
				}
				s.record(a, z.File[i], wanted, &budget)
				s.progress(int(done.Add(1)), len(z.File))
			}
		}()
	}
	wg.Wait()
	return ctx.Err()
}

// record reads one file of an archive.
func (s *source) record(a archive, f *zip.File, wanted func(string) bool, budget *atomic.Int64) {
	if f.FileInfo().IsDir() || !strings.HasSuffix(f.Name, ".json") {
		return
	}
	p, err := readRecord(f, wanted, budget)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.result.Bad++
		s.result.Places = append(s.result.Places, fmt.Sprintf("%s: %.120q: %v", a.path, f.Name, err))
		sort.Strings(s.result.Places)
		s.result.Places = s.result.Places[:min(len(s.result.Places), maxPlaces)]
		return
	}
	s.skipped.add(p.skipped)
	if len(p.entries) > 0 {
		s.builder.add(p)
	}
}

func readRecord(f *zip.File, wanted func(string) bool, budget *atomic.Int64) (*parsed, error) {
	if f.UncompressedSize64 > maxRecordBytes {
		return nil, fmt.Errorf("%w: %d bytes", bounded.ErrTooLarge, f.UncompressedSize64)
	}
	if budget.Add(-int64(f.UncompressedSize64)) < 0 {
		return nil, errors.New("the archive unpacks to more than is read")
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// The size in the directory is a claim: it helps to make room, and is not believed.
	var b bytes.Buffer
	b.Grow(int(min(f.UncompressedSize64, 1<<20)) + bytes.MinRead)
	if _, err := b.ReadFrom(bounded.Reader(r, maxRecordBytes)); err != nil {
		return nil, err
	}
	return decode(b.Bytes(), wanted)
}

// inflaters are kept, since making one costs more than most records take.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

type inflater struct{ io.ReadCloser }

func inflate(r io.Reader) io.ReadCloser {
	z := inflaters.Get().(io.ReadCloser)
	if err := z.(flate.Resetter).Reset(r, nil); err != nil {
		return io.NopCloser(errReader{err})
	}
	return inflater{z}
}

func (z inflater) Close() error {
	err := z.ReadCloser.Close()
	inflaters.Put(z.ReadCloser)
	return err
}

type errReader struct{ error }

func (e errReader) Read([]byte) (int, error) { return 0, e.error }

// readScores reads EPSS and KEV where they lie beside the advisories.
func (s *source) readScores() {
	for name, read := range map[string]func(io.Reader) (int, error){EPSSFile: s.builder.scores.readEPSS,
		KEVFile: s.builder.scores.readKEV} {
		p := filepath.Join(s.dir, name)
		f, err := os.Open(p)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			var bad int
			bad, err = read(f)
			f.Close()
			if bad > 0 {
				s.result.Warnings = append(s.result.Warnings, fmt.Sprintf("%s: %d entries could not be used", p, bad))
			}
		}
		if err != nil {
			s.result.Warnings = append(s.result.Warnings, fmt.Sprintf("%s: %v", p, err))
			continue
		}
		s.result.Scores = true
	}
	s.builder.scores.date(s.builder.asOf)
	sort.Strings(s.result.Warnings)
}

// words says what was left out, a line a kind.
func (s skips) words() []string {
	var out []string
	for _, x := range []struct {
		n    int
		what string
	}{
		{s.Git, "ranges of commits were left out: packages are known by version"},
		{s.NoOrder, "ranges were left out: the order of their ecosystem's versions is not known"},
		{s.Version, "ranges were left out: a bound is no version of the ecosystem"},
		{s.Category, "ranges were left out: their type is not known"},
		{s.NoPlace, "entries were left out: they name no package, or no version of it"},
	} {
		if x.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", x.n, x.what))
		}
	}
	return out
}

// indexes builds an index for each ecosystem that has records, and one of the scores where they came along.
func (s *source) indexes(ctx context.Context, put func(name string, m Meta, data []byte) error) error {
	all := s.builder.scores
	s.builder.scores = scores{}
	for _, a := range s.archives {
		if err := ctx.Err(); err != nil {
			return err
		}
		var buf bytes.Buffer
		m, err := s.builder.write(&buf, a.ecosystem)
		if err != nil {
			return err
		}
		if len(m.Ecosystems) == 0 {
			continue
		}
		if err := put(a.ecosystem, m, buf.Bytes()); err != nil {
			return err
		}
	}
	if !s.result.Scores {
		return nil
	}
	b := newBuilder(s.builder.asOf)
	b.scores = all
	var buf bytes.Buffer
	m, err := b.write(&buf, "")
	if err != nil {
		return err
	}
	return put(scoresName, m, buf.Bytes())
}
