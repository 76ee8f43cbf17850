package tracing

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// caller is the traceparent of a caller that follows its request.
const caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func TestEveryFailureIsToldHoweverItsStatusIsCalled(t *testing.T) {
	t.Parallel()
	d := &desk{}
	tracer, closes := at(t, d, 1, io.Discard)
	tsp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, err := strconv.Atoi(r.URL.Path[1:])
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(status)
	}))
	defer tsp.Close()
	ask := func(ctx context.Context, status string) {
		r, _ := http.NewRequestWithContext(ctx, "PUT", tsp.URL+"/"+status, nil)
		answer, err := tracer.Calls(&http.Client{}, "acme").Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	for _, status := range []int{0, 200, 404, 500, 520} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("traceparent", caller)
		ctx, end := tracer.Request(r)
		if status >= 200 {
			ask(ctx, strconv.Itoa(status))
		}
		end("asked "+strconv.Itoa(status), status)
	}
	closes()
	told := map[string]int{}
	for _, s := range d.spans {
		if s.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR {
			told[s.Name+": "+s.Status.Message]++
		}
	}
	want := map[string]int{"asked 0: cut off": 1, "asked 500: Internal Server Error": 1, "asked 520: status 520": 1,
		"PUT: Not Found": 1, "PUT: Internal Server Error": 1, "PUT: status 520": 1}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}
