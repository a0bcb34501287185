package rebuild

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/rebuild/deploy"
	"github.com/drydock/drydock/internal/rebuild/journal"
	"github.com/drydock/drydock/internal/rebuild/result"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/safefile"
)

// Kept is what history keeps of one image's rebuild.
type Kept struct {
	Service       result.Service
	Before, After *report.Report // nil where there was none
}

// Past is one run of one stack as history keeps it, with its reports.
type Past struct {
	Run     result.Rebuild            `json:"run"`
	Reports map[string]*report.Report `json:"reports"` // "before web", "after web"
	Lived   []Lived                   `json:"lived"`   // what the run put live
}

// Lived is a fix that went live, with the time since its advisory was published.
type Lived struct {
	Rule string  `json:"rule"`
	Days float64 `json:"days"`
}

// lived tells how long each fix that was deployed had been known. One whose advisory gives no date is left out.
func lived(done []Kept, live time.Time) []Lived {
	out := []Lived{}
	dir, err := advisory.Dir()
	if err != nil {
		return out
	}
	db, err := advisory.Open(dir)
	if err != nil {
		return out
	}
	for _, k := range done {
		if !k.Service.Deployed {
			continue
		}
		for _, c := range k.Service.Fixed {
			records, err := db.Named(c.Rule)
			if err != nil || c.Cause == result.Advisories {
				continue
			}
			var first time.Time
			for _, r := range records {
				if first.IsZero() || !r.Published.IsZero() && r.Published.Before(first) {
					first = r.Published
				}
			}
			if !first.IsZero() && first.Before(live) {
				out = append(out, Lived{c.Rule, live.Sub(first).Hours() / 24})
			}
		}
	}
	return out
}

// MeanWorst is how many days the fixes of some runs took to be live.
func MeanWorst(runs []Past) (mean, worst float64, fixes int) {
	for _, p := range runs {
		for _, l := range p.Lived {
			mean += l.Days
			worst = max(worst, l.Days)
			fixes++
		}
	}
	if fixes > 0 {
		mean /= float64(fixes)
	}
	return mean, worst, fixes
}

const (
	historyFolder = "history"
	historyForm   = "20060102T150405.000Z"
	maxPast       = 512 << 20
)

// record writes a run to the stack's history.
func record(dir string, out *result.Rebuild, started time.Time, done []Kept) error {
	p := Past{Run: *out, Reports: map[string]*report.Report{}, Lived: lived(done, time.Now())}
	p.Run.Started, p.Run.Services = started, nil
	p.Run.DurationMs = time.Since(started).Milliseconds()
	for _, k := range done {
		p.Run.Services = append(p.Run.Services, k.Service)
		if k.Before != nil {
			p.Reports["before "+k.Service.Service] = k.Before
		}
		if k.After != nil {
			p.Reports["after "+k.Service.Service] = k.After
		}
	}
	p.Run.Normalize()
	folder := filepath.Join(dir, historyFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return clierr.InputErr(folder, err)
	}
	name := filepath.Join(folder, started.UTC().Format(historyForm)+".json.gz")
	err := safefile.Create(name, func(w io.Writer) error {
		z := gzip.NewWriter(w)
		return errors.Join(json.NewEncoder(z).Encode(p), z.Close())
	})
	if err != nil {
		return clierr.InputErr(name, err).
			WithHint("The run itself is over; only its record is missing. Is the disk full?")
	}
	return nil
}

// History reads the runs of a stack, the oldest first. Reports are left out unless they are wanted.
func History(data, name, dir string, reports bool) ([]Past, error) {
	paths, err := filepath.Glob(filepath.Join(journal.Folder(data, name, absolute(dir)), historyFolder, "*.json.gz"))
	if err != nil {
		return nil, err
	}
	slices.Sort(paths)
	var all []Past
	for _, path := range paths {
		p, err := readPast(path)
		if err != nil {
			return nil, clierr.InputErr(path, err).WithHint("Move the file away to see the other runs.")
		}
		if !reports {
			p.Reports = nil
		}
		all = append(all, p)
	}
	return all, nil
}

func readPast(path string) (p Past, err error) {
	f, err := os.Open(path)
	if err != nil {
		return p, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return p, err
	}
	text, err := bounded.ReadAll(z, maxPast)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// Prune says how many images of the past are kept for each service, besides those that a journal or a container names.
type Prune struct {
	Keep int // 0 = the usual
}

const defaultKeep = 2

// prune removes old images by the rule: of each service's kept and new images the newest Keep stay, and so does every
// image that a journal names or that a container, running or not, was made of. Only drydock's own names are taken away.
func (r *run) prune(ctx context.Context) error {
	keep := r.opt.Prune.Keep
	if keep == 0 {
		keep = defaultKeep
	}
	used, err := r.used(ctx)
	if err != nil {
		return err
	}
	tags, err := r.engine.Tags(ctx)
	if err != nil {
		return err
	}
	byService := map[string][]named{}
	for _, tag := range tags {
		repository, _, _ := strings.Cut(tag, ":")
		if !strings.HasPrefix(tag, deploy.KeptPrefix) && !strings.HasPrefix(tag, newPrefix) || !r.mine(repository) {
			continue
		}
		img, err := r.engine.Inspect(ctx, tag)
		if err != nil {
			continue // it went meanwhile
		}
		created, _ := time.Parse(time.RFC3339Nano, img.Created)
		byService[repository] = append(byService[repository], named{tag, img.ID, created})
	}
	for _, list := range byService {
		slices.SortStableFunc(list, func(a, b named) int { return b.created.Compare(a.created) })
		for i, n := range list {
			if i < keep || used[n.id] {
				continue
			}
			if err := r.engine.Remove(ctx, n.tag); err != nil {
				r.warn("the old image %s cannot be removed: %v", n.tag, err)
			}
		}
	}
	return nil
}

// named is an image under one of drydock's names.
type named struct {
	tag, id string
	created time.Time
}

// mine reports whether a name belongs to a service of this run.
func (r *run) mine(repository string) bool {
	_, rest, _ := strings.Cut(repository, "/")
	project, _, _ := strings.Cut(rest, "/")
	return slices.Contains(r.projects, project)
}

// used are the images that must stay: those of journals and of containers.
func (r *run) used(ctx context.Context) (map[string]bool, error) {
	entries, err := journal.All(r.opt.Data)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, e := range entries {
		used[e.OldImage], used[e.NewImage], used[e.Live] = true, true, true
	}
	ids, err := deploy.InUse(ctx, r.engine)
	for _, id := range ids {
		used[id] = true
	}
	return used, err
}
