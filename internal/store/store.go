// Package store keeps what the server knows: projects, tokens, users, analyses, findings, packages, decisions, jobs.
//
// There is one API and one text of each query, in sql/, for both databases: SQLite in a folder, with one connection that
// writes, and PostgreSQL. Reads are methods of Reader, which a Store and a transaction both have; changes are methods of
// Tx, so that a change and its line in the audit log are one.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver of PostgreSQL
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver of SQLite

	"github.com/drydock/drydock/internal/clierr"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNotFound says that there is no such row.
var ErrNotFound = errors.New("not found")

// Reader reads. What it has of a transaction it sees with the transaction's changes.
type Reader struct {
	db   querier
	sql  map[string]string   // the queries by name, in the dialect's words
	bind func(string) string // puts a text into the dialect's words
}

// Store is an open database.
type Store struct {
	Reader
	writer  *sql.DB
	readers *sql.DB
	dialect dialect
	lock    string // file that keeps two processes from migrating at once, "" where the database does that
}

// Tx is a change in the making.
type Tx struct{ Reader }

// querier is what a database and a transaction have in common.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens the database at a postgres:// address, or else the SQLite database in a folder, which is made if need be,
// and brings its tables up to date.
func Open(ctx context.Context, where string) (*Store, error) {
	s, err := connect(where)
	if err != nil {
		return nil, err
	}
	if err := s.Migrate(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func connect(where string) (*Store, error) {
	if strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://") {
		return openPostgres(where)
	}
	return openSQLite(where)
}

func openPostgres(address string) (*Store, error) {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return nil, clierr.Usage("the database's address cannot be read") // it may hold a password
	}
	const connections = 10
	db.SetMaxOpenConns(connections)
	db.SetConnMaxIdleTime(idleTime)
	return newStore(db, db, postgres), nil
}

const (
	sqliteFile    = "drydock.db"
	sqliteReaders = 4
	idleTime      = time.Minute
)

func openSQLite(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, clierr.InputErr(dir, err)
	}
	path := filepath.Join(dir, sqliteFile)
	// made here, since SQLite would make it as the umask says
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, clierr.InputErr(path, err)
	}
	if err := f.Close(); err != nil {
		return nil, clierr.InputErr(path, err)
	}
	pragmas := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "cache_size(-4000)", "temp_store(MEMORY)"}}
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() + "?" + pragmas.Encode()
	writer, err := sql.Open("sqlite", name+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	readers, err := sql.Open("sqlite", name+"&_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	readers.SetMaxOpenConns(sqliteReaders)
	readers.SetConnMaxIdleTime(idleTime)
	s := newStore(writer, readers, sqlite)
	s.lock = filepath.Join(dir, "migrate.lock")
	return s, nil
}

func newStore(writer, readers *sql.DB, d dialect) *Store {
	bound := make(map[string]string, len(queries))
	for name, text := range queries {
		bound[name] = d.bind(text)
	}
	return &Store{Reader: Reader{db: readers, sql: bound, bind: d.bind}, writer: writer, readers: readers, dialect: d}
}

// Close closes the database.
func (s *Store) Close() error {
	err := s.writer.Close()
	if s.readers != s.writer {
		err = errors.Join(err, s.readers.Close())
	}
	return err
}

// Ready reports whether the database answers.
func (s *Store) Ready(ctx context.Context) error { return s.readers.PingContext(ctx) }

// Update makes a change as one: all of it, or on an error nothing.
func (s *Store) Update(ctx context.Context, change func(*Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to take back
	if err := change(&Tx{Reader{db: tx, sql: s.sql, bind: s.bind}}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// provider runs the migrations.
func (s *Store) provider() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(s.dialect.name, s.writer, translated{files, s.dialect.words})
}

// Migrate brings the tables up to date.
func (s *Store) Migrate(ctx context.Context) error {
	if s.lock != "" {
		lock := flock.New(s.lock, flock.SetPermissions(0o600))
		if err := lock.Lock(); err != nil {
			return clierr.InputErr(s.lock, err)
		}
		defer lock.Unlock() //nolint:errcheck // the lock ends with the process
	}
	p, err := s.provider()
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("database: bringing its tables up to date: %w", err)
	}
	return nil
}

// stamp is a time as the tables have it.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// moment reads a column of a time.
type moment struct{ to *time.Time }

// Scan takes the column over.
func (m moment) Scan(value any) error {
	ms, ok := value.(int64)
	switch {
	case !ok:
		return fmt.Errorf("a time of type %T", value)
	case ms == 0:
		*m.to = time.Time{}
	default:
		*m.to = time.UnixMilli(ms).UTC()
	}
	return nil
}
