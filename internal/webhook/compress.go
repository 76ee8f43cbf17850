package webhook

import (
	"bytes"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// compressor keeps gzip writers for reuse: a new one costs some hundred kilobytes. Many lanes
// compress at once, and the pool gives up what is not used.
type compressor struct{ writers sync.Pool }

// compress returns the body as gzip, in memory of its own, because a transport may still read
// a request's body after the attempt has ended.
func (c *compressor) compress(body []byte) ([]byte, error) {
	w, ok := c.writers.Get().(*gzip.Writer)
	if !ok {
		var err error
		// Bodies are a few kilobytes, for which time counts more than size.
		if w, err = gzip.NewWriterLevel(io.Discard, gzip.BestSpeed); err != nil {
			return nil, err
		}
	}
	defer c.writers.Put(w)
	out := bytes.NewBuffer(make([]byte, 0, len(body)/2+64))
	w.Reset(out)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
