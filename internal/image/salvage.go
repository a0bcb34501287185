package image

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
)

// salvage makes what can be made of an archive that broke off before its manifest. The configuration, if it had passed,
// tells the layers and their order; else older engines' own files do, by naming each layer's parent; else the order in
// which the layers came stands for it.
func (s *streamed) salvage() *Image {
	m := &Image{}
	if info, ok := s.configuration(); ok {
		m.Info = info
		left := s.unplaced(&info)
		for i := range info.Layers {
			m.layers = append(m.layers, layerSource{name: s.partOf(info.Layers[i].DiffID, &left)})
		}
		return m
	}
	for _, name := range s.byParent() {
		m.Info.Layers = append(m.Info.Layers, inventory.Layer{DiffID: s.diffIDs[name], HistoryRow: -1})
		m.layers = append(m.layers, layerSource{name: name})
	}
	return m
}

// layerName tells the names under which archives hold layers (ID/layer.tar, blobs/sha256/HEX, HEX.tar.gz) from those of
// a tar that happens to hold other tars.
func layerName(name string) bool {
	base := path.Base(name)
	return base == "layer.tar" || strings.HasPrefix(name, "blobs/") || len(strings.TrimSuffix(base, ".tar.gz")) == 64
}

// configuration finds the configuration that fits most of the layers that passed.
func (s *streamed) configuration() (best inventory.Image, found bool) {
	names := slices.Sorted(maps.Keys(s.small))
	most := 0
	for _, name := range names {
		var info inventory.Image
		if applyConfig(&info, s.small[name]) != nil {
			continue
		}
		n := 0
		for _, l := range info.Layers {
			if s.nameOf(l.DiffID) != "" {
				n++
			}
		}
		if n > most {
			most, best, found = n, info, true
		}
	}
	return best, found
}

// nameOf is the name under which a layer passed, "" where it did not, or did not to its end and its name does not tell.
func (s *streamed) nameOf(diffID string) string {
	for _, name := range s.passed {
		if id, ok := s.diffIDs[name]; ok && id == diffID || !ok && namesDigest(name, diffID) {
			return name
		}
	}
	return ""
}

// namesDigest tells a part that is called after its digest, as blobs/sha256/HEX, HEX.tar or HEX/layer.tar.
func namesDigest(name, digest string) bool {
	hex := strings.TrimPrefix(digest, "sha256:")
	return hex != "" && slices.ContainsFunc(strings.Split(name, "/"),
		func(part string) bool { return strings.TrimSuffix(part, ".tar") == hex })
}

// unplaced are the layers that broke off and whose name does not tell which they are: no more than one, in truth.
func (s *streamed) unplaced(info *inventory.Image) (left []string) {
	for _, name := range s.passed {
		if s.errs[name] != nil &&
			!slices.ContainsFunc(info.Layers, func(l inventory.Layer) bool { return namesDigest(name, l.DiffID) }) {
			left = append(left, name)
		}
	}
	return left
}

// partOf is the name of the part that holds a layer. The first layer of which nothing is known is taken to be the one
// that broke off.
func (s *streamed) partOf(diffID string, left *[]string) string {
	name := s.nameOf(diffID)
	if name == "" && len(*left) > 0 {
		name, *left = (*left)[0], (*left)[1:]
	}
	if name == "" {
		return "its part"
	}
	return name
}

// byParent sorts the layers that passed by what older engines write beside each: ID/layer.tar and ID/json, which names
// the parent's ID. Layers without such a file keep the order in which they came.
func (s *streamed) byParent() []string {
	parent := map[string]string{}
	for _, name := range s.passed {
		dir := path.Dir(name)
		var v struct {
			Parent string `json:"parent"`
		}
		if json.Unmarshal(s.small[dir+"/json"], &v) == nil {
			parent[dir] = v.Parent
		}
	}
	depth := func(name string) int {
		n := 0
		for dir := parent[path.Dir(name)]; dir != "" && n <= len(parent); dir = parent[dir] {
			n++
		}
		return n
	}
	sorted := slices.Clone(s.passed)
	sort.SliceStable(sorted, func(i, j int) bool { return depth(sorted[i]) < depth(sorted[j]) })
	return sorted
}
