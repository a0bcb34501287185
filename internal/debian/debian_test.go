package debian_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/debian"
)

func TestParser(t *testing.T) {
	text := "Package: a\r\nStatus: install ok installed\nDescription: x\n more: of it\nVersion: 1\n\n\n" +
		"no field\nPackage: b\nStatus: deinstall ok config-files\nVersion:2\n\n\x00: c\n:\nPackage: last"
	var got []string
	p := debian.NewParser(func(line int, p *debian.Paragraph) error {
		got = append(got, fmt.Sprintf("%d %s %s %v", line, p[debian.Package], p[debian.Version], p.Removed()))
		if p[debian.Version] == "" {
			return fmt.Errorf("line %d: no version", line)
		}
		return nil
	})
	if err := debian.Lines(strings.NewReader(text), p.Line); err != nil {
		t.Fatal(err)
	}
	err := p.End()
	if want := "1 a 1 false|9 b 2 true|15 last  false"; strings.Join(got, "|") != want {
		t.Errorf("%q, want %q", strings.Join(got, "|"), want)
	}
	if want := "line 8: not a field (and 3 more faults)"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"var/lib/dpkg/status": "status", "usr/lib/dpkg/status": "status", "var/lib/dpkg/status-old": "",
		"var/lib/dpkg/status.d/base": "status", "var/lib/dpkg/status.d/base.md5sums": "",
		"var/lib/dpkg/info/libc6:amd64.list": "list of libc6", "var/lib/dpkg/info/bash.list": "list of bash",
		"var/lib/dpkg/info/bash.md5sums": "", "app/var/lib/dpkg/status": "",
	} {
		got := ""
		switch {
		case debian.IsStatus(name):
			got = "status"
		case debian.IsList(name):
			got = "list of " + debian.Owner(name)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestLinesAreBounded(t *testing.T) {
	if err := debian.Lines(strings.NewReader(strings.Repeat("a", 5<<20)), func([]byte) {}); err == nil {
		t.Error("a line of 5 MB was read")
	}
}
