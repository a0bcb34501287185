package target

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
)

// IgnoreFile is what keeps files of a build context out of the build.
type IgnoreFile struct {
	Name    string // ".dockerignore", or that of the Dockerfile's own
	matcher *patternmatcher.PatternMatcher
	Lines   []string // its patterns
	Problem string   // why it hides nothing though it is there, "" where it was read
}

// maxIgnore bounds an ignore file.
const maxIgnore = 1 << 20

// ReadIgnore reads the ignore file that a build uses: the Dockerfile's own, as BuildKit has it, else the context's. It
// is nil if there is none. One that cannot be read, or whose patterns no builder would take, hides nothing and says so.
func ReadIgnore(context fs.FS, dockerfile string) *IgnoreFile {
	ig := &IgnoreFile{Name: ".dockerignore"}
	text, err := readOwnIgnore(dockerfile)
	if !errors.Is(err, fs.ErrNotExist) {
		ig.Name = filepath.Base(dockerfile) + ".dockerignore"
	} else if text, err = readContextIgnore(context); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var patterns []string
	if err == nil {
		patterns, err = ignorefile.ReadAll(bytes.NewReader(text))
	}
	if err == nil {
		ig.Lines = patterns
		ig.matcher, err = patternmatcher.New(patterns)
	}
	if err != nil {
		ig.Problem = fmt.Sprintf("%s cannot be used, so that it is taken to hide nothing: %s", ig.Name,
			clierr.Reason(err))
		ig.Lines = nil
		ig.matcher, _ = patternmatcher.New(nil)
	}
	return ig
}

func readOwnIgnore(dockerfile string) ([]byte, error) {
	if dockerfile == "" {
		return nil, fs.ErrNotExist
	}
	return bounded.ReadFile(dockerfile+".dockerignore", maxIgnore)
}

func readContextIgnore(context fs.FS) ([]byte, error) {
	f, err := context.Open(".dockerignore")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded.ReadAll(f, maxIgnore)
}

// Hides reports whether a file never reaches the build; the path is relative to the context, with slashes.
func (ig *IgnoreFile) Hides(path string) bool {
	hit, err := ig.matcher.MatchesOrParentMatches(path)
	return err == nil && hit
}
