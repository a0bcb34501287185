// Package imagegate asks what is inside, and which of it is known to be vulnerable. Each thing that ships is read once,
// whatever the number of services that run it; where no image is at hand the manifests of its build context stand in.
package imagegate

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/forecast"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sbom"
	"github.com/drydock/drydock/internal/sbom/document"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/state"
	"github.com/drydock/drydock/internal/vuln"
)

// held is what was read of one input.
type held struct {
	input    report.Input
	services []string             // that run it
	inv      *inventory.Inventory // nil where nothing could be read
	place    *attributor          // nil where the packages' own paths are the place
	on       *attributor          // tells its base image; nil where no Dockerfile is at hand
	build    *forecast.Build      // how it would be built again; nil where nothing here tells
	// what the manifests say that the build takes from its context; nil where there is none
	declared func(context.Context) []inventory.Package
	err      error // what was named by the user and could not be read
}

// Gate is the image gate.
var Gate = gate.Gate{Name: finding.GateImage, Rules: func() []finding.Rule { return rules }, Run: run}

func run(ctx context.Context, t *target.Target, opt *gate.Options) (*gate.Result, error) {
	all, err := readAll(ctx, t, opt)
	if err != nil {
		return nil, err
	}
	res := &gate.Result{Rules: slices.Concat(rules, secretRules())}
	n := 0
	for _, h := range all {
		if h.inv != nil {
			n += len(h.inv.Packages)
		}
	}
	pkgs := make([]inventory.Package, 0, n)
	places := map[string][]finding.Location{}
	for _, h := range all {
		if h.input.Status == "" {
			continue // nothing for this gate
		}
		res.Inputs = append(res.Inputs, h.input)
		if h.err != nil {
			res.Unread = append(res.Unread, h.err)
		}
		if h.inv == nil {
			continue
		}
		pkgs = append(pkgs, h.inv.Packages...)
		if h.place != nil {
			for i := range h.inv.Packages {
				p := &h.inv.Packages[i]
				k := p.PURL + "\x00" + p.Version
				places[k] = append(places[k], h.place.place(p))
			}
		}
		addImage(res, &h)
		res.Findings = append(res.Findings, secrets(&h, opt)...)
	}
	if len(res.Inputs) == 0 {
		res.Remedy = nameAnImage
		return res, nil
	}
	res.Packages = joinPackages(pkgs)
	res.Read.Packages = len(res.Packages)
	res.Read.Services = servicesRead(all)
	db, err := openAdvisories()
	if err != nil {
		return res, err
	}
	m, err := match(ctx, db, res, places, opt)
	if err != nil {
		return res, err
	}
	foresee(ctx, t, db, res, all, opt)
	res.Judged = m.Judged
	better, unanswered := otherBases(ctx, all, opt)
	res.Findings, res.Warnings = append(res.Findings, better...), append(res.Warnings, unanswered...)
	res.Remedy = imageRemedy(res, m)
	res.Inputs = append(res.Inputs, gaps(m)...)
	return res, nil
}

const nameAnImage = "Name an image, an SBOM or a folder with lockfiles: drydock vuln NAME."

// imageRemedy is what to do where packages could not be read or judged.
func imageRemedy(res *gate.Result, m *vuln.Result) string {
	var todo []string
	unread := slices.ContainsFunc(res.Inputs, func(in report.Input) bool {
		return in.Status != report.Checked &&
			in.Service != ""
	})
	switch {
	case unread:
		todo = append(todo, "Build or pull the images, or name them: drydock vuln registry:IMAGE.")
	case len(res.Packages) == 0:
		todo = append(todo, nameAnImage)
	}
	if slices.ContainsFunc(m.NotJudged, func(n vuln.NotJudged) bool { return n.Package.Range }) {
		todo = append(todo, "Lock the versions, or name what was built: drydock vuln IMAGE.")
	}
	if slices.ContainsFunc(m.Absent, func(a vuln.Absent) bool { return ecosystem.Published(a.Ecosystem) }) {
		todo = append(todo, "Renew the advisories: drydock db update.")
	}
	return strings.Join(todo, " ")
}

// servicesRead counts the services of which something was read.
func servicesRead(all []held) int {
	names := map[string]bool{}
	for _, h := range all {
		if h.inv == nil {
			continue
		}
		for _, s := range h.services {
			names[s] = true
		}
	}
	return len(names)
}

