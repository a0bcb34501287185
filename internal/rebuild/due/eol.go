package due

import (
	"strings"
	"time"
)

// ends is when the public fixes of a release end, as its distribution has announced it: for Debian the end of long-term
// support, for others the end of standard support.
var ends = map[string]map[string]string{
	"debian": {"8": "2020-06-30", "9": "2022-06-30", "10": "2024-06-30", "11": "2026-08-31", "12": "2028-06-30",
		"13": "2030-06-30"},
	"ubuntu": {"14.04": "2019-04-25", "16.04": "2021-04-30", "18.04": "2023-05-31", "20.04": "2025-05-31",
		"22.04": "2027-04-30", "23.04": "2024-01-25", "23.10": "2024-07-11", "24.04": "2029-05-31",
		"24.10": "2025-07-10", "25.04": "2026-01-15"},
	"alpine": {"3.12": "2022-05-01", "3.13": "2022-11-01", "3.14": "2023-05-01", "3.15": "2023-11-01",
		"3.16": "2024-05-23", "3.17": "2024-11-22", "3.18": "2025-05-09", "3.19": "2025-11-01", "3.20": "2026-04-01",
		"3.21": "2026-11-01", "3.22": "2027-05-01"},
	"centos":    {"6": "2020-11-30", "7": "2024-06-30", "8": "2021-12-31"},
	"almalinux": {"8": "2029-03-01", "9": "2032-05-31"},
	"rocky":     {"8": "2029-05-31", "9": "2032-05-31"},
	"fedora": {"37": "2023-12-05", "38": "2024-05-21", "39": "2024-11-26", "40": "2025-05-13",
		"41": "2025-12-15"},
	"amzn": {"2018.03": "2023-12-31", "2": "2026-06-30"},
}

// endOfLife is the day on which the fixes of a release end, false where that is not known.
func endOfLife(id, version string) (time.Time, bool) {
	releases := ends[id]
	for v := version; v != ""; {
		if end, ok := releases[v]; ok {
			t, err := time.Parse(time.DateOnly, end)
			return t, err == nil
		}
		i := strings.LastIndexByte(v, '.')
		if i < 0 {
			break
		}
		v = v[:i]
	}
	return time.Time{}, false
}
