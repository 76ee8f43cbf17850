package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/event"
)

func TestADeadLetterThatCannotBeReadIsShownWithoutData(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]event.Event{
		`"data":[{"a":1}]`: {Data: []byte(`{"a":1}`)},
		`"data":[]`:        {Damaged: errors.New("it does not open")},
	} {
		if shown, err := json.Marshal(DeadLetter{Event: e}.Read()); err != nil || !strings.Contains(string(shown), want) {
			t.Errorf("want %s: %s, %v", want, shown, err)
		}
	}
}

func TestURLsAreMasked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, url, want string }{
		{"the last segment", "https://a.example/webhooks/token", "https://a.example/webhooks/*****"},
		{"the only segment", "https://a.example/token", "https://a.example/*****"},
		{"a segment with a slash behind it", "https://a.example/in/token/", "https://a.example/in/*****"},
		{"the query", "https://a.example/in/x?token=a/b", "https://a.example/in/*****?*****"},
		{"a query without a path", "https://a.example:8443?token=a", "https://a.example:8443?*****"},
		{"nothing to mask", "https://a.example/", "https://a.example"},
		{"a bare host", "https://a.example", "https://a.example"},
		{"escapes stay as they are", "https://a.example/a%20b/c", "https://a.example/a%20b/*****"},
	} {
		if got := maskURL(tt.url); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestASecretShowsInNoPrintOrLog(t *testing.T) {
	t.Parallel()
	s := Subscription{Secret: "hunter2"}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("json", "secret", s.Secret, "all", s)
	slog.New(slog.NewTextHandler(&log, nil)).Info("text", "secret", s.Secret, "all", s)
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
		shown += fmt.Sprintf(verb+" "+verb, s.Secret, s)
	}
	if strings.Contains(shown, "hunter2") || strings.Contains(shown, fmt.Sprintf("%x", "hunter2")) {
		t.Error(shown)
	}
}

func TestTheScheduleHasThreeQuickTriesAndEndsAfterADay(t *testing.T) {
	t.Parallel()
	var quick, whole time.Duration
	for i, delay := range Schedule() {
		if i < 3 {
			quick += delay
		}
		if whole += delay; delay <= 0 {
			t.Errorf("delay %d is %s", i, delay)
		}
	}
	if quick > 5*time.Second || whole != 24*time.Hour {
		t.Errorf("quick tries take %s, all take %s", quick, whole)
	}
	Schedule()[0] = 0
	if Schedule()[0] == 0 {
		t.Error("a caller changed the schedule of all")
	}
}
