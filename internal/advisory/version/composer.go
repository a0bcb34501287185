package version

import "strings"

// composer is the order of Packagist's versions. Composer writes a version with four numbers before it compares: 1.0 is
// 1.0.0.0, and 1.0-beta1 is 1.0.0.0-beta1. A first number of more than five digits is a date, and stays as it is.
func composer(s string) (Version, error) {
	if plain := strings.TrimSuffix(strings.ToLower(s), "stable"); len(plain) < len(s) {
		s = strings.TrimRight(plain, "-_.") // what it means by no suffix at all
	}
	return library("Packagist").parse(fourNumbers(s))
}

func fourNumbers(s string) string {
	v := strings.TrimPrefix(strings.TrimPrefix(s, "v"), "V")
	end, numbers := 0, 0
	for numbers < 4 {
		n := digits(v[end:])
		if n == 0 {
			break
		}
		end += n
		numbers++
		if numbers == 4 || end+1 >= len(v) || v[end] != '.' || !digit(v[end+1]) {
			break
		}
		end++
	}
	if numbers == 0 || digits(v) > 5 {
		return s
	}
	return v[:end] + strings.Repeat(".0", 4-numbers) + v[end:]
}
