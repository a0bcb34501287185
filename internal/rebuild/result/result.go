// Package result holds what a rebuild tells, as JSON: the types of drydock.rebuild/1. Acceptance reads it, and history
// keeps it. Within the schema's version fields are only ever added.
package result

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Schema is the name and version of the JSON.
const Schema = "drydock.rebuild/1"

// Verdict is how the new image stands beside the old one.
type Verdict string

// The verdicts. Failed: there is no new image, or it could not be judged.
const (
	Better Verdict = "better"
	Same   Verdict = "same"
	Worse  Verdict = "worse"
	Failed Verdict = "failed"
)

// Rebuild is one run over all images of a target.
type Rebuild struct {
	Schema     string      `json:"schema"`
	Tool       report.Tool `json:"tool"`
	Target     string      `json:"target"`
	Started    time.Time   `json:"started"`
	DurationMs int64       `json:"durationMs"`
	Services   []Service   `json:"services"`
	Warnings   []string    `json:"warnings"`
}

// Service is what became of one rebuilt image. All services that run it are deployed together.
type Service struct {
	Service    string       `json:"service"`  // the first that runs the image
	Services   []string     `json:"services"` // all that do
	Image      string       `json:"image"`    // the name by which they run it
	Due        []report.Due `json:"due"`
	Verdict    Verdict      `json:"verdict"`
	Reason     string       `json:"reason"`    // why the verdict is what it is, or what failed
	Unchanged  bool         `json:"unchanged"` // equal packages and application files: there is nothing to deploy
	Deployed   bool         `json:"deployed"`
	RolledBack bool         `json:"rolledBack"`
	Rolled     []string     `json:"rolled"`  // services that were deployed without a gap
	Stopped    []Stopped    `json:"stopped"` // those that were stopped and started
	GapMs      int64        `json:"gapMs"`   // the longest time without an answer, of these
	Before     Side         `json:"before"`
	After      Side         `json:"after"` // empty where the build failed
	Fixed      []Change     `json:"fixed"`
	New        []Change     `json:"new"`
	Remaining  []Change     `json:"remaining"`
	Unseen     []Change     `json:"unseen"` // of before, and the later scan could not have seen them
	Forecast   Score        `json:"forecast"`
	Log        string       `json:"log"` // file with the build's output, "" where there is none
}

// Stopped is a service that could not be deployed beside its old container.
type Stopped struct {
	Service string `json:"service"`
	Why     string `json:"why"`
}

// Side is one of the two images.
type Side struct {
	Image    string                   `json:"image"` // its id
	Created  string                   `json:"created"`
	Size     int64                    `json:"size"`
	Packages int                      `json:"packages"`
	Counts   map[finding.Severity]int `json:"counts"` // open findings
}

// Cause is why a vulnerability came or went.
type Cause string

// The causes.
const (
	Upgraded   Cause = "upgraded"   // the package has another version
	Downgraded Cause = "downgraded" // a lower one
	Removed    Cause = "removed"
	Added      Cause = "added"
	Advisories Cause = "advisories" // the package is the same, only what is known of it changed
)

// Change is one vulnerability with what happened to it.
type Change struct {
	ID       string           `json:"id"`
	Rule     string           `json:"rule"`
	Title    string           `json:"title"`
	Severity finding.Severity `json:"severity"`
	Package  string           `json:"package"`
	Cause    Cause            `json:"cause"` // "" for what remains
	From     string           `json:"from"`  // the package's version before
	To       string           `json:"to"`    // and after; "" where it is gone
	Forecast finding.Forecast `json:"forecast"`
}

// Score is how the forecast of before stands up to what happened. What was unknown counts as neither right nor wrong.
type Score struct {
	Right   int                       `json:"right"`
	Wrong   int                       `json:"wrong"`
	Unknown int                       `json:"unknown"`
	Kinds   map[finding.Forecast]Kind `json:"kinds"`
	Misses  []Miss                    `json:"misses"`
}

// Kind is the score of one kind of forecast.
type Kind struct {
	Right int `json:"right"`
	Wrong int `json:"wrong"`
}

// What happened to a finding that was forecast.
const (
	HappenedFixed    = "fixed"
	HappenedRemained = "remained"
)

// Miss is a forecast that did not come true.
type Miss struct {
	ID       string           `json:"id"`
	Rule     string           `json:"rule"`
	Package  string           `json:"package"`
	Forecast finding.Forecast `json:"forecast"`
	Happened string           `json:"happened"`
}

// Add adds the score of another image or run.
func (s *Score) Add(o Score) {
	s.Right, s.Wrong, s.Unknown = s.Right+o.Right, s.Wrong+o.Wrong, s.Unknown+o.Unknown
	for name, k := range o.Kinds {
		if s.Kinds == nil {
			s.Kinds = map[finding.Forecast]Kind{}
		}
		sum := s.Kinds[name]
		s.Kinds[name] = Kind{sum.Right + k.Right, sum.Wrong + k.Wrong}
	}
	s.Misses = append(s.Misses, o.Misses...)
}

// Normalize makes every list non-nil, so that no array in the JSON is null.
func (r *Rebuild) Normalize() {
	r.Schema = Schema
	ensure(&r.Services)
	ensure(&r.Warnings)
	for i := range r.Services {
		s := &r.Services[i]
		ensure(&s.Services)
		ensure(&s.Due)
		ensure(&s.Rolled)
		ensure(&s.Stopped)
		for _, l := range []*[]Change{&s.Fixed, &s.New, &s.Remaining, &s.Unseen} {
			ensure(l)
		}
		ensure(&s.Forecast.Misses)
		if s.Forecast.Kinds == nil {
			s.Forecast.Kinds = map[finding.Forecast]Kind{}
		}
		for _, side := range []*Side{&s.Before, &s.After} {
			if side.Counts == nil {
				side.Counts = map[finding.Severity]int{}
			}
		}
	}
}

func ensure[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

// Encode writes the JSON, indented, with a final newline.
func (r *Rebuild) Encode(w io.Writer) error {
	r.Normalize()
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Any reports whether one of the images has the verdict.
func (r *Rebuild) Any(v Verdict) bool {
	return slices.ContainsFunc(r.Services, func(s Service) bool { return s.Verdict == v })
}

// RolledBack reports whether one of the images was deployed and taken back.
func (r *Rebuild) RolledBack() bool {
	return slices.ContainsFunc(r.Services, func(s Service) bool { return s.RolledBack })
}
