package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/drydock/drydock/internal/finding"
)

// Settings are what can be set for all projects and, differently, for one. What is nil is taken from above.
type Settings struct {
	// FailOn is the severity from which an open finding fails the verdict; "none" for no such limit.
	FailOn *string `json:"failOn,omitempty" doc:"Severity from which an open finding fails the verdict; none for no limit"`
	// NewOnly lets only findings in new code fail the verdict.
	NewOnly *bool `json:"newOnly,omitempty" doc:"Only findings in new code fail the verdict"`
	// AllowPartial lets a verdict pass though a gate could not look everywhere.
	AllowPartial *bool `json:"allowPartial,omitempty" doc:"The verdict passes though a gate could not look everywhere"`
	// Gates are those that the verdict asks for; empty for those that an analysis brings.
	Gates *[]string `json:"gates,omitempty" doc:"Gates that the verdict asks for; empty for those of the analysis"`
	// NewCodeDays is how long a finding counts as new.
	NewCodeDays *int `json:"newCodeDays,omitempty" minimum:"1" maximum:"3650" doc:"Days for which a finding is new"`
	// AdvisoryDays is how old the advisories may be before the pages say so.
	AdvisoryDays *int `json:"advisoryDays,omitempty" minimum:"1" maximum:"3650" doc:"Age at which advisories are called old"`
	// RetentionDays is how long analyses are kept.
	RetentionDays *int `json:"retentionDays,omitempty" minimum:"1" maximum:"36500" doc:"Days for which analyses are kept"`
}

// DefaultSettings hold where nothing is set.
func DefaultSettings() Settings {
	failOn, no, gates, days, age, keep := string(finding.High), false, []string{}, 30, 7, 365
	return Settings{FailOn: &failOn, NewOnly: &no, AllowPartial: &no, Gates: &gates, NewCodeDays: &days,
		AdvisoryDays: &age, RetentionDays: &keep}
}

// FailOnNothing is the severity limit that no finding reaches.
const FailOnNothing = "none"

// Check returns what is wrong with the settings.
func (s *Settings) Check() error {
	if s.FailOn != nil && *s.FailOn != FailOnNothing {
		if _, err := finding.ParseSeverity(*s.FailOn); err != nil {
			return fmt.Errorf("failOn: %w", err)
		}
	}
	if s.Gates != nil {
		known := []finding.Gate{finding.GateDockerfile, finding.GateImage, finding.GateCode, finding.GateAccess,
			finding.GateCompose}
		for _, g := range *s.Gates {
			if !slices.Contains(known, finding.Gate(g)) {
				return fmt.Errorf("gates: no gate is called %q; there are %v", g, known)
			}
		}
	}
	return nil
}

// Over lays the settings over others, which hold where these say nothing.
func (s Settings) Over(below Settings) Settings {
	lay(&below.FailOn, s.FailOn)
	lay(&below.NewOnly, s.NewOnly)
	lay(&below.AllowPartial, s.AllowPartial)
	lay(&below.Gates, s.Gates)
	lay(&below.NewCodeDays, s.NewCodeDays)
	lay(&below.AdvisoryDays, s.AdvisoryDays)
	lay(&below.RetentionDays, s.RetentionDays)
	return below
}

func lay[T any](below **T, above *T) {
	if above != nil {
		*below = above
	}
}

// globalSettings is the name under which the settings for all projects are kept.
const globalSettings = "settings"

// GlobalSettings are those for all projects, complete.
func (r *Reader) GlobalSettings(ctx context.Context) (Settings, error) {
	text, err := r.Setting(ctx, globalSettings)
	if err != nil || text == "" {
		return DefaultSettings(), err
	}
	var s Settings
	err = json.Unmarshal([]byte(text), &s)
	return s.Over(DefaultSettings()), err
}

// Own are the settings in which a project differs from the global ones.
func (p *Project) Own() (Settings, error) {
	var s Settings
	err := json.Unmarshal([]byte(p.Settings), &s)
	return s, err
}

// SettingsOf are those that hold for a project, complete.
func (r *Reader) SettingsOf(ctx context.Context, p *Project) (Settings, error) {
	global, err := r.GlobalSettings(ctx)
	if err != nil {
		return global, err
	}
	own, err := p.Own()
	return own.Over(global), err
}

// SetGlobalSettings writes those for all projects, as JSON.
func (t *Tx) SetGlobalSettings(ctx context.Context, text string, now time.Time) error {
	return t.SetSetting(ctx, globalSettings, text, now)
}
