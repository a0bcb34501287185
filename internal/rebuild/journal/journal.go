// Package journal is what a deploy writes down before it does the next thing, so that a run that was killed at any line
// is taken up again: which image is live, which containers were there before, how far it came. One folder a stack,
// below the data folder; a lock file in it lets one run work at a time.
package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/safefile"
)

// Schema is the name and version of the file.
const Schema = "drydock.journal/1"

// Step is how far a deploy came.
type Step string

// The steps, in their order. Up to Ready the old image is live and an interrupted run is rolled back; from Switched on
// the new one is, and what is left to do is finished.
const (
	Begun      Step = "begun"    // the old image is tagged; nothing else was touched
	Starting   Step = "starting" // the new containers are being started
	Ready      Step = "ready"    // they answer; the old ones are still there
	Switched   Step = "switched" // requests go to the new ones
	Done       Step = "done"
	RolledBack Step = "rolled-back"
)

// Open reports whether a deploy stopped on the way.
func (s Step) Open() bool { return s != Done && s != RolledBack }

// Entry is one image's deploy, the last of each image.
type Entry struct {
	ID         string      `json:"id"` // of the deploy: the label of what it makes
	Image      string      `json:"image"`
	Project    string      `json:"project"`
	Services   []string    `json:"services"`
	Step       Step        `json:"step"`
	Live       string      `json:"live"` // id of the image that serves
	OldImage   string      `json:"oldImage"`
	NewImage   string      `json:"newImage"`
	KeptAs     string      `json:"keptAs"` // name under which the old image is kept for a roll-back
	Containers []Container `json:"containers"`
	Started    time.Time   `json:"started"`
	Changed    time.Time   `json:"changed"`
	Reason     string      `json:"reason"` // why it was rolled back
}

// Container is one that the deploy replaces.
type Container struct {
	ID      string `json:"id"`
	Name    string `json:"name"` // its name before, without a slash
	Service string `json:"service"`
	Stopped bool   `json:"stopped"` // it did not run before either
}

type file struct {
	Schema  string  `json:"schema"`
	Stack   string  `json:"stack"`
	Dir     string  `json:"dir"`
	Entries []Entry `json:"entries"`
}

// Journal is one stack's.
type Journal struct {
	Dir  string // the stack's folder: journal, lock, history, logs
	lock *flock.Flock
	file file
}

const (
	maxFile     = 4 << 20
	fileName    = "journal.json"
	privateMode = 0o700
)

// Open makes the stack's folder below data, takes its lock and reads its journal. A second run on the same stack is
// refused: the error wraps ErrBusy. Close releases the lock, and so does the end of the process, however it ends.
func Open(data, stack, dir string) (*Journal, error) {
	j := &Journal{Dir: Folder(data, stack, dir), file: file{Schema: Schema, Stack: stack, Dir: dir}}
	if err := os.MkdirAll(j.Dir, privateMode); err != nil {
		return nil, clierr.InputErr(j.Dir, err).WithHint("drydock keeps its state there; DRYDOCK_HOME names another.")
	}
	j.lock = flock.New(filepath.Join(j.Dir, "lock"))
	ok, err := j.lock.TryLock()
	if err != nil {
		return nil, clierr.InputErr(j.lock.Path(), err)
	}
	if !ok {
		return nil, clierr.InputErr(j.lock.Path(), ErrBusy).
			WithHint("One run at a time works on a stack; this one may be run again when the other has ended.")
	}
	if err := j.read(); err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

// ErrBusy means that another run works on the stack.
var ErrBusy = errors.New("another rebuild of this stack is running")

// Folder is where a stack's state lies. Two projects of one name in two folders have one each.
func Folder(data, stack, dir string) string {
	sum := sha256.Sum256([]byte(dir))
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == '.' || r < ' ' {
			return '-'
		}
		return r
	}, stack)
	return filepath.Join(data, "rebuild", name+"-"+hex.EncodeToString(sum[:4]))
}

func (j *Journal) read() error {
	path := filepath.Join(j.Dir, fileName)
	text, err := bounded.ReadFile(path, maxFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return clierr.InputErr(path, err)
	}
	var f file
	if err := json.Unmarshal(text, &f); err != nil || f.Schema != Schema {
		return clierr.Input(path, "the journal cannot be read (%s)", reason(err, f.Schema)).WithHint("It says which " +
			"image is live. Look with `docker ps` that the right one runs, then move the file away.")
	}
	j.file.Entries = f.Entries
	return nil
}

func reason(err error, schema string) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("its schema is %q, not %q", schema, Schema)
}

// Close releases the lock.
func (j *Journal) Close() error { return j.lock.Unlock() }

// Entries are the last deploys, one an image.
func (j *Journal) Entries() []Entry { return slices.Clone(j.file.Entries) }

// Put writes an entry in the place of the image's last one. When it returns without an error the entry is on the disk.
func (j *Journal) Put(e Entry) error {
	e.Changed = time.Now().UTC()
	next := slices.Clone(j.file.Entries)
	if i := slices.IndexFunc(next, func(o Entry) bool { return o.Image == e.Image }); i >= 0 {
		next[i] = e
	} else {
		next = append(next, e)
	}
	out := j.file
	out.Entries = next
	path := filepath.Join(j.Dir, fileName)
	err := safefile.Create(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	})
	if err == nil {
		err = syncDir(j.Dir)
	}
	if err != nil {
		return clierr.InputErr(path, err).WithHint("Nothing goes on without the journal; is the disk full?")
	}
	j.file.Entries = next
	return nil
}

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// All reads the journals of every stack below data, without their locks, for those that only ask what is in use.
func All(data string) ([]Entry, error) {
	paths, err := filepath.Glob(filepath.Join(data, "rebuild", "*", fileName))
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, p := range paths {
		j := &Journal{Dir: filepath.Dir(p)}
		if err := j.read(); err != nil {
			return nil, err
		}
		all = append(all, j.file.Entries...)
	}
	return all, nil
}
