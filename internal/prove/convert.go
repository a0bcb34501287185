package prove

import (
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
const maxTries = 4

// Convert converts a Dockerfile and proves the result. Where the proof shows what the conversion could not know, it
// converts again: with the packages that hold a missing library, without the health check that fails, as root where
// the app needs it. The conversion that was proved, or the last one tried, is returned with its result; a Dockerfile
// that is not converted at all is a *stages.Refusal.
func Convert(ctx context.Context, e *engine.Engine, f *dockerfile.File, context fs.FS, so stages.Options, o Options) (conv *stages.Result, res *Result, err error) {
	t, err := New(e)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	for try := 1; ; try++ {
		if conv, err = stages.Split(f, context, so); err != nil {
			return nil, nil, err
		}
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

// adapt changes the options of the conversion to what the proof has shown, and tells whether there was anything to
// change.
func adapt(so *stages.Options, conv *stages.Result, res *Result) bool {
	more := false
	for _, pkg := range res.Lacks {
		if !slices.Contains(so.Extra, pkg) {
			so.Extra, more = append(slices.Clip(so.Extra), pkg), true
		}
	}
	last := res.Checks[len(res.Checks)-1]
	switch {
	case more:
		return true
	case !conv.Hardened || last.Status != Differs || last.Name != "answers" && last.Name != "modules":
		return false
	case strings.Contains(res.Reason, "health check") && !so.NoHealth:
		so.NoHealth = true
		return true
	case !so.KeepRoot:
		so.KeepRoot = true
		return true
	}
	return false
}
