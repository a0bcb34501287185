package store_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/store"
	"github.com/drydock/drydock/internal/store/storetest"
)

var now = time.UnixMilli(1_790_000_000_000).UTC()

func TestProjectRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		want := store.Project{Key: "shop", Name: "Shop", DefaultBranch: "main", Settings: "{}", Created: now}
		err := s.Update(ctx, func(tx *store.Tx) (err error) {
			want.ID, err = tx.AddProject(ctx, &want)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Project(ctx, "shop")
		if err != nil || got != want {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
		if _, err := s.Project(ctx, "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a project that is not there: %v", err)
		}
		rows, err := s.Projects(ctx, "SH", store.Visible{All: true}, store.Page{Limit: 10})
		if err != nil || len(rows) != 1 || rows[0].Key != "shop" {
			t.Errorf("search: %+v, %v", rows, err)
		}
		if n, err := s.CountProjects(ctx, "", store.Visible{}); n != 0 || err != nil {
			t.Errorf("somebody without rights counts %d projects, %v", n, err)
		}
	})
}

func TestUpdateTakesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		broken := errors.New("broken")
		err := s.Update(ctx, func(tx *store.Tx) error {
			if err := tx.SetSetting(ctx, "a", "1", now); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if v, err := s.Setting(ctx, "a"); v != "" || err != nil {
			t.Errorf("the setting is %q, %v", v, err)
		}
	})
}

func TestFindingsKeepIdentityAndCloseByScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		branch := storetest.Branch(t, s)
		scan, scanner := &store.Scope{Bit: 0}, &store.Scope{Bit: 1}
		add := func(analysis int64, seen int64, line int) {
			t.Helper()
			f := store.Finding{Identity: 7, Gate: "code", Rule: "sql", Severity: "high", Status: "open", Reported: "open",
				Priority: 80, Line: line, CWE: []int{89}, OWASP: store.OWASPBits("A05:2025"), Seen: seen,
				FirstAnalysis: analysis, LastAnalysis: analysis, FirstSeen: now, Detail: []byte("x")}
			err := s.Update(ctx, func(tx *store.Tx) error {
				if err := tx.AddFindings(ctx, branch, []store.Finding{f}); err != nil {
					return err
				}
				return tx.Recount(ctx, branch)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		closed := func(scope *store.Scope, analysis int64) int64 {
			t.Helper()
			var n int64
			err := s.Update(ctx, func(tx *store.Tx) (err error) {
				n, err = tx.CloseUnseen(ctx, branch, "code", scope, analysis, now)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		add(1, scan.Mask(), 10)
		add(2, scan.Mask()|scanner.Mask(), 20)
		if n := closed(scan, 3); n != 0 {
			t.Errorf("closed %d though the other scope still sees it", n)
		}
		if n := closed(scanner, 4); n != 1 {
			t.Errorf("closed %d, want 1: no scope sees it any more", n)
		}
		list, err := s.Findings(ctx, branch, &store.Filter{CWE: 89, OWASP: store.OWASPBits("A05:2025")}, store.Page{Limit: 9})
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		f := list[0]
		if f.Line != 20 || f.Status != store.FindingClosed || f.FirstAnalysis != 1 || f.LastAnalysis != 2 {
			t.Errorf("finding is %+v", f)
		}
		if d, err := s.FindingDetail(ctx, f.ID); string(d) != "x" || err != nil {
			t.Errorf("detail %q, %v", d, err)
		}
		b, err := s.BranchByID(ctx, branch)
		if err != nil || b.Open.High != 1 || b.Worst != 80 {
			t.Errorf("counted before the closing: %+v, %v", b, err)
		}
	})
}

func TestDecisionHoldsInAllBranches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		branch := storetest.Branch(t, s)
		b, err := s.BranchByID(ctx, branch)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Update(ctx, func(tx *store.Tx) error {
			f := store.Finding{Identity: -5, Gate: "code", Severity: "low", Status: "open", Reported: "open", Seen: 1,
				Detail: []byte("x")}
			if err := tx.AddFindings(ctx, branch, []store.Finding{f}); err != nil {
				return err
			}
			return tx.Decide(ctx, b.Project, &store.Decision{Identity: -5, State: store.Accepted, Owner: "kim",
				Reason: "behind a login", Made: now, MadeBy: "kim"})
		})
		if err != nil {
			t.Fatal(err)
		}
		counts, err := s.Counts(ctx, branch)
		if err != nil || len(counts) != 1 || counts[0].Status != store.FindingTriaged {
			t.Errorf("counts %+v, %v", counts, err)
		}
		current, err := s.CurrentDecisions(ctx, b.Project)
		if d := current[-5]; err != nil || d.Owner != "kim" {
			t.Errorf("decision %+v, %v", d, err)
		}
	})
}

func TestDatabaseIsPrivate(t *testing.T) {
	dir := t.TempDir() + "/data"
	s, err := store.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, want := range map[string]os.FileMode{dir: 0o700, dir + "/drydock.db": 0o600} {
		st, err := os.Stat(name)
		if err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", name, st.Mode().Perm(), err, want)
		}
	}
}
