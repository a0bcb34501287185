package advisory

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/advisory/version"
	"github.com/drydock/drydock/internal/clierr"
)

// PublicBase is where the OSV project exports all databases in bulk.
const PublicBase = "https://storage.googleapis.com/osv-vulnerabilities"

// Addresses of the scores, which the public export does not hold. Another base has them beside the advisories.
const (
	publicKEV  = "https://www.cisa.gov/sites/default/files/feeds/" + KEVFile
	publicEPSS = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"
)

// DefaultEcosystems are those that an update fetches where none are named: the embedded ones, and the distributions
// that most images stand on and that are not embedded.
func DefaultEcosystems() []string {
	return slices.Sorted(slices.Values(append([]string{"Alpine", "Ubuntu"}, Embeddable...)))
}

// UpdateCommand is the command that fetches an ecosystem's advisories, "" for one that the OSV project has none of.
func UpdateCommand(ecosystem string) string {
	name, _ := SplitEcosystem(ecosystem)
	if _, ok := version.For(name); !ok {
		return ""
	}
	if slices.Contains(DefaultEcosystems(), name) {
		return "`drydock db update`"
	}
	if strings.Contains(name, " ") {
		name = "'" + name + "'"
	}
	return "`drydock db update --ecosystem " + name + "`"
}

