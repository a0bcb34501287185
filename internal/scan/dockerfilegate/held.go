package dockerfilegate

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/drydock/drydock/internal/lint"
	"github.com/drydock/drydock/internal/scan/gate"
)

// engineWait bounds one question to the engine: what it tells is worth no waiting.
const engineWait = 2 * time.Second

// heldImages are the images that the engine on this machine holds, each asked for once a run. No engine is no error:
// nothing is known of any image then.
type heldImages struct {
	opt   *gate.Options
	mu    sync.Mutex
	known map[string]*heldImage // nil: not held
}

// heldImage is what the engine tells of an image.
type heldImage struct {
	size int64
	base lint.Base
}

func (h *heldImages) of(ctx context.Context) func(ref string) (*heldImage, bool) {
	return func(ref string) (*heldImage, bool) {
		if h.opt.Offline || h.opt.Engine == nil {
			return nil, false
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		image, asked := h.known[ref]
		if !asked {
			if h.known == nil {
				h.known = map[string]*heldImage{}
			}
			image = h.ask(ctx, ref)
			h.known[ref] = image
		}
		return image, image != nil
	}
}

func (h *heldImages) ask(ctx context.Context, ref string) *heldImage {
	ctx, cancel := context.WithTimeout(ctx, engineWait)
	defer cancel()
	cli, err := h.opt.Engine.Client(ctx)
	if err != nil {
		return nil
	}
	got, err := cli.ImageInspect(ctx, ref)
	if err != nil {
		return nil
	}
	image := &heldImage{size: got.Size, base: lint.Base{Env: map[string]string{}, OS: got.Os, Arch: got.Architecture}}
	if got.Config != nil {
		image.base.Shell = len(got.Config.Shell) > 0
		for _, pair := range got.Config.Env {
			name, value, _ := strings.Cut(pair, "=")
			image.base.Env[name] = value
		}
	}
	return image
}
