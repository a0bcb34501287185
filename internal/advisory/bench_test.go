package advisory

import (
	"context"
	"testing"

	"github.com/drydock/drydock/internal/testenv"
)

// BenchmarkImport builds the index of the shared records: 57,323 files in 16 archives.
func BenchmarkImport(b *testing.B) {
	dir := testenv.Shared(b, "advisories")
	for b.Loop() {
		res, err := Import(context.Background(), b.TempDir(), dir, ImportOptions{Now: now})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(res.Bytes)/1e6, "MB")
	}
}
