// Package cyclonedx writes a report's packages, and the vulnerabilities found in them, as a CycloneDX document in JSON
// or XML. What the format has no field for stands in properties named drydock:…, so that a document read back gives
// the vulnerability matcher all that the image gave it.
package cyclonedx

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/drydock/drydock/internal/report"
)

// WriteJSON writes CycloneDX 1.6 JSON.
func WriteJSON(w io.Writer, r *report.Report, o report.WriteOptions) error {
	return write(w, r, o, cdx.BOMFileFormatJSON, cdx.SpecVersion1_6)
}

// WriteJSON17 writes CycloneDX 1.7 JSON.
func WriteJSON17(w io.Writer, r *report.Report, o report.WriteOptions) error {
	return write(w, r, o, cdx.BOMFileFormatJSON, cdx.SpecVersion1_7)
}

// WriteXML writes CycloneDX 1.6 XML.
func WriteXML(w io.Writer, r *report.Report, o report.WriteOptions) error {
	return write(w, r, o, cdx.BOMFileFormatXML, cdx.SpecVersion1_6)
}

// WriteXML17 writes CycloneDX 1.7 XML.
func WriteXML17(w io.Writer, r *report.Report, o report.WriteOptions) error {
	return write(w, r, o, cdx.BOMFileFormatXML, cdx.SpecVersion1_7)
}

// schemas are the addresses by which a JSON document names its schema.
var schemas = map[cdx.SpecVersion]string{
	cdx.SpecVersion1_6: "http://cyclonedx.org/schema/bom-1.6.schema.json",
	cdx.SpecVersion1_7: "http://cyclonedx.org/schema/bom-1.7.schema.json",
}

// write uses nothing that is newer than 1.6, so the versions differ in their label only and the library need not
// convert, which would copy the whole document.
func write(w io.Writer, r *report.Report, o report.WriteOptions, f cdx.BOMFileFormat, v cdx.SpecVersion) error {
	bom := build(r, o.Time(r))
	bom.SpecVersion = v
	bom.JSONSchema = schemas[v]
	bom.XMLNS = "http://cyclonedx.org/schema/bom/" + v.String()
	bw := bufio.NewWriterSize(w, 1<<16)
	if err := cdx.NewBOMEncoder(bw, f).SetPretty(true).SetEscapeHTML(false).Encode(bom); err != nil {
		return err
	}
	return bw.Flush()
}

// build makes the document. It depends on the report and the time alone: the serial number is derived from both.
func build(r *report.Report, now time.Time) *cdx.BOM {
	root := subject(r)
	list := components(r)
	bom := &cdx.BOM{
		BOMFormat: cdx.BOMFormat,
		Version:   1,
		Metadata: &cdx.Metadata{
			Timestamp: now.Format(time.RFC3339),
			Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{
				{Type: cdx.ComponentTypeApplication, Name: r.Tool.Name, Version: r.Tool.Version},
			}},
			Component: root,
		},
		Components: &list.all,
	}
	refs := make([]string, len(list.all))
	id := sha256.New()
	fmt.Fprintln(id, r.Tool.Name, r.Tool.Version, bom.Metadata.Timestamp, root.BOMRef)
	for i := range list.all {
		refs[i] = list.all[i].BOMRef
		fmt.Fprintln(id, refs[i])
	}
	bom.SerialNumber = serial(id.Sum(nil))
	bom.Dependencies = &[]cdx.Dependency{{Ref: root.BOMRef, Dependencies: &refs}}
	if why := r.Missing(); why != "" {
		bom.Metadata.Properties = &[]cdx.Property{{Name: "drydock:incomplete", Value: why}}
		bom.Compositions = &[]cdx.Composition{{
			Aggregate:  cdx.CompositionAggregateIncomplete,
			Assemblies: &[]cdx.BOMReference{cdx.BOMReference(root.BOMRef)},
		}}
	}
	if vs := vulnerabilities(r, list); len(vs) > 0 {
		bom.Vulnerabilities = &vs
	}
	return bom
}

// serial makes a UUID (RFC 9562, version 8: of the maker's own making) of a digest.
func serial(d []byte) string {
	d[6] = d[6]&0x0f | 0x80
	d[8] = d[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", d[0:4], d[4:6], d[6:8], d[8:10], d[10:16])
}
