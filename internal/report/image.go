package report

import (
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
)

// Image is a container image that a gate has read: what SBOMs say they are about. It holds neither environment nor
// labels of the image.
type Image struct {
	Name     string   `json:"name"`     // as asked for
	Services []string `json:"services"` // "stack/name" where several stacks have a service of that name
	ID       string   `json:"id"`       // digest of the configuration
	Digest   string   `json:"digest"`   // of the manifest, "" where the source has none
	Tags     []string `json:"tags"`
	OS       string   `json:"os"`
	Arch     string   `json:"arch"`
	Created  string   `json:"created,omitempty"` // RFC 3339, as its configuration says
	Size     int64    `json:"size,omitempty"`    // bytes of all files of all layers
	Distro   Distro   `json:"distro"`
	Base     Base     `json:"base"`
	Layers   []Layer  `json:"layers"`
	Waste    *Waste   `json:"waste,omitempty"` // absent where it could not be told
}

// Waste tells which bytes of an image nobody sees: files that a later layer removes or replaces.
type Waste struct {
	Efficiency float64      `json:"efficiency"` // the share of the bytes that can be seen, 0 to 1
	Bytes      int64        `json:"bytes"`      // of files that cannot be seen, as unpacked
	TotalBytes int64        `json:"totalBytes"` // of all files of all layers
	Paths      []WastedPath `json:"paths"`      // the largest
	More       bool         `json:"more"`       // there are others
}

// WastedPath is a file, or what lies below a folder, that one layer brought and another hides.
type WastedPath struct {
	Path      string           `json:"path"`
	Bytes     int64            `json:"bytes"`
	Files     int              `json:"files"`
	How       string           `json:"how"`       // removed or replaced
	Layer     string           `json:"layer"`     // diff id of the layer that brought it
	CreatedBy string           `json:"createdBy"` // that layer's instruction
	HiddenBy  string           `json:"hiddenBy"`  // the instruction of the layer that hides it
	FromBase  *bool            `json:"fromBase"`
	Location  finding.Location `json:"location"` // the line of the Dockerfile that brought it, where there is one
	HiddenAt  finding.Location `json:"hiddenAt"` // the line that hides it
}

// Distro is the distribution that an image stands on; empty where it has none.
type Distro struct {
	ID       string `json:"id"`      // "debian"
	Version  string `json:"version"` // "12"
	Codename string `json:"codename"`
	Name     string `json:"name"` // "Debian GNU/Linux 12 (bookworm)"
}

// Base is the image that an image was built from; empty where it could not be told.
type Base struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	By     string `json:"by"` // how it was told: attestation, label, layers
}

// Layer is one layer of an image.
type Layer struct {
	DiffID    string `json:"diffId"`
	CreatedBy string `json:"createdBy"`
	Bytes     int64  `json:"bytes"`
	FromBase  *bool  `json:"fromBase"` // null where the base could not be told
}

// ImageOf describes the image that an inventory was taken of, for the given services; nil where it was no image.
func ImageOf(inv *inventory.Inventory, services []string) *Image {
	src := inv.Image
	if src == nil {
		return nil
	}
	img := &Image{
		Name: src.Name, Services: services, ID: src.ID, Digest: src.Digest, Tags: src.Tags, OS: src.OS, Arch: src.Arch,
		Created: src.Created, Size: inv.Size,
		Base: Base{src.Base.Name, src.Base.Digest, src.Base.By},
	}
	if d := inv.Distro; d != nil {
		img.Distro = Distro{d.ID, d.VersionID, d.Codename, d.PrettyName}
	}
	for _, l := range src.Layers {
		img.Layers = append(img.Layers, Layer{l.DiffID, l.CreatedBy, l.Bytes, l.FromBase})
	}
	img.Waste = wasteOf(inv)
	return img
}

func wasteOf(inv *inventory.Inventory) *Waste {
	src := inv.Waste
	if src == nil {
		return nil
	}
	w := &Waste{Efficiency: src.Efficiency, Bytes: src.Bytes, TotalBytes: src.TotalBytes, Paths: []WastedPath{},
		More: src.More}
	for _, p := range src.Paths {
		brought, hides := inv.Image.Layers[p.Layer], inv.Image.Layers[p.By]
		how := "replaced"
		if p.Removed {
			how = "removed"
		}
		w.Paths = append(w.Paths, WastedPath{
			Path: p.Path, Bytes: p.Bytes, Files: p.Files, How: how, Layer: brought.DiffID, CreatedBy: brought.CreatedBy,
			HiddenBy: hides.CreatedBy, FromBase: brought.FromBase,
		})
	}
	return w
}