// addImage notes what an inventory says of the image as a whole.
func addImage(res *gate.Result, h *held) {
	res.Read.Files += max(h.inv.Files, 1) // of a bill of materials one
	res.Read.Bytes += h.inv.Bytes
	if img := report.ImageOf(h.inv, h.services); img != nil {
		res.Findings = append(res.Findings, wasteful(h, img)...)
		res.Images = append(res.Images, *img)
	}
	if c := h.inv.Completeness; c != nil {
		if res.Completeness == nil {
			res.Completeness = &inventory.Completeness{}
		}
		res.Completeness.ExplainedBytes += c.ExplainedBytes
		res.Completeness.ExecutableBytes += c.ExecutableBytes
		res.Completeness.Unexplained = append(res.Completeness.Unexplained, c.Unexplained...)
		res.Warnings = append(res.Warnings, unexplained(h, c)...)
	}
	for _, p := range h.inv.Remarks {
		res.Warnings = append(res.Warnings, report.Warning{Text: p.Path + ": " + p.Reason,
			Location: finding.Location{Path: cmp.Or(h.input.Service, h.input.Path)}})
	}
	for _, p := range h.inv.Problems {
		if p.Missing {
			res.Findings = append(res.Findings, missingDatabase(h, p))
		}
	}
}

// unexplained is the remark on programs of which no package tells what is in them, where others are told of. An image
// of which none is told is a gap: sbom says it.
func unexplained(h *held, c *inventory.Completeness) []report.Warning {
	if len(c.Unexplained) == 0 || c.ExplainedBytes == 0 {
		return nil
	}
	var names []string
	for i := range c.Unexplained {
		names = append(names, c.Unexplained[i].Path)
	}
	if more := len(names) - 3; more > 0 {
		names = append(names[:3:3], "and more")
	}
	text := fmt.Sprintf("%s of %s of programs belong to no package, and nothing is known of what they were made of: %s",
		kilobytes(c.ExecutableBytes-c.ExplainedBytes), kilobytes(c.ExecutableBytes), strings.Join(names, ", "))
	return []report.Warning{{Text: text, Location: finding.Location{Path: cmp.Or(h.input.Service, h.input.Path)}}}
}

func kilobytes(n int64) string {
	const kB, MB = 1000, 1000_000
	if n < MB {
		return fmt.Sprintf("%d kB", (n+kB-1)/kB)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/MB)
}

// readAll reads every input of the gate side by side, and keeps their order.
func readAll(ctx context.Context, t *target.Target, opt *gate.Options) ([]held, error) {
	var work []func(context.Context) held
	for _, u := range t.Units() {
		work = append(work, func(ctx context.Context) held { return readUnit(ctx, t, u, opt) })
	}
	for _, ref := range t.Images {
		work = append(work, func(ctx context.Context) held { return readImage(ctx, t, ref, opt) })
	}
	for _, path := range t.SBOMs {
		work = append(work, func(context.Context) held { return readSBOM(t, path) })
	}
	for _, m := range t.Manifests {
		work = append(work, func(context.Context) held { return readManifest(t, m) })
	}
	if !opt.ReadsFiles() {
		for _, path := range t.Files {
			work = append(work, func(context.Context) held {
				return readNamed(t.Rel(path), nil, t.NotKnown(path))
			})
		}
	}
	all := make([]held, len(work))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, w := range work {
		g.Go(func() error {
			all[i] = w(ctx)
			return ctx.Err()
		})
	}
	return all, g.Wait()
}

// answers reports whether there is an engine to be asked for images.
func answers(ctx context.Context, opt *gate.Options) bool {
	if opt.Offline || opt.Engine == nil {
		return false
	}
	_, err := opt.Engine.Client(ctx)
	return err == nil
}

