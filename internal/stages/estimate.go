package stages

import (
	"fmt"
	"io/fs"

	"github.com/drydock/drydock/internal/dockerfile"
)

// Estimate is what a conversion would save at the least, without building anything: the difference between the bases.
// The compilers and caches that the original adds to its own base come on top.
type Estimate struct {
	Known  bool
	Before int64 // bytes of the builder's base
	After  int64 // bytes of the final stage's base
	Text   string
}

// EstimateOf compares the bases of a conversion. size tells the unpacked size of an image that is at hand: in the
// engine, or read from an archive or an SBOM; nil is taken for no engine. Where one is not at hand there is no
// estimate, and Text says so.
func EstimateOf(r *Result, size func(ref string) (bytes int64, ok bool)) Estimate {
	var e Estimate
	var ok [2]bool
	if size != nil {
		e.Before, ok[0] = size(r.Builder)
		e.After, ok[1] = size(r.Final)
	}
	if r.Final == "scratch" {
		e.After, ok[1] = 0, true
	}
	if size == nil && r.Final != "scratch" {
		e.Text = "no estimate without a container engine: the sizes of " + r.Builder + " and " + r.Final +
			" are not at hand"
		return e
	}
	for i, ref := range []string{r.Builder, r.Final} {
		if !ok[i] {
			e.Text = "no estimate: the size of " + ref + " is not at hand"
			return e
		}
	}
	e.Known = e.After < e.Before
	if !e.Known {
		e.Text = "no estimate: both stages stand on bases of the same size"
		return e
	}
	e.Text = fmt.Sprintf("at least %d MB less: %s has %d MB, %s %d MB", (e.Before-e.After)/1e6, r.Builder, e.Before/1e6,
		r.Final, e.After/1e6)
	return e
}

// Saving is the estimate for a Dockerfile as it stands, for the rule single-stage-build: what a split would save, or
// why it would not be converted.
func Saving(f *dockerfile.File, context fs.FS, o Options, size func(ref string) (int64, bool)) (Estimate, error) {
	r, err := Split(f, context, o)
	if err != nil {
		return Estimate{}, err
	}
	return EstimateOf(r, size), nil
}
