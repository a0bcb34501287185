package imagegate

import (
	"fmt"
	"os"
	"testing"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan/target"
)

const wasteful12 = `FROM debian:12
COPY app /app
RUN chown -R 1:1 /app
RUN make cache
RUN rm -rf /root/.cache
`

// What is wasted stands at the line that brought it, with the line that hides it; a little of it is no finding, and
// what the base wastes is none of this Dockerfile's.
func TestWasteStandsAtItsLine(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("Dockerfile", []byte(wasteful12), 0o644); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	layers := []inventory.Layer{
		{CreatedBy: "ADD rootfs.tar / ", FromBase: &yes}, {CreatedBy: "COPY app /app", FromBase: &no},
		{CreatedBy: "RUN chown -R 1:1 /app", FromBase: &no},
		{CreatedBy: "RUN make cache", FromBase: &no}, {CreatedBy: "RUN rm -rf /root/.cache", FromBase: &no},
	}
	inv := &inventory.Inventory{Image: &inventory.Image{Name: "app:1", Layers: layers}, Waste: &inventory.Waste{
		Efficiency: 0.5, Bytes: 80 << 20, TotalBytes: 160 << 20, Paths: []inventory.WastedPath{
			{Path: "usr/lib", Bytes: 50 << 20, Files: 3, Layer: 0, By: 2},
			{Path: "app", Bytes: 20 << 20, Files: 9, Layer: 1, By: 2},
			{Path: "root/.cache", Bytes: 9 << 20, Files: 2, Layer: 3, By: 4, Removed: true},
			{Path: "tmp/x", Bytes: 1 << 20, Files: 1, Layer: 2, By: 4, Removed: true},
		}}}
	h := &held{inv: inv, place: attribute(&target.Target{Root: "."}, target.Unit{Dockerfile: "Dockerfile"})}
	img := report.ImageOf(inv, nil)
	var got []string
	for _, f := range wasteful(h, img) {
		got = append(got, fmt.Sprintf("%s %s: %v", f.Location, f.Title, f.Evidence))
	}
	want := "[Dockerfile:2:1 21.0 MB of what this line brings are hidden by a later layer, and shipped: " +
		"[21.0 MB in /app is replaced by Dockerfile:3:1] " +
		"Dockerfile:4:1 9.4 MB of what this line brings are hidden by a later layer, and shipped: " +
		"[9.4 MB in /root/.cache is removed by Dockerfile:5:1]]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v\nnot\n%s", got, want)
	}
	if at := img.Waste.Paths[0].Location.String(); at != "Dockerfile:1:1" {
		t.Errorf("the base's waste stands at %s", at)
	}
}
