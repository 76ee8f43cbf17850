package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/listen"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// hangingReceivers is how many never answer.
const hangingReceivers = 300

// BenchmarkHealthyReceiversBesideHangingOnes compares how long events take to healthy receivers, from the
// commit to the request, with and without many that hang, in phases that alternate.
//
//	go test ./internal/app -run xxx -bench HangingOnes -benchtime 1x
func BenchmarkHealthyReceiversBesideHangingOnes(b *testing.B) {
	for range b.N {
		alone, s := newScene(b, 0), newScene(b, hangingReceivers)
		var clean, beside []time.Duration
		spent := map[string]time.Duration{}
		for range 3 {
			before := cpu(b)
			clean = append(clean, alone.phase(0, 10*time.Second)...)
			between := cpu(b)
			beside = append(beside, s.phase(hangingReceivers, 10*time.Second)...)
			spent["clean"], spent["beside"] = spent["clean"]+between-before, spent["beside"]+cpu(b)-between
		}
		for name, all := range map[string][]time.Duration{"clean": clean, "beside": beside} {
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, name+"-p50-ms")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, name+"-p99-ms")
			b.ReportMetric(float64(len(all)), name+"-events")
			b.ReportMetric(spent[name].Seconds()/30, name+"-cpus")
		}
		b.ReportMetric(float64(s.descriptors), "descriptors")
		b.ReportMetric(float64(rss(b)), "rss-MB")
	}
}

// scene is a store with subscriptions of two partners, one of whom has receivers that hang.
type scene struct {
	b                *testing.B
	db               store.Store
	source           dispatch.Source
	healthy, hostile uuid.UUID
	descriptors      int

	mu   sync.Mutex
	sent map[uuid.UUID]time.Time
	took []time.Duration
}

func newScene(b *testing.B, hanging int) *scene {
	source := dispatch.NewInProcess(time.Now)
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "w.db"), store.Options{Now: time.Now,
		Wake: func(l fence.Lane) { source.Activate(l, time.Now()) }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	s := &scene{b: b, db: db, source: source, healthy: uuid.New(), hostile: uuid.New(), sent: map[uuid.UUID]time.Time{}}
	receiver := httptest.NewServer(http.HandlerFunc(s.receive))
	b.Cleanup(receiver.Close)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = silent.Close() })
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, c); _ = c.Close() }()
		}
	}()
	for n := range 5 {
		s.subscribe(s.healthy, fmt.Sprint(receiver.URL, "/", n))
	}
	for n := range hanging {
		s.subscribe(s.hostile, fmt.Sprint("http://", silent.Addr(), "/", n))
	}
	return s
}

func (s *scene) subscribe(partner uuid.UUID, url string) {
	now := time.Now().Truncate(time.Microsecond)
	err := s.db.InsertSubscriptions(s.b.Context(),
		[]webhook.Subscription{{ID: uuid.Must(uuid.NewV7()), Partner: partner, URL: url,
			EventName: event.OperationCreated, Sealed: []byte("x"), Status: webhook.Active,
			Health: webhook.Health{Since: now, Success: 1}, CreatedAt: now, UpdatedAt: now}}, 1000)
	if err != nil {
		s.b.Fatal(err)
	}
}

func (s *scene) receive(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	id, err := uuid.Parse(r.Header.Get("Webhook-Id"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.sent[id]; ok && err == nil {
		s.took = append(s.took, time.Since(at))
	}
}

// phase runs the lanes while events are told, to the healthy receivers each 20 ms and to those that hang
// each second, and returns how long the healthy ones waited.
func (s *scene) phase(hanging int, span time.Duration) []time.Duration {
	log := slog.New(slog.DiscardHandler)
	policy := outbound.Policy{AllowLoopback: true, AllowHTTP: true}
	deliveries := perform.NewDeliveries(perform.DeliveriesConfig{Queue: s.db, Receivers: s.db,
		Open:   func(w webhook.Subscription) (webhook.Subscription, error) { w.Secret = "secret"; return w, nil },
		Sender: webhook.NewSender(outbound.Receiver(policy, webhook.DefaultTimeout), time.Now),
		Floor:  deliveryFloor(s.source, listen.Descriptors(), log), Now: time.Now, Log: log})
	d := dispatch.New(dispatch.Config{Source: s.source,
		Kinds:  map[string]dispatch.Kind{fence.Receivers: deliveries.Kind()},
		Budget: dispatch.NewBudget(time.Now, nil), Now: time.Now, Log: log})
	ctx, cancel := context.WithCancel(s.b.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	begun := time.Now()
	for n := 0; time.Since(begun) < span; n++ {
		if hanging > 0 && n%50 == 0 {
			s.tell(s.hostile)
		}
		s.tell(s.healthy)
		time.Sleep(20 * time.Millisecond)
	}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		s.descriptors = max(s.descriptors, len(open))
	}
	time.Sleep(500 * time.Millisecond)
	cancel()
	if err := <-done; err != nil {
		s.b.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	took := s.took
	s.took = nil
	return took
}

// tell publishes an event of a partner.
func (s *scene) tell(partner uuid.UUID) {
	id := uuid.Must(uuid.NewV7())
	s.mu.Lock()
	s.sent[id] = time.Now()
	s.mu.Unlock()
	e := event.Event{ID: id, Name: event.OperationCreated, Partner: partner, Subject: id, OccurredAt: time.Now(),
		Data: []byte(`{"a":1}`)}
	op := operation.Operation{ID: uuid.Must(uuid.NewV7()), Partner: partner, Connection: uuid.New(),
		Kind: resource.KindMessage, Verb: resource.Create, OrderKey: "k", Payload: []byte("{}"), State: operation.Sending,
		Sync: true, CreatedAt: time.Now(), UpdatedAt: time.Now()}
	if _, err := s.db.Accept(s.b.Context(), op, []event.Event{e}); err != nil {
		s.b.Fatal(err)
	}
	s.mu.Lock()
	s.sent[id] = time.Now()
	s.mu.Unlock()
}

// cpu is how much processor time the process has used.
func cpu(b *testing.B) time.Duration {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	// In hundredths of a second; the name in brackets comes before.
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	var user, system int
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		b.Log(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// rss is how much memory the process holds.
func rss(b *testing.B) int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kb int
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		b.Log(err)
	}
	return kb >> 10
}
