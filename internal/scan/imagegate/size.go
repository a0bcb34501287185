package imagegate

import (
	"context"
	"errors"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// Size tells the size in bytes of an image without an engine: of an archive or a folder with its layers the size of
// all their files, as an engine counts, and of a bill of materials what its packages say that they occupy.
func Size(ctx context.Context, arg string) (int64, error) {
	t := target.Resolve(ctx, target.Inputs{Args: []string{arg}})
	if len(t.Unread) > 0 {
		return 0, errors.Join(t.Unread...)
	}
	opt := &gate.Options{}
	var h held
	switch {
	case len(t.Images) == 1:
		h = readImage(ctx, t, t.Images[0], opt)
	case len(t.SBOMs) == 1:
		h = readSBOM(t, t.SBOMs[0])
	default:
		return 0, clierr.Input(arg, "neither an image archive nor a bill of materials")
	}
	if h.err != nil {
		return 0, h.err
	}
	n := h.inv.Size
	for i := range h.inv.Packages {
		if h.inv.Image == nil {
			n += h.inv.Packages[i].InstalledSize
		}
	}
	if n == 0 {
		return 0, clierr.Input(arg, "it does not tell how large the packages are").
			WithHint("drydock and syft write the sizes of Debian's, Alpine's and rpm's packages into CycloneDX; an " +
				"image archive always tells.")
	}
	return n, nil
}
