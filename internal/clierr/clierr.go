// Package clierr names the ways in which a command can fail, with the exit code of each and, apart from the error, a
// hint that says what to do. A reader wraps what it meets in one of these; only cmd/drydock turns them into exits.
package clierr

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Exit codes of every command. See docs/design.md.
const (
	ExitOK     = 0 // the work was done; without a policy, whatever it found
	ExitBreach = 1 // a policy was broken
	ExitUsage  = 2 // the command line does not make sense
	ExitInput  = 3 // an input that was named could not be read, or the work failed
)

// Error is a failure with its place and remedy.
type Error struct {
	Code int    // one of the exit codes
	Path string // file or input, "" if none
	Line int    // 0 if not known
	Col  int    // 0 if not known
	Msg  string // what went wrong, no full stop
	Hint string // what to do about it, a sentence; "" if there is nothing to add
	Err  error  // cause, may be nil
}

// Error is place: message: cause. The hint is not part of it.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
			if e.Col > 0 {
				fmt.Fprintf(&b, ":%d", e.Col)
			}
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	if e.Err != nil {
		if e.Msg != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Usage is a command line that does not make sense.
func Usage(format string, args ...any) *Error {
	return &Error{Code: ExitUsage, Msg: fmt.Sprintf(format, args...)}
}

// Input is something named by the user that could not be read.
func Input(path, format string, args ...any) *Error {
	return &Error{Code: ExitInput, Path: path, Msg: fmt.Sprintf(format, args...)}
}

// InputErr wraps the cause of an unreadable input. Of an error of the file system about the input itself the cause
// alone is kept: its path is told already.
func InputErr(path string, err error) *Error {
	if pe, ok := err.(*fs.PathError); ok && pe.Path == path {
		err = pe.Err
	}
	return &Error{Code: ExitInput, Path: path, Err: err}
}

// At sets the place within the file and returns e.
func (e *Error) At(line, col int) *Error { e.Line, e.Col = line, col; return e }

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Code is the exit code for err: 0 for nil, the code of the first Error in the chain, else ExitInput.
func Code(err error) int {
	if err == nil {
		return ExitOK
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ExitInput
}

// Each takes joined errors (errors.Join) apart; any other error stands alone.
func Each(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, Each(e)...)
	}
	return all
}

// Hint is the hint of the first Error in the chain, "" if there is none.
func Hint(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}

// Path is the file that an error names as its place, "" where it names none.
func Path(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Path
	}
	return ""
}

// Reason is what an error of a file says without the file's name, which the reader of the sentence knows.
func Reason(err error) string {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err.Error()
	}
	return err.Error()
}
