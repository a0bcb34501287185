package prove

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/stages"
)

// maxTries bounds how often a conversion is adapted to what a proof has shown.
const maxTries = 6

// Convert converts a Dockerfile and proves the result. Where the proof shows what the conversion could not know, it
// converts again: with the packages that hold a missing library, without the health check that fails, as root where
// the app needs it, with the builder's result whole where its parts do not do. The conversion that was proved, or the
// last one tried, is returned with its result; a Dockerfile
// that is not converted at all is a *stages.Refusal.
func Convert(ctx context.Context, e *engine.Engine, f *dockerfile.File, context fs.FS, so stages.Options,
	o Options) (conv *stages.Result, res *Result, err error) {
	t, err := New(e)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if so.Base == nil {
		so.Base = BaseOf(ctx, e, f, so.Target)
	}
	if so.Run == nil {
		so.Run = o.Run
	}
	o.Routes = findRoutes(context)
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
		o.Candidate = Side{Name: o.Original.Name, Dockerfile: conv.Dockerfile, Ignore: conv.Ignore,
			File: o.Original.File}
		if conv.Improvement {
			o.Candidate.Target = o.Original.Target
		} else {
			o.Candidate.Target = conv.Target
		}
		o.Improvement, o.Intended = conv.Improvement, nil
		o.KeptOut, o.AfterEnv = conv.KeptOut, settings(context, conv.KeptOut)
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
	starts := res.Cause == Start || res.Cause == Answers || res.Cause == Modules || res.Cause == Home
	switch {
	case more:
		return true
	case res.Cause == Original || res.Cause == Size || res.Cause == Findings:
		return false // what is wrong with the original, or with what it weighs, no conversion fixes
	case res.Cause == NewHealth && conv.Hardened && !so.NoHealth:
		so.NoHealth = true
	case starts && conv.Hardened && !so.KeepRoot:
		so.KeepRoot = true
	case !so.Recommends && conv.Recommended && res.Cause != Files:
		so.Recommends = true
	case !so.Whole:
		so.Whole = true
	default:
		return false
	}
	return true
}

// BaseOf is what the base image of a Dockerfile's stage sets, where the engine holds it.
func BaseOf(ctx context.Context, e *engine.Engine, f *dockerfile.File, target string) *stages.Inherited {
	st, err := f.Target(target)
	if err != nil || st.Parent != nil || !st.Base.Known || st.Base.Scratch() {
		return nil
	}
	img, err := e.Inspect(ctx, st.Base.Text)
	if err != nil {
		return nil
	}
	c := img.Config
	return &stages.Inherited{WorkDir: c.WorkingDir, User: c.User, Entrypoint: c.Entrypoint, Env: envMap(c.Env)}
}

// settings are the variables of the files that a conversion keeps out of the image.
func settings(context fs.FS, files []string) []string {
	var out []string
	for _, name := range files {
		text, err := fs.ReadFile(context, name)
		if err != nil || len(text) > maxText {
			continue
		}
		vars, err := dotenv.UnmarshalBytesWithLookup(text, func(string) (string, bool) { return "", false })
		if err != nil {
			continue
		}
		for _, k := range slices.Sorted(maps.Keys(vars)) {
			if k != "" {
				out = append(out, k+"="+vars[k])
			}
		}
	}
	return out
}
