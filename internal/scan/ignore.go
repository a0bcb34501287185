package scan

import (
	"bytes"
	"io/fs"
	"path/filepath"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/drydock/drydock/internal/bounded"
)

// ignoreFile is what keeps files of a build context out of the build.
type ignoreFile struct {
	name    string // ".dockerignore", or that of the Dockerfile's own
	matcher *patternmatcher.PatternMatcher
}

// maxIgnore bounds an ignore file.
const maxIgnore = 1 << 20

// readIgnore reads the ignore file that a build uses: the Dockerfile's own, as BuildKit has it, else the context's. It is
// nil if there is none. One whose patterns no builder would take hides nothing.
func readIgnore(context fs.FS, dockerfile string) *ignoreFile {
	ig := &ignoreFile{name: ".dockerignore"}
	text, err := readOwnIgnore(dockerfile)
	if err == nil {
		ig.name = filepath.Base(dockerfile) + ".dockerignore"
	} else if text, err = readContextIgnore(context); err != nil {
		return nil
	}
	patterns, _ := ignorefile.ReadAll(bytes.NewReader(text))
	m, err := patternmatcher.New(patterns)
	if err != nil {
		m, _ = patternmatcher.New(nil)
	}
	ig.matcher = m
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

// hides tells whether a file never reaches the build; the path is relative to the context, with slashes.
func (ig *ignoreFile) hides(path string) bool {
	hit, err := ig.matcher.MatchesOrParentMatches(path)
	return err == nil && hit
}
