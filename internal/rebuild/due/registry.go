package due

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/forecast"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/pkgver"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sbom"
	"github.com/drydock/drydock/internal/sbom/document"
	"github.com/drydock/drydock/internal/vuln"
)

// Registry asks the registries of base images what their tags name now. It fetches no image: an SBOM beside it where
// there is one, else the one layer that holds the package database, up to that.
type Registry struct {
	Patience time.Duration // how long one registry may take; 0 for the usual

	mu     sync.Mutex
	images map[string]*opened  // by reference and platform
	Asked  map[string]Question // what was asked of each built image, by its id
}

// Question is what was asked about the base of one image, and the answer.
type Question struct {
	Base  string // as FROM names it
	Now   *forecast.Base
	Moved bool
	Had   string // digest of the base that the image was built on, "" where not known
	Err   error  // why there is no answer
}

// usualPatience is enough for a slow registry on a slow line; whoever waits in a pipeline wants to know by then.
const usualPatience = 30 * time.Second

// opened is a base image of a registry, opened once.
type opened struct {
	once sync.Once
	img  *image.Image
	err  error
	read atomic.Int64 // bytes of layers
	list sync.Once
	inv  *inventory.Inventory
	how  string
	lerr error
}

// Read tells what the base of a built image is now.
func (r *Registry) Read(ctx context.Context, base dockerfile.Ref, built *inventory.Image,
	had []inventory.Package) (*forecast.Base, error) {
	patience := r.Patience
	if patience == 0 {
		patience = usualPatience
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	q := Question{Base: base.Text, Had: built.Base.Digest}
	o := r.open(limited, base.Text, platformOf(built))
	if q.Err = o.err; q.Err == nil {
		q.Moved = moved(&o.img.Info, built)
		q.Now, q.Err = o.answer(limited, base.Text, q.Moved, had)
	}
	if q.Err != nil && ctx.Err() == nil {
		q.Err = explain(base.Text, q.Err, patience)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Asked == nil {
		r.Asked = map[string]Question{}
	}
	r.Asked[built.ID] = q
	return q.Now, q.Err
}

func platformOf(img *inventory.Image) string {
	if img.OS == "" || img.Arch == "" {
		return ""
	}
	return strings.TrimSuffix(img.OS+"/"+img.Arch+"/"+img.Variant, "/")
}

func (r *Registry) open(ctx context.Context, ref, platform string) *opened {
	r.mu.Lock()
	if r.images == nil {
		r.images = map[string]*opened{}
	}
	key := ref + "\x00" + platform
	o := r.images[key]
	if o == nil {
		o = &opened{}
		r.images[key] = o
	}
	r.mu.Unlock()
	o.once.Do(func() {
		o.img, o.err = image.Open(ctx, "registry:"+ref, image.Options{Platform: platform,
			Progress: func(done, _ int64) { o.read.Store(max(done, o.read.Load())) }})
	})
	return o
}

// moved reports whether an image was built on another base than the one that the tag names now: its first layers are
// not the base's.
func moved(now, built *inventory.Image) bool {
	if built.Base.Digest != "" && built.Base.Digest == now.Digest {
		return false
	}
	if len(now.Layers) > len(built.Layers) {
		return true
	}
	for i := range now.Layers {
		if now.Layers[i].DiffID != built.Layers[i].DiffID {
			return true
		}
	}
	return false
}

// answer is what the base holds now. One that did not move holds what it held.
func (o *opened) answer(ctx context.Context, ref string, moved bool, had []inventory.Package) (*forecast.Base, error) {
	b := &forecast.Base{Name: ref, Digest: o.img.Info.Digest}
	for _, l := range o.img.Info.Layers {
		b.Layers = append(b.Layers, l.DiffID)
	}
	var d *inventory.Distro
	if !moved {
		b.Packages, b.Whole, b.Read = had, true, "it did not move: nothing of it was read"
	} else {
		o.list.Do(func() { o.inv, o.how, o.lerr = o.packages(ctx, ref) })
		if o.lerr != nil {
			return nil, o.lerr
		}
		b.Packages, b.Read = o.inv.Packages, o.how
		b.Whole = strings.HasPrefix(o.how, "an SBOM")
		d = distroOf(o.inv, had)
	}
	return b, judge(ctx, b, d)
}

// packages lists what the base holds, from an SBOM beside it, else from its package database, and says which and how
// much was read.
func (o *opened) packages(ctx context.Context, ref string) (*inventory.Inventory, string, error) {
	total := o.img.Stored()
	docs, fetched := o.img.Attached(ctx)
	if len(docs) > 0 {
		opened := make([]document.Opener, len(docs))
		for i := range docs {
			opened[i] = func() (io.ReadCloser, error) { return docs[i]() }
		}
		if inv, err := document.ReadAll(opened, ref); err == nil && len(inv.Packages) > 0 {
			return inv, "an SBOM beside it was read: " + share(fetched(), total), nil
		}
	}
	inv, err := sbom.FromDatabase(ctx, o.img)
	if err != nil {
		return nil, "", err
	}
	return inv, "its package database was read: " + share(o.read.Load(), total), nil
}

// share says how much of the base was read.
func share(n, total int64) string {
	if total <= 0 {
		return report.Size(n)
	}
	return fmt.Sprintf("%s of %s (%.1f %%)", report.Size(n), report.Size(total), 100*float64(n)/float64(total))
}

// distroOf is the release that the base is of now. Where what was read does not tell, a package that bears the
// release's number does; else it is the one that the image was built on.
func distroOf(inv *inventory.Inventory, had []inventory.Package) *inventory.Distro {
	if inv.Distro != nil && inv.Distro.Ecosystem != "" {
		return inv.Distro
	}
	was := ""
	for i := range had {
		if pkgver.IsDistro(had[i].PURL) {
			was = had[i].Ecosystem
			break
		}
	}
	name, _, _ := strings.Cut(was, ":")
	for i := range inv.Packages {
		p := &inv.Packages[i]
		release, _, _ := strings.Cut(p.Version, ".")
		switch {
		case name == "Debian" && p.Name == "base-files":
			was = "Debian:" + strings.SplitN(release, "+", 2)[0]
		case name == "Alpine" && p.Name == "alpine-release":
			if major, rest, ok := strings.Cut(p.Version, "."); ok {
				minor, _, _ := strings.Cut(rest, ".")
				was = "Alpine:v" + major + "." + minor
			}
		}
	}
	if was == "" {
		return nil
	}
	return &inventory.Distro{Ecosystem: was}
}

// judge fills in which vulnerabilities the base's packages have, by the advisories that judge everything else.
func judge(ctx context.Context, b *forecast.Base, d *inventory.Distro) error {
	dir, err := advisory.Dir()
	if err != nil {
		return err
	}
	db, err := advisory.Open(dir)
	if err != nil {
		return err
	}
	packages := slices.Clone(b.Packages)
	for i := range packages {
		p := &packages[i]
		if _, release := advisory.SplitEcosystem(p.Ecosystem); release == "" && d != nil && pkgver.IsDistro(p.PURL) {
			p.Ecosystem = d.Ecosystem
		}
	}
	m, err := vuln.Match(ctx, db, packages, vuln.Options{Distro: d})
	if err != nil {
		return err
	}
	for i := range m.NotJudged {
		if n := &m.NotJudged[i]; pkgver.IsDistro(n.Package.PURL) { // not judged is not "not affected"
			return clierr.Input(b.Name, "%s could not be judged: %s", n.Package.Name, n.Reason)
		}
	}
	b.Vulnerable = forecast.VulnerableIn(m.Findings)
	return nil
}

// explain is an error of a registry in words that tell what to do.
func explain(ref string, err error, patience time.Duration) error {
	var e *clierr.Error
	status := image.StatusOf(err)
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e = clierr.Input(ref, "the registry did not answer within %s", patience).
			WithHint("Try again, or leave it out: --offline.")
	case image.Refused(status):
		e = clierr.Input(ref, "the registry refuses (%d)", status).
			WithHint("`docker login` stores the credentials that are used here; --offline asks nobody.")
	case status == 404:
		e = clierr.Input(ref, "the registry does not hold it").WithHint("Is the name in FROM right? A base that only " +
			"the engine holds cannot be pulled.")
	case status == 429:
		e = clierr.Input(ref, "the registry has had too many requests (429)").
			WithHint("Log in, or try again later; --offline asks nobody.")
	case status >= 500:
		e = clierr.Input(ref, "the registry failed (%d)", status).WithHint("Try again later; --offline asks nobody.")
	case errors.As(err, &dns), errors.As(err, &op):
		e = clierr.Input(ref, "the registry cannot be reached").WithHint("Is there a network? --offline asks nobody.")
	case errors.Is(err, sbom.ErrNoDatabase):
		e = clierr.Input(ref, "no package database was found in it")
	default:
		return err
	}
	return e
}
