package gateway

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Line is the nth message as a line of a batch.
func (w *Waybill) Line(n int, marker string) string {
	return fmt.Sprintf(`{"method":"POST","path":"/v2/telematics/messages","body":%s}`+"\n",
		messageBody(w.made[n%len(w.made)], marker))
}

// Batch is the request of a batch.
func (w *Waybill) Batch(ctx context.Context, lines io.Reader) (*http.Request, error) {
	token, err := w.token.get(ctx)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.addr+"/v2/telematics/batch", lines)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/x-ndjson")
	return request, nil
}
