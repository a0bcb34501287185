package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed sql/*.sql
var queryFiles embed.FS

// queries are the texts of sql/*.sql by the names that stand above them.
var queries = readQueries()

func readQueries() map[string]string {
	out := map[string]string{}
	files, _ := fs.Glob(queryFiles, "sql/*.sql")
	for _, file := range files {
		text, _ := queryFiles.ReadFile(file)
		for _, part := range strings.Split("\n"+string(text), "\n-- name: ")[1:] {
			name, query, _ := strings.Cut(part, "\n")
			if _, twice := out[name]; twice {
				panic("two queries are called " + name)
			}
			out[name] = strings.TrimSpace(query)
		}
	}
	return out
}

// query is the text of a query by its name.
func (r *Reader) query(name string) string {
	text, ok := r.sql[name]
	if !ok {
		panic("no query is called " + name)
	}
	return text
}

// row is what is scanned: one row, or the row at hand of several.
type row interface{ Scan(to ...any) error }

// one reads a single row.
func one[T any](ctx context.Context, r *Reader, name string, scan func(row) (T, error), args ...any) (T, error) {
	v, err := scan(r.db.QueryRowContext(ctx, r.query(name), args...))
	return v, describe(name, err)
}

// many reads all rows.
func many[T any](ctx context.Context, r *Reader, name string, scan func(row) (T, error), args ...any) ([]T, error) {
	return manyOf(ctx, r, name, r.query(name), scan, args...)
}

// manyOf is many for a text that was completed.
func manyOf[T any](ctx context.Context, r *Reader, name, text string, scan func(row) (T, error),
	args ...any) ([]T, error) {
	rows, err := r.db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, describe(name, err)
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, describe(name, err)
		}
		out = append(out, v)
	}
	return out, describe(name, rows.Err())
}

// exec changes rows and returns their number.
func (t *Tx) exec(ctx context.Context, name string, args ...any) (int64, error) {
	result, err := t.db.ExecContext(ctx, t.query(name), args...)
	if err != nil {
		return 0, describe(name, err)
	}
	return result.RowsAffected()
}

// change is exec for a row that must be there.
func (t *Tx) change(ctx context.Context, name string, args ...any) error {
	n, err := t.exec(ctx, name, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// insert adds a row and returns the key that it got.
func (t *Tx) insert(ctx context.Context, name string, args ...any) (int64, error) {
	return one(ctx, &t.Reader, name, number, args...)
}

func number(r row) (int64, error) {
	var n int64
	err := r.Scan(&n)
	return n, err
}

func text(r row) (string, error) {
	var s string
	err := r.Scan(&s)
	return s, err
}

// describe says which query an error is of.
func describe(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	}
	return fmt.Errorf("database: %s: %w", name, err)
}
