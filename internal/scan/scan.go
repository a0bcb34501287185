// Package scan is the only place that knows the order of things: it resolves what the user named, runs the gates side
// by side, and puts what they found into one report. It writes nothing; whoever listens is told of progress.
package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/drydock/drydock/internal/attack"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// Run scans the target with those of the given gates that are wanted and returns the report, ranked and in canonical
// form. The report is complete also where the error is not nil: the error then says that a named input could not be
// read.
func Run(ctx context.Context, t *target.Target, all []gate.Gate, opt gate.Options) (*report.Report, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Engine = t.Engine; opt.Engine == nil {
		opt.Engine = &dockerapi.Shared{}
	}
	defer opt.Engine.Close()
	start := opt.Now()
	r := report.New(opt.Tool, t.Name, start)
	r.Policy.Kinds = opt.Kinds
	describe(r, t)

	wanted := choose(all, opt.Gates)
	results := make([]*gate.Result, len(wanted))
	states := make([]report.Gate, len(wanted))
	var wg sync.WaitGroup
	for i, g := range wanted {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results[i], states[i] = runGate(ctx, g, t, &opt)
		}()
	}
	wg.Wait()

	for i, res := range results {
		merge(r, wanted[i].Name, res)
		r.Gates = append(r.Gates, states[i])
	}
	if opt.Runs(finding.GateImage) && opt.Runs(finding.GateCode) {
		if err := reach(ctx, t, r); err != nil {
			return r, err
		}
	}
	opt.Waivers.Apply(r, start, names(all))
	rank.Apply(r)
	r.DurationMs = opt.Now().Sub(start).Milliseconds()
	r.Finish()
	r.Actions = rank.Actions(r)
	r.AttackPaths = attack.Paths(r)
	if err := ctx.Err(); err != nil {
		return r, err
	}
	return r, unread(t, r, results, len(wanted) == len(all))
}

func names(gates []gate.Gate) []finding.Gate {
	out := make([]finding.Gate, len(gates))
	for i, g := range gates {
		out[i] = g.Name
	}
	return out
}

// choose returns those of the gates that are wanted, all of them for no wish, in the report's order.
func choose(all []gate.Gate, wanted []finding.Gate) []gate.Gate {
	if len(wanted) == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(g gate.Gate) bool { return !slices.Contains(wanted, g.Name) })
}

// runGate runs one gate; a panic in it is the gate's failure, not the end of the others.
func runGate(ctx context.Context, g gate.Gate, t *target.Target,
	opt *gate.Options) (res *gate.Result, state report.Gate) {
	start := opt.Now()
	state = report.Gate{Name: g.Name}
	defer func() {
		if p := recover(); p != nil {
			res = &gate.Result{}
			state = report.Gate{Name: g.Name, Status: report.Failed, Reason: fmt.Sprintf("internal error: %v", p)}
		}
		state.DurationMs = opt.Now().Sub(start).Milliseconds()
	}()
	res, err := g.Run(ctx, t, opt)
	if res == nil {
		res = &gate.Result{}
	}
	state.Inputs = append(res.Inputs, t.UnreadInputs()...)
	state.Read, state.Judged, state.OWASP = res.Read, res.Judged, res.OWASP
	if len(state.Inputs) > 0 && res.Reason != "" {
		state.Inputs = append(state.Inputs, report.Input{Status: report.Partial, Reason: res.Reason})
	}
	state.Status, state.Reason = judge(state.Inputs, res.Judged)
	if len(state.Inputs) == 0 {
		state.Reason = cmp.Or(res.Reason, state.Reason)
	}
	if err != nil {
		state.Status, state.Reason = report.Failed, err.Error()
	}
	if state.Status != report.Checked {
		state.Remedy = res.Remedy
	}
	return res, state
}

// judge derives a gate's state from its inputs: what it could not look at makes it partial or failed, never silent, and
// a gate that judged nothing is never checked.
func judge(in []report.Input, judged int) (report.GateStatus, string) {
	if len(in) == 0 {
		return report.Skipped, "nothing here for this gate to look at"
	}
	n := map[report.GateStatus]int{}
	reasons, empty := map[string][]string{}, map[string][]string{}
	for _, i := range in {
		n[i.Status]++
		who := cmp.Or(i.Service, i.Path)
		switch {
		case i.Status != report.Checked:
			reasons[i.Reason] = append(reasons[i.Reason], who)
		case i.Reason != "":
			empty[i.Reason] = append(empty[i.Reason], who)
		}
	}
	status := report.Partial
	switch len(in) {
	case n[report.Checked]:
		status = report.Checked
	case n[report.Failed]:
		status = report.Failed
	case n[report.Skipped]:
		status = report.Skipped
	}
	if status == report.Checked && judged == 0 {
		return report.Skipped, cmp.Or(join(empty), "nothing for this gate is in what was looked at")
	}
	return status, join(reasons)
}

// maxReasons bounds how many reasons a gate's own sentence gives; its inputs have every one.
const maxReasons = 6

// join says each reason once with the inputs that it is about, most inputs first.
func join(reasons map[string][]string) string {
	keys := make([]string, 0, len(reasons))
	for k := range reasons {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if a, b := len(reasons[keys[i]]), len(reasons[keys[j]]); a != b {
			return a > b
		}
		return keys[i] < keys[j]
	})
	parts := make([]string, 0, len(keys))
	for i, k := range keys {
		if i == maxReasons {
			parts = append(parts, fmt.Sprintf("and %d more", len(keys)-i))
			break
		}
		who := slices.DeleteFunc(reasons[k], func(s string) bool { return s == "" })
		sort.Strings(who)
		if len(who) > 4 {
			who = append(who[:3:3], fmt.Sprintf("%d more", len(who)-3))
		}
		parts = append(parts, strings.TrimPrefix(strings.Join(who, ", ")+": ", ": ")+k)
	}
	return strings.Join(parts, "; ")
}

