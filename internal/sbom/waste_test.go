package sbom

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/image/imagetest"
)

// filled is a file of a size.
func filled(path string, size int) imagetest.File {
	return imagetest.File{Name: path, Data: strings.Repeat("x", size)}
}

func TestWaste(t *testing.T) {
	for name, c := range map[string]struct {
		layers [][]imagetest.File
		want   string
	}{
		"nothing": {[][]imagetest.File{{filled("a", 10)}, {filled("b", 5)}}, "1.00 0/15 [0 0]"},
		"removed file": {[][]imagetest.File{{filled("tmp/a", 30), filled("b", 10)}, {filled("tmp/.wh.a", 0)}},
			"0.25 30/40 [30 0] tmp/a:30/1 0>1 removed"},
		"removed folder": {[][]imagetest.File{{filled("c/a", 10), filled("c/d/b", 10), filled("e", 20)},
			{filled(".wh.c", 0)}},
			"0.50 20/40 [20 0] c:20/2 0>1 removed"},
		"replaced": {[][]imagetest.File{{filled("app/a", 10), filled("app/b", 10)}, {filled("app/a", 12)}},
			"0.69 10/32 [10 0] app/a:10/1 0>1 replaced"},
		"changed all at once": {[][]imagetest.File{
			{filled("a/b/c/d", 5), filled("a/b/c/e", 5)}, {filled("a/b/c/d", 5), filled("a/b/c/e", 5)}},
			"0.50 10/20 [10 0] a/b/c:10/2 0>1 replaced"},
		"opaque folder": {[][]imagetest.File{{filled("o/a", 10)}, {filled("o/.wh..wh..opq", 0), filled("o/b", 10)}},
			"0.50 10/20 [10 0] o:10/1 0>1 removed"},
		"a file for a folder": {[][]imagetest.File{{filled("x/a", 10)}, {filled("x", 10)}},
			"0.50 10/20 [10 0] x:10/1 0>1 replaced"},
		"twice": {[][]imagetest.File{{filled("a", 10)}, {filled("a", 20)}, {filled(".wh.a", 0)}},
			"0.00 30/30 [10 20 0] a:20/1 1>2 removed a:10/1 0>1 replaced"},
		"removed and made again": {[][]imagetest.File{{filled("d/a", 10)}, {filled(".wh.d", 0)}, {filled("d/b", 10)}},
			"0.50 10/20 [10 0 0] d:10/1 0>1 removed"},
	} {
		var layers [][]byte
		for _, files := range c.layers {
			layers = append(layers, imagetest.Tar(t, files...))
		}
		w := read(t, layers...).Waste
		if w == nil {
			t.Errorf("%s: no figure", name)
			continue
		}
		got := fmt.Sprintf("%.2f %d/%d %v", w.Efficiency, w.Bytes, w.TotalBytes, w.ByLayer)
		for _, p := range w.Paths {
			how := "replaced"
			if p.Removed {
				how = "removed"
			}
			got += fmt.Sprintf(" %s:%d/%d %d>%d %s", p.Path, p.Bytes, p.Files, p.Layer, p.By, how)
		}
		if got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

// Of more files than are held there is no figure, and no memory is taken for them.
func TestWasteIsBounded(t *testing.T) {
	f := &layerFacts{}
	f.Paths.N = maxWasteFiles + 1
	if w := waste([]*layerFacts{f}); w != nil {
		t.Errorf("%+v", w)
	}
	if w := waste([]*layerFacts{{}, nil}); w != nil {
		t.Errorf("a layer is missing: %+v", w)
	}
}
