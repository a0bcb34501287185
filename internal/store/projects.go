package store

import (
	"context"
	"strings"
	"time"
)

// Project is what analyses are kept under.
type Project struct {
	ID            int64
	Key           string
	Name          string
	DefaultBranch string
	Settings      string // JSON of what differs from the global settings
	Created       time.Time
}

// ProjectRow is a project in a list, with the state of its default branch.
type ProjectRow struct {
	Project
	Branch Branch
}

func (p *Project) fields() []any {
	return []any{&p.ID, &p.Key, &p.Name, &p.DefaultBranch, &p.Settings, moment{&p.Created}}
}

func scanProject(r row) (Project, error) {
	var p Project
	err := r.Scan(p.fields()...)
	return p, err
}

// AddProject adds a project and returns its id.
func (t *Tx) AddProject(ctx context.Context, p *Project) (int64, error) {
	return t.insert(ctx, "add-project", p.Key, p.Name, p.DefaultBranch, p.Settings, stamp(p.Created))
}

// Project returns the project with a key.
func (r *Reader) Project(ctx context.Context, key string) (Project, error) {
	return one(ctx, r, "project-by-key", scanProject, key)
}

// ProjectByID returns the project with an id.
func (r *Reader) ProjectByID(ctx context.Context, id int64) (Project, error) {
	return one(ctx, r, "project-by-id", scanProject, id)
}

// ChangeProject writes the name, default branch and settings of a project.
func (t *Tx) ChangeProject(ctx context.Context, p *Project) error {
	return t.change(ctx, "change-project", p.Name, p.DefaultBranch, p.Settings, p.ID)
}

// DeleteProject deletes a project with all that hangs on it.
func (t *Tx) DeleteProject(ctx context.Context, id int64) error {
	return t.change(ctx, "delete-project", id)
}

// Page is a part of a list.
type Page struct{ Limit, Offset int }

// Visible says which projects somebody sees: all, or those with a role of the user, and one more.
type Visible struct {
	All     bool
	User    int64
	Project int64
}

// Projects lists those that somebody sees, worst first; search is a part of the key or name, "" for all.
func (r *Reader) Projects(ctx context.Context, search string, v Visible, p Page) ([]ProjectRow, error) {
	like := contains(search)
	return many(ctx, r, "list-projects", scanProjectRow, search, like, like, v.All, v.User, v.Project, p.Limit, p.Offset)
}

// CountProjects is the number of projects that Projects lists in all.
func (r *Reader) CountProjects(ctx context.Context, search string, v Visible) (int64, error) {
	like := contains(search)
	return one(ctx, r, "count-projects", number, search, like, like, v.All, v.User, v.Project)
}

func scanProjectRow(r row) (ProjectRow, error) {
	var p ProjectRow
	b := &p.Branch
	err := r.Scan(append(p.fields(), &b.ID, &b.Analysis, moment{&b.Analysed}, &b.Verdict, &b.Open.Critical, &b.Open.High,
		&b.Open.Medium, &b.Open.Low, &b.Open.Info, &b.Open.Unknown, &b.Fresh, &b.Worst)...)
	b.Name, b.Project = p.DefaultBranch, p.ID
	return p, err
}

// contains is the pattern of LIKE for texts that have a part, in lower case.
func contains(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(part)) + "%"
}
