package scanner

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxLine bounds the text of a line, so that it stays under 4 KB with every character escaped: scanners break lines
// that are much longer, or print them as they are.
const maxLine = 600

// Log tells a scanner what to show: a line of JSON each, of printable ASCII.
type Log struct {
	mu      sync.Mutex
	w       io.Writer
	verbose bool
	hide    []string // texts that no line may hold
}

// NewLog writes to w. What is to be hidden, a token, is put out as stars.
func NewLog(w io.Writer, verbose bool, hide ...string) *Log {
	l := &Log{w: w, verbose: verbose}
	for _, h := range hide {
		if h != "" {
			l.hide = append(l.hide, h)
		}
	}
	return l
}

// Info, Warn, Error and Debug write a message; one of several lines becomes as many.
func (l *Log) Info(format string, args ...any)  { l.write("INFO", format, args...) }
func (l *Log) Warn(format string, args ...any)  { l.write("WARN", format, args...) }
func (l *Log) Error(format string, args ...any) { l.write("ERROR", format, args...) }
func (l *Log) Debug(format string, args ...any) {
	if l.verbose {
		l.write("DEBUG", format, args...)
	}
}

func (l *Log) write(level, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, h := range l.hide {
		text = strings.ReplaceAll(text, h, "***")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		for first := true; first || line != ""; first = false {
			n := min(len(line), maxLine)
			for n < len(line) && n > 0 && !utf8.RuneStart(line[n]) {
				n--
			}
			l.line(level, line[:n])
			line = line[n:]
		}
	}
}

func (l *Log) line(level, message string) {
	data, err := json.Marshal(struct {
		Level   string `json:"level"`
		Message string `json:"message"`
	}{level, message})
	if err != nil { // two texts always can be written
		return
	}
	var b strings.Builder
	for _, c := range string(data) {
		switch {
		case c < 0x80:
			b.WriteRune(c)
		case c > 0xffff:
			c -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	b.WriteByte('\n')
	_, _ = io.WriteString(l.w, b.String())
}