// readUnit reads what one unit ships: its image if the engine holds it, else the manifests of its build context.
func readUnit(ctx context.Context, t *target.Target, u target.Unit, opt *gate.Options) held {
	in := report.Input{Service: strings.Join(u.Services, ", "), Path: u.Image}
	if u.Mounted {
		return readMounted(ctx, t, u, in, opt)
	}
	inv, why := readFromEngine(ctx, u, opt)
	if inv != nil {
		in.Path, in.Status = "docker:"+inv.Image.Name, report.Checked
		setServices(inv, u.Services)
		noteProblems(&in, inv)
		h := held{input: in, services: u.Services, inv: inv, place: attribute(t, u)}
		h.on = h.place
		h.build = buildOf(t, u, &h)
		return h
	}
	if u.Context == "" {
		in.Status, in.Reason = report.Skipped, why
		return held{input: in}
	}
	in.Path = t.Rel(u.Context)
	inv, hidden, err := readContext(ctx, u, progress(opt, "reading "+in.Path))
	if err != nil && len(u.Services) > 0 {
		in.Status, in.Reason = report.Skipped, why+", and "+t.Absent("build context", u.Context, err)
		return held{input: in}
	}
	if err != nil {
		in.Status, in.Reason = report.Failed, err.Error()
		return held{input: in, err: err}
	}
	in.Status = report.Checked
	switch {
	case len(u.Services) > 0 && len(inv.Packages) == 0:
		in.Status, in.Reason = report.Partial,
			why+", and its build context has no lockfile or manifest that names packages"
	case len(u.Services) > 0:
		in.Status, in.Reason = report.Partial, why+": only lockfiles and manifests of the build context were read"
	}
	noteHidden(&in, hidden)
	noteProblems(&in, inv)
	setServices(inv, u.Services)
	putBelow(inv, in.Path)
	h := held{input: in, services: u.Services, inv: inv, on: attribute(t, u)}
	h.build = buildOf(t, u, &h)
	return h
}

// readMounted reads the manifests of a folder that is mounted into a container. One without any is no input: most such
// folders hold data.
func readMounted(ctx context.Context, t *target.Target, u target.Unit, in report.Input, opt *gate.Options) held {
	in.Path, in.Status = t.Rel(u.Context), report.Checked
	inv, err := sbom.FromDir(ctx, u.Context, sbom.Options{Progress: progress(opt, "reading "+in.Path)})
	switch {
	case err != nil:
		in.Status, in.Reason = report.Skipped, t.Absent("mounted folder", u.Context, err)
		return held{input: in}
	case len(inv.Packages) == 0 && len(inv.Problems) == 0:
		return held{}
	}
	noteProblems(&in, inv)
	setServices(inv, u.Services)
	putBelow(inv, in.Path)
	return held{input: in, services: u.Services, inv: inv}
}

// putBelow makes the packages' paths start at the report's root.
func putBelow(inv *inventory.Inventory, dir string) {
	for i := range inv.Packages {
		for j, p := range inv.Packages[i].Paths {
			inv.Packages[i].Paths[j] = path.Join(dir, p)
		}
	}
}

// readContext reads the manifests of a build context as the build sees it, without what its ignore file keeps out; what
// it says of such files is the second result. If that is all of them, what ships is made outside and copied in, and
// they are the best that is known of it: they are read after all.
func readContext(ctx context.Context, u target.Unit,
	progress func(done, total int64)) (*inventory.Inventory, string, error) {
	opt := sbom.Options{Progress: progress}
	ig := contextIgnore(u)
	if ig != nil {
		opt.Hidden = ig.Hides
	}
	inv, err := sbom.FromDir(ctx, u.Context, opt)
	if err != nil || len(inv.Hidden) == 0 {
		return inv, "", err
	}
	names := inv.Hidden[0]
	if n := len(inv.Hidden) - 1; n > 0 {
		names += fmt.Sprintf(" and %d more", n)
	}
	if len(inv.Packages) > 0 {
		return inv, ig.Name + " keeps " + names + " out of the build: not read", nil
	}
	opt.Hidden = nil
	inv, err = sbom.FromDir(ctx, u.Context, opt)
	return inv, ig.Name + " keeps every manifest out of the build (" + names +
		"): read all the same, for what is built outside and copied in", err
}

// contextIgnore is the ignore file of a unit's build; nil where there is none, and for a folder of sources that nothing
// says is built as an image.
func contextIgnore(u target.Unit) *target.IgnoreFile {
	file := u.Dockerfile
	if len(u.Services) == 0 {
		file = filepath.Join(u.Context, "Dockerfile")
		if _, err := os.Stat(file); err != nil {
			return nil
		}
	}
	root, err := os.OpenRoot(u.Context)
	if err != nil {
		return nil
	}
	defer root.Close()
	return target.ReadIgnore(root.FS(), file)
}

// noteHidden says which manifests the ignore file kept out. That is no gap, since they do not ship.
func noteHidden(in *report.Input, hidden string) {
	if in.Reason != "" && hidden != "" {
		in.Reason += "; "
	}
	in.Reason += hidden
}

