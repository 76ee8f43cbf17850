package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// journal is a log that is kept.
type journal struct {
	mu   sync.Mutex
	text []byte
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text = append(j.text, p...)
	return len(p), nil
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return string(j.text)
}

func TestASubscriptionCanBeDeletedWhileADeliveryIsInFlight(t *testing.T) {
	t.Parallel()
	h := open(t)
	came, answer := make(chan struct{}, 10), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		came <- struct{}{}
		<-answer
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(slow.Close)
	made := h.do("POST", "/v2/notifications/webhooks",
		fmt.Sprintf(`{"url":"%s/","event_name":"resource_operation.created"}`, slow.URL))
	if made.status != http.StatusOK {
		t.Fatalf("%d %s", made.status, made.text)
	}
	_, id, _ := strings.Cut(made.text, `"id":"`)
	h.do("POST", messages, h.message("told to nobody"))
	<-came
	if a := h.do("DELETE", "/v2/notifications/webhooks/"+id[:36], ""); a.status >= 300 {
		t.Fatalf("%d %s", a.status, a.text)
	}
	close(answer)
	// The other subscription's lane goes on as if nothing had been.
	h.do("POST", messages, h.message("told to others"))
	h.events(4)
	begun := time.Now()
	h.stop()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the stop took %s", took)
	}
	if errors := h.journal.String(); errors != "" {
		t.Errorf("the log tells of errors:\n%s", errors)
	}
}
