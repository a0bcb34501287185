package report_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/drydock/drydock/internal/format/golden"
	"github.com/drydock/drydock/internal/report"
)

// A report that is written piece by piece is the same as one written whole.
func TestEncodePieceByPiece(t *testing.T) {
	for _, name := range golden.Names {
		r := golden.Load(t, name)
		var got, want bytes.Buffer
		if err := r.EncodeCompact(&got); err != nil {
			t.Fatal(err)
		}
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode((*whole)(r)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s: %d bytes, want %d", name, got.Len(), want.Len())
		}
	}
}

// whole is a report without its methods.
type whole report.Report
