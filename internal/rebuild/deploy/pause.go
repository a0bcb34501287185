package deploy

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/moby/moby/client"
)

// A signpost is a container that only has to be there. Its program waits and ends; it is made here, some hundred bytes
// of machine code, since it must run in an image without a shell and drydock itself is too large to be copied there.

// signpostLife is how long a signpost lives at most, so that a deploy that was killed leaves nothing behind for good.
const signpostLife = time.Hour

// The programs: nanosleep(&time, NULL); exit(0). The time, two 64-bit words, follows the code.
var pausePrograms = map[string]struct {
	machine uint16 // of the ELF header
	code    []byte
}{
	"amd64": {0x3e, []byte{
		0xb8, 0x23, 0, 0, 0, // mov eax, 35 (nanosleep)
		0x48, 0x8d, 0x3d, 0x12, 0, 0, 0, // lea rdi, [rip+18] (the time)
		0x31, 0xf6, // xor esi, esi
		0x0f, 0x05, // syscall
		0xb8, 0x3c, 0, 0, 0, // mov eax, 60 (exit)
		0x31, 0xff, // xor edi, edi
		0x0f, 0x05, // syscall
		0x90, 0x90, 0x90, 0x90, 0x90, // until 30, where the time lies
	}},
	"arm64": {0xb7, []byte{
		0x00, 0x01, 0x00, 0x10, // adr x0, +32 (the time)
		0x01, 0x00, 0x80, 0xd2, // mov x1, #0
		0xa8, 0x0c, 0x80, 0xd2, // mov x8, #101 (nanosleep)
		0x01, 0x00, 0x00, 0xd4, // svc #0
		0x00, 0x00, 0x80, 0xd2, // mov x0, #0
		0xa8, 0x0b, 0x80, 0xd2, // mov x8, #93 (exit)
		0x01, 0x00, 0x00, 0xd4, // svc #0
		0x1f, 0x20, 0x03, 0xd5, // nop
	}},
}

const (
	elfHeader     = 64
	programHeader = 56
	loadAddress   = 0x400000
)

// pauseProgram is a static ELF executable that waits.
func pauseProgram(arch string, life time.Duration) ([]byte, bool) {
	p, ok := pausePrograms[arch]
	if !ok {
		return nil, false
	}
	var b bytes.Buffer
	size := uint64(elfHeader + programHeader + len(p.code) + 16)
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.LittleEndian, v) // to memory: it cannot fail
		}
	}
	b.WriteString("\x7fELF\x02\x01\x01")
	b.Write(make([]byte, 9))
	// type, machine, version, entry
	put(uint16(2), p.machine, uint32(1), uint64(loadAddress+elfHeader+programHeader))
	put(uint64(elfHeader), uint64(0), uint32(0)) // program headers, sections, flags
	put(uint16(elfHeader), uint16(programHeader), uint16(1), uint16(0), uint16(0), uint16(0))
	put(uint32(1), uint32(5), uint64(0), uint64(loadAddress), uint64(loadAddress)) // load, read and run
	put(size, size, uint64(0x10000))
	b.Write(p.code)
	put(int64(life/time.Second), int64(0))
	return b.Bytes(), true
}

// pauseImage makes the signposts' image in the engine and returns its id.
func pauseImage(ctx context.Context, api *client.Client, arch, name string) (string, error) {
	program, ok := pauseProgram(arch, signpostLife)
	if !ok {
		return "", fmt.Errorf("no signpost can be set on %s", arch)
	}
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	h := &tar.Header{Name: "wait", Mode: 0o755, Size: int64(len(program)), Typeflag: tar.TypeReg}
	if err := tw.WriteHeader(h); err != nil {
		return "", err
	}
	if _, err := tw.Write(program); err != nil {
		return "", err
	}
	if err := tw.Close(); err != nil {
		return "", err
	}
	res, err := api.ImageImport(ctx, client.ImageImportSource{Source: &b, SourceName: "-"}, name,
		client.ImageImportOptions{Changes: []string{`ENTRYPOINT ["/wait"]`}})
	if err != nil {
		return "", err
	}
	defer res.Close()
	if _, err := io.Copy(io.Discard, res); err != nil { // it is there when the answer ends
		return "", err
	}
	img, err := api.ImageInspect(ctx, name)
	return img.ID, err
}

// signpostImage is the name of the signposts' image, before the deploy's id; it goes when the deploy ends.
const signpostImage = "drydock-signpost:"