// readFromEngine reads the unit's image where the engine holds it; else it says why not.
func readFromEngine(ctx context.Context, u target.Unit, opt *gate.Options) (*inventory.Inventory, string) {
	names := u.Built
	if u.Image != "" {
		names = []string{u.Image}
	}
	if len(names) == 0 {
		return nil, ""
	}
	if !answers(ctx, opt) {
		return nil, "no engine here holds the image"
	}
	why := "the engine does not hold the image"
	for _, name := range names {
		inv, err := openImage(ctx, "docker:"+name, opt)
		if inv != nil { // where it is damaged, its problems say so
			return inv, ""
		}
		if err != nil && !errors.Is(err, image.ErrNotHeld) {
			why = "the engine does not give the image: " + err.Error()
		}
	}
	return nil, why
}

func openImage(ctx context.Context, ref string, opt *gate.Options) (*inventory.Inventory, error) {
	progress := progress(opt, "reading "+ref)
	return sbom.From(ctx, ref, image.Options{Platform: opt.Platform, Verify: opt.Verify, Engine: opt.Engine,
		Progress: progress},
		sbom.Options{CacheDir: LayerCache(), Progress: progress, Secrets: secretsIn})
}

// LayerCache is the folder in which what was read of layers is kept between runs, "" where there can be none.
func LayerCache() string {
	dir, err := state.Cache()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "layers")
}

// readImage reads an image that the user named.
func readImage(ctx context.Context, t *target.Target, ref string, opt *gate.Options) held {
	in := report.Input{Path: ref, Status: report.Checked}
	inv, err := openImage(ctx, ref, opt)
	if inv == nil {
		if attached := readAttached(ctx, ref); attached != nil {
			inv, err = attached, nil
		}
	}
	if err != nil {
		in.Status, in.Reason = report.Failed, err.Error()
		if inv != nil { // a damaged image: what could be read of it is judged all the same
			in.Status = report.Partial
		}
		return held{input: in, inv: inv, err: err}
	}
	if inv.Image == nil && strings.HasPrefix(ref, "dir:") { // a source tree
		putBelow(inv, t.Rel(strings.TrimPrefix(ref, "dir:")))
	}
	noteProblems(&in, inv)
	return held{input: in, inv: inv}
}

// readAttached reads the SBOMs and attestations of an OCI layout that holds no image, nil where there are none.
func readAttached(ctx context.Context, ref string) *inventory.Inventory {
	docs, store, err := image.Documents(ctx, ref)
	if store != nil {
		defer store.Close()
	}
	if err != nil || len(docs) == 0 {
		return nil
	}
	inv, err := document.ReadAll(docs, ref)
	if err != nil {
		return nil // that it is no image is what the user is told
	}
	return inv
}

// readSBOM reads a bill of materials that the user named.
func readSBOM(t *target.Target, path string) held {
	if data, ok := t.Input(path); ok {
		inv, err := document.Read(bytes.NewReader(data), path)
		return readNamed(path, inv, err)
	}
	inv, err := document.ReadFile(path)
	return readNamed(t.Rel(path), inv, err)
}

// readManifest reads a lockfile, a manifest or a program that the user named.
func readManifest(t *target.Target, m target.Manifest) held {
	data, piped := t.Input(m.Path)
	inv, err := sbom.FromFile(m.Path, m.As, data)
	if piped {
		return readNamed(m.Path, inv, err)
	}
	if inv != nil {
		for i := range inv.Packages {
			for j, p := range inv.Packages[i].Paths {
				inv.Packages[i].Paths[j] = t.Rel(filepath.FromSlash(p))
			}
		}
	}
	return readNamed(t.Rel(m.Path), inv, err)
}

// readNamed is what came of reading a file that the user named.
func readNamed(path string, inv *inventory.Inventory, err error) held {
	in := report.Input{Path: path, Status: report.Checked}
	if err != nil {
		in.Status, in.Reason = report.Failed, err.Error()
		if inv != nil { // cut off: what stands before the place is judged all the same
			in.Status = report.Partial
		}
		return held{input: in, inv: inv, err: err}
	}
	noteProblems(&in, inv)
	return held{input: in, inv: inv}
}

func setServices(inv *inventory.Inventory, names []string) {
	for i := range inv.Packages {
		inv.Packages[i].Services = names
	}
}

