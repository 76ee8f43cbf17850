package simkit

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// MaxBody is the largest request body, in bytes, that a simulator reads.
const MaxBody = 1 << 20

// ErrBodyTooLarge says that a request body is larger than MaxBody.
var ErrBodyTooLarge = errors.New("request body too large")

// heldBody is a request body that was read in advance. Reading it whole also lets net/http notice a caller that gives
// up while a request hangs.
type heldBody struct {
	io.Reader
	data []byte
	err  error
}

func (*heldBody) Close() error { return nil }

func readBody(r *http.Request) {
	data, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err == nil && len(data) > MaxBody {
		data, err = nil, ErrBodyTooLarge
	}
	r.Body = &heldBody{Reader: bytes.NewReader(data), data: data, err: err}
}

// Body returns the whole body of a request that came through a Host, ErrBodyTooLarge, or the error of the connection.
func Body(r *http.Request) ([]byte, error) {
	held, ok := r.Body.(*heldBody)
	if !ok {
		return nil, errors.New("the request did not come through a simulator host")
	}
	return held.data, held.err
}
