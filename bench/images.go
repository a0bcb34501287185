package main

import (
	"io"
	"os"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/klauspost/compress/gzip"
)

// compressImage writes the same image with gzip layers.
func compressImage(from, to string) error {
	img, err := tarball.ImageFromPath(from, nil)
	if err != nil {
		return err
	}
	tag, err := name.NewTag("drydock-bench:gzip")
	if err != nil {
		return err
	}
	if err := tarball.WriteToFile(to+".part", tag, img); err != nil {
		os.Remove(to + ".part")
		return err
	}
	return os.Rename(to+".part", to)
}

// decompressLayers does what no reader of the image can do without: it decompresses each layer, with the same library
// as drydock, and throws the bytes away.
func decompressLayers(file string) error {
	img, err := tarball.ImageFromPath(file, nil)
	if err != nil {
		return err
	}
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	for _, l := range layers {
		rc, err := l.Compressed()
		if err != nil {
			return err
		}
		z, err := gzip.NewReader(rc)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, z); err != nil {
			return err
		}
		rc.Close()
	}
	return nil
}
