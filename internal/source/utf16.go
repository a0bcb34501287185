package source

import (
	"encoding/binary"
	"unicode/utf16"
)

// toUTF8 reads the byte order mark: UTF-16 becomes UTF-8, a mark of UTF-8 goes. Lines and columns stay what they are.
func toUTF8(b []byte) []byte {
	switch {
	case len(b) >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF:
		return b[3:]
	case len(b) >= 2 && b[0] == 0xFF && b[1] == 0xFE:
		return decode16(b[2:], binary.LittleEndian)
	case len(b) >= 2 && b[0] == 0xFE && b[1] == 0xFF:
		return decode16(b[2:], binary.BigEndian)
	}
	return b
}

func decode16(b []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
