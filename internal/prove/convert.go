package prove

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/stages"
)

// maxTries bounds how often a conversion is adapted to what a proof has shown.
const maxTries = 5

// Convert converts a Dockerfile and proves the result. Where the proof shows what the conversion could not know, it
// converts again: with the packages that hold a missing library, without the health check that fails, as root where
// the app needs it, with the builder's result whole where its parts do not do. The conversion that was proved, or the last one tried, is returned with its result; a Dockerfile
// that is not converted at all is a *stages.Refusal.
func Convert(ctx context.Context, e *engine.Engine, f *dockerfile.File, context fs.FS, so stages.Options, o Options) (conv *stages.Result, res *Result, err error) {
	t, err := New(e)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if conv, err = stages.Split(f, context, so); err != nil {
		return nil, nil, err // before anything is built
	}
	if so.Facts, res, err = t.Learn(ctx, o); err != nil || res != nil {
		return conv, res, err
	}
	for try := 1; ; try++ {
		next, err := stages.Split(f, context, so)
		if err != nil && try == 1 {
			return nil, nil, err
		}
		if err != nil || try > 1 && bytes.Equal(next.Dockerfile, conv.Dockerfile) {
			return conv, res, nil // there is no other way to convert it
		}
		conv = next
		o.Candidate = Side{Name: o.Original.Name, Dockerfile: conv.Dockerfile, Ignore: conv.Ignore, File: o.Original.File}
		if conv.Improvement {
			o.Candidate.Target = o.Original.Target
		}
		o.Improvement, o.Intended = conv.Improvement, nil
		for _, c := range conv.Changes {
			o.Intended = append(o.Intended, Change(c))
		}
		if res, err = t.Try(ctx, o); err != nil {
			return conv, nil, err
		}
		if res.Proved || try == maxTries || !adapt(&so, conv, res) {
			return conv, res, nil
		}
		if o.Say != nil {
			o.Say("not yet: " + res.Reason + "; converting again")
		}
	}
}

// adapt changes the options of the conversion to what the proof has shown, and reports whether there was anything to
// change.
func adapt(so *stages.Options, conv *stages.Result, res *Result) bool {
	more := false
	for _, pkg := range res.Lacks {
		if !slices.Contains(so.Extra, pkg) {
			so.Extra, more = append(slices.Clip(so.Extra), pkg), true
		}
	}
	last := res.Checks[len(res.Checks)-1]
	starts := last.Name == "answers" || last.Name == "modules"
	switch {
	case more:
		return true
	case last.Status != Differs || strings.HasPrefix(res.Reason, "the original "):
		return false // what is wrong with the original, no conversion mends
	case conv.Hardened && starts && strings.Contains(res.Reason, "health check") && !so.NoHealth:
		so.NoHealth = true
		return true
	case conv.Hardened && starts && !so.KeepRoot:
		so.KeepRoot = true
		return true
	case !so.Whole && last.Name != "size" && last.Name != "findings":
		so.Whole = true
		return true
	}
	return false
}
