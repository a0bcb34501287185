package ingest

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/finding"
)

// identities tells what each finding of an analysis is, apart from where its line happens to stand.
type identities struct {
	root string         // folder of the project that the analysis saw as its root
	seen map[string]int // how often the same was met
}

func newIdentities(root string) *identities { return &identities{root: root, seen: map[string]int{}} }

// path is a path of the analysis as the project's root sees it.
func (x *identities) path(p string) string {
	if p == "" || path.IsAbs(p) {
		return p
	}
	return path.Join(x.root, p)
}

// of is the identity of a finding. A package's vulnerability is told by package and version, all else by its rule, place
// and text; findings that share all of that are numbered in their order.
func (x *identities) of(f *reported) int64 {
	parts := []string{string(f.Gate), f.Rule}
	switch {
	case f.Package != nil && f.Advisory != nil:
		kind, _, _ := strings.Cut(f.Package.PURL, "/")
		parts = append(parts, kind, f.Package.Name, f.Package.Version)
	case f.Location.Path == "" || f.Gate == finding.GateAccess || f.Gate == finding.GateCompose:
		parts = append(parts, x.path(f.Location.Path), f.Service, f.Router, f.Title)
	default:
		parts = append(parts, x.path(f.Location.Path), cmp.Or(f.snippetSum(), f.Title))
	}
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	sum := string(h.Sum(nil))
	n := x.seen[sum]
	x.seen[sum]++
	if n > 0 {
		again := sha256.Sum256(fmt.Appendf([]byte(sum), "%d", n))
		sum = string(again[:])
	}
	return int64(binary.BigEndian.Uint64([]byte(sum))) // #nosec G115: any 64 bits will do
}

// reported is a finding as documents have it.
type reported struct {
	finding.Finding
	Kind string `json:"kind"`
	// SnippetSum stands for a snippet that was not to leave the machine that scanned.
	SnippetSum string `json:"snippetSum"`
}

// snippetSum is a sum of the finding's text without its spacing, "" where there is none.
func (f *reported) snippetSum() string {
	if f.Snippet == "" {
		return f.SnippetSum
	}
	return SnippetSum(f.Snippet)
}

// SnippetSum stands for a snippet whose text is not uploaded.
func SnippetSum(snippet string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(snippet), " ")))
	return hex.EncodeToString(sum[:8])
}
