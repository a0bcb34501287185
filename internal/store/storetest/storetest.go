// Package storetest gives tests a store of their own, on each database that is at hand.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/store"
)

// Postgres names the PostgreSQL server on which tests make databases of their own, "" for none.
const Postgres = "DRYDOCK_TEST_POSTGRES"

// Each runs a test on a new SQLite database and, where there is a server, on a new PostgreSQL database.
func Each(t *testing.T, test func(*testing.T, *store.Store)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	if os.Getenv(Postgres) != "" {
		t.Run("postgres", func(t *testing.T) { test(t, open(t, postgres(t))) })
	}
}

// SQLite opens a new SQLite database.
func SQLite(t testing.TB) *store.Store { return open(t, t.TempDir()) }

func open(t testing.TB, where string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// postgres makes a database that goes with the test, and returns its address.
func postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Postgres)
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "drydock_" + strings.ToLower(rand.Text())
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + name
	return address.String()
}

// Branch makes a project with a branch and returns the branch's id.
func Branch(t testing.TB, s *store.Store) int64 {
	t.Helper()
	ctx := context.Background()
	var branch int64
	err := s.Update(ctx, func(tx *store.Tx) error {
		project, err := tx.AddProject(ctx, &store.Project{Key: "shop", Name: "Shop", DefaultBranch: "main", Settings: "{}"})
		if err != nil {
			return err
		}
		branch, err = tx.AddBranch(ctx, &store.Branch{Project: project, Name: "main"}, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return branch
}