// noteProblems makes an input partial where parts of it could not be read, and names the first ones, or where no
// package was found in it: what ships without any is rare, and what nobody can tell the packages of is not.
func noteProblems(in *report.Input, inv *inventory.Inventory) {
	const named = 3
	if len(inv.Packages) == 0 && len(inv.Problems) == 0 && in.Status == report.Checked {
		in.Status, in.Reason = report.Partial, strings.TrimPrefix(in.Reason+"; ", "; ")+"no package was found in it"
	}
	for i, p := range inv.Problems {
		if in.Status == report.Checked {
			in.Status = report.Partial
		}
		if in.Reason != "" {
			in.Reason += "; "
		}
		if i == named {
			in.Reason += fmt.Sprintf("and %d more", len(inv.Problems)-named)
			break
		}
		in.Reason += strings.TrimPrefix(p.Path+": "+p.Reason, ": ")
	}
}

// progress adapts the listener to what readers call.
func progress(opt *gate.Options, text string) func(done, total int64) {
	return func(done, total int64) {
		opt.Told(gate.Event{Gate: finding.GateImage, Text: text, Done: done, Total: total})
	}
}

// joinPackages makes one entry of a package that several inputs hold in the same place, with all their services. The
// result lies in the memory of all.
func joinPackages(all []inventory.Package) []inventory.Package {
	type key struct{ purl, name, version, layer, where, owner string }
	index := make(map[key]int, len(all))
	out := all[:0]
	for _, p := range all {
		p.Normalize()
		k := key{purl: p.PURL, name: p.Name, version: p.Version, layer: p.Layer, owner: p.OwnedBy}
		if len(p.Paths) > 0 {
			k.where = p.Paths[0]
		}
		i, ok := index[k]
		if !ok {
			index[k] = len(out)
			p.Services = append([]string{}, p.Services...)
			out = append(out, p)
			continue
		}
		out[i].Services = gate.Union(out[i].Services, p.Services)
	}
	return out
}

// match judges the result's packages. A finding in an image stands at the line of the repository that brought the
// package in, and names the others where several did.
func match(
	ctx context.Context, db *advisory.DB, res *gate.Result, places map[string][]finding.Location, opt *gate.Options,
) (*vuln.Result, error) {
	m, err := vuln.Match(ctx, db, res.Packages, vuln.Options{})
	if err != nil {
		return nil, err
	}
	for _, f := range m.Findings {
		vuln.Place(&f, places[f.Package.PURL+"\x00"+f.Package.Version])
		res.Findings = append(res.Findings, f)
	}
	res.Advisories = m.Advisories
	warnings := db.Warnings
	var used []string
	for _, a := range m.Advisories {
		used = append(used, a.Ecosystem)
	}
	if w := db.AgeWarning(used, opt.Now(), opt.MaxAge); w != "" {
		warnings = append(warnings, w)
	}
	warnings = append(warnings, m.Notes...)
	for _, w := range warnings {
		res.Warnings = append(res.Warnings, report.Warning{Text: w})
	}
	return m, nil
}

func openAdvisories() (*advisory.DB, error) {
	dir, err := advisory.Dir()
	if err != nil {
		return nil, err
	}
	return advisory.Open(dir)
}

// gaps are what the advisories could not judge: ecosystems that they do not know, and packages, by the file that names
// them and the reason.
func gaps(m *vuln.Result) []report.Input {
	var out []report.Input
	for _, a := range m.Absent {
		why := fmt.Sprintf("no advisories for %s (%s)", a.Ecosystem, report.Plural(a.Packages, "package"))
		if command := advisory.UpdateCommand(a.Ecosystem); command != "" {
			why += ": " + command + " fetches them"
		}
		out = append(out, report.Input{Status: report.Partial, Reason: why})
	}
	type place struct{ service, path, reason string }
	names := map[place][]string{}
	var order []place
	for i := range m.NotJudged {
		p := &m.NotJudged[i].Package
		at := place{service: strings.Join(p.Services, ", "), reason: m.NotJudged[i].Reason}
		if len(p.Paths) > 0 && p.Layer == "" { // a manifest; within an image every package has a file of its own
			at.path = p.Paths[0]
		}
		if names[at] == nil {
			order = append(order, at)
		}
		names[at] = append(names[at], p.Name)
	}
	const named = 5
	for _, at := range order {
		list := names[at]
		why := report.Plural(len(list), "package") + " not judged (" + at.reason + "): " +
			strings.Join(list[:min(len(list), named)], ", ")
		if more := len(list) - named; more > 0 {
			why += fmt.Sprintf(" and %d more", more)
		}
		out = append(out, report.Input{Service: at.service, Path: at.path, Status: report.Partial, Reason: why})
	}
	return out
}
