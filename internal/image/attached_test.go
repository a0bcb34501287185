package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/drydock/drydock/internal/image/imagetest"
)

// layout writes an OCI layout whose one manifest has these documents as its layers.
func layout(t *testing.T, annotations map[string]string, documents ...map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	blob := func(data []byte) map[string]any {
		sum := sha256.Sum256(data)
		name := hex.EncodeToString(sum[:])
		if err := os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "blobs", "sha256", name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		return map[string]any{"digest": "sha256:" + name, "size": len(data)}
	}
	marshal := func(v any) []byte {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var layers []any
	for _, d := range documents {
		l := blob([]byte(fmt.Sprint(d["text"])))
		l["mediaType"] = d["mediaType"]
		if p := d["predicate"]; p != nil {
			l["annotations"] = map[string]any{"in-toto.io/predicate-type": p}
		}
		layers = append(layers, l)
	}
	config := blob([]byte("{}"))
	config["mediaType"] = "application/vnd.oci.empty.v1+json"
	m := blob(marshal(map[string]any{"schemaVersion": 2, "config": config, "layers": layers}))
	m["mediaType"], m["annotations"] = "application/vnd.oci.image.manifest.v1+json", annotations
	inner := blob(marshal(map[string]any{"schemaVersion": 2, "manifests": []any{m}}))
	inner["mediaType"] = "application/vnd.oci.image.index.v1+json"
	index := marshal(map[string]any{"schemaVersion": 2, "manifests": []any{inner}})
	if err := os.WriteFile(filepath.Join(dir, "index.json"), index, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDocumentsOfALayout(t *testing.T) {
	const intoto = "application/vnd.in-toto+json"
	dir := layout(t, map[string]string{annotationType: attestation},
		map[string]any{"text": "sbom", "mediaType": intoto, "predicate": "https://spdx.dev/Document"},
		map[string]any{"text": "provenance", "mediaType": intoto, "predicate": "https://slsa.dev/provenance/v1"},
		map[string]any{"text": "signed", "mediaType": "application/vnd.dsse.envelope.v1+json"},
		map[string]any{"text": "artifact", "mediaType": "application/vnd.cyclonedx+xml"},
		map[string]any{"text": "layer", "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip"})
	for _, ref := range []string{dir, "oci-dir:" + dir, imagetest.Pack(t, dir)} {
		docs, store, err := Documents(context.Background(), ref)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, open := range docs {
			r, err := open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(text))
			r.Close()
		}
		store.Close()
		if fmt.Sprint(got) != "[sbom signed artifact]" {
			t.Errorf("%s: %q", ref, got)
		}
	}
}
