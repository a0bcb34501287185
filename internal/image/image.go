// Package image opens container images, wherever they are kept, and delivers their layers as one forward stream of
// entries each. Every byte is read at most once; what a caller does not ask for is passed over, and not read at all
// where the source can seek.
//
// Layers are independent of one another and come in whatever order the source has them, several at once where it can:
// an archive made by `docker save` is not in layer order, and a stream cannot be read twice. Laying them over one
// another is the caller's work, with the whiteouts that the entries tell.
package image

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/inventory"
)

// Options is what opening an image may depend on. The zero value is this machine's platform, without verification of
// local archives.
type Options struct {
	Platform string            // "linux/arm64" or "linux/arm/v7"; "" for this machine's architecture
	Engine   *dockerapi.Shared // the connection to ask; nil for one of its own
	// check the digests of local archives and layouts too; what comes over a network always is
	Verify bool
	// Progress, if not nil, is told of bytes passed; total is 0 where it is not known. It must return at once and be
	// safe to call from several goroutines.
	Progress func(done, total int64)
}

// Image is an opened image. Info is complete once Layers has returned; from most sources it is before.
type Image struct {
	Info inventory.Image
	// Trusted is true where the diff ids are known to be right: the engine's word, or verified. What was learnt of a
	// layer whose diff id is only claimed must not be taken for the real one's.
	Trusted bool
	// Known are other images that the source holds, by which a base image can be told.
	Known []Known

	layers []layerSource
	// of a stream that has passed, each layer's name in it
	parts  []string
	stream func(ctx context.Context, read func(*Layer) error) error // sources that cannot pick a layer
	beside func(context.Context, *atomic.Int64) []v1.Layer          // of a registry: the documents beside the image
	packed int64                                                    // of a registry: the bytes of its layers
	opt    Options

	mu      sync.Mutex
	closers []func() error
}

// Known is an image of which no more than its name and layers are of interest.
type Known struct {
	Name    string
	Digest  string
	DiffIDs []string
}

// layerSource is one layer of a source that can open each by itself.
type layerSource struct {
	name   string // of the part in an archive
	diffID string // "" where not known
	open   func(ctx context.Context) (*Layer, error)
}

// Close frees what the image holds open.
func (img *Image) Close() error {
	img.mu.Lock()
	defer img.mu.Unlock()
	var errs []error
	for i := len(img.closers) - 1; i >= 0; i-- {
		errs = append(errs, img.closers[i]())
	}
	img.closers = nil
	return errors.Join(errs...)
}

// Part is the name that a layer of a stream had in it, "" where there was none. It tells what was read of a layer whose
// diff id is not known because it broke off.
func (img *Image) Part(layer int) string {
	if layer < len(img.parts) {
		return img.parts[layer]
	}
	return ""
}

// keep has something closed together with the image.
func (img *Image) keep(close func() error) {
	img.mu.Lock()
	defer img.mu.Unlock()
	img.closers = append(img.closers, close)
}

// Layers calls read for each distinct layer that want says yes to, with its diff id; a layer whose diff id is not known
// before it was read is read without asking. read may be called from several goroutines at once. Each layer is read to
// its end, or to the error that read returns, and its DiffID is known afterwards.
//
// The errors of all layers are joined; each is a *LayerError. A cancelled context ends the work with its error.
func (img *Image) Layers(ctx context.Context, want func(diffID string) bool, read func(*Layer) error) error {
	if img.layers == nil && img.stream != nil {
		if !img.anyWanted(want) {
			return nil
		}
		return img.stream(ctx, read)
	}
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
		slot = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))
		seen = map[string]bool{}
	)
	for i := range img.layers {
		s := &img.layers[i]
		if s.diffID != "" {
			if seen[s.diffID] || !want(s.diffID) {
				continue
			}
			seen[s.diffID] = true
		}
		slot <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Add(1)
		go func() {
			defer func() { <-slot; wg.Done() }()
			if err := readLayer(ctx, s, read); err != nil {
				mu.Lock()
				errs = append(errs, &LayerError{Index: i, DiffID: s.diffID, Err: err})
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return joinErrors(errs)
}

func (img *Image) anyWanted(want func(string) bool) bool {
	if len(img.Info.Layers) == 0 {
		return true
	}
	any := false
	for _, l := range img.Info.Layers {
		any = want(l.DiffID) || any
	}
	return any
}

func readLayer(ctx context.Context, s *layerSource, read func(*Layer) error) error {
	l, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	l.ctx = ctx
	if l.DiffID == "" {
		l.DiffID = s.diffID
	}
	err = read(l)
	if end := l.finish(); err == nil {
		err = end
	}
	return err
}

// LayerError is a layer that could not be read to its end.
type LayerError struct {
	Index  int    // in Info.Layers, -1 where not known
	DiffID string // "" where not known
	Err    error
}

// Error names the layer by its number, counted from 1.
func (e *LayerError) Error() string {
	name := strings.TrimPrefix(e.DiffID, "sha256:")
	if len(name) > 12 {
		name = name[:12]
	}
	switch {
	case e.Index >= 0 && name != "":
		return fmt.Sprintf("layer %d (%s): %v", e.Index+1, name, e.Err)
	case e.Index >= 0:
		return fmt.Sprintf("layer %d: %v", e.Index+1, e.Err)
	}
	return fmt.Sprintf("a layer: %v", e.Err)
}

// Unwrap returns the cause.
func (e *LayerError) Unwrap() error { return e.Err }

// progress adds up what several layers report.
type progress struct {
	mu          sync.Mutex
	done, total int64
	tell        func(done, total int64)
}

func (p *progress) add(n int64) {
	if p == nil || p.tell == nil {
		return
	}
	p.mu.Lock()
	p.done += n
	done := p.done
	p.mu.Unlock()
	p.tell(done, p.total)
}

// severalErrors is errors.Join's on one line.
type severalErrors []error

// joinErrors joins the errors that are not nil.
func joinErrors(errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) < 2 {
		return errors.Join(errs...)
	}
	return severalErrors(errs)
}

// Error names them all.
func (s severalErrors) Error() string {
	texts := make([]string, len(s))
	for i, err := range s {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns them.
func (s severalErrors) Unwrap() []error { return s }
