package stack

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/lazyregexp"
)

const maxEnvFile = 1 << 20 // bytes of a file of variables or labels

var dotenvLine = lazyregexp.New(`line (\d+)`)

// quiet keeps the library from writing to standard error which variables of a .env file have no value.
var quiet = sync.OnceFunc(func() { logrus.SetOutput(io.Discard) })

// readEnvFile reads NAME=value lines; a file that is not there has none. What could be read before an error counts. The
// library's own words are not passed on: they quote the file, which is where secrets live.
func readEnvFile(path, rel string, env lookup) (map[string]string, *clierr.Error) {
	text, err := bounded.ReadFile(path, maxEnvFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, clierr.InputErr(rel, reasonOf(err)).WithHint("Its variables count as unknown.")
	}
	if grown(text) > maxEnvFile {
		return nil, clierr.Input(rel, "its variables put more than %d MB into one another", maxEnvFile>>20).WithHint("Its variables count as unknown.")
	}
	quiet()
	vars, err := dotenv.UnmarshalWithLookup(string(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))), dotenv.LookupFn(env))
	if err != nil {
		e := clierr.Input(rel, "not a file of NAME=value lines").WithHint("Docker Compose refuses it; variables after this line count as unknown.")
		if m := dotenvLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ := strconv.Atoi(m[1])
			e = e.At(line, 0)
		}
		return vars, e
	}
	return vars, nil
}

var (
	envLine = lazyregexp.New(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*[=:]`)
	envRef  = lazyregexp.New(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)
)

// grown is at least the bytes that the variables of a file come to once each is put in where a later one uses it.
func grown(text []byte) int {
	sizes := map[string]int{}
	name, total := "", 0
	for line := range bytes.Lines(text) {
		if m := envLine.FindSubmatch(line); m != nil {
			name = string(m[1])
			sizes[name] = 0
		}
		size := len(line)
		for _, ref := range envRef.FindAllSubmatch(line, -1) {
			size += sizes[string(ref[1])]
		}
		sizes[name] += size
		if total += size; total > maxEnvFile {
			return total
		}
	}
	return total
}

// readRawEnvFile reads NAME=value lines of which Compose says `format: raw`: quotes, dollar signs and all are the value's. A
// name alone takes its value from the environment.
func readRawEnvFile(path, rel string, env lookup) (map[string]string, *clierr.Error) {
	text, err := bounded.ReadFile(path, maxEnvFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, clierr.InputErr(rel, reasonOf(err)).WithHint("Its variables count as unknown.")
	}
	vars := map[string]string{}
	number := 0
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))) {
		number++
		line = bytes.TrimLeft(bytes.TrimRight(line, "\r\n"), " \t")
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		name, value, has := strings.Cut(string(line), "=")
		if name == "" || strings.ContainsAny(name, " \t") || !utf8.Valid(line) {
			return vars, clierr.Input(rel, "not a file of NAME=value lines").At(number, 0).
				WithHint("Docker Compose refuses it; variables after this line count as unknown.")
		}
		if !has {
			if value, has = env(name); !has {
				continue
			}
		}
		vars[name] = value
	}
	return vars, nil
}

// envFile reads a file for the host; what is wrong with it is a problem of the host. whole is false where there is one.
func (h *hostReader) envFile(path string, env lookup) (vars map[string]string, whole bool) {
	vars, err := readEnvFile(path, h.rel(path), env)
	return vars, h.sound(err)
}

// rawEnvFile does the same for a file in the raw format.
func (h *hostReader) rawEnvFile(path string, env lookup) (vars map[string]string, whole bool) {
	vars, err := readRawEnvFile(path, h.rel(path), env)
	return vars, h.sound(err)
}

func (h *hostReader) sound(err *clierr.Error) bool {
	if err != nil {
		h.problem(err)
	}
	return err == nil
}

// withEnvFiles adds files to an environment: a later file wins over an earlier one, what the environment has already
// over both.
func (h *hostReader) withEnvFiles(env lookup, files []string) lookup {
	vars := map[string]string{}
	for _, f := range files {
		more, _ := h.envFile(f, both(env, vars))
		maps.Copy(vars, more)
	}
	return both(env, vars)
}

func both(env lookup, vars map[string]string) lookup {
	return func(name string) (string, bool) {
		v, ok := env(name)
		if more, set := vars[name]; !ok && set {
			return more, true
		}
		return v, ok
	}
}