// merge adds what a gate brings to the report. Gates tell services apart as the host does (stack.Host.Refs); the report
// gives their plain names, and the references beside them where the names are not enough.
// sayKinds gives findings the kind of their rules. Of the access gate each finding's own effect tells it.
func sayKinds(res *gate.Result) {
	kinds := map[string]finding.Kind{}
	for i := range res.Rules {
		kinds[res.Rules[i].ID] = res.Rules[i].Kind
	}
	for i := range res.Findings {
		if f := &res.Findings[i]; f.Kind == "" && f.Gate != finding.GateAccess {
			f.Kind = kinds[f.Rule]
		}
	}
}

func merge(r *report.Report, name finding.Gate, res *gate.Result) {
	for i := range res.Findings {
		f := &res.Findings[i]
		f.Services, f.ServiceRefs = plainNames(f.Services)
		f.Service = f.Service[strings.LastIndexByte(f.Service, '/')+1:]
	}
	sayKinds(res)
	for i := range res.Packages {
		p := &res.Packages[i]
		p.Services, p.ServiceRefs = plainNames(p.Services)
	}
	take(&r.Findings, res.Findings)
	take(&r.Packages, res.Packages)
	r.Images = append(r.Images, res.Images...)
	r.Measures = append(r.Measures, res.Measures...)
	r.Advisories = append(r.Advisories, res.Advisories...)
	for _, w := range res.Warnings {
		w.Gate = name
		r.Warnings = append(r.Warnings, w)
	}
	if res.Completeness != nil {
		r.Completeness = res.Completeness
	}
	used := map[string]bool{}
	for i := range res.Findings {
		used[res.Findings[i].Rule] = true
	}
	for _, rule := range res.Rules {
		known := slices.ContainsFunc(r.Rules, func(o finding.Rule) bool { return o.ID == rule.ID })
		if used[rule.ID] && !known { // two gates tell secrets by the same rules
			r.Rules = append(r.Rules, rule)
		}
	}
	for i := range r.Services {
		s := &r.Services[i]
		if a, ok := res.Services[gate.ServiceKey{Stack: s.Stack, Service: s.Name}]; ok {
			s.Exposure, s.Routers = a.Exposure, a.Routers
		}
	}
	r.Services = append(r.Services, res.Outside...)
}

// plainNames takes the stacks off services that are written "stack/name", and keeps what was written where any is.
func plainNames(refs []string) (names, kept []string) {
	if !slices.ContainsFunc(refs, func(s string) bool { return strings.Contains(s, "/") }) {
		return refs, nil
	}
	for _, ref := range refs {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, refs
}

// take appends, without a copy where there was nothing: one gate's packages and findings may be all of the report's.
func take[T any](all *[]T, more []T) {
	if len(*all) == 0 {
		*all = more
		return
	}
	*all = append(*all, more...)
}

// describe writes the host's stacks and services into the report.
func describe(r *report.Report, t *target.Target) {
	if t.Host == nil {
		return
	}
	for i := range t.Host.Stacks {
		st := &t.Host.Stacks[i]
		r.Stacks = append(r.Stacks, report.Stack{Name: st.Name, Files: st.Files})
		for j := range st.Services {
			s := &st.Services[j]
			out := report.Service{Name: s.Name, Stack: st.Name, Image: s.Image, Networks: networksOf(st, s),
				Mounts: mountsOf(t, s)}
			if b := s.Build; b != nil {
				out.Build = &report.Build{Context: t.Rel(b.Context), Dockerfile: t.Rel(b.Dockerfile), Target: b.Target,
					JoinedBy: s.JoinedBy}
			}
			r.Services = append(r.Services, out)
		}
	}
	for _, w := range t.Host.Warnings {
		r.Warnings = append(r.Warnings, report.Warning{Text: w.Text, Location: w.Location})
	}
	r.Warnings = append(r.Warnings, t.Joined()...)
}

// distinct drops errors that say the same.
func distinct(errs []error) []error {
	seen := map[string]bool{}
	return slices.DeleteFunc(errs, func(err error) bool {
		again := seen[err.Error()]
		seen[err.Error()] = true
		return again
	})
}

// unread is the error for inputs that the user named and that could not be read: exit 3, with the report written.
func unread(t *target.Target, r *report.Report, results []*gate.Result, whole bool) error {
	all := slices.Clone(t.Unread)
	for _, res := range results {
		all = append(all, res.Unread...)
	}
	all = append(all, unknownFiles(t, r, !whole)...)
	if len(all) > 0 {
		return errors.Join(distinct(all)...)
	}
	for _, g := range r.Gates {
		if g.Status == report.Failed {
			return &clierr.Error{Code: clierr.ExitInput, Msg: fmt.Sprintf("the %s gate failed: %s", g.Name, g.Reason)}
		}
	}
	return nil
}

// unknownFiles are the files that were named and that no gate knew what to do with. With a choice of gates it is enough
// that one of them looked and said that nothing in the file is for it.
func unknownFiles(t *target.Target, r *report.Report, chosen bool) []error {
	seen := map[string]bool{}
	for _, g := range r.Gates {
		for _, in := range g.Inputs {
			seen[in.Path] = seen[in.Path] || in.Status != report.Skipped || chosen
		}
	}
	var errs []error
	for _, f := range t.Files {
		if !seen[t.Rel(f)] {
			errs = append(errs, t.NotKnown(f))
		}
	}
	return errs
}
