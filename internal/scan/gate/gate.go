// Package gate is what a scan and its gates say to each other: what a gate is, what it is given, what it brings and
// what it tells on the way. Each gate is a package of its own beside this one and exports one value, Gate.
package gate

import (
	"context"
	"slices"
	"time"

	"github.com/drydock/drydock/internal/access/exposure"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/forecast"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/waiver"
)

// Gate is one of the questions that a scan asks.
type Gate struct {
	Name finding.Gate
	// Rules describes every rule that the gate has, for `drydock explain` and the docs.
	Rules func() []finding.Rule
	// Run looks at the target. It returns an error only where the gate as a whole could not work; what it could not
	// read of its inputs stands in the result.
	Run func(context.Context, *target.Target, *Options) (*Result, error)
}

// Options is what a run may depend on besides its target.
type Options struct {
	Tool     report.Tool
	Gates    []finding.Gate    // which gates run; nil for all that a scan has
	Access   exposure.Options  // what drydock.yaml and flags say about who may enter
	Platform string            // "linux/arm64"; "" for this machine's
	Verify   bool              // check the digests of local archives too
	Engine   *dockerapi.Shared // the engine on this machine, connected to once a run; nil where it is not to be asked
	Offline  bool              // do not ask an engine on this machine for images
	Kinds    []finding.Kind    // about the quality of code, that count among what to do first
	Waivers  *waiver.Set       // accepted risks; nil for none
	MaxAge   time.Duration     // of advisories, before a warning; 0 for the usual one
	Base     BaseReader        // what base images are now, for forecasts; nil where nobody is to be asked
	Now      func() time.Time
	Listen   Listener

	// RegistryTags has the registries of base images asked which other tags there are; nothing else of a scan connects
	// to a registry that no argument names.
	RegistryTags bool

	Rules          []string // extra files and folders of code rules
	NoDefaultRules bool
	History        bool     // search the git history for secrets too
	Import         []string // SARIF files of other tools, whose findings are added
	LintConfig     string   // a .hadolint.yaml that is named; "" to look for one
}

// BaseReader reads what the tag of a base image names now. It is given the image that was built on it and the packages
// that came with it, and called from several goroutines at once.
type BaseReader func(ctx context.Context, base dockerfile.Ref, built *inventory.Image,
	had []inventory.Package) (*forecast.Base, error)

// Event is a step of long work.
type Event struct {
	Gate  finding.Gate
	Text  string
	Done  int64
	Total int64 // 0 where the end is not known
}

// Listener is told of progress. It is called from several goroutines at once and must return at once.
type Listener func(Event)

// Result is what one gate brings.
type Result struct {
	Inputs       []report.Input
	Read         report.Read
	Judged       int    // how much of what was read could be judged: packages, services or files
	Reason       string // why the gate is partial or skipped, besides what the inputs say
	Remedy       string // what to do where the gate could not judge everything
	Findings     []finding.Finding
	Rules        []finding.Rule
	Packages     []inventory.Package
	Images       []report.Image // report.ImageOf makes them
	Completeness *inventory.Completeness
	Advisories   []report.Advisories
	Services     map[ServiceKey]ServiceAccess
	Outside      []report.Service // what routers lead to and what is no compose service
	Warnings     []report.Warning
	OWASP        []report.OWASPCategory
	Measures     []report.Measure
	Unread       []error // inputs that the user named and that could not be read: exit 3
}

// ServiceKey names a service of the host.
type ServiceKey struct{ Stack, Service string }

// ServiceAccess is what the access gate tells of a service.
type ServiceAccess struct {
	Exposure finding.Exposure
	Routers  []report.Router
}

// Told tells the listener of a step, if there is one.
func (o *Options) Told(e Event) {
	if o.Listen != nil {
		o.Listen(e)
	}
}

// Union adds the names of b that a does not have.
func Union(a, b []string) []string {
	for _, name := range b {
		if !slices.Contains(a, name) {
			a = append(a, name)
		}
	}
	return a
}

// Runs reports whether a gate is among those that run.
func (o *Options) Runs(g finding.Gate) bool { return len(o.Gates) == 0 || slices.Contains(o.Gates, g) }

// ReadsFiles reports whether a gate runs that reads single files of any name.
func (o *Options) ReadsFiles() bool {
	return o.Runs(finding.GateCode) || o.Runs(finding.GateDockerfile)
}
