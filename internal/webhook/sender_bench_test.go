package webhook_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// BenchmarkSend measures what an attempt costs beside the network.
func BenchmarkSend(b *testing.B) {
	answer := roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody}, nil
	})
	sender := webhook.NewSender(&http.Client{Transport: answer}, time.Now)
	d := to("https://a.example/hooks")
	d.Event.Data = []byte(`{"id":"x","payload":{"text":"` + strings.Repeat("waybill ", 100) + `"}}`)
	b.ReportAllocs()
	for b.Loop() {
		if sender.Send(b.Context(), d).Verdict != webhook.Delivered {
			b.Fatal("not delivered")
		}
	}
}
