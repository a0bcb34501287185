package pages

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/server/core"
	"github.com/drydock/drydock/internal/store"
)

// settingsForm is the settings of a project or of all, as a form.
type settingsForm struct {
	Own, Holds store.Settings
	Inherits   bool // a project's, which takes from the global settings what it does not say
	Severities []string
	Gates      []gateChoice
	Saved      bool
	Action     string
	Key        string
}

type gateChoice struct {
	Name string
	On   bool
}

// FailOn is the severity that is set here, "" for none.
func (f settingsForm) FailOn() string {
	if f.Own.FailOn == nil {
		return ""
	}
	return *f.Own.FailOn
}

// NewOnly is what is set here, as the form has it.
func (f settingsForm) NewOnly() string { return answer(f.Own.NewOnly) }

// AllowPartial is what is set here, as the form has it.
func (f settingsForm) AllowPartial() string { return answer(f.Own.AllowPartial) }

// answer is a setting as the form has it: "" where it is not set.
func answer(set *bool) string {
	switch {
	case set == nil:
		return ""
	case *set:
		return "yes"
	}
	return "no"
}

var gateNames = []finding.Gate{
	finding.GateImage,
	finding.GateAccess,
	finding.GateDockerfile,
	finding.GateCode,
	finding.GateCompose,
}

func newSettingsForm(v *visit, own, holds store.Settings, inherits bool, key string) settingsForm {
	f := settingsForm{
		Own:        own,
		Holds:      holds,
		Inherits:   inherits,
		Saved:      v.r.URL.Query().Has("saved"),
		Action:     v.r.URL.Path,
		Key:        key,
		Severities: []string{"critical", "high", "medium", "low", store.FailOnNothing},
	}
	for _, g := range gateNames {
		on := false
		if own.Gates != nil {
			for _, name := range *own.Gates {
				on = on || name == string(g)
			}
		}
		f.Gates = append(f.Gates, gateChoice{string(g), on})
	}
	return f
}

func (p *Pages) settings(v *visit) error {
	s, err := p.Core.GlobalSettings(v.ctx, v.who)
	if err != nil {
		return err
	}
	return p.show(v, "settings", page{Title: "Settings for all projects", Data: newSettingsForm(v, s, s, false, "")})
}

func (p *Pages) saveSettings(v *visit) error {
	s, err := readSettings(v)
	if err == nil {
		err = p.Core.SetGlobalSettings(v.ctx, v.who, s)
	}
	if err != nil {
		return err
	}
	return back(v, "/settings?saved")
}

func (p *Pages) projectSettings(v *visit) error {
	project, err := p.Core.Project(v.ctx, v.who, v.key(), core.Read)
	if err != nil {
		return err
	}
	own, holds, err := p.Core.ProjectSettings(v.ctx, v.who, v.key())
	if err != nil {
		return err
	}
	return p.show(v, "settings", page{Title: project.Name, Project: &project, Tab: "settings",
		Data: newSettingsForm(v, own, holds, true, project.Key)})
}

func (p *Pages) saveProjectSettings(v *visit) error {
	s, err := readSettings(v)
	if err == nil {
		err = p.Core.SetProjectSettings(v.ctx, v.who, v.key(), s)
	}
	if err != nil {
		return err
	}
	return back(v, v.r.URL.Path+"?saved")
}

// readSettings reads the form; what is left empty is taken from above.
func readSettings(v *visit) (store.Settings, error) {
	var s store.Settings
	form := v.r.PostFormValue
	if text := form("failOn"); text != "" {
		s.FailOn = &text
	}
	for name, to := range map[string]**bool{"newOnly": &s.NewOnly, "allowPartial": &s.AllowPartial} {
		if text := form(name); text != "" {
			yes := text == "yes"
			*to = &yes
		}
	}
	for name, to := range map[string]**int{"newCodeDays": &s.NewCodeDays, "advisoryDays": &s.AdvisoryDays,
		"retentionDays": &s.RetentionDays} {
		text := strings.TrimSpace(form(name))
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 36_500 {
			return s, &core.Error{Kind: core.Invalid, Msg: "a number of days is a whole number from 1 to 36500"}
		}
		*to = &n
	}
	if form("gatesSet") != "" {
		gates := append([]string{}, v.r.PostForm["gates"]...)
		s.Gates = &gates
	}
	return s, nil
}

func (p *Pages) deleteProject(v *visit) error {
	if v.r.PostFormValue("key") != v.key() {
		return &core.Error{Kind: core.Invalid, Msg: "the key that was written is not the project's",
			Hint: "Write it as it is shown, so that nothing is deleted by accident."}
	}
	if err := p.Core.DeleteProject(v.ctx, v.who, v.key()); err != nil {
		return err
	}
	return back(v, "/")
}

func (p *Pages) tokens(v *visit) error {
	list, err := p.Core.Tokens(v.ctx, v.who, v.key(), store.Page{Limit: 200})
	if err != nil {
		return err
	}
	pg := page{Title: "Tokens of all projects", Data: struct {
		Rows []store.Token
		Base string // address of the page
	}{list, v.r.URL.Path}}
	if v.key() != "" {
		project, err := p.Core.Project(v.ctx, v.who, v.key(), core.Manage)
		if err != nil {
			return err
		}
		pg.Title, pg.Project, pg.Tab = project.Name, &project, "tokens"
	}
	return p.show(v, "tokens", pg)
}

func (p *Pages) newToken(v *visit) error {
	days, _ := strconv.Atoi(v.r.PostFormValue("days"))
	n := core.NewToken{
		Name:     strings.TrimSpace(v.r.PostFormValue("name")),
		Scope:    v.r.PostFormValue("scope"),
		Project:  v.key(),
		PullOnly: v.r.PostFormValue("pullOnly") != "",
		Days:     days,
	}
	if v.key() != "" {
		project, err := p.Core.Project(v.ctx, v.who, v.key(), core.Manage)
		if err != nil {
			return err
		}
		return p.offer(v, &project, n)
	}
	t, secret, err := p.Core.CreateToken(v.ctx, v.who, n)
	if err != nil {
		return err
	}
	return p.show(
		v,
		"start",
		page{Title: "New token", Data: start{Token: secret, Expires: dated(t.Expires, "2006-01-02")}},
	)
}

func (p *Pages) revokeToken(v *visit) error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return &core.Error{Kind: core.NotFound, Msg: "there is no such token"}
	}
	if err := p.Core.RevokeToken(v.ctx, v.who, id); err != nil {
		return err
	}
	if v.key() != "" {
		return back(v, "/projects/"+url.PathEscape(v.key())+"/tokens")
	}
	return back(v, "/tokens")
}

func (p *Pages) audit(v *visit) error {
	n, pg := paging(v.r.URL.Query())
	list, err := p.Core.AuditLog(v.ctx, v.who, v.key(), pg)
	if err != nil {
		return err
	}
	out := page{Title: "Audit log", Data: struct {
		Rows  []store.Entry
		Pager pager
	}{list, openPager(v, n, len(list))}}
	if v.key() != "" {
		project, err := p.Core.Project(v.ctx, v.who, v.key(), core.Manage)
		if err != nil {
			return err
		}
		out.Title, out.Project, out.Tab = project.Name, &project, "audit"
	}
	return p.show(v, "audit", out)
}
