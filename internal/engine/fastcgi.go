package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"path"
	"strconv"
	"strings"
)

// The FastCGI protocol, version 1, as far as one request of a responder goes.
const (
	fcgiVersion = 1
	fcgiBegin   = 1
	fcgiEnd     = 3
	fcgiParams  = 4
	fcgiStdin   = 5
	fcgiStdout  = 6
	fcgiStderr  = 7
)

// fastCGI sends one request to a server of programs, as a web server in front of it would.
func (c *Container) fastCGI(ctx context.Context, req Request) (*Response, error) {
	d := net.Dialer{}
	conn, err := d.DialContext(ctx, "tcp", c.addr(req.Port))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", req, err)
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if _, err := conn.Write(fastCGIRequest(req)); err != nil {
		return nil, fmt.Errorf("%s: %w", req, err)
	}
	res, err := readFastCGI(conn)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (%w)", req, ErrNotHTTP, err)
	}
	return res, nil
}

func fastCGIRequest(req Request) []byte {
	target, query, _ := strings.Cut(or(req.Path, "/"), "?")
	var params bytes.Buffer
	for _, p := range [][2]string{
		{"SCRIPT_FILENAME", req.Script}, {"DOCUMENT_ROOT", path.Dir(req.Script)}, {"SCRIPT_NAME", "/" +
			path.Base(req.Script)}, {"REQUEST_URI", or(req.Path, "/")},
		{"DOCUMENT_URI", target}, {"QUERY_STRING", query}, {"REQUEST_METHOD",
			or(req.Method, http.MethodGet)}, {"SERVER_PROTOCOL", "HTTP/1.1"}, {"GATEWAY_INTERFACE", "CGI/1.1"},
		{"SERVER_NAME", "localhost"}, {"SERVER_PORT", "80"}, {"SERVER_ADDR", "127.0.0.1"}, {"REMOTE_ADDR",
			"127.0.0.1"}, {"HTTP_HOST", or(req.Host, "localhost")}, {"CONTENT_LENGTH", strconv.Itoa(len(req.Body))},
	} {
		for _, s := range p {
			if len(s) < 128 {
				params.WriteByte(byte(len(s)))
			} else {
				_ = binary.Write(&params, binary.BigEndian, uint32(len(s))|1<<31) // a buffer takes everything
			}
		}
		params.WriteString(p[0] + p[1])
	}
	var b bytes.Buffer
	record := func(kind byte, content []byte) {
		b.Write([]byte{fcgiVersion, kind, 0, 1, byte(len(content) >> 8), byte(len(content)), 0, 0})
		b.Write(content)
	}
	record(fcgiBegin, []byte{0, 1, 0, 0, 0, 0, 0, 0}) // a responder, and the connection ends with the request
	record(fcgiParams, params.Bytes())
	record(fcgiParams, nil)
	for body := req.Body; len(body) > 0; {
		n := min(len(body), 1<<15)
		record(fcgiStdin, body[:n])
		body = body[n:]
	}
	record(fcgiStdin, nil)
	return b.Bytes()
}

// readFastCGI reads the answer to one request: headers as a CGI program prints them, and the body.
func readFastCGI(r io.Reader) (*Response, error) {
	var out bytes.Buffer
	cut := false
	in := bufio.NewReader(r)
	for {
		var h [8]byte
		if _, err := io.ReadFull(in, h[:]); err != nil {
			return nil, fmt.Errorf("the answer ends early: %w", err)
		}
		if h[0] != fcgiVersion {
			return nil, errors.New("the answer is not FastCGI")
		}
		content := make([]byte, binary.BigEndian.Uint16(h[4:6]))
		if _, err := io.ReadFull(in, content); err != nil {
			return nil, fmt.Errorf("the answer ends early: %w", err)
		}
		if _, err := in.Discard(int(h[6])); err != nil {
			return nil, fmt.Errorf("the answer ends early: %w", err)
		}
		if h[1] == fcgiEnd {
			break
		}
		if h[1] != fcgiStdout {
			continue // what it prints as errors is for its log
		}
		if cut = cut || out.Len()+len(content) > maxBody; !cut {
			out.Write(content)
		}
	}
	tp := textproto.NewReader(bufio.NewReader(&out))
	head, err := tp.ReadMIMEHeader()
	if err != nil {
		return nil, fmt.Errorf("the answer has no header: %w", err)
	}
	res := &Response{Status: http.StatusOK, Header: http.Header(head), Cut: cut}
	if s := head.Get("Status"); s != "" {
		code, _, _ := strings.Cut(s, " ")
		if res.Status, err = strconv.Atoi(code); err != nil {
			return nil, errors.New("the answer's status is no number")
		}
		res.Header.Del("Status")
	}
	res.Body, err = io.ReadAll(tp.R)
	return res, err
}
