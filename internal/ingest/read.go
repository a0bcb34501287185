package ingest

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/owasp"
	"github.com/drydock/drydock/internal/rank"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sarif"
)

// listener takes what a document holds, as it is read.
type listener struct {
	finding func(f *reported, raw []byte) error // raw is the finding's JSON, nil where the document has another form
	pkg     func(p *inventory.Package) error
}

// readReport reads a drydock report's findings and packages.
func readReport(in io.Reader, l listener) error {
	w := newWalker(in)
	return w.object(func(name string) error {
		switch name {
		case "findings":
			return w.array(name, func() error {
				raw, err := w.ReadValue()
				if err != nil {
					return err
				}
				var f reported
				if err := decode(raw, &f); err != nil {
					return refuse("a finding: %s", cleanLine(err.Error()))
				}
				f.Normalize()
				return l.finding(&f, raw)
			})
		case "packages":
			return w.array(name, func() error {
				var p inventory.Package
				if err := w.value("packages", &p); err != nil {
					return err
				}
				return l.pkg(&p)
			})
		}
		return w.skipBounded()
	})
}

// maxSARIF bounds a SARIF document, which is read whole.
const maxSARIF = 48 << 20

// readSARIF reads another tool's findings, and says as a gate what was read.
func readSARIF(in io.Reader, l listener) (report.Tool, report.Gate, error) {
	gate := report.Gate{Name: finding.GateCode, Status: report.Checked, Read: report.Read{Files: 1}, Judged: 1}
	data, err := bounded.ReadAll(in, maxSARIF)
	if err != nil {
		return report.Tool{}, gate, refuse("the SARIF document is larger than %d MB; split it by run", maxSARIF>>20)
	}
	log, err := sarif.Parse("the document", data)
	if err != nil {
		return report.Tool{}, gate, refuse("%s", cleanLine(err.Error()))
	}
	if log.Problem != "" {
		gate.Status, gate.Reason = report.Partial, log.Problem
	}
	r := &report.Report{}
	var tools []string
	for i := range log.Results {
		s := &log.Results[i]
		if !strings.Contains(", "+strings.Join(tools, ", ")+",", ", "+s.Tool+",") {
			tools = append(tools, s.Tool)
		}
		r.Findings = append(r.Findings, fromSARIF(s))
	}
	rank.Apply(r)
	for i := range r.Findings {
		if err := l.finding(&reported{Finding: r.Findings[i]}, nil); err != nil {
			return report.Tool{}, gate, err
		}
	}
	return report.Tool{Name: strings.Join(tools, ", ")}, gate, nil
}

func fromSARIF(s *sarif.Result) finding.Finding {
	f := finding.Finding{Gate: finding.GateCode, Rule: s.Rule, Title: s.Message, Severity: s.Severity,
		Confidence: finding.ConfidenceMedium, Location: s.Location, CWE: s.CWE, OWASP: owasp.Of(s.CWE...),
		Evidence: []string{"found by " + s.Tool}}
	if f.Title == "" {
		f.Title = s.Title
	}
	if s.Suppressed != "" {
		f.Status = finding.Suppressed
		f.Evidence = append(f.Evidence, s.Suppressed)
	}
	f.Normalize()
	return f
}

// maxDetail bounds the details that are kept of a finding; a longer one loses its flow and evidence.
const maxDetail = 256 << 10

// packer compresses details.
type packer struct{ *zstd.Encoder }

func newPacker() (*packer, error) {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	return &packer{e}, err
}

// pack is a finding's JSON, compressed. The JSON at hand is taken where nothing in it has to change.
func (p *packer) pack(f *reported, raw []byte, root *identities) ([]byte, error) {
	if raw == nil || root.root != "" || len(raw) > maxDetail {
		rooted := f.Finding
		rooted.Location.Path = root.path(rooted.Location.Path)
		rooted.Flow = append([]finding.Step{}, rooted.Flow...)
		for i := range rooted.Flow {
			rooted.Flow[i].Location.Path = root.path(rooted.Flow[i].Location.Path)
		}
		if len(raw) > maxDetail {
			rooted.Flow, rooted.Evidence, rooted.Fix.Edits = nil, []string{"shortened: the details were too large"}, nil
			rooted.Snippet = clean(rooted.Snippet, maxPath)
			rooted.Normalize()
		}
		var err error
		if raw, err = json.Marshal(&rooted); err != nil {
			return nil, err
		}
	}
	return p.EncodeAll(raw, nil), nil
}

var unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(2*maxValue))

// Detail unpacks a finding's details.
func Detail(packed []byte) (*finding.Finding, error) {
	raw, err := unpacker.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("a finding's details: %w", err)
	}
	var f finding.Finding
	if err := decode(raw, &f); err != nil {
		return nil, fmt.Errorf("a finding's details: %w", err)
	}
	f.Normalize()
	return &f, nil
}