// fetchedBefore are the ecosystems in use in dir that an earlier update fetched.
func fetchedBefore(dir string) []string {
	m, err := readManifest(dir)
	if err != nil {
		return nil // nothing is in use; the import says what is wrong with the folder
	}
	var out []string
	for i := range m.Files {
		if f := &m.Files[i]; strings.HasPrefix(f.Source, "http") && f.Name != scoresName &&
			f.Name == filepath.Base(f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

// UpdateOptions are what an update may be told.
type UpdateOptions struct {
	Base string // address of the layout; "" for PublicBase
	// Ecosystems are those wanted; nil for DefaultEcosystems, of which the base need not have all. What an earlier
	// update fetched is wanted in any case.
	Ecosystems []string
	Cache      string // folder for the archives, so that only what changed is fetched again
	Now        time.Time
	Progress   func(what string, done, total int)

	fetch *fetcher
}

// Updated says what an update did.
type Updated struct {
	Fetched   []string // ecosystems that had changed
	Unchanged []string
	Absent    []string  // ecosystems that the base does not have
	Import    *Imported // nil where nothing had changed
	Warnings  []string
}

// Update fetches the wanted ecosystems over HTTP and puts them in use in dir, all together or not at all. What has not
// changed since the last update is not fetched. On an error what was in use stays in use.
func Update(ctx context.Context, dir string, o UpdateOptions) (*Updated, error) {
	if o.Base == "" {
		o.Base = PublicBase
	}
	if o.fetch == nil {
		o.fetch = newFetcher()
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	base, err := url.Parse(strings.TrimSuffix(o.Base, "/"))
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Host == "" {
		return nil, clierr.Usage("%q is no http or https address",
			o.Base).WithHint("For a folder on this machine use 'drydock db import DIR'.")
	}
	u := &updater{UpdateOptions: o, base: base, named: o.Ecosystems}
	if o.Ecosystems == nil {
		u.Ecosystems = DefaultEcosystems()
	}
	for _, e := range u.Ecosystems {
		if name, _ := SplitEcosystem(e); name != e || !tidy(e) || e != filepath.Base(e) || e == "." || e == ".." {
			return nil, clierr.Usage("%q is no ecosystem",
				e).WithHint("Name it without release, as the OSV schema does: Debian, Alpine, PyPI, npm ...")
		}
	}
	for _, e := range fetchedBefore(dir) {
		if !slices.Contains(u.Ecosystems, e) {
			u.Ecosystems = append(slices.Clone(u.Ecosystems), e)
		}
	}
	sum := sha256.Sum256([]byte(base.String()))
	u.dir = filepath.Join(o.Cache, hex.EncodeToString(sum[:6]))
	if err := u.run(ctx); err != nil {
		u.discard()
		return nil, err
	}
	return &u.done, u.use(ctx, dir)
}

type updater struct {
	UpdateOptions
	base  *url.URL
	dir   string   // where this base's archives are kept
	named []string // the ecosystems that the user named: one that is not there is an error
	done  Updated
	got   []string // files fetched anew
}

// run fetches everything, beside what is there.
func (u *updater) run(ctx context.Context) error {
	under := ""
	for i, e := range u.Ecosystems {
		u.Progress("fetching "+e, i, len(u.Ecosystems))
		path := filepath.Join(u.dir, "osv", e, "all.zip")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return clierr.InputErr("", err)
		}
		from := u.base.JoinPath(under, e, "all.zip").String()
		changed, err := u.fetch.get(ctx, from, path, maxArchive, wholeZip)
		if errors.Is(err, errAbsent) && under == "" && len(u.done.Fetched)+len(u.done.Unchanged) == 0 {
			// The layout may lie in a folder of the base, as it may on disk.
			below := u.base.JoinPath("osv", e, "all.zip").String()
			if c, err2 := u.fetch.get(ctx, below, path, maxArchive, wholeZip); err2 == nil {
				under, from, changed, err = "osv", below, c, nil
			}
		}
		switch {
		case errors.Is(err, errAbsent) && !slices.Contains(u.named, e):
			u.done.Absent = append(u.done.Absent, e)
			continue
		case err != nil:
			return u.failed(ctx, from, err)
		case changed:
			u.got = append(u.got, path)
			u.done.Fetched = append(u.done.Fetched, e)
		default:
			u.done.Unchanged = append(u.done.Unchanged, e)
		}
	}
	if len(u.done.Fetched)+len(u.done.Unchanged) == 0 {
		return clierr.Input(u.base.Redacted(), "no ecosystem's all.zip is there").WithHint(
			"The address must have {ecosystem}/all.zip below it, as the public OSV export does.")
	}
	return u.scores(ctx)
}

// scores fetches EPSS and KEV, which an update can do without.
func (u *updater) scores(ctx context.Context) error {
	public := u.base.String() == PublicBase
	for _, s := range []struct {
		file, public string
		max          int64
		read         func(*scores, io.Reader) (int, error)
	}{{KEVFile, publicKEV, maxKEVBytes, (*scores).readKEV}, {EPSSFile, publicEPSS, maxEPSSBytes, (*scores).readEPSS}} {
		from := u.base.JoinPath(s.file).String()
		if public {
			from = s.public
		}
		path := filepath.Join(u.dir, s.file)
		changed, err := u.fetch.get(ctx, from, path, s.max, func(p string) error { return readable(p, s.read) })
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errAbsent) && !public:
		case err != nil:
			u.done.Warnings = append(u.done.Warnings, fmt.Sprintf("%s: %v", from, err))
		case changed:
			u.got = append(u.got, path)
		}
	}
	return nil
}

func (u *updater) failed(ctx context.Context, from string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if p, perr := url.Parse(from); perr == nil {
		from = p.Redacted()
	}
	return clierr.Input(from, "%v", err).WithHint("Nothing was changed: the advisories that were in use stay in use.")
}

// discard removes what was fetched and will not be used.
func (u *updater) discard() {
	for _, p := range u.got {
		os.Remove(p + ".new")
		os.Remove(p + ".new.json")
	}
}

// use puts the fetched files in place and imports the whole.
func (u *updater) use(ctx context.Context, dir string) error {
	for _, p := range u.got {
		if err := keep(p); err != nil {
			return clierr.InputErr("", err)
		}
	}
	wanted := append(slices.Clone(u.done.Fetched), u.done.Unchanged...)
	source := u.base.Redacted()
	if len(u.got) == 0 && checked(dir, wanted, source, u.Now) {
		return nil
	}
	res, err := Import(ctx, dir, u.dir, ImportOptions{Source: source, Only: wanted, Now: u.Now,
		Progress: func(done, total int) {
			u.Progress("reading", done, total)
		}})
	u.done.Import = res
	return err
}

// checked notes that the data in use is still what the source has. It reports false where it is not in use.
func checked(dir string, wanted []string, source string, now time.Time) bool {
	m, err := readManifest(dir)
	if err != nil {
		return false
	}
	have := 0
	for i := range m.Files {
		f := &m.Files[i]
		if f.Source != source {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, f.File)); err != nil {
			return false
		}
		if slices.Contains(wanted, f.Name) {
			have++
		}
		f.Imported = now.UTC().Truncate(time.Second)
	}
	return have == len(wanted) && m.write(dir) == nil
}

// wholeZip reports whether a file is a zip archive with its directory at the end.
func wholeZip(path string) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("not a whole zip archive: %w", err)
	}
	return z.Close()
}

// readable reports whether a file of scores can be read to its end.
func readable(path string, read func(*scores, io.Reader) (int, error)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = read(new(scores), f)
	return err
}
