package advisory

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/bounded"
)

// The names under which the scores lie beside the advisories.
const (
	KEVFile  = "known_exploited_vulnerabilities.json"
	EPSSFile = "epss_scores.csv.gz"
)

// Bounds: EPSS has 360,000 lines in 11 MB, the catalogue 1.3 MB.
const (
	maxEPSSBytes = 256 << 20
	maxKEVBytes  = 64 << 20
	maxScores    = 4_000_000
)

// scores are EPSS and KEV by cveKey: millionths, and days since 1970.
type scores struct {
	epss, kev           map[uint32]uint32
	epssDay, kevVersion string
}

// readEPSS reads FIRST's gzip-compressed CSV: a comment that may name the day, a heading, then "CVE,probability,
// percentile". Lines that are none are counted in bad.
func (s *scores) readEPSS(r io.Reader) (bad int, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return 0, fmt.Errorf("not gzip: %w", err)
	}
	sc := bufio.NewScanner(bounded.Reader(z, maxEPSSBytes))
	sc.Buffer(make([]byte, 64<<10), 64<<10)
	m := map[uint32]uint32{}
	for sc.Scan() {
		line := sc.Text()
		if strings.HasPrefix(line, "#") {
			if d := day(line); d != "" {
				s.epssDay = d
			}
			continue
		}
		id, rest, _ := strings.Cut(line, ",")
		p, _, _ := strings.Cut(rest, ",")
		key, ok := cveKey(id)
		v, err := strconv.ParseFloat(p, 64)
		if !ok || err != nil || !(v >= 0 && v <= 1) {
			if id != "cve" {
				bad++
			}
			continue
		}
		if len(m) >= maxScores {
			return bad, fmt.Errorf("more than %d scores", maxScores)
		}
		m[key] = uint32(math.Round(v * 1e6))
	}
	if err := sc.Err(); err != nil {
		return bad, err
	}
	if len(m) == 0 {
		return bad, fmt.Errorf("no scores in it")
	}
	s.epss = m
	return bad, nil
}

// date gives scores that do not tell their day the day of the import.
func (s *scores) date(asOf time.Time) {
	if len(s.epss) > 0 && s.epssDay == "" {
		s.epssDay = asOf.Format(time.DateOnly)
	}
	if len(s.kev) > 0 && s.kevVersion == "" {
		s.kevVersion = asOf.Format("2006.01.02")
	}
}

// day finds a date in a comment ("score_date:2026-08-16T00:00:00+0000").
func day(line string) string {
	for i := 0; i+10 <= len(line); i++ {
		if t, err := time.Parse(time.DateOnly, line[i:i+10]); err == nil && t.Year() > 2000 {
			return line[i : i+10]
		}
	}
	return ""
}

// readKEV reads CISA's catalogue. Entries without a CVE are counted in bad.
func (s *scores) readKEV(r io.Reader) (bad int, err error) {
	var c struct {
		Version         string `json:"catalogVersion"`
		Vulnerabilities []struct {
			CVE   string `json:"cveID"`
			Added string `json:"dateAdded"`
		} `json:"vulnerabilities"`
	}
	if err := json.NewDecoder(bounded.Reader(r, maxKEVBytes)).Decode(&c); err != nil {
		return 0, err
	}
	m := map[uint32]uint32{}
	for _, v := range c.Vulnerabilities {
		key, ok := cveKey(v.CVE)
		t, err := time.Parse(time.DateOnly, v.Added)
		if !ok || err != nil || t.Unix() < 0 {
			bad++
			continue
		}
		m[key] = uint32(t.Unix() / 86400)
	}
	if len(m) == 0 {
		return bad, fmt.Errorf("no CVE in it")
	}
	s.kev = m
	if tidy(c.Version) {
		s.kevVersion = c.Version
	}
	return bad, nil
}
