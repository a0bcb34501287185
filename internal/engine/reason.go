package engine

import (
	"context"
	"io"
	"sort"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/secretname"
)

var (
	// errorLine marks the lines in which programs and builders name a cause.
	errorLine = lazyregexp.New(`(?i)\b(error|errno|fatal|failed|exception|panic|cannot|can't|could not|not found|` +
		`no such file|denied|refused|missing|unable to|no matching)\b|Error:`)
	// namesCause marks those of them that name what was missing or refused, rather than what failed for it.
	namesCause = lazyregexp.New(`(?i)no such file|not found|cannot open|permission denied|ImportError|` +
		`ModuleNotFoundError|no module named|cannot find|could not find|undefined (symbol|reference)|` +
		`unable to locate|ENOENT|EACCES`)
	// builderNoise are BuildKit's own lines around the failing command: they repeat the command, not its cause.
	builderNoise = lazyregexp.New(`^(#\d+ (ERROR|CANCELED|DONE|\[)|ERROR: failed to solve|executor failed running|` +
		`failed to solve|------|\s*>|error: failed to solve)`)
	// advice are lines in which a tool tells how to learn more, and that look like errors.
	advice = lazyregexp.New(`^\[ERROR\] (\[Help \d+\] |To see the full|Re-run |For more information|` +
		`After correcting|-> \[Help)|^\[ERROR\]$`)
	// progressMark is what BuildKit's plain progress puts before a line of output: "#10 1.061 ".
	progressMark = lazyregexp.New(`^#\d+ (\d+\.\d+ )?`)
	outputMark   = lazyregexp.New(`^#\d+ \d+\.\d+ `)
	escapeCodes  = lazyregexp.New("\x1b\\[[0-9;?]*[A-Za-z]")
)

// Reason picks the line of a log that most likely tells why something failed: the last one that names something missing
// or refused, else the last that speaks of an error, else the last that the failing command printed. Builder's marks
// and terminal escapes are taken off. A line is cut after 300 bytes.
func Reason(log string) string {
	last, failed, cause, outer, output := "", "", "", "", ""
	for _, line := range strings.Split(escapeCodes.ReplaceAllString(log, ""), "\n") {
		line = strings.TrimSpace(strings.TrimSuffix(line, "\r"))
		if builderNoise.MatchString(line) {
			outer = line
			continue
		}
		printed := outputMark.MatchString(line)
		line = strings.TrimSpace(progressMark.ReplaceAllString(line, ""))
		if line == "" || advice.MatchString(line) {
			continue
		}
		last = line
		if printed {
			output = line
		}
		if errorLine.MatchString(line) {
			failed = line
		}
		if namesCause.MatchString(line) {
			cause = line
		}
	}
	for _, l := range []string{cause, failed, output, outer, last} {
		if l != "" {
			return cut(l, 300)
		}
	}
	return ""
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// redactor strikes values out of text before it is kept or shown.
type redactor []string

// newRedactor takes the values of "NAME=value" pairs. Values shorter than four bytes are left: striking out every
// "1" or "on" would make a log unreadable and hides nothing.
func newRedactor(pairs []string) redactor {
	var r redactor
	for _, p := range pairs {
		if _, v, ok := strings.Cut(p, "="); ok && len(v) >= 4 {
			r = append(r, v)
		}
	}
	sort.Slice(r, func(i, j int) bool { return len(r[i]) > len(r[j]) }) // a value may be part of a longer one
	return r
}

// secretPairs picks, of an image's own environment, what must not be shown: striking out every value would make
// paths and versions in a log unreadable.
func secretPairs(env []string) []string {
	var pairs []string
	for _, p := range env {
		if name, v, _ := strings.Cut(p, "="); secretname.MayHold(name) || strings.Contains(v, "@") {
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// LastWords is the line of a container's output that most likely tells why it ended, its secrets struck out; "" where
// there is none. The container need not be one of a run.
func (e *Engine) LastWords(ctx context.Context, id string) string {
	in, err := e.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil || in.Container.Config == nil {
		return ""
	}
	rc, err := e.api.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true,
		Tail: "200"})
	if err != nil {
		return ""
	}
	defer rc.Close()
	out := &tail{max: logTail}
	if in.Container.Config.Tty {
		_, err = io.Copy(out, io.LimitReader(rc, maxLog))
	} else {
		_, err = stdcopy.StdCopy(out, out, io.LimitReader(rc, maxLog))
	}
	if err != nil && out.buf.Len() == 0 {
		return ""
	}
	return Reason(newRedactor(secretPairs(in.Container.Config.Env)).clean(out.String()))
}

func (r redactor) clean(s string) string {
	for _, v := range r {
		s = strings.ReplaceAll(s, v, "***")
	}
	return s
}
