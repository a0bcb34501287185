package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	apiimage "github.com/moby/moby/api/types/image"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/inventory"
)

// ErrNotHeld means that the engine answers and has no such image.
var ErrNotHeld = errors.New("the engine has no such image")

// maxKnown bounds how many of an engine's images are asked for their layers.
const maxKnown = 500

// openEngine opens an image of the container engine. Where the engine's layer folders can be read on this machine they
// are read in place; else the engine is asked for the image as a stream, of which nothing is stored.
func openEngine(ctx context.Context, ref string, opt Options) (*Image, error) {
	engine, release := opt.Engine, func() {}
	if engine == nil {
		engine = &dockerapi.Shared{}
		release = engine.Close
	}
	cli, err := engine.Client(ctx)
	if err != nil {
		return nil, err
	}
	img, err := inspect(ctx, cli, ref, opt)
	if err != nil {
		release()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if errdefs.IsNotFound(err) {
			return nil, clierr.InputErr(ref, ErrNotHeld).WithHint(
				"`docker pull` or build it, or name it as registry:%s.", ref)
		}
		return nil, clierr.InputErr(ref, err)
	}
	img.keep(func() error { release(); return nil })
	return img, nil
}

func inspect(ctx context.Context, cli *client.Client, ref string, opt Options) (*Image, error) {
	got, err := cli.ImageInspect(ctx, ref)
	if err != nil {
		return nil, err
	}
	var platform *ocispec.Platform
	if opt.Platform != "" {
		p, err := parsePlatform(opt.Platform)
		if err != nil {
			return nil, err
		}
		if got.Os != p.OS || got.Architecture != p.Architecture || p.Variant != "" && got.Variant != p.Variant {
			platform = &ocispec.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
			if got, err = cli.ImageInspect(ctx, ref, client.ImageInspectWithPlatform(platform)); err != nil {
				return nil, fmt.Errorf("no image for %s: %w", p, err)
			}
		}
	}
	img := streamArchive(func(ctx context.Context) (io.ReadCloser, error) {
		if platform != nil {
			return cli.ImageSave(ctx, []string{got.ID}, client.ImageSaveWithPlatforms(*platform))
		}
		return cli.ImageSave(ctx, []string{got.ID})
	}, "", opt, got.Size)
	img.Info = engineInfo(ref, &got.InspectResponse)
	if h, err := cli.ImageHistory(ctx, got.ID); err == nil {
		applyHistory(&img.Info, engineHistory(h.Items, len(img.Info.Layers)))
	}
	img.applyBase(nil, nil)
	img.Known = engineImages(ctx, cli, got.ID)
	if strings.HasPrefix(cli.DaemonHost(), "unix://") {
		img.readInPlace(&got.InspectResponse)
	}
	return img, nil
}

func engineInfo(ref string, r *apiimage.InspectResponse) inventory.Image {
	info := inventory.Image{Name: ref, ID: r.ID, Tags: r.RepoTags, OS: r.Os, Arch: r.Architecture, Variant: r.Variant,
		Created: r.Created}
	if len(r.RepoDigests) > 0 {
		_, info.Digest, _ = strings.Cut(r.RepoDigests[0], "@")
	}
	if c := r.Config; c != nil {
		info.Entrypoint, info.Cmd, info.Env, info.User = c.Entrypoint, c.Cmd, c.Env, c.User
		info.WorkingDir, info.Labels = c.WorkingDir, c.Labels
		for p := range c.ExposedPorts {
			info.ExposedPorts = append(info.ExposedPorts, p)
		}
		slices.Sort(info.ExposedPorts)
	}
	for _, d := range r.RootFS.Layers {
		info.Layers = append(info.Layers, inventory.Layer{DiffID: d, HistoryRow: -1})
	}
	return info
}

// engineHistory turns the engine's history, newest first, into a configuration's. The engine does not say which rows
// made no layer. The instruction tells, and where that does not fit the number of layers, the size does.
func engineHistory(items []apiimage.HistoryResponseItem, layers int) []v1.History {
	byWord := func(h *apiimage.HistoryResponseItem) bool {
		word, _, _ := strings.Cut(Instruction(h.CreatedBy), " ")
		switch word {
		case "ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "SHELL",
			"STOPSIGNAL", "USER", "VOLUME":
			return true
		}
		return false
	}
	bySize := func(h *apiimage.HistoryResponseItem) bool { return h.Size == 0 }
	var out []v1.History
	for _, empty := range []func(*apiimage.HistoryResponseItem) bool{byWord, bySize} {
		out = out[:0]
		n := 0
		for i := len(items) - 1; i >= 0; i-- {
			row := v1.History{CreatedBy: items[i].CreatedBy, Comment: items[i].Comment, EmptyLayer: empty(&items[i])}
			if !row.EmptyLayer {
				n++
			}
			out = append(out, row)
		}
		if n == layers {
			break
		}
	}
	return out
}

// engineImages are the engine's tagged images with their layers, by which a base image can be told.
func engineImages(ctx context.Context, cli *client.Client, self string) []Known {
	list, err := cli.ImageList(ctx, client.ImageListOptions{})
	if err != nil {
		return nil
	}
	var out []Known
	for _, s := range list.Items {
		if s.ID == self || len(s.RepoTags) == 0 || len(out) >= maxKnown {
			continue
		}
		got, err := cli.ImageInspect(ctx, s.ID)
		if err != nil {
			continue
		}
		k := Known{Name: s.RepoTags[0], DiffIDs: got.RootFS.Layers}
		if len(s.RepoDigests) > 0 {
			_, k.Digest, _ = strings.Cut(s.RepoDigests[0], "@")
		}
		out = append(out, k)
	}
	return out
}

// readInPlace has the layers read from the overlay driver's folders, if they are all there and may be read.
func (img *Image) readInPlace(r *apiimage.InspectResponse) {
	if r.GraphDriver == nil || r.GraphDriver.Name != "overlay2" {
		return
	}
	dirs := overlayDirs(r.GraphDriver.Data)
	if len(dirs) != len(img.Info.Layers) {
		return
	}
	var layers []layerSource
	for i, dir := range dirs {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return
		}
		img.keep(root.Close)
		if d, err := root.Open("."); err != nil {
			return
		} else if _, err := d.ReadDir(1); err != nil && err != io.EOF {
			d.Close()
			return
		} else {
			d.Close()
		}
		diffID := img.Info.Layers[i].DiffID
		layers = append(layers, layerSource{diffID: diffID, open: folderLayer(root, true, diffID)})
	}
	img.layers = layers
}

// overlayDirs are the folders of an overlay, bottom first, from what the driver tells of it.
func overlayDirs(data map[string]string) []string {
	upper := data["UpperDir"]
	if !filepath.IsAbs(upper) {
		return nil
	}
	dirs := []string{upper}
	if lower := data["LowerDir"]; lower != "" {
		dirs = append(dirs, strings.Split(lower, ":")...)
	}
	slices.Reverse(dirs)
	return dirs
}
